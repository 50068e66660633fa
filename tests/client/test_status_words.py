"""How a check stands, as glyph, word and sentence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from pulsetui.client.attention import known_by
from pulsetui.client.status_words import GLYPH, GLYPH_ASCII, ON_ITS_HOST, sentence, word_for
from pulsetui.client.views import CheckView, IncidentView
from pulsetui.core.state.status import Reason, Status
from tests.client.samples import incident, view

RIGA = ZoneInfo("Europe/Riga")
NOW = datetime(2026, 11, 16, 7, 0, tzinfo=UTC)  # a Monday


def test_every_status_has_its_own_glyph_in_both_sets() -> None:
    words = {*Status, "acknowledged", "running"}

    for glyphs in (GLYPH, GLYPH_ASCII):
        assert set(glyphs) == words
        assert len(set(glyphs.values())) == len(words)
        assert all(len(glyph) == 1 for glyph in glyphs.values())
    assert all(glyph.isascii() for glyph in GLYPH_ASCII.values())


def test_a_down_check_is_called_by_its_reason() -> None:
    words = {word_for(Status.DOWN, reason) for reason in Reason}

    assert words == {
        *("overdue", "failed", "hung", "bad result", "too short"),
        *("not started", "no report", "ran twice", "overlap", "skipped"),
    }
    assert word_for(Status.DOWN, None) == "down"
    assert word_for(Status.LATE, None) == "late"


def _incident(**changes: Any) -> IncidentView:
    night = {"started_at": datetime(2026, 11, 14, 0, 30, tzinfo=UTC), "missed": (), "missed_count": 0}
    return incident(**{**night, **changes})


def _view(**changes: Any) -> CheckView:
    """A check on that Monday in Riga."""
    usual = view(
        "backup",
        since=datetime(2026, 11, 14, 0, 30, tzinfo=UTC),
        last_ping=datetime(2026, 11, 13, 0, 4, tzinfo=UTC),
        last_success=datetime(2026, 11, 13, 0, 4, tzinfo=UTC),
        last_duration=None,
        usual_duration=None,
        next_ping=datetime(2026, 11, 17, 0, 0, tzinfo=UTC),
        deadline=datetime(2026, 11, 17, 0, 30, tzinfo=UTC),
        upcoming=datetime(2026, 11, 17, 0, 0, tzinfo=UTC),
        tz="Europe/Riga",
        grace=1800.0,
    )
    return replace(usual, **changes)


_MISSED = _view(
    status=Status.DOWN,
    reason=Reason.MISSED,
    incident=_incident(missed_count=3),
    next_ping=datetime(2026, 11, 14, 0, 0, tzinfo=UTC),
)
_FAILED = _view(
    status=Status.DOWN,
    reason=Reason.FAILED,
    detail="exit status 2",
    incident=_incident(reason=Reason.FAILED),
)


@pytest.mark.parametrize(
    ("view", "text"),
    [
        (_view(), "Up since Sat 02:30; last good run Fri 02:04; due tomorrow 02:00 (in 17h)"),
        (
            _view(unusual="a=0, usual 7"),
            "Up since Sat 02:30; last good run Fri 02:04; due tomorrow 02:00 (in 17h); unusual: a=0, usual 7",
        ),
        (_view(status=Status.NEW, last_success=None), "No success yet; due tomorrow 02:00 (in 17h)"),
        (_view(status=Status.NEW, next_ping=None), "Waiting for a success"),
        (
            _view(status=Status.NEW, next_ping=None, first_due=NOW - timedelta(hours=2), last_success=None),
            "No success yet; it should have come today 07:00 (2h ago)",
        ),
        (
            _view(
                status=Status.LATE,
                next_ping=NOW - timedelta(minutes=12),
                deadline=NOW + timedelta(minutes=18),
            ),
            "Late by 12m: it was due today 08:48; overdue from today 09:18 (in 18m); last good run Fri 02:04",
        ),
        (_MISSED, "Missed 3 runs since Sat 02:00; last good run Fri 02:04"),
        (
            replace(_MISSED, detail=f"no success since Fri 02:04. {ON_ITS_HOST}no cron runs on this host"),
            "Missed 3 runs since Sat 02:00; last good run Fri 02:04; on its host: no cron runs on this host",
        ),
        (
            replace(_MISSED, incident=_incident(missed_count=1), last_success=None),
            "Missed the run of Sat 02:00; no good run is known",
        ),
        (
            replace(_MISSED, started=True, started_at=NOW - timedelta(seconds=192)),
            "Missed 3 runs since Sat 02:00; last good run Fri 02:04; running for 3m 12s",
        ),
        (_FAILED, "Failed since Sat 02:30: exit status 2; last good run Fri 02:04"),
        (
            replace(
                _FAILED,
                incident=_incident(
                    reason=Reason.FAILED, acknowledged_at=NOW, acknowledged_by="kim", note="on it"
                ),
            ),
            "Failed since Sat 02:30: exit status 2; last good run Fri 02:04; acknowledged by kim: on it",
        ),
        (
            replace(_FAILED, incident=_incident(reason=Reason.MISSED, missed_count=3)),
            "Down since Sat 02:30 (overdue), now failed: exit status 2; last good run Fri 02:04",
        ),
        (
            replace(_FAILED, detail="", incident=_incident(reason=Reason.TOO_SHORT)),
            "Down since Sat 02:30 (too short), now failed; last good run Fri 02:04",
        ),
        (
            _view(status=Status.PAUSED),
            "Paused since Sat 02:30; until somebody resumes it or it reports; last good run Fri 02:04",
        ),
        (
            _view(status=Status.PAUSED, manual_resume=True, last_success=None),
            "Paused since Sat 02:30; until somebody resumes it; no good run is known",
        ),
        (
            _view(unwatched=True),
            (
                "Unwatched: its deadline passed while nobody was watching; last good run Fri 02:04; "
                "judged again from tomorrow 02:00"
            ),
        ),
    ],
)
def test_the_sentence_says_since_when_and_what_was_missed(view: CheckView, text: str) -> None:
    assert sentence(view, NOW, RIGA) == text


@pytest.mark.parametrize(
    ("view", "text"),
    [
        (
            _view(),
            (
                "Up since Sat 2026-11-14 02:30 EET; last good run Fri 2026-11-13 02:04 EET;"
                " due Tue 2026-11-17 02:00 EET"
            ),
        ),
        (
            _view(status=Status.LATE, next_ping=NOW - timedelta(minutes=12), deadline=NOW, last_success=None),
            (
                "Late: it was due Mon 2026-11-16 08:48 EET; overdue from Mon 2026-11-16 09:00 EET;"
                " no good run is known"
            ),
        ),
        (
            replace(_MISSED, started=True, started_at=NOW - timedelta(seconds=192)),
            (
                "Missed 3 runs since Sat 2026-11-14 02:00 EET; last good run Fri 2026-11-13 02:04 EET;"
                " running since Mon 2026-11-16 08:56 EET"
            ),
        ),
        (
            _view(status=Status.NEW, next_ping=None, first_due=NOW - timedelta(hours=2), last_success=None),
            "No success yet; it should have come Mon 2026-11-16 07:00 EET",
        ),
    ],
)
def test_a_sentence_in_full_is_true_on_another_day_too(view: CheckView, text: str) -> None:
    assert sentence(view, NOW, RIGA, in_full=True) == text


@pytest.mark.parametrize(
    ("metrics", "text"),
    [
        ({"records": 312.0}, "Missed 3 runs since Sat 02:00; last good run Fri 02:04, 312 records"),
        ({}, "Missed 3 runs since Sat 02:00; last good run Fri 02:04"),
    ],
)
def test_the_last_good_run_says_what_it_did(metrics: dict[str, float], text: str) -> None:
    assert sentence(_MISSED, NOW, RIGA, good_metrics=metrics) == text
    never = replace(_MISSED, last_success=None)
    assert sentence(never, NOW, RIGA, good_metrics=metrics).endswith("no good run is known")


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_starts_the_sentence_with_its_word(reason: Reason) -> None:
    said = sentence(replace(_FAILED, reason=reason, incident=_incident(reason=reason)), NOW, RIGA)

    assert said.lower().startswith(word_for(Status.DOWN, reason) + " since")


def test_the_way_of_an_acknowledgement_leaves_its_room_to_the_note() -> None:
    by_phone = replace(incident(), acknowledged_at=NOW, acknowledged_by="eva via phone", note="disk ordered")

    assert known_by(by_phone) == "eva: disk ordered"
    assert known_by(replace(by_phone, note="")) == "acknowledged by eva via phone"
    assert known_by(replace(by_phone, acknowledged_by="eva")) == "eva: disk ordered"
