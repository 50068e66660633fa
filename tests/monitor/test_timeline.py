"""What the engine tells of a span of time, bounded however long it is."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pulsetui.client.views import TimelineLane
from pulsetui.core.state.status import Outcome, PingKind
from pulsetui.monitor.describe import LANE_SHOWN
from tests.monitor.harness import START, Harness, running

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
CONFIG = """\
[checks.minutely]
every = "1m"
keep_pings = 3000

[checks.cronly]
cron = "* * * * *"

[checks.nightly]
cron = "0 2 * * *"
"""


def lane(engine: Harness, slug: str, since: timedelta, until: timedelta) -> TimelineLane:
    return engine.client.timeline([slug], START + since, START + until).lanes[0]


async def test_many_runs_are_thinned_but_cover_the_whole_span(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        for minute in range(0, 3000, 2):
            kind = PingKind.FAIL if minute == 1000 else PingKind.SUCCESS
            await engine.ping("minutely", kind, at=START - 3000 * MINUTE + minute * MINUTE)

        found = lane(engine, "minutely", -3 * DAY, timedelta())

        ends = [run.ended_at for run in found.runs if run.ended_at is not None]
        assert 400 < len(ends) <= LANE_SHOWN + 1
        assert ends == sorted(ends)
        assert ends[0] < START - 2990 * MINUTE
        assert [run.outcome for run in found.runs].count(Outcome.FAILED) == 1


async def test_runs_after_the_span_take_no_room_from_those_in_it(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        for minute in (-500, -400, -5, -1):
            await engine.ping("minutely", at=START + minute * MINUTE)

        found = lane(engine, "minutely", -9 * HOUR, -6 * HOUR)

        assert [run.ended_at for run in found.runs] == [START - 500 * MINUTE, START - 400 * MINUTE]


async def test_future_slots_are_thinned_but_reach_the_end(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await engine.ping("minutely")
        for slug in ("minutely", "cronly"):
            month = lane(engine, slug, timedelta(), 30 * DAY).upcoming
            assert len(month) <= LANE_SHOWN
            assert month[-1] > START + 30 * DAY - 2 * HOUR
            hour = lane(engine, slug, timedelta(), HOUR).upcoming
            assert hour == tuple(START + n * MINUTE for n in range(1, 61))

        nightly = lane(engine, "nightly", timedelta(), 3 * DAY).upcoming
        assert nightly == tuple(START + 2 * HOUR + n * DAY for n in range(3))


async def test_a_period_keeps_its_phase_wherever_the_span_begins(tmp_path: Path) -> None:
    config = '[checks.a]\nevery = "7m"\nwait_for_first = true\n'

    async with running(tmp_path, config=config) as engine:
        assert lane(engine, "a", timedelta(), HOUR).upcoming == ()
        await engine.ping("a")
        first = lane(engine, "a", HOUR, 2 * HOUR).upcoming[0]
        assert first == START + 63 * MINUTE


MAINTAINED = """\
[checks.a]
every = "1h"

[checks.b]
every = "1h"

[maintenance.patching]
calendar = "Sun 03:00"
duration = "2h"

[maintenance.move]
at = "2026-11-20 12:00"
duration = "1h"
checks = ["b"]

[maintenance.busy]
cron = "*/5 * * * *"
duration = "1m"
tags = ["none"]
"""


async def test_windows_of_maintenance_stand_on_the_lanes_that_they_are_for(tmp_path: Path) -> None:
    async with running(tmp_path, config=MAINTAINED) as engine:
        sundays = [(START + n * DAY + 3 * HOUR, START + n * DAY + 5 * HOUR, "patching") for n in (2, 9)]
        assert lane(engine, "a", timedelta(), 10 * DAY).maintenance == tuple(sundays)
        move = (START + 12 * HOUR, START + 13 * HOUR, "move")
        assert lane(engine, "b", timedelta(), 10 * DAY).maintenance == (*sundays, move)
        # One that began before the span and goes on in it is whole.
        assert lane(engine, "b", 12.5 * HOUR, 20 * HOUR).maintenance == (move,)
        assert lane(engine, "a", 12.5 * HOUR, 20 * HOUR).maintenance == ()


async def test_windows_that_cannot_be_told_apart_are_one_span(tmp_path: Path) -> None:
    config = MAINTAINED.replace('tags = ["none"]', "")
    async with running(tmp_path, config=config) as engine:
        month = [one for one in lane(engine, "a", timedelta(), 30 * DAY).maintenance if one[2] == "busy"]
        assert len(month) == 1
        hour = [one for one in lane(engine, "a", timedelta(), HOUR).maintenance if one[2] == "busy"]
        assert [end - begin for begin, end, _ in hour] == [MINUTE] * 13
