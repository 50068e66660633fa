"""The watching goes on without the screen: a ``pulsetui serve`` takes over what this process watches.

No ping is refused on the way. The successor is started with the listening sockets, loads everything and reads
the configuration, and only when it has said so does this engine stop. From then until the successor holds the
state directory, clients wait in the kernel, at sockets that are open all the time.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from pulsetui.cli.connect import answers
from pulsetui.core.text.printable import printable
from pulsetui.errors import EngineError

TAKES_OVER = "PULSETUI_TAKES_OVER"
"""In the successor's environment: the pipe that it waits at, and its sockets, as ``7:4,5``."""

_LOADED = b"\0"
_LOAD_S = 30.0
_START_S = 60.0
"""A large database or spool takes its time, as at any start."""
_ANSWER_S = 5.0


class Successor:
    """The other process, as this one sees it."""

    def __init__(self, process: subprocess.Popen[bytes], heard: int, go: int) -> None:
        self._process, self._heard, self._go = process, heard, go

    @property
    def pid(self) -> int:
        return self._process.pid

    @classmethod
    def start(cls, config: Path, state_dir: Path, address: str, sockets: Sequence[int]) -> Self:
        """Returns when it could take over at once. Raises EngineError, saying why, when it cannot."""
        heard, says = os.pipe()
        waits, go = os.pipe()
        given = {TAKES_OVER: f"{waits}:{','.join(map(str, sockets))}"}
        # -P: what lies about in the working directory is not to be imported.
        command = [sys.executable, "-P", "-m", "pulsetui", "serve", "--config", str(config)]
        try:
            process = subprocess.Popen(
                [*command, "--state-dir", str(state_dir), "--listen", address],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=says,
                pass_fds=(waits, *sockets),
                env={**os.environ, **given},
                start_new_session=True,  # a terminal that closes is not its own
            )
        except OSError as error:
            os.close(heard)
            os.close(go)
            raise EngineError(f"it could not be started: {error.strerror or error}") from error
        finally:
            os.close(says)
            os.close(waits)
        successor = cls(process, heard, go)
        text = successor._listen(_LOADED, _LOAD_S)
        if not text.endswith(_LOADED):
            raise successor._failed(text)
        return successor

    def take_over(self, url: str) -> None:
        """To be called when the engine here has stopped; returns when the other one answers.

        Raises EngineError, saying why, when it does not.
        """
        os.close(self._go)
        self._go = -1
        text = self._listen(b"", _START_S)
        until = time.monotonic() + _ANSWER_S
        while self._process.poll() is None and time.monotonic() < until:
            if answers(url):
                os.close(self._heard)
                return
            time.sleep(0.05)
        raise self._failed(text)

    def _listen(self, until: bytes, seconds: float) -> bytes:
        """What it says on standard error, until that ends with ``until`` or is closed."""
        said, deadline = b"", time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if not select.select([self._heard], [], [], left)[0]:
                break
            piece = os.read(self._heard, 4096)
            said += piece
            if not piece or (until and said.endswith(until)):
                return said
        self._process.kill()
        return said + b"\nit did not answer in time"

    def _failed(self, said: bytes) -> EngineError:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1.0)
        self._process.kill()
        for descriptor in (self._heard, self._go):
            if descriptor >= 0:
                os.close(descriptor)
        lines = said.replace(_LOADED, b"\n").decode("utf-8", "replace").strip().splitlines()
        why = lines[-1].removeprefix("pulsetui serve: ") if lines else "it ended without a message"
        return EngineError(printable(why, 500))


class Inheritance:
    """What the successor was given."""

    def __init__(self, go: int, sockets: list[socket.socket]) -> None:
        self._go, self.sockets = go, sockets

    @classmethod
    def of_environment(cls) -> Self | None:
        """None for an engine that starts by itself. Commands of hooks are not to find it again."""
        go, _, numbers = os.environ.pop(TAKES_OVER, "").partition(":")
        if not go:
            return None
        from pulsetui.listener.http.sockets import adopt

        try:
            os.set_inheritable(int(go), False)  # noqa: FBT003 - the standard library's signature
            return cls(int(go), adopt([int(number) for number in numbers.split(",")]))
        except (ValueError, OSError) as error:
            raise EngineError(f"{TAKES_OVER} is for PulseTUI's own use only: {error}") from error

    def wait(self, config: Path) -> None:
        """Loads what an engine needs, says so, and returns when the one before has stopped or is no more.

        Raises ConfigError.
        """
        import pulsetui.hooks.delivery
        import pulsetui.listener.listener
        import pulsetui.monitor.outbox  # noqa: F401 - what the engine would import after its start
        from pulsetui.config.file.load import load_config
        from pulsetui.hooks.registry import VALIDATORS

        load_config(config, VALIDATORS)
        os.write(sys.stderr.fileno(), _LOADED)
        os.read(self._go, 1)
        os.close(self._go)

    def entered(self) -> None:
        """It watches. Nobody reads what it says from now on, except in the log."""
        sys.stderr.flush()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stderr.fileno())
        os.close(nowhere)
