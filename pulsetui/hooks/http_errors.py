"""Why a request failed, in words for a person, and whether it may work later.

What is refused today may be taken tomorrow: a token is renewed, a channel restored, ``checks.toml`` edited.
So a refusal is permanent only where it speaks of the message itself, which will be the same next time. All
others are tried again: at most once an hour and for a day, which disturbs nobody, while a "down" that was
thrown away because of a mistyped token is lost.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from html import unescape
from http import HTTPStatus
from typing import Final, Protocol
from urllib.parse import urljoin, urlsplit

from pulsetui.core.text.clean import clean, decode
from pulsetui.errors import HookError
from pulsetui.hooks.urls import place_of

MAX_EXCERPT: Final = 160
"""Characters of an answer's body that an error quotes."""
MAX_RETRY_AFTER_S: Final = 24 * 3600.0
"""Who asks for more gets an alert a day later, when it is no news any more."""

_OF_THE_MESSAGE: Final = frozenset({413, 414, 422, 431})
"""Too large, or understood and not accepted. Not 400: that is said of wrong tokens and unknown chats, too."""
_LOOKED_THROUGH: Final = 2 * 1024
"""Bytes of a body in which what is worth quoting is sought."""
_SAYS_WHY: Final = (
    "errors",
    "description",
    "message",
    "error",
    "error_description",
    "detail",
    "errors",
    "title",
    "reason",
)
_SECONDS: Final = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,6})?")
_TITLE: Final = re.compile(r"<(title|h1)\b[^>]*>(.*?)</\1", re.IGNORECASE | re.DOTALL)
_TAG: Final = re.compile(r"<[^<>]*>")


class Answered(Protocol):
    """What of ``http.HttpAnswer`` matters here."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def body(self) -> bytes: ...


def refusal(url: str, answer: Answered) -> HookError:
    """The error for an answer that is no success. Its text may hold secrets that the other side repeats."""
    said = f"{place_of(url)} answered {_status(answer.status)}"
    if 300 <= answer.status < 400:
        return HookError(
            f"{said}, a redirect to {_target(url, answer)}. It is not followed: the secrets of the hook "
            "would go there. If that place is right, write its URL"
        )
    why = excerpt(answer.body)
    return HookError(
        f"{said}: {why}" if why else said,
        permanent=answer.status in _OF_THE_MESSAGE,
        retry_after_s=retry_after_s(answer.headers, datetime.now(UTC)),
    )


def _target(url: str, answer: Answered) -> str:
    """Where a redirect points. Only host and scheme: the rest may repeat what is secret."""
    target = answer.headers.get("location", "")
    try:
        whole = urljoin(url, target)
        return f"{urlsplit(whole).scheme}://{place_of(whole)}" if target else "nowhere"
    except ValueError:
        return "an invalid URL"


def unreachable(place: str, error: BaseException) -> str:
    """Why there was no answer."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"the certificate of {place} is not valid: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError):
            return f"{place} does not speak TLS as it should: {cause.reason or cause}"
        if isinstance(cause, socket.gaierror):
            return f"there is no host by that name: {place}"
        if isinstance(cause, ConnectionRefusedError):
            return f"{place} refuses connections"
        if isinstance(cause, OSError) and cause.strerror:
            return f"{place} cannot be reached: {cause.strerror}"
    text = str(error) or type(error).__name__
    return f"{place} gave no valid answer: {clean(text, MAX_EXCERPT)}"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """From the innermost outwards: what lies deepest knows best."""
    if error is None:
        return
    yield from _causes(error.__cause__ or error.__context__)
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _causes(one)
    yield error


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """For how long the other side asks to be left alone (RFC 9110, 10.2.3): seconds or a date, by its own
    clock if it tells the time."""
    text = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(text):
        return min(float(text), MAX_RETRY_AFTER_S)
    until = _date(text)
    if until is None:
        return None
    left = (until - (_date(headers.get("date", "")) or now)).total_seconds()
    return min(max(left, 0.0), MAX_RETRY_AFTER_S)


def _date(text: str) -> datetime | None:
    from email.utils import parsedate_to_datetime

    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def excerpt(body: bytes) -> str:
    """One cleaned line of what an answer says: the error of a JSON object, the title of a page, else its
    beginning."""
    text = decode(body[:_LOOKED_THROUGH])
    if text.lstrip().startswith("<"):
        title = _TITLE.search(text)
        text = unescape(_TAG.sub(" ", title[2] if title else text))
    else:
        text = _said(body) or text
    return clean(text, MAX_EXCERPT)


def _said(body: bytes) -> str:
    """What a JSON object says went wrong; empty if it is none, or says it in another way."""
    try:
        return _reason(json.loads(body))
    except (ValueError, RecursionError):
        return ""


def _reason(document: object) -> str:
    if isinstance(document, str):
        return document
    if isinstance(document, list):
        return ", ".join(reason for reason in map(_reason, document) if reason)
    if isinstance(document, dict):
        return next((reason for name in _SAYS_WHY if (reason := _reason(document.get(name)))), "")
    return ""


def _status(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
