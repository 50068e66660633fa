"""Fetches one value out of JSON: one GET, no redirects, a bounded answer."""

from __future__ import annotations

import time

import msgspec

from pulsetui.core.proof.value_proof import SeenValue
from pulsetui.core.proof.value_sources import JsonField
from pulsetui.core.text.json_path import is_at, value_at
from pulsetui.monitor.proof.looks import UnseenError

MAX_BYTES = 1_000_000
"""Of an answer."""
TIMEOUT_S = 8.0
"""Less than a look has: so a slow server leaves no thread behind."""


def look_at_json(field: JsonField, timeout_s: float = TIMEOUT_S) -> SeenValue:
    """The value of the field. It blocks. Raises UnseenError without such an answer, or such a field in it."""
    try:
        document: object = msgspec.json.decode(_fetched(field.url, timeout_s))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnseenError(f"the answer is not valid JSON: {error}") from None
    if not is_at(document, field.path):
        raise UnseenError("the answer has no such field")
    return SeenValue(value_at(document, field.path))


def _fetched(url: str, timeout_s: float) -> bytes:
    import httpx  # it takes its time to be imported, and few checks ask for it

    end = time.monotonic() + timeout_s
    # Nothing packed: a small answer could unpack to a large one.
    headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "pulsetui"}
    try:
        with (
            httpx.Client(timeout=timeout_s, trust_env=False, follow_redirects=False) as client,
            client.stream("GET", url, headers=headers) as response,
        ):
            if response.status_code != httpx.codes.OK:
                where = "; redirects are not followed" if response.is_redirect else ""
                raise UnseenError(f"the answer has status {response.status_code}{where}")
            if response.headers.get("content-encoding", "identity") != "identity":
                raise UnseenError("the answer is packed, though nobody asked for that")
            body = bytearray()
            for chunk in response.iter_raw():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise UnseenError(f"the answer is longer than {MAX_BYTES} bytes")
                if time.monotonic() > end:
                    raise UnseenError(f"the answer was not there within {timeout_s:g} s")
            return bytes(body)
    except httpx.TimeoutException:
        raise UnseenError(f"no answer within {timeout_s:g} s") from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        raise UnseenError(f"no answer: {str(error) or type(error).__name__}") from None
