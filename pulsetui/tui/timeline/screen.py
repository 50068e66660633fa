"""What all checks did and will do, on one axis of time: the runs, the gaps, and who runs at the same time."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from pulsetui.client.views import CheckView, Timeline, TimelineLane
from pulsetui.tui.base.screen import TickingScreen, fetch
from pulsetui.tui.base.verbs import BY_ID, bindings_on, key_of
from pulsetui.tui.draw.hints import Hint, Hints
from pulsetui.tui.draw.lines import Line, wrapped
from pulsetui.tui.draw.paint import LineList, OneLine
from pulsetui.tui.timeline.around import (
    COMPANY_FROM,
    LEGEND_FROM,
    Surroundings,
    cell_line,
    company_line,
    head_lines,
    title_line,
)
from pulsetui.tui.timeline.lanes import TimelineLanes, name_cells
from pulsetui.tui.timeline.model import (
    START_ZOOM,
    ZOOMS,
    LaneCells,
    Unwatched,
    next_event,
    panned,
    resized,
    window_at,
    zoomed,
)
from pulsetui.tui.timeline.words import legend, midnights

if TYPE_CHECKING:
    from datetime import datetime

_FETCH_EVERY_S = 60.0
_MIN_FETCH_S = 1.0
"""Between two questions to the engine, however much changes."""
_PAN = 8  # an arrow moves the window by one part in so many


class _Title(OneLine):
    """What is shown: the span, the zoom, the zone, the filter."""


class _Block(LineList, can_focus=False):
    """Lines that do not scroll, as many as they are."""

    DEFAULT_CSS = "_Block { height: 1; }"

    def put(self, lines: Sequence[Line]) -> None:
        self.display = bool(lines)
        self.styles.height = max(len(lines), 1)
        self.show(lines)


class TimelineScreen(TickingScreen):
    """Composes, asks the engine for what is visible, and routes the keys."""

    SCOPE = "timeline"
    TICK_S = 5.0
    """Now and the runs that go on move with the clock; a cell of the closest zoom is longer than this."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(keys, action, label, id=f"timeline.{name}", tooltip=about)
        for keys, action, label, name, about in (
            ("left,h", "pan(-1)", "Earlier", "earlier", "Look at earlier times"),
            ("right,l", "pan(1)", "Later", "later", "Look at later times"),
            ("shift+left,H", f"pan(-{_PAN})", "Screen earlier", "screen_earlier", "A whole screen earlier"),
            ("shift+right,L", f"pan({_PAN})", "Screen later", "screen_later", "A whole screen later"),
            ("comma", "point(-1)", "Previous cell", "cell_back", "Move the cursor one cell back"),
            ("full_stop", "point(1)", "Next cell", "cell_on", "Move the cursor one cell forward"),
            ("tab,w", "jump(False)", "Next event", "next", "To the next run, gap or slot of this check"),
            ("shift+tab,b", "jump(True)", "Previous event", "previous", "To the previous one"),
        )
    ] + bindings_on("timeline")

    def __init__(self, slug: str | None = None) -> None:
        super().__init__()
        self._first = slug
        self.zoom = START_ZOOM
        self._follows = True  # the window moves with the clock
        self._lanes: dict[str, TimelineLane] = {}
        self._answer: Timeline | None = None
        self._problem = ""
        self._asked_at = 0.0  # time.monotonic()
        self._waits = False

    def compose(self) -> ComposeResult:
        yield _Title(id="title")
        yield _Block(id="axis", base="panel")
        yield TimelineLanes(self.pulse.now())
        yield _Block(id="readout", base="surface")
        yield _Block(id="legend", base="surface")
        yield Hints(id="hints")

    def on_mount(self) -> None:
        self.lanes.cursor = self._first
        self.lanes.focus()
        self.call_after_refresh(self._settle)

    @property
    def lanes(self) -> TimelineLanes:
        return self.query_one(TimelineLanes)

    def select(self, slug: str | None) -> None:
        """Puts the cursor on the lane of a check."""
        if slug is not None and slug in self.lanes.slugs:
            self.lanes.go_to(list(self.lanes.slugs).index(slug))

    def targets(self) -> tuple[CheckView, ...]:
        view = self.pulse.client.checks().get(self.lanes.cursor or "")
        return () if view is None else (view,)

    def slugs(self) -> list[str]:
        """The checks in the order of the table, with its filter."""
        return self.pulse.shown_slugs()

    # Time and news

    def tick(self) -> None:
        if time.monotonic() - self._asked_at > _FETCH_EVERY_S:
            self._ask()
        self._follow()
        self._draw()

    def news(self, changed: frozenset[str], *, info: bool) -> None:
        if changed:
            self._ask()
            self._draw()

    def seen_again(self) -> None:
        self.call_after_refresh(self._settle)

    def on_resize(self) -> None:
        self.call_after_refresh(self._settle)

    def _settle(self) -> None:
        """Fits the window to the width, then asks and draws."""
        lanes, now = self.lanes, self.pulse.now()
        cells = max(lanes.line_width - name_cells(lanes.line_width), 1)
        if cells != lanes.window.cells:
            share = lanes.at / lanes.window.cells
            if self._follows:
                lanes.window = window_at(now, ZOOMS[self.zoom], cells)
                lanes.at = lanes.window.index(now) if share == 0 else round(share * cells)
            else:
                lanes.window = resized(lanes.window, cells, ZOOMS[self.zoom])
                lanes.at = round(share * cells)
            lanes.at = min(max(lanes.at, 0), cells - 1)
        self._draw()
        lanes.bring_into_view()
        self._ask()

    def _follow(self) -> None:
        """Moves the window on when now has come into another cell; the cursor stays on its time or on now."""
        if not self._follows:
            return
        lanes, now = self.lanes, self.pulse.now()
        window = window_at(now, ZOOMS[self.zoom], lanes.window.cells)
        by = (window.since - lanes.window.since) // window.cell
        if by:
            on_now = lanes.at == lanes.window.index(now - window.cell * by)
            lanes.window = window
            lanes.at = window.index(now) if on_now else max(lanes.at - by, 0)

    # The engine

    def _ask(self) -> None:
        """Asks soon for what is visible; many wishes become one question."""
        if self._waits or not self.is_mounted:
            return
        self._waits = True
        self.set_timer(max(_MIN_FETCH_S - (time.monotonic() - self._asked_at), 0.01), self._fetch)

    def _ask_for_missing(self) -> None:
        """Asks when something of what is seen has never been told."""
        window, answer = self.lanes.window, self._answer
        covered = answer is not None and answer.since <= window.since and window.until <= answer.until
        if not covered or any(slug not in self._lanes for slug in self.lanes.on_screen()):
            self._ask()

    def _fetch(self) -> None:
        self._waits = False
        self._asked_at = time.monotonic()
        window, slugs = self.lanes.window, list(self.lanes.on_screen())
        half = window.cell * window.cells / 2
        since, until = window.since - half, window.until + half  # so that moving a little shows all at once
        client = self.pulse.client
        fetch(
            self,
            lambda: client.timeline(slugs, since, until),
            self._got,
            group="timeline",
            fail=self._failed,
        )

    def _got(self, answer: Timeline) -> None:
        if self._answer is None or (answer.since, answer.until) != (self._answer.since, self._answer.until):
            self._lanes = {}  # of another span: what is out of sight is asked for again
        self._answer, self._problem = answer, ""
        self._lanes.update({lane.slug: lane for lane in answer.lanes})
        self._draw()
        self._ask_for_missing_lanes()

    def _ask_for_missing_lanes(self) -> None:
        known = self.pulse.client.checks()
        if any(slug in known and slug not in self._lanes for slug in self.lanes.on_screen()):
            self._ask()

    def _failed(self, problem: str) -> None:
        self._problem = problem
        self._draw()

    # Drawing

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        lanes, now, checks = self.lanes, self.pulse.now(), self.pulse.client.checks()
        slugs = self.slugs()
        days = {index for index, _ in midnights(lanes.window, self.pulse.viewer_zone)}
        lanes.show(slugs, checks, self._lanes, self._unwatched, days, now)
        around = self._surroundings(now)
        self.query_one(_Title).show(title_line(around, self.zoom, len(checks)))
        drawn = {slug: one for slug in lanes.on_screen() if (one := lanes.drawn(slug)) is not None}
        self.query_one("#axis", _Block).put(head_lines(around, list(drawn.values())))
        self.query_one("#readout", _Block).put(self._readout(around, drawn))
        shown = {mark for one in drawn.values() for mark in one.marks}
        marks = legend(around.width, ascii_only=around.ascii_only, shown=shown)
        self.query_one("#legend", _Block).put([marks] if around.height >= LEGEND_FROM else [])
        self.refresh_hints()

    @property
    def _unwatched(self) -> Unwatched:
        return self._answer.unwatched if self._answer is not None else ()

    def _surroundings(self, now: datetime) -> Surroundings:
        lanes = self.lanes
        return Surroundings(
            width=self.size.width,
            height=self.size.height,
            window=lanes.window,
            at=lanes.at,
            name_cells=name_cells(lanes.line_width),
            lanes=len(lanes.slugs),
            now=now,
            zone=self.pulse.viewer_zone,
            ascii_only=self.pulse.ascii_only,
        )

    def _readout(self, around: Surroundings, drawn: Mapping[str, LaneCells]) -> list[Line]:
        """The cell under the cursor in words."""
        checks = self.pulse.client.checks()
        view = checks.get(self.lanes.cursor or "")
        if self._problem:
            return wrapped(self._problem, around.width, "error", " ")
        if view is None:
            text = "No check matches the filter of the table." if checks else "No checks yet."
            return [((f" {text}", "muted"),)]
        lines = [cell_line(around, view, self._lanes.get(view.slug), self._unwatched)]
        if around.height >= COMPANY_FROM:
            lines.append(company_line(around.at, drawn, checks))
        return lines

    # Keys

    def action_pan(self, parts: int) -> None:
        lanes = self.lanes
        self._follows = False
        lanes.window = panned(lanes.window, parts * max(lanes.window.cells // _PAN, 1), self.pulse.now())
        self._moved()

    def action_point(self, by: int) -> None:
        lanes = self.lanes
        at = lanes.at + by
        if not 0 <= at < lanes.window.cells:
            self.action_pan(1 if by > 0 else -1)
            at -= (1 if by > 0 else -1) * max(lanes.window.cells // _PAN, 1)
        lanes.point(at)

    def action_jump(self, back: bool) -> None:
        lanes, now = self.lanes, self.pulse.now()
        lane = self._lanes.get(lanes.cursor or "")
        if lane is None:
            return
        after = lanes.window.start(lanes.at if back else lanes.at + 1)
        found = next_event(lane, after, now, back=back)
        if found is None:
            self.say(f"Nothing {'earlier' if back else 'later'} is known for this check")
            return
        if not lanes.window.holds(found):
            self._follows = False
            lanes.window = panned(lanes.window, lanes.window.index(found) - lanes.window.cells // 2, now)
        lanes.point(lanes.window.index(found))
        self._moved()

    def own_verbs(self) -> dict[str, Callable[[], None]]:
        return super().own_verbs() | {
            "closer": self.verb_closer,
            "wider": self.verb_wider,
            "now": self.verb_now,
            "open": self.verb_open,
        }

    def verb_closer(self) -> None:
        self._zoom(self.zoom - 1)

    def verb_wider(self) -> None:
        self._zoom(self.zoom + 1)

    def _zoom(self, zoom: int) -> None:
        if not 0 <= zoom < len(ZOOMS):
            self.say("This is the closest zoom" if zoom < 0 else "This is the widest zoom")
            return
        lanes, now = self.lanes, self.pulse.now()
        on_now = lanes.at == lanes.window.index(now)
        self.zoom = zoom
        if self._follows and on_now:
            lanes.window = window_at(now, ZOOMS[zoom], lanes.window.cells)
            lanes.at = lanes.window.index(now)
        else:
            self._follows = False
            lanes.window = zoomed(lanes.window, ZOOMS[zoom], lanes.at)
        self._moved()

    def verb_now(self) -> None:
        lanes, now = self.lanes, self.pulse.now()
        self._follows = True
        lanes.window = window_at(now, ZOOMS[self.zoom], lanes.window.cells)
        lanes.at = lanes.window.index(now)
        self._moved()

    def verb_open(self) -> None:
        if self.lanes.cursor is not None:
            self.pulse.open_check(self.lanes.cursor)

    def _moved(self) -> None:
        self._draw()
        self._ask_for_missing()

    def on_timeline_lanes_moved(self) -> None:
        self._draw()
        self._ask_for_missing_lanes()

    def on_timeline_lanes_opened(self) -> None:
        self.action_verb("open")

    def refresh_hints(self) -> None:
        """The keys of the picture first: a person who only looks needs no others."""
        if not self.is_mounted:
            return
        situation = self.situation()
        verbs = [
            BY_ID[name] for name in ("closer", "wider", "now", "open", "acknowledge", "incidents", "back")
        ]
        arrows = ("<>", "pan") if self.pulse.ascii_only else ("←→", "pan")
        hints = [Hint(*arrows), Hint("Tab", "next event")]
        hints += [Hint(key_of(verb), verb.label, verb=verb.id) for verb in verbs if not verb.off(situation)]
        self.query_one(Hints).offer([*hints, Hint("?", "help", verb="help")])
