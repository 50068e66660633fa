"""Pings that were refused: shown by name, bounded, until the check is there."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.client.commands import Dismiss
from pulsetui.core.text.clean import clean
from pulsetui.job.report import PingReport
from pulsetui.job.spool import keep
from pulsetui.monitor.pings.refusals import Allowance, nearest_slug
from pulsetui.monitor.sink import Refused
from tests.monitor.harness import START, running
from tests.monitor.samples import Ticks, notice


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


@pytest.mark.timed
def test_the_nearest_of_many_slugs_is_found_in_bounded_time() -> None:
    slugs = {f"host-{n:05d}-backup" for n in range(50_000)} | {"sync-invoices"}
    began = time.perf_counter()
    assert nearest_slug("sync-invoces", slugs) == "sync-invoices"
    assert nearest_slug("host-0123-backup", slugs)
    assert time.perf_counter() - began < 2


async def test_a_kept_report_for_no_check_is_shown_like_any_refused_ping(tmp_path: Path) -> None:
    keep(PingReport(slug="oftn"), str(tmp_path / "state"))

    async with running(tmp_path) as engine:
        (shown,) = engine.client.info().refused
        assert (shown.name, shown.nearest, shown.ua) == ("oftn", "often", "a kept report")
