"""A run: from its start to its success, fail or skip, matched by run id; and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct, field

from pulsetui.core.proof.expect import Expectation
from pulsetui.core.schedule.duration import format_duration
from pulsetui.core.state.check import Check
from pulsetui.core.state.ping import NO_METRICS, Ping
from pulsetui.core.state.status import Outcome, PingKind


class Run(Struct, frozen=True, kw_only=True, gc=False):
    """One run of a check. A success without a start is a run of unknown duration."""

    n: int  # number of the ping that opened it; identifies the run within its check
    rid: UUID | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    slot: datetime | None = None  # the scheduled instant it answered
    outcome: Outcome = Outcome.RUNNING
    duration: timedelta | None = None
    exit_status: int | None = None
    metrics: Mapping[str, float] = field(default_factory=lambda: NO_METRICS)
    overlaps: int | None = None  # n of the run that was still running when this one started
    duplicate: bool = False  # a success within min_interval of the one before
    catch_up: bool = False  # a person ran it to make up for ``slot``: it was judged by nobody
    detail: str = ""  # what was wrong, in words
    proof: str = ""  # what was seen of its work, in words; "" where nothing was looked for, or not yet


class Unproven(Struct, frozen=True, kw_only=True):
    """A good run whose proof is still to be looked for."""

    run: Run
    success_before: datetime | None = None  # the last one before it, which counts if this was none
    recovers: bool = False  # the check is down, and comes up when this run is believed


def judge(check: Check, ping: Ping, duration: timedelta | None) -> tuple[Outcome, str]:
    """How the run that ``ping`` ends has ended, and what is wrong with it in words; ``duration`` None when it
    is not known."""
    if ping.kind is PingKind.SKIP:
        return Outcome.SKIPPED, ping.why
    if ping.kind is PingKind.FAIL:
        return Outcome.FAILED, _failure(ping)
    if check.min_runtime is not None and duration is not None and duration < check.min_runtime:
        took, least = format_duration(duration), format_duration(check.min_runtime)
        return Outcome.TOO_SHORT, f"took {took}, expected at least {least}"
    if failures := _unmet(check.expect, ping, duration):
        return Outcome.UNMET, "; ".join(failures)
    return Outcome.SUCCESS, "; ".join(f"metric {name}: {why}" for name, why in ping.unread.items())


def _failure(ping: Ping) -> str:
    """With the last that it said: mostly that is what went wrong."""
    if not ping.exit_status:
        what = "the job reported a failure"
    elif ping.exit_status < 0:  # as Python's subprocess tells it
        what = f"killed by signal {-ping.exit_status}"
    else:
        what = f"exit status {ping.exit_status}"
    return f"{what}: {ping.why}" if ping.why else what


def _unmet(expect: tuple[Expectation, ...], ping: Ping, duration: timedelta | None) -> list[str]:
    return [
        text for expectation in expect if (text := expectation.failure(ping.metrics, duration, ping.unread))
    ]
