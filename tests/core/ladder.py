"""A check under test: give it pings and time, read its status. Everything is written as HH:MM of one day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from pulsetui.core.proof.expect import Expectation
from pulsetui.core.proof.proof import parse_proof
from pulsetui.core.proof.verdict import ProofOutcome, Verdict
from pulsetui.core.schedule.cron import Cron
from pulsetui.core.schedule.period import Every
from pulsetui.core.schedule.schedule import Schedule
from pulsetui.core.state import machine, operate
from pulsetui.core.state.check import Check
from pulsetui.core.state.incident import Acknowledgement, Flip, Incident
from pulsetui.core.state.ping import Ping
from pulsetui.core.state.results import ProofFinding, take_finding
from pulsetui.core.state.run import Run
from pulsetui.core.state.state import new_state, next_wake, status_at
from pulsetui.core.state.status import PingKind
from pulsetui.core.state.transition import Transition

DAY = datetime(2026, 11, 20, tzinfo=UTC)  # a Friday

KINDS = {
    "success": PingKind.SUCCESS,
    "start": PingKind.START,
    "fail": PingKind.FAIL,
    "skip": PingKind.SKIP,
    "log": PingKind.LOG,
}


def at(text: str) -> datetime:
    """``02:00``, ``02:00:30``, or ``+1 02:00`` for the next day, ``-1 02:00`` for the one before."""
    days = 0
    if text.startswith(("+", "-")):
        ahead, text = text.split()
        days = int(ahead)
    parts = [int(part) for part in text.split(":")]
    hours, minutes, seconds = (*parts, 0)[:3]
    return DAY + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def rid(n: int) -> UUID:
    return UUID(int=n)


class Ladder:
    """Applies events in order and keeps everything that was written down.

    It waits for a first report, unless told otherwise: most ladders begin with one, hours after midnight.
    """

    def __init__(self, schedule: str | Schedule = "1h", *, born: str = "00:00", **fields: Any) -> None:
        self.check = make_check(schedule, **{"wait_for_first": True, **fields})
        self.state = operate.redefine(self.check, new_state(at(born)), at(born)).state
        self.flips: list[Flip] = []
        self.runs: dict[int, Run] = {}
        self.incidents: dict[int, Incident] = {}
        self.notes: list[str] = []

    def take(self, transition: Transition) -> Transition:
        self.state = transition.state
        self.flips += transition.flips
        self.runs |= {run.n: run for run in transition.runs}
        self.incidents |= {incident.n: incident for incident in transition.incidents}
        self.notes += transition.notes
        return transition

    def ping(
        self, kind: str, when: str, run: int | None = None, *, now: str | None = None, **fields: Any
    ) -> Transition:
        ping = Ping(
            kind=KINDS[kind],
            at=at(when),
            rid=None if run is None else rid(run),
            spooled=now is not None,
            **fields,
        )
        return self.take(machine.receive(self.check, self.state, ping, at(now or when)))

    def found(self, outcome: str, when: str, *, n: int | None = None, **measured: float) -> None:
        """Somebody looked for proof of the newest good run, or of the run ``n``."""
        waiting = self.state.unproven
        number = n or (0 if waiting is None else waiting.run.n)
        texts = {f"file:/b/{name} newer 26h": size for name, size in measured.items()}
        verdict = Verdict(ProofOutcome(outcome), f"{outcome} seen")
        finding = ProofFinding(number, verdict, texts)
        self.take(take_finding(self.check, self.state, finding, at(when)))

    def until(self, when: str) -> str:
        """Time passes; returns ``status`` or ``status reason``."""
        self.take(machine.advance(self.check, self.state, at(when)))
        return self.status(when)

    def status(self, when: str) -> str:
        status = status_at(self.state, at(when))
        return status if self.state.reason is None else f"{status} {self.state.reason}"

    def pause(self, when: str, by: str = "") -> None:
        self.take(operate.pause(self.check, self.state, at(when), by))

    def resume(self, when: str) -> None:
        self.take(operate.resume(self.check, self.state, at(when)))

    def undo(self, when: str) -> bool:
        """Takes the last pause or resume back; False when that cannot be."""
        transition = operate.undo(self.check, self.state, at(when))
        if transition is None:
            return False
        self.take(transition)
        self.until(when)
        return True

    def skip(self, since: str, until: str) -> None:
        self.take(operate.skip_unwatched(self.check, self.state, at(since), at(until)))

    def acknowledge(self, when: str, *, any_reason: bool = False) -> None:
        known = Acknowledgement(at=at(when), by="ops", reason=self.state.reason, any_reason=any_reason)
        self.take(operate.acknowledge(self.check, self.state, known))

    def set_back(self, before: str, when: str) -> None:
        self.take(operate.set_back(self.check, self.state, at(before), at(when)))

    def redefine(self, when: str, schedule: str | Schedule | None = None, **fields: Any) -> None:
        wait = {"wait_for_first": self.check.wait_for_first}
        self.check = make_check(schedule or self.check.schedule, **{**wait, **fields})
        self.take(operate.redefine(self.check, self.state, at(when)))

    def wake(self, when: str) -> datetime | None:
        return next_wake(self.check, self.state, at(when))

    @property
    def told(self) -> list[str]:
        """The flips as ``HH:MM before>after``."""
        return [f"{flip.at:%H:%M} {flip.before}>{flip.after}" for flip in self.flips]


def make_check(schedule: str | Schedule = "1h", **fields: Any) -> Check:
    if isinstance(schedule, str):
        schedule = Cron.parse(schedule) if len(schedule.split()) == 5 else Every.parse(schedule)
    for key in ("grace", "early", "start_grace", "max_runtime", "min_runtime", "min_interval"):
        if isinstance(fields.get(key), int):
            fields[key] = timedelta(minutes=fields[key])
    fields.setdefault("grace", timedelta(minutes=30))
    if "expect" in fields:
        fields["expect"] = tuple(Expectation.parse(text) for text in fields["expect"])
    if "prove" in fields:
        fields["prove"] = tuple(parse_proof(text) for text in fields["prove"])
    return Check(slug="job", name="Job", schedule=schedule, **fields)
