"""``/ping/<token>``: the QuietPulse shape, which here is a bare slug.

A slug is not a secret, so this form works only where the listener is reachable from this host alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from pulsetui.core.state.check import SLUG
from pulsetui.listener import answers
from pulsetui.listener.http.message import Request
from pulsetui.listener.pings.dialect import Declined, Desk, Reading, forbidden
from pulsetui.listener.pings.usual_form import UsualForm, action_of, is_upper, trimmed
from pulsetui.monitor.pings.refusals import UNKNOWN_CHECK


class QuietPulse:
    """Pings by slug alone."""

    first_segments = ("ping",)

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._form = UsualForm(desk)

    def read(self, request: Request, segments: Sequence[str]) -> Reading | None:
        """``/ping/<slug>[/action]``. Where it does not work, it says no more than that."""
        slug = segments[1] if len(segments) > 1 else ""
        if not slug:
            return None
        rest = trimmed(segments[2:])
        action = action_of(rest[0]) if len(rest) == 1 else None
        require_key = self._desk.require_key
        if len(rest) == 1 and action is None and is_upper(rest[0]):
            # Where keys are needed the first segment is one, mistyped perhaps: it is never shown.
            name = rest[0] if require_key or not self._desk.sink.knows(slug) else f"{slug}/{rest[0]}"
            return Declined(answers.BAD_URL, "bad url", name)
        if rest and action is None:
            return self._unknown(slug, rest)
        if SLUG.fullmatch(slug) is None:
            hint = None if require_key else answers.did_you_mean
            return Declined(answers.NOT_FOUND, UNKNOWN_CHECK, slug, hint)
        if require_key:
            return Declined(answers.NOT_FOUND, "no key", slug)
        if why := self._desk.guard.against_slug(request):
            return forbidden(request, why, slug)
        return self._form.read(request, action, None, slug)

    def _unknown(self, first: str, rest: Sequence[str]) -> Declined:
        """Two or more segments that mean nothing together: a wrong key, or a misspelt action."""
        if len(rest) > 2:
            return Declined(answers.NOT_FOUND, "unknown path")
        if len(rest) == 1 and not self._desk.require_key and self._desk.sink.knows(first):
            return Declined(answers.NOT_FOUND, "unknown action", f"{first}/{rest[0]}")
        return Declined(answers.NOT_FOUND, "wrong key", rest[0])
