"""``pulsetui run SLUG -- COMMAND…``: a job with its start, end, exit code, duration and output reported.

The job must not notice: output passes unchanged and at once, signals are forwarded, the exit code is the
job's own (128 + signal when one ended it, 127 and 126 as in a shell when it cannot be started). Whatever goes
wrong with the reports costs at most two seconds and never the job; nor does an option that cannot be used: it
is warned of and the job runs without it, unwatched where its check cannot be told.

Only ``--lock`` keeps a job from running. A run that is skipped for it exits with 0, or with the first
``--skip-code``, so that what follows in a script can tell.
"""

from __future__ import annotations

import os
import sys
import time

from pulsetui.core.slug import check_slug
from pulsetui.core.text.output import Output
from pulsetui.errors import UsageError
from pulsetui.job import locate
from pulsetui.job.options import last
from pulsetui.job.report import LOST, REFUSED, SENT, UNKNOWN, PingReport
from pulsetui.job.run_id import CATCH_UP_VARIABLE, RUN_ID_VARIABLE, new_rid
from pulsetui.job.wire import Address, parse_address
from pulsetui.job.wrapper.heard import Heard
from pulsetui.job.wrapper.live import Teller
from pulsetui.job.wrapper.numbers import RESERVED, SEARCH_S, Found, by_paths, by_patterns
from pulsetui.job.wrapper.options import COMMAND, RunOptions, catch_up, usable, with_host_zone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulsetui.job.options import Options
    from pulsetui.job.wrapper.child import Ended
    from pulsetui.job.wrapper.lock import Lock

START_PATIENCE_S = 0.9
END_PATIENCE_S = 0.9
"""Together the two seconds that a job may be delayed at most."""
_KNOWN_AWAY_PATIENCE_S = 0.3
"""For the end, when the start has just reached no engine."""


def main(arguments: list[str]) -> int:
    """Runs the job; returns its exit code, or 2 when there is no job on the command line."""
    _hold_standard_streams()
    split = arguments.index("--") if "--" in arguments else len(arguments)
    job = arguments[split + 1 :]
    options, words = COMMAND.parse(arguments[:split], _say)
    if "--help" in options:
        sys.stdout.write(COMMAND.help_text())
        return 0
    if not job:
        missing = "there is no command; write it after --" if words else "which check? Name its slug"
        _say(f"{missing}\nusage: {COMMAND.usage}")
        return 2
    try:
        watch = _Watch(options, words)
    except UsageError as error:
        _say(f"{error}\nusage: {COMMAND.usage}")
        return _unwatched(job)
    return watch.run(job)


def _unwatched(job: Sequence[str]) -> int:
    """The job is what matters, also where no engine can be told of it."""
    from pulsetui.job.wrapper.child import run_job

    _say("the job runs anyway, and is not reported")
    ended = run_job(job, Output())
    ended.let_go()
    return ended.exit_code


class _Watch:
    """One run of a job."""

    def __init__(self, options: Options, words: Sequence[str]) -> None:
        """Raises UsageError when there is no telling which check it is."""
        if not words:
            raise UsageError("which check? Name its slug")
        self._slug = check_slug(words[0])
        if len(words) > 1:
            how = " (a file for --lock is given as --lock=FILE)" if "--lock" in options else ""
            _say(f"name one slug, then -- and the command; reported as {self._slug}{how}")
        self._options = RunOptions(options, _say)
        self._config = locate.config_file(last(options, "--config"))
        self._route = locate.route(
            last(options, "--url") or last(options, "--attach"), last(options, "--state-dir")
        )
        self._address: Address | None = None
        if self._route.url is not None:
            self._address = usable(parse_address, self._route.url, _say)
        if self._address is None and self._route.url is not None:
            self._route.why, self._route.url = f"{self._route.url!r} is not an address", None
        # What the job reports by itself is to find the same engine.
        if self._address is not None and (last(options, "--url") or last(options, "--attach")):
            self._inherited = {"PULSETUI_URL": self._route.url or ""}
        elif state := last(options, "--state-dir"):
            self._inherited = {"PULSETUI_STATE_DIR": os.path.abspath(state)}  # noqa: PTH100 - no pathlib here
        else:
            self._inherited = {}
        slot = last(options, "--catch-up")
        self._catch_up = None if slot is None else catch_up(slot)
        self._rid = new_rid()
        self._teller = Teller(self._address, self._route)
        self._create: Sequence[tuple[str, str]] = ()
        self._heard = Heard(keeps_stdout=bool(self._options.paths))

    def run(self, job: Sequence[str]) -> int:
        """Runs the job between its two reports, unless its lock is held."""
        lock, why = self._lock()
        if why:
            return self._skip(why)
        ended = self._between_reports(job)
        if lock is not None:
            lock.release()
        ended.let_go()
        return ended.exit_code

    def _between_reports(self, job: Sequence[str]) -> Ended:
        from pulsetui.job.wrapper.child import KILL_AFTER_S, run_job

        heard, options = self._heard, self._options
        if self._catch_up is not None:
            os.environ[CATCH_UP_VARIABLE] = f"{self._slug} {self._catch_up}"
        start = PingReport(slug=self._slug, kind="start", rid=self._rid, catch_up=self._catch_up)
        self._teller.begin(start, START_PATIENCE_S, self._define, heard.how_far)
        os.environ[RUN_ID_VARIABLE] = self._rid
        os.environ.update(self._inherited)
        began = time.monotonic()
        ended = run_job(
            job,
            Output(),
            timeout=options.timeout,
            kill_after=KILL_AFTER_S if options.kill_after is None else options.kill_after,
            hear=heard.add,
        )
        took = time.monotonic() - began
        heard.close()
        report = self._end(ended, took)
        self._teller.end(START_PATIENCE_S + 0.1)
        self._define(report)
        self._teller.tell(report, self._patience())
        self._complain()
        return ended

    def _lock(self) -> tuple[Lock | None, str]:
        """The lock, taken, or why this run is skipped. Where there can be no lock the job runs without."""
        if self._options.lock is None:
            return None, ""
        from pulsetui.job.spool import make_folder
        from pulsetui.job.wrapper.lock import FOLDER, Lock

        try:
            path = self._options.lock
            if not path:
                folder = f"{self._route.state}/{FOLDER}"
                make_folder(folder)
                path = f"{folder}/{self._slug}.lock"
            lock = Lock(path)
            return (lock, "") if lock.take() else (None, lock.holder())
        except (OSError, ValueError) as error:
            _say(f"--lock: {getattr(error, 'strerror', None) or error}; the job runs without it")
            return None, ""

    def _skip(self, why: str) -> int:
        report = PingReport(
            slug=self._slug, kind="skip", rid=self._rid, body=why.encode(), catch_up=self._catch_up
        )
        self._define(report)
        self._teller.tell(report, END_PATIENCE_S)
        self._complain()
        return self._options.skip_codes[0] if self._options.skip_codes else 0

    def _define(self, report: PingReport) -> None:
        """Says what check to make if there is none."""
        if self._options.create and not self._create:
            try:
                self._create = with_host_zone(self._options.create)
            except Exception:  # noqa: BLE001 - a broken installation is not the job's fault
                self._create = self._options.create
        report.create = tuple(self._create)

    def _end(self, ended: Ended, took: float) -> PingReport:
        """What is reported of the end. A job that was asked to end because it took too long has failed,
        whatever it says; one that a signal ended has skipped nothing."""
        is_skip = (
            ended.did_run
            and not ended.timed_out
            and not ended.by_signal
            and ended.exit_code in self._options.skip_codes
        )
        found = Found()
        try:
            self._find_numbers(ended, found)
        except Exception as error:  # noqa: BLE001 - whatever is in an output, the end is reported
            _say(f"not all numbers of the output could be read: {type(error).__name__}: {error}")
        # To an engine on this host it costs no time to send all that it searches for the check's metrics.
        is_near = self._address is None or self._address.is_local
        output = ended.output.joined() if is_near else ended.output.end
        report = PingReport(
            slug=self._slug,
            kind="skip" if is_skip else "fail" if ended.timed_out else "success",
            exit_status=None if ended.timed_out and ended.exit_code == 0 else ended.exit_code,
            rid=self._rid,
            metrics=tuple(found.values.items()),
            unread=tuple(found.unread.items()),
            body=_with_note(output, self._options.timeout) if ended.timed_out else output,
            duration=took,
            catch_up=self._catch_up,
        )
        report.keeps_end = True
        return report

    def _find_numbers(self, ended: Ended, found: Found) -> None:
        """All of them. What an option finds counts before what a line said, and what was measured before
        both."""
        found.values.update(self._heard.metrics)
        found.unread.update(self._heard.unread)
        until = time.monotonic() + SEARCH_S
        by_paths(self._options.paths, self._heard.stdout, found, _say, until)
        by_patterns(self._options.metrics, ended.output, found, _say, until)
        for name in found.values:
            found.unread.pop(name, None)
        if ended.did_run:
            from pulsetui.job.wrapper.child import used

            memory, cpu = used()
            for name, value in zip(RESERVED, (round(memory, 1), round(cpu, 3)), strict=True):
                found.values[name] = value
                found.unread.pop(name, None)

    def _patience(self) -> float:
        away = any(outcome.state not in (SENT, UNKNOWN, REFUSED) for outcome in self._teller.told)
        return _KNOWN_AWAY_PATIENCE_S if away else END_PATIENCE_S

    def _complain(self) -> None:
        """Says once what a person has to change; a report that its engine will take in needs no action."""
        for outcome in self._teller.told:
            if outcome.state == UNKNOWN and self._address is not None:
                from pulsetui.job.unknown_check import unknown_check

                _say(unknown_check(self._slug, self._address, self._config))
                return
            if outcome.state in (REFUSED, LOST) or outcome.is_urgent:
                _say(outcome.message)
                return


def _with_note(output: bytes, timeout: float | None) -> bytes:
    return output + f"\npulsetui run: asked to end after {timeout:g} s\n".encode()


def _hold_standard_streams() -> None:
    """Where one of them is closed, a socket or a pipe of ours would get its number, and the job's output with
    it. The job still gets its input closed."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)  # the lowest free number: this one


def _say(text: str) -> None:
    try:
        if sys.stderr is not None:  # closed by whoever started us
            sys.stderr.write(f"pulsetui run: {text}\n")
            sys.stderr.flush()
    except OSError:
        pass  # there is no reader
