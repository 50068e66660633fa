"""Metrics out of the bodies of pings: the engine's own way in."""

from __future__ import annotations

import asyncio
import random
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from pulsetui.core.state.status import PingKind
from pulsetui.job.report import PingReport
from pulsetui.job.spool import keep
from pulsetui.monitor.pings import reading
from pulsetui.monitor.sink import MAX_BODY, Receipt
from tests.monitor.harness import running


def config(pattern: str, expect: str = "n >= 20") -> str:
    return f'[checks.a]\nevery = "1h"\nexpect = ["{expect}"]\nmetrics = {{ n = \'{pattern}\' }}\n'


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ("free: 12,5 GB", "expected n >= 20, but n was not reported: 12,5 is not a number"),
        ("free: 1.234,5 GB", "expected n >= 20, but n was not reported: 1.234,5 is not a number"),
        ("free: GB", "expected n >= 20, but it was not reported"),
    ],
)
async def test_what_could_not_be_read_is_said_in_the_alarm(tmp_path: Path, body: str, detail: str) -> None:
    async with running(tmp_path, config=config(r"free: ([\d.,]+)")) as engine:
        await engine.ping("a", body=body.encode())
        assert engine.status("a") == "down unmet"
        assert engine.view("a").detail == detail


async def test_what_could_not_be_read_is_said_also_where_nothing_is_expected(tmp_path: Path) -> None:
    async with running(tmp_path, config=config(r"free: ([\d.,]+)", "other >= 1")) as engine:
        await engine.ping("a", body=b"free: 12,5 GB", metrics={"other": 1.0})
        assert engine.status("a") == "up"
        run = engine.engine.queries.runs(1, 1)[0]
        assert run.detail == "metric n: 12,5 is not a number"
        notice = engine.engine.notices.get("unread")
        assert notice is not None
        assert "a: metric n: 12,5 is not a number" in notice.text


async def test_a_number_of_the_wire_wins_over_the_body(tmp_path: Path) -> None:
    async with running(tmp_path, config=config(r"free: ([\d.,]+)")) as engine:
        await engine.ping("a", body=b"free: 12,5", metrics={"n": 30.0})
        assert engine.status("a") == "up"
        await engine.ping("a", body=b"free: 25", unread={"n": "x is not a number"})
        assert (engine.status("a"), engine.view("a").last_metrics) == ("up", {"n": 25.0})


@pytest.mark.parametrize("size", [100, MAX_BODY])
async def test_the_end_of_a_body_is_searched_and_shown_where_it_is_not_kept(
    tmp_path: Path, size: int
) -> None:
    async with running(tmp_path, config=config(r"free: (\d+)")) as engine:
        await engine.ping("a", body=b"x" * size, rest=b"x\nfree: 25\n", body_size=size + 11)
        assert (engine.status("a"), engine.view("a").last_line) == ("up", "free: 25")


@pytest.mark.timed
async def test_what_came_before_a_kept_end_is_searched(tmp_path: Path) -> None:
    async with running(tmp_path, config=config(r"free: (\d+)")) as engine:
        before, end = b"free: 25\n" + b"x" * MAX_BODY, b"y\n" * (MAX_BODY // 2 - 4) + b"the end\n"
        size = len(before) + len(end)
        await engine.ping("a", body=end, rest=before, keeps_end=True, body_size=size)
        assert (engine.status("a"), engine.view("a").last_line) == ("up", "the end")


@pytest.mark.timed
async def test_kept_reports_are_searched_and_those_for_another_host_are_left(tmp_path: Path) -> None:
    state = str(tmp_path / "state")
    output = b"free: 25\n" + b"noise\n" * 50_000
    report = PingReport(slug="a", body=output, unread=[("other", "12,5")])
    report.keeps_end = True
    keep(report, state)
    keep(PingReport(slug="a", kind="fail"), state, "http://127.0.0.1:9/ping/key")
    elsewhere = keep(PingReport(slug="a"), state, "https://monitor.example/ping/key")

    async with running(tmp_path, config=config(r"free: (\d+)")) as engine:
        assert engine.view("a").n_pings == 2
        runs = engine.engine.queries.runs(1, 5)
        assert (runs[1].metrics, runs[1].detail) == ({"n": 25.0}, "metric other: 12,5 is not a number")
        await engine.engine.beat()
        assert engine.view("a").n_pings == 2
    assert list((tmp_path / "state" / "spool").glob("*.json")) == [Path(elsewhere)]


SLOW = r"1[01]{300}[a-z](\d)"


def slow_body() -> bytes:
    return "".join(random.Random(1).choices("01", k=MAX_BODY)).encode()


async def test_pings_of_others_do_not_wait_for_a_search_and_those_of_the_check_keep_their_order(
    tmp_path: Path,
) -> None:
    other = '[checks.b]\nevery = "1h"\n'
    order: list[str] = []

    async with running(tmp_path, config=config(SLOW) + other) as engine:

        async def ping(name: str, slug: str, kind: PingKind = PingKind.SUCCESS, body: bytes = b"") -> None:
            assert await engine.ping(slug, kind, body=body) is Receipt.OK
            order.append(name)

        await asyncio.gather(
            ping("searched", "a", body=slow_body()),
            ping("after it", "a", PingKind.FAIL),
            ping("other", "b"),
        )
        assert order == ["other", "searched", "after it"]
        assert engine.view("a").detail == "the job reported a failure"


async def test_a_deadline_that_passes_while_a_ping_is_searched_accuses_nobody(tmp_path: Path) -> None:
    fast = f'[checks.a]\nevery = "1h"\ngrace = "1h"\nmetrics = {{ n = \'{SLOW}\' }}\n'

    async with running(tmp_path, config=fast) as engine:
        await engine.ping("a")
        engine.clock.run(timedelta(hours=1, minutes=59, seconds=59))
        waiting = asyncio.ensure_future(engine.ping("a", body=slow_body()))
        await asyncio.sleep(0)
        await engine.run(seconds=1)
        assert engine.status("a") == "late"
        assert await waiting is Receipt.OK
        assert engine.status("a") == "up"
        await engine.run(hours=2)
        assert engine.status("a") == "down missed"


async def test_the_end_waits_for_one_step_of_a_search_and_loses_no_ping(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_STOP_S", 0.05)

    async with running(tmp_path, config=config(SLOW, "n >= 1")) as engine:
        slow = asyncio.ensure_future(engine.ping("a", body=slow_body() * 2, rest=slow_body() * 10))
        after = asyncio.ensure_future(engine.ping("a", PingKind.LOG))
        await asyncio.sleep(0)
    for one in threading.enumerate():
        if one.name == "pulsetui-reading":
            one.join(10)  # it has told the engine that it stops, and may not be gone yet
            assert not one.is_alive()
    assert [await slow, await after] == [Receipt.OK, Receipt.OK]
    async with running(tmp_path, engine.clock, config=None) as engine:
        assert "stopped while the output was searched" in engine.view("a").detail


async def test_a_search_that_fails_loses_no_ping(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr(reading, "with_metrics", broken)

    async with running(tmp_path, config=config(r"free: (\d+)")) as engine:
        for body in (b"short", b"long" * MAX_BODY):
            assert await engine.ping("a", body=body[:MAX_BODY]) is Receipt.OK
        assert engine.view("a").n_pings == 2


async def test_what_is_being_searched_at_the_end_is_written_and_answered(tmp_path: Path) -> None:
    async with running(tmp_path, config=config(SLOW)) as engine:
        waiting = asyncio.ensure_future(engine.ping("a", body=slow_body()))
        await asyncio.sleep(0)
    assert await waiting is Receipt.OK


async def test_metrics_are_found_in_the_body(tmp_path: Path) -> None:
    metrics = "metrics = { records = 'imported ([0-9,]+)' }\n"
    config = '[checks.a]\nevery = "1h"\nexpect = ["records >= 1"]\n' + metrics
    async with running(tmp_path, config=config) as engine:
        await engine.ping("a", body=b"imported 0 of\nimported 1,234 records")
        assert (engine.status("a"), engine.view("a").last_metrics) == ("up", {"records": 1234.0})
        await engine.ping("a", body=b"imported 0 records")
        assert engine.status("a") == "down unmet"
        assert engine.view("a").detail == "records was 0, expected records >= 1"


@pytest.mark.parametrize("found", [b"nan", b"inf", b"-Infinity", b"1e999"])
async def test_what_is_no_finite_number_is_no_metric(tmp_path: Path, found: bytes) -> None:
    """It would also be nothing that a stored state can hold: the next start would fail."""

    config = "[checks.a]\nevery = \"1h\"\nmetrics = { rows = 'rows (\\S+)' }\n"
    async with running(tmp_path, config=config) as engine:
        await engine.ping("a", body=b"rows " + found)
        assert engine.view("a").last_metrics == {}
    async with running(tmp_path, engine.clock, config=None) as engine:
        assert engine.status("a") == "up"


async def test_a_slow_pattern_over_a_large_body_holds_nobody_up(tmp_path: Path) -> None:
    config = "[checks.a]\nevery = \"1h\"\nmetrics = { records = '([0-9]+)x' }\n"
    async with running(tmp_path, config=config) as engine:
        assert await engine.ping("a", body=b"1" * 100_000) is Receipt.OK
