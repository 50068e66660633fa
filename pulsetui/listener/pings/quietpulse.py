"""``/ping/<token>``: the QuietPulse shape, which here is a bare slug.

A slug is not a secret, so this form works only where the listener is reachable from this host alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from pulsetui.core.state.check import SLUG
from pulsetui.listener import answers
from pulsetui.listener.browser import Guard
from pulsetui.listener.http.message import Request, Respond
from pulsetui.listener.pings.healthchecks import PingTaker, action_of, is_upper
from pulsetui.monitor.pings.refusals import UNKNOWN_CHECK
from pulsetui.monitor.pings.sink import PingSink


class BareSlugs:
    """Pings by slug alone."""

    def __init__(self, intake: PingSink, taker: PingTaker, guard: Guard, *, require_key: bool) -> None:
        self._intake = intake
        self._guard = guard
        self._taker = taker
        self._require_key = require_key

    def ping(self, request: Request, respond: Respond, slug: str, rest: Sequence[str]) -> None:
        """``<slug>[/action]``; ``rest`` are the segments after the slug."""
        action = action_of(rest[0]) if len(rest) == 1 else None
        if len(rest) == 1 and action is None and is_upper(rest[0]):
            # Where keys are needed the first segment is one, mistyped perhaps: it is shown to nobody.
            name = rest[0] if self._require_key or not self._intake.knows(slug) else f"{slug}/{rest[0]}"
            self._taker.refuse(request, respond, answers.BAD_URL, "bad url", name)
        elif rest and action is None:
            self._unknown(request, respond, slug, rest)
        elif SLUG.fullmatch(slug) is None:
            hint = not self._require_key
            self._taker.refuse(request, respond, answers.NOT_FOUND, UNKNOWN_CHECK, slug, hint=hint)
        elif self._require_key:
            self._taker.refuse(request, respond, answers.NOT_FOUND, "no key", slug)
        elif why := self._guard.against_slug(request):
            self._taker.forbid(request, respond, why, slug)
        else:
            self._taker.by_slug(request, respond, slug, action)

    def _unknown(self, request: Request, respond: Respond, first: str, rest: Sequence[str]) -> None:
        """Two or more segments that mean nothing together: a wrong key, or a misspelt action."""
        if len(rest) > 2:
            self._taker.refuse(request, respond, answers.NOT_FOUND, "unknown path")
        elif len(rest) == 1 and not self._require_key and self._intake.knows(first):
            self._taker.refuse(request, respond, answers.NOT_FOUND, "unknown action", f"{first}/{rest[0]}")
        else:
            self._taker.refuse(request, respond, answers.NOT_FOUND, "wrong key", rest[0])
