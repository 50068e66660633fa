"""The answers that pings get, made once: their bytes are kept."""

from __future__ import annotations

from collections.abc import Sequence

from pulsetui.listener.http.message import JSON, Respond, Response
from pulsetui.monitor.sink import MAX_BODY, Receipt

_ANYWHERE = ("Access-Control-Allow-Origin", "*")
_FRESH = ("Cache-Control", "max-age=0, no-cache, no-store, must-revalidate, private")
_PING = (("Ping-Body-Limit", str(MAX_BODY)), _ANYWHERE, _FRESH)
_PLAIN = (_ANYWHERE, _FRESH)

OK = Response(200, b"OK", _PING)
CREATED = Response(201, b"Created", _PING)
NOT_FOUND = Response(404, b"not found", _PLAIN)
HERE = Response(
    404,
    b"not found: PulseTUI listens here. Jobs report to /ping/SLUG; the command pulsetui shows them\n",
    _PLAIN,
)
"""For a person with a browser: there is no page."""
BAD_URL = Response(400, b"invalid url format", _PLAIN)
BAD_CATCH_UP = Response(
    400, b"invalid catch_up: write the missed slot like 2026-11-21T02:00:00+00:00 (not recorded)\n", _PLAIN
)
BAD_RID = Response(400, b"invalid uuid format", _PLAIN)
TOO_MANY = Response(
    404, b"not found: create=1 makes no more checks here (create_limit in [listener])\n", _PLAIN
)
TOO_FAST = Response(429, b"too many new checks at once, try again\n", (("Retry-After", "60"), *_PLAIN))
BUSY = Response(503, b"busy, try again", (("Retry-After", "5"), *_PLAIN))

OTHER_STATE = Response(421, b"this engine holds another state directory", _PLAIN)

OTHERS = {
    Receipt.CREATED: CREATED,
    Receipt.UNKNOWN: NOT_FOUND,
    Receipt.REFUSED: NOT_FOUND,
    Receipt.FULL: TOO_MANY,
    Receipt.TOO_FAST: TOO_FAST,
    Receipt.BUSY: BUSY,
}


def did_you_mean(slug: str) -> Response:
    """The 404 for a sender that may know the slugs. It begins with the words that clients look for."""
    return Response(404, f"not found: did you mean {slug}?\n".encode(), _PLAIN)


def bad_definition(flaw: str) -> Response:
    """The 400 for a check that cannot be made as the ping defines it; ``flaw`` is clean."""
    return Response(400, f"the check cannot be made: {flaw}\n".encode(), _PLAIN)


def forbidden(why: str) -> Response:
    """The 403 for a web page that asks for more than a ping. Nothing lets the page read it."""
    return Response(403, f"{why}\n".encode(), (_FRESH,))


WARNING_HEADER = "Pulsetui-Warning"
"""Says to the sender what of its ping could not be used. The body stays ``OK``: clients compare it."""


def noted(answer: Response, notes: Sequence[str]) -> Response:
    """The answer with a warning for each note. Notes are clean; what is not ASCII becomes ``?``."""
    if not notes:
        return answer
    warnings = [(WARNING_HEADER, note.encode("ascii", "replace").decode()) for note in notes]
    (_, content_type), *headers = answer.headers
    return Response(answer.status, answer.body, (*headers, *warnings), content_type=content_type)


STATE_HEADER_ASKED = b"pulsetui-state"
"""The header by which ``pulsetui ping`` and ``run`` ask for the engine of one state directory, or for any."""


def proving(respond: Respond, state: str) -> Respond:
    """Answers with the id of the state directory, so that the job knows who took its report."""

    def answer(response: Response) -> None:
        (_, content_type), *headers = response.headers
        respond(
            Response(
                response.status,
                response.body,
                (*headers, ("Pulsetui-State", state)),
                content_type=content_type,
                stream=response.stream,
            )
        )

    return answer


def json_error(status: int, message: str, headers: tuple[tuple[str, str], ...] = ()) -> Response:
    """``{"error": message}``, as every JSON call here answers when it cannot do what was asked."""
    from msgspec.json import encode

    return Response(status, encode({"error": message}), headers, content_type=JSON)
