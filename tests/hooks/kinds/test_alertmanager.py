"""Alertmanager: firing until it is over, known again by labels that do not change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from pulsetui.client.alert import Alert, AlertEvent
from pulsetui.core.state.status import Reason
from pulsetui.hooks.kinds.alertmanager import KIND, AlertmanagerHook, AlertmanagerOptions
from tests.hooks.fakes import START, an_alert
from tests.hooks.kinds.services import LINKS, service
from tests.hooks.receivers import Receiver, problems_of

URL = "http://alertmanager:9093"
NOW = START + timedelta(minutes=1)


def posted(alert: Alert, now: datetime = NOW, **options: Any) -> dict[str, Any]:
    hook = AlertmanagerHook(AlertmanagerOptions(url=URL, **options), lambda _: LINKS, (), now=lambda: now)
    return hook._alert(alert)


async def test_an_alert_is_posted_with_labels_and_annotations() -> None:
    async with Receiver() as receiver:
        hook = service(
            "alertmanager", f"{receiver.url}/am/", links=LINKS, labels={"team": "ops", "owner": "{owner}"}
        )
        await hook.send(an_alert(key="u-1", owner="Ada", since=START - timedelta(hours=1)))
        one = receiver.one
    assert one.target == "/am/api/v2/alerts"
    (alert,) = one.json
    assert alert["labels"] == {
        "alertname": "PulseTUI",
        "severity": "critical",
        "check": "sync-invoices",
        "event": "down",
        "team": "ops",
        "owner": "Ada",
    }
    annotations = alert["annotations"]
    assert annotations["summary"] == "sync-invoices is overdue"
    assert annotations["description"] == "Due at 02:00.\nLast success yesterday."
    assert (annotations["name"], annotations["reason"], annotations["key"]) == (
        "Sync invoices",
        "missed",
        "u-1",
    )
    assert "note" not in annotations
    assert alert["startsAt"] == "2026-03-01T01:30:00+00:00"
    assert alert["generatorURL"] == LINKS.look


def test_it_fires_until_it_is_told_to_be_over() -> None:
    since = START - timedelta(hours=1)
    down = posted(an_alert(since=since))
    up = posted(an_alert(event=AlertEvent.UP, since=since))
    assert down["labels"] == up["labels"]
    assert datetime.fromisoformat(down["endsAt"]) == NOW + timedelta(days=30)
    assert up["startsAt"] == down["startsAt"] == since.isoformat()
    assert up["endsAt"] == START.isoformat()


def test_a_reminder_fires_on_and_with_another_reason_it_is_the_same() -> None:
    first = posted(an_alert(), hold_s=3600.0)
    again = posted(
        replace(an_alert(reminder=3), reason=Reason.FAILED, name="Other", tags=()),
        now=NOW + timedelta(minutes=50),
        hold_s=3600.0,
    )
    assert first["labels"] == again["labels"]
    assert datetime.fromisoformat(again["endsAt"]) - datetime.fromisoformat(first["endsAt"]) == timedelta(
        minutes=50
    )


def test_a_recovery_never_ends_before_it_began_nor_in_the_future() -> None:
    late = posted(an_alert(event=AlertEvent.UP, since=START + timedelta(hours=1)))
    assert late["endsAt"] == late["startsAt"]
    ahead = posted(an_alert(event=AlertEvent.UP, since=START), now=START - timedelta(minutes=5))
    assert ahead["endsAt"] == START.isoformat()


def test_a_drill_neither_begins_nor_ends_what_is_really_down() -> None:
    real, drill = posted(an_alert()), posted(an_alert(event=AlertEvent.UP, drill=True))
    assert drill["labels"] == {**real["labels"], "drill": "true"}


@pytest.mark.parametrize("event", [AlertEvent.NOTE, AlertEvent.TEST, AlertEvent.UNWATCHED])
def test_what_nothing_ends_passes_by_itself(event: AlertEvent) -> None:
    alert = posted(an_alert("", event, name=""))
    assert alert["labels"] == {"alertname": "PulseTUI", "severity": "info", "event": str(event)}
    assert datetime.fromisoformat(alert["endsAt"]) == NOW + timedelta(hours=1)


def test_labels_of_the_options_win_but_for_those_by_which_alerts_are_told_apart() -> None:
    alert = posted(an_alert(), labels={"alertname": "Cron", "severity": "page", "empty": "{owner}"})
    assert alert["labels"] == {
        "alertname": "Cron",
        "severity": "page",
        "check": "sync-invoices",
        "event": "down",
    }


@pytest.mark.parametrize(
    ("options", "field", "says"),
    [
        ({}, "url", "is missing"),
        ({"url": URL, "labels": ["a"]}, "labels", "must be a table"),
        ({"url": URL, "labels": {"a-b": "c"}}, "labels", "cannot name a label"),
        ({"url": URL, "labels": {"check": "c"}}, "labels", "choose another name"),
        ({"url": URL, "labels": {"a": "{ower}"}}, "labels", "did you mean {owner}?"),
        ({"url": URL, "labels": {"a": 3}}, "labels", "a must be text"),
        ({"url": URL, "headers": {"a": 3}}, "headers", "a must be text"),
        ({"url": URL, "hold": "0s"}, "hold", "longer than nothing"),
    ],
)
def test_wrong_options_are_explained(options: Mapping[str, object], field: str, says: str) -> None:
    ((name, said),) = problems_of(KIND, options)
    assert name == field
    assert says in said
