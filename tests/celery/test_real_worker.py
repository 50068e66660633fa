"""Against a real beat and a real prefork worker, whose children are killed for real."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.celery.receiver import HeardPing, Receiver

_ROOT = Path(__file__).parents[2]
_ENDS = ("success", "fail", "skip")
_QUIET = ("--without-mingle", "--without-gossip", "--without-heartbeat")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    folder = tmp_path_factory.mktemp("shop")
    (folder / "control").mkdir()
    receiver = Receiver()
    environment = {
        **os.environ,
        "SHOP_FOLDER": str(folder),
        "PULSETUI_URL": receiver.url,
        "PULSETUI_STATE_DIR": str(folder / "state"),
        "C_FORCE_ROOT": "1",
    }
    celery = [sys.executable, "-m", "celery", "-A", "tests.celery.shop"]
    commands = (
        [*celery, "beat", "--pidfile", "", "--max-interval", "1", "-l", "WARNING"],
        [*celery, "worker", "-P", "prefork", "-c", "2", *_QUIET, "-l", "ERROR"],
    )
    log = (folder / "log").open("wb")
    running = [
        subprocess.Popen(one, cwd=_ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
        for one in commands
    ]
    try:
        yield receiver
    finally:
        for process in running:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(15)
        log.close()
        receiver.close()
        print((folder / "log").read_text("utf-8", "replace"))  # shown when a test fails


def _whole(receiver: Receiver, slug: str) -> list[HeardPing]:
    """The pings of one run, its end included, in the order in which it went on."""
    pings = receiver.wait_for(slug, lambda heard: any(ping.kind in _ENDS for ping in heard))
    assert len({ping.rid for ping in pings if "rid" in ping.query}) == 1
    return [ping for ping in pings if ping.kind != "log"]


def test_beat_says_that_it_is_alive(shop: Receiver) -> None:
    first, *_ = shop.wait_for("celery-beat", bool)
    assert first.kind == "success"
    assert first.query["every"] == ["1m"]


def test_a_good_run_has_its_start_its_end_and_what_the_task_returned(shop: Receiver) -> None:
    start, end = _whole(shop, "good-of-shop")
    assert (start.kind, end.kind, end.body) == ("start", "success", "imported 312 records")
    assert set(end.metrics) == {"late_s", "queue_s"}
    assert float(end.query["duration"][0]) >= 0


def test_beat_itself_tells_what_it_has_and_what_it_queued(shop: Receiver) -> None:
    _whole(shop, "good-of-shop")
    notes = shop.wait_for("good-of-shop", lambda heard: [ping.kind for ping in heard].count("log") == 2)
    announced, queued = (ping for ping in notes if ping.kind == "log")
    assert announced.body == "beat has started and has it as shop.good"
    assert (announced.query["create"], announced.query["every"]) == (["1"], ["3600s"])
    assert queued.body == "queued by beat as shop.good"
    assert queued.rid == notes[-1].rid


def test_an_exception_fails_the_run_of_the_check_that_was_named_for_the_entry(shop: Receiver) -> None:
    start, end = _whole(shop, "bad")
    assert (start.kind, end.kind) == ("start", "fail")
    assert end.body.endswith("ValueError: no route to [red]bank[/red]")


def test_a_child_that_is_killed_is_told_by_its_parent(shop: Receiver) -> None:
    assert _end(shop, "killed-of-shop", "fail").body.startswith("WorkerLostError: ")


def test_a_task_that_leaves_its_process_has_failed(shop: Receiver) -> None:
    assert _end(shop, "left-of-shop", "fail").body.startswith("WorkerLostError: ")


def test_a_hard_time_limit_is_told_once(shop: Receiver) -> None:
    assert _end(shop, "hung-of-shop", "fail").body.startswith("TimeLimitExceeded: ")


def test_a_retry_keeps_the_run_open(shop: Receiver) -> None:
    start, end = _whole(shop, "again-of-shop")
    assert (start.kind, end.kind, end.body) == ("start", "success", "second try")
    assert end.metrics == start.metrics
    pings = shop.wait_for("again-of-shop", lambda heard: any("retried" in ping.body for ping in heard))
    (note,) = (ping for ping in pings if "retried" in ping.body)
    assert note.rid == end.rid
    assert "bank is away" in note.body


def test_a_task_that_ignores_itself_is_skipped(shop: Receiver) -> None:
    assert _end(shop, "ignored-of-shop", "skip").body == "ignored: nothing to import"


def test_a_rejected_message_has_failed(shop: Receiver) -> None:
    assert "broken message" in _end(shop, "rejected-of-shop", "fail").body


def test_what_expires_in_the_queue_is_skipped(shop: Receiver) -> None:
    (end,) = _whole(shop, "expired-of-shop")
    assert (end.kind, end.body) == ("skip", "expired in the queue")


def test_a_task_that_no_worker_knows_has_failed(shop: Receiver) -> None:
    (end,) = _whole(shop, "absent-of-shop")
    assert end.kind == "fail"
    assert "shop.absent" in end.body


def _end(receiver: Receiver, slug: str, kind: str) -> HeardPing:
    """The only end. A start goes out beside the task: a child that dies at once takes it along."""
    ends = [ping for ping in _whole(receiver, slug) if ping.kind != "start"]
    assert [ping.kind for ping in ends] == [kind]
    return ends[0]
