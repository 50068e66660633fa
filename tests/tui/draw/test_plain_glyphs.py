"""The screen in ASCII: when it is, that every screen keeps to it, and that no cell moves."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

import pulsetui
from pulsetui.client.views import Notice
from pulsetui.tui.app import PulseApp
from pulsetui.tui.draw.plain_glyphs import lacks_glyphs, plain_text
from pulsetui.tui.settings import FILE_NAME, SettingsFile
from tests.client.fake import FakeEngine
from tests.client.samples import household, overdue, view
from tests.tui.support.night_samples import busy_engine
from tests.tui.support.screen_driver import RIGA, press, screen_text, settled, showing, strips
from tests.tui.test_snapshots import HOSTILE_NAMES

SOURCES = Path(pulsetui.__file__).parent


@pytest.mark.parametrize(
    ("shown", "plain"),
    [
        ("Sync orders to the w…", "Sync orders to the w~"),
        ("╭─ Copy ─╮", "+- Copy -+"),
        ("a · b – c", "a - b - c"),
        ("Zażółć", "Zazolc"),
        ("日本", "????"),
        ("Ａ1", "A 1"),
        ("½", "?"),
        ("e\u0301", "e"),
    ],
)
def test_what_stands_for_what(shown: str, plain: str) -> None:
    assert plain_text(shown) == plain


@given(st.text())
def test_any_text_keeps_its_cells(hostile: str) -> None:
    plain = plain_text(hostile)
    assert plain.isascii()
    if not hostile.isascii():
        assert len(plain) == cell_len(hostile)


def test_every_glyph_of_the_screen_has_a_letter_of_one_cell() -> None:
    glyphs = {
        glyph
        for path in SOURCES.rglob("*.py")
        for glyph in path.read_text(encoding="utf-8")
        if not glyph.isascii() and path.name != "plain_glyphs.py"
    }
    assert len(glyphs) > 50
    for glyph in glyphs:
        assert len(plain_text(glyph)) == cell_len(glyph) == 1, glyph
    strange = {glyph for glyph in glyphs if plain_text(glyph) == "?"}
    assert strange == {"◌"}  # a question mark is meant


@pytest.mark.parametrize(
    ("environ", "encoding", "plain"),
    [
        ({"LANG": "C.UTF-8", "TERM": "xterm-256color"}, "utf-8", False),
        ({"LANG": "de_DE.utf8", "TERM": "tmux"}, "utf-8", False),
        ({"LC_CTYPE": "UTF-8"}, "utf-8", False),
        ({}, "utf-8", False),
        ({"LC_CTYPE": "C.UTF-8"}, "utf-8", False),  # no locale at all: as Python sees it
        ({"LC_ALL": "C"}, "utf-8", True),
        ({"LC_ALL": "POSIX", "LANG": "C.UTF-8"}, "ascii", True),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, "utf-8", True),  # Python's own words, not the person's
        ({"LANG": "de_DE.ISO-8859-1"}, "iso8859-1", True),
        ({"LANG": "de_DE.ISO-8859-15@euro", "LC_CTYPE": "C.UTF-8"}, "utf-8", True),
        ({"LANG": "de_DE"}, "iso8859-1", True),
        ({"LC_ALL": "de_DE.UTF-8", "LANG": "C"}, "utf-8", False),
        ({"LANG": "C.UTF-8", "TERM": "linux"}, "utf-8", True),
        ({"LANG": "C.UTF-8", "TERM": "vt100"}, "utf-8", True),
        ({"LANG": "C.UTF-8", "TERM": "vte-256color"}, "utf-8", False),
        ({"LANG": "C.UTF-8"}, None, True),
    ],
)
def test_the_locale_and_the_terminal_decide(
    environ: Mapping[str, str], encoding: str | None, plain: bool
) -> None:
    assert lacks_glyphs(environ, encoding) is plain


@pytest.mark.parametrize(
    "keys",
    [
        (),
        ("b",),
        ("enter",),
        ("enter", "2"),
        ("enter", "3"),
        ("enter", "2", "enter"),
        ("enter", "4"),
        ("enter", "5"),
        ("i",),
        ("t",),
        ("L",),
        ("w",),
        ("e",),
        ("n",),
        ("y",),
        ("z",),
        ("a",),
        ("d",),
        ("T",),
        ("?",),
        (":",),
        ("p",),
        ("slash", "x"),
    ],
    ids="-".join,
)
async def test_no_screen_shows_anything_but_ascii(keys: tuple[str, ...]) -> None:
    engine = busy_engine()
    notices = [Notice(key="n", level="error", text="… – ●")]
    async with showing(engine, (120, 36), ascii_only=True, notices=notices) as (app, pilot):
        await press(app, pilot, *keys)
        for size in ((120, 36), (80, 24), (40, 12)):
            await pilot.resize_terminal(*size)
            await settled(app, pilot)
            assert screen_text(app).isascii(), {glyph for glyph in screen_text(app) if not glyph.isascii()}
            assert {cell_len(strip.text) for strip in strips(app)} == {size[0]}


async def test_names_from_anywhere_keep_the_columns_in_place() -> None:
    engine = FakeEngine([overdue(f"a{n}", name=name) for n, name in enumerate(HOSTILE_NAMES)])
    async with showing(engine, (120, 30), ascii_only=True) as (app, _):
        assert screen_text(app).isascii()
        assert {cell_len(strip.text) for strip in strips(app)} == {120}


async def test_the_palette_changes_the_glyphs_and_the_next_start_remembers(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    app = PulseApp(FakeEngine(household()), host=RIGA, settings=SettingsFile(path))
    async with app.run_test(size=(120, 30)) as pilot:
        await settled(app, pilot)
        assert not screen_text(app).isascii()
        await press(app, pilot, ":", "text:plain glyphs")
        await pilot.pause(0.5)
        await press(app, pilot, "enter")
        assert screen_text(app).isascii()
    assert SettingsFile(path).load().ascii

    app = PulseApp(FakeEngine(household()), host=RIGA, settings=SettingsFile(path))
    async with app.run_test(size=(120, 30)) as pilot:
        await settled(app, pilot)
        assert screen_text(app).isascii()
        app.use_plain_glyphs(plain=False)
        await settled(app, pilot)
        assert "✖" in screen_text(app)
        assert "▾" in screen_text(app)
    assert not SettingsFile(path).load().ascii


async def test_what_the_terminal_lacks_is_not_kept_as_if_a_person_had_wished_it(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    app = PulseApp(FakeEngine([view()]), ascii_only=True, settings=SettingsFile(path))
    async with app.run_test() as pilot:
        await settled(app, pilot)
    assert not SettingsFile(path).load().ascii
