"""The deploys on the screen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from rich.cells import cell_len

from pulsetui.client.deploys import DeployView, ReleaseJob
from pulsetui.core.deploy import Proof
from pulsetui.errors import EngineUnreachableError
from pulsetui.tui.deploys.screen import DeploysScreen
from tests.client.fake import FakeEngine
from tests.client.samples import NOW, household
from tests.tui.support.screen_driver import (
    check_snapshot,
    press,
    screen_text,
    settled,
    showing,
    snapshot,
    strips,
)


def job(slug: str, proof: Proof, name: str = "", detail: str = "") -> ReleaseJob:
    at = NOW - timedelta(minutes=5) if proof in ("good", "failed", "missed") else None
    due = NOW + timedelta(hours=2)
    return ReleaseJob(slug=slug, name=name or slug, proof=proof, at=at, next_due=due, detail=detail)


def deployed(key: str, release: str, *jobs: ReleaseJob, minutes: int = 10) -> DeployView:
    return DeployView(
        key=key,
        release=release,
        begun_at=NOW - timedelta(minutes=minutes + 2),
        released_at=NOW - timedelta(minutes=minutes),
        was_heard=True,
        exit_status=0,
        by="kim via CLI",
        targets=("tag shop",),
        jobs=jobs,
    )


DEPLOYS = (
    deployed(
        "deploy-2",
        "v42 [/x] 日本語",
        job("backup-db", "good"),
        job("sync-invoices", "failed", "Sync [b]invoices", "exit status 3. Last deploy: v42, 2m before"),
        job("report", "waiting"),
        job("mail", "running"),
        job("old", "paused"),
    ),
    deployed("deploy-1", "v41", job("backup-db", "missed"), minutes=600),
)


def engine(*deploys: DeployView) -> FakeEngine:
    made = FakeEngine(household())
    made.deploy_views = deploys
    return made


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (120, 36)], ids=lambda s: f"{s[0]}x{s[1]}")
async def test_the_deploys_look_as_they_should(size: tuple[int, int]) -> None:
    async with showing(engine(*DEPLOYS), size) as (app, pilot):
        await press(app, pilot, "D")
        await settled(app, pilot)
        await press(app, pilot, "j", "j")
        assert isinstance(app.screen, DeploysScreen)
        assert {cell_len(strip.text) for strip in strips(app)} == {size[0]}
        check_snapshot(f"deploys-{size[0]}x{size[1]}", snapshot(app))


async def test_an_empty_list_says_how_to_deploy() -> None:
    async with showing(engine(), (100, 24)) as (app, pilot):
        await press(app, pilot, "D")
        await settled(app, pilot)
        assert "pulsetui deploy --tag TAG -- COMMAND" in screen_text(app)


async def test_an_engine_that_is_gone_is_said_and_the_list_stays() -> None:
    fake = engine(*DEPLOYS)
    async with showing(fake, (100, 24)) as (app, pilot):
        await press(app, pilot, "D")
        await settled(app, pilot)
        fake.fails_with = EngineUnreachableError("no engine answers")
        assert isinstance(app.screen, DeploysScreen)
        app.screen.tick()
        await settled(app, pilot)
        assert "no engine answers" in screen_text(app)
        assert "backup-db" in screen_text(app)
