"""The plan of an incident when the rules are edited while it is open."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pulsetui.core.state import alert_plan
from pulsetui.core.state.alert_plan import Plans
from pulsetui.core.state.alert_rules import AlertRules, Quiet
from pulsetui.core.state.status import Reason

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
START = datetime(2026, 3, 10, 12, tzinfo=UTC)
AT_ONCE = AlertRules()


def begun(rule: AlertRules, reason: Reason = Reason.FAILED) -> Plans:
    return alert_plan.begin({"me": rule}, reason, START)


def told(plans: Plans, rule: AlertRules, now: datetime) -> Plans:
    return alert_plan.told(plans, {"me": rule}, ["me"], now)


def next_at(
    plans: Plans, rule: AlertRules, reason: Reason = Reason.FAILED, lately: Reason | None = None
) -> timedelta | None:
    """When it is told next under another rule, after the start."""
    (plan,) = alert_plan.adapted(plans, {"me": rule}, reason, START, lately or reason)
    return None if plan.next_at is None else plan.next_at - START


def test_who_is_not_told_yet_is_told_as_the_new_rule_says() -> None:
    plans = begun(AlertRules(after=DAY))
    assert next_at(plans, AlertRules(after=10 * MINUTE)) == 10 * MINUTE
    assert next_at(plans, AlertRules(after=2 * DAY)) == 2 * DAY
    assert next_at(plans, AlertRules(quiet=(Quiet(time(9), time(18)),))) == 6 * HOUR
    assert next_at(plans, AlertRules(reasons=frozenset({Reason.MISSED}))) is None
    assert next_at(begun(AlertRules(reasons=frozenset({Reason.MISSED}))), AT_ONCE) == timedelta()


def test_who_was_told_is_reminded_as_the_new_rule_says_and_not_told_again() -> None:
    plans = told(begun(AT_ONCE), AT_ONCE, START + HOUR)
    assert next_at(plans, AlertRules(after=DAY)) is None
    assert next_at(plans, AlertRules(repeat=2 * HOUR)) == 3 * HOUR
    hourly = AlertRules(repeat=HOUR)
    reminded = told(told(begun(hourly), hourly, START), hourly, START + HOUR)
    assert next_at(reminded, AT_ONCE) is None
    assert next_at(reminded, AlertRules(repeat=4 * HOUR)) == 5 * HOUR
    assert next_at(reminded, AlertRules(repeat=HOUR, reasons=frozenset({Reason.MISSED}))) is None


def test_what_waits_for_another_check_to_settle_goes_on_waiting() -> None:
    waiting = alert_plan.postponed(begun(AT_ONCE), START + HOUR)
    assert next_at(waiting, AlertRules(repeat=DAY)) == HOUR


def test_what_it_became_is_told_to_those_who_want_to_know_of_that() -> None:
    rule = AlertRules(reasons=frozenset({Reason.MISSED}), after=HOUR)
    plans = alert_plan.worsened(begun(rule), {"me": rule}, Reason.MISSED, START + DAY)
    assert next_at(plans, rule, lately=Reason.MISSED) == DAY + HOUR
    reminding = AlertRules(reasons=frozenset({Reason.MISSED}), repeat=HOUR)
    assert next_at(told(plans, reminding, START + DAY), reminding, lately=Reason.MISSED) == DAY + HOUR


spans = st.none() | st.integers(0, 3000).map(lambda minutes: timedelta(minutes=minutes))
hours = st.integers(0, 23).flatmap(
    lambda begin: st.integers(1, 23).map(lambda more: Quiet(time(begin), time((begin + more) % 24)))
)
a_rule = st.builds(
    AlertRules,
    after=spans,
    repeat=spans,
    reasons=st.none() | st.sets(st.sampled_from([Reason.FAILED, Reason.MISSED]), min_size=1).map(frozenset),
    quiet=st.none() | st.tuples(hours),
    timezone=st.just("UTC"),
)
steps = st.lists(
    st.tuples(st.sampled_from(["tell", "worsen", "postpone", "acknowledge", "unacknowledge"]), spans)
)


@given(rule=a_rule, other=a_rule, steps=steps)
def test_an_edit_that_leaves_a_rule_as_it_is_changes_no_plan(
    rule: AlertRules, other: AlertRules, steps: list[tuple[str, timedelta | None]]
) -> None:
    """Every edit of any check comes by here. One that changes the rule and takes that back tells nobody more
    often than the rule does."""
    rules, plans, now, reason = {"me": rule}, begun(rule), START, Reason.FAILED
    for what, pause in steps:
        now += pause or timedelta()
        if what == "tell":
            plans = alert_plan.told(plans, rules, [one.hook for one in alert_plan.due(plans, now)], now)
        elif what == "worsen":
            reason = Reason.MISSED
            plans = alert_plan.worsened(plans, rules, reason, now)
        elif what == "postpone":
            plans = alert_plan.postponed(plans, now + HOUR)
        elif what == "acknowledge":
            plans = alert_plan.acknowledged(plans)
            plans = alert_plan.unacknowledged(plans, rules, Reason.FAILED, START, now)
        same = alert_plan.adapted(plans, rules, Reason.FAILED, START, reason)
        assert [one.told for one in same] == [one.told for one in plans]
        assert alert_plan.adapted(same, rules, Reason.FAILED, START, reason) == same
        edited = alert_plan.adapted(plans, {"me": other}, Reason.FAILED, START, reason)
        assert [one.told for one in edited] == [one.told for one in plans]
        if not any(one.moved for one in plans):
            assert same == plans
            assert alert_plan.adapted(edited, rules, Reason.FAILED, START, reason) == plans
