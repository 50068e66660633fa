"""The proofs of a check (``prove``), whatever is looked at."""

from __future__ import annotations

from pulsetui.core.proof.file_proof import FileProof
from pulsetui.core.proof.verdict import ProofError

Proof = FileProof

MAX_PROOF_LENGTH = 1000
"""Characters of one proof."""


def parse_proof(text: str) -> Proof:
    """Raises ProofError with a message that shows the form."""
    if len(text) > MAX_PROOF_LENGTH:
        raise ProofError(f'"{text:.60}…" is longer than {MAX_PROOF_LENGTH} characters')
    return FileProof.parse(text)
