"""The job's process: output passed on and its end remembered, signals forwarded, the exit code kept."""

from __future__ import annotations

import errno
import os
import select
import selectors
import signal
import subprocess
import time

from pulsetui.core.text.output import Output
from pulsetui.job.wrapper.forward import Forwarder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Hear = Callable[[int, bytes], None]
    """Is told of each chunk on stream 1 or 2 when it has been passed on."""

CANNOT_RUN = 126
NOT_FOUND = 127
KILL_AFTER_S = 10.0
"""From asking a job that took too long to end, to ending it, where nothing else is said."""

_COERCED = frozenset({"C.UTF-8", "C.utf8", "UTF-8"})
_CHUNK = 65_536
_LAST_TURNS = 32
"""More than a pipe can hold (1 MiB at most): something in the background may go on writing for ever."""


class Ended:
    """How the job ended. ``output`` is what was kept of both streams in the order they came; ``by_signal``
    that a signal ended it, and ``did_run`` that there was a process at all."""

    __slots__ = ("_open", "by_signal", "did_run", "exit_code", "output", "timed_out")

    def __init__(
        self,
        exit_code: int,
        output: Output,
        *,
        by_signal: bool = False,
        did_run: bool = True,
        timed_out: bool = False,
        still_open: dict[int, int] | None = None,
    ) -> None:
        self.exit_code = exit_code
        self.by_signal = by_signal
        self.did_run = did_run
        self.output = output
        self.timed_out = timed_out
        self._open = still_open or {}

    def let_go(self) -> None:
        """Leaves a process behind that goes on passing output, if the job left one that still writes.

        Closing its pipes would kill it with SIGPIPE: something in the background that lived before.
        """
        if not self._open:
            return
        if os.fork() == 0:
            try:
                _pass_on(self._open)
            finally:
                os._exit(0)
        for source in self._open:
            os.close(source)


def run_job(
    job: Sequence[str],
    output: Output,
    *,
    timeout: float | None = None,
    kill_after: float = KILL_AFTER_S,
    hear: Hear | None = None,
) -> Ended:
    """Runs ``job`` to its end; standard input is the job's. After ``timeout`` seconds it is asked to end, and
    ``kill_after`` seconds later ended. What it prints is collected in ``output``."""
    forward = Forwarder()
    try:
        try:
            process = start_job(job, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        except (OSError, ValueError) as error:
            return _not_started(job[0], error, output)
        forward.to(process)
        pump = _Pump(process, forward.woken, output, hear)
        return pump.until_the_end(timeout, kill_after)
    finally:
        forward.stop()


def start_job(
    job: Sequence[str], *, stdout: int | None = None, stderr: int | None = None
) -> subprocess.Popen[bytes]:
    """The job's process, with all that it would have without us: descriptors beside the standard ones (ours
    are not inheritable), its environment, and a shell for a script that names no interpreter. Only SIGPIPE
    is as it usually is, since Python ignores it and does not tell whether it was ignored before.

    Raises OSError or ValueError when it cannot be started.
    """
    environment = _environment()

    def start(command: Sequence[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command, stdout=stdout, stderr=stderr, bufsize=0, close_fds=False, env=environment
        )

    try:
        return start(job)
    except OSError as error:
        if error.errno != errno.ENOEXEC:
            raise
    import shutil

    return start(["/bin/sh", shutil.which(job[0]) or job[0], *job[1:]])


def _environment() -> dict[bytes, bytes] | None:
    """Without the LC_CTYPE that Python puts there itself where there is no locale, as under cron."""
    if os.environ.get("LC_CTYPE") not in _COERCED:
        return None
    try:
        with open("/proc/self/environ", "rb") as file:  # noqa: PTH123 - no pathlib beside a job
            began_with = file.read()
    except OSError:
        return None
    if any(one.startswith(b"LC_CTYPE=") for one in began_with.split(b"\0")):
        return None
    return {name: value for name, value in os.environb.items() if name != b"LC_CTYPE"}


def used() -> tuple[float, float]:
    """What the job took: megabytes (of a million bytes) of memory, of its largest process at its height, and
    seconds of CPU time, of all of its processes that were waited for."""
    import resource
    import sys

    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    unit = 1 if sys.platform == "darwin" else 1024
    return usage.ru_maxrss * unit / 1e6, usage.ru_utime + usage.ru_stime


def _not_started(name: str, error: OSError | ValueError, output: Output) -> Ended:
    missing = isinstance(error, FileNotFoundError)
    text = f"pulsetui run: {name}: {getattr(error, 'strerror', None) or error}\n".encode("utf-8", "replace")
    _write(2, text)
    output.add(text)
    return Ended(NOT_FOUND if missing else CANNOT_RUN, output, did_run=False)


class _Pump:
    """Copies the job's output as it comes, until the job ends."""

    def __init__(
        self, process: subprocess.Popen[bytes], woken: int, output: Output, hear: Hear | None
    ) -> None:
        assert process.stdout is not None
        assert process.stderr is not None
        self._process = process
        self._woken = woken
        self._deadline: float | None = None
        self._timed_out = False
        self._output = output
        self._hear = hear
        # Our own numbers: the file objects would close theirs behind our back.
        self._targets = {os.dup(process.stdout.fileno()): 1, os.dup(process.stderr.fileno()): 2}
        process.stdout.close()
        process.stderr.close()
        self._selector = selectors.DefaultSelector()
        for source in (*self._targets, woken):
            self._selector.register(source, selectors.EVENT_READ)

    def until_the_end(self, timeout: float | None, kill_after: float) -> Ended:
        self._deadline = None if timeout is None else time.monotonic() + timeout
        while self._process.poll() is None:
            self._turn(self._patience())
            self._mind_the_time(kill_after)
        for _ in range(_LAST_TURNS):  # what it wrote last
            if not self._targets or not self._turn(0):
                break
        self._selector.close()
        code = self._process.returncode
        return Ended(
            code if code >= 0 else 128 - code,
            self._output,
            by_signal=code < 0,
            timed_out=self._timed_out,
            still_open=self._targets,
        )

    def _turn(self, patience: float | None) -> bool:
        """Passes on what there is; whether there was any."""
        moved = False
        for key, _events in self._selector.select(patience):
            if key.fd == self._woken:
                _drain(self._woken)
            else:
                moved = True
                self._move(key.fd)
        return moved

    def _move(self, source: int) -> None:
        chunk = os.read(source, _CHUNK)
        target = self._targets[source]
        taken = chunk and _write(target, chunk)
        if chunk:
            self._output.add(chunk)
            self._tell(target, chunk)
        if not taken:
            # The job closed it; or nothing reads ours, and the job shall learn that by SIGPIPE as it would
            # without us.
            self._selector.unregister(source)
            del self._targets[source]
            os.close(source)

    def _tell(self, target: int, chunk: bytes) -> None:
        if self._hear is not None:
            try:
                self._hear(target, chunk)
            except Exception:  # noqa: BLE001 - a bug of ours must not end the job
                self._hear = None

    def _patience(self) -> float | None:
        return None if self._deadline is None else max(self._deadline - time.monotonic(), 0.0)

    def _mind_the_time(self, kill_after: float) -> None:
        if self._deadline is None or time.monotonic() < self._deadline:
            return
        self._process.send_signal(signal.SIGKILL if self._timed_out else signal.SIGTERM)
        self._deadline = None if self._timed_out else time.monotonic() + kill_after
        self._timed_out = True


def _pass_on(targets: dict[int, int]) -> None:
    """Until all writers are done."""
    selector = selectors.DefaultSelector()
    for source in targets:
        selector.register(source, selectors.EVENT_READ)
    while selector.get_map():
        for key, _events in selector.select():
            chunk = os.read(key.fd, _CHUNK)
            if not chunk or not _write(targets[key.fd], chunk):
                selector.unregister(key.fd)
                os.close(key.fd)


def _write(target: int, chunk: bytes) -> bool:
    """False when nothing reads any more. What cannot be written for another reason, on a full disk, is lost,
    and the job goes on: it might have minded less than being killed."""
    left = memoryview(chunk)
    try:
        while left:
            try:
                left = left[os.write(target, left) :]
            except BlockingIOError:  # we were given a descriptor that does not wait
                select.select([], [target], [])
    except BrokenPipeError:
        return False
    except OSError:
        return True
    return True


def _drain(descriptor: int) -> None:
    try:
        while os.read(descriptor, 4096):
            pass
    except BlockingIOError:
        pass
