"""``manage.py pulsetui``: what is watched, whether it arrives, and checks that follow the schedules."""

from __future__ import annotations

import sys
from argparse import RawDescriptionHelpFormatter
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, DjangoHelpFormatter

from pulsetui.django.options import read_options
from pulsetui.errors import PulseError

_HELP = """\
sync    makes the checks equal to the schedules of this project; only with --write, else it shows the diff
list    which commands and scheduled jobs there are, and which have no check
verify  sends a labelled note to the check of each command, and waits for the answer
prove   a number or an instant of a model, for an engine that looks for proof: prove billing.Invoice count
check   what manage.py check --deploy warns of
"""


class _AsWritten(DjangoHelpFormatter, RawDescriptionHelpFormatter):  # type: ignore[misc] # see below
    """Keeps the lines of the epilog."""


class ManagePulse(BaseCommand):  # type: ignore[misc] # Django ships no types
    """The exit code is 1 where something is not as it should be: a difference, a report that did not arrive,
    a warning."""

    help = "Follows the schedules of this project, and shows whether each job is watched."
    requires_system_checks = ()

    def add_arguments(self, parser: Any) -> None:
        parser.epilog = _HELP
        parser.formatter_class = _AsWritten
        parser.add_argument("action", choices=["sync", "list", "verify", "prove", "check"])
        parser.add_argument("commands", nargs="*", help="verify: only these; prove: what to look up")
        parser.add_argument("--write", action="store_true", help="sync: change the checks")
        parser.add_argument("--prune", action="store_true", help="sync: remove what is scheduled no more")
        parser.add_argument("--config", default="", metavar="FILE", help="sync: this checks.toml, no engine")
        parser.add_argument(
            "--crontab",
            action="append",
            default=[],
            metavar="FILE",
            help="sync, list: this crontab, not those of this host; may be repeated",
        )

    def handle(self, *args: Any, action: str, commands: list[str], **given: Any) -> None:
        if commands and action not in ("verify", "prove"):
            raise CommandError(f"{action} takes no commands, got: {' '.join(commands)}")
        for name in ("write", "prune", "config"):
            if given[name] and action != "sync":
                raise CommandError(f"--{name} is for sync")
        try:
            is_well = self._do(action, commands, given)
        except PulseError as error:
            raise CommandError(str(error)) from None
        if not is_well:
            sys.exit(1)

    def _do(self, action: str, commands: list[str], given: Any) -> bool:
        options = read_options()
        out, tell = _safe(self.stdout), _safe(self.stderr)
        if action == "verify":
            from pulsetui.django.verify import verify

            verify(options, commands, out=out)
            return True
        if action == "prove":
            from pulsetui.django.proving import prove

            prove(commands, out=out)
            return True
        if action == "check":
            from pulsetui.django.checks import check_by_hand

            return check_by_hand(out=out)
        from pulsetui.django.schedules import this_project

        project = this_project(options, given["crontab"])
        if action == "list":
            from pulsetui.django.listing import show

            return show(project, out=out, tell=tell)
        from pulsetui.django.sync import sync

        return sync(
            project, out=out, tell=tell, **{name: given[name] for name in ("write", "prune", "config")}
        )


def _safe(stream: Any) -> Callable[[str], object]:
    """Writes lines to a stream of Django's; what its encoding does not have as an escape."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return lambda line: stream.write(line.encode(encoding, "backslashreplace").decode(encoding))


Command = ManagePulse
"""The name by which Django finds it."""
