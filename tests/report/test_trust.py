"""What a report on trust counts: each instant once, nothing unknown as good, and nobody's markup."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pulsetui.client.trust import Counts
from pulsetui.client.views import IncidentView, RunView
from pulsetui.core.state.status import Outcome
from pulsetui.report.trust import MAX_SLOTS, History, trust, trust_row
from pulsetui.report.trust_text import CSV_HEADER, trust_csv, trust_json, trust_markdown
from tests.cli.samples import HOSTILE, NOW, OPEN, RUN, UP

DAY = timedelta(days=1)
SINCE = NOW - 7 * DAY  # Monday the 9th, 09:00 in Riga
NIGHTS = [datetime(2026, 11, day, tzinfo=UTC) for day in range(10, 17)]  # 02:00 in Riga


def run(slot: datetime, outcome: Outcome = Outcome.SUCCESS, n: int = 1, **changes: object) -> RunView:
    made = replace(
        RUN, n=n, started_at=slot, ended_at=slot + timedelta(minutes=4), slot=slot, outcome=outcome
    )
    return replace(made, **changes)


def nightly(*runs: RunView, incidents: Sequence[IncidentView] = ()) -> History:
    """A check at 02:00 in Riga, each night; ``runs`` are oldest first."""
    view = replace(UP, schedule_kind="cron", schedule="0 2 * * *", created_at=NOW - 90 * DAY)
    return History(view=view, runs=runs, incidents=tuple(incidents))


def test_each_night_is_counted_by_what_became_of_it() -> None:
    outcomes = (
        Outcome.SUCCESS,
        Outcome.FAILED,
        Outcome.HUNG,
        Outcome.UNMET,
        Outcome.TOO_SHORT,
        Outcome.SKIPPED,
    )
    runs = [run(night, outcome) for night, outcome in zip(NIGHTS, outcomes, strict=False)]
    missed = replace(OPEN, missed=NIGHTS[6:], missed_count=1)

    total = trust_row(nightly(*runs, incidents=[missed]), SINCE, NOW).total
    assert total == Counts(good=1, failed=2, zero_work=2, skipped=1, missed=1)
    assert (total.expected, total.reliable) == (7, 16)  # a sixth: a skipped run is neither good nor bad


def test_what_nothing_is_on_record_of_is_not_known_and_what_nobody_watched_is_not_either() -> None:
    spans = [(NIGHTS[1] - timedelta(hours=1), NIGHTS[1] + timedelta(hours=3), "restart")]
    row = trust_row(replace(nightly(run(NIGHTS[0])), unwatched=spans), SINCE, NOW)

    assert row.total == Counts(good=1, not_watched=1, unknown=5)
    assert row.total.reliable == 100
    assert [one.counts.reliable for one in row.days] == [100, *[None] * 6]


def test_a_good_run_after_the_deadline_is_late_and_neither_good_nor_missed() -> None:
    end = NIGHTS[0] + timedelta(hours=5)
    overdue = NIGHTS[0] + timedelta(minutes=30)
    silent = replace(OPEN, missed=(), missed_count=0, started_at=overdue, ended_at=end)
    late = run(NIGHTS[0], started_at=end, ended_at=end)

    total = trust_row(nightly(late, incidents=[silent]), SINCE, end + timedelta(hours=1)).total
    assert total == Counts(late=1)
    assert total.reliable == 0


def test_a_late_report_of_a_period_is_late_too() -> None:
    end = NIGHTS[0]
    silent = replace(OPEN, missed=(), missed_count=0, started_at=end - timedelta(hours=1), ended_at=end)
    made = nightly(run(end, started_at=None, ended_at=end), incidents=[silent])
    made = replace(made, view=replace(made.view, schedule_kind="every", schedule="1d"))

    assert trust_row(made, SINCE, NOW).total == Counts(late=1)


def test_the_last_run_for_an_instant_counts_and_a_second_good_one_is_told() -> None:
    again = run(NIGHTS[1], n=4, duplicate=True)
    made = nightly(run(NIGHTS[0], Outcome.FAILED), run(NIGHTS[0], n=2), run(NIGHTS[1], n=3), again)

    assert trust_row(made, SINCE, NIGHTS[1] + DAY / 2).total == Counts(good=2, twice=1)


def test_runs_by_another_schedule_are_not_counted_again_as_unknown_by_the_one_of_today() -> None:
    by_a_period = [run(night + timedelta(minutes=3, seconds=n), n=n) for n, night in enumerate(NIGHTS, 1)]

    assert trust_row(nightly(*by_a_period), SINCE, NOW).total == Counts(good=7)
    assert trust_row(nightly(*by_a_period[1:]), SINCE, NOW).total == Counts(good=6, unknown=1)


def test_nothing_is_said_of_a_run_that_goes_on_or_of_a_deadline_to_come() -> None:
    made = nightly(run(NIGHTS[0], Outcome.RUNNING, ended_at=None))

    assert trust_row(made, SINCE, NIGHTS[1] + timedelta(minutes=29)).days == ()
    assert trust_row(made, SINCE, NIGHTS[1] + timedelta(minutes=30)).total == Counts(unknown=1)


def test_a_new_check_owes_nothing_from_before_but_its_first_run_counts() -> None:
    made = nightly(run(NIGHTS[5], started_at=NIGHTS[5] + timedelta(hours=3)))
    made = replace(made, view=replace(made.view, created_at=NIGHTS[5] + timedelta(hours=2)))

    assert trust_row(made, SINCE, NIGHTS[6]).total == Counts(good=1)


def test_days_are_those_of_the_checks_own_clock() -> None:
    just_after_midnight = datetime(2026, 11, 9, 22, 10, tzinfo=UTC)
    row = trust_row(nightly(run(just_after_midnight)), SINCE, NIGHTS[0] - timedelta(hours=1))

    assert [one.day for one in row.days] == [date(2026, 11, 10)]


def test_what_may_have_been_forgotten_is_not_counted_and_said() -> None:
    runs = [run(night, n=n) for n, night in enumerate(NIGHTS, 1)]
    kept_from = NIGHTS[5] + timedelta(microseconds=1)
    row = trust_row(replace(nightly(*runs), kept_from=kept_from), SINCE, NOW)

    assert row.known_from == kept_from
    assert row.total == Counts(good=1)
    assert "backup: what was before Sun 2026-11-15 02:00 EET is no longer known" in trust_markdown(
        trust([row], SINCE, NOW)
    )


def test_misses_that_an_incident_only_counts_are_counted() -> None:
    step = timedelta(minutes=1)
    listed = tuple(NOW - 1000 * step + n * step for n in range(500))
    dead = replace(OPEN, missed=listed, missed_count=1000, started_at=listed[0])
    every = replace(UP, schedule_kind="every", schedule="1m", created_at=NOW - 90 * DAY)
    cron = replace(every, schedule_kind="cron", schedule="* * * * *", grace=60.0)

    row = trust_row(replace(nightly(incidents=[dead]), view=every), SINCE, NOW)
    assert row.total.missed == 1000
    row = trust_row(replace(nightly(incidents=[dead]), view=cron), NOW - 1000 * step, NOW)
    assert row.total == Counts(missed=1001 - 1)


def test_a_long_silence_is_told_by_its_newest_part() -> None:
    view = replace(UP, schedule_kind="cron", schedule="* * * * *", created_at=NOW - 90 * DAY, grace=60.0)
    row = trust_row(replace(nightly(), view=view), NOW - 60 * DAY, NOW)

    assert row.known_from == NOW - timedelta(minutes=MAX_SLOTS - 1)
    assert row.total.unknown == MAX_SLOTS - 1  # the newest is within its grace


@given(
    st.lists(st.tuples(st.integers(0, 6), st.sampled_from(list(Outcome))), max_size=30),
    st.sets(st.integers(0, 6)),
    st.sets(st.integers(0, 6)),
)
def test_every_night_is_counted_once_and_none_without_a_good_run_is_good(
    ran: list[tuple[int, Outcome]], missed: set[int], unwatched: set[int]
) -> None:
    runs = [run(NIGHTS[night], outcome, n) for n, (night, outcome) in enumerate(sorted(ran), 1)]
    incident = replace(OPEN, missed=tuple(NIGHTS[n] for n in sorted(missed)), missed_count=len(missed))
    spans = [(NIGHTS[n], NIGHTS[n] + timedelta(hours=1), "suspend") for n in unwatched]
    row = trust_row(replace(nightly(*runs, incidents=[incident]), unwatched=spans), SINCE, NOW)

    good = {night for night, outcome in ran if outcome is Outcome.SUCCESS} - missed
    going_on = 7 - row.total.expected
    assert 0 <= going_on <= len({night for night, outcome in ran if outcome is Outcome.RUNNING} - missed)
    assert row.total.missed == len(missed)
    assert row.total.good <= len(good)
    assert row.total.not_watched == len(unwatched - missed - {night for night, _ in ran})
    assert row.total.reliable != 100 or not missed


@pytest.mark.parametrize(("good", "failed", "percent"), [(999, 1, 99), (3, 0, 100), (0, 2, 0), (0, 0, None)])
def test_a_hundred_percent_means_all(good: int, failed: int, percent: int | None) -> None:
    assert Counts(good=good, failed=failed).reliable == percent


def test_the_forms_say_the_same() -> None:
    made = trust([trust_row(nightly(run(NIGHTS[0]), run(NIGHTS[1], Outcome.FAILED)), SINCE, NOW)], SINCE, NOW)

    (check,) = json.loads(trust_json(made))["checks"]
    rows = list(csv.DictReader(io.StringIO(trust_csv(made))))
    assert (check["expected"], check["good"], check["failed"], check["unknown"]) == (7, 1, 1, 5)
    assert check["reliable_percent"] == 50
    assert check["days"][0]["day"] == rows[0]["day"] == "2026-11-10"
    assert tuple(rows[0]) == CSV_HEADER
    assert [row["reliable_percent"] for row in rows] == ["100", "0", *[""] * 5]
    lines = trust_markdown(made).splitlines()
    assert "| backup | 50 % | 7 | 1 | 1 | 0 | 0 | 0 | 0 | 0 | 5 | 0 | 100 % | 0 % |" in lines[6]


def test_names_from_outside_are_no_markup() -> None:
    made = trust([trust_row(replace(nightly(run(NIGHTS[0])), view=HOSTILE), SINCE, NOW)], SINCE, NOW)

    for text in (trust_markdown(made), trust_json(made), trust_csv(made)):
        assert not {"\x1b", "\x07", "\u202e"} & set(text)
