"""``manage.py pulsetui verify``: whether the reports of the commands arrive."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from pulsetui.core.text.clean import clean
from pulsetui.django.options import Options
from pulsetui.django.overview import ProjectCommand, project_commands
from pulsetui.errors import UsageError
from pulsetui.job.client import send
from pulsetui.job.report import SENT, UNKNOWN, PingReport
from pulsetui.job.wire import Address, parse_address

_PATIENCE_S = 5.0


def verify(options: Options, names: Sequence[str], *, out: Callable[[str], object]) -> None:
    """Sends a labelled note, which changes nothing there, to the check of each command (of all that are
    watched, without ``names``), and waits for the answer. Raises UsageError where one did not arrive."""
    known = project_commands(options)
    unknown = set(names) - {command.name for command in known}
    if unknown:
        raise UsageError(f"no such command: {', '.join(sorted(unknown))}; see: manage.py pulsetui list")
    if not options.url:
        raise UsageError("PULSETUI_URL is not set; it names the engine, like http://127.0.0.1:8787")
    try:
        address = parse_address(options.url)
    except UsageError as error:
        raise UsageError(f"PULSETUI_URL: {error}") from None
    watched = [one for one in known if one.slug and (not names or one.name in names)]
    bad = 0
    for command in watched:
        if command.needs_arguments:
            out(f"{command.name}: depends on its arguments ({command.slug}); not tried")
            continue
        said = _sent(command, address)
        bad += said != "arrived"
        out(f"{command.name}: {said}")
    if bad:
        raise UsageError(f"{bad} of {len(watched)} did not arrive")


def _sent(command: ProjectCommand, address: Address) -> str:
    body = f"manage.py pulsetui verify on {os.uname().nodename}".encode()
    outcome = send(PingReport(slug=command.slug, kind="log", body=body), address, patience=_PATIENCE_S)
    if outcome.state == SENT:
        return "arrived"
    if outcome.state == UNKNOWN:
        return f"no check {command.slug}; add it with: pulsetui add {command.slug}"
    return clean(outcome.message, 300)
