"""The command's entrance. It imports next to nothing: ``ping`` and ``run`` start inside cron jobs."""

from __future__ import annotations

import sys

VALUE_OPTIONS = frozenset({"--config", "--state-dir", "--listen", "--attach", "--api-key", "--url"})
"""Options that may stand before the command's name and take a value."""


def main(argv: list[str] | None = None) -> int:
    """Runs the command line; returns its exit code: 0 well, 1 the thing asked about is not well, 2 usage or
    configuration, 3 engine unreachable, 130 interrupted."""
    arguments = sys.argv[1:] if argv is None else argv
    at = command_index(arguments)
    try:
        if at is not None and arguments[at] in ("ping", "run"):
            rest = arguments[:at] + arguments[at + 1 :]
            if arguments[at] == "ping":
                from pulsetui.job import ping

                return ping.main(rest)
            from pulsetui.job import run as job

            return job.main(rest)
        from pulsetui.cli.parser import run

        return run(arguments)
    except KeyboardInterrupt:
        return 130


def command_index(arguments: list[str]) -> int | None:
    """Where the command's name stands; None when there is none."""
    at = 0
    while at < len(arguments):
        if not arguments[at].startswith("-"):
            return at
        at += 2 if arguments[at] in VALUE_OPTIONS else 1
    return None
