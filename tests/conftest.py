"""For all tests: coroutine functions are run; and however the suite was started, the programs that it starts
get the usual signals.

A shell's ``&`` and nohup leave SIGINT and SIGHUP ignored, and children inherit that.
"""

from __future__ import annotations

import asyncio
import gc
import inspect
import os
import signal

import pytest

import pulsetui

signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# Textual reads these once, when a first test imports it, of whatever part: a picture must not show the middle
# of an animation.
os.environ["TEXTUAL_ANIMATIONS"] = "none"
os.environ["COLORTERM"] = "truecolor"
for name in ("NO_COLOR", "TMUX"):
    os.environ.pop(name, None)

# Screens make crowds of objects and hardly a cycle: a sixth of the time went into looking for some.
gc.set_threshold(100_000, 50, 1000)


def pytest_report_header() -> str:
    """Which one is tested: the checkout, or what was installed."""
    return f"pulsetui: {pulsetui.__file__}"


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Runs a test that is a coroutine function on an event loop of its own."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in inspect.signature(pyfuncitem.obj).parameters}
    asyncio.run(pyfuncitem.obj(**arguments))
    return True
