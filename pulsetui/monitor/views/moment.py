"""The views of one moment."""

from __future__ import annotations

import logging

from msgspec.structs import replace

from pulsetui.client.glance import Glance, Unmade
from pulsetui.client.views import CheckView
from pulsetui.core.state.maintenance import maintained_until
from pulsetui.monitor.describe import bare_view, check_glance, check_view
from pulsetui.monitor.engine import Engine
from pulsetui.monitor.writing.checks import TrackedCheck

logger = logging.getLogger(__name__)


class ViewMoment:
    """What the views of one moment have in common."""

    def __init__(self, engine: Engine) -> None:
        self._unusual = engine.unusual
        self.now = engine.clock.now()
        self.snoozes = [one for one in engine.checks.snoozes if one.until > self.now]
        self._windows = engine.config.alerting.windows
        self._hook_names = tuple(engine.config.hooks)

    def view_of(self, tracked: TrackedCheck) -> CheckView:
        """Of one check; where it cannot be made, what it is and where it stands."""
        try:
            view = check_view(tracked, self._hook_names, self.snoozes, self.now)
            if unusual := self._unusual.of(tracked.id):
                view = replace(view, unusual=unusual)
            if (until := maintained_until(self._windows, tracked.check, self.now)) is not None:
                view = replace(view, maintained_until=until)
        except Exception:  # the evaluator tells of it; its row is there all the same
            logger.exception("check=%s cannot be shown", tracked.check.slug)
            view = bare_view(tracked, self._hook_names)
        return view

    def glance_of(self, tracked: TrackedCheck) -> Glance:
        """The same as far as it goes, without that."""
        try:
            return check_glance(tracked, self.snoozes, self.now)
        except Exception:
            logger.exception("check=%s cannot be shown", tracked.check.slug)
            return bare_view(tracked, self._hook_names)


class UnmadeCheck(Unmade):
    """A check as it was last committed at some moment. Its view is kept once it is made, its glance never."""

    __slots__ = ("_moment", "_tracked", "_view")

    def __init__(self, moment: ViewMoment, tracked: TrackedCheck) -> None:
        self._moment, self._tracked = moment, tracked
        self._view: CheckView | None = None

    @property
    def view(self) -> CheckView:
        if self._view is None:
            self._view = self._moment.view_of(self._tracked)
        return self._view

    def glance(self) -> Glance:
        return self._moment.glance_of(self._tracked)
