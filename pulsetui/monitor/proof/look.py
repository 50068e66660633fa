"""One look for one proof, whatever it is about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pulsetui.core.proof.file_proof import FileProof
from pulsetui.core.proof.proof import Proof
from pulsetui.core.proof.value_sources import DjangoQuery, JsonField, SqlQuery
from pulsetui.core.proof.verdict import Verdict
from pulsetui.monitor.proof.files import look_at_file
from pulsetui.monitor.proof.project import look_at_project
from pulsetui.monitor.proof.sql import look_at_sql
from pulsetui.monitor.proof.web import look_at_json


def look_for(
    proof: Proof, usual: Sequence[float], now: datetime, ended_at: datetime, manage: Sequence[str] = ()
) -> tuple[Verdict, float | None]:
    """What follows from what is seen, and what the usual is made of. It may block. ``manage`` begins a Django
    project's manage.py.

    Raises UnseenError when nothing can be told.
    """
    if isinstance(proof, FileProof):
        file = look_at_file(proof)
        return proof.judge(file, usual, now, ended_at), proof.measure(file)
    source = proof.source
    match source:
        case JsonField():
            value = look_at_json(source)
        case SqlQuery():
            value = look_at_sql(source)
        case DjangoQuery():
            value = look_at_project(manage, source)
    return proof.judge(value, usual, now, ended_at), proof.measure(value)
