"""Who is told of what, and when: from checks.toml and pings to the rows of the outbox."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec

from pulsetui.client.alert import Alert
from pulsetui.client.commands import Acknowledge, Pause, Resume, StartSnooze, Unacknowledge
from pulsetui.core.state.status import PingKind
from tests.monitor.harness import START, Harness, running
from tests.store.samples import due_rows

BASE = """\
timezone = "UTC"

[hooks.me]
type = "command"

[hooks.boss]
type = "desktop"
after = "1d"

[checks.often]
every = "15m"
grace = "5m"
"""


class Told(NamedTuple):
    """A row of the outbox: whom, what, and how long after the start it may go out."""

    hook: str
    title: str
    after: timedelta


def told(engine: Harness) -> list[Told]:
    with sqlite3.connect(engine.engine.state_dir / "pulsetui.sqlite3") as connection:
        rows = connection.execute("SELECT hook, alert, next_try_at FROM outbox ORDER BY id").fetchall()
    connection.close()
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return [
        Told(hook, alert_of(text).title, epoch + timedelta(microseconds=at) - START)
        for hook, text, at in rows
    ]


def alert_of(text: str) -> Alert:
    return msgspec.json.decode(text, type=Alert)


def titles(engine: Harness, hook: str = "me") -> list[str]:
    return [one.title for one in told(engine) if one.hook == hook]


async def do(engine: Harness, command: Acknowledge | Pause | Resume | StartSnooze | Unacknowledge) -> None:
    results = await asyncio.to_thread(engine.client.do, command)
    assert all(result.ok for result in results), results
    await engine.settle()


def hours(*numbers: float) -> list[timedelta]:
    return [timedelta(hours=number) for number in numbers]


async def test_a_failure_says_the_last_that_the_job_said_and_says_it_once(tmp_path: Path) -> None:
    async with running(tmp_path, config=BASE) as engine:
        body = b"Traceback (most recent call last):\n  ...\nValueError: \x1b[31mno such supplier\n\n"
        await engine.ping("often", PingKind.FAIL, exit_status=1, body=body, body_size=len(body))
        await engine.ping("often", PingKind.LOG, body=b"queued again", body_size=12)
        assert engine.view("often").detail == "exit status 1: ValueError: no such supplier"
        row = due_rows(engine.engine.queries, engine.clock.now(), 9)[0]
        assert alert_of(row.alert).body.count("no such supplier") == 1


async def test_the_boss_is_told_after_a_day_and_hears_of_the_end(tmp_path: Path) -> None:
    async with running(tmp_path, config=BASE) as engine:
        await engine.ping("often", PingKind.FAIL)
        assert [(one.hook, one.title) for one in told(engine)] == [("me", "often failed")]
        await engine.run(hours=23)
        assert titles(engine, "boss") == []
        await engine.run(hours=2)
        (title,) = titles(engine, "boss")
        assert title.startswith("often")
        await engine.ping("often")
        assert titles(engine, "boss")[-1] == titles(engine)[-1] == "often is up again"


async def test_what_is_over_before_the_boss_would_be_told_is_not_told_to_them(tmp_path: Path) -> None:
    async with running(tmp_path, config=BASE) as engine:
        await engine.ping("often", PingKind.FAIL)
        await engine.run(minutes=5)
        await engine.ping("often")
        await engine.run(hours=30)
        assert titles(engine)[:2] == ["often failed", "often is up again"]
        assert not [title for title in titles(engine, "boss") if "failed" in title]


async def test_an_acknowledgement_ends_reminders_and_whoever_would_be_told_later(tmp_path: Path) -> None:
    config = BASE.replace('type = "command"', 'type = "command"\nrepeat = "1h"')
    async with running(tmp_path, config=config) as engine:
        await engine.ping("often", PingKind.FAIL)
        await engine.run(hours=1)
        await engine.run(hours=1)
        assert titles(engine) == [
            "often failed",
            "often is still down, 1st reminder: it is overdue",
            "often is still down, 2nd reminder: it is overdue",
        ]
        await do(engine, Acknowledge(slugs=("often",), by="ann", any_reason=True))
        await engine.run(hours=48)
        assert len(titles(engine)) == 3
        assert titles(engine, "boss") == []
        await do(engine, Unacknowledge(slugs=("often",)))
        await engine.run(hours=1)
        assert len(titles(engine)) == 4
        assert len(titles(engine, "boss")) == 1


async def test_reasons_and_no_recovery(tmp_path: Path) -> None:
    config = BASE.replace('after = "1d"', 'reasons = ["missed"]\nrecovery = false')
    async with running(tmp_path, config=config) as engine:
        await engine.ping("often", PingKind.FAIL)
        await engine.ping("often")
        assert titles(engine, "boss") == []
        await engine.run(minutes=21)
        await engine.ping("often")
        assert titles(engine, "boss") == ["often is overdue"]
        assert titles(engine)[-1] == "often is up again"


async def test_quiet_hours_hold_a_first_word_and_a_recovery_until_morning(tmp_path: Path) -> None:
    config = BASE.replace('after = "1d"', 'quiet = "22:00-07:00"')
    async with running(tmp_path, config=config) as engine:  # it is midnight
        await engine.ping("often", PingKind.FAIL)
        await engine.run(hours=6)
        assert titles(engine, "boss") == []
        await engine.run(hours=1)
        assert titles(engine, "boss") == ["often is overdue"]  # by now
        await engine.run(hours=16)  # eleven in the evening
        await engine.ping("often")
        ends = [one.after for one in told(engine) if one.title == "often is up again"]
        assert ends == hours(23, 31)  # to me at once, to the boss at seven


async def test_a_weekend_is_quiet_where_only_weekdays_are_named(tmp_path: Path) -> None:
    config = BASE.replace('after = "1d"', 'days = "mon-fri"\nholidays = ["2026-11-23"]')
    async with running(tmp_path, config=config) as engine:
        engine.clock.run(timedelta(days=1))  # Saturday
        await engine.judge_all()  # late: what ran out on Friday is looked at only now
        await engine.ping("often", PingKind.FAIL)
        await engine.run(hours=40)
        await engine.run(days=1)  # Monday is a holiday here
        assert titles(engine, "boss") == []
        await engine.run(hours=8)
        assert len(titles(engine, "boss")) == 1


async def test_a_tag_and_a_check_say_it_for_their_hooks(tmp_path: Path) -> None:
    config = (
        BASE
        + 'tags = ["calm"]\n'
        + '[checks.often.alerts.boss]\nafter = "2h"\n'
        + '[tags.calm]\nafter = "30m"\n'
    )
    async with running(tmp_path, config=config) as engine:
        await engine.ping("often", PingKind.FAIL)
        assert told(engine) == []
        await engine.run(minutes=30)
        assert len(titles(engine)) == 1
        assert titles(engine, "boss") == []
        await engine.run(minutes=90)
        assert len(titles(engine, "boss")) == 1


async def test_a_window_of_maintenance_is_announced_and_hides_nothing_that_stays_down(tmp_path: Path) -> None:
    config = BASE.replace("15m", "3h")
    config += '[maintenance.db]\nat = "2026-11-20 02:00"\nduration = "2h"\nannounce = "1h"\n'
    async with running(tmp_path, config=config) as engine:
        await engine.ping("often")
        await engine.run(minutes=59)
        assert titles(engine) == []
        await engine.run(minutes=2)
        assert titles(engine) == ["Maintenance db begins Fri 2026-11-20 02:00 UTC"]
        await engine.run(minutes=130)
        assert engine.status("often") == "down missed"
        assert len(titles(engine)) == 1
        await engine.run(minutes=60)
        assert titles(engine)[1:] == ["often is overdue"]


async def test_who_depends_on_another_is_told_of_only_when_that_is_up_and_it_is_not(tmp_path: Path) -> None:
    config = BASE + '[checks.child]\nevery = "15m"\ngrace = "5m"\ndepends_on = ["often"]\n'
    async with running(tmp_path, config=config) as engine:
        await engine.ping("child")
        await engine.ping("often", PingKind.FAIL)
        await engine.ping("child", PingKind.FAIL)
        assert engine.status("child") == "down failed"
        assert titles(engine) == ["often failed"]
        await engine.ping("often")
        assert titles(engine) == ["often failed", "often is up again"]
        await engine.run(minutes=4)
        assert len(titles(engine)) == 2
        await engine.run(minutes=1)
        assert titles(engine)[2:] == ["child failed"]
        await engine.ping("child")
        assert titles(engine)[3:] == ["child is up again"]


async def test_who_comes_up_with_what_it_depends_on_is_never_told_of(tmp_path: Path) -> None:
    config = BASE + '[checks.child]\nevery = "15m"\ngrace = "5m"\ndepends_on = ["often"]\n'
    async with running(tmp_path, config=config) as engine:
        await engine.ping("often", PingKind.FAIL)
        await engine.ping("child", PingKind.FAIL)
        await engine.ping("often")
        await engine.ping("child")
        await engine.run(minutes=10)
        assert [title for title in titles(engine) if "child" in title] == []


async def test_a_job_that_flaps_is_told_of_once_and_again_when_it_has_settled(tmp_path: Path) -> None:
    async with running(tmp_path, config=BASE) as engine:
        for _ in range(10):
            await engine.ping("often", PingKind.FAIL)
            await engine.run(minutes=1)
            await engine.ping("often")
            await engine.run(minutes=1)
        assert titles(engine) == [
            "often failed",
            "often is up again",
            "often failed",
            "often is up again",
            "often failed",
            "often keeps going down and coming up",
        ]
        await engine.ping("often", PingKind.FAIL)
        await engine.run(minutes=21)
        assert len(titles(engine)) == 7
        assert titles(engine)[-1].startswith("often is still down")


async def test_a_job_that_settles_well_is_told_up(tmp_path: Path) -> None:
    async with running(tmp_path, config=BASE) as engine:
        for _ in range(4):
            await engine.ping("often", PingKind.FAIL)
            await engine.ping("often")
        assert titles(engine)[-1] == "often keeps going down and coming up"
        await engine.run(minutes=10)
        await engine.ping("often")
        await engine.run(minutes=11)
        assert titles(engine)[-1] == "often is up again"


async def test_a_job_that_is_paused_while_it_flaps_is_told_nothing_more(tmp_path: Path) -> None:
    async with running(tmp_path, config=BASE) as engine:
        for _ in range(4):
            await engine.ping("often", PingKind.FAIL)
            await engine.ping("often")
        before = titles(engine)
        await do(engine, Pause(slugs=("often",)))
        await engine.run(hours=2)
        assert titles(engine) == before
        await do(engine, Resume(slugs=("often",)))
        await engine.ping("often", PingKind.FAIL)
        assert titles(engine)[len(before) :] == ["often failed"]


async def test_a_snoozed_job_that_flaps_says_so_to_nobody(tmp_path: Path) -> None:
    async with running(tmp_path, config=BASE) as engine:
        until = engine.clock.now() + timedelta(hours=1)
        await do(engine, StartSnooze(slugs=("often",), until=until, by="ann"))
        for _ in range(4):
            await engine.ping("often", PingKind.FAIL)
            await engine.ping("often")
        assert titles(engine) == []
        await engine.ping("often", PingKind.FAIL)
        await engine.run(hours=2)
        assert titles(engine) == ["often is overdue"]


async def test_a_hook_that_is_added_hears_nothing_of_what_somebody_knows(tmp_path: Path) -> None:
    async with running(tmp_path, config=BASE) as engine:
        await engine.ping("often", PingKind.FAIL)
        await do(engine, Acknowledge(slugs=("often",), by="ann", any_reason=True))
        path = tmp_path / "checks.toml"
        path.write_text('[hooks.new]\ntype = "terminal"\n' + BASE.replace('timezone = "UTC"', ""))
        await engine.reload_config()
        await engine.run(hours=1)
        assert titles(engine, "new") == []
        await engine.ping("often")
        assert titles(engine, "new") == []


async def test_a_hook_that_is_added_hears_of_what_is_down_already(tmp_path: Path) -> None:
    async with running(tmp_path, config=BASE) as engine:
        await engine.ping("often", PingKind.FAIL)
        path = tmp_path / "checks.toml"
        path.write_text('[hooks.new]\ntype = "terminal"\n' + BASE.replace('timezone = "UTC"', ""))
        await engine.reload_config()
        assert titles(engine, "new") == ["often failed"]


async def test_a_rule_that_is_edited_counts_for_what_is_down_already(tmp_path: Path) -> None:
    """Whoever is impatient gets what is due by the new rule at once, and nobody anything twice."""
    async with running(tmp_path, config=BASE) as engine:
        await engine.ping("often", PingKind.FAIL)
        await engine.run(hours=2)
        path = tmp_path / "checks.toml"
        path.write_text(BASE.replace('after = "1d"', 'after = "1h"'))
        await engine.reload_config()
        (title,) = titles(engine, "boss")
        for after in ("2h", "1d", "1h"):
            path.write_text(BASE.replace('after = "1d"', f'after = "{after}"'))
            await engine.reload_config()
        await engine.run(hours=48)
        assert titles(engine, "boss") == [title]
        assert len(titles(engine)) == 1


async def test_a_rule_that_was_edited_while_nobody_watched_counts_at_the_start(tmp_path: Path) -> None:
    async with running(tmp_path, config=BASE) as engine:
        await engine.ping("often", PingKind.FAIL)
        clock = engine.clock
    clock.run(timedelta(hours=2))
    config = BASE.replace('after = "1d"', 'after = "1h"')
    async with running(tmp_path, clock, config=config) as engine:
        await engine.settle()
        assert len(titles(engine, "boss")) == 1
    async with running(tmp_path, clock, config=BASE) as engine:
        await engine.run(hours=30)
        assert len(titles(engine, "boss")) == 1


async def test_plans_survive_a_restart(tmp_path: Path) -> None:
    async with running(tmp_path, config=BASE) as engine:
        await engine.ping("often", PingKind.FAIL)
        clock = engine.clock
    clock.run(timedelta(hours=25))
    async with running(tmp_path, clock, config=None) as engine:
        await engine.settle()
        assert len(titles(engine)) == 1
        assert len(titles(engine, "boss")) == 1


async def test_a_state_of_before_there_were_plans_is_told_nothing_twice(tmp_path: Path) -> None:
    async with running(tmp_path, config=BASE) as engine:
        await engine.ping("often", PingKind.FAIL)
        clock = engine.clock
    with sqlite3.connect(tmp_path / "state" / "pulsetui.sqlite3") as connection:
        (document,) = connection.execute("SELECT state FROM states").fetchone()
        state = msgspec.json.decode(document)
        assert state.pop("plans")
        connection.execute("UPDATE states SET state = ?", (msgspec.json.encode(state),))
    connection.close()
    async with running(tmp_path, clock, config=None) as engine:
        await engine.run(minutes=1)
        assert len(told(engine)) == 1
        await engine.ping("often")
        assert titles(engine)[-1] == titles(engine, "boss")[-1] == "often is up again"


async def test_an_alert_says_its_parts(tmp_path: Path) -> None:
    config = BASE + 'owner = "ann"\nrunbook = "https://wiki/often"\n'
    async with running(tmp_path, config=config) as engine:
        await engine.ping("often", PingKind.FAIL, body=b"Traceback\nValueError: no money\n")
        with sqlite3.connect(engine.engine.state_dir / "pulsetui.sqlite3") as connection:
            (text,) = connection.execute("SELECT alert FROM outbox").fetchone()
        connection.close()
        alert = alert_of(text)
        uuid = engine.view("often").uuid
        assert (alert.key, alert.owner, alert.runbook) == (f"{uuid}-1", "ann", "https://wiki/often")
        assert alert.output == "ValueError: no money"
        assert alert.since == START
        assert "Runbook: https://wiki/often" in alert.body
