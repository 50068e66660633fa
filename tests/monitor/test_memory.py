"""The room of what was freed goes back to the system, where the C library can do that."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

from pulsetui.monitor import memory

USES = """
from pathlib import Path
from pulsetui.monitor.memory import give_back

def resident():
    return next(int(line.split()[1]) for line in Path("/proc/self/status").read_text().splitlines()
                if line.startswith("VmRSS"))

blocks = [bytes(2_000) for _ in range(30_000)]
last = bytes(2_000)  # what stays at the end keeps all before it
del blocks
before = resident()
give_back(4_999)
assert before - resident() < 10_000
give_back(5_000)
print(before - resident())
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="the C library is not glibc")
def test_what_was_freed_goes_back() -> None:
    done = subprocess.run([sys.executable, "-c", USES], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 30_000  # kB, of 60 MB


def test_a_library_without_the_call_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    memory.give_back(5_000)
