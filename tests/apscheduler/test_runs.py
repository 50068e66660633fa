"""Jobs of a real APScheduler, and events in an order that no scheduler can be made to keep."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from apscheduler import events
from apscheduler.schedulers.background import BackgroundScheduler

from pulsetui.apscheduler import connect
from pulsetui.apscheduler.connect import connected_schedulers
from pulsetui.apscheduler.runs import JobRuns
from pulsetui.errors import UsageError
from pulsetui.job.report import PingReport
from pulsetui.job.report_queue import ReportQueue
from tests.celery.receiver import HeardPing, Receiver

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
_ENDS = ("success", "fail", "skip")


def sync_invoices() -> str:
    return "imported 312 records"


def crash() -> None:
    raise RuntimeError("the bank does not answer")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    heard = Receiver()
    yield heard
    heard.close()


def ended(receiver: Receiver, slug: str) -> list[HeardPing]:
    return receiver.wait_for(slug, lambda pings: any(ping.kind in _ENDS for ping in pings))


def test_the_jobs_of_a_scheduler_are_reported(receiver: Receiver) -> None:
    scheduler = BackgroundScheduler(timezone=UTC)
    connect(scheduler, slugs={"silent": None, "crashes": "crash-report"}, url=receiver.url)
    connect(scheduler, url=receiver.url)  # a second time changes nothing
    soon = datetime.now(UTC)
    every: Any = {"trigger": "interval", "hours": 1, "next_run_time": soon, "misfire_grace_time": 60}
    scheduler.add_job(sync_invoices, **every)
    scheduler.add_job(sync_invoices, id="silent", **every)
    scheduler.add_job(crash, id="crashes", **every)
    late = {**every, "next_run_time": soon - timedelta(minutes=30), "misfire_grace_time": 1}
    scheduler.add_job(sync_invoices, id="too late", **late)
    scheduler.start()
    try:
        announced, *run = ended(receiver, "sync-invoices")
        assert announced.kind == "log"
        assert (announced.query["create"], announced.query["every"]) == (["1"], ["3600s"])
        assert [ping.kind for ping in run] in (["start", "success"], ["success"])
        assert (run[-1].body.strip(), len({ping.rid for ping in run})) == ("imported 312 records", 1)

        *_, failed = ended(receiver, "crash-report")
        assert failed.kind == "fail"
        assert failed.body.startswith("Traceback (most recent call last)")
        assert failed.body.rstrip().endswith("RuntimeError: the bank does not answer")
        *_, missed = ended(receiver, "too-late")
        assert missed.kind == "skip"
        assert "misfire_grace_time" in missed.body
        assert receiver.pings("silent") == []
    finally:
        scheduler.shutdown()
    (one,) = (each for each in connected_schedulers() if each.scheduler is scheduler)
    assert one.slugs == {"silent": None, "crashes": "crash-report"}


class Kept(ReportQueue):
    """Sends nothing."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:9")
        self.reports: list[PingReport] = []

    def put(self, report: PingReport) -> None:
        self.reports.append(report)


@pytest.fixture
def told() -> tuple[Kept, Callable[..., None]]:
    job = SimpleNamespace(id="nightly", name="nightly", trigger=None)
    scheduler = SimpleNamespace(running=True, get_jobs=lambda: [job], get_job=lambda *_: job)
    queue = Kept()
    runs = JobRuns(scheduler, queue, slugs={}, create=False, clock=NOW.timestamp)
    runs.hear(events.SchedulerEvent(events.EVENT_SCHEDULER_STARTED))

    def tell(code: int, at: datetime = NOW) -> None:
        if code in (events.EVENT_JOB_SUBMITTED, events.EVENT_JOB_MAX_INSTANCES):
            runs.hear(events.JobSubmissionEvent(code, "nightly", "default", [at]))
        else:
            runs.hear(events.JobExecutionEvent(code, "nightly", "default", at))

    return queue, tell


def test_a_start_that_is_told_after_its_end_is_left_out(told: tuple[Kept, Callable[..., None]]) -> None:
    queue, tell = told
    tell(events.EVENT_JOB_EXECUTED)
    tell(events.EVENT_JOB_SUBMITTED)
    tell(events.EVENT_JOB_SUBMITTED, NOW + timedelta(hours=1))
    tell(events.EVENT_JOB_EXECUTED, NOW + timedelta(hours=1))
    assert [report.kind for report in queue.reports] == ["success", "start", "success"]
    assert queue.reports[1].rid == queue.reports[2].rid != queue.reports[0].rid


def test_a_run_that_does_not_begin_since_another_goes_on_is_skipped(
    told: tuple[Kept, Callable[..., None]],
) -> None:
    queue, tell = told
    tell(events.EVENT_JOB_SUBMITTED)
    tell(events.EVENT_JOB_MAX_INSTANCES, NOW + timedelta(hours=1))
    tell(events.EVENT_JOB_ERROR)
    assert [report.kind for report in queue.reports] == ["start", "skip", "fail"]
    assert b"max_instances" in queue.reports[1].body


def test_an_event_that_cannot_be_read_is_logged_and_raises_nothing(caplog: pytest.LogCaptureFixture) -> None:
    runs = JobRuns(SimpleNamespace(), Kept(), slugs={}, create=False)
    runs.hear(SimpleNamespace(code=events.EVENT_JOB_ADDED))
    assert "a job is not reported: AttributeError" in caplog.text


def test_a_slug_that_cannot_be_one_is_refused() -> None:
    with pytest.raises(UsageError, match="not a valid slug"):
        connect(BackgroundScheduler(timezone=UTC), slugs={"a": "Not A Slug"})
