"""What all panes share: what they may know, what Enter opens, and the words for instants and sizes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo

from msgspec import Struct

from pulsetui.core.phrases import instant_text
from pulsetui.core.status import Outcome
from pulsetui.core.zone import zone as zone_named
from pulsetui.errors import ScheduleError
from pulsetui.monitor.view import CheckDetails, CheckView, EngineInfo
from pulsetui.tui.lines import Line

Drawn = tuple[list[Line], list[object]]
"""The lines, and for each the key that Enter opens, or None. No keys at all when nothing can be opened."""

OUTCOMES: Mapping[Outcome, tuple[str, str, str]] = {  # glyph, the same in ASCII, style
    Outcome.RUNNING: ("▶", ">", "running"),
    Outcome.SUCCESS: ("●", "*", "up"),
    Outcome.FAILED: ("✖", "x", "down"),
    Outcome.UNMET: ("≠", "!", "down"),
    Outcome.TOO_SHORT: ("▾", "v", "down"),
    Outcome.HUNG: ("◌", "?", "late"),
    Outcome.ORPHAN: ("◌", "?", "late"),
}


class PaneContext(Struct, frozen=True, kw_only=True):
    """What a pane may know besides the details."""

    now: datetime
    width: int
    height: int = 24
    zone: tzinfo  # of the person
    info: EngineInfo
    ascii_only: bool = False

    def instant(self, at: datetime | None) -> str:
        """An instant on the person's wall clock; "" for none."""
        return "" if at is None else instant_text(at, self.zone, self.now)


class PingKey(Struct, frozen=True):
    """Opens the body of a ping."""

    n: int


class RunKey(Struct, frozen=True):
    """Opens the page of a run."""

    n: int


Draw = Callable[[CheckDetails, CheckView, PaneContext], Drawn]


class Pane(Struct, frozen=True):
    """One tab. ``ticks``: something on it changes from second to second."""

    title: str
    draw: Draw
    count: Callable[[CheckDetails], int | None]
    ticks: bool = False


def nothing(text: str) -> Drawn:
    """A pane that has nothing to show says why."""
    return [(), ((f"  {text}", "muted"),)], []


def outcome_glyph(outcome: Outcome, context: PaneContext) -> tuple[str, str]:
    """The shape of an outcome and its style."""
    glyph, letter, style = OUTCOMES[outcome]
    return (letter if context.ascii_only else glyph), style


def check_zone(view: CheckView, context: PaneContext) -> tzinfo:
    """The zone of the check's wall clock. A period has none of its own: then the person's."""
    if view.schedule_kind == "every":
        return context.zone
    try:
        return zone_named(view.tz)
    except ScheduleError:
        return context.zone  # an engine elsewhere may know zones that this host does not


def both_clocks(at: datetime, view: CheckView, context: PaneContext) -> tuple[str, str]:
    """An instant on the check's clock, and on the person's when that shows something else."""
    there = instant_text(at, check_zone(view, context), context.now)
    here = context.instant(at)
    return there, "" if here == there else f"{here} here"


def bytes_text(size: int) -> str:
    """A size: ``412 B``, ``12.5 kB``."""
    return f"{size} B" if size < 1000 else f"{size / 1000:.1f} kB"
