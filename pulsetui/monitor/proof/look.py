"""One look for one proof, whatever it is about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pulsetui.config.tables.prove import ProveConfig
from pulsetui.core.proof.file_proof import FileProof
from pulsetui.core.proof.proof import Proof
from pulsetui.core.proof.value_sources import DjangoQuery, JsonField, PostgresqlQuery, SqliteQuery
from pulsetui.core.proof.verdict import Verdict
from pulsetui.monitor.proof.files import look_at_file
from pulsetui.monitor.proof.postgresql import look_at_postgresql
from pulsetui.monitor.proof.project import look_at_project
from pulsetui.monitor.proof.sqlite import look_at_sqlite
from pulsetui.monitor.proof.web import look_at_json


def look_for(
    proof: Proof, usual: Sequence[float], now: datetime, ended_at: datetime, ways: ProveConfig
) -> tuple[Verdict, float | None]:
    """What follows from what is seen, and what the usual is made of. It may block. ``ways`` says how others
    are asked.

    Raises UnseenError when nothing can be told.
    """
    if isinstance(proof, FileProof):
        file = look_at_file(proof)
        return proof.judge(file, usual, now, ended_at), proof.measure(file)
    source = proof.source
    match source:
        case JsonField():
            value = look_at_json(source)
        case SqliteQuery():
            value = look_at_sqlite(source)
        case PostgresqlQuery():
            value = look_at_postgresql(ways.databases, source)
        case DjangoQuery():
            value = look_at_project(ways.manage, source)
    return proof.judge(value, usual, now, ended_at), proof.measure(value)
