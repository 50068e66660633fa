"""Who may use the API."""

from __future__ import annotations

import hmac
from collections.abc import Sequence

from pulsetui.listener.answers import json_error
from pulsetui.listener.http.message import Request, Response
from pulsetui.monitor.sink import PingSink


def denied(request: Request, sink: PingSink, *, write: bool) -> Response | None:
    """The 401 for this request; None when its key allows the call. The read-only key allows no writes."""
    given = request.headers.get(b"x-api-key", b"").strip()
    if not given:
        return json_error(401, "missing api key")
    keys = sink.api_keys()
    may_read = is_one_of(given, keys.read_only)
    if is_one_of(given, keys.full) or (may_read and not write):
        return None
    return json_error(401, "wrong api key")


def is_one_of(given: bytes, keys: Sequence[str]) -> bool:
    """Whether it is one of these secrets. All are always compared, so that the time taken tells nothing."""
    return sum(hmac.compare_digest(given, key.encode()) for key in keys) > 0
