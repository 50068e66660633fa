"""``pulsetui serve``: the engine without a screen."""

from __future__ import annotations

import argparse
import logging
import os
import select
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pulsetui.cli.connect import config_to_run, state_dir
from pulsetui.cli.output import talk
from pulsetui.cli.process import logs
from pulsetui.cli.process.sd_notify import notify, watchdog_interval
from pulsetui.job.report import UsageError
from pulsetui.monitor.lock import prepare_state_dir

if TYPE_CHECKING:
    from types import FrameType

log = logging.getLogger(__name__)

STOPS = frozenset({signal.SIGTERM, signal.SIGINT})
_ANSWER_WITHIN_S = 2.0


def serve(options: argparse.Namespace) -> int:
    """Runs until SIGTERM or SIGINT; a clean stop is exit code 0."""
    from pulsetui.cli.process.hand_over import Inheritance
    from pulsetui.service import open_engine

    if options.attach:
        raise UsageError("serve runs an engine of its own: --attach has no place here")
    config, state = config_to_run(options), state_dir(options)
    address = listen_address(options)
    prepare_state_dir(state)  # one that cannot be used is said once, and not logged into
    logs.start(state, stderr=True)
    inheritance = Inheritance.of_environment()
    if inheritance is not None:
        inheritance.wait(config)
    sockets = inheritance.sockets if inheritance is not None else ()
    with signals() as arrived, open_engine(config, state, address, sockets=sockets) as host:
        talk(f"listening on {host.engine_url} (config {config}, state {state})")
        log.info("engine started url=%s", host.engine_url)
        if inheritance is not None:
            inheritance.entered()
        notify("READY=1", f"STATUS=listening on {host.engine_url}")
        _wait(arrived, host.engine_url)
        notify("STOPPING=1")
    log.info("engine stopped")
    return 0


def listen_address(options: argparse.Namespace) -> tuple[str, int] | None:
    """``--listen`` as host and port. Raises ConfigError."""
    if options.listen is None:
        return None
    from pulsetui.config.address import parse_address

    return parse_address(options.listen)


@contextmanager
def signals() -> Iterator[int]:
    """Signals arrive as bytes (their numbers) in the pipe that is given.

    A handler that sets a ``threading.Event`` could dead-lock with the wait it interrupts; a pipe cannot.
    SIGHUP is only logged: configuration is read again by itself, and a closed terminal stops no server.
    """
    reading, writing = os.pipe()
    os.set_blocking(writing, False)  # set_wakeup_fd demands it
    handled = (*STOPS, signal.SIGHUP)
    before = {number: signal.signal(number, _nothing) for number in handled}
    old = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    try:
        yield reading
    finally:
        signal.set_wakeup_fd(old)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(reading)
        os.close(writing)


def _nothing(number: int, frame: FrameType | None) -> None:
    """The byte in the pipe is what counts."""


def _wait(arrived: int, url: str) -> None:
    """Returns when a signal asks to stop; beats the watchdog meanwhile."""
    interval = watchdog_interval()
    next_beat = time.monotonic()
    while True:
        patience = None if interval is None else max(next_beat - time.monotonic(), 0.0)
        ready, _, _ = select.select([arrived], [], [], patience)
        if ready:
            numbers = set(os.read(arrived, 100))
            if numbers & STOPS:
                return
            log.info("SIGHUP: nothing to do, configuration is read again by itself")
        elif interval is not None:
            if answers(url):
                notify("WATCHDOG=1")
            else:
                log.error("the engine does not answer: no beat for the watchdog")
            next_beat = time.monotonic() + interval


def answers(url: str, within_s: float = _ANSWER_WITHIN_S) -> bool:
    """Whether the engine's own loop answers a request, whatever it says."""
    from pulsetui.job.wire import exchange, parse_address

    try:
        exchange(parse_address(url), "/healthz", b"", time.monotonic() + within_s)
    except OSError:
        return False
    return True
