"""What the engine makes of pings that came over the wire."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.client.client import do_one
from pulsetui.client.commands import Dismiss, RemoveCheck, UndoRemove
from pulsetui.config.file.edit import ConfigFile
from pulsetui.config.file.load import load_config
from pulsetui.config.model import Config
from pulsetui.core.state.status import PingKind
from pulsetui.core.text.clean import clean
from pulsetui.job.report import PingReport
from pulsetui.job.spool import keep
from pulsetui.listener.http.sockets import open_sockets, port_of
from pulsetui.listener.listener import Listener
from pulsetui.monitor.pings import creation
from pulsetui.monitor.pings.refusals import Allowance, nearest_slug
from pulsetui.monitor.sink import Receipt, Refused
from tests.listener.served import curl
from tests.monitor.harness import CONFIG, START, Harness, running


def notice(engine: Harness, key: str) -> str:
    found = engine.engine.notices.get(key)
    return "" if found is None else found.text


async def test_what_of_a_ping_could_not_be_used_is_shown_until_the_next_one_is_whole(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        await engine.ping("often", notes=('metric "records" has no value',))
        assert 'often: metric "records" has no value' in notice(engine, "unread")

        await engine.ping("nightly")
        await engine.ping("often", PingKind.START)
        assert notice(engine, "unread")

        await engine.ping("often")
        assert notice(engine, "unread") == ""


async def test_notes_of_a_check_that_is_deleted_are_no_longer_shown(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        await engine.ping("often", notes=("one",))
        await engine.ping("nightly", notes=("two",))
        await engine.engine.edit_config(lambda file: file.remove_check("often"))
        assert "often" not in notice(engine, "unread")
        assert "nightly: two" in notice(engine, "unread")


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


class Ticks:
    """A clock for allowances."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def test_an_allowance_is_so_much_at_once_and_so_much_each_second() -> None:
    ticks = Ticks()
    allowance = Allowance(3, 0.5, ticks)
    allowance.spend(3)
    assert allowance.left == 0
    ticks.at = 4
    assert allowance.left == 2
    ticks.at = 100
    assert allowance.left == 3


async def test_refused_pings_are_shown_by_name_until_the_check_is_there(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        for _ in range(4):
            refused = Refused(name="oftn", why="unknown check", remote_addr="127.0.0.1", ua="curl/8.5.0")
            assert engine.engine.door.refuse(refused) == "often"
        (shown,) = engine.client.info().refused
        assert (shown.name, shown.count, shown.nearest, shown.creatable) == ("oftn", 4, "often", True)
        assert (shown.remote_addr, shown.ua, shown.last_at) == ("127.0.0.1", "curl/8.5.0", START)
        said = notice(engine, "refused")
        assert said.startswith("pings are refused: oftn 4x (did you mean often?), last ")
        assert "from 127.0.0.1 curl/8.5.0. N shows all" in said
        assert engine.engine.door.rejected == {"unknown check": 4}

        await engine.engine.edit_config(lambda file: file.add_check("oftn", {"every": "1h"}))
        assert (engine.client.info().refused, notice(engine, "refused")) == ((), "")


async def test_a_dismissed_notice_comes_again_for_another_name_only(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        engine.engine.door.refuse(Refused(name="one", why="unknown check"))
        await asyncio.to_thread(engine.client.do, Dismiss("refused"))
        engine.engine.door.refuse(Refused(name="one", why="unknown check"))
        assert notice(engine, "refused") == ""
        engine.engine.door.refuse(Refused(name="two", why="unknown check"))
        assert "two 1x" in notice(engine, "refused")
        assert "one" not in notice(engine, "refused")
        assert [one.name for one in engine.client.info().refused] != []


async def test_names_from_strangers_are_bounded_and_clean(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(tmp_path) as engine:
        for _ in range(3):
            engine.engine.door.refuse(Refused(name="oftn", why="unknown check"))
        for n in range(1000):
            name = f"\x1b[2J\r\n\u202e{n} " + "x" * 5000
            engine.engine.door.refuse(Refused(name=name, why="unknown check", ua="\x9b\x00" * 100))
            engine.engine.door.refuse(Refused(name=f"made-{n}", why="check not created: too fast"))
        refused = engine.client.info().refused
        # What came often is not pushed out, and what resembles a check stands first.
        assert (refused[0].name, refused[0].count) == ("oftn", 3)
        assert len(refused) <= 20
        for one in refused:
            assert clean(one.name) == one.name
            assert len(one.name) <= 100
            assert clean(one.ua) == one.ua
        assert len(notice(engine, "refused")) < 1000
        assert sum("refused ping" in line for line in caplog.messages) <= 25


@given(
    st.lists(st.text(alphabet="abcdef-", min_size=1, max_size=20), max_size=30, unique=True),
    st.text(max_size=30),
)
def test_the_nearest_slug_is_a_slug_there_is(slugs: list[str], name: str) -> None:
    assert nearest_slug(name, dict.fromkeys(slugs).keys()) in {"", *slugs}


def test_the_nearest_of_many_slugs_is_found_in_bounded_time() -> None:
    slugs = {f"host-{n:05d}-backup" for n in range(50_000)} | {"sync-invoices"}
    began = time.perf_counter()
    assert nearest_slug("sync-invoces", slugs) == "sync-invoices"
    assert nearest_slug("host-0123-backup", slugs)
    assert time.perf_counter() - began < 2


async def test_create_makes_no_more_checks_than_it_may(tmp_path: Path) -> None:
    config = CONFIG.replace('timezone = "UTC"', 'timezone = "UTC"\n[listener]\ncreate_limit = 4')

    async with running(tmp_path, config=config) as engine:
        made = await asyncio.gather(*(engine.ping(f"new-{n}", create=True) for n in range(5)))
        assert made == [Receipt.CREATED] * 2 + [Receipt.FULL] * 3
        assert len(engine.client.checks()) == 4
        assert "create=1 made no check for 3 pings: there are 2 checks" in notice(engine, "create")
        assert await engine.ping("new-0", create=True) is Receipt.OK


async def test_create_makes_a_hundred_checks_at_once_and_then_one_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = Ticks()
    monkeypatch.setattr(creation, "Allowance", lambda *_: Allowance(2, 1.0, ticks))

    async with running(tmp_path) as engine:
        receipts = [await engine.ping(f"new-{n}", create=True) for n in range(3)]
        assert receipts == [Receipt.CREATED, Receipt.CREATED, Receipt.TOO_FAST]
        assert "one a second" in notice(engine, "create")
        ticks.at = 1.5
        assert await engine.ping("new-2", create=True) is Receipt.CREATED


async def test_pings_that_ask_for_the_same_new_check_at_once_make_one(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        receipts = await asyncio.gather(*(engine.ping("new", create=True) for _ in range(200)))
        assert receipts.count(Receipt.CREATED) == 1
        assert receipts.count(Receipt.OK) == 199
        assert engine.view("new").n_pings == 200


async def test_what_a_query_says_is_what_becomes_of_the_check(tmp_path: Path) -> None:
    """From the socket to the status."""

    async with running(tmp_path) as engine:
        listener = Listener(engine.engine.door, engine.client, require_key=False)
        sockets = open_sockets("127.0.0.1", 0)
        listener.start(sockets)
        url = f"http://127.0.0.1:{port_of(sockets[0])}/ping/"
        key = engine.engine.local_ping_key

        async def ping(path: str) -> str:
            reply = await asyncio.to_thread(curl, url + path)
            assert (reply.status, reply.body) == (200, b"OK")
            return engine.status("often")

        assert await ping("often?status=down") == "down failed"
        assert await ping("often?status=up&msg=OK&ping=") == "up"
        assert await ping("often?status=mauve") == "up"
        assert engine.view("often").last_success is not None
        assert await ping(f"{key}/often?state=run&series=a1&stamp=1") == "up"
        assert engine.view("often").started
        engine.clock.run(timedelta(seconds=30))
        assert await ping(f"{key}/often?state=complete&series=a1&stamp=31") == "up"
        assert engine.view("often").last_duration == 30
        assert await ping(f"{key}/often?state=fail&stamp=40") == "down failed"
        await listener.stop()


async def test_a_kept_report_for_no_check_is_shown_like_any_refused_ping(tmp_path: Path) -> None:
    keep(PingReport(slug="oftn"), str(tmp_path / "state"))

    async with running(tmp_path) as engine:
        (shown,) = engine.client.info().refused
        assert (shown.name, shown.nearest, shown.ua) == ("oftn", "often", "a kept report")
