"""What all panes share: what they may know, what Enter opens, and the words for instants and sizes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, tzinfo

from msgspec import Struct
from msgspec.structs import replace
from rich.cells import cell_len

from pulsetui.client.views import CheckDetails, CheckView, EngineInfo, RunView
from pulsetui.core.state.status import Outcome, Reason
from pulsetui.core.text.phrases import instant_text, instants_text, one_unit
from pulsetui.report.learned.proposal import Proposal
from pulsetui.tui.draw.clocks import check_clock, check_zone
from pulsetui.tui.draw.lines import Line, Span, cut, pad, plain, width_of

Drawn = tuple[list[Line], list[object]]
"""The lines, and for each the key that Enter opens, or None. No keys at all when nothing can be opened."""

_HERE, _FAR = 17, 13  # cells of an instant and of how far off it is, where there is room

OUTCOMES: Mapping[Outcome, tuple[str, str, str]] = {  # glyph, the same in ASCII, style
    Outcome.RUNNING: ("▶", ">", "running"),
    Outcome.SUCCESS: ("●", "*", "up"),
    Outcome.FAILED: ("✖", "x", "down"),
    Outcome.UNMET: ("≠", "!", "down"),
    Outcome.TOO_SHORT: ("▾", "v", "down"),
    Outcome.SKIPPED: ("»", "/", "muted"),
    Outcome.HUNG: ("◌", "?", "late"),
    Outcome.ORPHAN: ("◌", "?", "late"),
}

ODDITIES: Mapping[Reason, tuple[str, str, str]] = {  # the same of runs that ended well
    Reason.RAN_TWICE: ("⇉", "2", "warning"),
    Reason.OVERLAP: ("╪", "#", "warning"),
}


CATCH_UP = ("↶", "c", "accent")
"""The same of one that made up for a missed slot and ended well."""


class PaneContext(Struct, frozen=True, kw_only=True):
    """What a pane may know besides the details."""

    now: datetime
    width: int
    height: int = 24
    zone: tzinfo  # of the person
    info: EngineInfo
    ascii_only: bool = False
    learned: tuple[Proposal, ...] = ()  # what the check could say more
    accept_key: str = ""  # accepts the first of it

    def instant(self, at: datetime | None, *, seconds: bool = False) -> str:
        """An instant on the person's wall clock; "" for none."""
        return "" if at is None else instant_text(at, self.zone, self.now, seconds=seconds)


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


def run_glyph(run: RunView, context: PaneContext) -> tuple[str, str]:
    """The shape for how a run ended, and its style; a good one that was one too many has its own."""
    odd = run.oddity if run.outcome is Outcome.SUCCESS else None
    glyph, letter, style = OUTCOMES[run.outcome] if odd is None else ODDITIES[odd]
    if run.catch_up and run.outcome is Outcome.SUCCESS:
        glyph, letter, style = CATCH_UP
    return (letter if context.ascii_only else glyph), style


class OnClocks(Struct, frozen=True):
    """An instant as a line shows it."""

    here: str  # on the person's clock
    far: str  # how far off
    there: str  # on the check's own clock; "" where that shows the same


def on_clocks(
    instants: Sequence[datetime], far: Sequence[str], view: CheckView, context: PaneContext
) -> list[OnClocks]:
    """Instants on the person's clock and on the check's own."""
    here, there = (
        instants_text(instants, zone, context.now) for zone in (context.zone, check_clock(view, context.zone))
    )
    texts = zip(here, far, there, strict=True)
    return [OnClocks(mine, away, "" if mine == own else own) for mine, away, own in texts]


def clock_lines(
    title: Sequence[Span], rows: Sequence[OnClocks], view: CheckView, width: int, lead: Span = ("", "text")
) -> list[Line]:
    """The rows under ``title``, each after ``lead``: the person's clock, how far off, and under the zone's
    name the check's own clock where that differs. Where it is narrow the distances have one unit; where
    even that is too wide the check's clock is left out: half a time would read as another."""
    room = width - cell_len(lead[0])
    longest = max((cell_len(row.here) for row in rows), default=0)
    here, far = max(_HERE, longest + 1), _FAR
    there = max((cell_len(row.there) for row in rows), default=0)
    if here + far + there > room:
        rows = [replace(row, far=one_unit(row.far)) for row in rows]
        here = longest + 1
        far = max((cell_len(row.far) for row in rows), default=0) + 1
        if here + far + there > room:
            there = 0
    head = list(title)
    if there:
        # Its name is cut where the times under it are not.
        zone = cut(
            plain(check_zone(view)), max(width - max(cell_len(lead[0]) + here + far, width_of(head) + 2), 0)
        )
        gap = max(cell_len(lead[0]) + here + far - width_of(head), 2)
        head += [(" " * gap, "text"), (zone, "muted")]
    lines: list[Line] = [tuple(head)]
    for row in rows:
        own = [(pad(row.far, far), "muted"), (row.there, "muted")] if there else [(row.far, "muted")]
        lines.append((lead, (pad(row.here, here), "text"), *own))
    return lines


def bytes_text(size: int) -> str:
    """A size: ``412 B``, ``12.5 kB``."""
    return f"{size} B" if size < 1000 else f"{size / 1000:.1f} kB"
