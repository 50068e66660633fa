"""Reads the end of the engine's log back, for the screen."""

from __future__ import annotations

import re
from collections import deque
from datetime import UTC, datetime
from pathlib import Path

from pulsetui.client.views import LogLine

LOG_NAME = "pulsetui.log"
_TAIL_BYTES = 256_000
_LINE = re.compile(r"(\d{4}-\d\d-\d\dT\S+) (DEBUG|INFO|WARNING|ERROR|CRITICAL) (\S+) (.*)")


def last_lines(state_dir: Path, limit: int) -> tuple[LogLine, ...]:
    """The last ``limit`` lines of the newest log file, oldest first; nothing when there is no log.

    A line that does not begin with an instant (a traceback's) belongs to the one before.
    """
    try:
        with (state_dir / LOG_NAME).open("rb") as file:
            file.seek(0, 2)
            file.seek(max(file.tell() - _TAIL_BYTES, 0))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ()
    lines: deque[LogLine] = deque(maxlen=limit)
    for raw in text.splitlines():
        if match := _LINE.fullmatch(raw):
            at, level, _, message = match.groups()
            try:
                instant = datetime.fromisoformat(at).astimezone(UTC)
            except (ValueError, OverflowError):
                continue
            lines.append(LogLine(at=instant, level=level, text=message))
        elif lines:
            last = lines.pop()
            lines.append(LogLine(at=last.at, level=last.level, text=f"{last.text}\n{raw}"))
    return tuple(lines)
