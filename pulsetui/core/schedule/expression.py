"""What every schedule text must be before anything reads it."""

from __future__ import annotations

from pulsetui.errors import ScheduleError

_MAX_SHOWN_LENGTH = 80
MAX_NUMBER = 2**31 - 1
"""What cron and systemd hold in an ``int``. Both take a step of any such size, and nothing larger."""


def text_of(value: object, what: str, example: str) -> str:
    """``value`` if it is text. Raises ScheduleError for whatever else TOML and JSON can hold."""
    if not isinstance(value, str):
        raise ScheduleError(f"{what} expressions are text like {example}, got {value!r:.40}")
    return value


def quoted(text: str, longest: int = _MAX_SHOWN_LENGTH) -> str:
    """Offending text for a message, long ones cut."""
    return f'"{text}"' if len(text) <= longest else f'"{text[:longest]}…"'


def refuse_strange_characters(text: str, what: str) -> None:
    """Raise ScheduleError unless it is printable ASCII, blanks and tabs."""
    if not all(" " <= letter <= "~" or letter == "\t" for letter in text):
        shown = ascii(text[:60])
        raise ScheduleError(f"{what} {shown}: only plain ASCII characters are allowed")
