"""Signals sent by hand: what no real worker of the other tests brings about."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from celery import Celery
from celery.app.task import Context
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.celery.beat import ALIVE_EVERY_S, BeatWatch
from pulsetui.celery.connect import connect
from pulsetui.celery.label import HEADER, TaskLabel, read_label, run_id_of, slug_of
from pulsetui.celery.task_runs import TaskRuns
from pulsetui.core.slug import check_slug
from pulsetui.errors import UsageError
from pulsetui.job.report import PingReport
from pulsetui.job.report_queue import ReportQueue

_ID = "7a21b571-6d16-4b06-afa6-8afe37b8cf9f"


class _Recorded(ReportQueue):
    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:9")
        self.reports: list[PingReport] = []

    def put(self, report: PingReport) -> None:
        self.reports.append(report)

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(report.kind, report.body.decode()) for report in self.reports]


class _Object(SimpleNamespace):
    """One that can be held weakly, as requests are."""


class _Worker:
    """One process; ``now`` is its clock, both of the wall and the monotonic one."""

    def __init__(self, **tasks: str) -> None:
        self.app = Celery("shop", set_as_current=False)
        self.queue = _Recorded()
        self.now = 1000.0
        self.runs = TaskRuns(self.app, self.queue, tasks, lambda: self.now, lambda: self.now)

    def task(self, label: TaskLabel | None = None, name: str = "sync", **request: Any) -> Any:
        headers = {} if label is None else {HEADER: label.text()}
        context = Context({"id": _ID, "task": name, **headers, **request})
        return SimpleNamespace(name=name, app=self.app, request=context)

    def start(self, task: Any) -> None:
        self.runs.started(task_id=_ID, task=task)

    def end(self, state: str | None, retval: object = None) -> None:
        self.runs.ended(task_id=_ID, retval=retval, state=state)


_LABEL = TaskLabel(slug="sync", due=990.0, queued=995.5)


def test_three_instants_make_two_metrics_and_the_duration() -> None:
    worker = _Worker()
    worker.start(worker.task(_LABEL))
    worker.now = 1003.0
    worker.end("SUCCESS", "done")
    start, end = worker.queue.reports
    assert dict(start.metrics) == dict(end.metrics) == {"late_s": 5.5, "queue_s": 4.5}
    assert (end.duration, end.rid, end.body) == (3.0, _ID, b"done")


def test_the_next_try_in_another_worker_is_the_same_run() -> None:
    first, second = _Worker(), _Worker()
    first.start(first.task(_LABEL))
    headers: dict[str, Any] = {"id": _ID, "task": "sync"}
    first.runs.before_publish(headers=headers)
    first.end("RETRY", "bank is away")
    second.now = 1180.0
    second.start(second.task(read_label(headers[HEADER])))
    second.end("SUCCESS")
    assert [kind for kind, _ in first.queue.told + second.queue.told] == ["start", "log", "success"]
    assert second.queue.reports[0].duration == 180.0
    assert dict(second.queue.reports[0].metrics)["queue_s"] == 4.5


def test_a_task_that_hands_its_id_on_has_not_been_skipped() -> None:
    worker = _Worker()
    worker.start(worker.task(_LABEL))
    worker.runs.before_publish(headers={"id": _ID, "task": "replacement"})
    worker.end("IGNORED", "replaced")
    assert [kind for kind, _ in worker.queue.told] == ["start"]


def test_a_message_of_another_task_gets_no_label() -> None:
    worker = _Worker()
    worker.start(worker.task(_LABEL))
    headers = {"id": "another", "task": "mail"}
    worker.runs.before_publish(headers=headers)
    assert HEADER not in headers


def test_the_parent_tells_a_failure_once() -> None:
    worker = _Worker()
    task = worker.task(_LABEL)
    request = Context({"id": _ID, "task": "sync", HEADER: _LABEL.text()})
    received = _Object(id=_ID, request_dict=vars(request))
    for _ in range(2):
        worker.runs.received(request=received)
        worker.runs.failed_in_parent(sender=task, task_id=_ID, exception=TimeoutError("61 s"))
    assert worker.queue.told == [("fail", "TimeoutError: 61 s")]


def test_a_task_that_came_to_its_end_after_its_hard_limit_is_no_success() -> None:
    worker = _Worker()
    worker.start(worker.task(_LABEL, timelimit=[60, None]))
    worker.now += 61
    worker.end("SUCCESS")
    assert worker.queue.told[-1] == ("fail", "ended after its hard time limit of 60 s")


@pytest.mark.parametrize("state", [None, "REJECTED"])
def test_an_end_without_a_result_is_left_to_the_parent(state: str | None) -> None:
    worker = _Worker()
    worker.start(worker.task(_LABEL))
    worker.end(state)
    assert [kind for kind, _ in worker.queue.told] == ["start"]


@pytest.mark.parametrize(
    ("why", "told"),
    [
        ({"expired": True}, "expired in the queue"),
        ({"terminated": True}, "terminated"),
        ({}, "revoked"),
    ],
)
def test_a_revoked_task_is_skipped(why: dict[str, bool], told: str) -> None:
    worker = _Worker()
    worker.runs.revoked(request=worker.task(_LABEL).request, **why)
    assert worker.queue.told == [("skip", told)]


def test_only_named_tasks_are_told_of_without_beat() -> None:
    worker = _Worker(sync="", mail="letters")
    for name in ("sync", "mail", "other"):
        worker.start(worker.task(name=name))
        worker.end("SUCCESS")
    assert [report.slug for report in worker.queue.reports] == ["sync", "sync", "letters", "letters"]


def test_an_eager_task_and_one_of_another_app_are_not_told_of() -> None:
    worker = _Worker()
    worker.start(worker.task(_LABEL, is_eager=True))
    other = worker.task(_LABEL)
    other.app = object()
    worker.start(other)
    worker.end("SUCCESS")
    assert worker.queue.told == []


def test_an_entry_that_is_not_to_be_reported_gets_no_label() -> None:
    app, queue = Celery("shop", set_as_current=False), _Recorded()
    watch = BeatWatch(app, queue, slugs={"quiet": None}, slug=None, create=True)
    scheduler = _scheduler(app, watch)
    for name in ("quiet", "celery.backend_cleanup", "loud"):
        scheduler.apply_entry(SimpleNamespace(name=name, task="sync", schedule=None))
    assert [HEADER in headers for headers in scheduler.sent] == [False, False, True]
    assert [report.slug for report in queue.reports] == ["loud"]


def test_beat_says_that_it_is_alive_before_a_minute_is_over_and_wakes_for_it() -> None:
    app, queue = Celery("shop", set_as_current=False), _Recorded()
    now = [0.0]
    watch = BeatWatch(app, queue, slugs={}, slug="celery-beat", create=True, monotonic=lambda: now[0])
    scheduler = _scheduler(app, watch)
    told = []
    for at in (0.0, 20.0, 50.0, 50.5, 300.0):  # ticks; before the last one beat was stuck
        now[0] = at
        told.append((scheduler.tick(), len(queue.reports)))
    assert told == [(50.0, 1), (30.0, 1), (50.0, 2), (49.5, 2), (50.0, 3)]
    assert ALIVE_EVERY_S < 60
    assert dict(queue.reports[0].create) == {"every": "1m", "grace": "2m"}


def test_beat_without_a_check_of_its_own_sleeps_as_long_as_it_wants() -> None:
    app, queue = Celery("shop", set_as_current=False), _Recorded()
    scheduler = _scheduler(app, BeatWatch(app, queue, slugs={}, slug=None, create=True))
    assert scheduler.tick() == 300.0
    assert queue.reports == []


def _scheduler(app: Celery, watch: BeatWatch) -> Any:
    """As beat's own, which publishes with the headers that it is given."""
    sent: list[dict[str, Any]] = []

    def apply_entry(entry: Any) -> None:
        sent.append({"id": _ID, "task": entry.task})
        watch.before_publish(headers=sent[-1])

    scheduler = SimpleNamespace(
        app=app, apply_entry=apply_entry, tick=lambda: 300.0, schedule={}, Entry=None, sent=sent
    )
    watch.begin(sender=SimpleNamespace(scheduler=scheduler))
    return scheduler


@given(st.text())
def test_every_name_gives_a_slug(name: str) -> None:
    assert check_slug(slug_of(name)) == slug_of(name)


@given(st.text())
def test_every_id_gives_a_run_id(task_id: str) -> None:
    assert str(UUID(run_id_of(task_id))) == run_id_of(task_id)


@given(
    st.one_of(
        st.none(),
        st.text(),
        st.integers(),
        st.binary(),
        st.sampled_from(['{"slug": 1}', "[]", '{"slug": "A B"}']),
    )
)
def test_a_header_that_is_none_of_ours_is_no_label(value: object) -> None:
    assert read_label(value) is None


@given(*[st.one_of(st.none(), st.floats(0, 1e10))] * 3)
def test_a_label_comes_back_from_its_header(
    due: float | None, queued: float | None, started: float | None
) -> None:
    label = TaskLabel(slug="sync", due=due, queued=queued, started=started)
    assert read_label(label.text()) == label


def test_a_slug_that_cannot_be_one_is_refused_when_it_is_given() -> None:
    with pytest.raises(UsageError, match="Sync Invoices"):
        connect(Celery("shop", set_as_current=False), tasks={"sync": "Sync Invoices"})
