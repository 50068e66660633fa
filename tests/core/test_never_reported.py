"""A check without any report is expected like every other: silence from the first day on is silence."""

from __future__ import annotations

import pytest

from pulsetui.core.state.status import Reason, Status
from tests.core.ladder import Ladder, at

NIGHTLY = "0 2 * * *"


@pytest.mark.parametrize(
    ("schedule", "late", "down"),
    [
        (NIGHTLY, "02:00", "02:30"),  # added at midnight: its first instant is today's
        ("15m", "00:15", "00:45"),
        ("*/20 * * * *", "00:20", "00:50"),
    ],
)
def test_what_never_reports_is_late_from_its_first_due_and_then_down(
    schedule: str, late: str, down: str
) -> None:
    check = Ladder(schedule, wait_for_first=False, grace=30)
    assert check.status("00:00") == "new"
    assert check.wake("00:00") == at(late)
    assert check.until(late) == "late"
    assert check.wake(late) == at(down)
    assert check.until(down) == "down never"
    assert check.told == [f"{down} new>down"]


def test_its_detail_says_since_when_and_where_to_look() -> None:
    check = Ladder(NIGHTLY, wait_for_first=False, grace=30)
    check.until("03:00")
    assert check.state.detail == (
        "no report since it was added on Fri 2026-11-20 00:00 UTC: is its crontab line there?"
    )


def test_all_that_it_missed_is_listed_and_its_first_success_ends_the_incident() -> None:
    check = Ladder(NIGHTLY, wait_for_first=False, grace=30)
    check.until("+2 12:00")
    assert check.incidents[1].missed == (at("02:00"), at("+1 02:00"), at("+2 02:00"))
    check.ping("success", "+2 12:01")
    assert check.status("+2 12:01") == "up"
    assert check.incidents[1].ended_at == at("+2 12:01")


def test_a_check_that_waits_for_its_first_report_stays_new_and_silent() -> None:
    check = Ladder(NIGHTLY, wait_for_first=True, grace=30)
    assert check.until("+9 00:00") == "new"
    assert check.wake("+9 00:00") is None
    check.ping("success", "+9 02:01")
    assert check.until("+10 02:30") == "down missed"


def test_its_first_report_within_the_grace_is_good_and_counts_for_that_slot() -> None:
    check = Ladder(NIGHTLY, wait_for_first=False, grace=30)
    check.ping("success", "02:29")
    assert check.told == ["02:29 new>up"]
    assert check.state.due == at("+1 02:00")


def test_one_added_between_two_instants_is_expected_at_the_next() -> None:
    check = Ladder(NIGHTLY, wait_for_first=False, grace=30, born="02:10")
    assert check.until("23:59") == "new"
    assert check.until("+1 02:30") == "down never"


def test_a_start_is_a_report_and_its_run_is_judged_as_any_other() -> None:
    check = Ladder(NIGHTLY, wait_for_first=False, grace=30, max_runtime=90)
    check.ping("start", "02:01", 1)
    assert check.until("03:30") == "late"
    assert check.until("03:31") == "down hung"


def test_a_start_without_an_end_is_missed_at_the_deadline_and_not_never() -> None:
    check = Ladder(NIGHTLY, wait_for_first=False, grace=30)
    check.ping("start", "01:40")  # of another day's work, by hand: its own bound is later
    check.state.runs = ()
    check.state.pending = None
    assert check.until("02:30") == "down missed"


def test_log_lines_are_no_report() -> None:
    check = Ladder(NIGHTLY, wait_for_first=False, grace=30)
    check.ping("log", "02:05")
    assert check.until("02:30") == "down never"


def test_what_the_deadline_of_nobody_watched_forgives_it_once() -> None:
    check = Ladder(NIGHTLY, wait_for_first=False, grace=30)
    check.skip("01:00", "07:00")
    assert check.state.unwatched
    assert check.until("23:00") == "new"
    assert check.until("+1 02:30") == "down never"


# --- after a pause -----------------------------------------------------------------------------------


def test_after_a_resume_it_is_expected_as_if_just_added() -> None:
    check = Ladder(NIGHTLY, wait_for_first=False, grace=30)
    check.ping("success", "02:05")
    check.pause("03:00")
    check.resume("+3 10:00")
    assert check.until("+4 01:59") == "new"
    assert check.until("+4 02:29") == "late"
    assert check.until("+4 02:30") == "down never"
    assert "resumed on Mon 2026-11-23 10:00" in check.state.detail


def test_a_resume_keeps_what_is_known_of_it() -> None:
    check = Ladder(NIGHTLY, wait_for_first=False, grace=30)
    check.ping("success", "02:05")
    check.pause("03:00")
    check.resume("03:01")
    assert (check.state.last_ping, check.state.last_success) == (at("02:05"), at("02:05"))
    assert check.state.history[0::2] == "s"


def test_a_pause_that_ends_an_incident_is_written_into_it() -> None:
    check = Ladder(NIGHTLY, wait_for_first=False, grace=30)
    check.until("03:00")
    check.pause("04:00", "root")
    assert check.incidents[1].closed_by == "pause, root"


def test_what_started_during_the_pause_cannot_hang_after_it() -> None:
    check = Ladder("1h", wait_for_first=False, grace=5)
    check.pause("00:00")
    check.ping("start", "00:00:10")
    check.resume("00:00:20")
    assert check.until("00:30") == "new"
    assert check.until("01:05:20") == "down never"


# --- edits -------------------------------------------------------------------------------------------


def test_from_now_on_it_does_not_wait_any_more() -> None:
    check = Ladder(NIGHTLY, wait_for_first=True, grace=30)
    check.until("+3 00:00")
    check.redefine("+3 10:00", wait_for_first=False, grace=30)
    assert check.until("+4 02:29") == "late"
    assert check.until("+4 02:30") == "down never"


@pytest.mark.parametrize("when", ["01:00", "02:10", "05:00"])
def test_to_let_it_wait_after_all_ends_the_alarm(when: str) -> None:
    check = Ladder(NIGHTLY, wait_for_first=False, grace=30)
    check.until(when)
    check.redefine(when, wait_for_first=True, grace=30)
    assert check.until("+9 00:00") == "new"
    assert check.state.incident is None


def test_a_state_from_before_this_rule_is_expected_from_the_upgrade_on() -> None:
    check = Ladder(NIGHTLY, wait_for_first=False, grace=30)
    check.state.slot = check.state.due = None
    check.state.limits = ""
    check.redefine("+3 10:00", grace=30)
    assert check.until("+4 02:30") == "down never"


def test_a_calendar_that_has_no_next_instant_is_new_for_ever() -> None:
    from pulsetui.core.schedule.calendar import Calendar

    check = Ladder(Calendar.parse("2020-01-01 10:00"), wait_for_first=False)
    assert check.until("+9 00:00") == "new"
    assert check.state.status is Status.NEW
    assert check.state.reason is not Reason.NEVER
