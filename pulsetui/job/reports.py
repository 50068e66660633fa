"""The reports of one run, sent from inside the job's own process: its start, how far it is, its end.

Nothing here raises, and nothing keeps the job for longer than ``START_PATIENCE_S`` and ``END_PATIENCE_S``
together. Start and end are sent in the job's own thread: a thread of ours that is alive while the job forks
could take the child down with it.
"""

from __future__ import annotations

import os
import time

from pulsetui.core.slug import check_slug
from pulsetui.errors import UsageError
from pulsetui.job import locate
from pulsetui.job.report import LOST, REFUSED, SENT, UNKNOWN, PingReport, SendResult, check_rid
from pulsetui.job.run_id import RUN_ID_VARIABLE, inherited_catch_up, new_rid
from pulsetui.job.wire import Address, parse_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

START_PATIENCE_S = 0.5
END_PATIENCE_S = 0.9
"""Together with the start well below the two seconds that a job may be delayed at most."""

_KNOWN_AWAY_PATIENCE_S = 0.3
"""For the end, when the start has just reached no engine."""

_PROGRESS_PATIENCE_S = 1.0
PROGRESS_EVERY_S = 10.0
"""How often at most a run says how far it is; what it says in between is dropped."""

_inherited: set[str] = set()
"""Slugs that have had a run in this process under the id of the ``pulsetui run`` around it."""


def is_asked_for(url: str | None = None, state_dir: str | None = None) -> bool:
    """Whether anything says that runs of this process are to be reported: an address or a state directory,
    given here or in the environment."""
    return bool(url or state_dir or os.environ.get("PULSETUI_URL") or os.environ.get("PULSETUI_STATE_DIR"))


def run_id(slug: str) -> str:
    """The id of a new run: that of the ``pulsetui run`` around this process, so that both count as one; but
    for one run of each check only, since a process that stays has more of them."""
    given = os.environ.get(RUN_ID_VARIABLE)
    if not given or slug in _inherited:
        return new_rid()
    _inherited.add(slug)
    try:
        return check_rid(given)
    except UsageError:
        return new_rid()


class RunReports:
    """What is told of one run of ``slug``. A slug or an address that cannot be used is warned of, and then
    nothing is told: the check is missed, as it should be."""

    def __init__(self, slug: str, *, url: str | None = None, state_dir: str | None = None) -> None:
        self.slug = slug
        self.rid = ""
        self._catch_up = ""
        self._address: Address | None = None
        self._away = False
        self._complained = False
        self._progress_after = 0.0  # on the monotonic clock
        try:
            self.slug = check_slug(slug)
            self._route = locate.route(url, state_dir)
            self._address = None if self._route.url is None else parse_address(self._route.url)
            self.rid = run_id(slug)
            if self.rid == os.environ.get(RUN_ID_VARIABLE):  # later runs of this process are regular ones
                self._catch_up = inherited_catch_up(slug)
        except Exception as error:  # noqa: BLE001 - whatever was given, the job goes on
            self.warn(f"this run is not reported: {error}")

    @property
    def is_near(self) -> bool:
        """Whether the engine is on this host: then it costs no time to send it a long output."""
        return self._address is None or self._address.is_local

    def start(self) -> None:
        """The run begins."""
        start = PingReport(slug=self.slug, kind="start", rid=self.rid, catch_up=self._catch_up)
        self._tell(start, START_PATIENCE_S)

    def progress(self, percent: float, text: str) -> None:
        """How far the run is. The job does not wait for it, and it is not kept: soon it would be wrong."""
        now = time.monotonic()
        if not self.rid or self._address is None or now < self._progress_after:
            return
        self._progress_after = now + PROGRESS_EVERY_S
        import threading

        report = PingReport(
            slug=self.slug,
            kind="log",
            rid=self.rid,
            progress=percent,
            body=text.encode("utf-8", "replace"),
        )
        report.is_progress = True
        threading.Thread(target=self._tell_progress, args=(report, self._address), daemon=True).start()

    def end(
        self,
        kind: str,
        *,
        exit_status: int | None = None,
        body: bytes = b"",
        duration: float | None = None,
        metrics: Sequence[tuple[str, float]] = (),
        unread: Sequence[tuple[str, str]] = (),
    ) -> None:
        """The run is over: ``success``, ``fail`` or ``skip``. An ``exit_status`` goes with a fail."""
        report = PingReport(
            slug=self.slug,
            kind=kind,
            exit_status=exit_status,
            rid=self.rid,
            body=body,
            duration=duration,
            metrics=metrics,
            unread=unread,
            catch_up=self._catch_up,
        )
        report.keeps_end = True
        self._tell(report, _KNOWN_AWAY_PATIENCE_S if self._away else END_PATIENCE_S)

    def warn(self, text: str) -> None:
        """Says once for a run what a person has to change."""
        if self._complained:
            return
        self._complained = True
        import logging

        try:
            logging.getLogger("pulsetui").warning("%s: %s", self.slug, text)
        except Exception:  # noqa: BLE001, S110 - the job's own handlers, and none of them is to end it
            pass

    def _tell(self, report: PingReport, patience: float) -> None:
        if not self.rid:
            return
        try:
            from pulsetui.job.client import send_or_keep

            outcome = send_or_keep(report, self._address, self._route, patience=patience)
        except Exception as error:  # noqa: BLE001 - a bug of ours must not become the job's failure
            outcome = SendResult(LOST, f"the report failed: {type(error).__name__}: {error}")
        self._away = outcome.state not in (SENT, UNKNOWN, REFUSED)
        try:
            self._complain(outcome)
        except Exception as error:  # noqa: BLE001 - the same
            self.warn(f"{type(error).__name__}: {error}")

    def _complain(self, outcome: SendResult) -> None:
        if outcome.state == UNKNOWN and self._address is not None:
            from pulsetui.job.unknown_check import unknown_check

            self.warn(unknown_check(self.slug, self._address, locate.config_file()))
        elif outcome.state in (REFUSED, LOST) or outcome.is_urgent:
            self.warn(outcome.message)

    def _tell_progress(self, report: PingReport, address: Address) -> None:
        try:
            from pulsetui.job.client import send

            send(report, address, patience=_PROGRESS_PATIENCE_S, proof=self._route.proof)
        except Exception:  # noqa: BLE001, S110 - nobody waits for it
            pass
