"""Runs a program for a hook: no shell, a bounded time, and nothing of it left behind.

Works on any thread's event loop. The program's own output is not kept, but for the end of what it says on
standard error. A program that leaves a child in the background does not keep us waiting, as nothing waits
for its pipes to close.
"""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import tempfile
from collections.abc import Coroutine, Mapping, Sequence
from typing import IO, Final

from msgspec import Struct

from pulsetui.core.text.clean import clean, decode
from pulsetui.errors import HookError

_TAIL_BYTES: Final = 4096
_MAX_LINE_LENGTH: Final = 200
_REAP_S: Final = 5.0
"""A killed process is gone in an instant, unless it hangs in the kernel; then it is left to the system."""


class Finished(Struct, frozen=True, kw_only=True):
    """How a program ended."""

    code: int  # negative: the signal that killed it
    last_line: str  # of standard error, cleaned; empty if it said nothing

    def describe(self, program: str) -> str:
        """One sentence for a person: ``mail ended with exit code 1: no such user``."""
        said = f": {self.last_line}" if self.last_line else ""
        if self.code < 0:
            return f"{program} was killed by {_signal_name(-self.code)}{said}"
        return f"{program} ended with exit code {self.code}{said}"


async def run_program(
    argv: Sequence[str], *, env: Mapping[str, str], timeout_s: float, stdin: bytes = b""
) -> Finished:
    """Runs ``argv`` with exactly the environment ``env`` and waits for it.

    Raises HookError when it cannot be started (permanent if it does not exist or is not a program) or takes
    longer than ``timeout_s``; then, and on cancellation, its whole process group is killed.
    """
    program = clean(argv[0], _MAX_LINE_LENGTH)
    stderr = _Tail()
    try:
        with _spooled(stdin) as given:
            process = await _started(_start(argv, env, given, stderr.write_end))
        stderr.listen()
        try:
            code = await asyncio.wait_for(process.wait(), timeout_s)
        except TimeoutError:
            raise HookError(f"{program} did not finish within {timeout_s:g} s and was killed") from None
        finally:
            if process.returncode is None:
                await _kill(process)
        return Finished(code=code, last_line=stderr.last_line())
    finally:
        stderr.close()


async def _started(
    start: Coroutine[object, object, asyncio.subprocess.Process],
) -> asyncio.subprocess.Process:
    """Cancelled before we hold the process, asyncio would kill it alone: what it has begun would go on."""
    starting = asyncio.ensure_future(start)
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        await asyncio.wait([starting], timeout=_REAP_S)
        if starting.done() and not starting.cancelled() and starting.exception() is None:
            await _kill(starting.result())
        starting.cancel()
        raise


async def _start(
    argv: Sequence[str], env: Mapping[str, str], given: IO[bytes], stderr: int
) -> asyncio.subprocess.Process:
    program = clean(argv[0], _MAX_LINE_LENGTH)
    try:
        return await asyncio.create_subprocess_exec(
            *argv,
            stdin=given,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=stderr,
            env=env,
            start_new_session=True,  # a group of its own, to kill it with its children
        )
    except FileNotFoundError:
        raise HookError(
            f'there is no program "{program}" (or the one that its first line names); write its full path',
            permanent=True,
        ) from None
    except PermissionError:
        raise HookError(f'"{program}" may not be run; is it executable (chmod +x)?', permanent=True) from None
    except OSError as error:
        no_program = error.errno == errno.ENOEXEC
        hint = "; a script begins with a line like #!/bin/sh" if no_program else ""
        raise HookError(
            f'"{program}" cannot be started: {error.strerror}{hint}', permanent=no_program
        ) from error


async def _kill(process: asyncio.subprocess.Process) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass  # gone by itself in this instant, or it gave itself to another user
    # wait(), unlike wait_for(), swallows neither its own time-out nor the cancellation that brought us here.
    reaped = asyncio.ensure_future(process.wait())
    await asyncio.wait([reaped], timeout=_REAP_S)
    reaped.cancel()


def _spooled(content: bytes) -> IO[bytes]:
    """An unlinked file to read from: unlike a pipe it cannot block and its reader may leave early."""
    try:
        spool = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
        spool.write(content)
        spool.seek(0)
    except OSError as error:
        raise HookError(f"no temporary file for the program's input: {error.strerror}") from error
    return spool


class _Tail:
    """The end of what a program writes to standard error, read while it runs."""

    def __init__(self) -> None:
        self._read_end, self.write_end = os.pipe()
        os.set_blocking(self._read_end, False)
        self._kept = bytearray()
        self._loop: asyncio.AbstractEventLoop | None = None

    def listen(self) -> None:
        """To be called once the program has its copy of ``write_end``."""
        os.close(self.write_end)
        self.write_end = -1
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._read_end, self._read)

    def _read(self) -> bool:
        """Takes what is there; False when there is nothing (more)."""
        try:
            chunk = os.read(self._read_end, 65536)
        except BlockingIOError:
            return False
        if not chunk and self._loop is not None:
            self._loop.remove_reader(self._read_end)
        self._kept += chunk
        del self._kept[:-_TAIL_BYTES]
        return bool(chunk)

    def last_line(self) -> str:
        # A child left behind may write for ever: look at a few chunks only.
        for _ in range(16):
            if not self._read():
                break
        lines = (clean(line, _MAX_LINE_LENGTH) for line in reversed(decode(bytes(self._kept)).splitlines()))
        return next((line for line in lines if line), "")

    def close(self) -> None:
        if self._loop is not None:
            self._loop.remove_reader(self._read_end)
        os.close(self._read_end)
        if self.write_end >= 0:
            os.close(self.write_end)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
