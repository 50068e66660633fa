"""``pulsetui serve``: the engine without a screen."""

from __future__ import annotations

import argparse
import logging
import os
import select
import time
from typing import TYPE_CHECKING, Final

from pulsetui.cli.common_options import listen_address, state_dir
from pulsetui.cli.exit_codes import OK
from pulsetui.cli.first_config import config_to_run
from pulsetui.cli.output import talk
from pulsetui.cli.process import logs
from pulsetui.cli.process.sd_notify import notify, watchdog_interval
from pulsetui.cli.process.signals import STOPS, signals
from pulsetui.core.text.clean import clean
from pulsetui.errors import UsageError
from pulsetui.monitor.lock import prepare_state_dir

if TYPE_CHECKING:
    from pulsetui.monitor.watch.health import Trouble
    from pulsetui.service import Service

log = logging.getLogger(__name__)

_ANSWER_WITHIN_S: Final = 5.0
"""A loop that is busy answers in milliseconds; in the first second it imports much."""


def serve(options: argparse.Namespace) -> int:
    """Runs until SIGTERM or SIGINT; a clean stop is exit code 0."""
    from pulsetui.cli.process.hand_over import Inheritance
    from pulsetui.service import open_service

    if options.attach:
        raise UsageError("serve runs an engine of its own: leave out --attach")
    config, state = config_to_run(options), state_dir(options)
    address = listen_address(options)
    prepare_state_dir(state)  # one that cannot be used is said once, and not logged into
    logs.start(state, stderr=True)
    inheritance = Inheritance.of_environment()
    if inheritance is not None:
        inheritance.wait(config)
    sockets = inheritance.sockets if inheritance is not None else ()
    with signals() as arrived, open_service(config, state, address, sockets=sockets) as service:
        talk(f"listening on {service.engine_url} (config {config}, state {state})")
        log.info("engine started url=%s", service.engine_url)
        if inheritance is not None:
            inheritance.entered()
        notify("READY=1", _status(service, None))
        _wait(arrived, service)
        notify("STOPPING=1")
    log.info("engine stopped")
    return OK


def _wait(arrived: int, service: Service) -> None:
    """Returns when a signal asks to stop; tells the service manager meanwhile how the engine is."""
    interval = watchdog_interval()
    status = _status(service, None)
    next_beat = time.monotonic()
    while True:
        patience = None if interval is None else max(next_beat - time.monotonic(), 0.0)
        ready, _, _ = select.select([arrived], [], [], patience)
        if ready:
            numbers = set(os.read(arrived, 100))
            if numbers & STOPS:
                return
            log.info("SIGHUP: nothing to do, the configuration is reread by itself")
        elif interval is not None:
            status = _beat(service, status)
            next_beat = time.monotonic() + interval


def _beat(service: Service, told: str) -> str:
    """Feeds the watchdog unless a part of the engine stands still; returns the status that was told.

    It is fed while the disk is full: an engine that is ended then could not even start again, while one that
    runs tells of it, and takes pings as soon as there is room.
    """
    trouble = service.trouble(_ANSWER_WITHIN_S)
    status = _status(service, trouble)
    lines = [status] if status != told else []
    if trouble is None or not trouble.is_stuck:
        lines.insert(0, "WATCHDOG=1")
    else:
        log.error("the watchdog is not fed: %s", trouble.text)
    if lines:
        notify(*lines)
    return status


def _status(service: Service, trouble: Trouble | None) -> str:
    said = "" if trouble is None else f"NOT WELL: {clean(service.engine.masked(trouble.text))}; "
    return f"STATUS={said}listening on {service.engine_url}"
