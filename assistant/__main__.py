"""The entry point of `jugeote` and of `python -m assistant`.

Closes every way out before a library is imported; turns what is left of an exception into an exit code.
"""

import contextlib
import gc
import os
import signal
import sys
import threading
import time
import traceback
from types import FrameType

# Read by the libraries when they are imported: telemetry and hubs are closed here, for every verb.
os.environ.update(
    GRADIO_ANALYTICS_ENABLED="False",
    GRADIO_RUN_HISTORY="false",
    HF_HUB_OFFLINE="1",
    HF_HUB_DISABLE_TELEMETRY="1",
    ANONYMIZED_TELEMETRY="False",
    DO_NOT_TRACK="1",
    ORT_DISABLE_TELEMETRY="1",
    TOKENIZERS_PARALLELISM="false",
)


# A worker thread that spins while it waits is billed as work, and is (docs/energy.md); a host may choose otherwise.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")


_interrupted: list[int] = []
PATIENCE = 3.0  # seconds that other threads have to end after Ctrl-C


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Remember Ctrl-C and raise it: a library that it stops as it is imported makes another error of it."""
    _interrupted.append(number)
    signal.default_int_handler(number, frame)


def _stopped() -> int:
    """Return 130, or end at once where a thread cannot: Python may leave the lock of a module whose import Ctrl-C broke off."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # once is enough
    until = time.monotonic() + PATIENCE
    for thread in threading.enumerate():
        if thread is not threading.main_thread() and not thread.daemon:
            thread.join(max(0.0, until - time.monotonic()))
            if thread.is_alive():
                with contextlib.suppress(OSError, ValueError):  # who read is gone, or it is closed
                    sys.stdout.flush()  # os._exit writes nothing of what waits
                os._exit(130)
    return 130


def main() -> int:
    """Run the command; 130 when interrupted, 70 on a defect of ours, which stays loud."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # a shell's background work goes on ignoring it
        signal.signal(signal.SIGINT, _interrupt)
    # Libraries make hundreds of thousands of objects as they are imported, all to stay; `chat` sets it back.
    gc.set_threshold(50_000, 20, 20)
    try:
        from assistant.cli import run

        return run(sys.argv[1:])
    except KeyboardInterrupt:
        return _stopped()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader left: nobody is told twice
        return 0
    except Exception as error:  # noqa: BLE001 - the one place: the contract wants 70 for any defect
        if _interrupted:
            return _stopped()
        from assistant.terminal import say, terminal_language
        from assistant.usage import DEFECT

        traceback.print_exc()
        message, hint = DEFECT[terminal_language()]
        say(f"{message.format(found=type(error).__name__)}\n{hint}")
        return 70
    finally:
        gc.freeze()  # the end collects nothing of them either: some 0.3 s of a cold answer
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is said; what still opens beside ends in its own time


if __name__ == "__main__":
    sys.exit(main())
