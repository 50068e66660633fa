"""The rows below a short table: made anew when what they tell changes, and once a minute."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, cast

from msgspec.structs import replace

from pulsetui.client.glance import glances
from pulsetui.client.views import CheckView, Timeline
from pulsetui.core.state.status import Status
from pulsetui.tui.base.screen import PulseScreen, fetch
from pulsetui.tui.base.verbs import BY_ID
from pulsetui.tui.draw.paint import LineList
from pulsetui.tui.draw.status import status_now
from pulsetui.tui.glance.model import SPAN, Glance, GlanceContext, due_of, glance_lines, shares

if TYPE_CHECKING:
    from textual.events import Resize
    from textual.timer import Timer

    from pulsetui.tui.base.services import Services

_FETCH_EVERY_S = 60.0
_MIN_FETCH_S, _NEWS_FETCH_S = 2.0, 15.0
"""Between two questions to the engine: for lanes that it has not told of, and for what is new in those that
are shown, whose cells are longer than that."""


class GlancePane(LineList, can_focus=False):
    """Takes what changes from the table's screen; nothing in it scrolls or can be chosen."""

    DEFAULT_CSS = "GlancePane { height: 0; overflow-y: hidden; }"

    def __init__(self) -> None:
        super().__init__(id="glance")
        self._down: dict[str, CheckView] = {}
        self._glance = Glance()
        self._made_from: object = None
        self._rows = 0
        self._minute = 0
        self._timeline: Timeline | None = None
        self._problem = ""
        self._asked: tuple[str, ...] = ()  # whose hours were asked for
        self._asked_at = 0.0  # time.monotonic()
        self._question: Timer | None = None
        self._stale = True  # all checks have to be looked at

    # What is new

    def news(self, changed: Iterable[str], checks: Mapping[str, CheckView]) -> None:
        """These checks have changed: an incident may have begun or ended, and a lane another run."""
        if not self.display:
            self._stale = True
            return
        for slug in changed:
            self._sort_in(slug, checks.get(slug))
            if slug in self._asked and self._question is None:
                self._ask(_NEWS_FETCH_S)

    def tick(self) -> None:
        """Nothing but the minute is in these lines."""
        if self.display and self._minute != _minute_of(self._pulse.now()):
            self._draw()
            if time.monotonic() - self._asked_at > _FETCH_EVERY_S:
                self._ask(_MIN_FETCH_S)

    def show_rows(self, rows: int, listed: Iterable[CheckView]) -> None:
        """Takes so many rows, 0 for none; ``listed`` are the checks on the rows of the table."""
        self.display = rows > 0
        if not rows:
            return
        if rows != self._rows:
            self._rows = rows
            self.styles.height = rows
        if self._stale:
            self._stale, self._down = False, {}
            checks = self._pulse.client.checks()
            for glance in glances(checks):
                if glance.status is Status.DOWN:
                    self._sort_in(glance.slug, checks.get(glance.slug))
        now = self._pulse.now()
        down = sorted(self._down.values(), key=_urgency)
        listed = tuple(listed)
        wrong = [
            view
            for view in listed
            if view.slug not in self._down and (status_now(view, now) is Status.LATE or view.unwatched)
        ]
        due = [(at, view.slug, view) for view in listed if (at := due_of(view, now)) is not None]
        self._glance = Glance(
            down=tuple(down),
            unwell=(*down, *wrong),
            due=tuple(view for _, _, view in sorted(due, key=lambda one: one[:2])),
        )
        self._draw()

    def _sort_in(self, slug: str, view: CheckView | None) -> None:
        if view is not None and view.status is Status.DOWN and view.incident is not None:
            self._down[slug] = view
        else:
            self._down.pop(slug, None)

    # Drawing

    def on_resize(self, event: Resize) -> None:
        super().on_resize(event)
        self._draw()

    def _draw(self) -> None:
        if not self.is_mounted or not self.display or not self.size.width:
            return
        pulse = self._pulse
        now = pulse.now()
        self._minute = _minute_of(now)
        context = GlanceContext(
            now=now,
            zone=pulse.viewer_zone,
            width=self.size.width,
            rows=self._rows,
            ascii_only=pulse.ascii_only,
            more_key=pulse.key_of(BY_ID["incidents"]),
        )
        glance = replace(self._glance, timeline=self._timeline, problem=self._problem)
        made_from = (glance, replace(context, now=context.now.replace(second=0, microsecond=0)))
        if made_from == self._made_from:
            return
        self._made_from = made_from
        self.show(glance_lines(glance, context))
        lanes = tuple(view.slug for view in glance.lanes[: shares(glance, self._rows).lanes])
        if lanes != self._asked:
            self._asked = lanes
            self._ask(_MIN_FETCH_S)

    # The engine is asked on a thread

    @property
    def waits(self) -> bool:
        """Whether the engine has never told of the lanes that are shown."""
        return self.display and bool(self._asked) and self._timeline is None and not self._problem

    @property
    def _pulse(self) -> Services:
        return cast("PulseScreen", self.screen).pulse

    def _ask(self, every: float) -> None:
        """Asks for the lanes that are shown, ``every`` seconds after the last question at the earliest; many
        wishes become one."""
        if self._question is not None:
            self._question.stop()
            self._question = None
        if self._asked:
            wait = max(every - (time.monotonic() - self._asked_at), 0.01)
            self._question = self.set_timer(wait, self._fetch)

    def _fetch(self) -> None:
        self._question, self._asked_at = None, time.monotonic()
        if not self.display:
            self._asked, self._made_from = (), None  # they are asked for when they are seen again
            return
        client, slugs = self._pulse.client, self._asked
        since = self._pulse.now() - SPAN
        fetch(
            cast("PulseScreen", self.screen),
            lambda: client.timeline(slugs, since, since + 2 * SPAN),
            self._got,
            group="glance",
            fail=self._failed,
        )

    def _got(self, answer: Timeline) -> None:
        self._timeline, self._problem = answer, ""
        self._draw()

    def _failed(self, problem: str) -> None:
        self._timeline, self._problem = None, problem
        self._draw()


def _minute_of(now: datetime) -> int:
    return int(now.timestamp() // 60)


def _urgency(view: CheckView) -> tuple[bool, float, str]:
    """Nobody knows of it, then the newest."""
    incident = view.incident
    since = 0.0 if incident is None else incident.started_at.timestamp()
    return view.acknowledged, -since, view.slug
