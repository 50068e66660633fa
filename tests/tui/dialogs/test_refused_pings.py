"""Refused pings in ``N``: who sends them, what was meant, and a check made of a name."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pulsetui.client.views import Notice, RefusedPing
from pulsetui.tui.dialogs.notices import refused_lines
from pulsetui.tui.draw.lines import width_of
from pulsetui.tui.form.screen import EditScreen
from tests.client.fake import FakeEngine
from tests.client.samples import NOW, household
from tests.tui.support.screen_driver import dialog_text, press, screen_text, showing
from tests.tui.test_snapshots import HOSTILE_NAMES


def refused(name: str, count: int = 1, **changes: object) -> RefusedPing:
    fields: dict[str, object] = {
        "name": name,
        "why": "unknown check",
        "count": count,
        "first_at": NOW,
        "last_at": NOW - timedelta(minutes=3),
        "remote_addr": "192.0.2.7",
        "ua": "curl/8.5.0",
        "nearest": "",
        "creatable": True,
    }
    return RefusedPing(**{**fields, **changes})  # type: ignore[arg-type]  # a test names what matters to it


async def test_a_refused_ping_is_shown_with_its_sender_and_what_was_meant() -> None:
    engine = FakeEngine(household())
    engine.refused = (refused("backup-bd", 4, nearest="backup-db"), refused("x/strat", why="unknown action"))
    engine.notices = (
        Notice(key="store", level="error", text="the disk is full"),
        Notice(key="refused", level="warning", text="pings are refused: as below"),
    )
    async with showing(engine, (80, 24)) as (app, pilot):
        await press(app, pilot, "N")
        assert "as below" not in dialog_text(app)
        assert dialog_text(app).index("the disk is full") < dialog_text(app).index("4x backup-bd")
        assert "Did you mean backup-db? Last 3m ago from 192.0.2.7 curl/8.5.0" in dialog_text(app)
        assert "Not one of start, fail, log, success or an exit status. Last 3m ago" in dialog_text(app)
        assert screen_text(app).splitlines()[-1].strip() == "j k move  Enter create the check  Esc close"


async def test_enter_on_a_refused_name_opens_the_form_of_that_check() -> None:
    engine = FakeEngine(household())
    engine.refused = (refused("strange/name", creatable=False), refused("first-one"), refused("second-one"))
    async with showing(engine, (120, 36)) as (app, pilot):
        await press(app, pilot, "N", "j", "enter")
        assert isinstance(app.screen, EditScreen)
        assert app.screen.model.new_slug == "second-one"
        assert app.screen.model.slug is None
        assert "second-one" in screen_text(app)


async def test_without_a_name_to_choose_enter_closes() -> None:
    engine = FakeEngine(household())
    engine.refused = (refused("strange/name", creatable=False),)
    async with showing(engine, (80, 24)) as (app, pilot):
        home = app.screen
        await press(app, pilot, "N")
        assert screen_text(app).splitlines()[-1].strip() == "j k scroll  Esc close"
        await press(app, pilot, "enter")
        assert app.screen is home


@pytest.mark.parametrize("width", [30, 81])
def test_every_line_fits_and_has_its_key(width: int) -> None:
    engine = FakeEngine()
    engine.refused = tuple(refused(name, ua=name, nearest=name) for name in HOSTILE_NAMES)
    lines, keys = refused_lines(engine.info(), width)
    assert len(lines) == len(keys)
    for line in lines:
        assert width_of(line) <= width
        assert not any("\x1b" in shown for shown, _ in line)
