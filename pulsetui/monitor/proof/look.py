"""One look for one proof, whatever it is about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pulsetui.core.proof.file_proof import FileProof
from pulsetui.core.proof.proof import Proof
from pulsetui.core.proof.value_sources import JsonField
from pulsetui.core.proof.verdict import Verdict
from pulsetui.monitor.proof.files import look_at_file
from pulsetui.monitor.proof.sql import look_at_sql
from pulsetui.monitor.proof.web import look_at_json


def look_for(
    proof: Proof, usual: Sequence[float], now: datetime, ended_at: datetime
) -> tuple[Verdict, float | None]:
    """What follows from what is seen, and what the usual is made of. It may block.

    Raises UnseenError when nothing can be told.
    """
    if isinstance(proof, FileProof):
        file = look_at_file(proof)
        return proof.judge(file, usual, now, ended_at), proof.measure(file)
    source = proof.source
    value = look_at_json(source) if isinstance(source, JsonField) else look_at_sql(source)
    return proof.judge(value, usual, now, ended_at), proof.measure(value)
