"""The one judge of whether the engine is well: for ``/healthz``, the service manager and the watchdogs.

Each part is asked for a proof of life, not for its opinion. The loop ticks; the writer has answered a
command; something was really written lately; the earliest deadline is not long past; alerts are looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from msgspec import Struct

from pulsetui.core.text.phrases import span_text
from pulsetui.monitor.clock import Clock
from pulsetui.monitor.writing.commands.judge import Prove
from pulsetui.monitor.writing.transaction import Command
from pulsetui.monitor.writing.writer import OnDone

PROVE_EVERY_S: Final = 60.0
"""So often something is really written, also while nobody pings."""
MAX_SILENT_S: Final = 60.0
"""A commit takes milliseconds, on a bad day seconds. A part that shows no life for so long stands still."""
_ASK_EVERY_S: Final = 10.0


class Trouble(Struct, frozen=True):
    """Why the engine is not well, for a person."""

    text: str
    is_stuck: bool = False
    """A part of the engine stands still: another start may help. It does not when the disk refuses: then the
    engine that runs keeps what it knows, tells of it and tries on."""


class Deadlines(Protocol):
    """What of ``Evaluator`` matters here."""

    def overdue_s(self) -> float: ...


class HealthJudge:
    """Lives on the engine's loop: whoever asks from elsewhere asks through the loop, and so asks it, too."""

    def __init__(
        self,
        clock: Clock,
        deadlines: Deadlines,
        store_trouble: Callable[[], str | None],
        submit: Callable[[Command[None], OnDone[None]], None],
    ) -> None:
        """``submit`` queues a command for the writer."""
        self._clock = clock
        self._deadlines = deadlines
        self._store_trouble = store_trouble
        self._submit = submit
        self._answered = self._proved = clock.monotonic()
        self._asked: float | None = None  # since when an answer is waited for
        self._overdue_s = (0.0, 0.0)  # at the last two ticks: in one alone the clock may have been set
        self._broken = ""
        self.alerts_stuck: Callable[[], str | None] = lambda: None
        """Why alerts do not go out, though their hooks may be well; set by who delivers them."""

    def tick(self) -> None:
        """Once a second: asks the writer for a proof when the last is old, and again and again while nothing
        can be written."""
        now = self._clock.monotonic()
        self._overdue_s = (self._overdue_s[1], self._deadlines.overdue_s())
        if self._asked is not None:
            return
        is_ill = self._store_trouble() is not None
        if is_ill or now - self._answered >= _ASK_EVERY_S:
            self._asked = now
            proof = Prove(writes=is_ill or now - self._proved >= PROVE_EVERY_S)
            self._submit(proof, lambda result: self._have_answer(proof, result))

    def broke(self, error: BaseException) -> None:
        """A part of the engine ended that should not have."""
        self._broken = self._broken or f"a part of the engine stopped: {error}"

    def trouble(self) -> Trouble | None:
        """What is wrong with the engine, or None. A hook that fails is not the engine's trouble."""
        if stuck := self._stuck():
            return Trouble(stuck, is_stuck=True)
        if refused := self._store_trouble():
            return Trouble(refused)  # and what became of alerts cannot be written down, either
        stuck = self.alerts_stuck()
        return Trouble(stuck, is_stuck=True) if stuck else None

    def _have_answer(self, proof: Prove, result: object) -> None:
        self._answered, self._asked = self._clock.monotonic(), None
        if proof.writes and not isinstance(result, Exception):
            self._proved = self._answered

    def _stuck(self) -> str | None:
        if self._broken:
            return f"{self._broken}. Restart PulseTUI."
        waited = 0.0 if self._asked is None else self._clock.monotonic() - self._asked
        if waited > MAX_SILENT_S:
            return f"nothing was written for {span_text(waited)}: the disk may be stalled"
        if (late := min(self._overdue_s)) > MAX_SILENT_S:
            return f"no deadline was judged for {span_text(late)}"
        return None
