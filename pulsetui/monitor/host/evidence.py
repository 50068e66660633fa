"""What the host tells of a run that did not come: cron's log or its silence, the timer, a restart, the clock,
the disk, memory, the last deploy. Facts with their instants; what follows from them is for the person."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from msgspec import Struct

from pulsetui.core.schedule.zone import zone
from pulsetui.core.state.check import Check
from pulsetui.core.text.clean import clean
from pulsetui.core.text.phrases import instant_text, span_text
from pulsetui.crontab.found import HostJob
from pulsetui.monitor.host.look import HostSnapshot
from pulsetui.monitor.host.seen import Seen

MAX_LENGTH = 600
"""Characters of all that is told of one miss."""

_EARLY = timedelta(seconds=90)
"""A start so much before its slot still counts as its start: clocks differ."""
_SETTLED = timedelta(seconds=20)
"""So long after the slot cron has started what it will, and logged it."""
_NEAR = timedelta(minutes=15)
"""A restart so shortly before the slot may have to do with it."""


class Happening(Struct, frozen=True):
    """Something that concerns the whole host."""

    at: datetime
    text: str


class KnownOfHost(Struct, frozen=True, kw_only=True, dict=True):
    """All that evidence is taken from: the last look, what was seen before, and what happened meanwhile."""

    snapshot: HostSnapshot | None = None
    seen: Seen = Seen()
    happened: tuple[Happening, ...] = ()

    @cached_property
    def jobs(self) -> Mapping[str, HostJob]:
        """By the slug or uuid that they report to; of several the first. When thousands are silent at once,
        each is looked up."""
        found = () if self.snapshot is None else self.snapshot.jobs
        return {job.reports_to: job for job in reversed(found) if job.reports_to}


def evidence(
    known: KnownOfHost, check: Check, due: datetime, last_success: datetime | None, now: datetime
) -> str:
    """What is known of a run of ``check`` that was due then and did not report; "" where that is nothing."""
    snapshot = known.snapshot
    if snapshot is None:
        return ""
    job = known.jobs.get(check.slug) or known.jobs.get(check.uuid or "")
    gone = known.seen.gone(check.slug)
    if job is None and gone is None:
        return ""  # it is not a job of this host, as far as was ever seen
    local = zone(check.schedule.timezone)

    def when(instant: datetime) -> str:
        return instant_text(instant, local, now)

    facts: list[str] = []
    if job is None and gone is not None and gone.gone_at is not None:
        facts.append(
            f"its line in {gone.source.rpartition(':')[0] or gone.source} is gone since {when(gone.gone_at)}"
        )
    elif job is not None:
        facts += _of_timer(job, due, when) if job.timer is not None else _of_line(job, snapshot, due, when)
    facts += [f"{one.text} at {when(one.at)}" for one in known.happened if due - _EARLY <= one.at]
    if snapshot.booted_at is not None and due - _NEAR <= snapshot.booted_at <= now:
        facts.append(f"this host was started at {when(snapshot.booted_at)}")
    facts += snapshot.full
    if job is not None and last_success is not None:
        facts += _deploys(job, last_success, when)
    return clean("; ".join(facts))[:MAX_LENGTH]


_When = Callable[[datetime], str]


def _of_line(job: HostJob, snapshot: HostSnapshot, due: datetime, when: _When) -> Iterator[str]:
    assert job.job is not None  # what is no timer is a line
    path, _, line = job.source.rpartition(":")
    if (broken := snapshot.broken.get(path)) is not None:
        yield f"cron leaves out {path} for its line {broken.line}: {broken.why}"
    if snapshot.cron_runs is False:
        yield "no cron runs on this host"
    log = snapshot.log
    if log is None or log.since > due - _EARLY or snapshot.at < due + _SETTLED:
        return
    started = log.last_start(job.job)
    if started is not None and started >= due - _EARLY:
        yield f"cron started line {line} of {path} at {when(started)}"
    elif started is not None:
        yield f"cron has not started line {line} of {path} since {when(started)}, by {log.source}"
    else:
        yield f"cron has not started line {line} of {path} since {when(log.since)}, by {log.source}"


def _of_timer(job: HostJob, due: datetime, when: _When) -> Iterator[str]:
    timer = job.timer
    assert timer is not None  # the caller asked
    if timer.state in ("disabled", "masked"):
        yield f"{timer.unit} is {timer.state}"
    elif not timer.is_active:
        yield f"{timer.unit} is not active"
    if timer.last is None:
        yield f"{timer.unit} has not started yet"
    elif timer.last >= due - _EARLY:
        yield f"{timer.unit} started at {when(timer.last)}"
    else:
        yield f"{timer.unit} has not started since {when(timer.last)}"
    if timer.service.result not in ("", "success"):
        status = f", status {timer.service.exit_status}" if timer.service.exit_status else ""
        yield f"{timer.service.unit} ended with {timer.service.result}{status}"


def _deploys(job: HostJob, last_success: datetime, when: _When) -> Iterator[str]:
    """What of the job was changed after its last success."""
    for path in deploy_marks(job):
        try:
            changed = datetime.fromtimestamp(path.stat().st_mtime, last_success.tzinfo)
        except (OSError, ValueError, OverflowError):
            continue
        if changed > last_success:
            shown = path.parents[1] if path.name == "HEAD" else path
            yield f"{shown} was changed at {when(changed)}, after the last success"
            return


def deploy_marks(job: HostJob) -> Sequence[Path]:
    """The files whose age tells of the last deploy: the checkout that the job goes to, its program."""
    if job.job is None:
        return ()
    found: list[Path] = []
    for step in job.job.steps:
        if step.program == "cd" and len(step.argv) > 1 and step.argv[1].startswith("/"):
            found += [Path(step.argv[1]) / ".git" / "HEAD", Path(step.argv[1])]
    found += [Path(word) for step in job.job.work for word in step.argv[:3] if word.startswith("/")]
    return found


def lasting(before: HostSnapshot, after: HostSnapshot, step: timedelta) -> Iterator[Happening]:
    """Between two looks: the clock was set, the kernel killed for want of memory, cron ended."""
    if abs(step) > timedelta(seconds=60):
        way = "forward" if step > timedelta(0) else "back"
        yield Happening(after.at, f"the clock was set {way} by {span_text(step.total_seconds())}")
    killed = (after.oom_kills or 0) - (before.oom_kills or 0)
    if before.oom_kills is not None and before.booted_at == after.booted_at and killed > 0:
        what = "a process" if killed == 1 else f"{killed} processes"
        yield Happening(after.at, f"the kernel killed {what} for want of memory")
    if before.cron_runs and after.cron_runs is False:
        yield Happening(after.at, "cron ended")
