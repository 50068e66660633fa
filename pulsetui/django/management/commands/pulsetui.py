"""``manage.py pulsetui``: which commands are watched, and whether their reports arrive."""

from __future__ import annotations

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pulsetui.core.text.clean import clean
from pulsetui.django.options import Options, read_options
from pulsetui.django.overview import ProjectCommand, project_commands, shared_slugs
from pulsetui.errors import UsageError
from pulsetui.job.client import send
from pulsetui.job.report import SENT, UNKNOWN, PingReport
from pulsetui.job.wire import parse_address

_PATIENCE_S = 5.0


class ManagePulse(BaseCommand):  # type: ignore[misc] # Django ships no types
    """``list`` asks nobody; ``verify`` sends a labelled note to the check of each command and waits for its
    answer. A note changes nothing in a check."""

    help = "Shows which commands are watched by PulseTUI (list), and whether their reports arrive (verify)."
    requires_system_checks = ()

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("action", choices=["list", "verify"])
        parser.add_argument("commands", nargs="*", help="verify only these")

    def handle(self, *args: Any, action: str, commands: list[str], **given: Any) -> None:
        options = read_options()
        known = project_commands(options)
        if action == "list":
            self._list(options, known)
            return
        unknown = set(commands) - {command.name for command in known}
        if unknown:
            raise CommandError(f"no such command: {', '.join(sorted(unknown))}; see: manage.py pulsetui list")
        self._verify(options, [one for one in known if one.slug and (not commands or one.name in commands)])

    def _list(self, options: Options, known: Any) -> None:
        width = max((len(command.name) for command in known), default=0)
        for command in known:
            self.stdout.write(f"{command.name:<{width}}  {command.slug or 'not watched'}")
        for slug, names in shared_slugs(known).items():
            self.stderr.write(f"{' and '.join(names)} report to one check, {slug}")
        if not options.url:
            self.stderr.write("nothing is reported: PULSETUI_URL is not set")

    def _verify(self, options: Options, watched: list[ProjectCommand]) -> None:
        if not options.url:
            raise CommandError("PULSETUI_URL is not set; it names the engine, like http://127.0.0.1:8787")
        try:
            address = parse_address(options.url)
        except UsageError as error:
            raise CommandError(f"PULSETUI_URL: {error}") from None
        bad = 0
        for command in watched:
            if command.needs_arguments:
                self.stdout.write(f"{command.name}: depends on its arguments ({command.slug}); not tried")
                continue
            body = f"manage.py pulsetui verify on {os.uname().nodename}".encode()
            outcome = send(
                PingReport(slug=command.slug, kind="log", body=body), address, patience=_PATIENCE_S
            )
            bad += outcome.state != SENT
            said = {
                SENT: "arrived",
                UNKNOWN: f"no check {command.slug}; add it with: pulsetui add {command.slug}",
            }
            self.stdout.write(f"{command.name}: {said.get(outcome.state) or clean(outcome.message, 300)}")
        if bad:
            raise CommandError(f"{bad} of {len(watched)} did not arrive")


Command = ManagePulse
"""The name by which Django finds it."""
