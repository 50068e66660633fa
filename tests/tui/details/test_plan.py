"""What an open incident says of who is told next, and what became of each alert."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from pulsetui.client.views import CheckDetails, CheckView, DeliveryView
from pulsetui.core.state.alert_plan import HookPlan
from pulsetui.tui.details.deliveries import delivery_line
from pulsetui.tui.details.incidents import incidents
from pulsetui.tui.details.pane import PaneContext
from pulsetui.tui.details.plan import told_text
from tests.client.samples import ABOUT, NOW, details_of, incident, overdue
from tests.tui.support.screen_driver import RIGA

CONTEXT = PaneContext(now=NOW, width=100, zone=RIGA, info=ABOUT)
HOUR = timedelta(hours=1)
DELIVERY = DeliveryView(
    hook="phone", event="down", flip_at=NOW, tries=0, delivered_at=None, next_try_at=None, error=""
)


def text(view: CheckView, **changes: object) -> str:
    details: CheckDetails = replace(details_of(view), incidents=(view.incident,), deliveries=(), **changes)
    lines, _ = incidents(details, view, CONTEXT)
    return "\n".join("".join(part for part, _ in line) for line in lines)


def test_an_open_incident_says_who_is_told_next() -> None:
    plans = (HookPlan("phone", 2, NOW + HOUR), HookPlan("boss", 0, NOW + 14 * HOUR), HookPlan("desk", 1))
    shown = text(overdue("a"), plans=plans)

    assert "phone is told again today 12:30 unless somebody acknowledges it" in shown
    assert "boss is told tomorrow 01:30 unless somebody acknowledges it" in shown
    assert "desk" not in shown


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"maintained_until": NOW + HOUR}, "maintenance until today 12:30"),
        ({"waits_for": ("db",)}, "it depends on db, which is down"),
        ({"waits_for": ("db", "net")}, "it depends on db, net, which are down"),
    ],
)
def test_what_keeps_alerts_back_is_said_instead(changes: dict[str, object], why: str) -> None:
    shown = text(overdue("a"), plans=(HookPlan("phone", 0, NOW),), **changes)

    assert f"nobody is told now: {why}" in shown
    assert "phone" not in shown


def test_a_snooze_keeps_alerts_back() -> None:
    shown = text(replace(overdue("a"), snoozed_until=NOW + HOUR), plans=(HookPlan("phone", 0, NOW),))
    assert "nobody is told now: snoozed until today 12:30" in shown


def test_an_incident_that_is_over_has_no_plan() -> None:
    view = replace(overdue("a"), incident=incident(ended_at=NOW))
    assert "phone" not in text(view, plans=(HookPlan("phone", 0, NOW),))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"delivered_at": NOW}, "notified today 11:30"),
        ({"next_try_at": NOW}, "not notified yet"),
        ({"next_try_at": NOW + HOUR}, "waits until today 12:30: not at these hours"),
        ({"next_try_at": NOW + HOUR, "error": "nobody is there"}, "waits  nobody is there"),
        ({"next_try_at": NOW + HOUR, "tries": 3, "error": "535"}, "3 tries, retry in 1h  535"),
        ({"tries": 8, "error": "535"}, "gave up after 8 tries  535"),
        ({"delivered_at": NOW, "reminder": 3}, "reminder 3 "),
    ],
)
def test_a_delivery_says_what_it_waits_for(changes: dict[str, object], said: str) -> None:
    line = delivery_line(replace(DELIVERY, **changes), CONTEXT)
    assert said in "".join(part for part, _ in line)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"delivered_at": NOW}, "Notified: phone today 11:30."),
        ({"delivered_at": NOW, "reminder": 3}, "Notified: phone today 11:30 (reminder 3)."),
        ({"next_try_at": NOW}, "Notified: phone is told at once."),
        ({"next_try_at": NOW + HOUR}, "Notified: phone is told today 12:30."),
        ({"next_try_at": NOW + HOUR, "error": "nobody is there"}, "Notified: phone waits: nobody is there."),
        (
            {"next_try_at": NOW + HOUR, "tries": 3, "error": "535"},
            "Notified: phone failed 3 times, next try today 12:30: 535.",
        ),
        ({"tries": 1, "error": "535"}, "Notified: phone gave up after 1 try: 535."),
    ],
)
def test_the_last_alert_by_each_hook_is_one_sentence(changes: dict[str, object], said: str) -> None:
    text, _ = told_text([DELIVERY, replace(DELIVERY, **changes)], NOW, CONTEXT.instant)
    assert text == said


def test_of_an_incident_that_nobody_was_told_of_it_says_nothing() -> None:
    assert told_text([], NOW, CONTEXT.instant)[0] == ""
