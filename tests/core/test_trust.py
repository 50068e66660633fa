"""What must neither hide an alarm nor raise a false one: acknowledgements, edits, odd orders, clocks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pulsetui.core.state import operate
from pulsetui.core.state.check import OnEvent
from pulsetui.core.state.incident import Acknowledgement
from pulsetui.core.state.status import Outcome, Reason
from tests.core.ladder import Ladder, at

NIGHTLY = "0 2 * * *"


# --- an acknowledgement covers its reason ------------------------------------------------------------


def test_an_acknowledged_failure_that_then_stops_is_loud_again() -> None:
    check = Ladder("1h", grace=10)
    check.ping("success", "01:00")
    check.ping("fail", "01:30", exit_status=1)
    check.acknowledge("01:31")
    assert check.until("02:39") == "down failed"
    assert check.until("02:40") == "down missed"
    assert check.state.incident is not None
    assert check.state.incident.acknowledgement is None
    assert check.told[-1] == "02:40 down>down"
    assert check.state.detail == (
        "no success within 10m after due (before that: exit status 1) (acknowledged by ops as failed before)"
    )


@pytest.mark.parametrize(
    ("first", "then", "loud"),
    [
        ("fail", "success that is unmet", True),
        ("fail", "fail", False),
        ("silence", "silence", False),
        ("silence", "fail", True),
        ("hang", "fail", True),
        ("silence", "hang", True),
    ],
)
def test_only_what_is_new_makes_an_acknowledged_incident_loud(first: str, then: str, loud: bool) -> None:
    check = Ladder("1h", grace=10, max_runtime=5, expect=["records >= 1"])

    def bring(what: str, hour: str) -> None:
        if what == "silence":
            check.until(f"{hour}:45")
        elif what == "hang":
            check.ping("start", f"{hour}:20", 1)
            check.until(f"{hour}:30")
        else:
            check.ping("fail" if what == "fail" else "success", f"{hour}:20")

    check.ping("success", "01:00", metrics={"records": 1})
    bring(first, "02")
    check.acknowledge("02:50")
    bring(then, "03")
    assert check.state.incident is not None
    assert (check.state.incident.acknowledgement is None) is loud


def test_an_acknowledgement_of_any_reason_stays() -> None:
    check = Ladder("1h", grace=10)
    check.ping("success", "01:00")
    check.ping("fail", "01:30")
    check.acknowledge("01:31", any_reason=True)
    assert check.until("05:00") == "down missed"
    assert check.state.incident is not None
    assert check.state.incident.acknowledgement is not None


def test_an_acknowledgement_of_before_this_rule_covers_what_was_wrong_then() -> None:
    check = Ladder("1h", grace=10)
    check.ping("success", "01:00")
    check.ping("fail", "01:30")
    check.take(operate.acknowledge(check.check, check.state, Acknowledgement(at=at("01:31"), by="ops")))
    check.ping("fail", "01:40")
    assert check.told[-1] == "01:30 up>down"
    assert check.until("05:00") == "down missed"
    assert check.told[-1] == "02:50 down>down"
    assert "acknowledged by ops as failed before" in check.flips[-1].detail


def test_silence_by_another_name_is_the_same_silence() -> None:
    check = Ladder(NIGHTLY, grace=60, start_grace=5, wait_for_first=False)
    assert check.until("03:00") == "down never"
    check.acknowledge("03:01")
    check.until("+2 12:00")
    assert check.state.incident is not None
    assert check.state.incident.acknowledgement is not None


def test_a_run_that_goes_on_at_the_deadline_is_no_silence() -> None:
    check = Ladder("*/15 * * * *", grace=10, max_runtime=60)
    check.ping("fail", "17:00:05")
    check.ping("start", "17:15:01", 1)
    assert check.until("17:40") == "down failed"


# --- an edit judges no time before it -----------------------------------------------------------------


@pytest.mark.parametrize("field", ["grace", "start_grace", "max_runtime"])
def test_a_span_that_an_edit_ends_in_the_past_ends_a_whole_span_after_the_edit(field: str) -> None:
    long: dict[str, Any] = {"grace": 60, field: 60}
    short: dict[str, Any] = {"grace": 60, field: 10}
    check = Ladder(NIGHTLY, **long)
    check.ping("success", "02:00")
    if field == "max_runtime":
        check.ping("start", "+1 02:00", 1)
    check.until("+1 02:40")
    check.redefine("+1 02:40", **short)
    assert check.until("+1 02:49:59") == "late"
    assert check.until("+1 02:50") in ("down missed", "down not_started", "down hung")
    assert check.flips[-1].at == at("+1 02:50")


def test_a_span_that_an_edit_ends_in_the_future_ends_there() -> None:
    check = Ladder(NIGHTLY, grace=60)
    check.ping("success", "02:00")
    check.redefine("+1 02:10", grace=30)
    assert check.until("+1 02:30") == "down missed"


def test_the_edit_of_a_span_matters_to_the_slots_of_before_only() -> None:
    check = Ladder(NIGHTLY, grace=60)
    check.ping("success", "02:00")
    check.redefine("+1 02:40", grace=10)
    check.ping("success", "+1 02:45")
    assert check.until("+2 02:10") == "down missed"


def test_an_edit_while_the_engine_is_off_is_an_edit() -> None:
    check = Ladder("1h", grace=300)
    check.ping("success", "01:00")
    check.redefine("04:00", grace=1)  # at the start, with the state of before
    check.skip("03:50", "04:00")
    assert check.until("04:00:59") == "late"
    assert check.until("04:01") == "down missed"


# --- runs that end out of order ------------------------------------------------------------------------


def test_a_run_that_ends_after_its_bound_is_known_by_its_id_while_another_is_pending() -> None:
    check = Ladder("1h", grace=1, expect=["duration < 5m"])
    check.ping("start", "01:00", 1)
    check.ping("start", "01:00:40", 2)
    check.ping("success", "01:01:05", 1)
    assert check.status("01:01:05") == "up"
    assert check.runs[1].outcome is Outcome.SUCCESS
    assert check.runs[1].duration is not None
    assert check.runs[1].duration.total_seconds() == 65
    assert sorted(check.runs) == [1, 2]
    assert check.state.history[0::2] == "s"


def test_a_run_that_hung_is_known_when_another_was_good_in_between() -> None:
    check = Ladder("1h", grace=1)
    check.ping("start", "01:00", 1)
    check.until("01:02")
    check.ping("start", "01:03", 2)
    check.ping("success", "01:04", 2)
    check.ping("success", "01:10", 1)
    assert check.runs[1].outcome is Outcome.SUCCESS
    assert sorted(check.runs) == [1, 2]
    check.ping("success", "01:10:01", 1)
    assert sorted(check.runs) == [1, 2]


def test_the_duration_is_that_of_the_last_run_or_not_known() -> None:
    check = Ladder("1h")
    check.ping("start", "01:00")
    check.ping("success", "01:00:02")
    durations = [check.state.last_duration]
    check.ping("success", "01:00:10")
    durations.append(check.state.last_duration)
    check.ping("start", "02:00")
    check.ping("fail", "02:00:03")
    durations.append(check.state.last_duration)
    assert durations == [timedelta(seconds=2), None, timedelta(seconds=3)]


# --- the same success sent again -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gap", "source", "run", "twice"),
    [
        ("00", "127.0.0.1", None, False),
        ("12", "127.0.0.1", None, False),
        ("16", "127.0.0.1", None, True),
        ("05", "10.0.0.7", None, True),  # another host ran it
        ("05", "127.0.0.1", 7, True),  # another run says so itself
        ("05", "", None, True),  # nothing is known of the sender
    ],
)
def test_an_answer_that_was_lost_is_no_second_run(
    gap: str, source: str, run: int | None, twice: bool
) -> None:
    check = Ladder("4h", min_interval=60, on_duplicate=OnEvent.DOWN)
    check.ping("success", "01:00", source="127.0.0.1" if source else "")
    check.ping("success", f"01:00:{gap}", run, source=source)
    assert check.status("01:01") == ("down ran_twice" if twice else "up")


def test_an_overlap_is_noted_once_until_a_run_overlaps_nothing() -> None:
    check = Ladder("1h", max_runtime=600)
    check.ping("start", "01:00", 1)
    for n in range(2, 6):
        check.ping("start", f"01:{n}0", n)
        check.ping("success", f"01:{n}5", n - 1)
    assert len(check.notes) == 1
    check.ping("success", "02:05", 5)
    check.ping("start", "02:10", 6)
    check.ping("success", "02:11", 6)
    assert check.state.noted == ""
    check.ping("start", "03:00", 7)
    check.ping("start", "03:10", 8)
    assert len(check.notes) == 2


# --- nobody watched, twice -----------------------------------------------------------------------------


def test_a_second_deadline_that_nobody_watched_takes_it_down() -> None:
    check = Ladder(NIGHTLY, grace=10)
    check.ping("success", "02:05")
    check.skip("+1 01:50", "+1 02:30")
    assert check.state.unwatched
    check.skip("+2 01:50", "+2 02:30")
    assert check.status("+2 02:30") == "down missed"
    assert check.flips[-1].at == at("+2 02:10")
    assert check.state.detail.startswith("not heard of since Fri 2026-11-20 02:05 UTC")
    assert check.incidents[1].missed == (at("+2 02:00"),)
    assert check.state.due == at("+3 02:00")


def test_one_long_span_is_forgiven_however_many_deadlines_passed_in_it() -> None:
    check = Ladder("15m", grace=5)
    check.ping("success", "10:00")
    check.skip("10:01", "+1 10:01")
    assert check.state.unwatched
    assert check.status("+1 10:01") == "up"


def test_a_report_in_between_begins_the_count_anew() -> None:
    check = Ladder(NIGHTLY, grace=10)
    check.ping("success", "02:05")
    check.skip("+1 01:50", "+1 02:30")
    check.ping("success", "+1 12:00")
    check.skip("+2 01:50", "+2 02:30")
    assert check.status("+2 02:30") == "up"
    assert check.state.unwatched


def test_a_fail_or_a_run_in_between_is_heard_too() -> None:
    check = Ladder(NIGHTLY, grace=10, failures_before_down=2)
    check.ping("success", "02:05")
    check.skip("+1 01:50", "+1 02:30")
    check.ping("fail", "+1 12:00")
    check.skip("+2 01:50", "+2 02:30")
    assert check.status("+2 02:30") == "up"


# --- a clock that was set back -------------------------------------------------------------------------


def test_a_boot_with_a_wrong_clock_forgets_nothing() -> None:
    check = Ladder(NIGHTLY, grace=30)
    check.ping("success", "02:40")
    check.set_back("02:45", "-9000 00:00")
    assert (check.state.last_ping, check.state.since) == (at("02:40"), at("02:40"))
    assert check.state.due == at("-9000 02:00")  # by that clock
    check.skip("-9000 00:01", "03:10")
    assert check.state.due == at("+1 02:00")
    assert not check.state.unwatched
    assert check.state.history[0::2] == "s"
    assert check.until("+1 02:30") == "down missed"


def test_a_run_that_was_going_on_is_measured_by_the_clock_that_was_right() -> None:
    check = Ladder(NIGHTLY, grace=30, max_runtime=60)
    check.ping("success", "02:10")
    check.ping("start", "+1 02:00", 1)
    check.set_back("+1 02:10", "-9000 00:00")
    check.skip("-9000 00:01", "+1 02:20")
    check.ping("success", "+1 02:25", 1)
    assert check.state.last_duration is not None
    assert check.state.last_duration.total_seconds() == 25 * 60


def test_a_run_of_a_clock_that_was_ahead_hangs_by_the_one_that_is_right() -> None:
    check = Ladder("4h", grace=30)
    check.ping("start", "+300 02:00", 1)
    check.set_back("+300 02:01", "02:10")
    assert check.until("02:40") == "down hung"


@pytest.mark.parametrize(
    ("schedule", "due"),
    [
        ("0 10 * * *", "+1 10:00"),  # cron runs it once, whatever a small step does
        ("*/5 * * * *", "10:00"),  # a wildcard job goes by the new clock
        ("1h", "10:59"),
    ],
)
def test_after_a_small_step_back_what_ran_already_is_not_expected_again(schedule: str, due: str) -> None:
    check = Ladder(schedule, grace=30)
    check.ping("success", "10:00:20")
    check.set_back("10:01", "09:59")
    assert check.state.due == at(due)


def test_a_slot_that_runs_again_after_a_step_back_is_answered_again() -> None:
    check = Ladder("*/5 * * * *", grace=2)
    check.ping("success", "10:00:20")
    check.set_back("10:01", "09:59")
    check.ping("success", "10:00:20")
    assert check.until("10:04") == "up"
    assert check.state.due == at("10:05")


@pytest.mark.parametrize("schedule", [NIGHTLY, "*/5 * * * *", "1h", "24h"])
def test_a_step_back_that_is_undone_leaves_no_trace(schedule: str) -> None:
    check = Ladder(schedule, grace=30)
    check.ping("success", "10:00:20")
    due = check.state.due
    check.set_back("10:01", "08:30")
    check.skip("08:31", "10:02")
    assert check.state.due == due
    assert not check.state.unwatched


def test_a_clock_that_stays_back_is_watched_by() -> None:
    check = Ladder("1h", grace=10)
    check.ping("success", "10:00")
    check.set_back("10:01", "08:30")
    assert check.until("09:40") == "down missed"


def test_reasons_that_mean_a_run_too_many_have_words_of_their_own() -> None:
    check = Ladder("4h", max_runtime=60, on_overlap=OnEvent.DOWN)
    check.ping("start", "01:00", 1)
    check.ping("start", "01:10", 2)
    assert check.state.reason is Reason.OVERLAP
