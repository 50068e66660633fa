"""What can be said of runs by looking at several: the usual, the last good one, whose ping is whose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from pulsetui.client.views import CheckDetails, PingView, RunView
from pulsetui.core.state.status import Outcome, PingKind
from pulsetui.tui.draw.plot import Band, Tone, usual_band

RECENT = 15
"""The usual is taken from this many of the latest good runs, as in the engine."""
_NEAR = 0.10  # within a tenth it took as long as usual
_SPREAD = 1.5  # Tukey's fence: so many times the middle half above it is slow
_MIN_FACTOR = 1.3  # and never slow below so many times the median
_TIMES = 2.0  # from here on "2.3x" says more than a percentage

_TONES: Mapping[Outcome, Tone] = {
    Outcome.SUCCESS: "good",
    Outcome.RUNNING: "running",
    Outcome.HUNG: "hung",
    Outcome.ORPHAN: "hung",
    Outcome.SKIPPED: "none",
}
_ENDS = frozenset({PingKind.SUCCESS, PingKind.FAIL, PingKind.SKIP})


def usual_duration(details: CheckDetails) -> Band | None:
    """Quartiles of the recent good runs' durations, in seconds."""
    good = (run.duration for run in details.regular_runs if run.outcome is Outcome.SUCCESS)
    return usual_band([seconds for seconds in good if seconds is not None][:RECENT])


def usual_metric(details: CheckDetails, name: str) -> Band | None:
    """The same for what they reported under ``name``."""
    good = (
        run.metrics[name]
        for run in details.regular_runs
        if run.outcome is Outcome.SUCCESS and name in run.metrics
    )
    return usual_band(list(good)[:RECENT])


def is_slow(seconds: float, usual: Band | None) -> bool:
    """Whether it took longer than the spread of the usual explains."""
    if usual is None:
        return False
    fence = usual.high + _SPREAD * (usual.high - usual.low)
    return seconds > max(fence, _MIN_FACTOR * usual.middle)


def against_usual(seconds: float | None, usual: Band | None) -> str:
    """A duration against the median: ``usual``, ``+49%``, ``-20%``, ``2.3x``; "" when one is not known."""
    if seconds is None or usual is None or usual.middle <= 0:
        return ""
    ratio = seconds / usual.middle
    if abs(ratio - 1) <= _NEAR:
        return "usual"
    if ratio >= _TIMES:
        return f"{ratio:.1f}x" if ratio < 99.95 else ">99x"
    return f"{ratio - 1:+.0%}"


def tone_of(run: RunView) -> Tone:
    """How its bar looks; slowness is for whoever knows the usual."""
    return _TONES.get(run.outcome, "bad")


def last_good_metrics(details: CheckDetails) -> Mapping[str, float]:
    """What the last good run reported; empty when that very run is not listed."""
    good = (run for run in details.regular_runs if run.outcome is Outcome.SUCCESS)
    return next((run.metrics for run in good if run.ended_at == details.view.last_success), {})


def pings_by_run(details: CheckDetails) -> dict[int, list[PingView]]:
    """The listed pings of each listed run, oldest first."""
    by_rid = {run.rid: run.n for run in details.runs if run.rid is not None}
    numbers = {run.n for run in details.runs}
    found: dict[int, list[PingView]] = {}
    for ping in reversed(details.pings):
        number = ping.run
        if number is None:  # an engine that does not tell: a run has the number of the ping that opened it
            number = ping.n if ping.n in numbers else by_rid.get(ping.rid or "")
        if number is not None:
            found.setdefault(number, []).append(ping)
    return found


def output_of(pings: Sequence[PingView]) -> PingView | None:
    """The ping of a run that carries its output: its end, else the last with a body."""
    with_body = [ping for ping in pings if ping.body_size]
    ends = [ping for ping in with_body if ping.kind in _ENDS]
    found = ends or with_body
    return found[-1] if found else None


def good_before(details: CheckDetails, run: RunView) -> RunView | None:
    """The newest good run older than ``run`` whose output is listed; without one, the newest good run."""
    pings = pings_by_run(details)
    older = [
        other
        for other in _after(details.runs, run)
        if not other.catch_up and other.outcome is Outcome.SUCCESS and not other.duplicate
    ]
    return next((other for other in older if output_of(pings.get(other.n, []))), older[0] if older else None)


class RunStory(Struct, frozen=True):
    """A run with what belongs to it."""

    run: RunView
    pings: Sequence[PingView]  # the listed ones, oldest first
    output: PingView | None  # the ping that carries its output
    good: RunView | None  # what it is compared with
    good_output: PingView | None


def story_of(details: CheckDetails, number: int) -> RunStory | None:
    """The run of that number; None when it is not listed (any more)."""
    run = next((run for run in details.runs if run.n == number), None)
    if run is None:
        return None
    pings = pings_by_run(details)
    good = good_before(details, run)
    own = pings.get(number, [])
    return RunStory(
        run, own, output_of(own), good, None if good is None else output_of(pings.get(good.n, []))
    )


def run_notes(run: RunView) -> list[str]:
    """What was odd about it, in words; unsafe text."""
    notes = [run.detail] if run.detail else []
    if run.exit_status and not run.detail:
        notes.append(f"exit status {run.exit_status}")
    if run.overlaps is not None:
        notes.append(f"overlapped run {run.overlaps}, which was still running")
    if run.duplicate:
        notes.append("duplicate: too soon after the previous run")
    if run.outcome is Outcome.ORPHAN and not run.detail:
        notes.append("started but never finished")
    return notes


def host_of(pings: Sequence[PingView]) -> str:
    """Where its pings came from: addresses and the programs that sent them; unsafe text."""
    addresses = dict.fromkeys(ping.remote_addr for ping in pings if ping.remote_addr)
    agents = dict.fromkeys(ping.ua.split(" ")[0] for ping in pings if ping.ua.strip())
    return " ".join((*addresses, *agents))


def _after(runs: Sequence[RunView], run: RunView) -> Iterator[RunView]:
    """The runs that are listed after it: they are older."""
    seen = False
    for other in runs:
        if seen:
            yield other
        seen = seen or other.n == run.n
