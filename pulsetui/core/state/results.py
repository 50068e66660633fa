"""What the end of a run, once it is judged, does to its check; and what the proof of it does later.

Where proof is asked for (``prove``), a good run answers its slot at once, and does the rest when it is
believed: a check that is down stays so until then, and failures in a row stay counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from pulsetui.core.proof.verdict import ProofOutcome, Verdict
from pulsetui.core.state.check import Check
from pulsetui.core.state.draft import TransitionBuilder
from pulsetui.core.state.run import Run, Unproven
from pulsetui.core.state.state import CheckState
from pulsetui.core.state.status import Outcome, Reason, Status
from pulsetui.core.state.transition import Transition
from pulsetui.core.text.phrases import unprovable_text

MEASURED_KEPT = 15
"""How many recent measures of a proof make the usual one, as with durations."""
LOUD_AFTER = 3
"""After so many good runs in a row that nobody could prove, somebody is told: a look that fails once may be a
look at a bad moment."""

_FAILURES = {
    Outcome.FAILED: Reason.FAILED,
    Outcome.UNMET: Reason.UNMET,
    Outcome.TOO_SHORT: Reason.TOO_SHORT,
}
_AWAITS_PROOF = "it has reported well; proof of that is being looked for"
_NOTHING: Mapping[str, float] = {}


class ProofFinding(Struct, frozen=True):
    """What became of looking for proof of the run ``n``. ``measured``: by the text of a proof, what its usual
    is made of."""

    n: int
    verdict: Verdict
    measured: Mapping[str, float] = _NOTHING


def take_back(draft: TransitionBuilder, run: Run) -> None:
    """What the end of ``run`` did to what is counted, since it is told once more, and differs."""
    state = draft.state
    if run.outcome in _FAILURES:
        state.failures = max(state.failures - 1, 0)
        if not state.failures:
            state.failing_since = None
    if run.outcome is not Outcome.SUCCESS:
        return
    if run.duration is not None:
        state.durations = state.durations[:-1]
    if state.unproven is not None and state.unproven.run.n == run.n:
        state.last_success, state.unproven = state.unproven.success_before, None
    else:
        state.successes = max(state.successes - 1, 0)


def take_good(
    draft: TransitionBuilder, run: Run, flip_at: datetime, *, began: datetime | None = None
) -> None:
    """A good end; ``began`` where ``run`` itself does not know when it did."""
    state = draft.state
    before, state.last_success = state.last_success, run.ended_at
    if run.duration is not None:
        draft.remember_duration(run.duration)
    if not draft.check.prove:
        state.unproven = None
        _believe(draft, run, flip_at, began=began)
        return
    is_down = state.status is Status.DOWN
    state.unproven = Unproven(run=run, success_before=before, recovers=is_down)
    if is_down:
        state.detail = _AWAITS_PROOF
    else:
        draft.go(flip_at, Status.UP)


def take_bad(draft: TransitionBuilder, run: Run, at: datetime) -> None:
    """A bad end; the check is down by it ``at`` then."""
    state, reason, detail = draft.state, _FAILURES[run.outcome], run.detail
    state.unproven = None
    state.bad_began = _began(run)
    state.failures += 1
    state.failing_since = state.failing_since or at
    state.successes = 0
    wanted = draft.check.failures_before_down
    if state.status is Status.DOWN or state.failures >= wanted:
        draft.go_down(at, reason, detail, state.failing_since)
        return
    draft.go(at, Status.UP)
    state.detail = f"{detail} ({state.failures} of the {wanted} failures in a row that take it down)"


def take_finding(check: Check, state: CheckState, finding: ProofFinding, now: datetime) -> Transition:
    """What was found of its newest good run; nothing happens when that is another one, or has its finding."""
    draft = TransitionBuilder(check, state)
    new, waiting, verdict = draft.state, state.unproven, finding.verdict
    if waiting is None or waiting.run.n != finding.n:
        return draft.finish(state)
    new.unproven = None
    run, ended = waiting.run, waiting.run.ended_at
    at = ended if ended is not None and ended >= new.since else now
    if verdict.outcome is ProofOutcome.UNMET:
        after = replace(run, outcome=Outcome.UNMET, detail=verdict.detail, proof=verdict.text)
        new.last_success = waiting.success_before
    else:
        after = replace(run, proof=verdict.text)
    draft.revise_run(run, after)
    if new.last_run is not None and new.last_run.n == after.n:
        new.last_run = after
    _count_unprovable(draft, verdict)
    if verdict.outcome is ProofOutcome.UNMET:
        take_bad(draft, after, at)
        return draft.finish(state)
    if verdict.outcome is ProofOutcome.PROVEN:
        _measure(draft, finding.measured)
    _believe(draft, run, at, recovers=waiting.recovers)
    return draft.finish(state)


def _believe(
    draft: TransitionBuilder, run: Run, at: datetime, *, recovers: bool = True, began: datetime | None = None
) -> None:
    """The run was good. Not ``recovers``: it is down by something that came after it."""
    state = draft.state
    draft.forget_failures()
    state.good_began = began or _began(run)
    if state.status is Status.DOWN and not recovers:
        return
    if state.status is Status.DOWN:
        state.successes += 1
        wanted = draft.check.successes_before_up
        if state.successes < wanted:
            state.detail = f"{state.successes} of the {wanted} good runs that recovery takes"
            return
    draft.go(at, Status.UP)


def _began(run: Run) -> datetime | None:
    """As far as is known: of one that reports no start and no duration, when it was over."""
    if run.started_at is not None or run.duration is None or run.ended_at is None:
        return run.started_at or run.ended_at
    return run.ended_at - run.duration


def _count_unprovable(draft: TransitionBuilder, verdict: Verdict) -> None:
    state = draft.state
    if verdict.outcome is not ProofOutcome.UNPROVABLE:
        state.unprovable, state.unprovable_why = 0, ""
        return
    state.unprovable, state.unprovable_why = state.unprovable + 1, verdict.detail
    if state.unprovable == LOUD_AFTER:
        draft.tell(unprovable_text(state.unprovable, verdict.detail))


def _measure(draft: TransitionBuilder, measured: Mapping[str, float]) -> None:
    """What was measured joins what is usual; of proofs that are no longer asked for nothing is kept."""
    known = draft.state.usual or {}
    found = {
        proof.text: (*known.get(proof.text, ()), measured[proof.text])[-MEASURED_KEPT:]
        for proof in draft.check.prove
        if proof.text in measured
    }
    draft.state.usual = found or None
