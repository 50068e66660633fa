"""The engine over a real database: what is committed, what is judged, what survives."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import os
import resource
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pulsetui.client.client import do_one
from pulsetui.client.commands import (
    AddCheck,
    EditCheck,
    Pause,
    RemoveCheck,
    UndoPause,
    UndoRemove,
    UndoResume,
)
from pulsetui.client.views import CommandResult
from pulsetui.core.state import machine
from pulsetui.core.state.check import Check
from pulsetui.core.state.state import CheckState
from pulsetui.core.state.status import PingKind
from pulsetui.core.state.transition import Transition
from pulsetui.errors import ConfigError, EngineError, StateHeldError, StoreError
from pulsetui.monitor.sink import Receipt
from pulsetui.monitor.writing.commands import Operate
from pulsetui.store.database import FILE_NAME, Database
from pulsetui.store.rows import Changes
from tests.monitor.harness import CONFIG, START, FakeClock, Harness, full_disk, running


@contextmanager
def no_file_grows() -> Iterator[None]:
    """Past a few pages no file of this process can be written: a disk that is full in earnest."""
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64_000, limit[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)


async def call(command: Callable[[], list[CommandResult]]) -> list[CommandResult]:
    """A command as a screen gives it: from another thread."""
    return await asyncio.to_thread(command)


async def test_a_ping_turns_its_row_green_and_is_there_after_a_restart(tmp_path: Path) -> None:
    clock = FakeClock()
    async with running(tmp_path, clock) as engine:
        assert await engine.ping("often", body=b"did 3 things\n", ua="curl") is Receipt.OK
        assert engine.status("often") == "up"
    async with running(tmp_path, clock, config=None) as engine:
        view = engine.view("often")
        assert (view.status, view.n_pings, view.last_line) == ("up", 1, "did 3 things")
        ping = engine.client.details("often").pings[0]
        assert (ping.kind, ping.ua, ping.body_start) == ("success", "curl", "did 3 things\n")
        assert engine.client.ping_body("often", 1) == b"did 3 things\n"


async def test_a_deadline_becomes_a_flip_an_incident_and_alerts_in_one_commit(tmp_path: Path) -> None:
    config = CONFIG + '\n[hooks.a]\ntype = "terminal"\n[hooks.b]\ntype = "desktop"\n'
    async with running(tmp_path, config=config) as engine:
        await engine.ping("often")
        await engine.run(minutes=15)
        assert engine.status("often") == "late"
        await engine.run(minutes=5)
        assert engine.status("often") == "down missed"
        details = engine.client.details("often")
        assert [flip.at for flip in details.flips] == [START + timedelta(minutes=20), START]
        assert [(one.hook, one.event) for one in details.deliveries] == [("b", "down"), ("a", "down")]
        assert details.incidents[0].missed == (START + timedelta(minutes=15),)


async def test_a_run_past_its_deadline_is_late_by_its_own_slot(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        await engine.ping("nightly")
        await engine.run(hours=2, minutes=20)
        await engine.ping("nightly", PingKind.START)
        await engine.run(minutes=10)
        view = engine.view("nightly")
        assert (engine.status("nightly"), view.incident and view.incident.missed) == ("down missed", ())
        assert (view.next_ping, view.deadline) == (
            START + timedelta(hours=2),
            START + timedelta(hours=2.5),
        )


def test_the_log_gives_a_reason_only_where_there_is_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "pulsetui.monitor.writing.transaction")

    async def scenario() -> None:
        async with running(tmp_path) as engine:
            await engine.ping("often", PingKind.FAIL)
            await engine.ping("often")

    asyncio.run(scenario())
    assert [record.getMessage() for record in caplog.records] == [
        f"check=often new -> down reason=failed at={START.isoformat()}",
        f"check=often down -> up at={START.isoformat()}",
    ]


async def test_only_the_hooks_that_a_check_names_are_told(tmp_path: Path) -> None:
    hooks = '[hooks.a]\ntype = "terminal"\n[hooks.b]\ntype = "desktop"\n'
    config = '[checks.a]\nevery = "1h"\nhooks = ["b"]\n' + hooks
    async with running(tmp_path, config=config) as engine:
        await engine.ping("a", PingKind.FAIL)
        assert [one.hook for one in engine.client.details("a").deliveries] == ["b"]


async def test_an_unknown_check_is_answered_at_once(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        assert await engine.ping("nope") is Receipt.UNKNOWN


async def test_create_makes_the_check_in_the_file_and_takes_the_ping(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        assert await engine.ping("fresh", create=True) is Receipt.CREATED
        assert engine.view("fresh").n_pings == 1
    text = (tmp_path / "checks.toml").read_text()
    assert text.startswith(CONFIG)
    assert "[checks.fresh]" in text


async def test_a_commit_that_fails_refuses_the_ping_and_changes_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        await engine.ping("often")
        before = engine.view("often")
        with no_file_grows():
            receipts = {await engine.ping("often", body=os.urandom(90_000)) for _ in range(3)}
        assert receipts == {Receipt.BUSY}
        assert engine.view("often") == before
        assert "503" in engine.client.info().notices[0].text
        assert engine.engine.health() is not None
        assert await engine.ping("often") is Receipt.OK
        assert engine.client.info().notices == ()
        assert engine.view("often").n_pings == 2


def test_only_what_was_committed_is_logged_as_a_change_of_status(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "pulsetui.monitor")

    async def scenario() -> None:
        async with running(tmp_path) as engine:
            await engine.ping("often")
            with full_disk():
                assert not (await asyncio.to_thread(engine.client.do, Pause(("often",))))[0].ok

    asyncio.run(scenario())
    told = [record.getMessage().partition(" at=")[0] for record in caplog.records]
    assert "check=often new -> up" in told
    assert "check=often up -> paused" not in told


async def test_a_deadline_whose_flip_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        await engine.ping("often")
        with full_disk():
            await engine.run(minutes=21)
            assert engine.status("often") == "late"
        await engine.run(seconds=2)
        assert engine.status("often") == "down missed"
        assert engine.client.details("often").flips[0].at == START + timedelta(minutes=20)


async def test_a_check_that_cannot_be_evaluated_is_set_aside_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    advance = machine.advance

    def broken(check: Check, state: CheckState, now: datetime) -> Transition:
        if check.slug == "a":
            raise ZeroDivisionError("a bug")
        return advance(check, state, now)

    monkeypatch.setattr(machine, "advance", broken)

    config = '[checks.a]\nevery = "15m"\ngrace = "5m"\n[checks.b]\nevery = "15m"\ngrace = "5m"\n'
    async with running(tmp_path, config=config) as engine:
        await engine.ping("a")
        await engine.ping("b")
        await engine.run(minutes=20)
        assert engine.status("b") == "down missed"
        assert "a cannot be evaluated" in engine.client.info().notices[0].text


# --- unwatched ---------------------------------------------------------------------------------------


async def test_deadlines_that_passed_while_the_engine_was_not_running_do_not_storm(tmp_path: Path) -> None:
    clock = FakeClock()
    config = CONFIG + '\n[hooks.a]\ntype = "terminal"\n'
    async with running(tmp_path, clock, config=config) as engine:
        await engine.ping("often")
        clock.run(timedelta(hours=2, minutes=5))
        await engine.ping("nightly")
        await engine.ping("often")
    clock.run(timedelta(days=1, hours=1))
    async with running(tmp_path, clock, config=None) as engine:
        assert [engine.status(slug) for slug in ("nightly", "often")] == ["up", "up"]
        assert engine.view("nightly").unwatched
        assert "not running" in engine.client.info().notices[0].text
        digests = [
            one for one in engine.engine.queries.deliveries_due(clock.now(), 10) if "unwatched" in one.alert
        ]
        assert len(digests) == 1
        await engine.run(minutes=20)
        assert engine.status("often") == "down missed"
        await engine.run(hours=24)
        assert engine.status("nightly") == "down missed"


async def test_a_quick_restart_alarms_nobody(tmp_path: Path) -> None:
    clock = FakeClock()
    async with running(tmp_path, clock) as engine:
        await engine.ping("often")
    clock.run(timedelta(seconds=3))
    async with running(tmp_path, clock, config=None) as engine:
        assert engine.client.info().notices == ()
        assert not engine.view("often").unwatched


def spool(tmp_path: Path, slug: str, at: str, **fields: object) -> Path:
    directory = tmp_path / "state" / "spool"
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{datetime.fromisoformat(at).timestamp():019.0f}-1-{slug}.json"
    body = base64.b64encode(b"spooled").decode()
    path.write_text(json.dumps({"v": 1, "slug": slug, "kind": "success", "at": at, "body": body} | fields))
    return path


async def test_what_jobs_spooled_meanwhile_fills_the_span(tmp_path: Path) -> None:
    clock = FakeClock()
    async with running(tmp_path, clock) as engine:
        clock.run(timedelta(hours=2, minutes=1))
        await engine.ping("nightly")
    clock.run(timedelta(days=1))
    path = spool(tmp_path, "nightly", "2026-11-21T02:00:30.000000Z")
    async with running(tmp_path, clock, config=None) as engine:
        view = engine.view("nightly")
        assert (view.status, view.unwatched, view.n_pings) == ("up", False, 2)
        ping = engine.client.details("nightly").pings[0]
        assert ping.at < ping.received_at
    assert not path.exists()


REPORT = "0123456789abcdef" * 2


@pytest.mark.parametrize("restart", [False, True], ids=["running", "restarted"])
async def test_a_report_that_comes_by_http_and_out_of_the_spool_counts_once(
    tmp_path: Path, restart: bool
) -> None:
    """The engine was frozen: what it had not answered is in its socket and in the spool when it thaws."""

    clock = FakeClock()
    async with running(tmp_path, clock) as engine:
        assert await engine.ping("often", report=REPORT) is Receipt.OK
        path = spool(tmp_path, "often", "2026-11-20T00:00:00Z", id=REPORT)
        if not restart:
            await engine.engine.beat()
    async with running(tmp_path, clock, config=None) as engine:
        assert engine.view("often").n_pings == 1
        assert len(engine.client.details("often").pings) == 1
        assert not path.exists()
        assert await engine.ping("often", report=REPORT) is Receipt.OK  # an answer that was lost
        assert engine.view("often").n_pings == 1
        assert await engine.ping("often", report=REPORT[::-1]) is Receipt.OK
        assert await engine.ping("often") is Receipt.OK
        assert engine.view("often").n_pings == 3


async def test_a_report_that_fills_an_unwatched_span_counts_once(tmp_path: Path) -> None:
    clock = FakeClock()
    async with running(tmp_path, clock) as engine:
        await engine.ping("often", report=REPORT)
    clock.run(timedelta(days=1))
    for report, at in ((REPORT, "2026-11-20T00:00:00Z"), (REPORT[::-1], "2026-11-20T12:00:00Z")):
        spool(tmp_path, "often", at, id=report)
    async with running(tmp_path, clock, config=None) as engine:
        assert engine.view("often").n_pings == 2


async def test_a_report_that_could_not_be_written_counts_when_it_comes_again(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        with full_disk():
            assert await engine.ping("often", report=REPORT) is Receipt.BUSY
        assert await engine.ping("often", report=REPORT) is Receipt.OK
        assert engine.view("often").n_pings == 1


async def test_two_copies_in_one_commit_count_once(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        receipts = await asyncio.gather(*(engine.ping("often", report=REPORT) for _ in range(5)))
        assert set(receipts) == {Receipt.OK}
        assert engine.view("often").n_pings == 1


async def test_a_spool_of_any_length_is_taken_in_before_anything_is_judged(tmp_path: Path) -> None:
    clock = FakeClock()
    async with running(tmp_path, clock) as engine:
        await engine.ping("often")
    for n in range(1, 1300):
        spool(tmp_path, "often", (START + timedelta(minutes=15 * n)).isoformat())
    clock.run(timedelta(minutes=15 * 1300))
    async with running(tmp_path, clock, config=None) as engine:
        assert engine.view("often").n_pings == 1300
        assert engine.client.details("often").incidents == ()
        assert not engine.view("often").unwatched


async def test_a_spooled_file_that_cannot_be_used_is_kept_apart(tmp_path: Path) -> None:
    spool(tmp_path, "nightly", "2026-11-20T00:00:00Z", body="!!!")
    spool(tmp_path, "gone", "2026-11-20T00:00:00Z")
    async with running(tmp_path) as engine:
        assert engine.view("nightly").n_pings == 0
    bad = sorted((tmp_path / "state" / "spool" / "bad").iterdir())
    assert len(bad) == 2


@pytest.mark.parametrize(("how", "why"), [("sleep", "asleep"), ("step", "clock was set")])
@pytest.mark.parametrize("notices", ["ping", "timer"])
async def test_a_suspend_or_a_clock_step_judges_nothing_that_passed_in_it(
    tmp_path: Path, how: str, why: str, notices: str
) -> None:
    async with running(tmp_path) as engine:
        await engine.ping("often")
        getattr(engine.clock, how)(timedelta(hours=3))
        if notices == "ping":
            await engine.ping("nightly")
        await engine.run(seconds=1)
        assert engine.status("often") == "up"
        assert engine.view("often").unwatched
        assert why in engine.client.info().notices[0].text


async def test_a_clock_that_is_set_back_delays_no_deadline(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        engine.clock.step(timedelta(days=300))
        await engine.ping("often")
        engine.clock.step(timedelta(days=-300))
        await engine.run(seconds=1)
        await engine.run(minutes=21)
        assert engine.status("often") == "down missed"
        assert "set back" in engine.client.info().notices[-1].text


# --- configuration -----------------------------------------------------------------------------------


async def reloaded(engine: Harness) -> None:
    await engine.engine.config_watch.reload(engine.engine.take_config)


async def test_an_outside_edit_keeps_history_and_what_does_not_parse_changes_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        await engine.ping("often")
        path = tmp_path / "checks.toml"
        path.write_text(CONFIG.replace('every = "15m"', 'every = "2h"'))
        await reloaded(engine)
        assert engine.view("often").next_ping == START + timedelta(hours=2)
        assert engine.view("often").n_pings == 1
        path.write_text(CONFIG.replace('every = "15m"', 'every = "soon"'))
        await reloaded(engine)
        assert engine.view("often").next_ping == START + timedelta(hours=2)
        assert "checks.toml:10" in engine.client.info().notices[0].text
        path.write_text(CONFIG)
        await reloaded(engine)
        assert engine.client.info().notices == ()


async def test_no_notice_and_no_line_of_the_log_holds_a_key_of_the_configuration(tmp_path: Path) -> None:
    """The read-only key shows both."""
    keys = '[listener]\napi_key = "k3y-for-writing"\napi_key_readonly = "k3y-for-reading"\n'

    async with running(tmp_path, config=CONFIG + keys) as engine:
        (tmp_path / "checks.toml").write_text(CONFIG + keys.replace('ing"', "ing"))
        await reloaded(engine)
        own = engine.engine.door.api_keys().full[0]
        engine.engine.notices.put("hook:x", "warning", f"curl: k3y-for-reading and {own} are wrong")
        (tmp_path / "state" / "pulsetui.log").write_text(
            "2026-11-20T00:00:00.000+00:00 WARNING pulsetui.x curl said k3y-for-writing\n"
        )
        told = [notice.text for notice in engine.client.info().notices]
        assert 'checks.toml:13: "api_key = …"' in "".join(told)
        assert "curl: … and … are wrong" in told
        assert [line.text for line in engine.client.log()] == ["curl said …"]
        assert "k3y" not in "".join(told)


async def test_undoing_a_pause_brings_the_incident_back_and_tells_nobody_again(tmp_path: Path) -> None:
    clock = FakeClock()
    config = CONFIG + '\n[hooks.a]\ntype = "terminal"\n'
    async with running(tmp_path, clock, config=config) as engine:
        await engine.ping("often")
        await engine.run(minutes=20)
        before = engine.view("often")
        await call(lambda: engine.client.do(Pause(("often",))))
        assert engine.status("often") == "paused"
        await engine.run(minutes=1)

        (undone,) = await call(lambda: engine.client.do(UndoPause(("often",))))

        assert (undone.ok, undone.message) == (True, "the pause of often is undone")
        await engine.settle()
        assert engine.view("often") == before
        details = engine.client.details("often")
        assert [one.ended_at for one in details.incidents] == [None]
        assert [one.event for one in details.deliveries] == ["down"]
    async with running(tmp_path, clock, config=None) as engine:
        assert engine.view("often").incident == before.incident


async def test_a_deadline_that_passed_in_a_pause_is_told_when_the_pause_is_undone(tmp_path: Path) -> None:
    config = CONFIG + '\n[hooks.a]\ntype = "terminal"\n'
    async with running(tmp_path, config=config) as engine:
        await engine.ping("often")
        await call(lambda: engine.client.do(Pause(("often",))))
        await engine.run(minutes=30)
        assert engine.client.details("often").deliveries == ()

        await call(lambda: engine.client.do(UndoPause(("often",))))

        await engine.settle()
        assert engine.status("often") == "down missed"
        assert engine.view("often").since == START + timedelta(minutes=20)
        assert [one.event for one in engine.client.details("often").deliveries] == ["down"]


async def test_an_undo_that_cannot_be_says_why(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        await engine.ping("often")
        await call(lambda: engine.client.do(Pause(("often",))))
        (refused,) = await call(lambda: engine.client.do(UndoResume(("often",))))
        assert refused.message == "the resume of often cannot be undone: it is paused now"
        await engine.ping("often", PingKind.LOG)
        (refused,) = await call(lambda: engine.client.do(UndoPause(("often",))))
        assert not refused.ok
        assert "it has reported, or was not watched, since then" in refused.message
        (unknown,) = await call(lambda: engine.client.do(UndoPause(("nope",))))
        assert unknown.message == "there is no check nope"


BROKEN = CONFIG + '\n[checks.bad]\nevery = "1x"\ngrase = "5m"\n'


async def test_mistakes_elsewhere_in_the_file_are_not_those_of_the_submitted_check(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        (tmp_path / "checks.toml").write_text(BROKEN)
        added = await asyncio.to_thread(do_one, engine.client, AddCheck(("fine",), {"every": "1h"}))
        edited = await asyncio.to_thread(
            do_one, engine.client, EditCheck(("often",), {"grace": "9m"}, new_slug="seldom")
        )
        for result in (added, edited):
            assert (result.ok, result.problems) == (False, ())
            assert result.message.startswith("checks.toml has other mistakes: checks.toml:14: [checks.bad]")
            assert 'Did you mean "grace"?' in result.message
        assert (tmp_path / "checks.toml").read_text() == BROKEN


async def test_mistakes_of_the_submitted_check_name_its_fields(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        added = await asyncio.to_thread(do_one, engine.client, AddCheck(("fine",), {"every": "1x"}))
        assert [one.field for one in added.problems] == ["every"]
        (tmp_path / "checks.toml").write_text(BROKEN.replace('every = "15m"', 'every = "soon"'))
        edited = await asyncio.to_thread(do_one, engine.client, EditCheck(("often",), {"grace": "9m"}))
        assert [one.field for one in edited.problems] == ["every"]


async def test_an_edit_that_changes_nothing_says_so(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        said = []
        for fields in ({"max_runtime": None}, {"grace": "5m"}, {"grace": "6m"}):
            result = await asyncio.to_thread(do_one, engine.client, EditCheck(("often",), fields))
            assert result.ok
            said.append(result.message)
        assert said == ["nothing to change: often already has these values"] * 2 + ["often updated"]


async def test_a_deletion_that_is_undone_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        await engine.ping("nightly")
        fields = engine.client.details("nightly").fields
        await asyncio.to_thread(do_one, engine.client, RemoveCheck(("nightly",)))
        assert "nightly" not in engine.client.checks()

        back = await asyncio.to_thread(do_one, engine.client, UndoRemove(("nightly",), fields))

        assert (back.ok, back.message) == (True, "nightly restored")
        assert (tmp_path / "checks.toml").read_text() == CONFIG
        assert engine.view("nightly").n_pings == 1


async def test_a_deleted_check_whose_place_is_gone_comes_back_at_the_end_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "checks.toml"
    async with running(tmp_path) as engine:
        fields = engine.client.details("nightly").fields
        await asyncio.to_thread(do_one, engine.client, RemoveCheck(("nightly",)))
        path.write_text('[checks.other]\nevery = "1m"\n')

        back = await asyncio.to_thread(do_one, engine.client, UndoRemove(("nightly",), fields))

        assert back.ok
        assert "now at the end of checks.toml, without its comments" in back.message
        assert path.read_text().endswith('cron = "0 2 * * *"\ngrace = "30m"\n')
        again = await asyncio.to_thread(do_one, engine.client, UndoRemove(("nightly",), fields))
        assert not again.ok
        assert "exists already" in again.message


async def test_a_rename_keeps_uuid_and_history(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        await engine.ping("often")
        uuid = engine.view("often").uuid
        await engine.engine.edit_config(
            lambda file: file.edit_check("often", {}, new_slug="seldom"), {"often": "seldom"}
        )
        view = engine.view("seldom")
        assert (view.uuid, view.n_pings) == (uuid, 1)
    async with running(tmp_path, engine.clock, config=None) as engine:
        assert engine.view("seldom").uuid == uuid


async def test_the_pings_of_one_round_of_the_loop_are_one_transaction(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    transactions: list[int] = []
    write = Database.write

    def counted(database: Database, changes: Changes) -> None:
        transactions.append(len(changes.pings))
        write(database, changes)

    async with running(tmp_path) as engine:
        monkeypatch.setattr(Database, "write", counted)
        assert await asyncio.gather(*(engine.ping("often") for _ in range(50))) == [Receipt.OK] * 50
        assert transactions == [50]
        assert engine.view("often").n_pings == 50


async def test_a_command_comes_after_the_pings_that_came_before_it(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        ping = asyncio.ensure_future(engine.ping("often", PingKind.FAIL))
        await asyncio.sleep(0)  # it is with the engine, and not yet with the writer
        await engine.engine.perform(Operate(Pause(("often",))))
        assert await ping is Receipt.OK
        assert [flip.after for flip in engine.client.details("often").flips] == ["paused", "down"]


async def test_a_stalled_disk_does_not_hold_the_loop_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stalled = threading.Event()
    write = Database.write

    def stall(database: Database, changes: Changes) -> None:
        assert stalled.wait(10)
        write(database, changes)

    async with running(tmp_path) as engine:
        monkeypatch.setattr(Database, "write", stall)
        pings = [asyncio.ensure_future(engine.ping("often")) for _ in range(3)]
        for _ in range(3):  # rounds of the loop: they come to pass while nothing can be written
            await asyncio.sleep(0)
        assert not any(ping.done() for ping in pings)
        stalled.set()
        assert await asyncio.gather(*pings) == [Receipt.OK] * 3


async def test_retention_keeps_the_newest_pings_and_their_runs(tmp_path: Path) -> None:
    config = '[checks.a]\nevery = "1h"\nkeep_pings = 20\n'
    async with running(tmp_path, config=config) as engine:
        for _ in range(200):
            await engine.ping("a")
        await engine.settle()
        details = engine.client.details("a")
        assert 20 <= len(details.pings) <= 75
        assert details.pings[0].n == 200
        assert len(details.runs) == len(details.pings)


# --- metrics -----------------------------------------------------------------------------------------


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


# --- the state directory -----------------------------------------------------------------------------


async def test_a_held_state_directory_says_who_holds_it(tmp_path: Path) -> None:
    async with running(tmp_path):
        with pytest.raises(StateHeldError, match=str(os.getpid())) as caught:
            async with running(tmp_path, config=None):
                pass
        assert caught.value.pid == os.getpid()


async def test_a_state_directory_from_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    async with running(tmp_path):
        pass
    with closing(sqlite3.connect(tmp_path / "state" / FILE_NAME)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer PulseTUI"):
        async with running(tmp_path, config=None):
            pass


def test_a_state_directory_that_is_a_file_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")

    async def scenario() -> None:
        async with running(tmp_path):
            pass

    with pytest.raises(EngineError, match="--state-dir"):
        asyncio.run(scenario())


def test_a_database_that_is_none_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    database = tmp_path / "state" / "pulsetui.sqlite3"
    database.write_bytes(b"this is no database" * 100)

    async def scenario() -> None:
        async with running(tmp_path):
            pass

    with pytest.raises(StoreError, match="is damaged, or was not made by PulseTUI") as caught:
        asyncio.run(scenario())
    assert str(caught.value).startswith(str(database))
    assert "Move it away" in str(caught.value)
    assert "permissions" not in str(caught.value)


async def test_state_and_keys_are_private(tmp_path: Path) -> None:
    async with running(tmp_path):
        state = tmp_path / "state"
        assert state.stat().st_mode & 0o777 == 0o700
        assert [path.name for path in state.iterdir() if path.stat().st_mode & 0o077] == []


def test_a_missing_configuration_says_what_to_do(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running(tmp_path, config=None):
            pass

    with pytest.raises(ConfigError, match="pulsetui init"):
        asyncio.run(scenario())
