"""What became of looking for proof that a run did its work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import StrEnum

from msgspec import Struct

from pulsetui.errors import PulseError


class ProofError(PulseError):
    """The text is not a valid proof."""


class ProofOutcome(StrEnum):
    """The three answers."""

    PROVEN = "proven"
    UNMET = "unmet"  # the job did nothing, or not enough
    UNPROVABLE = "unprovable"  # nobody can tell: what should be looked at cannot be


MAX_AHEAD = timedelta(minutes=5)
"""How far what is seen may be dated ahead of our clock: others have clocks of their own. What is from next
year would be new for a year, and hide that nobody writes it any more."""

WORDS: Mapping[ProofOutcome, str] = {
    ProofOutcome.PROVEN: "proven",
    ProofOutcome.UNMET: "unmet",
    ProofOutcome.UNPROVABLE: "not provable",
}


class Verdict(Struct, frozen=True):
    """One answer. ``detail`` is what was seen, in words; unsafe text."""

    outcome: ProofOutcome
    detail: str

    @property
    def text(self) -> str:
        """``proven: /backup/shop.dump was written 3m ago, 1.2 GB``; "" where nothing was looked for."""
        return f"{WORDS[self.outcome]}: {self.detail}" if self.detail else ""


NOTHING_ASKED = Verdict(ProofOutcome.PROVEN, "")
"""Of a check that asks for no proof any more."""

_GRAVEST_FIRST = (ProofOutcome.UNMET, ProofOutcome.UNPROVABLE, ProofOutcome.PROVEN)


def together(verdicts: Sequence[Verdict]) -> Verdict:
    """Of several proofs: the gravest answer, with the details of those that gave it."""
    for outcome in _GRAVEST_FIRST:
        if details := [one.detail for one in verdicts if one.outcome is outcome]:
            return Verdict(outcome, "; ".join(details))
    return NOTHING_ASKED
