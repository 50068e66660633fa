"""The list of incidents, and the reports written from it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len
from textual.pilot import Pilot

from pulsetui.client.commands import Acknowledge
from pulsetui.client.views import DeliveryView, IncidentEntry
from pulsetui.core.state.alert_plan import HookPlan
from pulsetui.core.state.status import Reason
from pulsetui.tui.app import PulseApp
from pulsetui.tui.details.screen import DetailsScreen
from pulsetui.tui.draw.lines import width_of
from pulsetui.tui.incidents.export import ExportDialog
from pulsetui.tui.incidents.model import EntryContext, EntryKey, entry_line, grouped, header, matching, story
from pulsetui.tui.incidents.screen import IncidentsScreen
from tests.client.fake import FakeEngine
from tests.client.samples import ME, NOW, details_of, incident, overdue, view
from tests.tui.support.night_samples import SceneEngine, busy_engine, still
from tests.tui.support.screen_driver import (
    RIGA,
    check_snapshot,
    messages,
    screen_text,
    settled,
    showing,
    strips,
)

CONTEXT = EntryContext(now=NOW, zone=RIGA)


def entry(slug: str = "a", **changes: object) -> IncidentEntry:
    return IncidentEntry(slug=slug, name=slug.upper(), incident=incident(**changes))


def shown(made: IncidentEntry, width: int) -> str:
    return "".join(part for part, _ in entry_line(made, width, CONTEXT))


async def opened(app: PulseApp, pilot: Pilot[None], *keys: str) -> IncidentsScreen:
    await press(app, pilot, "i")
    screen = app.screen
    assert isinstance(screen, IncidentsScreen)
    await press(app, pilot, *keys)
    return screen


async def press(app: PulseApp, pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settled(app, pilot)


# The model


def test_open_ones_come_first_and_those_that_nobody_knows_before_all() -> None:
    known = entry("known", acknowledged_at=NOW, acknowledged_by="eva")
    over = entry("over", ended_at=NOW)
    lines, keys = grouped([over, known, entry("loud")], 80, CONTEXT)

    assert keys == [None, EntryKey("loud", 1), EntryKey("known", 1), None, EntryKey("over", 1)]
    assert ["".join(part for part, _ in lines[at]).strip() for at in (0, 3)] == ["Open: 2", "Resolved: 1"]


@pytest.mark.parametrize(
    ("width", "holds", "lacks"),
    [
        (40, ["A", "2d 7h", "3"], ["overdue", "nobody yet"]),
        (80, ["overdue", "Sun 04:30", "nobody yet"], ["still open"]),
        (120, ["still open", "2d 7h"], ["a#1"]),
        (160, ["a#1"], []),
    ],
)
def test_a_wider_line_says_more(width: int, holds: list[str], lacks: list[str]) -> None:
    line = shown(entry(), width)

    assert [word for word in holds if word not in line] == []
    assert [word for word in lacks if word in line] == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", ["a", "b", "c"]),
        ("open", ["a", "b"]),
        ("over", ["c", "a", "b"]),  # "overdue" begins so, too
        ("failed", ["c"]),
        ("gateway", ["b"]),
        ("eva open", ["b"]),
        ("-acknowledged", ["a", "c"]),
        ("a#1", ["a"]),
        ("nothing", []),
    ],
)
def test_the_filter_looks_in_name_reason_and_note(words: str, found: list[str]) -> None:
    every = [
        entry("a"),
        entry("b", acknowledged_at=NOW, acknowledged_by="Eva", note="gateway"),
        entry("c", reason=Reason.FAILED, ended_at=NOW),
    ]

    assert sorted(one.slug for one in matching(every, words)) == sorted(found)


def test_the_story_is_told_on_one_clock() -> None:
    """On two clocks a check could seem to be overdue before it was due."""
    told = "\n".join("".join(part for part, _ in line) for line in story(entry(), 100, CONTEXT))

    assert "overdue since Sun 04:30, open for 2d 7h" in told
    assert "Missed 3 runs: Sun 03:30, Mon 03:30, today 03:30" in told


@given(
    st.text(max_size=30),
    st.integers(10, 240),
    st.booleans(),
    st.none() | st.integers(-500, 500).map(lambda hours: NOW + timedelta(hours=hours)),
    st.integers(0, 10**6),
)
def test_any_text_at_any_width_fills_its_line(
    hostile: str, width: int, ascii_only: bool, ended_at: object, missed: int
) -> None:
    made = replace(entry(ended_at=ended_at, note=hostile, missed_count=missed), name=hostile)
    made = replace(made, incident=replace(made.incident, acknowledged_at=NOW, acknowledged_by=hostile))

    line = entry_line(made, width, replace(CONTEXT, ascii_only=ascii_only))

    assert width_of(line) == width
    assert width_of(header(width)) == width
    assert all(width_of(one) <= width for one in story(made, width, CONTEXT))


# The screen


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (120, 36)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_incidents_look_as_they_should(size: tuple[int, int]) -> None:
    async with showing(busy_engine(), size) as (app, pilot):
        await opened(app, pilot)
        assert {cell_len(strip.text) for strip in strips(app)} == {size[0]}
        check_snapshot(f"all-incidents-{size[0]}x{size[1]}", still(app))


async def test_no_incident_at_all_is_said() -> None:
    engine = SceneEngine([view()])
    engine.past = []
    async with showing(engine, (80, 24)) as (app, pilot):
        await opened(app, pilot)
        assert "No check has ever been down" in screen_text(app)
        await press(app, pilot, "enter", "a", "e")
        assert any("no check under the cursor" in said for said in messages(app))


async def test_acknowledging_is_done_to_the_open_incident_only() -> None:
    engine = busy_engine()
    async with showing(engine, (120, 36)) as (app, pilot):
        await opened(app, pilot, "a")
        await press(app, pilot, *"disk", "enter")
        assert engine.commands == [Acknowledge(("backup-db",), by=f"{ME} via screen", note="disk")]
        assert isinstance(app.screen, IncidentsScreen)
        app.screen._fetch()
        await settled(app, pilot)
        assert "2 acknowledged" in screen_text(app)
        await press(app, pilot, "G", "a")
        assert any("This incident is resolved" in said for said in messages(app))
        assert len(engine.commands) == 1


async def test_the_story_below_follows_the_cursor() -> None:
    async with showing(busy_engine(), (120, 36)) as (app, pilot):
        await opened(app, pilot)
        assert "backup-db#1" in screen_text(app)
        await press(app, pilot, "G", "k", "k", "k")
        assert "Acknowledged by eva" in screen_text(app)
        assert "cron was commented out on Thursday" in screen_text(app)


async def test_filtering_and_clearing() -> None:
    async with showing(busy_engine(), (80, 24)) as (app, pilot):
        await opened(app, pilot, "/", *"kim", "enter")
        assert "1 of 8 shown" in screen_text(app)
        assert "Esc clear" in screen_text(app)
        await press(app, pilot, "escape")
        assert "shown" not in screen_text(app)
        assert "Esc back" in screen_text(app)
        await press(app, pilot, "/", *"zzz")
        assert 'No incident matches "zzz"' in screen_text(app)
        await press(app, pilot, "escape", "q")
        assert not isinstance(app.screen, IncidentsScreen)


async def test_enter_opens_the_incidents_of_the_check() -> None:
    async with showing(busy_engine(), (120, 36)) as (app, pilot):
        await opened(app, pilot, "enter")
        assert isinstance(app.screen, DetailsScreen)
        assert "4 Incidents" in screen_text(app)
        await press(app, pilot, "i")
        assert len(app.screen_stack) == 2


async def test_it_is_live() -> None:
    engine = busy_engine()
    async with showing(engine, (80, 24)) as (app, pilot):
        screen = await opened(app, pilot)
        engine.put(view("backup-db", name="Back up the database"))
        await settled(app, pilot)
        screen._fetch()
        await settled(app, pilot)
        assert "Open: 2" in screen_text(app)


async def test_an_engine_that_is_gone_leaves_what_is_open() -> None:
    engine = busy_engine()
    engine.gone = True
    async with showing(engine, (120, 24)) as (app, pilot):
        await opened(app, pilot)
        assert "no engine answers" in screen_text(app)
        assert "Back up the database" in screen_text(app)


# Reports


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def test_a_report_is_written_where_it_says(folder: Path) -> None:
    async with showing(busy_engine(), (120, 36)) as (app, pilot):
        await opened(app, pilot, "e")
        assert "./backup-db-incident-1.md" in screen_text(app)
        await press(app, pilot, "enter")
        written = folder / "backup-db-incident-1.md"
        assert "3 scheduled runs never happened" in written.read_text()
        assert any(str(written) in said for said in messages(app))


async def test_a_file_that_exists_is_overwritten_only_when_asked_twice(folder: Path) -> None:
    written = folder / "backup-db-incident-1.md"
    written.write_text("precious")
    async with showing(busy_engine(), (80, 24)) as (app, pilot):
        await opened(app, pilot, "e", "enter")
        assert "This file exists" in screen_text(app)
        assert written.read_text() == "precious"
        await press(app, pilot, "escape")
        assert written.read_text() == "precious"
        await press(app, pilot, "e", "enter", "enter")
        assert written.read_text().startswith("# Incident")


async def test_another_name_takes_the_warning_back(folder: Path) -> None:
    (folder / "backup-db-incident-1.md").write_text("precious")
    async with showing(busy_engine(), (80, 24)) as (app, pilot):
        await opened(app, pilot, "e", "enter", "x")
        assert "This file exists" not in screen_text(app)
        await press(app, pilot, "enter")
        assert (folder / "backup-db-incident-1.mdx").exists()


@pytest.mark.parametrize(
    ("path", "said"),
    [("", "Enter the name of a file"), ("/", "is a folder"), ("nowhere/x.md", "there is no folder")],
)
async def test_a_place_that_cannot_be_is_said_in_the_dialog(path: str, said: str, folder: Path) -> None:
    async with showing(busy_engine(), (80, 24)) as (app, pilot):
        await opened(app, pilot, "e")
        screen = app.screen
        assert isinstance(screen, ExportDialog)
        screen.query_one("#path").value = path  # type: ignore[attr-defined]  # an Input
        await press(app, pilot, "enter")
        assert app.screen is screen
        assert said in screen_text(app)


async def test_a_report_that_cannot_be_made_is_an_error_that_stays(folder: Path) -> None:
    engine = busy_engine()
    async with showing(engine, (80, 24)) as (app, pilot):
        await opened(app, pilot, "e")
        engine.gone = True
        await press(app, pilot, "enter")
        assert any("no engine answers" in said for said in messages(app))
        assert not (folder / "backup-db-incident-1.md").exists()


async def test_the_story_says_who_was_told_and_who_will_be() -> None:
    view = overdue("backup-db")
    assert view.incident is not None
    fake = FakeEngine([view])
    told = DeliveryView(
        hook="phone",
        event="down",
        flip_at=view.incident.started_at,
        tries=1,
        delivered_at=view.incident.started_at,
        next_try_at=None,
        error="",
    )
    plans = (HookPlan("boss", 0, NOW + timedelta(hours=14)),)
    fake.make_details = lambda one: replace(details_of(one), deliveries=(told,), plans=plans)
    async with showing(fake, (100, 30)) as (app, pilot):
        await opened(app, pilot)
        text = screen_text(app)
        assert "Notified: phone " in text
        assert "Boss is told tomorrow 01:30 unless somebody acknowledges it" in text
