"""One zone for all screens, and the key that switches it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from pulsetui.tui.app import PulseApp
from pulsetui.tui.settings import Settings, SettingsFile
from pulsetui.tui.shown_zone import CONFIGURED, HOST, IN_UTC, ShownZone
from tests.client.fake import FakeEngine
from tests.client.samples import household, overdue
from tests.tui.support.screen_driver import RIGA, besides, press, screen_text, settled, showing

TOKYO = ZoneInfo("Asia/Tokyo")


def _nobody_asks() -> tzinfo:
    raise AssertionError("the zone of the host is not wanted")


@pytest.mark.parametrize(
    ("configured", "own", "order"),
    [
        ("Europe/Riga", "Asia/Tokyo", ["Europe/Riga", "Asia/Tokyo", "UTC", "Europe/Riga"]),
        ("Europe/Riga", "Europe/Riga", ["Europe/Riga", "UTC", "Europe/Riga"]),
        ("Europe/Riga", "UTC", ["Europe/Riga", "UTC", "Europe/Riga"]),
        ("UTC", "Asia/Tokyo", ["UTC", "Asia/Tokyo", "UTC"]),
        ("Europe/Riga", "Etc/UTC", ["Europe/Riga", "Etc/UTC", "Europe/Riga"]),
        ("Mars/Base", "Asia/Tokyo", ["Asia/Tokyo", "UTC", "Asia/Tokyo"]),  # known on the engine's host only
    ],
)
def test_the_switch_goes_through_the_zones_that_differ(configured: str, own: str, order: list[str]) -> None:
    shown = ShownZone(CONFIGURED, configured, lambda: ZoneInfo(own))
    assert str(shown.zone) == order[0]
    for name in order[1:]:
        assert shown.switch()
        assert str(shown.zone) == name


def test_where_all_are_the_same_nothing_is_switched() -> None:
    shown = ShownZone(CONFIGURED, "UTC", lambda: ZoneInfo("UTC"))
    assert not shown.switch()
    assert shown.chosen == CONFIGURED


def test_the_zone_of_the_host_is_not_looked_for_before_it_is_wanted() -> None:
    assert str(ShownZone(CONFIGURED, "Europe/Riga", _nobody_asks).zone) == "Europe/Riga"
    assert str(ShownZone(IN_UTC, "Europe/Riga", _nobody_asks).zone) == "UTC"


def test_a_changed_checks_toml_is_followed_by_who_shows_its_zone() -> None:
    shown = ShownZone(CONFIGURED, "Europe/Riga", _nobody_asks)
    assert not shown.configure("Europe/Riga")
    assert shown.configure("Asia/Tokyo")
    assert str(shown.zone) == "Asia/Tokyo"
    fixed = ShownZone(HOST, "Europe/Riga", lambda: TOKYO)
    assert not fixed.configure("Europe/Berlin")
    assert str(fixed.zone) == "Asia/Tokyo"


SCREENS: dict[str, tuple[str, ...]] = {
    "table and beside": (),
    "table and below": ("o",),
    "table alone": ("o", "o"),
    "details": ("enter",),
    "runs": ("enter", "2"),
    "run": ("enter", "2", "enter"),
    "incidents": ("i",),
    "timeline": ("t",),
    "log": ("L",),
    "hooks": ("H",),
    "host": ("C",),
}


def _in_zone(name: str) -> Callable[[], FakeEngine]:
    def made() -> FakeEngine:
        engine = FakeEngine(household())
        engine.about = replace(engine.about, timezone=name)
        return engine

    return made


@pytest.mark.parametrize("keys", SCREENS.values(), ids=SCREENS)
async def test_the_key_says_every_time_of_a_screen_in_another_zone(keys: tuple[str, ...]) -> None:
    size = (200, 40)
    async with showing(_in_zone("UTC")(), size) as (app, pilot):
        await besides(app, pilot)
        await press(app, pilot, *keys)
        wanted = screen_text(app)
    async with showing(FakeEngine(household()), size) as (app, pilot):
        await besides(app, pilot)
        await press(app, pilot, *keys)
        assert screen_text(app) != wanted
        await press(app, pilot, "Z")
        assert "Times in UTC " in screen_text(app)
        app.messages.clear()
        await settled(app, pilot)
        assert screen_text(app) == wanted


async def test_an_edited_zone_is_shown_at_once() -> None:
    engine = FakeEngine([overdue("a")])
    async with showing(engine) as (app, pilot):
        assert "times in Europe/Riga" in screen_text(app)
        engine.about = replace(engine.about, timezone="Asia/Tokyo")
        engine.tell()
        await settled(app, pilot)
        assert "times in Asia/Tokyo" in screen_text(app)


async def test_where_all_zones_are_the_same_the_key_says_so() -> None:
    engine = _in_zone("UTC")()
    app = PulseApp(engine, host=ZoneInfo("UTC"))
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(app, pilot)
        await press(app, pilot, "Z")
        assert "have the same zone: UTC" in " ".join(screen_text(app).split())


async def test_the_choice_is_kept_for_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "screen.toml"
    app = PulseApp(FakeEngine(household()), host=RIGA, settings=SettingsFile(path))
    async with app.run_test() as pilot:
        await settled(app, pilot)
        await press(app, pilot, "Z")
    assert SettingsFile(path).load() == Settings(zone=IN_UTC)
    again = PulseApp(FakeEngine(household()), host=RIGA, settings=SettingsFile(path))
    assert str(again.viewer_zone) == "UTC"
