"""What somebody meant by a schedule that cannot be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.core.schedule.parse import parse_schedule
from pulsetui.core.schedule.schedule import ScheduleKind
from pulsetui.tui.form.suggest import suggest


@pytest.mark.parametrize(
    ("kind", "text", "meant"),
    [
        ("cron", "every 15 minutes", ("every", "15m")),
        ("cron", "every other hour", ("every", "2h")),
        ("cron", "every half an hour", ("every", "30m")),
        ("every", "hourly", ("cron", "0 * * * *")),
        ("every", "every day at 2", ("cron", "0 2 * * *")),
        ("cron", "2am", ("cron", "0 2 * * *")),
        ("cron", "2:30 pm", ("cron", "30 14 * * *")),
        ("cron", "Weekdays at 06:30", ("cron", "30 6 * * 1-5")),
        ("cron", "mondays and fridays at noon", ("cron", "0 12 * * 1,5")),
        ("cron", "every sunday 4:00", ("cron", "0 4 * * 0")),
        ("cron", "nightly", ("cron", "0 2 * * *")),
        ("cron", "monthly at midnight", ("cron", "0 0 1 * *")),
        ("cron", "15m", ("every", "15m")),
        ("every", "0 2 * * *", ("cron", "0 2 * * *")),
        ("cron", "Mon..Fri 06:00", ("calendar", "Mon..Fri 06:00")),
        ("calendar", "0 2 * * *", ("cron", "0 2 * * *")),
    ],
)
def test_what_was_meant_is_found(kind: ScheduleKind, text: str, meant: tuple[str, str]) -> None:
    found = suggest(kind, text, "Europe/Riga")

    assert found is not None
    assert (found.kind, found.expression) == meant
    assert found.words


@pytest.mark.parametrize(
    "text", ["", "soon", "25:00", "13pm", "every blue moon", "monkey at 2", "every 0 dogs", "2"]
)
def test_what_is_near_nothing_gets_no_suggestion(text: str) -> None:
    assert suggest("cron", text, "UTC") is None


@given(st.sampled_from(["every", "cron", "calendar"]), st.text(max_size=40))
def test_every_suggestion_can_be_read(kind: ScheduleKind, text: str) -> None:
    found = suggest(kind, text, "Europe/Riga")

    if found is not None:
        assert parse_schedule(found.kind, found.expression, "Europe/Riga").describe() == found.words
