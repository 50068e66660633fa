"""What a query says of a run: the status words of all dialects, read alike wherever they stand.

| name | of |
| --- | --- |
| ``status`` | PulseTUI, Uptime Kuma, Sentry, Honeybadger, PulseMon |
| ``state`` | Cronitor |
| ``success`` | Gatus |
| ``exit_code``, ``status_code``, ``exit_status`` | PulseTUI, Cronitor |

An unknown word is never a success: the ping is a log then, with a note for its sender. Where
a query contradicts itself, the worst of what it says counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from pulsetui.core.state.status import PingKind
from pulsetui.core.text.clean import clean
from pulsetui.listener.http.message import Query

Reject = Callable[[str], None]
Say = Callable[[str], None]
"""Takes a sentence for the sender and the person: what of a ping could not be used, and what would be."""

_SUCCESS, _FAIL, _START, _LOG = PingKind.SUCCESS, PingKind.FAIL, PingKind.START, PingKind.LOG
_SKIP = PingKind.SKIP
_GOOD = """
    success succeeded successful ok okay up complete completed done finished tick pass passed healthy true yes
"""
_BAD = """
    fail failed failing failure error errored err down ko nok not_ok false no bad broken critical crit fatal
    panic emergency alert alarm warning warn unknown unhealthy degraded crash crashed dead killed aborted
    abort cancelled canceled interrupted timeout timed_out timedout missed hung exception problem red
    incomplete unsuccessful
"""
WORDS = {
    **dict.fromkeys(_GOOD.split(), _SUCCESS),
    **dict.fromkeys(_BAD.split(), _FAIL),
    **dict.fromkeys(("start", "started", "starting", "run", "running", "begin", "in_progress"), _START),
    **dict.fromkeys(("skip", "skipped", "skipping"), _SKIP),
    **dict.fromkeys(("log", "logs", "info", "note"), _LOG),
}
_BOOLEANS = {"1": _SUCCESS, "0": _FAIL}  # of ``success``; elsewhere a number is an exit status
_WORD_NAMES = ("status", "state", "success")
_CODE_NAMES = ("exit_code", "status_code", "exit_status")
_NAMES = frozenset((*_WORD_NAMES, *_CODE_NAMES))
_EXIT_CODE = re.compile(r"-?\d{1,10}", re.ASCII)
_SEPARATORS = re.compile(r"[\s-]+")
_BADNESS = {_SUCCESS: 0, _SKIP: 1, _START: 2, _LOG: 3, _FAIL: 4}
_SHOWN = 40  # characters of an unknown word


def outcome(query: Query, reject: Reject, say: Say) -> tuple[PingKind, int | None]:
    """Kind and exit status of a ping whose path names no action."""
    if _NAMES.isdisjoint(map(str.lower, query)):
        return _SUCCESS, None
    kinds: list[PingKind] = []
    statuses: list[int] = []
    for name, value in _given(query, _WORD_NAMES):
        kind = _kind_of(name, value)
        if kind is None:
            reject("bad status")
            say(
                f'{name} "{clean(value, _SHOWN)}" is not a word PulseTUI knows: taken as a log, not a success'
            )
            kind = _LOG
        elif name != "success" and value.isdecimal() and value.isascii():
            statuses.append(int(value))
        kinds.append(kind)
    for name, value in _given(query, _CODE_NAMES):
        if _EXIT_CODE.fullmatch(value):
            statuses.append(int(value))
        else:
            reject("bad exit code")
            say(f'{name} "{clean(value, _SHOWN)}" is not a number: taken as a log, not a success')
            kinds.append(_LOG)
    exit_status = next((one for one in statuses if one), statuses[0] if statuses else None)
    if exit_status:
        kinds.append(_FAIL)
    return max(kinds, key=_BADNESS.__getitem__, default=_SUCCESS), exit_status


def _given(query: Query, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Every value there is under these names, in any case; ``status=`` is as if it were not there."""
    for written, values in query.items():
        name = written.lower()
        if name in names:
            for value in values:
                if stripped := value.strip():
                    yield name, stripped


def _kind_of(name: str, value: str) -> PingKind | None:
    if value.isdecimal() and value.isascii() and len(value) <= 10:
        if name == "success":
            return _BOOLEANS.get(value)
        return _FAIL if int(value) else _SUCCESS
    return WORDS.get(_SEPARATORS.sub("_", value.lower()))
