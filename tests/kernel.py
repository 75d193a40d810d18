"""Let the kernel watch a program under test: what a library does in C is not seen by an audit hook of Python's.

A filter of system calls (seccomp), written by hand: a program that opens an internet socket is ended by SIGSYS. Linux
on x86-64 and arm64.
"""

import ctypes
import platform
import signal
import struct

SOCKET = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}  # AUDIT_ARCH, number of socket(2)
INTERNET = (2, 10)  # AF_INET, AF_INET6
ENDED = -signal.SIGSYS  # the exit status of what tried
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, KILL = 0x7FFF0000, 0x80000000


def can_watch() -> bool:
    """Tell whether this kernel's calls are known here."""
    return platform.system() == "Linux" and platform.machine() in SOCKET


def forbid_internet() -> None:
    """End this process, and what it starts, at the first internet socket; for `preexec_fn`. Raises OSError."""
    arch, number = SOCKET[platform.machine()]
    steps = [
        (LOAD, 0, 0, 4), (EQUAL, 0, 6, arch),  # another instruction set: let through
        (LOAD, 0, 0, 0), (EQUAL, 0, 4, number),
        (LOAD, 0, 0, 16), (EQUAL, 1, 0, INTERNET[0]), (EQUAL, 0, 1, INTERNET[1]),
        (RETURN, 0, 0, KILL), (RETURN, 0, 0, ALLOW),
    ]  # fmt: skip
    code = ctypes.create_string_buffer(b"".join(struct.pack("<HBBI", *step) for step in steps))

    class Program(ctypes.Structure):
        _fields_ = [("count", ctypes.c_ushort), ("steps", ctypes.c_void_p)]

    program = Program(len(steps), ctypes.addressof(code))
    c = ctypes.CDLL(None, use_errno=True)
    if c.prctl(38, 1, 0, 0, 0) or c.prctl(22, 2, ctypes.byref(program), 0, 0):  # NO_NEW_PRIVS, SECCOMP
        raise OSError(ctypes.get_errno(), "seccomp")
