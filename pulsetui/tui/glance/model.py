"""The rows below a short table as lines: open incidents, the last hours of what is not well, the next dues.

Pure. Nothing here says that all is well: what is not listed may only have had no room.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from msgspec import Struct
from rich.cells import cell_len

from pulsetui.client.attention import known_by, why_down
from pulsetui.client.status_words import word_for
from pulsetui.client.views import CheckView, IncidentView, Timeline
from pulsetui.core.state.status import Status
from pulsetui.core.text.phrases import instant_text, span_text
from pulsetui.tui.draw.clocks import check_zone, foreign
from pulsetui.tui.draw.distances import in_minutes
from pulsetui.tui.draw.lines import Line, Span, cut, fit, name_of, pad, plain, width_of, wrapped
from pulsetui.tui.incidents.model import glyph_of, style_of
from pulsetui.tui.timeline.lanes import cell_spans, name_cells, name_spans
from pulsetui.tui.timeline.model import DAY, TimelineWindow, lane_cells, window_at
from pulsetui.tui.timeline.words import axis, midnights

SPAN = DAY
"""What the timeline spans: three quarters of it are past."""
MAX_DUES = 10
_MAX_NAME = 30
_LASTED_FROM = 100  # cells
_AXIS = 2  # lines
_FEW_LANES = 4  # for so many the incidents make do with a line each


class Glance(Struct, frozen=True, kw_only=True):
    """What is told."""

    down: Sequence[CheckView] = ()  # every check with an open incident, most urgent first
    unwell: Sequence[CheckView] = ()  # what is not well, of those and of the rows of the table
    due: Sequence[CheckView] = ()  # of the rows of the table, the soonest first
    timeline: Timeline | None = None  # None while the engine has not answered
    problem: str = ""  # why there is none; unsafe text

    @property
    def lanes(self) -> Sequence[CheckView]:
        """Whose last hours are of interest: where all is well, those of what comes next."""
        return self.unwell or self.due


class GlanceContext(Struct, frozen=True, kw_only=True):
    """Where and when it is told."""

    now: datetime
    zone: tzinfo  # of the person
    width: int
    rows: int  # at most
    ascii_only: bool = False
    more_key: str = "i"  # opens the list of all incidents

    def when(self, at: datetime) -> str:
        return instant_text(at, self.zone, self.now)


class Shares(Struct, frozen=True):
    """How many lines each part gets, without the blank one in front of it; 0 leaves it out."""

    incidents: int
    lanes: int  # without the axis
    dues: int


def shares(glance: Glance, rows: int) -> Shares:
    """Shares out the rows: incidents come first, then the lanes, and what is due next has a line of its own
    in any case."""
    down, lanes, due = len(glance.down), len(glance.lanes), len(glance.due)
    brief = 2 if due else 0
    if not glance.unwell:
        lanes = min(lanes, (rows - brief) // 2)
    incidents = 0
    if down:
        beside = brief + (1 + _AXIS + min(lanes, _FEW_LANES) if lanes else 0)
        sizes = (1 + 2 * down, 1 + down, rows - brief - 1)
        incidents = next((size for size in sizes[:2] if 1 + size + beside <= rows), min(sizes[0], sizes[2]))
    left = rows - (1 + incidents if incidents else 0)
    shown = max(min(lanes, left - brief - 1 - _AXIS), 0)
    left -= 1 + _AXIS + shown if shown else 0
    most = min(1 + min(due, MAX_DUES), left - 1)
    return Shares(incidents, shown, 0 if not due or most < 1 else most if most > 2 else 1)


def glance_lines(glance: Glance, context: GlanceContext) -> list[Line]:
    """At most as many lines as there are rows."""
    share = shares(glance, context.rows)
    parts = [
        incident_lines(glance.down, share.incidents, context),
        timeline_lines(glance, share.lanes, context),
        due_lines(glance.due, share.dues, context),
    ]
    lines = [line for part in parts if part for line in ((), *part)]
    return lines[: context.rows]


# Open incidents


def incident_lines(down: Sequence[CheckView], most: int, context: GlanceContext) -> list[Line]:
    """Since when, who knows and why: in two lines for each check where there is room, else in one."""
    if not down or most < 2:
        return []
    acknowledged = sum(view.acknowledged for view in down)
    about = f"  {len(down)}" + (f", {acknowledged} acknowledged" if acknowledged else "")
    lines: list[Line] = [((" Open incidents", "title"), (about, "muted"))]
    column = _name_column(down, context)
    if 1 + 2 * len(down) <= most:
        for view in down:
            lines += _told_in_two(view, column, context)
        return lines
    shown = down if 1 + len(down) <= most else down[: most - 2]
    lines += [_told_in_one(view, column, context) for view in shown]
    if len(shown) < len(down):
        lines.append(((f"   {len(down) - len(shown)} more: {context.more_key} lists all of them", "muted"),))
    return lines


def _told_in_two(view: CheckView, column: int, context: GlanceContext) -> list[Line]:
    lines: list[Line] = [
        tuple(fit([*_since(view, column, context), ("  ", "text"), _known(view)], context.width))
    ]
    if why := _why(view):
        lines.append(tuple(fit([(" " * (column + 4), "text"), *why], context.width)))
    return lines


def _told_in_one(view: CheckView, column: int, context: GlanceContext) -> Line:
    """Who knows stands in front of why, and that nobody does behind it, where all of it has room: the glyph
    says it as well."""
    known, why, dot = [_known(view)], _why(view), ("  ·  ", "border")
    parts = [part for part in ((known, why) if view.acknowledged else (why, known)) if part]
    told = [*_since(view, column, context), *(span for part in parts for span in (dot, *part))]
    if why and not view.acknowledged and width_of(told) > context.width:
        del told[-2:]
    return tuple(fit(told, context.width))


def _since(view: CheckView, column: int, context: GlanceContext) -> list[Span]:
    incident = view.incident
    assert incident is not None, "only checks with an open incident are listed"
    style = style_of(incident)
    spans: list[Span] = [
        (" ", "text"),
        glyph_of(incident, ascii_only=context.ascii_only),
        (f" {pad(name_of(view), column)} ", "strong" if style == "down" else "text"),
        (f"{word_for(Status.DOWN, incident.reason)} since {context.when(incident.started_at)}", style),
    ]
    if context.width >= _LASTED_FROM:
        spans.append((f" ({_lasted(incident, context.now)})", "muted"))
    return spans


def _known(view: CheckView) -> Span:
    known = plain(known_by(view.incident))
    return (known, "accent") if known else ("not acknowledged", "down")


def _why(view: CheckView) -> list[Span]:
    # What was said last may be of another report: of a failure, its reason has that.
    why = plain(why_down(view))
    return [(why, "text")] if why else []


def _lasted(incident: IncidentView, now: datetime) -> str:
    """To the minute: these lines are made anew once a minute."""
    minutes = int((now - incident.started_at).total_seconds()) // 60
    return span_text(minutes * 60) if minutes > 0 else "just now"


def _name_column(views: Sequence[CheckView], context: GlanceContext) -> int:
    longest = max((cell_len(name_of(view)) for view in views), default=0)
    return min(longest, _MAX_NAME, context.width // 3)


# The last hours


def window_of(context: GlanceContext) -> TimelineWindow:
    """The time that the lanes show."""
    return window_at(context.now, SPAN, max(context.width - name_cells(context.width) - 1, 1))


def timeline_lines(glance: Glance, most: int, context: GlanceContext) -> list[Line]:
    """An axis, and below it ``most`` lanes."""
    if most < 1:
        return []
    if glance.problem:
        return wrapped(glance.problem, context.width, "error", " ")[: _AXIS + most]
    left, window = name_cells(context.width), window_of(context)
    days, clock = axis(window, context.zone, context.now, ascii_only=context.ascii_only)
    title = " Not well" if glance.unwell else " Last hours"
    lines: list[Line] = [
        (*fit([(title, "title")], left), *days),
        (*fit([("", "head")], left), *clock),
    ]
    answer = glance.timeline
    known = {} if answer is None else {lane.slug: lane for lane in answer.lanes}
    nights = {index for index, _ in midnights(window, context.zone)}
    for view in glance.lanes[:most]:
        name = name_spans(view, context.now, left, cursor=False, ascii_only=context.ascii_only)
        lane = known.get(view.slug)
        drawn = (
            None
            if lane is None or answer is None
            else lane_cells(lane, window, context.now, answer.unwatched)
        )
        lines.append(
            (*name, *cell_spans(drawn, window.cells, nights, spot=None, ascii_only=context.ascii_only))
        )
    return lines


# What is due next


def due_of(view: CheckView, now: datetime) -> datetime | None:
    """When the check is to report next, whatever its status; None where nothing is expected, and for a period
    that has passed: the next one begins with a report."""
    if view.status is Status.PAUSED:
        return None
    instants = (view.next_ping, None if view.schedule_kind == "every" else view.upcoming)
    return next((at for at in instants if at is not None and at > now), None)


def due_lines(due: Sequence[CheckView], most: int, context: GlanceContext) -> list[Line]:
    """One line for all of them, or a list."""
    if not due or most < 1:
        return []
    if most == 1:
        return [_brief(due, context)]
    shown = due[: min(most - 1, MAX_DUES)]
    column = _name_column(shown, context)
    lines: list[Line] = [((" Due next", "title"),)]
    for view in shown:
        at = due_of(view, context.now)
        if at is None:  # it has passed since
            continue
        spans: list[Span] = [
            (f"   {pad(name_of(view), column)}  ", "text"),
            (pad(context.when(at), 17), "text"),
            (pad(in_minutes(at, context.now), 12), "muted"),
            (_schedule_of(view, context), "muted"),
        ]
        lines.append(tuple(fit(spans, context.width)))
    return lines


def _schedule_of(view: CheckView, context: GlanceContext) -> str:
    """Its zone is said where that is another than the times beside it are in."""
    words = plain(view.schedule_words)
    elsewhere = foreign([check_zone(view)], context.zone, context.now)
    return words if elsewhere else words.removesuffix(f" ({plain(view.tz)})")


def _brief(due: Sequence[CheckView], context: GlanceContext) -> Line:
    """As many as fit as a whole."""
    spans: list[Span] = [(" Due next", "title")]
    for at, view in enumerate(due):
        instant = due_of(view, context.now)
        if instant is None:  # it has passed since
            continue
        mark = "  " if at == 0 else "  ·  "
        one: list[Span] = [
            (mark, "border"),
            (f"{cut(name_of(view), _MAX_NAME)} ", "text"),
            (in_minutes(instant, context.now), "muted"),
        ]
        if at and width_of(spans) + width_of(one) >= context.width:
            break
        spans += one
    return tuple(fit(spans, context.width))
