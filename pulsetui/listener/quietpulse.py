"""``/ping/<token>``: the QuietPulse shape, which here is a bare slug.

A slug is not a secret, so this form works only where the listener is reachable from this host alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from pulsetui.core.check import SLUG
from pulsetui.listener import answers
from pulsetui.listener.healthchecks import PingTaker, action_of
from pulsetui.listener.message import Request, Respond


class BareSlugs:
    """Pings by slug alone."""

    def __init__(self, taker: PingTaker, *, require_key: bool) -> None:
        self._taker = taker
        self._require_key = require_key

    def ping(self, request: Request, respond: Respond, slug: str, rest: Sequence[str]) -> None:
        """``<slug>[/action]``; ``rest`` are the segments after the slug."""
        action = action_of(rest[0]) if len(rest) == 1 else None
        if SLUG.fullmatch(slug) is None or (rest and action is None):
            why = "unknown check" if not rest else "wrong key" if len(rest) <= 2 else "unknown path"
            self._taker.refuse(respond, answers.NOT_FOUND, why)
        elif self._require_key:
            self._taker.refuse(respond, answers.NOT_FOUND, "no key")
        else:
            self._taker.by_slug(request, respond, slug, action)
