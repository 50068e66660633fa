"""PagerDuty: one incident there for each of ours, opened, acknowledged and resolved."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pulsetui.client.alert import AlertEvent
from pulsetui.config.file.load import parse_config
from pulsetui.hooks.kinds.pagerduty import KIND
from pulsetui.hooks.registry import VALIDATORS
from tests.hooks.fakes import an_alert
from tests.hooks.kinds.services import LINKS, SECRET, service
from tests.hooks.receivers import Received, Receiver, answer, problems_of

KEY = f"{SECRET}00"
ACCEPTED = answer(202, '{"status": "success", "message": "Event processed"}')


async def sent(*alerts: Any, **options: object) -> list[Received]:
    async with Receiver(ACCEPTED) as receiver:
        hook = service("pagerduty", receiver.url, links=LINKS, **options)
        for alert in alerts:
            await hook.send(alert)
        return receiver.received


async def test_an_incident_is_opened_acknowledged_and_resolved_under_one_key() -> None:
    events = (AlertEvent.DOWN, AlertEvent.ACKNOWLEDGED, AlertEvent.UP)
    received = await sent(*(an_alert(event=event, key="u-1") for event in events))
    assert [one.target for one in received] == ["/v2/enqueue"] * 3
    assert [one.json["event_action"] for one in received] == ["trigger", "acknowledge", "resolve"]
    assert {one.json["dedup_key"] for one in received} == {"u-1"}
    assert {one.json["routing_key"] for one in received} == {KEY}


async def test_what_is_known_stands_in_fields() -> None:
    (one,) = await sent(an_alert(key="u-1", owner="Ada", missed_count=3), source="db1", severity="error")
    payload = one.json["payload"]
    details = payload.pop("custom_details")
    assert payload == {
        "summary": "sync-invoices is overdue",
        "source": "db1",
        "severity": "error",
        "timestamp": "2026-03-01T02:30:00+00:00",
        "component": "sync-invoices",
        "class": "missed",
    }
    assert (details["owner"], details["missed_count"], "note" in details) == ("Ada", 3, False)
    assert [link["text"] for link in one.json["links"]] == ["Acknowledge", "Snooze 1 h", "Look"]


async def test_a_down_without_an_incident_is_closed_by_its_up() -> None:
    down, up = await sent(an_alert(), an_alert(event=AlertEvent.UP))
    assert down.json["dedup_key"] == up.json["dedup_key"] == "pulsetui-sync-invoices"


async def test_a_note_calls_nobody() -> None:
    (one,) = await sent(an_alert(event=AlertEvent.NOTE))
    assert one.target == "/v2/change/enqueue"
    assert set(one.json) == {"routing_key", "payload"}
    assert "severity" not in one.json["payload"]


async def test_a_test_a_drill_and_unwatched_time_call_with_less_urgency() -> None:
    test, drill, unwatched = await sent(
        an_alert("", AlertEvent.TEST), an_alert(drill=True, key="u-1"), an_alert("", AlertEvent.UNWATCHED)
    )
    assert [one.json["payload"]["severity"] for one in (test, drill, unwatched)] == [
        "info",
        "info",
        "warning",
    ]
    assert [one.json["dedup_key"] for one in (test, drill, unwatched)] == [
        "pulsetui-test",
        "u-1",
        "pulsetui-unwatched",
    ]


async def test_texts_are_cut() -> None:
    (one,) = await sent(an_alert(title="ü" * 3000, key="k" * 400))
    assert len(one.json["payload"]["summary"]) <= 1024
    assert len(one.json["dedup_key"]) == 255


def test_a_storm_opens_an_incident_for_each_check() -> None:
    assert not service("pagerduty", "http://127.0.0.1:1").digest


def test_it_is_told_of_acknowledgements() -> None:
    text = f"""\
[hooks.boss]
type = "pagerduty"
routing_key = "{KEY}"
[hooks.loud]
type = "pushover"
token = "{SECRET}"
user = "{SECRET}"
emergency = true
[hooks.calm]
type = "pushover"
token = "{SECRET}"
user = "{SECRET}"
[hooks.here]
type = "terminal"
"""
    config = parse_config(text, Path("checks.toml"), VALIDATORS)
    assert config.alerting.acknowledging == {"boss", "loud"}
    for name, hook in config.hooks.items():
        built = service("pagerduty", "http://127.0.0.1:1") if name == "boss" else None
        assert built is None or (built.acknowledges and hook.type == "pagerduty")


@pytest.mark.parametrize(
    ("options", "field", "says"),
    [
        ({}, "routing_key", "is missing"),
        ({"routing_key": "abc"}, "routing_key", "32 letters and digits"),
        ({"routing_key": KEY, "severity": "fatal"}, "severity", "critical, error, warning, info"),
        ({"routing_key": KEY, "api_url": "events.eu.pagerduty.com"}, "api_url", "https://"),
    ],
)
def test_wrong_options_are_explained(options: Mapping[str, object], field: str, says: str) -> None:
    ((name, said),) = problems_of(KIND, options)
    assert name == field
    assert says in said
