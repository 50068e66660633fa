"""``with pulsetui.heartbeat("sync-invoices") as run``: reports a run from inside the job's own program.

What it promises to the job: it never raises, keeps it for two seconds at most however ill the engine is, and
changes nothing that the job can notice. Where neither an address nor a state directory is named, here or in
the environment, it does nothing at all: tests and a developer's machine report to nobody.
"""

from __future__ import annotations

import os
import time

from pulsetui.core.text.number import number
from pulsetui.core.text.output import Output
from pulsetui.job import sigterm
from pulsetui.job.report import is_metric_name
from pulsetui.job.reports import RunReports, is_asked_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType
    from typing import Any, ParamSpec, TypeVar

    from pulsetui.job.capture import Capture

    P = ParamSpec("P")
    R = TypeVar("R")

_MAX_LITERAL_LENGTH = 200  # characters of what should have been a number
_MAX_FRAMES = 20  # of a traceback, at its end
_INTERRUPTED = 130
_UNHANDLED = 1  # Python's own exit status after an exception


class HeartbeatRun:
    """One run, as the job sees it. Its methods may be called from any thread and never raise."""

    def __init__(self, reports: RunReports | None, *, captures: bool) -> None:
        """``reports`` is None where nobody is to be told: then all of this does nothing."""
        self._reports = reports
        self._capture: Capture | None = None
        self._captures = captures
        self._output = Output()
        self._began = 0.0
        self._pid = os.getpid()
        self._is_over = False
        self._metrics: dict[str, float] = {}
        self._unread: dict[str, str] = {}
        self._outcome: tuple[str, int | None] = ("success", None)

    def metric(self, values: Mapping[str, object] | None = None, /, **named: object) -> None:
        """Numbers that the run produced: ``run.metric(records=312)``, or a mapping for other names.

        Of a name given twice the last counts. What is not a number is reported as that: an expectation over
        it fails, and says why.
        """
        for name, value in {**(values or {}), **named}.items():
            if not is_metric_name(name):
                self._warn(f"{name!r} is not a valid name of a metric; write it like records")
                continue
            literal = str(value)[:_MAX_LITERAL_LENGTH]
            read = number(literal) if not isinstance(value, bool) else float(value)
            self._metrics.pop(name, None)
            self._unread.pop(name, None)
            if read is not None:
                self._metrics[name] = read
            else:
                self._unread[name] = literal
                self._warn(f"metric {name}: {literal[:40]!r} is not a number")

    def progress(self, percent: float, text: str = "") -> None:
        """How far the run is, 0 to 100, and at what. Sent every ten seconds at most, beside the job."""
        if self._reports is None or self._is_over or os.getpid() != self._pid:
            return
        try:
            self._reports.progress(min(max(float(percent), 0.0), 100.0), str(text))
        except Exception as error:  # noqa: BLE001 - a bug of ours, or a number that is none
            self._warn(f"the progress could not be told: {error}")

    def log(self, text: str) -> None:
        """A line to keep with the run's report."""
        self._output.add(f"{text}\n".encode("utf-8", "replace"))

    def skip(self, why: str = "") -> None:
        """There was nothing to do: the run is reported as skipped, unless it fails after that."""
        self._outcome = ("skip", None)
        if why:
            self.log(why)

    def fail(self, why: str = "", *, exit_status: int | None = None) -> None:
        """The run has failed, though nothing is raised."""
        self._outcome = ("fail", exit_status)
        if why:
            self.log(why)

    # --- for those who begin and end it: each pair in this order --------------------------------------

    def tell_start(self) -> None:
        """Reports the start."""
        self._began = time.monotonic()
        if self._reports is not None:
            self._reports.start()

    def attach(self) -> None:
        """Hears what is printed, and SIGTERM."""
        if self._reports is None:
            return
        if self._captures:
            from pulsetui.job.capture import Capture

            self._capture = Capture(self._output)
            self._capture.start()
        sigterm.watch(self._killed)

    def tell_end(self, error: BaseException | None = None) -> None:
        """Reports the end; ``error`` is what the job raised."""
        if self._capture is not None:
            self._capture.stop()
        if self._reports is None or self._is_over or os.getpid() != self._pid:
            return  # a child that was forked ends here, too; it is not the job
        self._is_over = True
        try:
            self._note(error)
            self._report(*self._outcome)
        except Exception as flaw:  # noqa: BLE001 - a bug of ours must not become the job's failure
            self._warn(f"the report failed: {type(flaw).__name__}: {flaw}")

    def detach(self) -> None:
        """Leaves the process as it was."""
        sigterm.leave(self._killed)

    def _killed(self, signal_number: int) -> bool:
        """Called in the signal's handler; whether the signal may have the process now."""
        if os.getpid() != self._pid:
            return True
        if self._is_over:
            return False  # the end is being reported
        self._is_over = True
        self.log("\nended by SIGTERM")
        self._report("fail", -signal_number)
        return True

    def _note(self, error: BaseException | None) -> None:
        """What an exception says of the run."""
        if error is None or isinstance(error, GeneratorExit) or self._outcome[0] == "fail":
            return  # a generator that nobody wants more of has done what was asked of it
        if isinstance(error, SystemExit):
            code = error.code
            if code is None or code == 0:
                return
            is_status = isinstance(code, int)
            self.fail("" if is_status else str(code), exit_status=code & 0xFF if is_status else _UNHANDLED)  # type: ignore[operator]
        elif isinstance(error, KeyboardInterrupt):
            self.fail("\ninterrupted", exit_status=_INTERRUPTED)
        else:
            self.fail("\n" + _told(error), exit_status=_UNHANDLED)

    def _report(self, kind: str, exit_status: int | None) -> None:
        assert self._reports is not None
        self._reports.end(
            kind,
            exit_status=exit_status,
            body=self._output.joined() if self._reports.is_near else self._output.end,
            duration=time.monotonic() - self._began,
            metrics=tuple(self._metrics.items()),
            unread=tuple(self._unread.items()),
        )

    def _warn(self, text: str) -> None:
        if self._reports is not None:
            self._reports.warn(text)


class Heartbeat:
    """What ``heartbeat`` gives: a context manager, also for ``async with``, and a decorator.

    As a context manager it is good for one run at a time; a decorated function gets one for each call.
    """

    def __init__(self, slug: str, *, url: str | None, state_dir: str | None, output: bool) -> None:
        self._given: Mapping[str, Any] = {"url": url, "state_dir": state_dir, "output": output}
        self._slug = slug
        self._run: HeartbeatRun | None = None

    def __enter__(self) -> HeartbeatRun:
        self._run = run = _new_run(self._slug, **self._given)
        run.tell_start()
        run.attach()
        return run

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._run is not None:
            self._run.tell_end(error)
            self._run.detach()

    async def __aenter__(self) -> HeartbeatRun:
        self._run = run = _new_run(self._slug, **self._given)
        await _beside_the_loop(run.tell_start)
        run.attach()
        return run

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if (run := self._run) is None:
            return
        try:
            await _beside_the_loop(lambda: run.tell_end(error))
        finally:
            run.detach()

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """Decorates ``function``, which may be async or a generator: then a run lasts as long as it does."""
        from pulsetui.job.decorated import decorated

        return decorated(function, lambda: Heartbeat(self._slug, **self._given))


def heartbeat(
    slug: str, *, url: str | None = None, state_dir: str | None = None, output: bool = False
) -> Heartbeat:
    """Reports the runs of the check ``slug``: start, end, duration, and what was raised::

        with pulsetui.heartbeat("sync-invoices") as run:
            run.metric(records=sync())

        @pulsetui.heartbeat("sync-invoices")
        async def sync() -> None: ...

    ``url`` is the engine's address (default: ``PULSETUI_URL``), ``state_dir`` the state directory of an
    engine on this host (default: ``PULSETUI_STATE_DIR``); without either nothing is reported. With ``output``
    what is printed meanwhile goes with the report. While no engine answers, reports are kept for later.
    """
    return Heartbeat(slug, url=url, state_dir=state_dir, output=output)


def _new_run(slug: str, *, url: str | None, state_dir: str | None, output: bool) -> HeartbeatRun:
    reports = RunReports(slug, url=url, state_dir=state_dir) if is_asked_for(url, state_dir) else None
    return HeartbeatRun(reports, captures=output)


async def _beside_the_loop(act: Callable[[], None]) -> None:
    """In a thread: other tasks go on while an engine takes its time. One of its own, since those that the
    loop shares may all be busy for long."""
    import asyncio
    import threading

    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:  # of another library
        act()
        return
    done = asyncio.Event()

    def run() -> None:
        act()
        try:
            loop.call_soon_threadsafe(done.set)
        except RuntimeError:
            pass  # it was closed meanwhile

    threading.Thread(target=run, daemon=True).start()
    await done.wait()


def _told(error: BaseException) -> str:
    """The exception with the end of its traceback; its type and message come last."""
    import traceback

    return "".join(traceback.format_exception(error, limit=-_MAX_FRAMES)).rstrip()
