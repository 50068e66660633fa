"""The Healthchecks dialect: uuids, and ping key with slug.

Under ``/ping/``, at the root (hc-ping.com's form), and under any prefix that a proxy may have left in front
of ``/ping/``.
"""

from __future__ import annotations

from collections.abc import Sequence

from pulsetui.listener import answers
from pulsetui.listener.auth import is_one_of
from pulsetui.listener.http.message import Request
from pulsetui.listener.pings.dialect import Declined, Desk, Reading
from pulsetui.listener.pings.usual_form import UsualForm, action_of, is_uuid, trimmed


class Healthchecks:
    """Pings by uuid, or by ping key and slug."""

    first_segments = None

    def __init__(self, desk: Desk) -> None:
        self._sink = desk.sink
        self._form = UsualForm(desk)

    def read(self, request: Request, segments: Sequence[str]) -> Reading | None:
        """``/ping/…`` is what its clients are told to send; else the root, and then a prefix."""
        if segments[0] == "ping":
            return self._named(request, segments, 1)
        found = self._named(request, segments, 0)
        if found is not None:
            return found
        for at in range(1, len(segments) - 1):
            if segments[at] == "ping" and (found := self._named(request, segments, at + 1)) is not None:
                return found
        return None

    def _named(self, request: Request, segments: Sequence[str], at: int) -> Reading | None:
        """``<uuid>[/action]`` or ``<ping-key>/<slug>[/action]`` from there on. A uuid always wins."""
        left = len(segments) - at
        if left > 0 and is_uuid(segments[at]):
            return self._form.by_uuid(request, segments[at], trimmed(segments[at + 1 :]))
        if left < 2 or not is_one_of(segments[at].encode(), self._sink.ping_keys()):
            return None
        slug, *rest = segments[at + 1 :]
        action = action_of(rest[0]) if rest else None
        # Healthchecks has no trailing slash after a slug (404), and none of its clients sends one.
        if not slug or (rest and action is None) or len(trimmed(rest)) > 1:
            return Declined(answers.NOT_FOUND, "unknown path", "/".join((slug, *trimmed(rest))))
        return self._form.by_slug(request, slug, action)
