"""The command's entrance. It imports next to nothing: ``ping`` and ``run`` start inside cron jobs."""

from __future__ import annotations

import os
import sys

from pulsetui.cli.command_index import command_index
from pulsetui.cli.exit_codes import INTERRUPTED, NOT_OK
from pulsetui.cli.memory import TOO_LITTLE_MEMORY, is_short_of_memory  # not only when there is none left


def main(argv: list[str] | None = None) -> int:
    """Runs the command line; returns its exit code (``cli.exit_codes``)."""
    arguments = sys.argv[1:] if argv is None else argv
    if arguments[:1] == ["__complete"]:
        from pulsetui.cli.commands.completion import main as completion

        return completion.main(arguments[1:])
    at = command_index(arguments)
    try:
        if at is not None and arguments[at] in ("ping", "run"):
            rest = arguments[:at] + arguments[at + 1 :]
            if arguments[at] == "ping":
                from pulsetui.job import ping

                return _gone(ping.main(rest)) if argv is None else ping.main(rest)
            from pulsetui.job import run as job

            return job.main(rest)
        if at is not None and arguments[at] == "deploy" and "--" in arguments[at:]:
            from pulsetui.cli.commands.deploy.command import run_deploy

            split = arguments.index("--", at)
            return run_deploy(arguments[:split], arguments[split + 1 :])
        from pulsetui.cli.parser import run

        return run(arguments)
    except KeyboardInterrupt:
        return INTERRUPTED
    except (MemoryError, OSError, ImportError, RuntimeError, SyntaxError) as error:
        if not is_short_of_memory(error):
            raise
        sys.stderr.write(f"pulsetui: {TOO_LITTLE_MEMORY}\n")
        return NOT_OK


def _gone(exit_code: int) -> int:
    """Ends the process without taking the interpreter apart piece by piece: a tenth of the whole ping."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:  # closed by whoever started us
                stream.flush()
        except OSError:
            pass  # there is no reader
    os._exit(exit_code)
