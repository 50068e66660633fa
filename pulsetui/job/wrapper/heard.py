"""What a job says of itself while it runs: lines of its output that are meant for PulseTUI, too.

| line | says |
| --- | --- |
| ``PULSETUI_METRIC records=312`` | a number that the run produced; several to a line, apart by blanks |
| ``PULSETUI_PROGRESS 40 page 3`` | how far it is, in percent (or ``40%``) and in words; one may be left out |

They are passed on like every other line. Of a metric that is said twice the last counts.
"""

from __future__ import annotations

from pulsetui.core.text.number import number
from pulsetui.core.text.output import Output
from pulsetui.job.report import is_metric_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

MARK = b"PULSETUI_"
MAX_LINE = 1000
"""Bytes of a line that are read."""

MAX_METRICS = 64
"""More are not taken from lines: an engine keeps no more of one ping."""

_FULL = 100.0  # percent
_LITERAL = 200  # characters of what should have been a number


class Heard:
    """Listens to both streams of a job. ``stdout`` is what was kept of the one, where that is asked for."""

    __slots__ = ("_last", "_lines", "metrics", "percent", "progress", "stdout", "unread")

    def __init__(self, *, keeps_stdout: bool = False) -> None:
        self.stdout = Output() if keeps_stdout else None
        self.metrics: dict[str, float] = {}
        self.unread: dict[str, str] = {}  # metrics whose values are no numbers, as they were written
        self.progress: str | None = None  # in words; None until the job has said anything of it
        self.percent: float | None = None
        self._last = b""
        self._lines = {1: MarkedLines(self._take), 2: MarkedLines(self._take)}

    def add(self, stream: int, chunk: bytes) -> None:
        """What came next on stream 1 or 2."""
        self._lines[stream].add(chunk)
        self._last = chunk[-MAX_LINE:]
        if stream == 1 and self.stdout is not None:
            self.stdout.add(chunk)

    def close(self) -> None:
        """The output is over: a last line may have no end."""
        for lines in self._lines.values():
            lines.close()

    def how_far(self) -> tuple[float | None, bytes]:
        """Percent, if known, and words: what the job says of its progress, else what it printed last."""
        if self.progress is not None or self.percent is not None:
            return self.percent, (self.progress or "").encode()
        return None, self._last

    def _take(self, line: bytes) -> None:
        word, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
        if word == "PULSETUI_METRIC":
            self._take_metrics(rest)
        elif word == "PULSETUI_PROGRESS":
            self._take_progress(rest.strip())

    def _take_metrics(self, rest: str) -> None:
        tokens = rest.split()
        for token in tokens if all("=" in one for one in tokens) else [rest.strip()]:
            name, found, literal = token.partition("=")
            name = name.strip()
            if not found or not is_metric_name(name):
                continue
            is_new = name not in self.metrics and name not in self.unread
            if is_new and len(self.metrics) + len(self.unread) >= MAX_METRICS:
                continue
            self.metrics.pop(name, None)
            self.unread.pop(name, None)
            value = number(literal)
            if value is None:
                self.unread[name] = literal[:_LITERAL]
            else:
                self.metrics[name] = value

    def _take_progress(self, rest: str) -> None:
        first, _, words = rest.partition(" ")
        percent = number(first.removesuffix("%"))
        if percent is None or not 0 <= percent <= _FULL:
            percent, words = None, rest
        self.percent, self.progress = percent, words.strip()


class MarkedLines:
    """Finds the lines of one stream that begin with ``MARK``, wherever it is cut into chunks."""

    __slots__ = ("_begun", "_take")

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take
        self._begun: bytes | None = b""  # of the line that goes on; None when it is none of ours

    def add(self, chunk: bytes) -> None:
        """What came next."""
        if self._begun is None:
            _, newline, chunk = chunk.partition(b"\n")
            if not newline:
                return
            self._begun = b""
        text = self._begun + chunk
        if MARK in text:
            *lines, last = text.split(b"\n")
            for line in lines:
                if line.startswith(MARK):
                    self._take(line[:MAX_LINE])
        else:
            last = text[text.rfind(b"\n") + 1 :]
        is_ours = last.startswith(MARK) or MARK.startswith(last)
        self._begun = last[:MAX_LINE] if is_ours else None

    def close(self) -> None:
        """There is no more."""
        if self._begun is not None and self._begun.startswith(MARK):
            self._take(self._begun)
        self._begun = b""
