"""Rows under the headings of their tags: their order, folding, and what a heading says."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len

from pulsetui.client.attention import Attention
from pulsetui.client.commands import Pause, StartSnooze
from pulsetui.client.views import CheckView
from pulsetui.core.state.status import Status
from pulsetui.tui.app import PulseApp
from pulsetui.tui.details.screen import DetailsScreen
from pulsetui.tui.draw.lines import width_of
from pulsetui.tui.table.headings import heading_base, heading_line
from pulsetui.tui.table.model import SortBy, TableModel
from pulsetui.tui.table.order import HEADING
from pulsetui.tui.table.screen import HomeScreen
from tests.client.fake import FakeEngine
from tests.client.samples import HOUR, ME, NOW, failed, household, incident, late, new, overdue, view
from tests.tui.support.screen_driver import press, screen_text, settled, showing, strips
from tests.tui.table.test_columns import ANY_TEXT


def grouped(*views: CheckView) -> TableModel:
    model = TableModel()
    model.load({v.slug: v for v in views}, NOW)
    model.set_grouped(True)
    return model


def lines(model: TableModel) -> list[str]:
    return [model.key_at(index) for index in range(len(model))]


def model_of(app: PulseApp) -> TableModel:
    home = app.screen_stack[0]
    assert isinstance(home, HomeScreen)
    return home.model


FEW = (
    view("a", tags=("web", "nightly")),
    view("b", tags=("mail",)),
    view("c"),
    overdue("d", tags=("web",)),
    view("e", tags=("Job 10",)),
    view("f", tags=("job 2",)),
)


def test_groups_with_a_problem_come_first_then_by_name_and_untagged_last() -> None:
    model = grouped(*FEW)

    assert lines(model) == ["#web", "d", "a", "#job 2", "f", "#Job 10", "e", "#mail", "b", "#", "c"]
    assert model.shown == 6

    model.set_sort(SortBy.NAME, reverse=True)
    assert lines(model) == ["#job 2", "f", "#Job 10", "e", "#mail", "b", "#web", "d", "a", "#", "c"]


def test_a_heading_says_how_many_and_how_they_stand() -> None:
    model = grouped(
        overdue("a", tags=("x",)),
        overdue("b", tags=("x",), incident=incident(acknowledged_at=NOW)),
        late("c", tags=("x",)),
        view("d", tags=("x",), started=True),
    )
    heading = model.heading("#x")
    assert heading is not None

    said = "".join(text for text, _ in heading_line(heading, 100, cursor=True))
    assert said.startswith("▌ ▾ ✖ x   ✖ 1 down  ◐ 1 late  ◇ 1 acknowledged  ● 1 up  ▶ 1 running")
    assert said.endswith(" 4 checks ")


def test_a_heading_counts_what_is_snoozed_under_its_status() -> None:
    model = grouped(
        overdue("a", tags=("x",), snoozed_until=NOW + HOUR),
        overdue("b", tags=("x",), snoozed_until=NOW + HOUR),
        view("c", tags=("x",)),
    )

    def said() -> str:
        heading = model.heading("#x")
        assert heading is not None
        return "".join(text for text, _ in heading_line(heading, 100, cursor=False))

    assert said().startswith("  ▾ ✖ x   ✖ 2 snoozed  ● 1 up     ")
    model.apply({"c": view("c", tags=("x",), snoozed_until=NOW + HOUR)}, ["c"], NOW)
    assert said().startswith("  ▾ ✖ x   ✖ 2 snoozed  ● 1 up  z 3 snoozed  ")


def test_a_heading_follows_every_change_of_its_rows() -> None:
    model = grouped(view("a", tags=("x",)), view("b", tags=("x",), next_ping=NOW + timedelta(seconds=9)))

    def counts() -> dict[str, int]:
        heading = model.heading("#x")
        assert heading is not None
        return {str(word): count for word, count in heading.counts.items() if count}

    assert counts() == {"up": 2}
    model.apply({"a": overdue("a", tags=("x",))}, ["a"], NOW, hold=True)
    assert counts() == {"up": 1, "down": 1, "problems": 1, Attention.WANTED: 1}
    model.settle()
    model.tick(NOW + timedelta(seconds=9))
    assert counts() == {"late": 1, "down": 1, "problems": 1, Attention.WANTED: 1}
    model.apply({}, ["a"], NOW)
    assert counts() == {"late": 1}
    model.apply({}, ["b"], NOW)
    assert lines(model) == []


def test_a_folded_group_with_a_problem_stands_on_the_alarm_ground() -> None:
    model = grouped(*FEW)
    model.fold("web", folded=True)
    model.fold("mail", folded=True)
    web, mail = model.heading("#web"), model.heading("#mail")
    assert web is not None
    assert mail is not None

    assert heading_base(web, cursor=False) == "alarm"
    assert heading_base(web, cursor=True) == "alarm-cursor"
    assert heading_base(mail, cursor=False) == "surface"


def test_folding_takes_the_cursor_to_the_heading_and_keeps_marks() -> None:
    model = grouped(*FEW)
    model.cursor = "a"
    model.toggle_mark("#web")

    model.fold("web", folded=True)

    assert lines(model)[:3] == ["#web", "#job 2", "f"]
    assert model.cursor == "#web"
    assert model.marked == ["d", "a"]
    model.set_filter("mail")
    assert (lines(model), model.cursor, model.marked) == (["#mail", "b"], "#mail", [])


def test_a_check_that_gets_its_tag_folded_away_leaves_the_cursor_on_the_heading() -> None:
    model = grouped(*FEW)
    model.fold("mail", folded=True)
    model.cursor = "c"

    model.apply({"c": view("c", tags=("mail",))}, ["c"], NOW)

    assert model.cursor == "#mail"


def test_the_cursor_stays_in_the_list_when_the_last_check_under_its_heading_goes() -> None:
    checks = {"a": view("a"), "b": view("b", tags=("x",))}
    model = TableModel()
    model.load(checks, NOW)
    model.set_grouped(True)
    model.fold("", folded=True)
    assert model.cursor == HEADING
    del checks["a"]
    model.apply(checks, ["a"], NOW, hold=True)
    assert model.cursor_index() is not None


TAGS = st.sampled_from(["", "x", "y", "[z]"])
MADE = [view, overdue, failed, late, new]


@given(
    steps=st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, len(MADE)), TAGS, st.booleans(), st.integers(-9, 99)),
        max_size=30,
    ),
    by=st.sampled_from(list(SortBy)),
    reverse=st.booleans(),
    folded=st.sets(TAGS),
)
def test_any_row_of_changes_ends_in_the_groups_of_a_fresh_start(
    steps: list[tuple[int, int, str, bool, int]], by: SortBy, reverse: bool, folded: set[str]
) -> None:
    checks = {f"job-{n}": view(f"job-{n}", tags=("x",) if n % 2 else ()) for n in range(10)}

    def made() -> TableModel:
        model = TableModel()
        model.load(checks, NOW)
        model.set_grouped(True)
        model.set_sort(by, reverse=reverse)
        for tag in folded:
            model.fold(tag, folded=True)
        return model

    model = made()
    for number, kind, tag, hold, seconds in steps:
        slug = f"job-{number}"
        if kind == len(MADE):
            checks.pop(slug, None)
        else:
            due = NOW + timedelta(seconds=seconds)
            checks[slug] = MADE[kind](slug, tags=(tag,) if tag else (), next_ping=due)
        model.apply(checks, [slug], NOW, hold=hold)
        assert (model.cursor_index() is None) == (len(model) == 0)
    model.settle()

    fresh = made()
    assert lines(model) == lines(fresh)
    assert all(model.index_of(key) == index for index, key in enumerate(lines(model)))
    for key in lines(model):
        if key.startswith("#"):
            mine, theirs = model.heading(key), fresh.heading(key)
            assert mine is not None
            assert theirs is not None
            assert (mine.total, mine.folded, +mine.counts) == (theirs.total, theirs.folded, +theirs.counts)


@given(tag=ANY_TEXT, width=st.integers(30, 240), cursor=st.booleans(), ascii_only=st.booleans())
def test_every_heading_is_exactly_as_wide_as_the_screen(
    tag: str, width: int, cursor: bool, ascii_only: bool
) -> None:
    views = [replace(v, tags=(tag,)) for v in household()]
    model = grouped(*views)
    for key in lines(model):
        heading = model.heading(key)
        if heading is not None:
            line = heading_line(heading, width, cursor=cursor, ascii_only=ascii_only)
            assert width_of(line) == width
            assert not any(c in shown for shown, _ in line for c in "\x1b\n\r\t\x00\u202e\u200d")


async def test_b_groups_enter_and_the_arrows_fold() -> None:
    async with showing(FakeEngine(FEW)) as (app, pilot):
        model = model_of(app)
        await press(app, pilot, "b")
        assert "▾ ✖ web   ✖ 1 down" in screen_text(app)
        assert model.cursor == "d"

        await press(app, pilot, "left", "left")
        assert model.cursor == "#web"
        assert "▸ ✖ web" in screen_text(app)
        assert "  A " not in screen_text(app)

        await press(app, pilot, "right", "right")
        assert model.cursor == "d"

        await press(app, pilot, "k", "enter")
        assert "▸ ✖ web" in screen_text(app)
        await press(app, pilot, "enter", "j", "enter")
        assert isinstance(app.screen, DetailsScreen)
        await press(app, pilot, "q", "b")
        assert "web   ✖" not in screen_text(app)


async def test_a_heading_under_the_cursor_is_no_check() -> None:
    engine = FakeEngine(FEW)
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "b", "left", "p")
        assert engine.commands == []

        await press(app, pilot, "space", "p")
        assert engine.commands == [Pause(("d", "a"), by=ME)]
        assert engine.checks()["a"].status is Status.PAUSED


async def test_z_on_a_heading_offers_its_tag_first() -> None:
    engine = FakeEngine(FEW)
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "b", "left", "z", "2")
        assert engine.commands == [StartSnooze("tag", ("web",), until=NOW + HOUR, by=ME)]


async def test_groups_and_the_cursor_survive_news() -> None:
    engine = FakeEngine(FEW)
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "b")
        model = model_of(app)
        model.cursor = "#mail"
        home = app.screen
        assert isinstance(home, HomeScreen)
        home.table.release()
        engine.put(overdue("b", tags=("mail",)))
        await settled(app, pilot)
        assert lines(model)[:2] == ["#mail", "b"]
        assert model.cursor == "#mail"


async def test_a_click_on_the_fold_sign_folds() -> None:
    async with showing(FakeEngine(FEW)) as (app, pilot):
        await press(app, pilot, "b")
        await pilot.click("#checks", offset=(2, 0))
        await settled(app, pilot)
        assert "▸ ✖ web" in screen_text(app)
        assert {cell_len(strip.text) for strip in strips(app)} == {120}


async def test_the_heading_of_a_folded_group_shows_that_its_checks_are_marked() -> None:
    async with showing(FakeEngine(FEW), (80, 24)) as (app, pilot):
        await press(app, pilot, "b", "g", "enter", "space")
        line = next(line for line in screen_text(app).splitlines() if "web" in line)
        assert "◆▸" in line
        assert "2 marked" in line

        await press(app, pilot, "g", "enter", "down", "space", "g")
        line = next(line for line in screen_text(app).splitlines() if "web" in line)
        assert "◆" not in line
        assert "1 marked" in line

        await press(app, pilot, "escape")
        assert "marked" not in screen_text(app)


async def test_the_heading_of_the_first_group_is_in_sight_when_rows_are_grouped() -> None:
    async with showing(FakeEngine(list(FEW)), (40, 12)) as (app, pilot):
        await press(app, pilot, "b")
        assert "web" in screen_text(app).splitlines()[2]
        await press(app, pilot, "G", "k", "k", "k", "k", "k", "k", "k", "k", "k")
        assert model_of(app).cursor == "d"
        assert "web" in screen_text(app).splitlines()[2], "going up shows it, too"
