"""Which check of a configuration is which stored one, over any sequence of edits."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pulsetui.client.client import do_one
from pulsetui.client.commands import RemoveCheck, UndoRemove
from pulsetui.config.file.edit import ConfigFile
from pulsetui.config.file.load import load_config
from pulsetui.config.model import Config
from pulsetui.core.schedule.parse import parse_schedule
from pulsetui.core.state.check import Check
from pulsetui.core.state.status import PingKind
from pulsetui.monitor.sink import Receipt
from pulsetui.monitor.writing.identity import matched, removed, uuids
from pulsetui.store.rows import StoredCheck
from tests.monitor.harness import running

NOW = datetime(2026, 11, 28, tzinfo=UTC)
HOURLY = parse_schedule("every", "1h", "UTC")
UUIDS = [f"{n}{n}{n}{n}1111-2222-4333-8444-555555555555" for n in "abc"]
files = st.lists(
    st.dictionaries(st.sampled_from("vwxyz"), st.sampled_from([None, None, *UUIDS]), max_size=5).filter(
        lambda file: len([uuid for uuid in file.values() if uuid]) == len({*file.values()} - {None})
    ),
    max_size=8,
)


def defined(stored: list[StoredCheck], file: dict[str, str | None]) -> list[StoredCheck]:
    """What is stored after that file was read; ids are given in order, as the engine does."""
    checks = {slug: Check(slug=slug, name=slug, schedule=HOURLY, uuid=uuid) for slug, uuid in file.items()}
    known = matched(stored, checks, {}, ())
    uuid_of = uuids(checks, known)
    next_id = max((one.id for one in stored), default=0) + 1
    now_there: list[StoredCheck] = []
    for slug in checks:
        one = known.get(slug)
        check_id = one.id if one is not None else next_id
        next_id += one is None
        now_there.append(
            StoredCheck(
                id=check_id, slug=slug, uuid=uuid_of[slug], created_at=NOW, removed_at=None, state=None
            )
        )
    ids = {one.id for one in now_there}
    gone = {one.id: one for one in removed(stored, ids, checks.keys(), NOW)}
    return now_there + [gone.get(one.id, one) for one in stored if one.id not in ids]


@given(files)
def test_no_two_checks_ever_have_one_slug_or_one_uuid(history: list[dict[str, str | None]]) -> None:
    stored: list[StoredCheck] = []
    for file in history:
        before = {one.slug: one.id for one in stored if one.removed_at is None}
        had = {one.uuid: one.id for one in stored if one.removed_at is not None}
        stored = defined(stored, file)

        assert len({one.id for one in stored}) == len(stored)
        assert len({one.slug for one in stored}) == len(stored)
        assert len({one.uuid for one in stored}) == len(stored)
        there = {one.slug: one for one in stored if one.removed_at is None}
        assert there.keys() == file.keys()
        for slug, uuid in file.items():
            if uuid is not None:
                assert there[slug].uuid == uuid
                if uuid in had:
                    assert there[slug].id == had[uuid]  # its history is back
            elif slug in before:
                assert there[slug].id == before[slug]
            else:
                assert there[slug].id not in had.values()  # a name alone brings nothing back


async def test_a_deleted_check_has_its_history_back_only_with_its_uuid(tmp_path: Path) -> None:
    path = tmp_path / "checks.toml"

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


async def test_a_check_that_is_renamed_by_hand_with_its_uuid_keeps_its_history(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        await engine.ping("often")
        uuid = engine.view("often").uuid

        def rename(file: ConfigFile) -> Config:
            file.path.write_text(f'[checks.seldom]\nevery = "15m"\nuuid = "{uuid}"\n')
            return load_config(file.path, {})

        await engine.engine.edit_config(rename)
        assert list(engine.client.checks()) == ["seldom"]
        assert (engine.view("seldom").n_pings, engine.view("seldom").uuid) == (1, uuid)


async def test_a_uuid_that_is_given_to_another_check_leaves_the_history_where_it_is(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        await engine.ping("often")
        uuid = engine.view("often").uuid

        await engine.engine.edit_config(lambda file: file.add_check("thief", {"every": "15m", "uuid": uuid}))

        assert (engine.view("thief").n_pings, engine.view("thief").uuid) == (0, uuid)
        assert engine.view("often").n_pings == 1
        assert engine.view("often").uuid != uuid


async def test_undoing_a_deletion_brings_the_history_back_though_the_file_has_no_uuid(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        await engine.ping("nightly")
        before = engine.view("nightly")
        await asyncio.to_thread(do_one, engine.client, RemoveCheck(("nightly",)))
        (tmp_path / "checks.toml").write_text('[checks.other]\nevery = "1m"\n')

        back = await asyncio.to_thread(do_one, engine.client, UndoRemove(("nightly",), {"cron": "0 2 * * *"}))

        assert back.ok
        assert (engine.view("nightly").n_pings, engine.view("nightly").uuid) == (1, before.uuid)
