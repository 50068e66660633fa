"""Problems that are out of sight: they are counted, and a key goes to the next of them."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot

from pulsetui.client.views import CheckView
from pulsetui.tui.app import PulseApp
from pulsetui.tui.table.model import SortBy, TableModel
from pulsetui.tui.table.order import HEADING
from pulsetui.tui.table.row import PROBLEMS
from pulsetui.tui.table.screen import HomeScreen
from tests.client.fake import FakeEngine
from tests.client.samples import HOUR, NOW, incident, overdue, view
from tests.tui.support.screen_driver import press, screen_text, settled, showing


def many(*down: int, of: int = 60, tags: bool = False) -> list[CheckView]:
    made = [overdue if n in down else view for n in range(of)]
    return [make(f"job-{n:02}", tags=(f"tag-{n // 10}",) if tags else ()) for n, make in enumerate(made)]


def home(app: PulseApp) -> HomeScreen:
    assert isinstance(app.screen, HomeScreen)
    return app.screen


async def by_name(app: PulseApp, pilot: Pilot[None]) -> None:
    home(app).sort(SortBy.NAME, reverse=False)
    app.messages.clear()  # what was said would stand where the keys are offered
    await settled(app, pilot)


async def test_problems_further_down_are_counted_and_gone_to() -> None:
    async with showing(FakeEngine(many(30, 50)), (80, 24)) as (app, pilot):
        assert "out of sight" not in screen_text(app), "the worst come first"
        await by_name(app, pilot)
        assert "2 problems out of sight (J)" in screen_text(app)
        for slug, left in (("job-30", "1 problem out of sight"), ("job-50", "1 problem out of sight")):
            await press(app, pilot, "J")
            assert home(app).model.cursor == slug
            assert slug.replace("job-", "Job ") in screen_text(app)
            assert left in screen_text(app)
        await press(app, pilot, "J")
        assert home(app).model.cursor == "job-30"


async def test_the_last_line_offers_the_key_where_there_is_no_room_for_more() -> None:
    async with showing(FakeEngine(many(30)), (40, 12)) as (app, pilot):
        await by_name(app, pilot)
        await press(app, pilot, "j")
        assert " J next problem " in screen_text(app)
        await press(app, pilot, "J")
        assert " J next problem " not in screen_text(app)
        await press(app, pilot, "g")
        assert " J next problem " in screen_text(app)


async def test_where_the_worst_come_first_they_are_out_of_sight_further_down_only() -> None:
    async with showing(FakeEngine(many(3)), (80, 24)) as (app, pilot):
        assert "out of sight" not in screen_text(app)
        await press(app, pilot, "G")
        assert "1 problem out of sight (J)" in screen_text(app)
        await press(app, pilot, "J")
        assert home(app).model.cursor == "job-03"


async def test_what_filter_and_view_leave_out_is_counted() -> None:
    async with showing(FakeEngine(many(30, 50)), (80, 24)) as (app, pilot):
        await press(app, pilot, "/", "text:job-3", "enter")
        assert "10 of 60 shown, 1 problem left out" in screen_text(app)
        await press(app, pilot, "escape", "9")
        assert "view up: 58 of 60 shown, 2 problems left out" in screen_text(app)
        await press(app, pilot, "J")
        assert "2 problems left out here: Esc shows all checks" in screen_text(app)
        app.messages.clear()
        await press(app, pilot, "2")
        assert "left out" not in screen_text(app)


async def test_a_folded_group_is_opened_for_the_problem_in_it() -> None:
    async with showing(FakeEngine(many(34, tags=True)), (80, 24)) as (app, pilot):
        await press(app, pilot, "b")
        for n in range(6):
            home(app).table.fold(f"tag-{n}", fold=True)
        await settled(app, pilot)
        assert "out of sight" not in screen_text(app), "its heading says so"
        await press(app, pilot, "J")
        assert home(app).model.cursor == "job-34"
        assert "Job 34" in screen_text(app)


async def test_what_is_acknowledged_or_snoozed_is_no_problem() -> None:
    calm = [
        overdue("job-30", incident=incident(acknowledged_at=NOW)),
        overdue("job-31", snoozed_until=NOW + HOUR, incident=incident(acknowledged_at=NOW)),
    ]
    checks = [*many(of=30), *calm]
    async with showing(FakeEngine(checks), (80, 24)) as (app, pilot):
        await by_name(app, pilot)
        assert "out of sight" not in screen_text(app)
        await press(app, pilot, "J")
        assert "Nothing is down that nobody has acknowledged" in screen_text(app)


@given(
    st.lists(st.booleans(), min_size=1, max_size=12), st.sampled_from(list(SortBy)), st.booleans(), st.data()
)
def test_the_key_goes_round_all_problems(
    down: list[bool], by: SortBy, grouped: bool, data: st.DataObject
) -> None:
    made = [
        (overdue if bad else view)(f"c{n}", tags=(f"t{n % 3}",), last_ping=NOW - timedelta(hours=n % 4))
        for n, bad in enumerate(down)
    ]
    model = TableModel()
    model.load({one.slug: one for one in made}, NOW)
    model.set_grouped(grouped)
    model.set_sort(by)
    if grouped:
        model.fold("t1", folded=True)
    model.move_cursor(data.draw(st.integers(0, len(model))))
    order = list(model.slugs())
    problems = [slug for slug in order if PROBLEMS in model.rows[slug].facets]
    met = []
    for _ in problems:
        slug = model.next_problem()
        assert slug is not None
        met.append(slug)
        if model.index_of(slug) is None:
            model.fold(model.rows[slug].section, folded=False)
        model.cursor = slug
    assert sorted(met) == sorted(problems)
    assert "".join(met) in "".join(problems * 2)
    if not problems:
        assert model.next_problem() is None
    assert all(not slug.startswith(HEADING) for slug in met)
