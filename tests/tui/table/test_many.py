"""A table whose calm rows are made only when somebody looks at them shows what any other does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from pulsetui.client.glance import Turn
from pulsetui.client.views import CheckView
from pulsetui.core.state.status import Status
from pulsetui.tui.table import nearest
from pulsetui.tui.table.model import SortBy, TableModel
from pulsetui.tui.table.status_views import SUBSETS
from tests.client.columns import in_columns, is_calm
from tests.client.samples import HOUR, NOW, crowd, failed, late, new, overdue, view

SECOND = timedelta(seconds=1)
SLUGS = [f"job-{n}" for n in range(8)]
MAKERS = [view, view, view, new, late, overdue, failed]


@st.composite
def views(draw: st.DrawFn, slug: str) -> CheckView:
    due = NOW + timedelta(seconds=draw(st.integers(-20, 60)))
    made: CheckView = replace(
        draw(st.sampled_from(MAKERS))(slug),
        name=draw(st.sampled_from(["A", "b 2", "b 10"])),
        schedule_kind="cron",
        tags=draw(st.sampled_from([(), ("a",), ("b", "a")])),
        tz=draw(st.sampled_from(["UTC", "Asia/Tokyo"])),
    )
    changes: dict[str, object] = {}
    if made.next_ping is not None and draw(st.booleans()):
        changes = {"next_ping": due, "deadline": due + timedelta(seconds=draw(st.integers(0, 30)))}
    nothing = dict.fromkeys(("next_ping", "deadline", "reason", "incident"))
    kind = draw(st.sampled_from(["", "", "", "paused", "snoozed", "running"]))
    more: dict[str, dict[str, object]] = {
        "": {},
        "paused": {"status": Status.PAUSED, **nothing},
        "snoozed": {"snoozed_until": due},
        "running": {"started": True, "running": 1},
    }
    found: CheckView = replace(made, **{**changes, **more[kind]})
    return found


@st.composite
def files(draw: st.DrawFn) -> dict[str, CheckView]:
    return {slug: draw(views(slug)) for slug in draw(st.lists(st.sampled_from(SLUGS), unique=True))}


class Both:
    """The same done to a table with columns and to one without."""

    def __init__(self, checks: dict[str, CheckView]) -> None:
        self.checks, self.now = checks, NOW
        self.models = TableModel(), TableModel()
        self.load()

    def load(self) -> None:
        self.models[0].load(in_columns(self.checks), self.now)
        self.models[1].load(self.checks, self.now)

    def seen(self, model: TableModel) -> object:
        lines = [model.key_at(line) for line in range(len(model))]
        return (
            lines,
            [model.heading(line) for line in lines],
            list(model.slugs()),
            (model.total, model.shown, model.left_out, model.cursor, model.cursor_index()),
            (+model.counts, +model.zones),
            (model.next_problem(), model.marked),
            (model.rows.tags(), sorted(model.rows), [model.rows.facets(slug) for slug in model.slugs()]),
        )

    def check(self) -> None:
        lazy, plain = self.models
        assert self.seen(lazy) == self.seen(plain)
        assert (lazy.next_deadline() or (None,))[0] == (plain.next_deadline() or (None,))[0]


Step = tuple[str, object]
steps = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.sampled_from(SLUGS).flatmap(views)),
        st.tuples(st.just("drop"), st.sampled_from(SLUGS)),
        st.tuples(st.just("look"), st.sampled_from(SLUGS)),
        st.tuples(st.just("wait"), st.integers(1, 40)),
        st.tuples(st.just("sort"), st.tuples(st.sampled_from(SortBy), st.booleans())),
        st.tuples(st.just("filter"), st.sampled_from(["", "status:up", "tag:a", "-job-1", "late", "b"])),
        st.tuples(st.just("subset"), st.sampled_from(SUBSETS)),
        st.tuples(st.just("group"), st.booleans()),
        st.tuples(st.just("fold"), st.sampled_from(["", "a", "b"])),
        st.tuples(st.just("move"), st.integers(0, 9)),
        st.tuples(st.just("mark"), st.sampled_from(SLUGS)),
        st.tuples(st.just("settle"), st.none()),
        st.tuples(st.just("load"), st.none()),
    ),
    max_size=14,
)


def do(both: Both, model: TableModel, step: Step, *, hold: bool) -> None:
    match step:
        case "put", CheckView() as changed:
            checks = both.checks | {changed.slug: changed}
            model.apply(checks, [changed.slug], both.now, hold=hold)
        case "drop", str(slug):
            model.apply({key: one for key, one in both.checks.items() if key != slug}, [slug], both.now)
        case "wait", int(seconds):
            model.tick(both.now + seconds * SECOND, hold=hold)
        case "look", str(slug):
            model.rows.get(slug)
        case "mark", str(slug):
            if slug in model.rows:
                model.toggle_mark(slug)
        case "settle", _:
            model.settle()
        case _:
            turn(model, step)


def turn(model: TableModel, step: Step) -> None:
    """Shows the same in another way."""
    match step:
        case "sort", (SortBy() as by, bool(reverse)):
            model.set_sort(by, reverse=reverse)
        case "filter", str(text):
            model.set_filter(text)
        case "subset", subset:
            model.set_subset(subset)  # type: ignore[arg-type]
        case "group", bool(grouped):
            model.set_grouped(grouped)
        case "fold", str(tag):
            model.fold(tag, folded=True)
        case "move", int(line):
            model.move_cursor(line)


@settings(max_examples=400, deadline=None)
@given(files(), steps, st.booleans(), st.sampled_from([1, 2, 1024]))
def test_it_shows_the_same_whatever_happens(
    checks: dict[str, CheckView], story: list[Step], hold: bool, kept: int
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(nearest, "_KEPT", kept)
        both = Both(checks)
        both.check()
        for step in story:
            if step[0] == "load":
                both.load()
            else:
                for model in both.models:
                    do(both, model, step, hold=hold)
            match step:
                case "put", CheckView() as changed:
                    both.checks = both.checks | {changed.slug: changed}
                case "drop", str(slug):
                    both.checks = {key: one for key, one in both.checks.items() if key != slug}
                case "wait", int(seconds):
                    both.now += seconds * SECOND
            both.check()


def test_rows_are_made_for_what_is_seen_and_for_what_happens() -> None:
    checks = {one.slug: one for one in crowd(400)}
    troubled = {slug for slug, one in checks.items() if not is_calm(one)}
    model = TableModel()
    model.load(in_columns(checks), NOW)
    assert set(model.rows.made) == troubled
    seen = [model.key_at(line) for line in range(40)]
    assert all(model.rows[slug].view is checks[slug] for slug in seen)
    assert set(model.rows.made) == troubled | set(seen)
    model.set_filter("job-001")
    model.set_grouped(True)
    assert set(model.rows.made) == troubled | set(seen)
    quiet = next(slug for slug in checks if slug not in model.rows.made)
    model.apply({quiet: overdue(quiet)}, [quiet], NOW)
    assert model.rows.made[quiet].status is Status.DOWN


def test_news_that_are_still_to_come_do_not_misplace_a_row() -> None:
    """What a client shows may be newer than what the table was told of."""
    checks = {one.slug: one for one in crowd(30)}
    told, untold = [slug for slug, one in checks.items() if is_calm(one)][:2]
    model = TableModel()
    model.load(in_columns(checks), NOW)
    order = list(model.slugs())
    newer = {**checks, told: overdue(told), untold: overdue(untold)}
    model.apply(in_columns(newer), [told], NOW)
    assert model.rows[untold].status is Status.UP
    model.apply(in_columns(newer), [untold], NOW)
    assert sorted(model.slugs()) == sorted(order)
    assert model.counts["down"] == sum(one.status is Status.DOWN for one in newer.values())


def test_all_that_turn_late_at_once_do() -> None:
    """At midnight thousands do: more than are kept in order."""
    due = NOW + HOUR
    checks = {slug: view(slug, next_ping=due, deadline=due + HOUR) for slug in (f"c{n}" for n in range(3000))}
    model = TableModel()
    model.load(in_columns(checks), NOW)
    assert not model.tick(due - SECOND)
    assert model.counts["up"] == 3000
    assert model.tick(due)
    assert (model.counts["up"], model.counts["late"]) == (0, 3000)
    assert model.next_deadline() is not None


def instants(turns: list[Turn], until: float, kept: int) -> list[str]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(nearest, "_KEPT", kept)
        there = list(turns)

        def later(until: float) -> list[Turn]:
            return sorted(one for one in there if one[0] > until)

        found = nearest.Nearest(
            lambda until, most: [one for one in there if one[0] <= until] + later(until)[:most]
        )
        popped: list[str] = []
        for second in range(int(until) + 1):
            came = found.pop_until(second)
            popped += came
            there[:] = [one for one in there if one[1] not in came]
        return popped


@given(st.lists(st.integers(0, 20), max_size=30), st.integers(0, 25), st.integers(1, 8))
def test_every_instant_comes_up_once_in_order(times: list[int], until: int, kept: int) -> None:
    turns = [(float(at), str(number)) for number, at in enumerate(times)]
    popped = instants(turns, until, kept)
    assert sorted(popped) == sorted(slug for at, slug in turns if at <= until)
    assert [times[int(slug)] for slug in popped] == sorted(times[int(slug)] for slug in popped)
