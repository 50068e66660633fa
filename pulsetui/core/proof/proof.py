"""The proofs of a check (``prove``), whatever is looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from pulsetui.core.proof.file_proof import FILE_EXAMPLE, FileProof
from pulsetui.core.proof.value_proof import (
    ValueProof,
    parse_django_proof,
    parse_json_proof,
    parse_sql_proof,
)
from pulsetui.core.proof.verdict import ProofError

Proof = FileProof | ValueProof

MAX_PROOF_LENGTH = 1000
"""Characters of one proof."""

_KINDS: Mapping[str, Callable[[str], Proof]] = MappingProxyType(
    {
        "file": FileProof.parse,
        "http json": parse_json_proof,
        "sql": parse_sql_proof,
        "django": parse_django_proof,
    }
)
"""By the words before the first colon."""


def parse_proof(text: str) -> Proof:
    """Raises ProofError with a message that shows the form."""
    if len(text) > MAX_PROOF_LENGTH:
        raise ProofError(f'"{text:.60}…" is longer than {MAX_PROOF_LENGTH} characters')
    kind = " ".join(text.partition(":")[0].split())
    if kind in _KINDS:
        return _KINDS[kind](text)
    begin = " or ".join(f"{known}:" for known in _KINDS)
    raise ProofError(
        f'"{text:.60}" is not a valid proof: it begins with {begin}; write it like "{FILE_EXAMPLE}"'
    )
