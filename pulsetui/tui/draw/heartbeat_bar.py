"""The heartbeat bar: one cell for each run or missed slot, newest on the right.

Height says how long it took compared with the median of the bar; shape and colour say how it ended. A slot
without a run is a gap with a dot in it, so that it is seen against the end of the bar as well.
"""

from __future__ import annotations

from functools import lru_cache

from pulsetui.core.state import history as past
from pulsetui.core.state.status import Outcome
from pulsetui.core.text.phrases import count_text
from pulsetui.tui.draw.lines import Span, merged

_HEIGHTS = (  # at most so many times the median → drawn so high
    (0.3, "▁"),
    (0.6, "▂"),
    (0.85, "▃"),
    (1.2, "▄"),
    (1.7, "▅"),
    (2.5, "▆"),
    (4.0, "▇"),
)
_HIGHEST = "█"
_UNKNOWN_HEIGHT = "▄"
_SHAPES = {  # what is not a success has a shape of its own
    past.LETTERS[Outcome.FAILED]: ("✖", "x", "bar-failed"),
    past.LETTERS[Outcome.UNMET]: ("≠", "!", "bar-failed"),
    past.LETTERS[Outcome.TOO_SHORT]: ("▾", "!", "bar-failed"),
    past.LETTERS[Outcome.HUNG]: ("◌", "!", "bar-warned"),
    past.LETTERS[Outcome.ORPHAN]: ("◌", "!", "bar-warned"),
    past.LETTERS[Outcome.SKIPPED]: ("»", "/", "bar-none"),
    past.RAN_TWICE: ("⇉", "2", "bar-warned"),
    past.OVERLAP: ("╪", "#", "bar-warned"),
    past.MISSED: ("·", "_", "bar-missed"),
    past.UNWATCHED: ("?", "?", "bar-none"),
}
_NOT_BAD = {
    past.LETTERS[Outcome.SKIPPED]: "skipped",
    past.RAN_TWICE: "ran twice",
    past.OVERLAP: "overlapping",
}
SUCCESS = past.LETTERS[Outcome.SUCCESS]


@lru_cache(maxsize=4096)
def bar(history: str, width: int, *, ascii_only: bool = False) -> tuple[Span, ...]:
    """The newest ``width`` entries of ``history``, right-aligned in exactly ``width`` cells."""
    marks = list(past.marks(history))[-width:] if width > 0 else []
    known = sorted(mark.seconds for mark in marks if mark.seconds is not None and mark.letter == SUCCESS)
    usual = known[len(known) // 2] if known else 0.0  # near enough to the median; its module costs 5 ms
    spans: list[Span] = [(" " * (width - len(marks)), "text")]
    for mark in marks:
        if mark.letter == SUCCESS:
            spans.append(("." if ascii_only else _height(mark.seconds, usual), "bar-success"))
        else:
            shape, letter, style = _SHAPES.get(mark.letter, ("?", "?", "bar-none"))
            spans.append((letter if ascii_only else shape, style))
    return tuple(merged(spans))


def caption(history: str) -> str:
    """What the bar shows, in words: ``48 runs, 2 failed, 1 missed``."""
    letters = [mark.letter for mark in past.marks(history)]
    missed = letters.count(past.MISSED)
    unwatched = letters.count(past.UNWATCHED)
    runs = len(letters) - missed - unwatched
    noted = [(letters.count(letter), word) for letter, word in _NOT_BAD.items()]
    bad = runs - letters.count(SUCCESS) - sum(count for count, _ in noted)
    counts = [(bad, "bad"), *noted, (missed, "missed"), (unwatched, "unwatched")]
    return ", ".join([count_text(runs, "run"), *(f"{count} {word}" for count, word in counts if count)])


def _height(seconds: float | None, usual: float) -> str:
    if seconds is None or usual <= 0:
        return _UNKNOWN_HEIGHT
    for limit, block in _HEIGHTS:
        if seconds <= usual * limit:
            return block
    return _HIGHEST
