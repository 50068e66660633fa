"""What must hold of one value that is fetched: out of JSON behind a URL, or by a query.

A comparison with a number (``>= 1``) is about the value itself, one with a span (``< 25h``) about its age,
one with a share (``>= 80% of usual``) about what it was before. Fetching is the caller's: here are only the
words, and what follows from what was seen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Literal

from msgspec import Struct

from pulsetui.core import storable
from pulsetui.core.proof.comparisons import COMPARISONS, usual_of
from pulsetui.core.proof.value_sources import (
    DjangoQuery,
    JsonField,
    PostgresqlQuery,
    SqliteQuery,
    parse_django_query,
    parse_json_field,
    parse_sql_query,
)
from pulsetui.core.proof.verdict import MAX_AHEAD, ProofError, ProofOutcome, Verdict
from pulsetui.core.schedule.duration import DurationError, parse_duration
from pulsetui.core.text.clean import clean
from pulsetui.core.text.number import number
from pulsetui.core.text.phrases import number_text, span_text

_CLAUSE = re.compile(r"(>=|<=|==|!=|>|<)\s*(\S.*)", re.DOTALL)
_SHARE = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)\s*%\s*of\s+usual", re.ASCII)
_PERCENT = 100
_AGES = frozenset({"<", "<=", ">", ">="})
_MILLISECONDS_FROM = 1e11
"""A time stamp above that counts milliseconds: as seconds it were in the year 5138."""
_MAX_SHOWN = 60  # characters of a value


class ValueClause(Struct, frozen=True):
    """One comparison. ``amount`` is a number, the seconds of an age, or a share of the usual (1.0 is all)."""

    text: str
    comparison: str
    amount: float
    of: Literal["value", "age", "usual"]


class SeenValue(Struct, frozen=True):
    """What was fetched, as JSON or SQL has it; None where it is said that there is nothing."""

    value: object


class ValueProof(Struct, frozen=True):
    """One value, and what must hold of it. ``what`` says in words what is looked at; it is shown."""

    text: str
    what: str
    source: JsonField | SqliteQuery | PostgresqlQuery | DjangoQuery
    clauses: tuple[ValueClause, ...]

    @property
    def runs_program(self) -> bool:
        """Whether to look takes a program."""
        return isinstance(self.source, DjangoQuery)

    @property
    def database(self) -> str:
        """Which of ``[prove.databases]`` is asked; "" for none of them."""
        return self.source.database if isinstance(self.source, PostgresqlQuery) else ""

    def judge(
        self, seen: SeenValue, usual: Sequence[float], now: datetime, ended_at: datetime | None = None
    ) -> Verdict:
        """What follows from ``seen``. ``usual`` are the values of the runs that were proven before;
        ``ended_at`` is when the run ended, if that is not now: ages are those of then."""
        if seen.value is None:
            return Verdict(ProofOutcome.UNMET, f"{self.what} is null: there is nothing")
        facts: list[str] = []
        wrong: list[str] = []
        for clause in self.clauses:
            if clause.of == "age":
                outcome, said = _judge_age(clause, seen.value, now, ended_at or now)
            else:
                outcome, said = _judge_number(clause, seen.value, usual_of(usual))
            if outcome is ProofOutcome.UNPROVABLE:
                return Verdict(outcome, f"{self.what} {said}")
            (facts if outcome is ProofOutcome.PROVEN else wrong).append(said)
        outcome = ProofOutcome.UNMET if wrong else ProofOutcome.PROVEN
        return Verdict(outcome, f"{self.what} {'; '.join(dict.fromkeys(wrong or facts))}")

    def measure(self, seen: SeenValue) -> float | None:
        """What the usual is made of; None where that is not asked for, and of what is no number."""
        return _number_of(seen.value) if any(clause.of == "usual" for clause in self.clauses) else None


def parse_json_proof(text: str) -> ValueProof:
    """Raises ProofError with a message that shows the form."""
    source, clauses = parse_json_field(text)
    return ValueProof(text.strip(), source.what, source, parse_clauses(clauses))


def parse_sql_proof(text: str) -> ValueProof:
    """Raises ProofError with a message that shows the form."""
    source, clauses = parse_sql_query(text)
    return ValueProof(text.strip(), source.what, source, parse_clauses(clauses))


def parse_django_proof(text: str) -> ValueProof:
    """Raises ProofError with a message that shows the form."""
    source, clauses = parse_django_query(text)
    return ValueProof(text.strip(), source.what, source, parse_clauses(clauses))


def parse_clauses(text: str) -> tuple[ValueClause, ...]:
    """Comparisons with commas between them. Raises ProofError."""
    return tuple(_clause(" ".join(part.split())) for part in text.split(","))


def _clause(text: str) -> ValueClause:
    match = _CLAUSE.fullmatch(text)
    if match is None:
        raise ProofError(f'"{text:.60}" is not a comparison; write "< 25h", ">= 1" or ">= 80% of usual"')
    comparison, literal = match.groups()
    if share := _SHARE.fullmatch(literal):
        return ValueClause(text, comparison, float(share[1]) / _PERCENT, "usual")
    if (amount := number(literal)) is not None:
        return ValueClause(text, comparison, amount, "value")
    try:
        span = parse_duration(literal)
    except (DurationError, ValueError):
        raise ProofError(f'"{text:.60}": "{literal:.40}" is neither a number nor a span like 25h') from None
    if comparison not in _AGES or span <= timedelta(0):
        raise ProofError(f'"{text:.60}": an age is compared with < or >, and with more than 0s')
    return ValueClause(text, comparison, span.total_seconds(), "age")


_Judged = tuple[ProofOutcome, str]


def _judge_age(clause: ValueClause, value: object, now: datetime, ended_at: datetime) -> _Judged:
    at = _instant_of(value)
    if at is None:
        return ProofOutcome.UNPROVABLE, f"is {_shown(value)}, which is not an instant (2026-11-28T02:00:00Z)"
    age = (now - at).total_seconds()
    if at - now > MAX_AHEAD:
        return ProofOutcome.UNPROVABLE, f"is {span_text(age)} ahead of this host's clock ({_shown(value)})"
    said = f"is {span_text(max(age, 0.0))} old"
    if COMPARISONS[clause.comparison]((ended_at - at).total_seconds(), clause.amount):
        return ProofOutcome.PROVEN, said
    return ProofOutcome.UNMET, f"{said}, expected {clause.text}"


def _judge_number(clause: ValueClause, value: object, usual: float | None) -> _Judged:
    found = _number_of(value)
    if found is None:
        return ProofOutcome.UNPROVABLE, f"is {_shown(value)}, which is no number"
    said = f"is {number_text(found)}"
    if clause.of == "usual" and usual is None:
        return ProofOutcome.PROVEN, said
    bound = clause.amount * (usual or 0.0) if clause.of == "usual" else clause.amount
    if COMPARISONS[clause.comparison](found, bound):
        return ProofOutcome.PROVEN, said
    known = f" (usual: {number_text(usual)})" if clause.of == "usual" and usual is not None else ""
    return ProofOutcome.UNMET, f"{said}, expected {clause.text}{known}"


def _number_of(value: object) -> float | None:
    """A list or an object counts its entries, true is 1."""
    if isinstance(value, str):
        return number(value)
    if isinstance(value, list | dict):
        return float(len(value))
    if not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if isfinite(found) else None


def _instant_of(value: object) -> datetime | None:
    """Of ISO 8601, without a zone in UTC, or of the seconds since 1970, or their thousandths."""
    try:
        if isinstance(value, str) and number(value) is None:
            at = datetime.fromisoformat(value.strip())
            return storable.instant(at if at.tzinfo is not None else at.replace(tzinfo=UTC))
        stamp = None if isinstance(value, bool | list | dict) else _number_of(value)
        if stamp is None:
            return None
        seconds = stamp / 1000 if stamp > _MILLISECONDS_FROM else stamp
        return storable.instant(datetime.fromtimestamp(seconds, UTC))
    except (ValueError, OverflowError, OSError, storable.UnstorableError):
        return None


def _shown(value: object) -> str:
    """The value in a sentence: it came over the network."""
    for kind, word in ((list, "a list"), (dict, "an object"), (bytes, "bytes")):
        if isinstance(value, kind):
            return word
    text = clean(str(value)[: 4 * _MAX_SHOWN], _MAX_SHOWN)
    return f'"{text}"' if isinstance(value, str) else text
