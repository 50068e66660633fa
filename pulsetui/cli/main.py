"""The command's entrance. It imports next to nothing: ``ping`` and ``run`` start inside cron jobs."""

from __future__ import annotations

import sys

VALUE_OPTIONS = frozenset({"--config", "--state-dir", "--listen", "--attach", "--api-key", "--url"})
"""Options that may stand before the command's name and take a value."""


TOO_LITTLE_MEMORY = (
    "this system gives PulseTUI too little memory, or not one more thread. Look at ulimit -a, and at the"
    " limits of its container or service"
)


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
    except (MemoryError, OSError, ImportError, RuntimeError, SyntaxError) as error:
        if not is_short_of_memory(error):
            raise
        sys.stderr.write(f"pulsetui: {TOO_LITTLE_MEMORY}\n")
        return 1


def command_index(arguments: list[str]) -> int | None:
    """Where the command's name stands; None when there is none."""
    at = 0
    while at < len(arguments):
        if not arguments[at].startswith("-"):
            return at
        at += 2 if arguments[at] in VALUE_OPTIONS else 1
    return None


def is_short_of_memory(error: BaseException | None) -> bool:
    """Whether an error, or one that led to it, says that there was no memory or no thread to be had."""
    for _ in range(20):  # a chain of causes that is longer is none
        if error is None:
            return False
        said = str(error).lower()
        if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == 12):  # ENOMEM
            return True
        if isinstance(error, RuntimeError) and "start new thread" in said:
            return True
        if isinstance(error, ImportError) and ("map segment" in said or "allocate memory" in said):
            return True
        if (
            isinstance(error, SyntaxError) and "can't load unicodedata" in said
        ):  # a module while it is compiled
            return True
        error = error.__cause__ or error.__context__
    return False
