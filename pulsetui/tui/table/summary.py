"""The lines on top: how many are in which status; what comes next, where the listener is, is it there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo

from msgspec import Struct

from pulsetui.client.attention import Attention
from pulsetui.client.status_words import ACKNOWLEDGED, GLYPH, GLYPH_ASCII, RUNNING
from pulsetui.client.views import EngineInfo
from pulsetui.core.state.status import Status
from pulsetui.core.text.phrases import count_text
from pulsetui.tui.draw.clocks import foreign, zone_note
from pulsetui.tui.draw.distances import countdown, far_off
from pulsetui.tui.draw.lines import Line, Span, cut, fit, name_of, plain, width_of
from pulsetui.tui.draw.paint import OneLine
from pulsetui.tui.table.model import TableModel
from pulsetui.tui.table.row import SNOOZED, UNWATCHED
from pulsetui.tui.table.status_views import ALL

_SNOOZES_SHOWN = 2
_CALM = (
    (Attention.ACKNOWLEDGED, ACKNOWLEDGED, "acknowledged"),
    (Attention.SNOOZED, Status.DOWN, "snoozed"),
)
"""What is down and wants no attention: its facet, glyph and word."""


class Summary(OneLine):
    """One of the two lines; ``summary_line`` and ``facts_line`` make what they show."""


Fact = list[Span]


def summary_line(model: TableModel, facts: Sequence[Fact], width: int, *, ascii_only: bool = False) -> Line:
    """The counts, and at the right end as many of ``facts`` as fit; what is not there was not important."""
    left: list[Span] = [(" ", "text")]
    for count in _counts(model, ascii_only=ascii_only):
        if width_of(left) + width_of(count) > width:
            break  # a number is never cut in two
        left += [*count, ("  ", "text")]
    if len(left) > 1:
        left.pop()
    if model.total:
        facts = [*facts, [(count_text(model.total, "check"), "muted")]]
    tail: list[Span] = []
    for fact in facts:
        candidate = [*tail, ("   ", "text"), *fact] if tail else fact
        if width_of(left) + width_of(candidate) + 3 <= width:
            tail = candidate
    room = width - width_of(tail) - 1
    return (*fit(left, max(room, 0)), *tail, (" ", "text")) if tail else tuple(fit(left, width))


def title_words(counts: Mapping[str, int]) -> str:
    """For the terminal's title: what asks for somebody, else what is late; then what is down and calm."""
    said = next(
        (
            f"{counts[facet]} {word}"
            for facet, word in ((Attention.WANTED, "down"), (Status.LATE, "late"))
            if counts[facet]
        ),
        "",
    )
    calm = [f"{counts[facet]} {word}" for facet, _, word in _CALM if counts[facet]]
    return ", ".join([said, *calm] if said else calm) or "all well"


def facts_line(facts: Sequence[Fact], width: int) -> Line:
    """The facts in a line of their own, the first left and the others right."""
    if not facts:
        return tuple(fit([], width))
    line: list[Span] = [(" ", "text"), *facts[0]]
    for fact in facts[1:]:
        candidate = [*line, ("  ·  ", "border"), *fact]
        if width_of(candidate) + 1 <= width:
            line = candidate
    return tuple(fit(line, width))


class SummaryContext(Struct, frozen=True, kw_only=True):
    """What the facts are made of besides the rows."""

    info: EngineInfo
    now: datetime
    zone: tzinfo = UTC  # of the person
    attached: str | None = (
        None  # None: the engine is in this process; else its address, "" where that is plain
    )
    connected: bool = True
    held: bool = False  # rows wait for their places while a person moves the cursor
    following: bool = False
    rate: str = ""
    out_of_sight: int = 0  # problems further up or down in the table
    problem_key: str = ""  # goes to the next of them


def facts_of(model: TableModel, standing: SummaryContext) -> list[Fact]:
    """The most important first: what is not as it seems, what is shown, where the engine is, what comes next,
    whose the times are, the listener."""
    facts: list[Fact] = []
    info, now = standing.info, standing.now
    if not standing.connected:
        facts.append([("connection lost: these are the last values known", "error")])
    if standing.out_of_sight:
        said = f"{count_text(standing.out_of_sight, 'problem')} out of sight"
        facts.append([(said, "error"), (f" ({standing.problem_key})", "muted")])
    facts += _snoozes(info, now)
    if standing.held:
        facts.append([("sorting paused while you move", "accent")])
    if model.marks:
        facts.append(_marks(model))
    if model.filter.text or model.subset is not ALL:
        facts.append(_narrowed(model))
    if standing.following:
        facts.append([("following", "accent")])
    facts.append(_engine(standing))
    following = _next(model, now)
    if following:
        facts.append(following)
    facts.append([(zone_note(standing.zone), "text")])
    refused = sum(info.rejected.values())
    if refused:
        facts.append([(f"{count_text(refused, 'ping')} refused", "warning"), (" (N)", "muted")])
    if not standing.attached:  # else its address is there already
        facts.append(_listener(info))
    if standing.rate:
        facts.append([(standing.rate, "text")])
    if others := _other_clocks(model, standing.zone, now):
        facts.append([(others, "muted")])
    return facts


def _other_clocks(model: TableModel, person: tzinfo, now: datetime) -> str:
    """How many schedules are read on clocks that show another time: ``1 schedule in UTC``; "" for none."""
    zones = {name: count for name, count in model.zones.items() if name and count}
    others = foreign(zones, person, now)
    if not others:
        return ""
    found = sum(zones[name] for name in others)
    if len(others) > 1:
        return f"{count_text(found, 'schedule')} in other zones"
    whose = "schedules" if found == sum(zones.values()) else count_text(found, "schedule")
    return f"{whose} in {plain(others[0])}"


def _narrowed(model: TableModel) -> Fact:
    """What view and filter leave, and whether they hide what somebody has to look at."""
    view = f"view {model.subset.word}: " if model.subset is not ALL else ""
    fact: Fact = [(f"{view}{model.shown} of {model.total} shown", "accent")]
    if left_out := model.left_out:
        fact.append((f", {count_text(left_out, 'problem')} left out", "error"))
    return fact


def _engine(standing: SummaryContext) -> Fact:
    """Whether the watching ends with this screen."""
    if standing.attached is None:
        return [("engine here", "text")]
    where = plain(standing.attached) or f"pid {standing.info.pid}"
    return [("attached to ", "muted"), (cut(where, 40), "text")]


def _listener(info: EngineInfo) -> Fact:
    if info.address:
        return [("listening on ", "muted"), (plain(info.address), "text")]
    return [("no listener", "warning")]


def _marks(model: TableModel) -> Fact:
    """How many a verb is done to; marks that are not shown are not touched."""
    marked = len(model.marked)
    spans: Fact = [(f"{marked} marked", "accent")]
    hidden = len(model.marks) - marked
    return [*spans, (f", {hidden} more not shown", "muted")] if hidden else spans


def _snoozes(info: EngineInfo, now: datetime) -> list[Fact]:
    """What is snoozed beyond single checks, which show it in their rows."""
    wide = [one for one in info.snoozes if one.scope != "check" and one.until > now]
    wide.sort(key=lambda one: (one.scope != "everything", one.until))
    facts: list[Fact] = []
    for one in wide[:_SNOOZES_SHOWN]:
        what = f"tag {plain(one.target)}" if one.scope == "tag" else "everything"
        facts.append([(f"z {cut(what, 24)} {countdown(one.until, now)}", "warning")])
    if len(wide) > _SNOOZES_SHOWN:
        facts.append([(f"z {count_text(len(wide) - _SNOOZES_SHOWN, 'more tag')}", "warning")])
    return facts


def _counts(model: TableModel, *, ascii_only: bool) -> list[Fact]:
    """Glyph, number and word of each status that there is, the worst first.

    Every check that is down is counted once: wanting attention, acknowledged, or snoozed. Otherwise a snooze
    is an extra fact beside the status.
    """
    glyphs = GLYPH_ASCII if ascii_only else GLYPH
    counts = model.counts
    found: list[Fact] = []
    if counts[Attention.WANTED]:
        found.append([(f" {glyphs[Status.DOWN]} {counts[Attention.WANTED]} down ", "chip-down")])
    if counts[Status.LATE]:
        found.append([(f"{glyphs[Status.LATE]} {counts[Status.LATE]} late", "late")])
    found += [
        [(f"{glyphs[glyph]} {counts[facet]} {word}", "calm")] for facet, glyph, word in _CALM if counts[facet]
    ]
    if counts[Status.UP] or not model.total:
        found.append([(f"{glyphs[Status.UP]} {counts[Status.UP]} up", "up")])
    found += [
        [(f"{glyphs[status]} {counts[status]} {status}", str(status))]
        for status in (Status.NEW, Status.PAUSED)
        if counts[status]
    ]
    if counts["running"]:
        found.append([(f"{glyphs[RUNNING]} {counts['running']} running", "running")])
    if counts[UNWATCHED]:
        found.append([(f"? {counts[UNWATCHED]} unwatched", "muted")])
    if counts[SNOOZED] != counts[Attention.SNOOZED]:
        found.append([(f"z {counts[SNOOZED]} snoozed", "accent")])
    return found


def _next(model: TableModel, now: datetime) -> list[Span]:
    following = model.next_deadline()
    if following is None:
        return []
    at, slug = following
    name = name_of(model.rows[slug].view)
    return [
        ("next deadline ", "muted"),
        (cut(name, 24), "text"),
        (f" {far_off(at, now)}", "text"),
    ]
