"""The state machine, told as ladders of instants that a reader can check by eye."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from pulsetui.core.schedule.period import Every
from pulsetui.core.state.check import OnEvent
from pulsetui.core.state.status import Outcome, PingKind, Reason, Status
from tests.core.ladder import Ladder, at

NIGHTLY = "0 2 * * *"


# --- the base: what Healthchecks does ----------------------------------------------------------------


def test_a_period_check_is_up_then_late_then_down_at_its_exact_instants() -> None:
    check = Ladder("1h", grace=30)
    check.ping("success", "01:00")
    assert [check.status(t) for t in ("01:00", "01:59:59", "02:00")] == ["up", "up", "late"]
    assert check.until("02:29:59") == "late"
    assert check.until("02:30") == "down missed"
    assert check.told == ["01:00 new>up", "02:30 up>down"]


def test_a_flip_carries_the_deadline_and_not_the_moment_it_was_noticed() -> None:
    check = Ladder("1h", grace=30)
    check.ping("success", "01:00")
    check.until("09:00")
    assert check.flips[-1].at == at("02:30")


def test_a_new_check_that_waits_for_its_first_report_is_never_down_before_it() -> None:
    assert Ladder("1h", wait_for_first=True).until("+3 00:00") == "new"


def test_a_fail_takes_it_down_at_once_and_the_next_success_brings_it_back() -> None:
    check = Ladder("1h")
    check.ping("success", "01:00")
    check.ping("fail", "01:10", exit_status=3)
    assert check.status("01:10") == "down failed"
    assert check.state.detail == "exit status 3"
    check.ping("success", "01:20")
    assert check.status("01:20") == "up"
    assert check.incidents[1].ended_at == at("01:20")


def test_a_start_does_not_move_the_due_instant() -> None:
    check = Ladder("1h", grace=30)
    check.ping("success", "01:00")
    check.ping("start", "01:45")
    assert check.state.due == at("02:00")


@pytest.mark.parametrize("first", ["new", "paused"])
def test_a_start_that_does_not_finish_within_grace_hangs_whatever_the_status_before(first: str) -> None:
    check = Ladder("1h", grace=30)
    if first == "paused":
        check.pause("00:30")
    check.ping("start", "01:00")
    assert check.until("01:29:59") == first
    assert check.until("01:30") == "down hung"


def test_a_success_with_the_same_run_id_ends_its_run_and_measures_it() -> None:
    check = Ladder("1h")
    check.ping("start", "01:00", 7)
    check.ping("success", "01:12", 7)
    assert check.state.last_duration is not None
    assert check.state.last_duration.total_seconds() == 720
    assert check.runs[1].outcome is Outcome.SUCCESS
    assert check.state.runs == ()


def test_a_success_from_another_run_leaves_the_pending_start_in_place() -> None:
    check = Ladder("4h", grace=30)
    check.ping("start", "01:00", 1)
    check.ping("success", "01:05", 2)
    assert check.status("01:05") == "up"
    assert check.until("01:30") == "down hung"


def test_a_success_without_run_id_clears_a_pending_start_that_has_one() -> None:
    check = Ladder("4h", grace=30)
    check.ping("start", "01:00", 1)
    check.ping("success", "01:05")
    assert check.until("02:00") == "up"


def test_a_fail_from_another_run_clears_the_bound_but_does_not_close_this_run() -> None:
    check = Ladder("4h", grace=30)
    check.ping("start", "01:00", 1)
    check.ping("fail", "01:05", 2)
    assert [run.n for run in check.state.runs] == [1]
    check.ping("success", "01:10", 3)
    assert check.until("02:00") == "up"
    assert check.runs[1].outcome is Outcome.ORPHAN


def test_logs_are_counted_and_change_nothing() -> None:
    check = Ladder("1h")
    check.ping("log", "01:00")
    assert (check.state.n_pings, check.status("01:00")) == (1, "new")


def test_a_start_and_an_end_more_than_three_days_apart_have_no_duration() -> None:
    check = Ladder("4h", grace=30)
    check.ping("start", "01:00", 1)
    check.ping("success", "+3 01:01", 1)
    assert check.runs[1].duration is None


# --- cron slots --------------------------------------------------------------------------------------


def test_a_cron_check_is_due_at_the_next_slot_after_the_one_it_answered() -> None:
    check = Ladder(NIGHTLY, grace=30)
    check.ping("success", "02:10")
    assert check.state.due == at("+1 02:00")


@pytest.mark.parametrize(
    ("pinged", "due"),
    [
        ("01:59:20", "+1 02:00"),  # a host whose clock is fast: it answers the 02:00 slot
        ("01:58:59", "02:00"),  # too early for that: 02:00 is still to come
    ],
)
def test_the_early_window_of_a_success(pinged: str, due: str) -> None:
    check = Ladder(NIGHTLY)
    check.ping("success", pinged)
    assert check.state.due == at(due)


def test_the_early_window_belongs_to_the_start_when_it_is_known() -> None:
    check = Ladder("0 * * * *", max_runtime=120)
    check.ping("start", "01:00:05", 1)
    check.ping("success", "01:59:30", 1)
    assert check.state.due == at("02:00")


def test_a_run_that_goes_on_past_the_next_slot_answers_that_one_too() -> None:
    check = Ladder("0 * * * *", max_runtime=120)
    check.ping("start", "01:00:05", 1)
    check.ping("success", "02:10", 1)
    assert check.state.due == at("03:00")


# --- missed instants ---------------------------------------------------------------------------------


def missed(check: Ladder) -> list[datetime]:
    return list(check.incidents[1].missed)


def test_every_missed_night_is_listed() -> None:
    check = Ladder(NIGHTLY, grace=30)
    check.ping("success", "02:05")
    check.until("+3 12:00")
    assert check.state.incident is not None
    assert check.state.incident.missed == (at("+1 02:00"), at("+2 02:00"), at("+3 02:00"))
    check.ping("success", "+4 02:05")
    assert check.incidents[1].missed_count == 3
    assert check.status("+4 02:05") == "up"


def test_a_run_that_came_after_its_deadline_was_late_and_not_missed() -> None:
    check = Ladder(NIGHTLY, grace=30)
    check.ping("success", "02:05")
    check.ping("success", "+1 03:30")
    assert check.incidents[1].missed == ()
    assert check.told[1:] == ["02:30 up>down", "03:30 down>up"]


def test_nights_without_any_report_after_a_failure_are_missed_too() -> None:
    check = Ladder(NIGHTLY, grace=30)
    check.ping("fail", "02:05")
    check.until("+2 12:00")
    assert check.state.incident is not None
    assert check.state.incident.missed == (at("+1 02:00"), at("+2 02:00"))


def test_a_period_check_misses_the_steps_between_its_last_report_and_its_recovery() -> None:
    check = Ladder("15m", grace=5)
    check.ping("success", "10:00")
    check.ping("success", "10:41")
    assert check.incidents[1].missed == (at("10:15"),)  # 10:30 was answered, eleven minutes late


def test_slots_skipped_within_a_long_grace_are_marked_in_the_history() -> None:
    check = Ladder("0 * * * *", grace=300)
    check.ping("success", "01:00")
    check.ping("success", "04:00")
    assert check.state.history[0::2] == "smms"


def test_the_slot_of_a_hung_run_has_a_run_and_is_not_missed() -> None:
    check = Ladder("*/15 * * * *", grace=5, max_runtime=10)
    check.ping("success", "17:00:05")
    check.ping("start", "17:15:01", 1)
    assert check.until("17:25:01") == "down hung"
    assert check.until("17:34:59") == "down hung"
    assert missed(check) == []
    assert check.state.history[0::2] == "sh"
    check.until("17:35")
    assert missed(check) == [at("17:30")]  # nothing at all came for that one


def test_the_slot_of_a_hung_run_is_not_missed_when_the_next_run_is_good() -> None:
    check = Ladder("*/15 * * * *", grace=60, max_runtime=5)
    check.ping("success", "17:00:05")
    check.ping("start", "17:15:01", 1)
    check.until("17:20:01")
    check.ping("start", "17:30:01", 2)
    check.ping("success", "17:31", 2)
    assert missed(check) == []
    assert check.state.history[0::2] == "shs"


def test_the_run_of_a_period_check_that_hung_is_not_missed_too() -> None:
    check = Ladder("15m", grace=5, max_runtime=5)
    check.ping("success", "10:00")
    check.ping("start", "10:14", 1)
    assert check.until("10:20") == "down hung"
    assert missed(check) == []
    check.until("10:40")
    assert missed(check) == [at("10:29")]  # a period after the run that was there


def test_the_slot_of_a_run_that_goes_on_past_its_deadline_is_overdue_and_not_missed() -> None:
    check = Ladder("*/15 * * * *", grace=10)
    check.ping("success", "17:00:05")
    check.ping("start", "17:19", 1)
    assert check.until("17:25") == "down missed"
    assert missed(check) == []
    assert check.until("17:29") == "down hung"
    assert check.state.history[0::2] == "sh"
    check.ping("success", "17:29:30", 1)
    assert check.state.history[0::2] == "ss"


def test_a_run_that_ends_after_its_deadline_leaves_the_slot_before_it_missed() -> None:
    check = Ladder("*/15 * * * *", grace=10)
    check.ping("success", "16:45")
    check.until("17:12")
    check.ping("start", "17:19", 1)
    check.until("17:26")
    check.ping("success", "17:27", 1)
    assert missed(check) == [at("17:00")]
    assert check.state.history[0::2] == "sms"


def test_while_it_is_down_a_slot_whose_run_never_finished_is_not_missed() -> None:
    check = Ladder("*/15 * * * *", grace=40)
    check.ping("fail", "17:00:05")
    check.ping("start", "17:15:01")
    check.ping("start", "17:30:01")
    check.ping("success", "17:31")
    assert missed(check) == []
    assert check.state.history[0::2] == "fos"


# --- runs --------------------------------------------------------------------------------------------


def test_max_runtime_bounds_a_run_apart_from_grace() -> None:
    check = Ladder(NIGHTLY, grace=5, max_runtime=60)
    check.ping("success", "02:00")
    check.ping("start", "+1 02:00", 1)
    assert check.until("+1 02:59") == "late"
    assert check.until("+1 03:00") == "down hung"


@pytest.mark.parametrize("paused", [False, True], ids=["new", "paused"])
def test_a_first_run_that_hangs_lists_the_slots_that_pass_while_it_is_down(paused: bool) -> None:
    check = Ladder("*/10 * * * *", grace=2, max_runtime=1)
    if paused:
        check.pause("11:00")
    check.ping("start", "12:00")
    assert check.until("12:01") == "down hung"
    assert check.state.due == at("12:10")
    check.until("12:24")
    assert check.incidents[1].missed == (at("12:10"), at("12:20"))
    assert check.wake("12:24") == at("12:32")


def test_a_first_run_that_hangs_is_due_again_a_period_after_its_start() -> None:
    check = Ladder("1h", grace=30, max_runtime=10)
    check.ping("start", "01:00")
    assert check.until("01:10") == "down hung"
    assert check.state.due == at("02:00")
    check.until("03:30")
    assert check.incidents[1].missed == (at("02:00"), at("03:00"))


def test_a_hung_run_of_a_paused_and_resumed_check_does_not_bring_old_slots_back() -> None:
    check = Ladder("0 * * * *", grace=5, max_runtime=1)
    check.ping("success", "01:00")
    check.pause("01:30")
    check.resume("08:30")
    check.ping("start", "09:00")
    check.until("10:05")
    assert check.incidents[1].missed == (at("10:00"),)


def test_a_hung_run_may_still_finish() -> None:
    check = Ladder("4h", grace=30, max_runtime=10)
    check.ping("start", "01:00", 1)
    check.until("01:15")
    check.ping("success", "01:20", 1)
    assert check.status("01:20") == "up"
    assert check.runs[1].outcome is Outcome.SUCCESS
    assert check.state.history[0::2] == "s"


def test_a_start_that_never_finished_is_an_orphan_when_the_next_run_succeeds() -> None:
    check = Ladder("4h", max_runtime=10)
    check.ping("start", "01:00", 1)
    check.until("01:15")
    check.ping("start", "05:00", 2)
    check.ping("success", "05:05", 2)
    assert check.status("05:05") == "up"
    assert check.runs[1].outcome is Outcome.ORPHAN
    assert check.until("08:00") == "up"


def test_a_second_start_with_another_run_id_is_an_overlap() -> None:
    check = Ladder("4h", max_runtime=60)
    check.ping("start", "01:00", 1)
    check.ping("start", "01:10", 2)
    assert check.runs[2].overlaps == 1
    assert len(check.notes) == 1
    assert check.status("01:10") == "new"


def test_an_overlap_can_take_the_check_down() -> None:
    check = Ladder("4h", max_runtime=60, on_overlap=OnEvent.DOWN)
    check.ping("start", "01:00", 1)
    check.ping("start", "01:10", 2)
    assert check.status("01:10") == "down overlap"
    assert check.state.due == at("05:10")


def test_a_start_told_twice_is_one_run() -> None:
    check = Ladder("4h", max_runtime=60)
    check.ping("start", "01:00", 1)
    check.ping("start", "01:00:02", 1)
    assert len(check.state.runs) == 1
    assert check.notes == []


def test_a_success_told_twice_is_one_run_and_no_duplicate() -> None:
    check = Ladder("4h", min_interval=10)
    check.ping("success", "01:00", 1)
    check.ping("success", "01:00:02", 1)
    assert len(check.runs) == 1
    assert check.notes == []


@pytest.mark.parametrize(
    ("told_by_the_job", "told_around_it", "status", "detail"),
    [
        ("success", "success", "up", ""),
        ("fail", "success", "down failed", "exit status 3"),
        ("fail", "fail", "down failed", "exit status 3"),
        ("success", "fail", "down failed", "exit status 1"),
        ("skip", "success", "up", ""),
        ("skip", "fail", "down failed", "exit status 1"),
    ],
)
def test_of_an_end_told_twice_the_first_stands_but_for_a_failure_after_a_success(
    told_by_the_job: str, told_around_it: str, status: str, detail: str
) -> None:
    ladder = Ladder("4h", expect=["records >= 1"])
    ladder.ping("success", "01:00", 9, metrics={"records": 5})
    ladder.ping("start", "02:00", 1)
    exit_status = 3 if told_by_the_job == "fail" else 0
    ladder.ping(told_by_the_job, "02:10", 1, metrics={"records": 5}, exit_status=exit_status)
    exit_status = 1 if told_around_it == "fail" else 0
    ladder.ping(told_around_it, "02:10:20", 1, exit_status=exit_status)

    assert ladder.status("02:11") == status
    assert ladder.state.detail == detail
    assert ladder.state.last_metrics == {"records": 5}


def test_jobs_that_give_all_their_runs_one_id_are_heard_each_time() -> None:
    ladder = Ladder("10m", grace=1)
    for instant in ("02:00", "02:10", "02:20"):
        ladder.ping("success", instant, 1)

    assert ladder.status("02:29") == "up"


def test_runs_that_all_have_one_id_stand_in_the_list_each() -> None:
    ladder = Ladder("10m", grace=1)
    for instant in ("02:00", "02:10", "02:20"):
        assert ladder.ping("success", instant, 1).run is not None

    assert [run.ended_at for run in ladder.runs.values()] == [at("02:00"), at("02:10"), at("02:20")]
    assert ladder.state.history[::2] == "sss"


@pytest.mark.parametrize("schedule", ["30s", "* * * * *"])
def test_also_of_a_job_that_runs_each_minute_or_more_often_each_is_heard(schedule: str) -> None:
    ladder = Ladder(schedule, grace=timedelta(seconds=10))
    instants = (
        ["02:00:00", "02:00:30", "02:01:00", "02:01:30"] if schedule == "30s" else ["02:00", "02:01", "02:02"]
    )
    for instant in instants:
        assert ladder.until(instant) != "down missed"
        ladder.ping("success", instant, 1)
        ladder.ping("success", instant, 1)

    assert [run.ended_at for run in ladder.runs.values()] == [at(instant) for instant in instants]


def test_a_later_end_of_one_run_is_known_by_the_time_it_took() -> None:
    """The job reports itself in the middle; the program around it, when all is over."""
    ladder = Ladder("4h", expect=["records >= 1"], min_interval=60)
    ladder.ping("start", "02:00", 1)
    ladder.ping("success", "02:10", 1, metrics={"records": 5}, duration=timedelta(minutes=10))
    ladder.ping("success", "02:20", 1, duration=timedelta(minutes=20))

    (run,) = ladder.runs.values()
    assert (run.started_at, run.ended_at, run.duration) == (at("02:00"), at("02:20"), timedelta(minutes=20))
    assert (run.outcome, run.metrics) == (Outcome.SUCCESS, {"records": 5})
    assert (ladder.state.durations, ladder.state.history[::2]) == ((1200.0,), "s")
    assert (ladder.status("02:20"), ladder.notes) == ("up", [])


def test_a_number_that_only_the_program_around_the_job_knows_makes_the_run_good() -> None:
    ladder = Ladder("4h", expect=["records >= 1"])
    ladder.ping("start", "02:00", 1)
    ladder.ping("success", "02:10", 1)
    assert ladder.status("02:10") == "down unmet"
    ladder.ping("success", "02:10:01", 1, metrics={"records": 5}, duration=timedelta(minutes=10))

    assert ladder.status("02:11") == "up"
    assert [run.outcome for run in ladder.runs.values()] == [Outcome.SUCCESS]


def test_one_bad_run_that_is_told_twice_is_one_failure() -> None:
    ladder = Ladder("4h", failures_before_down=2)
    ladder.ping("success", "01:00", 9)
    ladder.ping("start", "02:00", 1)
    ladder.ping("success", "02:10", 1)
    ladder.ping("fail", "02:10:01", 1, exit_status=1)
    ladder.ping("fail", "02:20", 1, exit_status=1, duration=timedelta(minutes=20))

    assert (ladder.status("02:20"), ladder.state.failures) == ("up", 1)
    assert [run.outcome for run in ladder.runs.values()] == [Outcome.SUCCESS, Outcome.FAILED]
    assert ladder.state.history[::2] == "sf"


def test_one_good_run_that_is_told_twice_is_one_of_those_that_recovery_takes() -> None:
    ladder = Ladder("4h", successes_before_up=2)
    ladder.ping("fail", "01:00", 9)
    ladder.ping("start", "02:00", 1)
    ladder.ping("success", "02:10", 1)
    ladder.ping("success", "02:12", 1, duration=timedelta(minutes=12))
    assert ladder.status("02:12") == "down failed"
    ladder.ping("success", "06:10", 2)
    assert ladder.status("06:10") == "up"


def test_two_successes_within_min_interval_are_a_duplicate_run() -> None:
    check = Ladder("4h", min_interval=10)
    check.ping("success", "01:00", 1)
    check.ping("success", "01:05", 2)
    assert check.runs[2].duplicate
    assert check.notes == ["ran twice: a success 5m after the one before"]
    assert check.status("01:05") == "up"


def test_a_duplicate_run_can_take_the_check_down() -> None:
    check = Ladder("4h", min_interval=10, on_duplicate=OnEvent.DOWN)
    check.ping("success", "01:00", 1)
    check.ping("success", "01:05", 2)
    assert check.status("01:05") == "down ran_twice"


def test_no_start_within_start_grace_is_told_before_the_deadline() -> None:
    check = Ladder(NIGHTLY, grace=60, start_grace=5)
    check.ping("success", "02:00")
    assert check.until("+1 02:05") == "down not_started"


def test_a_start_within_start_grace_leaves_the_run_until_the_deadline() -> None:
    check = Ladder(NIGHTLY, grace=60, start_grace=5)
    check.ping("success", "02:00")
    check.ping("start", "+1 02:04", 1)
    assert check.until("+1 02:59") == "late"
    assert check.until("+1 03:00") == "down missed"


# --- expectations and thresholds ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metrics", "status"),
    [({"records": 3}, "up"), ({"records": 0}, "down unmet"), ({}, "down unmet")],
)
def test_a_success_that_did_no_work_is_a_failure(metrics: dict[str, float], status: str) -> None:
    check = Ladder("4h", expect=["records >= 1"])
    check.ping("success", "01:00", metrics=metrics)
    assert check.status("01:00") == status


def test_the_detail_says_which_expectation_failed() -> None:
    check = Ladder("4h", expect=["records >= 1", "duration < 5m"])
    check.ping("start", "01:00", 1)
    check.ping("success", "01:10", 1, metrics={"records": 0.0})
    assert (
        check.state.detail == "records was 0, expected records >= 1; duration was 10m, expected duration < 5m"
    )


def test_a_success_sooner_than_min_runtime_is_too_short() -> None:
    check = Ladder("4h", min_runtime=5)
    check.ping("start", "01:00", 1)
    check.ping("success", "01:01", 1)
    assert check.status("01:01") == "down too_short"


def test_failures_before_down_counts_failures_in_a_row() -> None:
    check = Ladder("4h", failures_before_down=3)
    statuses = []
    for kind, when in [("fail", "01:00"), ("fail", "01:01"), ("success", "01:02")] + [
        ("fail", f"01:0{n}") for n in (3, 4, 5)
    ]:
        check.ping(kind, when)
        statuses.append(check.status(when))
    assert statuses == ["up", "up", "up", "up", "up", "down failed"]


def test_successes_before_up_counts_successes_in_a_row() -> None:
    check = Ladder("4h", successes_before_up=2)
    for kind, when in [("fail", "01:00"), ("success", "01:01"), ("fail", "01:02"), ("success", "01:03")]:
        check.ping(kind, when)
    assert check.status("01:03") == "down failed"
    check.ping("success", "01:04")
    assert check.status("01:04") == "up"


# --- pause, acknowledge ------------------------------------------------------------------------------


def test_a_paused_check_expects_nothing_and_any_report_resumes_it() -> None:
    check = Ladder("1h")
    check.ping("success", "01:00")
    check.pause("01:10")
    assert check.until("+1 00:00") == "paused"
    check.ping("success", "+1 00:10")
    assert check.status("+1 00:10") == "up"


def test_manual_resume_ignores_what_comes_while_paused() -> None:
    check = Ladder("1h", manual_resume=True)
    check.pause("01:10")
    transition = check.ping("success", "02:00")
    assert transition.kind is PingKind.IGN
    assert check.status("02:00") == "paused"


def test_pausing_a_down_check_ends_its_incident() -> None:
    check = Ladder("1h")
    check.ping("fail", "01:00")
    check.pause("02:00")
    assert check.incidents[1].ended_at == at("02:00")


def test_resuming_waits_for_the_first_report() -> None:
    check = Ladder("1h")
    check.ping("success", "01:00")
    check.pause("01:10")
    check.resume("01:20")
    assert check.status("01:20") == "new"
    assert check.until("+3 00:00") == "new"
    assert check.state.last_ping == at("01:00")  # the history stays visible


# --- unwatched spans ---------------------------------------------------------------------------------


def test_a_deadline_that_nobody_watched_is_not_judged() -> None:
    check = Ladder(NIGHTLY, grace=30)
    check.ping("success", "02:05")
    check.skip("+1 01:00", "+1 07:00")
    assert check.state.unwatched
    assert check.until("+1 12:00") == "up"
    assert check.until("+2 02:30") == "down missed"
    assert not check.state.unwatched


def test_a_deadline_still_to_come_is_judged_although_its_due_was_not_watched() -> None:
    check = Ladder(NIGHTLY, grace=30)
    check.ping("success", "02:05")
    check.skip("+1 01:50", "+1 02:10")
    assert check.until("+1 02:30") == "down missed"


def test_a_spooled_success_fills_the_span_that_nobody_watched() -> None:
    check = Ladder(NIGHTLY, grace=30)
    check.ping("success", "02:05")
    check.skip("+1 01:00", "+1 02:04")
    check.ping("success", "+1 02:04", now="+1 07:00")
    check.skip("+1 01:00", "+1 07:00")
    assert not check.state.unwatched
    assert check.state.history[0::2] == "ss"
    assert check.state.due == at("+2 02:00")


def test_a_spooled_success_that_comes_after_the_span_was_settled_takes_the_mark_away() -> None:
    check = Ladder(NIGHTLY, grace=30)
    check.ping("success", "02:05")
    check.skip("+1 01:00", "+1 07:00")
    check.ping("success", "+1 02:04", now="+1 07:01")
    assert not check.state.unwatched
    assert check.state.history[0::2] == "ss"


def test_what_is_down_already_does_not_miss_unwatched_instants() -> None:
    check = Ladder(NIGHTLY, grace=30)
    check.ping("success", "02:05")
    check.until("+1 12:00")
    check.skip("+1 13:00", "+3 12:00")
    check.until("+4 12:00")
    assert check.state.incident is not None
    assert check.state.incident.missed == (at("+1 02:00"), at("+4 02:00"))


def test_a_run_whose_bound_nobody_watched_does_not_hang() -> None:
    check = Ladder("4h", max_runtime=10)
    check.ping("success", "01:00")
    check.ping("start", "02:00", 1)
    check.skip("02:05", "02:30")
    assert check.until("03:00") == "up"
    assert check.runs[2].outcome is Outcome.ORPHAN


def test_a_period_check_has_a_whole_period_to_report_after_an_unwatched_span() -> None:
    check = Ladder("15m", grace=5)
    check.ping("success", "10:00")
    check.skip("10:01", "18:01")
    assert check.state.due == at("18:16")


def test_a_late_spooled_fail_older_than_what_was_judged_judges_nothing() -> None:
    check = Ladder("1h")
    check.ping("success", "05:00")
    check.ping("fail", "04:00", now="05:10")
    assert check.status("05:10") == "up"
    assert [run.outcome for run in check.runs.values()] == [Outcome.SUCCESS, Outcome.FAILED]


def test_a_spooled_success_older_than_the_alarm_ends_it_at_the_moment_it_arrives() -> None:
    check = Ladder(NIGHTLY, grace=30)
    check.ping("success", "02:05")
    check.until("+1 03:00")
    check.ping("success", "+1 02:10", now="+1 07:00")
    assert check.incidents[1].ended_at == at("+1 07:00")
    assert check.incidents[1].missed == ()


# --- a clock that was wrong --------------------------------------------------------------------------


def test_a_report_after_the_clock_was_set_back_still_counts() -> None:
    check = Ladder("1h", grace=30)
    check.ping("success", "05:00")
    check.ping("fail", "04:10")
    assert check.status("04:10") == "down failed"


def test_what_was_due_by_a_clock_that_was_ahead_is_due_by_the_right_one() -> None:
    check = Ladder(NIGHTLY, grace=30)
    check.ping("success", "+300 02:00")
    check.set_back("+300 02:01", "02:10")
    assert check.state.due == at("+1 02:00")
    assert check.until("+1 02:30") == "down missed"


# --- edits -------------------------------------------------------------------------------------------


def test_an_edit_of_the_schedule_never_makes_a_check_late_for_the_time_before_it() -> None:
    check = Ladder(NIGHTLY, grace=10)
    check.ping("success", "02:05")
    check.redefine("10:20", "0 * * * *", grace=10)
    assert check.until("10:59") == "up"
    assert check.until("11:10") == "down missed"


def test_an_edit_that_leaves_the_schedule_alone_leaves_the_due_instant_alone() -> None:
    check = Ladder(NIGHTLY, grace=10)
    check.ping("success", "02:05")
    before = check.state
    check.redefine("10:20", NIGHTLY, grace=99)
    assert (check.state.due, check.state.slot) == (before.due, before.slot)
    assert check.flips[1:] == []


def test_an_edit_while_paused_forgives_nothing_later() -> None:
    check = Ladder(NIGHTLY, grace=30)
    check.ping("success", "02:05")
    check.pause("03:00")
    check.redefine("03:01", "0 4 * * *", grace=30)
    check.ping("success", "04:05")
    assert check.status("+1 04:10") == "late"
    check.redefine("+1 04:10", "0 4 * * *", grace=30)  # a restart, or an edit of something else
    assert check.until("+1 04:30") == "down missed"


def test_an_edit_of_the_zone_of_a_period_forgives_nothing_that_is_late() -> None:
    check = Ladder("1h", grace=30)
    check.ping("success", "01:00")
    before = check.state
    check.redefine("02:10", Every.parse("1h", "Asia/Tokyo"), grace=30)
    assert check.state == before
    assert check.status("02:10") == "late"
    assert check.until("02:30") == "down missed"


# --- when to look again ------------------------------------------------------------------------------


def test_the_evaluator_wakes_at_due_then_at_the_deadline_then_at_the_next_one() -> None:
    check = Ladder(NIGHTLY, grace=30)
    check.ping("success", "02:05")
    assert check.wake("02:05") == at("+1 02:00")
    assert check.wake("+1 02:00") == at("+1 02:30")
    check.until("+1 02:30")
    assert check.wake("+1 02:30") == at("+2 02:30")


def test_what_has_run_out_already_wakes_at_once() -> None:
    check = Ladder(NIGHTLY, grace=30)
    check.ping("success", "02:05")
    assert check.wake("+9 00:00") == at("+1 02:30")


def test_a_down_check_says_what_took_it_down_last() -> None:
    check = Ladder("1h", grace=30)
    check.ping("success", "01:00")
    check.until("03:00")
    check.ping("fail", "03:10", exit_status=1)
    assert check.state.reason is Reason.FAILED
    assert check.incidents[1].reason is Reason.MISSED
    assert check.state.status is Status.DOWN
