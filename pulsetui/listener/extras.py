"""What a ping may carry in its query beside the run id: metrics, a duration, an exit code, a status word.

A bad one is dropped and counted; the ping itself still counts, since a job that finished must not look
missing for a misspelt number.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import timedelta

from pulsetui.core.duration import LONGEST
from pulsetui.core.ping import NO_METRICS
from pulsetui.core.status import PingKind
from pulsetui.listener.message import Query

METRICS_LIMIT = 64
"""So many metrics of one ping are taken."""

_NAME = re.compile(r"[A-Za-z_][\w.-]{0,63}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)
_EXIT_CODE = re.compile(r"-?\d{1,10}", re.ASCII)
_SPAN = re.compile(r"(?:\d+(?:\.\d*)?(?:ns|us|µs|μs|ms|s|m|h))+", re.ASCII)
_SPAN_PART = re.compile(r"(\d+(?:\.\d*)?)(ns|us|µs|μs|ms|s|m|h)", re.ASCII)
_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_STATUS = {
    "success": PingKind.SUCCESS,
    "ok": PingKind.SUCCESS,
    "fail": PingKind.FAIL,
    "failed": PingKind.FAIL,
    "failure": PingKind.FAIL,
    "error": PingKind.FAIL,
    "start": PingKind.START,
    "log": PingKind.LOG,
}
_LONGEST_NUMBER = 40  # characters; more digits than a float can tell apart

Reject = Callable[[str], None]


def metrics(query: Query, reject: Reject) -> Mapping[str, float]:
    """``metric=records:312``, repeatable. Of a repeated name the last counts."""
    given = query.get("metric")
    if not given:
        return NO_METRICS
    found: dict[str, float] = {}
    for text in given:
        name, colon, literal = text.rpartition(":")
        value = number(literal) if colon and _NAME.fullmatch(name) else None
        if value is None or (len(found) >= METRICS_LIMIT and name not in found):
            reject("bad metric")
        else:
            found[name] = value
    return found


def number(text: str) -> float | None:
    """A finite decimal number; None when the text is none."""
    text = text.strip()
    if len(text) > _LONGEST_NUMBER or _NUMBER.fullmatch(text) is None:
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def duration(query: Query, reject: Reject) -> timedelta | None:
    """``duration=93``, ``duration=1.5`` (seconds) or ``duration=1m33s``."""
    given = query.get("duration")
    if not given:
        return None
    seconds = _seconds(given[0].strip())
    if seconds is None or not 0 <= seconds <= LONGEST.total_seconds():
        reject("bad duration")
        return None
    return timedelta(seconds=seconds)


def _seconds(text: str) -> float | None:
    if len(text) > _LONGEST_NUMBER:
        return None
    if _SPAN.fullmatch(text) is None:
        return number(text)
    return sum(float(n) * _UNITS[unit] for n, unit in _SPAN_PART.findall(text))


def outcome(query: Query, reject: Reject) -> tuple[PingKind, int | None]:
    """What ``status=`` and ``exit_code=`` make of a ping whose path names no action.

    An exit code other than 0 is a fail whatever the status says.
    """
    kind = PingKind.SUCCESS
    if (status := query.get("status")) and status[0]:
        word = _STATUS.get(status[0].lower())
        if word is None:
            reject("bad status")
        else:
            kind = word
    exit_status: int | None = None
    if (code := query.get("exit_code")) and code[0]:
        if _EXIT_CODE.fullmatch(code[0]):
            exit_status = int(code[0])
        else:
            reject("bad exit code")
    if exit_status:
        kind = PingKind.FAIL
    return kind, exit_status
