"""``pulsetui serve``: the engine without a screen."""

from __future__ import annotations

import argparse
import logging
import os
import select
import time

from pulsetui.cli.commands.init import config_to_run
from pulsetui.cli.common_options import listen_address, state_dir
from pulsetui.cli.connect import answers
from pulsetui.cli.exit_codes import OK
from pulsetui.cli.output import talk
from pulsetui.cli.process import logs
from pulsetui.cli.process.sd_notify import notify, watchdog_interval
from pulsetui.cli.process.signals import STOPS, signals
from pulsetui.errors import UsageError
from pulsetui.monitor.lock import prepare_state_dir

log = logging.getLogger(__name__)


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
        notify("READY=1", f"STATUS=listening on {service.engine_url}")
        _wait(arrived, service.engine_url)
        notify("STOPPING=1")
    log.info("engine stopped")
    return OK


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
            log.info("SIGHUP: nothing to do, the configuration is reread by itself")
        elif interval is not None:
            if answers(url):
                notify("WATCHDOG=1")
            else:
                log.error("the engine does not answer: the watchdog is not fed")
            next_beat = time.monotonic() + interval
