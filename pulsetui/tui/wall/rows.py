"""The rows of the wallboard, at the largest size at which all of them have room. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial

from msgspec import Struct
from rich.cells import cell_len

from pulsetui.client.attention import known_by, why_down
from pulsetui.client.status_words import word_for
from pulsetui.core.state.status import Status
from pulsetui.core.text.phrases import instant_text, one_unit, span_text
from pulsetui.tui.draw.lines import Line, Span, cut, fit, name_of, pad, plain
from pulsetui.tui.draw.list_columns import ListContext
from pulsetui.tui.draw.status import status_glyph
from pulsetui.tui.wall.font import big_lines, cells_wide, in_capitals
from pulsetui.tui.wall.verdict import KNOWN, Kind, Standing

_WIDE = 64
"""From so many cells a row of one line has room for the reason."""
_FAR = 2
"""A name in letters of this scale is read across a large room."""


class WallLine(Struct, frozen=True):
    """``base`` is what the whole line stands on, margins included."""

    spans: Line
    base: str


_Draw = Callable[[Standing], list[WallLine]]


class WallRows:
    """The checks that there is something to say of, at the largest size at which all of them have room."""

    def __init__(self, rows: Sequence[Standing], context: ListContext, width: int) -> None:
        self._rows = rows
        self._context = context
        self._words = _Words(context)
        self._width = width

    def within(self, height: int) -> tuple[list[WallLine], str]:
        """As many as fit, and what the others are."""
        if not self._rows:
            return [], ""
        if len(self._rows) > height:  # not even on a line each
            kept = [line for one in self._rows[:height] for line in self._small(one)]
            return kept, _more(self._rows[height:])
        for leading, other in self._sizes():
            drawn = [line for one in self._rows for line in (leading if self._leads(one) else other)(one)]
            if len(drawn) <= height:
                return drawn, ""
        raise AssertionError("a line each was found to fit")

    def _sizes(self) -> Iterator[tuple[_Draw, _Draw]]:
        """The largest first: how to draw those that lead, and all others. Nobody's name in blocks is smaller
        than the others': it would look as if it mattered less."""
        names = [capitals for one in self._rows if self._leads(one) and (capitals := _capitals(one))]
        widest = max((cells_wide(capitals, 1) for capitals in names), default=0)
        for scale in (_FAR, 1):
            if names and widest * scale <= self._width:
                yield partial(self._huge, scale), self._medium
        yield self._medium, self._medium
        yield self._medium, self._small
        yield self._small, self._small

    def _leads(self, one: Standing) -> bool:
        return one.kind is self._rows[0].kind

    def _huge(self, scale: int, one: Standing) -> list[WallLine]:
        """The name in blocks, what there is to say of it, and a line of air."""
        base, capitals = _base(one), _capitals(one)
        if not capitals:
            return [*self._medium(one), WallLine((), base)]
        drawn = big_lines(capitals, scale, ascii_only=self._context.ascii_only)
        about = cut(self._words.about(one) + _behind(self._words.why(one)), self._width)
        lines: list[Line] = [((line, _ink(one)),) for line in drawn]
        return [WallLine(line, base) for line in (*lines, ((about, "strong"),), ())]

    def _medium(self, one: Standing) -> list[WallLine]:
        """Two lines: which check and since when, and why."""
        words = self._words
        tail, below = words.about(one), words.why(one)
        if cell_len(tail) > self._width // 2:
            tail, below = words.short(one), below or tail
        second: Line = ((f"  {cut(below, self._width - 2)}", "text"),)
        return [WallLine(line, _base(one)) for line in (self._named(one, tail), second)]

    def _small(self, one: Standing) -> list[WallLine]:
        """One line; where it is short, without the reason."""
        words = self._words
        if self._width < _WIDE:
            return [WallLine(self._named(one, words.short(one)), _base(one))]
        name = pad(name_of(one.view), self._width * 3 // 10)
        spans = [self._glyph(one), (name, "strong"), (f"  {words.about(one)}", _ink(one))]
        return [WallLine(tuple(fit([*spans, (_behind(words.why(one)), "text")], self._width)), _base(one))]

    def _named(self, one: Standing, tail: str) -> Line:
        """The name, and at the right end what is never cut."""
        spans = [self._glyph(one), (name_of(one.view), "strong")]
        return (*fit(spans, self._width - cell_len(tail) - 1), (f" {tail}", _ink(one)))

    def _glyph(self, one: Standing) -> Span:
        if one.kind is Kind.UNJUDGED:
            return "? ", _ink(one)
        status = Status.LATE if one.kind is Kind.LATE else one.view.status
        return f"{status_glyph(one.view, status, ascii_only=self._context.ascii_only)[0]} ", _ink(one)


class _Words:
    """What is said of one check, safe to show."""

    def __init__(self, context: ListContext) -> None:
        self._context = context

    def about(self, one: Standing) -> str:
        """``overdue since Sat 02:00 (2d)``."""
        at = _begin(one)
        if at is None:
            return self._word(one)
        if one.kind is Kind.NEW:
            return f"{self._word(one)}, due {self._at(at)}"
        if one.kind is Kind.LATE:
            return f"late by {self._for(at)}, due {self._at(at)}"
        return f"{self._word(one)} since {self._at(at)} ({self._for(at)})"

    def short(self, one: Standing) -> str:
        """``overdue 2d``."""
        at = _begin(one)
        return self._word(one) if at is None or one.kind is Kind.NEW else f"{self._word(one)} {self._for(at)}"

    def why(self, one: Standing) -> str:
        """Who knows of it, and what is wrong."""
        view = one.view
        if one.kind is Kind.LATE:
            return f"overdue from {self._at(view.deadline)}" if view.deadline is not None else ""
        if one.kind is Kind.UNJUDGED:
            return "its deadline has passed, and nothing has judged it"
        if one.kind is Kind.UNWATCHED:
            again = f"; judged again from {self._at(view.upcoming)}" if view.upcoming is not None else ""
            return f"its deadline passed while nobody was watching{again}"
        known = known_by(view.incident)
        if one.kind is Kind.SILENCED and view.snoozed_until is not None:
            known = f"snoozed until {self._at(view.snoozed_until)}"
        elif one.kind is Kind.MAINTAINED and view.maintained_until is not None:
            known = f"in maintenance until {self._at(view.maintained_until)}"
        return plain("; ".join(filter(None, (known, why_down(view)))))

    def _word(self, one: Standing) -> str:
        return word_for(one.view.status, one.view.reason) if one.view.status is Status.DOWN else str(one.kind)

    def _at(self, instant: datetime) -> str:
        return instant_text(instant, self._context.zone, self._context.now)

    def _for(self, since: datetime) -> str:
        return one_unit(span_text((self._context.now - since).total_seconds()))


def _begin(one: Standing) -> datetime | None:
    """Since when it stands so; of what is late or has not reported, when that is due."""
    view = one.view
    if one.kind is Kind.NEW:
        return view.next_ping or view.first_due
    if one.kind is Kind.LATE:
        return view.next_ping
    if one.kind in (Kind.UNWATCHED, Kind.UNJUDGED):
        return view.deadline
    return view.since


def _capitals(one: Standing) -> str:
    """Its name as it can be drawn in blocks; "" where it cannot."""
    return in_capitals(name_of(one.view)).strip()


def _behind(why: str) -> str:
    return f": {why}" if why else ""


def _base(one: Standing) -> str:
    if one.kind in (Kind.DOWN, Kind.UNJUDGED):
        return "alarm"
    return "warn" if one.kind in (Kind.LATE, Kind.UNWATCHED) else "row"


def _ink(one: Standing) -> str:
    return "calm" if one.kind in KNOWN else "accent" if one.kind is Kind.NEW else "text"


def _more(left_out: Iterable[Standing]) -> str:
    """``+12 more: 3 down, 9 acknowledged``."""
    counts = Counter(one.kind for one in left_out)
    named = ", ".join(f"{counts[kind]} {kind}" for kind in Kind if counts[kind])
    return f"+{counts.total()} more: {named}"
