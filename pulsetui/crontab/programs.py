"""Programs of the host that are asked something: bounded in time and output, and never an error."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence

from msgspec import Struct

from pulsetui.errors import in_words

_PATIENCE_S = 5.0
_MAX_OUTPUT = 4_000_000
"""Characters of a program's output that are read; ``list-timers`` of a large host has some ten thousand."""
NOT_RUN = 127


class ProgramOutput(Struct, frozen=True):
    """What a program said. ``text`` keeps bytes that are not UTF-8 (``surrogateescape``); ``code`` is
    ``NOT_RUN`` where it is missing, or was too slow."""

    code: int
    text: str
    errors: str = ""


def output_of(
    command: Sequence[str], *, within_s: float = _PATIENCE_S, environ: Mapping[str, str] | None = None
) -> ProgramOutput:
    """Runs it with nothing on its input. Takes no longer than ``within_s`` and raises nothing."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=within_s, env=environ, check=False
        )
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        return ProgramOutput(NOT_RUN, "", in_words(error))
    return ProgramOutput(
        done.returncode,
        done.stdout[:_MAX_OUTPUT].decode("utf-8", "surrogateescape"),
        done.stderr[:_MAX_OUTPUT].decode("utf-8", "replace"),
    )
