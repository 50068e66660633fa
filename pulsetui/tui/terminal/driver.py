"""Textual's terminal driver, for terminals that go away, answer, stall, or are somebody else's.

- When a pane is closed, the process gets SIGHUP and SIGCONT; the second makes Textual start its output anew,
  on a terminal that is gone. The thread that writes then dies of EIO, its queue fills up, and the exit that
  the first asked for waits for ever: an engine without a screen, holding the state directory.
- A process that gets no SIGHUP (``su -c``, ``setsid``) finds the end of the file where keys came from.
  Textual reads it again and again, with all of a processor.
- Textual asks COLUMNS and LINES before the terminal; they belong to another one where they were exported.
- Its handlers of SIGTSTP and SIGCONT outlive it, and stop a process that is ending.
- They write, between any two steps of the main thread. Where that is just putting something into the writer's
  queue, and so holds its lock, the handler waits for the same lock for ever.
- What comes faster than it is dealt with piles up; here it waits in the kernel.
- Where the terminal speaks kitty's keyboard protocol, Textual asks for every key as an escape sequence. Text
  that is composed (dead keys, input methods) then gets lost in several terminals.
- Textual brackets each frame as synchronised (mode 2026) where that is offered. tmux offers it from 3.7, and
  repaints the whole pane after each such frame, be it one changed cell.
"""

from __future__ import annotations

import asyncio
import logging
import os
import select
import selectors
import signal
import sys
import time
from codecs import getincrementaldecoder
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, cast

from textual import constants
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Resize
from textual.message import Message

from pulsetui.tui.terminal.key_reader import KeyReader

if TYPE_CHECKING:
    from pulsetui.tui.terminal.type_ahead import HoldsKeys

log = logging.getLogger(__name__)

_POLL_S = 0.1
"""Between two looks at the clock: Esc is a key when nothing has followed it."""
_READ = 512
_MAX_WAITING = 100
"""Messages that the app has not dealt with; then nothing is read for a while."""
_ENDS = 3
"""Empty reads in a row that end it: one alone is Ctrl-D on a terminal that another program has set."""
_USUAL_SIZE = (80, 24)
_MAX_SIZE = (1_000, 500)
"""More than any screen has. A terminal may say 65,535 of each: that would be a gigabyte of blanks."""


_KITTY_KEYS = "\x1b[=1;1u"
"""In the place of what Textual has pushed: only keys that have no text are told apart by sequences."""


class TerminalGone(Message):
    """Nothing will ever be read from the terminal again."""


class TerminalBack(Message):
    """The terminal has shown something else meanwhile."""


class InputFailed(Message):
    """A bug in what reads the terminal."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


class _Output:
    """Standard output, unbuffered; once writing fails, what is written goes nowhere."""

    def __init__(self, descriptor: int, encoding: str, on_gone: Callable[[], None]) -> None:
        self._descriptor, self._encoding, self._on_gone = descriptor, encoding, on_gone
        self._gone = False

    def write(self, text: str) -> int:
        rest = memoryview(text.encode(self._encoding, "replace"))
        while rest and not self._gone:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except BlockingIOError:
                # Another program that has the same terminal open has set it so.
                with selectors.SelectSelector() as selector:
                    selector.register(self._descriptor, selectors.EVENT_WRITE)
                    selector.select(_POLL_S)
            except OSError:
                self._gone = True
                self._on_gone()
        return len(text)

    def flush(self) -> None:
        """Nothing is kept back."""

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return os.isatty(self._descriptor)


def terminal_size(descriptor: int) -> tuple[int, int]:
    """Columns and lines of the terminal itself; of the environment or the usual where it does not know."""
    try:
        columns, lines = os.get_terminal_size(descriptor)
    except OSError:
        columns, lines = 0, 0
    return _possible(columns or _from_environment("COLUMNS", 0), lines or _from_environment("LINES", 1))


def _possible(columns: int, lines: int) -> tuple[int, int]:
    return min(columns, _MAX_SIZE[0]), min(lines, _MAX_SIZE[1])


def _sized(message: Resize) -> Resize:
    """A size that the terminal tells by itself, bounded as well."""
    size = _possible(*message.size)
    pixels = message.pixel_size
    return message if size == message.size else Resize.from_dimensions(size, pixels)


def _is_in_tmux(environ: Mapping[str, str]) -> bool:
    # TERM tells of one on the near side of an ssh; "screen" is its name for itself in old settings.
    return bool(environ.get("TMUX")) or environ.get("TERM", "").startswith(("tmux", "screen"))


def _from_environment(name: str, usual: int) -> int:
    text = os.environ.get(name, "")
    number = int(text) if text.isdecimal() and len(text) < 5 else 0
    return number or _USUAL_SIZE[usual]


class TerminalDriver(LinuxDriver):
    """Ends with its terminal instead of hanging, and reads it by ``KeyReader``."""

    def __init__(self, *arguments: Any, size: tuple[int, int] | None = None, **options: Any) -> None:
        assert sys.__stdout__ is not None
        self._out = sys.__stdout__.fileno()
        super().__init__(*arguments, size=size or terminal_size(self._out), **options)
        # Not standard error, as Textual has it: that is often sent to a file, and then holds messages.
        output = _Output(self._out, sys.__stdout__.encoding, self._gone)
        self._file = cast(TextIOWrapper, output)
        self._sent = self._arrived = 0
        self._suspending = self._drawing = self._ended = False

    def _get_terminal_size(self) -> tuple[int, int]:
        return terminal_size(self._out)

    # Signals

    def start_application_mode(self) -> None:
        signal.signal(signal.SIGTSTP, self._sigtstp_application)
        signal.signal(signal.SIGCONT, self._sigcont_application)
        self._drawing = True
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual's own
        if not constants.DISABLE_KITTY_KEY:
            self.write(_KITTY_KEYS)
            self.flush()

    def _request_terminal_sync_mode_support(self) -> None:
        """Not asked in tmux, which gathers what a frame changes by itself."""
        if not _is_in_tmux(os.environ):
            super()._request_terminal_sync_mode_support()

    def _sigtstp_application(self, *_: object) -> None:
        if self._auto_restart:
            self._in_loop(self._stop_process)
        else:
            os.kill(os.getpid(), signal.SIGSTOP)

    def _sigcont_application(self, *_: object) -> None:
        if self._auto_restart:
            self._in_loop(self._go_on)

    def _in_loop(self, act: Callable[[], None]) -> None:
        """For handlers: whatever the main thread is in the middle of is finished first."""
        with suppress(RuntimeError):  # it is closed: the screen has ended
            self._loop.call_soon_threadsafe(act)

    def _stop_process(self) -> None:
        if self._drawing:  # otherwise it is ending, or stopped by an earlier one
            self.suspend_application_mode()
            self._must_signal_resume = True
            os.kill(os.getpid(), signal.SIGSTOP)

    def _go_on(self) -> None:
        """The process goes on.

        Stopped by SIGSTOP it has had no chance to let go of the terminal. To begin once more then, as Textual
        does, would leave two threads that each read half of what is typed.
        """
        if self._ended:
            return
        if self._drawing:
            self.suspend_application_mode()
            self._must_signal_resume = True
        self.resume_application_mode()
        self.send_message(TerminalBack())

    def suspend_application_mode(self) -> None:
        self._suspending, self._drawing = True, False
        try:
            super().suspend_application_mode()
        finally:
            self._suspending = False

    def stop_application_mode(self) -> None:
        if not self._suspending:
            self._ended, self._drawing = True, False
            # The terminal is about to take Ctrl-Z itself again. Whoever is ending goes on to the end: a
            # stopped process would keep the engine's lock.
            signal.signal(signal.SIGTSTP, signal.SIG_IGN)
            signal.signal(signal.SIGCONT, signal.SIG_DFL)
        super().stop_application_mode()

    # What comes in

    def run_input_thread(self) -> None:
        try:
            self._read_on()
        except Exception as error:  # noqa: BLE001 - the thread's outermost edge
            self.send_message(InputFailed(error))

    def _read_on(self) -> None:
        reader = KeyReader(debug=self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        ends = 0
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if self._waiting() > _MAX_WAITING:
                    if self._hung_up():
                        self._gone()
                        return
                    self.exit_event.wait(_POLL_S / 10)
                    continue
                data = self._read_some() if selector.select(_POLL_S) else None
                ends = ends + 1 if data == b"" else 0
                if ends == _ENDS:
                    self._gone()
                    return
                text = decode(data) if data else ""
                messages = reader.feed(text, time.monotonic()) if text else reader.tick(time.monotonic())
                for message in messages:
                    self.process_message(_sized(message) if isinstance(message, Resize) else message)

    def _hung_up(self) -> bool:
        """Whether the terminal has gone, asked without reading: what is before its end may wait for long."""
        poll = select.poll()
        poll.register(self.fileno, 0)
        return any(events & select.POLLHUP for _, events in poll.poll(0))

    def _read_some(self) -> bytes | None:
        """What is there; empty at the end of the file, which comes as an error as well."""
        try:
            return os.read(self.fileno, _READ)
        except BlockingIOError:
            return None
        except OSError as error:
            log.info("the terminal cannot be read: %s", error)
            return b""

    def _gone(self) -> None:
        self.send_message(TerminalGone())

    # What is handed on

    def _waiting(self) -> int:
        held = cast("HoldsKeys", self._app).type_ahead.waiting
        return self._sent - self._arrived + self._app.message_queue_size + held

    def send_message(self, message: Message) -> None:
        self._sent += 1  # in the thread that reads, the other in the loop's: neither needs a lock
        posting = self._app._post_message(message)  # noqa: SLF001 - as in the method that this one replaces
        posted = asyncio.run_coroutine_threadsafe(posting, loop=self._loop)
        posted.add_done_callback(self._posted)

    def _posted(self, _: Future[bool]) -> None:
        self._arrived += 1
