"""What the engine hears of a run while it goes on: its start, and from time to time how far it is.

All of it happens in a thread of its own, so that no job waits for it.
"""

from __future__ import annotations

import threading
import time

from pulsetui.job.client import send, send_or_keep
from pulsetui.job.report import LOST, SENT, PingReport, SendResult

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pulsetui.job.locate import Route
    from pulsetui.job.wire import Address

    Complete = Callable[[PingReport], None]
    HowFar = Callable[[], tuple[float | None, bytes]]

EVERY_S = 10.0
"""Between two reports of how far a run is."""

_PATIENCE_S = 1.0
"""For one of them: it is not kept, the next one says it better."""

_MAX_FAILURES = 3
"""In a row: an engine that does not take them is left alone."""


class Teller:
    """Tells an engine of one run. What became of the reports is in ``told``, in order."""

    def __init__(self, address: Address | None, route: Route) -> None:
        self.told: list[SendResult] = []
        self._address = address
        self._route = route
        self._started = threading.Event()
        self._over = threading.Event()

    def tell(self, report: PingReport, patience: float) -> None:
        """Sends or keeps a report within ``patience`` seconds."""
        try:
            self.told.append(send_or_keep(report, self._address, self._route, patience=patience))
        except Exception as error:  # noqa: BLE001 - a bug of ours must not become the job's failure
            self.told.append(SendResult(LOST, f"the report failed: {type(error).__name__}: {error}"))

    def begin(self, start: PingReport, patience: float, complete: Complete, how_far: HowFar) -> None:
        """Reports the start as ``complete`` leaves it, and goes on with what ``how_far`` says (percent and
        words) until ``end``."""
        threading.Thread(target=self._run, args=(start, patience, complete, how_far), daemon=True).start()

    def end(self, patience: float) -> None:
        """No more of it; waits at most ``patience`` seconds for the start."""
        self._over.set()
        self._started.wait(patience)

    def _run(self, start: PingReport, patience: float, complete: Complete, how_far: HowFar) -> None:
        try:
            complete(start)
            self.tell(start, patience)
        finally:
            self._started.set()
        if self.told[-1].state != SENT:
            return  # nobody is there, or nobody knows the check
        failures = 0
        said: tuple[float | None, bytes] | None = (None, b"")
        due = time.monotonic() + EVERY_S
        while failures < _MAX_FAILURES and not self._over.wait(max(due - time.monotonic(), 0.0)):
            due = time.monotonic() + EVERY_S
            now = how_far()
            if now == said:
                continue
            said = now
            failures = 0 if self._send(start, *now) else failures + 1

    def _send(self, start: PingReport, percent: float | None, words: bytes) -> bool:
        report = PingReport(slug=start.slug, kind="log", rid=start.rid, body=words, progress=percent)
        report.is_progress = True
        try:
            assert self._address is not None
            return send(report, self._address, patience=_PATIENCE_S, proof=self._route.proof).state == SENT
        except Exception:  # noqa: BLE001 - nor this one
            return False
