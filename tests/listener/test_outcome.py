"""What a ping's query says of its run, in the words of all dialects."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.core.state.status import PingKind
from pulsetui.core.text.clean import clean
from pulsetui.listener.pings.outcome import WORDS, outcome
from tests.listener.fakes import CODE, PING_KEY
from tests.listener.served import Served

SUCCESS, FAIL, START, LOG = PingKind.SUCCESS, PingKind.FAIL, PingKind.START, PingKind.LOG
SKIP = PingKind.SKIP


def said(**query: str | list[str]) -> tuple[PingKind, int | None, list[str]]:
    notes: list[str] = []
    values = {name: [value] if isinstance(value, str) else value for name, value in query.items()}
    return *outcome(values, lambda _: None, notes.append), notes


@pytest.mark.parametrize(
    ("query", "kind", "exit_status"),
    [
        ("", SUCCESS, None),
        ("status=", SUCCESS, None),
        ("status=up", SUCCESS, None),
        ("status=ok", SUCCESS, None),
        ("status=0", SUCCESS, 0),
        ("status=down", FAIL, None),
        ("status=DOWN", FAIL, None),
        ("status=ko", FAIL, None),
        ("status=critical", FAIL, None),
        ("status=warning", FAIL, None),
        ("status=false", FAIL, None),
        ("status=1", FAIL, 1),
        ("status=127", FAIL, 127),
        ("status=timed%20out", FAIL, None),
        ("status=timed-out", FAIL, None),
        ("status=in_progress", START, None),
        ("STATUS=down", FAIL, None),
        ("status=%20down+", FAIL, None),
        ("status=up&msg=OK&ping=", SUCCESS, None),
        ("status=up&status=down", FAIL, None),
        ("status=down&status=up", FAIL, None),
        ("success=true", SUCCESS, None),
        ("success=false&error=disk+full", FAIL, None),
        ("success=1", SUCCESS, None),
        ("success=0", FAIL, None),
        ("state=run&stamp=1", START, None),
        ("state=complete&stamp=1", SUCCESS, None),
        ("state=complete&stamp=1&status_code=0", SUCCESS, 0),
        ("state=fail&stamp=1&status_code=3", FAIL, 3),
        ("state=ok&stamp=1", SUCCESS, None),
        ("state=tick&stamp=1", SUCCESS, None),
        ("state=logs&stamp=1", LOG, None),
        ("status=skip", SKIP, None),
        ("status=skipped", SKIP, None),
        ("status=ok&state=skipped", SKIP, None),
        ("status=skipped&state=fail", FAIL, None),
        ("stamp=1", SUCCESS, None),
        ("exit_code=0", SUCCESS, 0),
        ("exit_code=-9", FAIL, -9),
        ("status=success&exit_code=2", FAIL, 2),
        ("status=ok&state=fail", FAIL, None),
    ],
)
def test_every_dialects_words_mean_what_they_say(
    served: Served, query: str, kind: PingKind, exit_status: int | None
) -> None:
    reply = served.curl(f"/ping/{PING_KEY}/backup?{query}")

    assert (reply.status, reply.body) == (200, b"OK")
    assert "pulsetui-warning" not in reply.headers
    (arrival,) = served.intake.arrivals
    assert (arrival.kind, arrival.exit_status, arrival.notes) == (kind, exit_status, ())


@pytest.mark.parametrize(
    ("query", "note"),
    [
        ("status=purple", 'status "purple" is not a word PulseTUI knows: taken as a log, not a success'),
        ("state=pause", 'state "pause" is not a word PulseTUI knows: taken as a log, not a success'),
        ("success=perhaps", 'success "perhaps" is not a word PulseTUI knows: taken as a log, not a success'),
        ("exit_code=x", 'exit_code "x" is not a number: taken as a log, not a success'),
    ],
)
def test_a_word_nobody_knows_is_a_log_and_its_sender_learns_why(
    served: Served, query: str, note: str
) -> None:
    reply = served.curl(f"/ping/backup?{query}")

    assert (reply.status, reply.body) == (200, b"OK")
    assert reply.headers["pulsetui-warning"] == note
    (arrival,) = served.intake.arrivals
    assert (arrival.kind, arrival.notes) == (LOG, (note,))


@given(st.sampled_from(["status", "state", "success"]), st.text(min_size=1, max_size=60))
def test_only_the_words_that_are_known_are_a_success(name: str, word: str) -> None:
    kind, _exit_status, notes = said(**{name: word})

    known = {spelled for spelled, meaning in WORDS.items() if meaning is SUCCESS}
    spelled = re.sub(r"[\s-]+", "_", word.strip().lower())
    assert kind is not SUCCESS or not word.strip() or spelled in known or spelled.strip("01") == ""
    assert all(clean(note) == note and len(note) < 200 for note in notes)


@given(st.lists(st.sampled_from(["ok", "fail", "run", "mauve", "1", "0", ""]), max_size=6))
def test_of_words_that_contradict_each_other_a_fail_is_never_lost(words: list[str]) -> None:
    kind, _exit_status, _notes = said(status=words)

    assert (kind is FAIL) == ("fail" in words or "1" in words)


@pytest.mark.parametrize(
    ("path", "kind", "exit_status"),
    [
        ("/ping/backup/success?status=fail", FAIL, None),
        ("/ping/backup/0?state=fail", FAIL, None),
        ("/ping/backup/0?status=up", SUCCESS, 0),
        ("/ping/backup/fail?status=ok", FAIL, None),
        ("/ping/backup/start?status=fail", START, None),
        (f"/ping/{CODE}?status=down", FAIL, None),
        (f"/{CODE}?state=fail&stamp=1", FAIL, None),
    ],
)
def test_a_path_never_hides_what_the_query_says_is_wrong(
    served: Served, path: str, kind: PingKind, exit_status: int | None
) -> None:
    served.curl(path)

    (arrival,) = served.intake.arrivals
    assert (arrival.kind, arrival.exit_status) == (kind, exit_status)


def test_cronitors_series_pairs_a_run_with_its_end(served: Served) -> None:
    for state in ("run", "complete"):
        served.curl(f"/ping/{PING_KEY}/backup?state={state}&series=1764316800.25&stamp=1")
    served.curl(f"/ping/{PING_KEY}/backup?state=run&series=another")
    served.curl(f"/ping/{PING_KEY}/backup?state=run&series={CODE}")

    runs = [arrival.rid for arrival in served.intake.arrivals]
    assert runs[0] == runs[1] is not None
    assert runs[2] not in (None, runs[0])
    assert runs[3] == UUID(CODE)


def test_cronitor_writes_a_metric_with_either_sign(served: Served) -> None:
    served.curl("/ping/backup?state=complete&metric=count:5&metric=error_count=0&duration=12.5")

    assert served.intake.arrivals[0].metrics == {"count": 5.0, "error_count": 0.0}


@pytest.mark.parametrize(
    ("metric", "note"),
    [
        ("records", 'metric "records" has no value; write metric=records:312'),
        ("records:", 'metric "records" has no value; write metric=records:312'),
        ("records:many", 'metric "records": "many" is not a number; write metric=records:312'),
        ("records:12,5", 'metric "records": "12,5" is not a number; write metric=records:312'),
        ("9x:1", 'metric "9x" is not a valid name; write metric=records:312'),
        ("", 'metric "" is not a valid name; write metric=records:312'),
        ("%1b%5b2J%0d%0aX:1", 'metric "X" is not a valid name; write metric=records:312'),
        ("größe:1", 'metric "gr??e" is not a valid name; write metric=records:312'),
    ],
)
def test_a_metric_that_cannot_be_read_is_told_to_its_sender(served: Served, metric: str, note: str) -> None:
    reply = served.curl(f"/ping/backup?metric={metric}")

    assert (reply.status, reply.body) == (200, b"OK")
    assert reply.headers["pulsetui-warning"] == note
    assert served.intake.arrivals[0].kind is SUCCESS


@pytest.mark.parametrize(
    ("target", "progress"),
    [
        ("log?progress=40", "40%"),
        ("log?progress=40%25", "40%"),
        ("log?progress=7.5", "7.5%"),
        ("log?progress=", ""),
        ("log?progress=101", ""),
        ("log?progress=soon", ""),
        ("log", None),
        ("?progress=40", None),
        ("fail?progress=40", None),
    ],
)
def test_a_log_may_say_how_far_its_run_is(served: Served, target: str, progress: str | None) -> None:
    slash = "" if target.startswith("?") else "/"
    served.curl(f"/ping/{PING_KEY}/backup{slash}{target}")

    (arrival,) = served.intake.arrivals
    assert arrival.progress == progress
