"""What the copy menu offers of a check."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from pulsetui.client.views import EngineInfo
from pulsetui.core.state.status import Reason, Status
from pulsetui.recipes.recipes import BY_ID, NO_TIMES
from pulsetui.tui.app import PulseApp
from pulsetui.tui.dialogs.ask import copy_choices
from pulsetui.tui.draw.hints import Hints
from pulsetui.tui.ways.target import target_of
from tests.client.fake import FakeEngine
from tests.client.samples import view
from tests.tui.support.screen_driver import messages, press, screen_text, showing

INFO = FakeEngine().info()
CRONTAB = {"t": "cron", "r": "run"}


@pytest.mark.parametrize(("key", "recipe"), CRONTAB.items())
@pytest.mark.parametrize(
    "schedule",
    [
        {"schedule_kind": "cron", "schedule": "30 4 * * 1-5"},
        {"schedule_kind": "every", "schedule": "20s", "tz": "UTC"},
        {"schedule_kind": "calendar", "schedule": "Mon..Sun 06:00"},
        {"max_runtime": 1200.0},
    ],
)
def test_the_crontab_lines_are_those_of_the_ways_to_ping(
    key: str, recipe: str, schedule: dict[str, Any]
) -> None:
    known = view(**schedule)
    offered = {choice.key: choice.text for choice in copy_choices(known, INFO)}
    assert offered[key] == BY_ID[recipe].text(target_of(known, INFO))


def test_times_that_cron_cannot_say_are_left_to_the_person() -> None:
    known = view(schedule_kind="every", schedule="20s", tz="UTC")
    line = next(choice for choice in copy_choices(known, INFO) if choice.key == "r")
    assert line.text.startswith(f"{NO_TIMES} ")
    assert 'Cron has no words for "20s"' in line.note


@pytest.mark.parametrize(("reason", "offered"), [(Reason.MISSED, True), (Reason.FAILED, False)])
def test_what_was_missed_can_be_made_up_for(reason: Reason, offered: bool) -> None:
    down = view(slug="sync", status=Status.DOWN, reason=reason)
    texts = {choice.key: choice.text for choice in copy_choices(down, INFO)}
    assert ("m" in texts) == offered
    assert texts.get("m", "pulsetui catch-up sync --run") == "pulsetui catch-up sync --run"


def test_an_engine_without_a_listener_offers_only_names() -> None:
    deaf = replace(INFO, base_url="", address="")
    assert [choice.label for choice in copy_choices(view(), deaf)] == ["slug", "uuid"]


class Hosted(FakeEngine):
    """On a host in UTC."""

    def info(self) -> EngineInfo:
        return replace(super().info(), host_tz="UTC")


async def test_where_days_would_be_others_cron_tz_stands_before_the_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copied: list[str] = []
    monkeypatch.setattr(PulseApp, "copy_to_clipboard", lambda _app, text: copied.append(text))
    engine = Hosted([view("a", schedule_kind="cron", schedule="30 0 1 * *", tz="Asia/Tokyo")])
    async with showing(engine, (100, 36)) as (app, pilot):
        await press(app, pilot, "y")
        lines = [line[2:-2].strip("│ ") for line in screen_text(app).splitlines()]  # of the dialog alone
        assert lines.count("CRON_TZ=Asia/Tokyo") == 2
        assert "Debian's cron does not: take a systemd timer." in " ".join(lines)
        await press(app, pilot, "t")
    comment, zone, line = copied[0].splitlines()
    assert (comment[0], zone) == ("#", "CRON_TZ=Asia/Tokyo")
    assert line.startswith("30 0 1 * * /path/to/job && curl ")


async def test_a_line_is_translated_and_copying_it_says_so_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PulseApp, "copy_to_clipboard", lambda *_: None)

    engine = Hosted([view("a", schedule_kind="cron", schedule="0 2 * * *", tz="Asia/Tokyo")])
    async with showing(engine, (100, 36)) as (app, pilot):
        await press(app, pilot, "y")
        shown = " ".join(screen_text(app).replace("│", " ").split())
        assert "0 17 * * * /path/to/job && curl -fsS -m 10" in shown
        assert "# 02:00 JST" in shown
        note = "Cron reads the host's zone, UTC: translated from Asia/Tokyo."
        assert shown.count(note) == 1, "once for both lines"
        await press(app, pilot, "t")
        assert messages(app) == [f"Crontab line: sent to the terminal's clipboard. {note}"]


async def test_the_menu_says_in_which_zone_the_times_are_meant() -> None:
    engine = FakeEngine([view("a", schedule_kind="calendar", schedule="Mon..Fri 06:00")])
    async with showing(engine, (80, 24)) as (app, pilot):
        await press(app, pilot, "y")
        shown = " ".join(screen_text(app).replace("│", " ").split())
        assert "0 6 * * 1-5 /path/to/job && curl -fsS -m 10" in shown
        assert "These times are Europe/Berlin's; cron reads them as the host's." in shown


async def test_of_a_long_note_copying_says_the_first_sentence_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes two lines of rows and keys, not three."""
    monkeypatch.setattr(PulseApp, "copy_to_clipboard", lambda *_: None)
    engine = Hosted([view("a", schedule_kind="cron", schedule="0 2 * * *", tz="Europe/Berlin")])
    async with showing(engine, (80, 24)) as (app, pilot):
        await press(app, pilot, "y")
        assert "Right all year:" in screen_text(app)
        await press(app, pilot, "t")
        said = "Cron reads the host's zone, UTC: translated from Europe/Berlin as the clocks stand now."
        assert messages(app) == [f"Crontab line: sent to the terminal's clipboard. {said}"]
        assert app.screen.query_one(Hints).size.height == 2
