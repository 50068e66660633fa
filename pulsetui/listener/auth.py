"""Who may use the API."""

from __future__ import annotations

import hmac

from pulsetui.listener.answers import json_error
from pulsetui.listener.message import Request, Response
from pulsetui.monitor.intake import Intake


def denied(request: Request, intake: Intake, *, write: bool) -> Response | None:
    """The 401 for this request; None when its key allows the call. The read-only key allows no writes."""
    given = request.headers.get(b"x-api-key", b"").strip()
    if not given:
        return json_error(401, "missing api key")
    full, read_only = intake.api_keys()
    # Both are always compared, so that the time taken tells nothing.
    allowed = _same(given, full)
    may_read = _same(given, read_only or "")
    if allowed or (may_read and not write):
        return None
    return json_error(401, "wrong api key")


def _same(given: bytes, key: str) -> bool:
    return hmac.compare_digest(given, key.encode()) and bool(key)
