"""Signals that ask to end, while the screen runs and right after it."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest
from textual.pilot import Pilot

from pulsetui.cli.process.signals import put_off
from pulsetui.tui.app import PulseApp
from pulsetui.tui.terminal.signals import EndingSignals
from tests.client.fake import FakeEngine

ALL = [signal.SIGHUP, signal.SIGTERM, signal.SIGINT]


@pytest.mark.parametrize("number", ALL)
def test_what_comes_right_after_the_screen_kills_nobody(number: signal.Signals) -> None:
    async def leave(pilot: Pilot[object]) -> None:
        pilot.app.exit()

    with put_off() as came:
        PulseApp(FakeEngine()).run(headless=True, auto_pilot=leave)
        assert signal.getsignal(number) not in (signal.SIG_DFL, signal.default_int_handler)
        os.kill(os.getpid(), number)
    assert came == [number]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGHUP, 0), (signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_the_screen(number: signal.Signals, code: int) -> None:
    async def send(_pilot: Pilot[object]) -> None:
        os.kill(os.getpid(), number)

    with put_off() as came:
        app = PulseApp(FakeEngine())
        app.run(headless=True, auto_pilot=send)
    assert app.crash is None
    assert app.return_code == code
    assert came == []


def test_a_signal_before_the_loop_ends_the_screen_at_once() -> None:
    ended: list[int] = []
    signals = EndingSignals(ended.append)

    async def runs() -> None:
        signals.loop_runs()

    with signals.heeded():
        os.kill(os.getpid(), signal.SIGTERM)
        assert ended == []
        asyncio.run(runs())
        os.kill(os.getpid(), signal.SIGTERM)  # the loop is closed
    assert ended == [0]
