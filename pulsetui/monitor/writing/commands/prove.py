"""What was found when proof of a run was looked for."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from pulsetui.core.proof.proof import Proof
from pulsetui.core.state.results import ProofFinding, take_finding
from pulsetui.monitor.writing.transaction import Transaction


class TakeFinding(Struct, frozen=True):
    """Judges the run by what was found. Nothing happens when the check asks for other proofs now, or when a
    newer good report has come; unless it ``insists``: then what was found counts for that one."""

    check_id: int
    finding: ProofFinding
    looked_for: tuple[Proof, ...]
    insists: bool = False

    def apply(self, transaction: Transaction, now: datetime) -> None:
        tracked = transaction.checks.get(self.check_id)
        if tracked is None or tracked.check.prove != self.looked_for:
            return
        state, finding = transaction.state(tracked), self.finding
        if self.insists and state.unproven is not None:
            finding = replace(finding, n=state.unproven.run.n)
        if state.unproven is not None and state.unproven.run.n == finding.n:
            transaction.apply(tracked, take_finding(tracked.check, state, finding, now), now)
