"""What a ping may carry in its query beside the run id and its outcome: metrics and a duration.

A bad one is dropped, counted and told to the sender; the ping itself still counts, since a job that finished
must not look missing for a misspelt number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from pulsetui.core import storable
from pulsetui.core.state.ping import NO_METRICS, NO_REASONS
from pulsetui.core.text.clean import clean
from pulsetui.core.text.metric import not_a_number
from pulsetui.core.text.number import MAX_NUMBER_LENGTH, number
from pulsetui.listener.http.message import Query
from pulsetui.listener.pings.outcome import Reject, Say

MAX_METRICS = storable.MAX_METRICS
"""At most this many metrics of one ping are taken."""

_NAME = re.compile(r"[A-Za-z_][\w.-]{0,63}", re.ASCII)
_SPAN = re.compile(r"(?:\d+(?:\.\d*)?(?:ns|us|µs|μs|ms|s|m|h))+", re.ASCII)
_SPAN_PART = re.compile(r"(\d+(?:\.\d*)?)(ns|us|µs|μs|ms|s|m|h)", re.ASCII)
_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_MAX_NUMBER_LENGTH = MAX_NUMBER_LENGTH + 1  # characters: one that is cut is still too long

_EXAMPLE = "metric=records:312"
_SHOWN = 40  # characters of what could not be read


def _keep_quiet(_sentence: str) -> None:
    return


def metrics(
    query: Query, reject: Reject, say: Say = _keep_quiet
) -> tuple[Mapping[str, float], Mapping[str, str]]:
    """``metric=records:312`` or ``metric=records=312``, repeatable: the numbers by name, and for the names
    that came without one why. Of a repeated name the last counts."""
    given = query.get("metric")
    if not given:
        return NO_METRICS, NO_REASONS
    found: dict[str, float] = {}
    unread: dict[str, str] = {}
    for text in given:
        name, _sign, literal = text.rpartition(":") if ":" in text else text.partition("=")
        value = number(clean(literal, _MAX_NUMBER_LENGTH))
        is_name = _NAME.fullmatch(name) is not None
        if is_name and len({*found, *unread, name}) > MAX_METRICS:
            reject("bad metric")
            say(f"more than {MAX_METRICS} metrics: {name} is left out")
            continue
        found.pop(name, None)
        unread.pop(name, None)
        if value is not None and is_name:
            found[name] = value
            continue
        reject("bad metric")
        say(_what_is_wrong(name, literal))
        if is_name:
            unread[name] = not_a_number(literal) if literal.strip() else "it came without a value"
    return found, unread


def _what_is_wrong(name: str, literal: str) -> str:
    shown = clean(name, _SHOWN)
    if _NAME.fullmatch(name) is None:
        return f'metric "{shown}" is not a valid name; write {_EXAMPLE}'
    if not literal.strip():
        return f'metric "{shown}" has no value; write {_EXAMPLE}'
    return f'metric "{shown}": "{clean(literal, _SHOWN)}" is not a number; write {_EXAMPLE}'


def duration(query: Query, reject: Reject, say: Say = _keep_quiet) -> timedelta | None:
    """``duration=93``, ``duration=1.5`` (seconds) or ``duration=1m33s``."""
    given = query.get("duration")
    if not given:
        return None
    seconds = _seconds(given[0].strip())
    if seconds is None or not 0 <= seconds <= storable.MAX_SPAN.total_seconds():
        reject("bad duration")
        say(f'duration "{clean(given[0], _SHOWN)}" is not a span; write duration=93 or duration=1m33s')
        return None
    return timedelta(seconds=seconds)


def catch_up(query: Query) -> datetime | None:
    """``catch_up=2026-11-21T02:00:00+00:00``: the missed slot that the run makes up for; None when it does
    not say. Raises UnstorableError: what cannot be read must not pass for the regular run."""
    given = query.get("catch_up")
    if not given:
        return None
    try:
        return storable.instant(datetime.fromisoformat(given[-1]))
    except ValueError:
        raise storable.UnstorableError("is not an instant") from None


def _seconds(text: str) -> float | None:
    if len(text) > _MAX_NUMBER_LENGTH:
        return None
    if _SPAN.fullmatch(text) is None:
        return number(text)
    return sum(float(n) * _UNITS[unit] for n, unit in _SPAN_PART.findall(text))
