"""The rows of the table: order, filter, hold, clock, cursor, counts."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pulsetui.client.views import CheckView
from pulsetui.core.state.status import Status
from pulsetui.tui.table.filter import Filter
from pulsetui.tui.table.model import SortBy, TableModel
from pulsetui.tui.table.row import PROBLEMS, Row, rank
from tests.client.samples import HOUR, NOW, crowd, failed, household, incident, late, new, overdue, view


def model_of(*views: CheckView) -> TableModel:
    model = TableModel()
    model.load({v.slug: v for v in views}, NOW)
    return model


def test_problems_come_first_then_what_is_due_soonest() -> None:
    model = model_of(*household())

    assert list(model.slugs()) == [
        "backup-db",  # overdue for longest
        "rotate-logs",  # failed
        "sensor-poll",  # overdue, acknowledged
        "import-prices",  # late
        "certificates",  # unwatched
        "cache-warm",
        "thumbnails",
        "search-index",
        "sync-invoices",
        "report-monday",
        "payroll-export",  # new
        "newsletter",  # paused
    ]


def test_counts_follow_every_change() -> None:
    model = model_of(view("a"), overdue("b"), late("c"))
    assert (model.counts["up"], model.counts["down"], model.counts["late"]) == (1, 1, 1)

    checks = {"a": view("a", started=True), "c": view("c")}
    model.apply(checks, ["a", "b", "c"], NOW)

    assert model.counts["up"] == 2
    assert model.counts["down"] == 0
    assert model.counts["running"] == 1


def test_a_row_turns_late_by_the_clock_alone() -> None:
    model = model_of(view("slow", next_ping=NOW + timedelta(seconds=5)), view("a-later"))

    assert not model.tick(NOW + timedelta(seconds=4))
    assert model.tick(NOW + timedelta(seconds=5))

    assert model.rows["slow"].status is Status.LATE
    assert model.key_at(0) == "slow"
    assert model.counts["late"] == 1


def test_a_report_in_time_keeps_the_row_from_turning_late() -> None:
    model = model_of(view("a", next_ping=NOW + timedelta(seconds=5)))
    model.apply({"a": view("a", next_ping=NOW + HOUR)}, ["a"], NOW)

    assert not model.tick(NOW + timedelta(seconds=30))


def test_an_unwatched_check_is_not_called_late() -> None:
    model = model_of(view("a", unwatched=True, next_ping=NOW - HOUR))

    model.tick(NOW + HOUR)

    assert model.rows["a"].status is Status.UP


def test_held_rows_keep_their_places_and_show_what_is_new() -> None:
    model = model_of(view("a"), view("b"), view("c"))

    model.apply({"c": overdue("c")}, ["c"], NOW, hold=True)
    assert list(model.slugs()) == ["a", "b", "c"]
    assert model.rows["c"].status is Status.DOWN
    assert model.moved

    model.settle()
    assert list(model.slugs()) == ["c", "a", "b"]
    assert not model.moved


def test_a_removed_check_leaves_at_once_even_while_held() -> None:
    model = model_of(view("a"), view("b"), view("c"))
    model.move_cursor(1)
    model.toggle_mark("b")

    model.apply({}, ["b"], NOW, hold=True)

    assert list(model.slugs()) == ["a", "c"]
    assert model.cursor == "c"
    assert model.marks == set()


def test_the_cursor_stays_on_its_check_when_the_order_changes() -> None:
    model = model_of(view("a"), view("b"), view("c"))
    model.move_cursor(0)

    model.apply({"c": overdue("c")}, ["c"], NOW)

    assert model.cursor == "a"
    assert model.cursor_index() == 1


def test_filtering_keeps_the_cursor_while_its_check_still_matches() -> None:
    model = model_of(view("apple"), view("banana"), view("apricot"))
    model.cursor = "apricot"

    model.set_filter("ap")
    assert model.cursor == "apricot"
    assert len(model) == 2
    assert model.total == 3

    model.set_filter("banana")
    assert model.cursor == "banana"

    model.set_filter("nothing like it")
    assert model.cursor_index() is None

    model.set_filter("")
    assert model.key_at(0) == "apple"
    assert model.cursor_index() == 0


def test_a_check_that_stops_matching_leaves_the_filtered_list() -> None:
    model = model_of(overdue("a"), overdue("b"))
    model.set_filter("status:down")
    model.move_cursor(0)

    model.apply({"a": view("a")}, ["a"], NOW)

    assert list(model.slugs()) == ["b"]
    assert model.cursor == "b"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {"a", "b", "c", "d"}),
        ("bill", {"a", "b"}),
        ("tag:billing", {"a", "b"}),
        ("tag:billing status:down", {"b"}),
        ("status:overdue", {"b", "d"}),
        ("status:ack", {"d"}),
        ("status:running", {"c"}),
        ("-tag:billing", {"c", "d"}),
        ("name:zwölf", {"c"}),
        ("slug:d", {"d"}),
        ("NAME:ZWÖLF", {"c"}),
        ("tag:", {"a", "b", "c", "d"}),
        ("-", set()),
        ("colon:unknown", set()),
    ],
)
def test_filter_terms(text: str, found: set[str]) -> None:
    checks = [
        view("a", name="First", tags=("billing",)),
        overdue("b", name="Second", tags=("Billing", "ops")),
        view("c", name="Zwölf", started=True),
        overdue("d", name="Third", incident=incident(acknowledged_at=NOW)),
    ]
    wanted = Filter.parse(text)

    assert {v.slug for v in checks if wanted.matches(v, v.status)} == found


@pytest.mark.parametrize(
    ("by", "order"),
    [
        (SortBy.NAME, ["a", "b", "c"]),
        (SortBy.DUE, ["c", "a", "b"]),
        (SortBy.LAST, ["b", "c", "a"]),
        (SortBy.TOOK, ["b", "a", "c"]),
    ],
)
def test_sorting_by_a_column_and_in_reverse(by: SortBy, order: list[str]) -> None:
    model = model_of(
        view("a", next_ping=NOW + 2 * HOUR, last_ping=NOW - 3 * HOUR, last_duration=5.0),
        view("b", next_ping=NOW + 3 * HOUR, last_ping=NOW - 1 * HOUR, last_duration=50.0),
        view("c", next_ping=NOW + 1 * HOUR, last_ping=NOW - 2 * HOUR, last_duration=1.0),
    )

    model.set_sort(by)
    assert list(model.slugs()) == order

    model.set_sort(by, reverse=True)
    assert list(model.slugs()) == order[::-1]
    assert model.index_of(order[0]) == 2


def test_the_next_deadline_skips_what_has_reported_since() -> None:
    soon = view("soon", deadline=NOW + timedelta(minutes=1))
    model = model_of(soon, view("later", deadline=NOW + timedelta(minutes=9)))
    assert model.next_deadline() == (NOW + timedelta(minutes=1), "soon")

    model.apply({"soon": replace(soon, deadline=NOW + HOUR)}, ["soon"], NOW)

    assert model.next_deadline() == (NOW + timedelta(minutes=9), "later")


def test_a_check_that_reports_each_second_does_not_fill_the_memory() -> None:
    model = model_of(view("busy"))
    for second in range(9000):
        later = NOW + timedelta(seconds=second)
        model.apply(
            {"busy": view("busy", next_ping=later + HOUR, deadline=later + 2 * HOUR)}, ["busy"], later
        )

    assert len(model._ends._heap) + len(model._turns._heap) < 8193


VARIANTS = [view, overdue, failed, late, new]


@given(
    steps=st.lists(
        st.tuples(st.integers(0, 14), st.integers(0, len(VARIANTS)), st.booleans(), st.integers(-3000, 9000)),
        max_size=40,
    ),
    by=st.sampled_from(list(SortBy)),
    reverse=st.booleans(),
    filtered=st.sampled_from(["", "status:down", "-status:up", "1"]),
)
def test_any_row_of_changes_ends_in_the_order_of_a_fresh_start(
    steps: list[tuple[int, int, bool, int]], by: SortBy, reverse: bool, filtered: str
) -> None:
    """Bisection, holding and settling must never lose, double or misplace a row."""
    checks = {v.slug: v for v in crowd(12)}
    model = TableModel()
    model.load(checks, NOW)
    model.set_sort(by, reverse=reverse)
    model.set_filter(filtered)
    for number, variant, hold, seconds in steps:
        slug = f"job-{number:05}"
        if variant == len(VARIANTS):
            checks.pop(slug, None)
        else:
            checks[slug] = VARIANTS[variant](slug, next_ping=NOW + timedelta(seconds=seconds))
        model.apply(checks, [slug], NOW, hold=hold)
    model.settle()

    fresh = TableModel()
    fresh.load(checks, NOW)
    fresh.set_sort(by, reverse=reverse)
    fresh.set_filter(filtered)
    assert list(model.slugs()) == list(fresh.slugs())
    assert +model.counts == +fresh.counts
    assert all(model.index_of(slug) == index for index, slug in enumerate(model.slugs()))
    assert (model.cursor is None) == (len(model) == 0)
    seen = sum(PROBLEMS in model.rows[slug].facets for slug in model.slugs())
    assert model.left_out == model.counts[PROBLEMS] - seen


def test_many_changes_at_once_end_in_the_same_order() -> None:
    views = crowd(300)
    model = model_of(*views)
    random.Random(3).shuffle(views)
    checks = {v.slug: replace(v, next_ping=NOW + timedelta(seconds=n)) for n, v in enumerate(views)}

    model.apply(checks, list(checks), NOW)

    ordered = sorted(
        checks.values(),
        key=lambda v: (rank(Row(v, NOW)), v.next_ping, v.name.casefold(), v.slug),
    )
    assert list(model.slugs()) == [v.slug for v in ordered]
