"""Deploys: alerts wait while one goes on and come when it is over, however it ends; each job has to be good
once after it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from pulsetui.client.commands import (
    AnyCommand,
    BeginDeploy,
    EndDeploy,
    EndSnooze,
    Pause,
    RenewDeploy,
    StartSnooze,
)
from pulsetui.client.deploys import DeployView
from pulsetui.client.views import CommandResult
from pulsetui.core.deploy import LEASE, MAX_DEPLOY
from pulsetui.core.state.status import PingKind
from tests.monitor.harness import START, FakeClock, Harness, running
from tests.monitor.test_told_again import told
from tests.store.samples import due_rows

CONFIG = """\
timezone = "UTC"

[checks.nightly]
name = "Nightly import"
cron = "0 2 * * *"
grace = "30m"
tags = ["shop"]

[checks.often]
every = "15m"
grace = "5m"
tags = ["shop"]

[checks.other]
every = "15m"
grace = "5m"

[hooks.a]
type = "terminal"
"""
KEY = "deploy-5f0c2a"
BEGIN = BeginDeploy(KEY, tags=("shop",), release="v42", by="kim")


async def do(engine: Harness, command: AnyCommand) -> list[CommandResult]:
    results = await asyncio.to_thread(engine.client.do, command)
    await engine.settle()
    return results


def deploy(engine: Harness) -> DeployView:
    (found,) = engine.client.deploys()
    return found


def proofs(engine: Harness) -> dict[str, str]:
    return {job.slug: job.proof for job in deploy(engine).jobs}


async def test_what_goes_down_in_a_deploy_is_told_when_it_is_over(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await engine.ping("often")
        await engine.ping("other")
        await engine.run(minutes=19)
        assert [result.ok for result in await do(engine, BEGIN)] == [True]
        assert engine.view("often").snoozed_until == engine.clock.now() + LEASE
        assert engine.view("other").snoozed_until is None
        assert [one.note for one in engine.client.info().snoozes] == ["deploy v42"]
        await engine.run(minutes=1)
        assert engine.status("often") == "down missed"
        assert told(engine, "often") == []
        assert told(engine, "other") == ["other is overdue"]
        await do(engine, EndDeploy(KEY, exit_status=0))
        assert told(engine, "often") == ["often is overdue"]
        assert engine.client.info().snoozes == ()


async def test_a_deploy_that_was_killed_hides_nothing_for_longer_than_its_lease(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await engine.ping("often", PingKind.SUCCESS)
        await do(engine, BEGIN)
        await engine.ping("often", PingKind.FAIL)
        await engine.run(seconds=LEASE.total_seconds() - 1)
        await engine.engine.beat()
        assert told(engine, "often") == []
        await engine.run(seconds=2)
        await engine.engine.beat()
        await asyncio.sleep(0.05)  # the timer of its end is one of the loop's
        await engine.settle()
        assert told(engine, "often") == ["often failed"]
        found = deploy(engine)
        assert (found.was_heard, found.released_at) == (False, START + LEASE)


async def test_a_sign_of_life_keeps_alerts_back_but_not_for_ever(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await do(engine, BEGIN)
        ends = set()
        for _ in range(int(MAX_DEPLOY / timedelta(minutes=1)) - 1):
            await engine.run(minutes=1)
            (result,) = await do(engine, RenewDeploy(KEY))
            ends.add(result.ok)
        assert ends == {True}
        assert engine.view("often").snoozed_until == engine.clock.now() + LEASE
        await engine.run(minutes=1)
        (result,) = await do(engine, RenewDeploy(KEY))
        assert not result.ok
        assert "alerts are kept back no more" in result.message


async def test_it_takes_no_snooze_of_a_person_away_and_gives_none_back(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        until = START + timedelta(hours=9)
        await do(engine, StartSnooze("tag", ("shop",), until=until, by="eva"))
        await do(engine, BEGIN)
        assert engine.view("often").snoozed_until == until
        await do(engine, EndDeploy(KEY, exit_status=0))
        assert [(one.by, one.until) for one in engine.client.info().snoozes] == [("eva", until)]


async def test_what_a_person_ended_stays_so(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await do(engine, BEGIN)
        await do(engine, EndSnooze("tag", ("shop",)))
        assert engine.view("often").snoozed_until is None
        await do(engine, RenewDeploy(KEY))
        assert engine.view("often").snoozed_until is None


async def test_an_engine_that_was_away_for_too_long_keeps_back_again(tmp_path: Path) -> None:
    clock = FakeClock()
    async with running(tmp_path, clock, config=CONFIG) as engine:
        await do(engine, BEGIN)
    clock.run(LEASE * 2)
    async with running(tmp_path, clock, config=None) as engine:
        await do(engine, RenewDeploy(KEY))
        assert engine.view("often").snoozed_until == clock.now() + LEASE


async def test_each_job_is_listed_until_it_has_been_good_once(tmp_path: Path) -> None:
    clock = FakeClock()
    async with running(tmp_path, clock, config=CONFIG) as engine:
        await engine.ping("often", PingKind.START, rid=UUID(int=1))
        await do(engine, BEGIN)
        await engine.run(minutes=1)
        await do(engine, EndDeploy(KEY, release="v43", exit_status=0))
        await engine.run(minutes=1)
        await engine.ping("often", rid=UUID(int=1))
        assert proofs(engine) == {"nightly": "waiting", "often": "waiting"}, "that run began before"
        await engine.ping("often", PingKind.START, rid=UUID(int=2))
        assert proofs(engine)["often"] == "running"
        await engine.ping("often", PingKind.FAIL, rid=UUID(int=2))
        assert proofs(engine)["often"] == "failed"
        await engine.run(minutes=1)
        await engine.ping("often", catch_up=START)
        assert proofs(engine)["often"] == "failed", "a catch-up shows nothing of the regular run"
        await engine.ping("often")
        await engine.ping("often", PingKind.FAIL)
        assert proofs(engine)["often"] == "good", "once is enough; what comes then is told as ever"
    async with running(tmp_path, clock, config=None) as engine:
        assert deploy(engine).release == "v43"
        assert proofs(engine) == {"nightly": "waiting", "often": "good"}
        clock.run(timedelta(hours=3))
        await engine.ping("nightly", PingKind.FAIL)
        await do(engine, Pause(("nightly",), by="kim"))
        assert proofs(engine)["nightly"] == "paused"


async def test_a_job_that_does_not_come_on_the_new_release_is_wrong(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await engine.ping("often")
        await do(engine, BEGIN)
        await do(engine, EndDeploy(KEY, exit_status=0))
        await engine.run(minutes=21)
        assert proofs(engine)["often"] == "missed"
        assert engine.view("often").detail == "no success within 5m after due. Last deploy: v42, 20m before"
        alerts = [one.alert for one in due_rows(engine.engine.queries, engine.clock.now(), 9)]
        assert any("Last deploy: v42, 20m before" in alert for alert in alerts)
        await engine.ping("often")
        await engine.run(minutes=1)
        await engine.ping("often", PingKind.FAIL)
        assert engine.view("often").detail == "the job reported a failure", "it has been good on that release"


async def test_a_failure_names_the_deploy_before_it(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await engine.ping("often")
        await do(engine, BEGIN)
        await engine.run(minutes=1)
        await engine.ping("other", PingKind.FAIL)
        await engine.ping("often", PingKind.FAIL, exit_status=3)
        assert engine.view("often").detail == "exit status 3. Last deploy: v42, which still goes on"
        incident = engine.view("often").incident
        assert incident is not None
        assert incident.detail == engine.view("often").detail
        assert engine.view("other").detail == "the job reported a failure", "it was not deployed"


async def test_the_timeline_and_the_details_show_it(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await do(engine, BEGIN)
        await engine.run(minutes=1)
        end = engine.clock.now()
        until = end + timedelta(hours=1)
        assert engine.client.timeline(["often"], START, until).lanes[0].deploys == ((START, None, "v42"),)
        await do(engine, EndDeploy(KEY, exit_status=2))
        assert engine.client.timeline(["often"], START, until).lanes[0].deploys == ((START, end, "v42"),)
        assert engine.client.timeline(["other"], START, until).lanes[0].deploys == ()
        found = engine.client.details("often").deploy
        assert found is not None
        assert (found.release, found.released_at, found.job.proof) == ("v42", end, "waiting")
        assert found.job.next_due == START + timedelta(minutes=15)
        assert engine.client.details("other").deploy is None
        assert deploy(engine).exit_status == 2


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (BeginDeploy(KEY, tags=("nope",), release="v", by="k"), "no check has the tag nope"),
        (BeginDeploy(KEY, slugs=("nope",), release="v", by="k"), "there is no check nope"),
        (BeginDeploy(KEY, release="v", by="k"), "slugs: missing; name checks, tags, or everything"),
        (
            BeginDeploy("x", slugs=("often",), release="v", by="k"),
            "key: begin_deploy takes one like deploy-5f0c2a",
        ),
        (RenewDeploy(KEY), "this engine knows nothing of the deploy"),
        (EndDeploy(KEY), "this engine knows nothing of the deploy"),
    ],
)
async def test_what_cannot_be_is_refused_in_words(tmp_path: Path, command: AnyCommand, said: str) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        assert [(one.ok, one.message) for one in await do(engine, command)] == [(False, said)]
        assert engine.client.info().snoozes == ()


async def test_a_deploy_of_a_check_follows_its_new_name(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await do(engine, BeginDeploy(KEY, slugs=("other",), release="v", by="k"))
        await engine.engine.edit_config(
            lambda file: file.edit_check("other", {}, new_slug="another"), {"other": "another"}
        )
        assert list(proofs(engine)) == ["another"]
        assert engine.view("another").snoozed_until is not None


async def test_a_beginning_or_an_end_that_is_told_again_is_one(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await do(engine, BEGIN)
        await do(engine, BEGIN)
        await do(engine, EndDeploy(KEY, exit_status=0))
        ended = deploy(engine)
        await engine.run(minutes=1)
        assert [one.ok for one in await do(engine, EndDeploy(KEY, exit_status=1))] == [True]
        assert deploy(engine).exit_status == ended.exit_status == 0
        assert [one.ok for one in await do(engine, RenewDeploy(KEY))] == [False]
