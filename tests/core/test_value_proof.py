"""What must hold of a value that was fetched for a good report to be believed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.core.proof.proof import parse_proof
from pulsetui.core.proof.value_proof import SeenValue, ValueProof
from pulsetui.core.proof.value_sources import DjangoQuery, JsonField, PostgresqlQuery, SqliteQuery
from pulsetui.core.proof.verdict import ProofError, ProofOutcome

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
STAMP = NOW.timestamp()
URL = "http://127.0.0.1:9/s"


def proof(clauses: str) -> ValueProof:
    parsed = parse_proof(f"http json:{URL} .v {clauses}")
    assert isinstance(parsed, ValueProof)
    return parsed


@pytest.mark.parametrize(
    ("clauses", "value", "outcome", "detail"),
    [
        (">= 1", 312, "proven", "is 312"),
        (">= 1", 0, "unmet", "is 0, expected >= 1"),
        (">= 1", "1,234", "proven", "is 1234"),
        (">= 1", [1, 2], "proven", "is 2"),
        (">= 1", {}, "unmet", "is 0, expected >= 1"),
        ("== 1", True, "proven", "is 1"),
        ("!= 0", False, "unmet", "is 0, expected != 0"),
        (">= 1", "many", "unprovable", 'is "many", which is no number'),
        (">= 1", "\x1b[31m[x]", "unprovable", 'is "[x]", which is no number'),
        (">= 1", 10**400, "unprovable", "which is no number"),
        (">= 1", None, "unmet", "is null: there is nothing"),
        (">= 1, < 9", 12, "unmet", "is 12, expected < 9"),
        ("< 25h", "2026-03-01T02:00:00Z", "proven", "is 10h old"),
        ("< 25h", "2026-02-27T12:00:00Z", "unmet", "is 2d old, expected < 25h"),
        ("< 25h", "2026-03-01 03:00:00+01:00", "proven", "is 10h old"),
        ("< 25h", "2026-03-01 02:00:00", "proven", "is 10h old"),
        ("< 25h", "2026-03-01", "proven", "is 12h old"),
        ("< 25h", STAMP - 7200, "proven", "is 2h old"),
        ("< 25h", (STAMP - 7200) * 1000, "proven", "is 2h old"),
        ("< 25h", str(STAMP - 90_001), "unmet", "expected < 25h"),
        ("> 1h", STAMP - 60, "unmet", "is 1m old, expected > 1h"),
        ("< 25h", STAMP + 240, "proven", "is 0s old"),
        ("< 25h", STAMP + 7200, "unprovable", "is 2h ahead of this host's clock"),
        ("< 25h", "soon", "unprovable", 'is "soon", which is not an instant'),
        ("< 25h", True, "unprovable", "is True, which is not an instant"),
        ("< 25h", [STAMP], "unprovable", "is a list, which is not an instant"),
        ("< 25h", 1e300, "unprovable", "which is not an instant"),
        (">= 80% of usual", 80, "proven", "is 80"),
        (">= 80% of usual", 79, "unmet", "is 79, expected >= 80% of usual (usual: 100)"),
    ],
)
def test_a_value_is_judged_by_itself_its_age_or_what_is_usual(
    clauses: str, value: object, outcome: str, detail: str
) -> None:
    verdict = proof(clauses).judge(SeenValue(value), [100, 90, 5000], NOW)
    assert verdict.outcome == outcome, verdict
    assert verdict.detail.startswith(f"{URL} .v {detail}") or detail in verdict.detail


def test_nothing_is_usual_before_three_are_known_and_only_what_is_asked_is_measured() -> None:
    share = proof(">= 80% of usual")
    assert share.judge(SeenValue(1), [100, 100], NOW).outcome is ProofOutcome.PROVEN
    assert [one.measure(SeenValue(7)) for one in (share, proof(">= 1"))] == [7.0, None]
    assert share.measure(SeenValue("none")) is None


def test_an_age_is_that_at_the_end_of_the_run() -> None:
    value = SeenValue((NOW - 80 * HOUR).isoformat())
    assert proof("< 25h").judge(value, [], NOW, NOW - 60 * HOUR).outcome is ProofOutcome.PROVEN


def test_the_secrets_of_an_address_are_not_in_what_is_said() -> None:
    parsed = parse_proof("http json:https://x.example/s?token=hush .a[0].b >= 1")
    assert isinstance(parsed, ValueProof)
    assert parsed.source == JsonField(
        "https://x.example/s .a[0].b", "https://x.example/s?token=hush", ("a", 0, "b")
    )
    assert parsed.judge(SeenValue(1), [], NOW).detail == "https://x.example/s .a[0].b is 1"


def test_an_address_in_a_proof_is_refused_without_its_password() -> None:
    with pytest.raises(ProofError) as caught:
        parse_proof("sql:postgresql://me:hush@db/shop 'SELECT 1' < 2")
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("sql:/b/x.db 'SELECT 1' < 2", SqliteQuery("/b/x.db (SELECT 1)", "/b/x.db", "SELECT 1")),
        ("sql:shop-2 'SELECT 1' < 2", PostgresqlQuery("shop-2 (SELECT 1)", "shop-2", "SELECT 1")),
        ("sql:'/b' 'SELECT 1' < 2", None),
        (
            "django:billing.Invoice newest created < 25h",
            DjangoQuery("billing.Invoice newest created", "billing.Invoice", "newest", "created"),
        ),
        (
            "django:billing.Invoice count>=1",
            DjangoQuery("billing.Invoice count", "billing.Invoice", "count", ""),
        ),
        (
            """sql:"/b/a b.db" "SELECT max(x) FROM t WHERE y > 'z'" >= 1""",
            SqliteQuery(
                "/b/a b.db (SELECT max(x) FROM t WHERE y > 'z')",
                "/b/a b.db",
                "SELECT max(x) FROM t WHERE y > 'z'",
            ),
        ),
    ],
)
def test_a_query_is_read(text: str, source: SqliteQuery | PostgresqlQuery | DjangoQuery | None) -> None:
    try:
        parsed = parse_proof(text)
    except ProofError:
        assert source is None
        return
    assert isinstance(parsed, ValueProof)
    assert parsed.source == source


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("http:x", "it begins with file: or"),
        ("http json:", "write it like"),
        ("django:Invoice count >= 1", "write it like"),
        ("django:billing.Invoice newest < 25h", "write it like"),
        ("django:billing.Invoice count created >= 1", "is not a comparison"),
        ("sql:/b/x.db SELECT 1 < 2", "write it like"),
        ("sql:/b/x.db 'SELECT 1'", "write it like"),
        ("sql:/b/x.db '  ' < 2", "asks nothing"),
        ("sql:x.db 'SELECT 1' < 2", "is neither the absolute path of an SQLite file nor the name"),
        ("sql:x.db 'SELECT 1' < 2", "let the job report a number"),
        ("sql:postgresql://h/db 'SELECT 1' < 2", "Give it a name in [prove.databases]"),
        ("sql:/b/x.db 'SELECT 1' is 2", "is not a comparison"),
        (f"http json:{URL} newest < 25h", "write it like"),
        (f"http json:{URL} .newest", "write it like"),
        (f"http json:{URL} .a..b >= 1", "is not a field"),
        (f"http json:{URL} .a[x] >= 1", "is not a field"),
        ("http json:ftp://x/ .a >= 1", "is not an http or https URL"),
        ("http json:http:/// .a >= 1", "is not an http or https URL"),
        ("http json:http://x:99999/ .a >= 1", "is not a valid URL"),
        ("http json:http://me:pw@x/ .a >= 1", "the URL at x has a password in it"),
        (f"http json:{URL} .a is 1", "is not a comparison"),
        (f"http json:{URL} .a >= 1,", "is not a comparison"),
        (f"http json:{URL} .a >= soon", '"soon" is neither a number nor a span'),
        (f"http json:{URL} .a >= nan", '"nan" is neither a number nor a span'),
        (f"http json:{URL} .a == 25h", "an age is compared with < or >"),
        (f"http json:{URL} .a < 0h", "more than 0s"),
    ],
)
def test_a_wrong_proof_says_what_to_write(text: str, message: str) -> None:
    with pytest.raises(ProofError) as caught:
        parse_proof(text)
    assert message in str(caught.value)


WORDS = st.sampled_from(
    ["http json:", URL, " ", ".v", "[0]", ",", ">=", "<", "==", "80%", "of usual", "25h", "9", "x"]
)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)


@given(st.text() | st.lists(WORDS, max_size=12).map("".join), JSON)
def test_any_text_is_a_proof_that_can_be_judged_or_an_error(text: str, value: object) -> None:
    try:
        parsed = parse_proof(f"http json:{URL} .v {text}")
    except ProofError:
        return
    assert isinstance(parsed, ValueProof)
    assert parsed.clauses
    assert parsed.judge(SeenValue(value), [1, 2, 3], NOW).detail.startswith(URL)


@given(st.integers(1, 10**6), st.integers(-(10**6), 10**6))
def test_nothing_older_than_allowed_is_ever_proven(limit_s: int, age_s: int) -> None:
    value = SeenValue((NOW - timedelta(seconds=age_s)).isoformat())
    expected = "unmet" if age_s > limit_s else "unprovable" if age_s < -300 else "proven"
    assert proof(f"<= {limit_s}s").judge(value, [], NOW).outcome == expected
