"""What the engine makes of pings that came over the wire."""

from __future__ import annotations

import asyncio
from pathlib import Path

from pulsetui.config.edit import ConfigFile
from pulsetui.config.load import load_config
from pulsetui.config.model import Config
from pulsetui.core.status import PingKind
from pulsetui.monitor.intake import Receipt
from tests.monitor.harness import Harness, running


def notice(engine: Harness, key: str) -> str:
    found = engine.engine.notices.get(key)
    return "" if found is None else found.text


def test_what_of_a_ping_could_not_be_used_is_shown_until_the_next_one_is_whole(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running(tmp_path) as engine:
            await engine.ping("often", notes=('metric "records" has no value',))
            assert 'often: metric "records" has no value' in notice(engine, "unread")

            await engine.ping("nightly")
            await engine.ping("often", PingKind.START)
            assert notice(engine, "unread")

            await engine.ping("often")
            assert notice(engine, "unread") == ""

    asyncio.run(scenario())


def test_notes_of_a_check_that_is_deleted_are_no_longer_shown(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running(tmp_path) as engine:
            await engine.ping("often", notes=("one",))
            await engine.ping("nightly", notes=("two",))
            await engine.engine.edit_config(lambda file: file.remove_check("often"))
            assert "often" not in notice(engine, "unread")
            assert "nightly: two" in notice(engine, "unread")

    asyncio.run(scenario())


def test_a_deleted_check_has_its_history_back_only_with_its_uuid(tmp_path: Path) -> None:
    path = tmp_path / "checks.toml"

    async def scenario() -> None:
        async with running(tmp_path) as engine:
            await engine.ping("often")
            await engine.ping("often", PingKind.FAIL)
            uuid = engine.view("often").uuid
            await engine.engine.edit_config(lambda file: file.remove_check("often"))
            assert await engine.ping("often") is Receipt.UNKNOWN

            assert await engine.ping("often", create=True) is Receipt.CREATED
            made = engine.view("often")
            assert (made.n_pings, made.status, made.uuid == uuid) == (1, "up", False)

            await engine.engine.edit_config(lambda file: file.remove_check("often"))
            await engine.engine.edit_config(lambda file: file.add_check("often", {"every": "15m"}))
            another = engine.view("often")
            assert (another.n_pings, another.status) == (0, "new")
            assert another.uuid not in (uuid, made.uuid)

            fields = {"every": "15m", "uuid": uuid}
            await engine.engine.edit_config(lambda file: file.add_check("back-again", fields))
            assert engine.view("back-again").n_pings == 2
            assert engine.status("back-again") == "down failed"
            assert engine.view("often").uuid == another.uuid
        async with running(tmp_path, config=path.read_text()) as engine:
            assert (engine.view("back-again").n_pings, engine.view("often").n_pings) == (2, 0)

    asyncio.run(scenario())


def test_a_check_that_is_renamed_by_hand_with_its_uuid_keeps_its_history(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running(tmp_path) as engine:
            await engine.ping("often")
            uuid = engine.view("often").uuid

            def rename(file: ConfigFile) -> Config:
                file.path.write_text(f'[checks.seldom]\nevery = "15m"\nuuid = "{uuid}"\n')
                return load_config(file.path, {})

            await engine.engine.edit_config(rename)
            assert list(engine.client.checks()) == ["seldom"]
            assert (engine.view("seldom").n_pings, engine.view("seldom").uuid) == (1, uuid)

    asyncio.run(scenario())


def test_a_uuid_that_is_given_to_another_check_leaves_the_history_where_it_is(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running(tmp_path) as engine:
            await engine.ping("often")
            uuid = engine.view("often").uuid

            await engine.engine.edit_config(
                lambda file: file.add_check("thief", {"every": "15m", "uuid": uuid})
            )

            assert (engine.view("thief").n_pings, engine.view("thief").uuid) == (0, uuid)
            assert engine.view("often").n_pings == 1
            assert engine.view("often").uuid != uuid

    asyncio.run(scenario())


def test_undoing_a_deletion_brings_the_history_back_though_the_file_has_no_uuid(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running(tmp_path) as engine:
            await engine.ping("nightly")
            before = engine.view("nightly")
            await asyncio.to_thread(engine.client.remove, "nightly")
            (tmp_path / "checks.toml").write_text('[checks.other]\nevery = "1m"\n')

            back = await asyncio.to_thread(engine.client.undo_remove, "nightly", {"cron": "0 2 * * *"})

            assert back.ok
            assert (engine.view("nightly").n_pings, engine.view("nightly").uuid) == (1, before.uuid)

    asyncio.run(scenario())
