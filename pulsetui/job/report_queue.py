"""Sends reports in the background, in order, and keeps what reaches no engine.

No task of Celery or job of APScheduler waits for it; a child of Celery's takes its next task when the end of
the last has left. Its thread lives while there is something to send: a process that forks later, as a worker
does for each new child, has no thread of ours then. A child that was forked begins anew; what waited in its
parent is its parent's.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque

from pulsetui.job import locate
from pulsetui.job.report import LOST, REFUSED, SENT, SPOOLED, UNKNOWN, PingReport, SendResult
from pulsetui.job.reports import is_asked_for
from pulsetui.job.wire import parse_address

logger = logging.getLogger("pulsetui")

MAX_WAITING = 1000
"""Reports; with more than that waiting, further ones go to the disk at once."""

FLUSH_S = 2.0
"""At most this long a process that ends is kept."""

SETTLE_S = 1.0
"""At most this long a child waits after a task before it takes the next one."""

_AWAY_S = 10.0  # after no answer, reports are kept without asking again
_SEND_S = 2.0
_PROBE_S = 0.3  # patience for a report behind which many wait


class ReportQueue:
    """``url`` and ``state_dir`` as in ``pulsetui.heartbeat``: where nothing names either, nothing is told."""

    def __init__(self, url: str | None = None, state_dir: str | None = None) -> None:
        self._url = url
        self._state_dir = state_dir
        self._complained: set[str] = set()
        self._begin()

    def _begin(self) -> None:
        self._pid = os.getpid()
        self._changed = threading.Condition()
        self._waiting: deque[PingReport] = deque()
        self._is_sending = False
        self._away_until = 0.0  # on the monotonic clock

    @property
    def is_wanted(self) -> bool:
        """Whether anything says where reports are to go."""
        return is_asked_for(self._url, self._state_dir)

    def put(self, report: PingReport) -> None:
        """Has ``report`` sent. Never raises."""
        if not self.is_wanted:
            return
        try:
            self._put(report)
        except Exception as error:  # noqa: BLE001 - no task fails because of us
            self._warn(report.slug, f"the report failed: {type(error).__name__}: {error}")

    def _put(self, report: PingReport) -> None:
        if os.getpid() != self._pid:
            self._begin()
        with self._changed:
            if len(self._waiting) < MAX_WAITING:
                self._waiting.append(report)
                if not self._is_sending:
                    self._is_sending = True
                    try:
                        threading.Thread(target=self._send_all, name="pulsetui", daemon=True).start()
                    except RuntimeError:  # no more threads, or the interpreter is ending: flush() keeps it
                        self._is_sending = False
                return
        self._deliver(report, is_away=True)

    def settle(self) -> None:
        """Waits a little until all is on its way: the next task of this child may take the process down."""
        if os.getpid() == self._pid:
            with self._changed:
                self._changed.wait_for(lambda: not self._is_sending, SETTLE_S)

    def flush(self, patience: float = FLUSH_S) -> None:
        """Waits until all is sent, for at most ``patience`` seconds, and keeps the rest. Never raises."""
        if os.getpid() != self._pid:
            return
        with self._changed:
            self._changed.wait_for(lambda: not self._is_sending, patience)
            # The one that is being sent stays at the front until it has arrived. It may be kept as well: it
            # has an id, and an engine counts it once.
            left = list(self._waiting)
            self._waiting.clear()
        for report in left:
            self._deliver(report, is_away=True)

    def _send_all(self) -> None:
        while True:
            with self._changed:
                if not self._waiting:
                    self._is_sending = False
                    self._changed.notify_all()
                    return
                report = self._waiting[0]
            self._deliver(report, is_away=time.monotonic() < self._away_until)
            with self._changed:
                if self._waiting and self._waiting[0] is report:
                    self._waiting.popleft()

    def _deliver(self, report: PingReport, *, is_away: bool) -> None:
        try:
            outcome = self._outcome(report, is_away=is_away)
        except Exception as error:  # noqa: BLE001 - an address that cannot be used; a bug of ours
            outcome = SendResult(LOST, str(error) or type(error).__name__)
        if outcome.state not in (SENT, UNKNOWN, REFUSED) and not is_away:
            self._away_until = time.monotonic() + _AWAY_S
        if outcome.state == UNKNOWN:
            self._warn(
                report.slug,
                f"the engine has no check {report.slug}: add it with pulsetui add {report.slug},"
                f" or leave create on in connect(…) ({outcome.message})",
            )
        elif outcome.state in (REFUSED, LOST):
            self._warn(report.slug, outcome.message)
        elif outcome.state == SPOOLED and outcome.is_urgent:
            self._warn("", outcome.message)

    def _outcome(self, report: PingReport, *, is_away: bool) -> SendResult:
        from pulsetui.job import client, spool

        route = locate.route(self._url, self._state_dir)
        address = None if route.url is None else parse_address(route.url)
        if is_away and address is not None:
            spool.keep(report, route.state, "" if route.proof else route.url or "")
            return SendResult(SPOOLED)
        patience = _PROBE_S if len(self._waiting) > MAX_WAITING // 10 else _SEND_S
        return client.send_or_keep(report, address, route, patience=patience)

    def _warn(self, about: str, text: str) -> None:
        """Says it once for each check in this process."""
        if about in self._complained:
            return
        self._complained.add(about)
        logger.warning("%s: %s", about or "reports", text)
