"""A run that did nothing, on purpose, answers its slot and is no success; who only skips is told of."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.core.state import history, operate
from pulsetui.core.state.status import Outcome
from tests.core.ladder import Ladder, at

NIGHTLY = "0 2 * * *"


def test_a_skipped_run_answers_its_slot_and_is_no_success() -> None:
    check = Ladder(NIGHTLY)
    check.ping("success", "02:00")
    check.ping("skip", "+1 02:00", why="lock held by pid 123")
    assert check.until("+1 12:00") == "up"
    assert check.state.last_success == at("02:00")
    run = check.runs[2]
    assert (run.outcome, run.detail, run.slot) == (Outcome.SKIPPED, "lock held by pid 123", at("+1 02:00"))
    assert [mark.letter for mark in history.marks(check.state.history)] == ["s", "k"]
    assert check.until("+2 02:30") == "down missed", "the next slot is expected as ever"


def test_the_second_skip_in_a_row_takes_it_down_and_says_why() -> None:
    check = Ladder(NIGHTLY)
    check.ping("success", "02:00")
    check.ping("skip", "+1 02:00")
    check.ping("skip", "+2 02:00", why="lock held by pid 123")
    assert check.status("+2 02:00") == "down skipped"
    assert check.state.detail == "skipped 2 runs in a row: lock held by pid 123"
    check.ping("skip", "+3 02:00", why="lock held by pid 123")
    assert check.state.detail == "skipped 3 runs in a row: lock held by pid 123"
    assert len(check.flips) == 2, "it is told once"
    check.ping("success", "+4 02:00")
    assert check.status("+4 02:00") == "up"
    assert (check.state.skips, check.state.skip_why) == (0, "")


def test_a_frequent_job_is_not_told_of_before_its_grace_is_over() -> None:
    check = Ladder("5m", grace=60)
    check.ping("success", "02:00")
    for minute in range(5, 65, 5):
        when = f"02:{minute:02}" if minute < 60 else "03:00"
        check.ping("skip", when)
        assert check.status(when) == "up"
    check.ping("skip", "03:05")  # due was 02:05
    assert check.status("03:05") == "down skipped"


def test_a_job_that_keeps_silent_after_a_skip_is_overdue() -> None:
    check = Ladder("5m", grace=60)
    check.ping("success", "02:00")
    check.ping("skip", "02:05")
    assert check.until("03:10") == "down missed"


def test_a_run_that_holds_the_lock_is_judged_by_its_own_bound() -> None:
    check = Ladder("10m", grace=5, max_runtime=90)
    check.ping("start", "02:00", 1)
    for minute in range(10, 60, 10):
        check.ping("skip", f"02:{minute}", 100 + minute)
    assert check.status("02:50") == "new"
    check.ping("success", "02:55", 1)
    assert check.status("02:55") == "up"
    check.ping("start", "03:05", 2)
    for minute in range(15, 60, 10):
        check.ping("skip", f"03:{minute}", 200 + minute)
    assert check.until("04:34") != "down hung"
    assert check.until("04:35").startswith("down")


def test_runs_that_begin_and_never_end_put_the_alarm_off_only_once() -> None:
    """Each start is another pending run, and each is given up in silence."""
    check = Ladder("10m", grace=60)
    check.ping("success", "02:00")
    for n in range(1, 15):
        hour, minute = divmod(n * 10, 60)
        check.ping("start", f"{2 + hour:02}:{minute:02}", n)
        check.ping("skip", f"{2 + hour:02}:{minute:02}:01")
    assert check.status("04:21").startswith("down")


def test_a_skip_ends_the_run_of_its_run_id() -> None:
    check = Ladder("4h", max_runtime=10)
    check.ping("start", "02:00", 1)
    check.ping("start", "02:01", 2)
    check.ping("skip", "02:02", 2)
    assert [run.n for run in check.state.runs] == [1]
    assert check.runs[2].outcome is Outcome.SKIPPED


def test_the_same_skip_told_twice_counts_once() -> None:
    check = Ladder("4h")
    check.ping("success", "02:00")
    check.ping("skip", "06:00", 1)
    check.ping("skip", "06:00:02", 1)
    assert check.state.skips == 1


def test_a_wrapper_that_only_knows_of_the_end_makes_no_success_of_a_skip() -> None:
    """``pulsetui run`` around a program that says ``skip`` itself: both have one run id."""
    check = Ladder("4h")
    for n, hour in enumerate((4, 8)):
        check.ping("start", f"0{hour}:00", n)
        check.ping("skip", f"0{hour}:01", n)
        check.ping("success", f"0{hour}:01:01", n)
    assert check.status("08:02") == "down skipped"
    assert [run.outcome for run in check.runs.values()] == [Outcome.SKIPPED] * 2


def test_a_skip_ends_no_incident_and_clears_no_failures() -> None:
    check = Ladder("1h", failures_before_down=2)
    check.ping("fail", "01:00")
    check.ping("skip", "02:00")
    check.ping("fail", "03:00")
    assert check.status("03:00") == "down failed"
    check.ping("skip", "04:00")
    assert check.status("04:00") == "down failed"
    check.ping("skip", "05:00")
    assert check.status("05:00") == "down skipped", "it failed, and now it does not even try"


def test_a_fail_between_two_skips_is_told_as_what_it_is() -> None:
    check = Ladder("1h")
    check.ping("skip", "01:00")
    check.ping("fail", "02:00")
    check.ping("skip", "03:00")
    assert check.status("03:00") == "down failed"


def test_a_skip_resumes_nothing() -> None:
    check = Ladder("1h")
    check.ping("success", "01:00")
    check.pause("01:30")
    for hour in range(2, 8):
        check.ping("skip", f"0{hour}:00")
    assert check.until("09:00") == "paused"


def test_a_check_that_never_did_anything_but_skip_is_told_of() -> None:
    for waits in (True, False):
        check = Ladder(NIGHTLY, wait_for_first=waits)
        check.ping("skip", "02:00")
        assert check.until("12:00") == "new"
        check.ping("skip", "+1 02:00")
        assert check.until("+1 02:00") == "down skipped"


def test_a_clock_that_was_ahead_tolerates_no_skips_for_a_year() -> None:
    check = Ladder("1h")
    check.ping("skip", "+300 02:00")
    check.set_back("+300 02:01", "02:00")
    for hour in (3, 4, 5):
        check.ping("skip", f"0{hour}:00")
    assert check.status("05:00") == "down skipped"


def test_an_edit_counts_the_period_from_the_skip() -> None:
    check = Ladder("24h", grace=30)
    check.ping("success", "10:00")
    check.ping("skip", "+1 10:00")
    check.redefine("+1 10:30", "25h")
    assert check.state.due == at("+2 11:00")


def test_a_late_skip_out_of_the_spool_judges_nothing() -> None:
    check = Ladder("1h")
    check.ping("success", "03:00")
    check.ping("skip", "01:00", now="03:10")
    assert (check.state.skips, check.runs[2].outcome) == (0, Outcome.SKIPPED)


schedules = st.sampled_from(["15m", "1h", "0 * * * *", "*/20 * * * *", NIGHTLY])


@given(
    schedules,
    st.integers(1, 180),
    st.integers(1, 4),
    st.lists(st.sampled_from(["success", "start", "fail", "log"]), max_size=6),
)
def test_a_job_that_only_skips_is_down_soon_and_no_sooner_than_one_that_is_silent(
    schedule: str, grace: int, before_down: int, begun: list[str]
) -> None:
    skips, silent = (
        Ladder(schedule, grace=grace, skips_before_down=before_down, wait_for_first=False) for _ in range(2)
    )
    for n, kind in enumerate(begun):
        when = f"00:{n * 5:02}"
        for one in (skips, silent):
            one.until(when)
            one.ping(kind, when, None if kind == "log" else n // 2)
    began_down = skips.status("00:30").startswith("down")
    now = at("00:30")
    for _ in range(before_down + 2 + 2 * grace // 15):
        due = skips.check.schedule.next(skips.check.schedule.slot(now, timedelta(0)))
        assert due is not None
        now = due
        text = f"+{(now - at('00:00')).days} {now:%H:%M}"
        skips.until(text)
        skips.ping("skip", text)
        if skips.status(text) == "down skipped" and not began_down:
            assert silent.until(text).startswith("down"), "silence would have been told of by now"
    assert skips.status(text).startswith("down")


@pytest.mark.parametrize("act", ["refused", "pause"])
def test_what_cannot_be_known_counts_no_skips_on(act: str) -> None:
    check = Ladder("1h")
    check.ping("success", "01:00")
    check.ping("skip", "02:00")
    if act == "refused":
        check.take(operate.forgive(check.check, check.state, at("03:00"), None))
    else:
        check.pause("02:30")
        check.resume("02:40")
    assert check.state.skips == 0
