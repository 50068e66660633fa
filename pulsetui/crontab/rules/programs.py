"""Which programs a simple command starts, and which words are the shell's own."""

from __future__ import annotations

from collections.abc import Iterator

from pulsetui.crontab.reports import STARTERS
from pulsetui.crontab.shell import Step

_BUILTIN_WORDS = """
. : [ alias bg break cd command continue do done echo elif else esac eval exec exit export false fg fi for
getopts hash if in jobs kill local printf pwd read readonly return set shift source then time times trap true
type ulimit umask unalias unset until wait while case { } ! [[ ]] declare let test select function
"""
BUILTINS = frozenset(_BUILTIN_WORDS.split())


def started_programs(step: Step) -> Iterator[str]:
    """The program of a simple command, and the first one that it starts itself (``flock``, ``nice``)."""
    if not step.program:
        return
    yield step.program
    if step.program_name in STARTERS - {"env", "sudo", "time"}:
        rest = [word for word in step.argv[1:] if word.startswith(("/", "./", "~/"))]
        # flock's first path is the lock itself.
        rest = rest[1:] if step.program_name == "flock" else rest
        yield from rest[:1]
