"""The environment stays small and stays on the processor: PyTorch's default build brings gigabytes for graphics cards."""

import importlib.metadata
import os
import re
import sys
from pathlib import Path

import pytest

LARGEST = 2.3e9  # bytes on disk


def test_no_package_for_graphics_cards_is_installed():
    """Whatever index pip was given."""
    names = {d.metadata["Name"].lower() for d in importlib.metadata.distributions()}
    assert "torch" in names, "an empty environment proves nothing"
    assert [n for n in names if re.search(r"nvidia|cuda|cudnn|triton|cupy|rocm", n)] == []


def test_torch_is_the_cpu_build():
    """Read from the metadata: importing it takes seconds."""
    assert importlib.metadata.version("torch").endswith("+cpu")


def bytes_on_disk(folder):
    """Return what `du` would say, a file with two names counted once."""
    seen, total = set(), 0
    for place, _, files in os.walk(folder):
        for name in files:
            found = (Path(place) / name).lstat()
            if (found.st_dev, found.st_ino) not in seen:
                seen.add((found.st_dev, found.st_ino))
                total += found.st_blocks * 512
    return total


def test_the_whole_environment_is_at_most_2_3_gb():
    """Tests and generator included: what a host's disk must hold."""
    if sys.prefix == sys.base_prefix:
        pytest.skip("not run from a virtual environment: its size is the system's")
    assert 0.5e9 < bytes_on_disk(sys.prefix) <= LARGEST
