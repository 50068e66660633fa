"""The answers that pings get, made once: their bytes are kept."""

from __future__ import annotations

from collections.abc import Sequence

from pulsetui.listener.message import JSON, Response
from pulsetui.monitor.intake import BODY_LIMIT, Receipt

_ANYWHERE = ("Access-Control-Allow-Origin", "*")
_FRESH = ("Cache-Control", "max-age=0, no-cache, no-store, must-revalidate, private")
_PING = (("Ping-Body-Limit", str(BODY_LIMIT)), _ANYWHERE, _FRESH)
_PLAIN = (_ANYWHERE, _FRESH)

OK = Response(200, b"OK", _PING)
CREATED = Response(201, b"Created", _PING)
NOT_FOUND = Response(404, b"not found", _PLAIN)
BAD_URL = Response(400, b"invalid url format", _PLAIN)
BAD_RID = Response(400, b"invalid uuid format", _PLAIN)
BUSY = Response(503, b"busy, try again", (("Retry-After", "5"), *_PLAIN))

BY_RECEIPT = {
    Receipt.OK: OK,
    Receipt.CREATED: CREATED,
    Receipt.UNKNOWN: NOT_FOUND,
    Receipt.REFUSED: NOT_FOUND,
    Receipt.BUSY: BUSY,
}


WARNING_HEADER = "Pulsetui-Warning"
"""Says to the sender what of its ping could not be used. The body stays ``OK``: clients compare it."""


def noted(answer: Response, notes: Sequence[str]) -> Response:
    """The answer with a warning for each note. Notes are clean; what is not ASCII becomes ``?``."""
    if not notes:
        return answer
    warnings = [(WARNING_HEADER, note.encode("ascii", "replace").decode()) for note in notes]
    return Response(answer.status, answer.body, (*answer.headers[1:], *warnings))


def json_error(status: int, message: str, headers: tuple[tuple[str, str], ...] = ()) -> Response:
    """``{"error": message}``, as every JSON call here answers when it cannot do what was asked."""
    from msgspec.json import encode

    return Response(status, encode({"error": message}), headers, content_type=JSON)
