"""A checks.toml that is emptied, half written or gone: what runs, what is said, and what is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from pulsetui.client.views import Notice
from pulsetui.config.file.edit import ConfigFile
from pulsetui.errors import ConfigError
from pulsetui.monitor.sink import Receipt
from tests.monitor.harness import CONFIG, START, Harness, running

MORE = "".join(f'\n[checks.more-{n}]\nevery = "1h"\n' for n in range(4))
FULL = CONFIG + MORE


@pytest.fixture(autouse=True)
def nothing_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test looks, when it means to."""
    monkeypatch.setattr("pulsetui.monitor.checks_toml.watch.POLL_S", 1000.0)
    monkeypatch.setattr(ConfigFile, "settle_s", 0.0)


class Watched:
    """A harness whose file is looked at twice a second of the fake clock."""

    def __init__(self, engine: Harness, folder: Path) -> None:
        self.engine = engine
        self.path = folder / "checks.toml"
        self.state = folder / "state"

    async def look(self, seconds: float = 0.5) -> None:
        watch, take = self.engine.engine.config_watch, self.engine.engine.take_config
        for _ in range(round(seconds * 2)):
            await self.engine.run(seconds=0.5)
            await watch.look(take)
        await self.engine.settle()

    def slugs(self) -> list[str]:
        return list(self.engine.client.checks())

    def notice(self, key: str) -> Notice | None:
        return self.engine.engine.notices.get(key)

    def said(self, key: str) -> str:
        found = self.notice(key)
        return "" if found is None else found.text

    def kept(self) -> list[str]:
        return [path.read_text() for path in sorted(self.state.glob("checks.kept-*.toml"))]


def scenario(folder: Path, steps: Callable[[Watched], object], config: str | None = FULL) -> None:
    async def run() -> None:
        async with running(folder, config=config) as engine:
            watched = Watched(engine, folder)
            await engine.engine.config_watch.begin()
            routine = steps(watched)
            assert asyncio.iscoroutine(routine)
            await routine

    asyncio.run(run())


def test_an_outside_edit_counts_at_the_second_look(tmp_path: Path) -> None:
    async def steps(on: Watched) -> None:
        on.path.write_text(FULL + '\n[checks.new]\nevery = "1h"\n')
        await on.look()
        assert "new" not in on.slugs()
        await on.look()
        assert "new" in on.slugs()

    scenario(tmp_path, steps)


def test_a_file_that_goes_on_changing_is_waited_for(tmp_path: Path) -> None:
    """As rsync --inplace or a script writes it: every piece ends where it would be valid."""
    pieces = FULL.split("\n[checks")

    async def steps(on: Watched) -> None:
        for end in range(1, len(pieces) + 1):
            on.path.write_text("\n[checks".join(pieces[:end]).replace("15m", "30m"))
            await on.look()
            assert len(on.slugs()) == 6
            assert on.engine.client.info().notices == ()
        await on.look(1)
        assert len(on.slugs()) == 6
        assert on.engine.engine.config.fields["often"]["every"] == "30m"

    scenario(tmp_path, steps)


@pytest.mark.parametrize("text", ["", "\n", "# gone\n", CONFIG[: CONFIG.index("# Runs")], "[checks]\n"])
def test_an_emptied_file_takes_no_check_away_until_it_stayed_so(tmp_path: Path, text: str) -> None:
    async def steps(on: Watched) -> None:
        await on.engine.ping("often")
        on.path.write_text(text)
        await on.look(9)
        assert len(on.slugs()) == 6
        assert "suddenly defines no check" in on.said("config-doubt")
        assert "nightly, often, more-0, more-1, more-2 and 1 more: watched on until" in on.said(
            "config-doubt"
        )
        on.path.write_text(FULL)
        await on.look(1)
        assert on.engine.client.info().notices == ()
        assert on.engine.view("often").n_pings == 1
        on.path.write_text(text)
        await on.look(11)
        assert on.slugs() == []
        assert on.notice("config-doubt") is None
        assert "6 checks of before are not watched any more" in on.said("config-gone")
        assert on.kept() == [FULL]
        on.path.write_text(FULL)
        await on.look(1)
        assert len(on.slugs()) == 6
        assert on.engine.client.info().notices == ()

    scenario(tmp_path, steps)


def test_a_file_that_lost_most_checks_is_doubted_too(tmp_path: Path) -> None:
    async def steps(on: Watched) -> None:
        on.path.write_text(CONFIG)  # four of six gone
        await on.look(9)
        assert len(on.slugs()) == 6
        assert "suddenly defines 4 checks less" in on.said("config-doubt")
        await on.look(2)
        assert on.slugs() == ["nightly", "often"]

    scenario(tmp_path, steps)


def test_one_check_that_is_deleted_by_hand_is_gone_within_two_seconds_without_a_word(tmp_path: Path) -> None:
    async def steps(on: Watched) -> None:
        on.path.write_text(FULL[: FULL.index("\n[checks.more-3]")])
        await on.look(2)
        assert len(on.slugs()) == 5
        assert on.engine.client.info().notices == ()

    scenario(tmp_path, steps)


def test_a_hook_that_is_gone_is_looked_at_twice_as_long(tmp_path: Path) -> None:
    hook = '[hooks.here]\ntype = "terminal"\n'

    async def steps(on: Watched) -> None:
        on.path.write_text(FULL)
        await on.look(1)
        assert list(on.engine.engine.config.hooks) == ["here"]
        await on.look(1)
        assert not on.engine.engine.config.hooks

    scenario(tmp_path, steps, config=FULL + hook)


def test_a_file_that_is_only_seen_through_its_mount_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def steps(on: Watched) -> None:
        monkeypatch.setattr("pulsetui.monitor.checks_toml.watch.is_stale", lambda _: True)
        on.path.write_text(FULL + "# touched\n")  # its last name away, ctime changes
        await on.look(1)
        assert "it is mounted as a single file" in on.said("config")

    scenario(tmp_path, steps)


@pytest.mark.parametrize("break_", ["missing", "a directory", "zeros", "cut off", "not UTF-8"])
def test_a_file_that_cannot_be_read_leaves_the_last_good_one_running_for_ever(
    tmp_path: Path, break_: str
) -> None:
    async def steps(on: Watched) -> None:
        content = on.path.read_bytes()
        on.path.unlink()
        if break_ == "a directory":
            on.path.mkdir()
        elif break_ == "zeros":
            on.path.write_bytes(bytes(len(content)))
        elif break_ == "cut off":
            on.path.write_bytes(content[:-9])
        elif break_ == "not UTF-8":
            on.path.write_bytes(content + b"# \xff\n")
        await on.look(30)
        assert len(on.slugs()) == 6
        assert "the last valid configuration stays in use" in on.said("config")
        if break_ == "a directory":
            on.path.rmdir()
        on.path.write_bytes(content)
        await on.look(1)
        assert on.engine.client.info().notices == ()

    scenario(tmp_path, steps)


@pytest.mark.parametrize("found", [None, "", 'timezone = "UTC"\n'])
def test_an_edit_after_the_file_was_lost_keeps_all_checks_and_says_so(
    tmp_path: Path, found: str | None
) -> None:
    async def steps(on: Watched) -> None:
        if found is None:
            on.path.unlink()
        else:
            on.path.write_text(found)
        assert await on.engine.ping("made", create=True) is Receipt.CREATED
        assert on.path.read_text().startswith(FULL)
        assert len(on.slugs()) == 7
        assert "written anew from the last good content" in on.said("config-rescued")
        assert on.kept() == ([found] if found else [])
        await on.look(20)
        assert len(on.slugs()) == 7

    scenario(tmp_path, steps)


def test_an_edit_while_an_emptied_file_is_doubted_ends_the_doubt(tmp_path: Path) -> None:
    async def steps(on: Watched) -> None:
        on.path.write_text("")
        await on.look(5)
        assert on.notice("config-doubt") is not None
        await on.engine.engine.edit_config(lambda file: file.edit_check("often", {"grace": "9m"}))
        assert on.notice("config-doubt") is None
        await on.look(20)
        assert len(on.slugs()) == 6

    scenario(tmp_path, steps)


def test_checks_that_are_removed_here_one_by_one_to_the_last_are_no_accident(tmp_path: Path) -> None:
    async def steps(on: Watched) -> None:
        for slug in on.slugs():
            await on.engine.engine.edit_config(partial(ConfigFile.remove_check, slug=slug))
        await on.look(20)
        assert on.slugs() == []
        assert on.engine.client.info().notices == ()
        assert await on.engine.ping("made", create=True) is Receipt.CREATED
        assert on.slugs() == ["made"]

    scenario(tmp_path, steps)


def test_a_file_that_was_emptied_while_nobody_watched_is_told_at_the_start(tmp_path: Path) -> None:
    async def nothing(on: Watched) -> None:
        assert on.engine.client.info().notices == ()

    async def told(on: Watched) -> None:
        assert "6 checks of before are not watched any more" in on.said("config-gone")
        assert on.kept() == [FULL]
        assert await on.engine.ping("made", create=True) is Receipt.CREATED
        assert on.kept() == [FULL]

    scenario(tmp_path, nothing)
    scenario(tmp_path, nothing, config=None)
    scenario(tmp_path, told, config="")


def test_a_file_that_is_gone_at_the_start_is_an_error_that_says_where_its_content_is(tmp_path: Path) -> None:
    async def nothing(on: Watched) -> None:
        on.path.unlink()

    scenario(tmp_path, nothing)
    with pytest.raises(ConfigError, match="What ran last in this state directory is in") as caught:
        scenario(tmp_path, nothing, config=None)
    copy = tmp_path / "state" / "checks.last-good.toml"
    assert str(copy) in str(caught.value)
    assert copy.read_text() == FULL


def test_an_edit_that_cannot_be_stored_is_taken_over_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pulsetui.errors import StoreBusyError
    from pulsetui.monitor.engine import Engine

    async def steps(on: Watched) -> None:
        take = Engine.take_config

        async def full(*_: object, **__: object) -> None:
            raise StoreBusyError("the disk is full")

        monkeypatch.setattr(Engine, "take_config", full)
        with pytest.raises(StoreBusyError):
            await on.engine.engine.edit_config(lambda file: file.remove_check("more-0"))
        await on.look(2)
        assert "more-0" in on.slugs()
        monkeypatch.setattr(Engine, "take_config", take)
        await on.look(3)
        assert "more-0" not in on.slugs()

    scenario(tmp_path, steps)


async def test_an_outside_edit_keeps_history_and_what_does_not_parse_changes_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        await engine.ping("often")
        path = tmp_path / "checks.toml"
        path.write_text(CONFIG.replace('every = "15m"', 'every = "2h"'))
        await engine.reload_config()
        assert engine.view("often").next_ping == START + timedelta(hours=2)
        assert engine.view("often").n_pings == 1
        path.write_text(CONFIG.replace('every = "15m"', 'every = "soon"'))
        await engine.reload_config()
        assert engine.view("often").next_ping == START + timedelta(hours=2)
        assert "checks.toml:10" in engine.client.info().notices[0].text
        path.write_text(CONFIG)
        await engine.reload_config()
        assert engine.client.info().notices == ()


RULED = """\
[hooks.me]
type = "desktop"
holidays = "days.txt"

""" + FULL.removeprefix('timezone = "UTC"')


def test_a_file_of_holidays_that_changes_is_read_again(tmp_path: Path) -> None:
    days = tmp_path / "days.txt"
    days.write_text("2026-12-24\n")

    def known(on: Watched) -> set[str]:
        return {str(day) for day in on.engine.engine.config.alerting.hooks["me"].holidays or ()}

    async def steps(on: Watched) -> None:
        await on.look(2)
        assert known(on) == {"2026-12-24"}
        days.write_text("2026-12-24\n2026-12-31\n")
        await on.look(1)
        assert known(on) == {"2026-12-24", "2026-12-31"}
        days.write_text("New Year's Eve\n")
        await on.look(1)
        assert '[hooks.me] holidays "days.txt": line 1 does not begin with a date' in on.said("config")
        days.unlink()
        await on.look(1)
        assert known(on) == {"2026-12-24", "2026-12-31"}
        days.write_text("2027-01-01\n")
        await on.look(1)
        assert (known(on), on.notice("config")) == ({"2027-01-01"}, None)

    scenario(tmp_path, steps, config=RULED)


def test_a_check_whose_rules_name_a_file_of_holidays_can_be_edited(tmp_path: Path) -> None:
    (tmp_path / "days.txt").write_text("2026-12-24\n")
    config = '[checks.a]\nevery = "1h"\n\n[checks.a.alerts]\nholidays = "days.txt"\n'

    async def steps(on: Watched) -> None:
        await on.engine.engine.edit_config(lambda file: file.edit_check("a", {"every": "2h"}))
        assert on.path.read_text() == config.replace("1h", "2h")

    scenario(tmp_path, steps, config=config)
