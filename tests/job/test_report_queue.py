"""Reports leave in order, keep nobody waiting, and are kept where no engine answers."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest

from pulsetui.job import spool
from pulsetui.job.report import PingReport
from pulsetui.job.report_queue import MAX_WAITING, ReportQueue
from tests.celery.receiver import Receiver
from tests.job.server import NOT_FOUND, SILENCE, free_port, serving


def _kept(state: Path) -> list[str]:
    return [json.loads(Path(path).read_text("utf-8"))["slug"] for path in spool.waiting(str(state))]


def test_reports_arrive_in_the_order_in_which_they_were_put() -> None:
    receiver = Receiver()
    queue = ReportQueue(receiver.url)
    for n in range(20):
        queue.put(PingReport(slug="sync", kind="log", body=str(n).encode()))
    pings = receiver.wait_for("sync", lambda heard: len(heard) == 20)
    assert [ping.body for ping in pings] == [str(n) for n in range(20)]
    queue.flush()
    receiver.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "pulsetui"]


def test_what_an_engine_that_is_away_does_not_take_is_kept(tmp_path: Path) -> None:
    queue = ReportQueue(f"http://127.0.0.1:{free_port()}", str(tmp_path))
    for n in range(3):
        queue.put(PingReport(slug=f"sync-{n}", at_ns=n))
    queue.flush(0.0)
    assert _kept(tmp_path)[-2:] == ["sync-1", "sync-2"]


def test_a_process_that_ends_is_not_held_by_an_engine_that_does_not_answer(tmp_path: Path) -> None:
    with serving(SILENCE) as server:
        queue = ReportQueue(server.url, str(tmp_path))
        queue.put(PingReport(slug="start", at_ns=1))
        queue.put(PingReport(slug="end", at_ns=2))
        queue.flush(0.0)
        assert _kept(tmp_path) == ["start", "end"]


def test_a_child_has_sent_the_end_of_a_task_before_it_takes_the_next() -> None:
    receiver = Receiver()
    queue = ReportQueue(receiver.url)
    queue.put(PingReport(slug="sync", kind="start"))
    queue.put(PingReport(slug="sync"))
    queue.settle()
    assert not queue._waiting
    assert [ping.kind for ping in receiver.pings("sync")] == ["start", "success"]
    receiver.close()


def test_more_than_may_wait_goes_to_the_disk(tmp_path: Path) -> None:
    with serving(SILENCE) as server:
        queue = ReportQueue(server.url, str(tmp_path))
        for n in range(MAX_WAITING + 2):
            queue.put(PingReport(slug=f"sync-{n}", at_ns=n))
        assert _kept(tmp_path) == [f"sync-{MAX_WAITING}", f"sync-{MAX_WAITING + 1}"]
        queue._waiting.clear()


def test_where_nothing_names_an_engine_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PULSETUI_STATE_DIR")
    queue = ReportQueue()
    queue.put(PingReport(slug="sync"))
    assert not queue._waiting


def test_a_child_that_is_forked_does_not_send_what_waits_in_its_parent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_thread(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with serving(SILENCE) as server:
        queue = ReportQueue(server.url, str(tmp_path))
        with monkeypatch.context() as before_the_fork:
            before_the_fork.setattr(threading.Thread, "start", no_thread)  # a child has none of its parent's
            queue.put(PingReport(slug="of-parent", at_ns=1))
        queue._pid = os.getppid()  # as after a fork
        queue.flush(0.0)
        assert _kept(tmp_path) == []
        queue.put(PingReport(slug="of-child", at_ns=2))
        queue.flush(0.0)
        assert _kept(tmp_path) == ["of-child"]


def test_a_check_that_the_engine_does_not_have_is_warned_of_once(caplog: pytest.LogCaptureFixture) -> None:
    with serving(NOT_FOUND) as server:
        queue = ReportQueue(server.url)
        queue.put(PingReport(slug="sync", kind="start"))
        queue.put(PingReport(slug="sync"))
        queue.flush()
    (record,) = caplog.records
    assert "the engine has no check sync: add it with pulsetui add sync" in record.getMessage()


def test_an_address_that_cannot_be_used_is_said_and_raises_nothing(caplog: pytest.LogCaptureFixture) -> None:
    queue = ReportQueue("127.0.0.1:8787")
    queue.put(PingReport(slug="sync"))
    queue.flush()
    assert "is not a valid engine address" in caplog.text
