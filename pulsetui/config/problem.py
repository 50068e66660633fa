"""What is wrong in a configuration, said so that a person can go and fix it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from pulsetui.core.text.visible import visible
from pulsetui.errors import ConfigError

_SHOWN = 80
"""Characters of an offending text that are shown."""


class Problem(Struct, frozen=True, kw_only=True):
    """One thing wrong. Its texts may quote the file and are unsafe until cleaned; ``str`` cleans them."""

    message: str  # what is wrong, without the offending text
    path: Path | None = None  # None: not of a file, but of fields that somebody submitted
    line: int | None = None  # counted from 1
    where: str = ""  # the table: "checks.backup", "listener"; "" at the top level
    field: str = ""  # the key in that table; "slug" and "schedule" are used where no key is at fault
    value: str = ""  # the offending text, quoted and shortened
    suggestion: str = ""  # what to do, a sentence of its own
    better: str = ""  # a text that would do in the place of the offending one

    def __str__(self) -> str:
        place = (
            ""
            if self.path is None
            else f"{self.path}: "
            if self.line is None
            else f"{self.path}:{self.line}: "
        )
        table = f"[{self.where}] " if self.where else ""
        subject = f"{self.field} {self.value}".strip()
        # A message that begins with the offending text reads on from the key.
        colon = "" if not subject else " " if self.message.startswith('"') and not self.value else ": "
        said = f"{subject}{colon}{self.message}"
        if not said.endswith((".", "!", "?")):
            said += "."
        return visible(f"{place}{table}{said} {self.suggestion}".rstrip())


class ConfigProblems(ConfigError):  # noqa: N818 - it is several
    """Every problem of a file, or of the submitted fields of one check, in the order of the lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def quoted(value: object) -> str:
    """An offending value as it is shown: text in quotes, long text cut."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list | tuple):
        return "{…}" if isinstance(value, dict) else "[…]"
    text = value if isinstance(value, str) else _number(value)
    text = visible(text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…")
    return f'"{text}"' if isinstance(value, str) else text


def _number(value: object) -> str:
    try:
        return str(value)
    except ValueError:  # more digits than Python is willing to print
        return "a very long number"
