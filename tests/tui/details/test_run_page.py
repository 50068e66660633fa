"""From a list of runs to one run: its output, and that against the last good one."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from pulsetui.tui.app import PulseApp
from pulsetui.tui.details.body import BodyScreen
from pulsetui.tui.details.run_screen import RunScreen
from pulsetui.tui.details.screen import DetailsScreen
from tests.client.fake import FakeEngine
from tests.client.samples import NOW
from tests.report.test_learned import nights, seen
from tests.tui.support.run_samples import broken, engine_of, silent
from tests.tui.support.screen_driver import (
    check_snapshot,
    press,
    screen_text,
    settled,
    showing,
    snapshot,
    strips,
)

SLUG = "sync-invoices"


def on(app: PulseApp) -> type[object]:
    return type(app.screen)


async def open_run(app: PulseApp, pilot: Pilot[None], *keys: str) -> None:
    app.open_check(SLUG)
    await settled(app, pilot)
    await press(app, pilot, "2", *keys, "enter")
    assert on(app) is RunScreen


async def test_a_number_far_from_the_usual_says_so_on_the_page_of_its_run() -> None:
    runs = [replace(run, metrics={"rows": 300.0}) for run in nights(12)]
    details = seen([*runs[:-1], replace(runs[-1], metrics={"rows": 2.0})])
    fake = FakeEngine([details.view])
    fake.details_by_slug = {details.view.slug: details}
    async with showing(fake) as (app, pilot):
        await press(app, pilot, "enter", "2", "enter")
        assert on(app) is RunScreen
        assert re.search(r"rows +2 +far from the usual 300", screen_text(app))


async def test_the_good_runs_number_is_said_whole_where_there_is_room() -> None:
    async with showing(engine_of(broken()), (80, 24)) as (app, pilot):
        await open_run(app, pilot)
        assert re.search(
            r"records +0 +expected records >= 1 +339 in the last good run, usual 323$",
            screen_text(app),
            re.MULTILINE,
        )


async def test_a_failed_run_shows_what_it_printed_that_the_good_one_did_not() -> None:
    async with showing(engine_of(broken()), (110, 36)) as (app, pilot):
        await open_run(app, pilot)
        shown = screen_text(app)
        assert "✖ failed  run 41 of Sync invoices" in shown
        assert "exit status 3" in shown
        assert "339 in the last good run" in shown
        assert "expected records >= 1" in shown

        await press(app, pilot, "3")
        lines = screen_text(app).splitlines()
        assert "- run 39, Mon 02:30, good" in lines
        assert "+ run 41, this one: failed" in lines
        assert "- imported 312 records" in lines
        assert "+ HTTP 502 Bad Gateway [/x]" in lines
        assert "  connecting to the bank" in lines


async def test_where_there_is_room_both_outputs_stand_beside_each_other() -> None:
    async with showing(engine_of(broken())) as (app, pilot):
        await open_run(app, pilot)
        await press(app, pilot, "3")
        rows = [[part.strip() for part in line.split("│")] for line in screen_text(app).splitlines()]
        assert ["- run 39, Mon 02:30, good", "+ run 41, this one: failed"] in rows
        assert ["connecting to the bank", "connecting to the bank"] in rows
        assert ["- imported 312 records", "+ HTTP 502 Bad Gateway [/x]"] in rows
        assert {strip.cell_length for strip in strips(app)} == {120}

        await press(app, pilot, "/", "text:bank", "enter")
        assert "1 of 2" in screen_text(app)  # both sides are searched
        await pilot.resize_terminal(100, 36)
        await pilot.pause(0.2)
        assert "- imported 312 records" in screen_text(app).splitlines()


async def test_on_a_wide_screen_the_output_stands_beside_the_facts() -> None:
    async with showing(engine_of(broken()), (160, 36)) as (app, pilot):
        await open_run(app, pilot)
        shown = screen_text(app)
        assert "exit status 3" in shown
        assert "HTTP 502 Bad Gateway [/x]" in shown
        await press(app, pilot, "2")
        assert "exit status 3" not in screen_text(app)
        assert "HTTP 502 Bad Gateway [/x]" in screen_text(app)
        await press(app, pilot, "1", "enter")
        assert on(app) is BodyScreen


async def test_a_run_says_what_was_seen_of_its_work() -> None:
    engine = engine_of(broken())
    made = engine.details(SLUG)
    runs = tuple(replace(run, proof="proven: /b/[x], 1.2 GB") for run in made.runs)
    engine.details_by_slug[SLUG] = replace(made, runs=runs)
    async with showing(engine) as (app, pilot):
        await open_run(app, pilot)
        assert "Proof       proven: /b/[x], 1.2 GB" in screen_text(app)


async def test_keys_walk_through_the_panes_of_a_run_and_back_to_the_list() -> None:
    async with showing(engine_of(broken())) as (app, pilot):
        await open_run(app, pilot, "j")
        assert "run 39 of" in screen_text(app)
        await press(app, pilot, "tab")
        assert "imported 312 records" in screen_text(app)
        await press(app, pilot, "r")
        await press(app, pilot, "x")
        assert "|connecting to th|" in screen_text(app)
        await press(app, pilot, "shift+tab", "enter")
        assert on(app) is BodyScreen
        await press(app, pilot, "escape", "escape")
        assert on(app) is DetailsScreen
        assert "[2 Runs 17]" in screen_text(app)


async def test_control_characters_of_an_output_are_spelled_out_on_demand() -> None:
    async with showing(engine_of(broken())) as (app, pilot):
        await open_run(app, pilot)
        await press(app, pilot, "2")
        assert "HTTP 502 Bad Gateway [/x]" in screen_text(app)
        await press(app, pilot, "r")
        assert r"\x1b[31mHTTP 502 Bad Gateway\x1b[0m [/x]" in screen_text(app)
        assert not any("\x1b" in strip.text for strip in strips(app))


@pytest.mark.parametrize(
    ("downs", "said"),
    [
        (2, "This run sent no output: there is nothing to compare."),
        (16, "No earlier good run is listed: there is nothing to compare with."),
    ],
)
async def test_what_cannot_be_compared_says_why(downs: int, said: str) -> None:
    async with showing(engine_of(broken())) as (app, pilot):
        await open_run(app, pilot, *["j"] * downs)
        await press(app, pilot, "3")
        assert said in screen_text(app)


async def test_an_engine_that_is_gone_says_so_and_nothing_breaks() -> None:
    engine = engine_of(broken())
    async with showing(engine) as (app, pilot):
        app.open_check(SLUG)
        await settled(app, pilot)
        engine.gone = True
        await press(app, pilot, "2", "enter", "2")
        assert "no engine answers at http://127.0.0.1:8787" in screen_text(app)


async def test_in_a_small_pane_everything_is_reached_by_scrolling() -> None:
    async with showing(engine_of(broken()), (60, 12)) as (app, pilot):
        await open_run(app, pilot)
        seen = screen_text(app)
        for _ in range(12):
            await pilot.press("j")
            seen += screen_text(app)
        assert "Exit status" in seen
        assert "success" in seen or "fail" in seen
        for _ in range(14):
            await pilot.press("k")
        assert "What" in screen_text(app)


def long_body() -> FakeEngine:
    engine = engine_of(broken())
    lines = [b"line %d of the log" % n for n in range(200)]
    lines[50] = lines[150] = b"an ERROR with a [bold]tag"
    engine.bodies[SLUG, 42] = b"\n".join(lines)
    return engine


async def test_a_long_body_is_searched_with_next_and_previous() -> None:
    async with showing(long_body(), (80, 24)) as (app, pilot):
        app.open_check(SLUG)
        await settled(app, pilot)
        await press(app, pilot, "3", "enter", "/", "text:error", "enter")
        assert "an ERROR with a [bold]tag" in screen_text(app)
        assert "1 of 2" in screen_text(app)
        assert "line 49" in screen_text(app)
        await press(app, pilot, "n")
        assert "line 149" in screen_text(app)
        assert "2 of 2" in screen_text(app)
        await press(app, pilot, "n")
        assert "1 of 2" in screen_text(app)
        await press(app, pilot, "N")
        assert "2 of 2" in screen_text(app)

        await press(app, pilot, "escape")  # the search first, then the body
        assert "2 of 2" not in screen_text(app)
        assert on(app) is BodyScreen
        await press(app, pilot, "escape")
        assert on(app) is DetailsScreen


async def test_letters_typed_into_the_search_do_nothing_else() -> None:
    async with showing(long_body(), (80, 24)) as (app, pilot):
        app.open_check(SLUG)
        await settled(app, pilot)
        await press(app, pilot, "3", "enter", "/", "text:qrxn")
        assert on(app) is BodyScreen
        assert "not found" in screen_text(app)
        await press(app, pilot, "escape", "escape", "escape")
        assert on(app) is DetailsScreen


async def test_a_binary_body_is_shown_byte_by_byte() -> None:
    engine = engine_of(broken())
    engine.bodies[SLUG, 42] = b"\x89PNG\r\n\x1a\n\x00\x00"
    async with showing(engine, (80, 24)) as (app, pilot):
        app.open_check(SLUG)
        await settled(app, pilot)
        await press(app, pilot, "3", "enter")
        assert "00000000  89 50 4e 47 0d 0a 1a 0a  00 00" in screen_text(app)
        assert "byte by byte" in screen_text(app)
        await press(app, pilot, "x")
        assert "PNG" in screen_text(app)
        assert {strip.cell_length for strip in strips(app)} == {80}


@pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_panes_look_as_they_should(size: tuple[int, int]) -> None:
    async with showing(engine_of(broken()), size) as (app, pilot):
        app.open_check(SLUG)
        await settled(app, pilot)
        check_snapshot(f"pane-plots-{size[0]}x{size[1]}", snapshot(app))
        await press(app, pilot, "2")
        check_snapshot(f"pane-runs-{size[0]}x{size[1]}", snapshot(app))
        await press(app, pilot, "enter")
        check_snapshot(f"pane-run-{size[0]}x{size[1]}", snapshot(app))
        await press(app, pilot, "3")
        check_snapshot(f"pane-diff-{size[0]}x{size[1]}", snapshot(app))


@pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_incidents_look_as_they_should(size: tuple[int, int]) -> None:
    async with showing(engine_of(silent()), size) as (app, pilot):
        app.open_check(SLUG)
        await settled(app, pilot)
        await press(app, pilot, "4")
        check_snapshot(f"pane-incidents-{size[0]}x{size[1]}", snapshot(app))


async def test_a_running_check_shows_how_far_it_is() -> None:
    known = replace(broken(), started=True, started_at=NOW - timedelta(seconds=130), running=1)
    engine = engine_of(known)
    async with showing(engine) as (app, pilot):
        app.open_check(SLUG)
        await settled(app, pilot)
        assert "▶ running 2m 10s of the usual 2m 55s" in screen_text(app)
        assert "74%" in screen_text(app)
        engine.advance(10)
        app.screen._draw()  # type: ignore[attr-defined]
        await pilot.pause()
        assert "▶ running 2m 20s of the usual 2m 55s" in screen_text(app)
        engine.put(broken())
        await settled(app, pilot)
        assert "running 2m" not in screen_text(app)
