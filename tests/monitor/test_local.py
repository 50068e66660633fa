"""What a screen in the same process asks of the engine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
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
from pulsetui.client.hooks import HookState
from pulsetui.client.views import CommandResult
from pulsetui.core.state.status import PingKind
from tests.monitor.harness import CONFIG, START, FakeClock, running


async def call(command: Callable[[], list[CommandResult]]) -> list[CommandResult]:
    """A command as a screen gives it: from another thread."""
    return await asyncio.to_thread(command)


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


async def test_each_configured_hook_is_shown_as_its_worker_tells_and_without_secrets(tmp_path: Path) -> None:
    secret = "s3cretpingkey"
    config = f'[listener]\nping_key = "{secret}"\n[hooks.a]\ntype = "terminal"\n[hooks.b]\ntype = "desktop"\n'
    async with running(tmp_path, config=config) as engine:
        assert engine.client.info().hooks == (
            HookState(name="a", type="terminal"),
            HookState(name="b", type="desktop"),
        )
        changes: list[frozenset[str]] = []
        engine.client.subscribe(changes.append)
        told = HookState(name="b", type="", waiting=3, error=f"{secret} was refused")
        engine.client.know_hooks(lambda: {"b": told, "gone": HookState(name="gone", type="")})
        assert changes == [frozenset()]
        shown = engine.client.info().hooks[1]
        assert (shown.type, shown.waiting, shown.error) == ("desktop", 3, "… was refused")


async def test_a_view_says_until_when_its_check_is_in_maintenance(tmp_path: Path) -> None:
    config = CONFIG + '\n[maintenance.move]\nat = "2026-11-20 01:00"\nduration = "2h"\nchecks = ["often"]\n'
    async with running(tmp_path, config=config) as engine:
        until = START + timedelta(hours=3)
        told: list[frozenset[str]] = []
        engine.client.subscribe(told.append)
        assert engine.view("often").maintained_until is None
        await engine.run(minutes=61)
        assert engine.view("often").maintained_until == until
        assert engine.view("nightly").maintained_until is None
        assert any("nightly" in slugs for slugs in told), "who looks at the views must be told of the window"
        await engine.run(minutes=120)
        assert engine.view("often").maintained_until is None


async def test_it_is_told_that_nobody_would_be_told_and_without_secrets(tmp_path: Path) -> None:
    config = CONFIG + '\n[listener]\nping_key = "s3cretpingkey"\n'
    async with running(tmp_path, config=config) as engine:
        assert engine.client.info().unheard == ""
        engine.client.know_unheard(lambda: "Nobody would be told: s3cretpingkey is paused.")
        assert engine.client.info().unheard == "Nobody would be told: … is paused."


@pytest.mark.parametrize(
    ("day", "said"), [("2027-03-13", False), ("2027-03-15", True), ("2027-03-29", False)]
)
async def test_details_speak_of_a_clock_change_only_in_the_two_weeks_before_it(
    day: str, said: bool, tmp_path: Path
) -> None:
    config = '[checks.nightly]\ncron = "30 2 * * *"\ntimezone = "Europe/Berlin"\n'
    clock = FakeClock(datetime.fromisoformat(f"{day}T12:00:00+00:00"))
    async with running(tmp_path, clock, config=config) as engine:
        found = engine.client.details("nightly").schedule_warnings
        assert any("2027-03-28" in warning for warning in found) is said
        assert len(found) == said
