"""What was set on the screen is there the next time; a broken file costs nothing but its content."""

from __future__ import annotations

import stat
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.tui.app import PulseApp
from pulsetui.tui.details.beside import Beside
from pulsetui.tui.draw.filter_bar import FilterBar
from pulsetui.tui.settings import Settings, SettingsFile
from pulsetui.tui.table.order import SortBy
from pulsetui.tui.table.screen import HomeScreen
from tests.client.fake import FakeEngine
from tests.client.samples import household
from tests.tui.support.screen_driver import screen_text, settled

SET = Settings(
    theme="nord",
    sort=SortBy.NAME.value,
    reversed=True,
    ascii=True,
    grouped=True,
    following=True,
    split="below",
    split_cells=80,
    split_lines=20,
)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "state" / "screen.toml"
    file = SettingsFile(path)
    assert file.load() == Settings()
    file.save(SET)

    assert SettingsFile(path).load() == SET
    assert file.problem == ""
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [kept.name for kept in path.parent.iterdir()] == ["screen.toml"]


def test_a_first_start_that_sets_nothing_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "screen.toml"
    SettingsFile(path).save(Settings())
    assert not path.exists()


def test_the_same_settings_are_not_written_again(tmp_path: Path) -> None:
    file = SettingsFile(tmp_path / "screen.toml")
    file.save(SET)
    before = (tmp_path / "screen.toml").stat().st_ino
    file.save(SET)
    assert (tmp_path / "screen.toml").stat().st_ino == before
    file.save(Settings())
    assert SettingsFile(tmp_path / "screen.toml").load() == Settings()


@pytest.mark.parametrize("content", [b"\xff\xfe", b"theme = ", b"[" * 5000, b"\x00", b"theme = 'x'\n" * 2])
def test_a_file_that_cannot_be_read_is_ignored_and_told(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "screen.toml"
    path.write_bytes(content)
    file = SettingsFile(path)
    assert file.load() == Settings()
    assert "is ignored" in file.problem
    assert file.problem.isprintable()


def test_a_value_that_cannot_be_is_left_out_and_the_others_hold(tmp_path: Path) -> None:
    path = tmp_path / "screen.toml"
    path.write_text('theme = "no-such"\nsort = "name"\nreversed = 1\nfrom_the_future = 5\n')
    file = SettingsFile(path)
    assert file.load() == Settings(sort="name")
    assert "theme, reversed" in file.problem


def test_a_directory_in_its_place_is_no_disaster(tmp_path: Path) -> None:
    (tmp_path / "screen.toml").mkdir()
    file = SettingsFile(tmp_path / "screen.toml")
    assert file.load() == Settings()
    file.save(SET)
    assert "is ignored" in file.problem


@given(st.binary(max_size=200))
def test_no_content_breaks_the_start(content: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "screen.toml"
        path.write_bytes(content)
        assert isinstance(SettingsFile(path).load(), Settings)


def app_with(path: Path) -> PulseApp:
    return PulseApp(FakeEngine(household()), host=ZoneInfo("UTC"), settings=SettingsFile(path))


async def test_theme_and_order_outlive_the_session_and_no_row_is_left_out_of_the_next(
    tmp_path: Path,
) -> None:
    path = tmp_path / "screen.toml"
    first = app_with(path)
    async with first.run_test(size=(100, 24)) as pilot:
        await settled(first, pilot)
        await pilot.press("s", "S", "f", "9", "slash", *"nightly", "enter")
        first.use_theme("dracula")
        await settled(first, pilot)

    second = app_with(path)
    async with second.run_test(size=(100, 24)) as pilot:
        await settled(second, pilot)
        home = second.screen
        assert isinstance(home, HomeScreen)
        assert second.theme == "dracula"
        assert second.style_set.palette.name == "dracula"
        assert (home.model.sort, home.model.reversed) == (SortBy.NAME, True)
        assert home.table.following
        assert len(home.model) == 12
        assert not home.query_one(FilterBar).display
        assert second.focused is home.table


async def test_groups_and_the_details_beside_outlive_the_session(tmp_path: Path) -> None:
    path = tmp_path / "screen.toml"
    first = app_with(path)
    async with first.run_test(size=(180, 40)) as pilot:
        await settled(first, pilot)
        await pilot.press("b", "o", "o")
        await settled(first, pilot)

    second = app_with(path)
    async with second.run_test(size=(180, 40)) as pilot:
        await settled(second, pilot)
        home = second.screen
        assert isinstance(home, HomeScreen)
        assert home.model.grouped
        assert not home.query(Beside)
        await pilot.press("o")
        await settled(second, pilot)
        assert home.query(Beside)
    assert SettingsFile(path).load() == Settings(grouped=True)


@pytest.mark.parametrize(("written", "split"), [("false", "off"), ("true", "beside"), ("3", "beside")])
def test_the_details_stay_hidden_where_an_older_file_hid_them(
    tmp_path: Path, written: str, split: str
) -> None:
    path = tmp_path / "screen.toml"
    path.write_text(f"beside = {written}\n")
    file = SettingsFile(path)
    assert (file.load().split, file.problem) == (split, "")


@pytest.mark.parametrize(
    "line", ['split = "left"', "split_cells = 0", "split_lines = true", "split_lines = 5000"]
)
def test_a_place_that_is_none_is_told_and_the_first_start_s_is_taken(tmp_path: Path, line: str) -> None:
    path = tmp_path / "screen.toml"
    path.write_text(f"{line}\n")
    file = SettingsFile(path)
    assert file.load() == Settings()
    assert f"invalid value for {line.split(maxsplit=1)[0]}, ignored" in file.problem


async def test_a_broken_file_is_told_in_a_notice(tmp_path: Path) -> None:
    path = tmp_path / "screen.toml"
    path.write_text("theme = ")
    app = app_with(path)
    async with app.run_test(size=(120, 24)) as pilot:
        await settled(app, pilot)
        assert "screen.toml is ignored" in screen_text(app)
        await pilot.press("x")
        await settled(app, pilot)
        assert "is ignored" not in screen_text(app)


async def test_nothing_is_kept_where_no_file_is_given() -> None:
    app = PulseApp(FakeEngine(household()))
    async with app.run_test() as pilot:
        await settled(app, pilot)
        assert app.session.settings == Settings()
