"""Rules of alerts in words."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from pulsetui.client.hook_words import rules_text
from pulsetui.core.state.alert_rules import NO_RULES, AlertRules, Quiet
from pulsetui.core.state.status import Reason


@pytest.mark.parametrize(
    ("rules", "text"),
    [
        (NO_RULES, "at once"),
        (AlertRules(after=timedelta(days=1)), "after 1d"),
        (AlertRules(repeat=timedelta(hours=2)), "at once, again every 2h until acknowledged"),
        (AlertRules(repeat=timedelta(0)), "at once"),
        (
            AlertRules(reasons=frozenset({Reason.MISSED, Reason.FAILED})),
            "at once, only if failed or missed",
        ),
        (AlertRules(recovery=False), "at once, not when it is up again"),
        (AlertRules(days=frozenset(range(1, 6))), "at once, on Mon-Fri"),
        (AlertRules(days=frozenset({1, 3, 6, 7})), "at once, on Mon, Wed, Sat, Sun"),
        (AlertRules(days=frozenset(range(1, 8))), "at once"),
        (
            AlertRules(
                quiet=(Quiet(time(22), time(7)),),
                holidays=frozenset({date(2026, 12, 25)}),
                timezone="Europe/Riga",
            ),
            "at once, not 22:00-07:00, not on holidays (Europe/Riga)",
        ),
    ],
)
def test_rules_are_said_in_one_line(rules: AlertRules, text: str) -> None:
    assert rules_text(rules) == text
