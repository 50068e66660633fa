"""What goes to the terminal besides the picture, and that it is left as it was found."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from textual.events import Resize
from textual.message import Message

from pulsetui.client.alert import Alert, AlertEvent
from pulsetui.core.state.status import Reason, Status
from pulsetui.escapes import TITLE_POP, TITLE_PUSH
from pulsetui.tui.app import PulseApp
from pulsetui.tui.terminal.driver import TerminalDriver, _sized, terminal_size
from pulsetui.tui.terminal.terminal import Terminal
from tests.client.fake import FakeEngine
from tests.client.samples import NOW, overdue, view
from tests.tui.support.screen_driver import settled, showing

ROOT = Path(__file__).parents[3]
DOWN = Alert(
    event=AlertEvent.DOWN,
    at=NOW,
    title="Sync \x1b]2;evil\x07 is overdue",
    body="since 02:30",
    slug="sync",
    status=Status.DOWN,
    reason=Reason.MISSED,
)


class Recording(Terminal):
    """Keeps what would be written."""

    def __init__(self, environ: dict[str, str]) -> None:
        super().__init__(PulseApp(FakeEngine()), environ)
        self.written: list[str] = []

    def write(self, sequence: str) -> None:
        self.written.append(sequence)


def test_the_title_is_saved_once_written_when_it_changes_and_restored() -> None:
    terminal = Recording({"TERM": "xterm-256color"})
    terminal.set_title("pulse: 2 down")
    terminal.set_title("pulse: 2 down")
    terminal.set_title("pulse: all well")
    terminal.restore_title()
    terminal.restore_title()

    assert len(terminal.written) == 3
    assert terminal.written[0].startswith(TITLE_PUSH)
    assert "pulse: 2 down" in terminal.written[0]
    assert TITLE_PUSH not in terminal.written[1]
    assert terminal.written[2].endswith(TITLE_POP)


def test_an_alert_rings_and_the_title_says_again_how_things_stand() -> None:
    terminal = Recording({"TERM": "xterm-256color"})
    terminal.set_title("pulse: 1 down")
    terminal.alert(DOWN)

    assert "\a" in terminal.written[1]
    assert "evil" not in terminal.written[1].split("overdue")[1]
    assert "pulse: 1 down" in terminal.written[-1]


async def test_an_alert_of_the_engine_reaches_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[Alert] = []
    engine = FakeEngine([view()])
    async with showing(engine) as (app, pilot):
        monkeypatch.setattr(app.terminal, "alert", rung.append)
        engine.alert(DOWN)
        await settled(app, pilot)

    assert rung == [DOWN]


async def test_the_title_counts_what_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    titles: list[str] = []
    engine = FakeEngine([view("a")])
    async with showing(engine) as (app, pilot):
        monkeypatch.setattr(app.terminal, "set_title", titles.append)
        engine.put(overdue("a"))
        await settled(app, pilot)
        engine.put(view("a"))
        await settled(app, pilot)

    assert titles[0] == "pulse: 1 down"
    assert titles[-1] == "pulse: all well"


def test_inside_tmux_the_copy_goes_through_its_buffer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmux = tmp_path / "tmux"
    tmux.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/asked\ncat > {tmp_path}/buffer\n')
    tmux.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    terminal = Recording({"TERM": "tmux-256color", "TMUX": "/tmp/tmux-0/default,1,0"})

    said = terminal.copy("curl -fsS 'x'")

    assert said == "copied to tmux and the terminal's clipboard"
    assert (tmp_path / "asked").read_text() == "load-buffer -w -\n"
    assert (tmp_path / "buffer").read_text() == "curl -fsS 'x'"


def test_a_tmux_that_refuses_falls_back_to_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmux = tmp_path / "tmux"
    tmux.write_text("#!/bin/sh\nexit 1\n")
    tmux.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    terminal = Recording({"TMUX": "/tmp/tmux-0/default,1,0"})

    assert terminal.copy("x") == "sent to the terminal's clipboard"


class OnPty:
    """The real screen on a pseudo terminal that is not its controlling one, its output gathered."""

    def __init__(self, process: subprocess.Popen[bytes], master: int) -> None:
        self.process, self._master, self.output = process, master, b""

    def type(self, *sent: bytes, pause: float = 0.0) -> None:
        for data in sent:
            os.write(self._master, data)
            time.sleep(pause)

    def resize(self, columns: int, lines: int) -> None:
        set_size(self._master, columns, lines)
        self.process.send_signal(signal.SIGWINCH)

    def close(self) -> None:
        """As when the window is closed."""
        os.close(self._master)

    def read_until(self, wanted: bytes, timeout_s: float = 20) -> None:
        """Reads until ``wanted`` has come or, for b"", the process has ended."""
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            if wanted and wanted in self.output:
                return
            ready, _, _ = select.select([self._master], [], [], 0.2)
            if ready:
                try:
                    piece = os.read(self._master, 65536)
                except OSError:
                    return
                self.output += piece
            elif self.process.poll() is not None:
                return
        raise AssertionError(f"{wanted!r} did not come; the end of what did: {self.output[-300:]!r}")

    def read_rest(self, quiet_s: float = 0.25) -> None:
        """Reads until nothing has come for that long."""
        while select.select([self._master], [], [], quiet_s)[0]:
            self.output += os.read(self._master, 65536)


def set_size(terminal: int, columns: int, lines: int) -> None:
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))


@contextmanager
def on_a_pty(then: str = "", **environ: str) -> Iterator[OnPty]:
    """``then`` is run behind the screen, in its process."""
    master, slave = pty.openpty()
    set_size(slave, 80, 24)
    code = f"from tests.client.fake import main\nmain()\n{then}"
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**os.environ, "TERM": "xterm-256color", **environ},
        start_new_session=True,
    )
    os.close(slave)
    try:
        yield OnPty(process, master)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(10)
        with suppress(OSError):
            os.close(master)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_the_terminal_clean(number: signal.Signals) -> None:
    with on_a_pty() as screen:
        screen.read_until(b"Sync invoices")
        screen.process.send_signal(number)
        screen.read_until(b"")
        assert screen.process.wait(10) == 0
        for sequence in (b"\x1b[?1049l", b"\x1b[?1000l", b"\x1b[?25h", TITLE_POP.encode()):
            assert sequence in screen.output
        assert b"Traceback" not in screen.output


def test_no_color_leaves_no_hue_and_the_statuses_can_be_read() -> None:
    with on_a_pty(NO_COLOR="1", COLORTERM="truecolor") as screen:
        screen.read_until(b"Sync invoices")
        assert b"overdue" in screen.output
        assert "✖".encode() in screen.output
        hues = set(re.findall(rb"[34]8;2;(\d+);(\d+);(\d+)[;m]", screen.output))
        assert hues
        assert [hue for hue in hues if len(set(hue)) > 1] == []


@pytest.mark.parametrize(
    ("size", "environ", "found"),
    [
        ((120, 36), {}, (120, 36)),
        ((120, 36), {"COLUMNS": "80", "LINES": "24"}, (120, 36)),
        ((0, 0), {"COLUMNS": "132", "LINES": "50"}, (132, 50)),  # a serial line
        ((0, 0), {}, (80, 24)),
        ((0, 0), {"COLUMNS": "0", "LINES": "many"}, (80, 24)),
        ((65535, 65535), {}, (1000, 500)),
        ((0, 0), {"COLUMNS": "9999", "LINES": "9999"}, (1000, 500)),
        ((0, 0), {"COLUMNS": "-1", "LINES": "99999999999"}, (80, 24)),
    ],
)
def test_the_size_is_the_terminals_own_where_it_knows_it(
    size: tuple[int, int],
    environ: dict[str, str],
    found: tuple[int, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    master, slave = pty.openpty()
    set_size(slave, *size)
    assert terminal_size(slave) == found
    os.close(master)
    os.close(slave)


def test_a_size_from_elsewhere_does_not_hold_the_screen() -> None:
    with on_a_pty(COLUMNS="50", LINES="14") as screen:
        screen.read_until(b"Sync invoices")
        screen.read_until(b"\x1b[24;")  # the last line of 24
        screen.resize(100, 30)
        screen.read_until(b"\x1b[30;")


def test_the_end_of_its_terminal_ends_the_screen_without_any_signal() -> None:
    with on_a_pty() as screen:
        screen.read_until(b"Sync invoices")
        screen.close()
        assert screen.process.wait(10) == 0


def test_its_end_is_heard_over_all_that_was_typed_before() -> None:
    with on_a_pty() as screen:
        screen.read_until(b"Sync invoices")
        screen.type(b"jdz/e:?" * 300)
        screen.close()
        assert screen.process.wait(10) == 0


def test_after_a_stop_from_outside_one_thread_reads_the_terminal() -> None:
    with on_a_pty() as screen:
        screen.read_until(b"Sync invoices")
        threads = Path(f"/proc/{screen.process.pid}/task")
        before = len(list(threads.iterdir()))
        for _ in range(3):
            screen.output = b""
            screen.process.send_signal(signal.SIGSTOP)
            screen.process.send_signal(signal.SIGCONT)
            screen.read_until(b"Sync invoices")  # drawn anew
        # A worker of asyncio may have come; each stop would else have left two.
        assert wait_for(lambda: len(list(threads.iterdir())) <= before + 2)
        screen.type(b"n")
        screen.read_until(b"New check")


def test_a_stop_that_is_asked_for_lets_go_of_the_terminal_and_takes_it_again() -> None:
    with on_a_pty() as screen:
        screen.read_until(b"Sync invoices")
        screen.process.send_signal(signal.SIGTSTP)
        assert wait_for(lambda: is_stopped(screen.process.pid))
        screen.read_until(b"\x1b[?1049l")
        screen.output = b""
        screen.process.send_signal(signal.SIGCONT)
        screen.read_until(b"Sync invoices")
        screen.process.send_signal(signal.SIGTERM)
        screen.read_until(b"")
        assert screen.process.wait(10) == 0


def is_stopped(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


class Interrupted(TerminalDriver):
    """A driver that tells what its handlers of signals do, and when."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop, self._auto_restart, self._drawing, self._ended = loop, True, True, False
        self.did: list[str] = []

    def suspend_application_mode(self) -> None:
        self.did.append("suspend")

    def resume_application_mode(self) -> None:
        self.did.append("resume")

    def send_message(self, message: Message) -> None:
        self.did.append(type(message).__name__)


@pytest.mark.parametrize(
    ("number", "does"),
    [(signal.SIGCONT, ["suspend", "resume", "TerminalBack"]), (signal.SIGTSTP, ["suspend", "stop"])],
)
def test_a_signal_in_the_middle_of_a_write_waits_for_its_end(
    number: signal.Signals, does: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The main thread holds the lock of the queue there: a handler that writes would wait for ever."""
    loop = asyncio.new_event_loop()
    driver = Interrupted(loop)
    monkeypatch.setattr(os, "kill", lambda _pid, _number: driver.did.append("stop"))
    handler = driver._sigcont_application if number == signal.SIGCONT else driver._sigtstp_application
    handler(number, None)
    assert driver.did == []
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    assert driver.did == does


def test_a_signal_after_the_end_of_the_screen_begins_nothing() -> None:
    loop = asyncio.new_event_loop()
    driver = Interrupted(loop)
    driver._sigcont_application()
    driver._sigtstp_application()
    driver._ended, driver._drawing = True, False
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    driver._sigcont_application()
    assert driver.did == []


def test_answers_and_bytes_that_are_no_text_are_no_keys() -> None:
    with on_a_pty() as screen:
        screen.read_until(b"Sync invoices")
        screen.type(b"\x1b[<35;2", b";7M\x1b[?62;22c\x1b]11;rgb:dada/dada", b"/dada\x1b\\\xff\xc3", pause=0.3)
        screen.type(b"n")
        screen.read_until(b"New check")
        assert b"Keys" not in screen.output


class Busy(TerminalDriver):
    """A driver whose app deals with nothing until it is told to."""

    def __init__(self, keyboard: int) -> None:
        self.fileno, self.exit_event, self._debug = keyboard, threading.Event(), False
        self.heard: list[Message] = []
        self.dealt_with = 0
        self.ended = False

    def process_message(self, message: Message) -> None:
        self.heard.append(message)

    def _waiting(self) -> int:
        return len(self.heard) - self.dealt_with

    def _gone(self) -> None:
        self.ended = True


def test_what_comes_faster_than_it_is_dealt_with_waits_in_the_kernel() -> None:
    reads, writes = os.pipe()
    os.set_blocking(writes, False)
    driver = Busy(reads)
    thread = threading.Thread(target=driver.run_input_thread)
    sent = os.write(writes, b"j" * 15_000)
    thread.start()
    try:
        assert wait_for(lambda: len(driver.heard) > 100)
        assert not wait_for(lambda: len(driver.heard) > 100 + 512, 0.1)
        driver.dealt_with = 10**9
        assert wait_for(lambda: len(driver.heard) == sent)
    finally:
        driver.exit_event.set()
        thread.join(10)
        os.close(reads)
        os.close(writes)


def test_the_end_is_heard_while_nothing_is_read() -> None:
    reads, writes = os.pipe()
    driver = Busy(reads)
    thread = threading.Thread(target=driver.run_input_thread)
    os.write(writes, b"j" * 15_000)
    thread.start()
    try:
        assert wait_for(lambda: len(driver.heard) > 100)
        os.close(writes)
        assert wait_for(lambda: driver.ended)
    finally:
        driver.exit_event.set()
        thread.join(10)
        os.close(reads)


def wait_for(true: Callable[[], bool], seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while not true() and time.monotonic() < until:
        time.sleep(0.005)
    return true()


def test_a_size_that_the_terminal_tells_is_bounded_as_well() -> None:
    told = Resize.from_dimensions((65535, 40), (65535, 400))
    assert _sized(told).size == (1000, 40)
    assert _sized(Resize.from_dimensions((100, 30), None)).size == (100, 30)


def test_ctrl_z_after_the_end_stops_nobody() -> None:
    stops = "import os, signal; os.kill(os.getpid(), signal.SIGTSTP); print('went on')"
    with on_a_pty(stops) as screen:
        screen.read_until(b"Sync invoices")
        screen.process.send_signal(signal.SIGTERM)
        screen.read_until(b"went on")
        assert screen.process.wait(10) == 0


@pytest.mark.parametrize(
    ("environ", "asked"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "xterm-256color", "TMUX": "/tmp/tmux-0/default,1,0"}, False),
        ({"TERM": "tmux-256color"}, False),  # in a tmux on the near side of an ssh
        ({"TERM": "screen-256color"}, False),
    ],
)
def test_synchronised_frames_are_not_asked_for_in_tmux(environ: dict[str, str], asked: bool) -> None:
    """tmux 3.7 repaints the whole pane after each of them."""
    with on_a_pty(**{"TMUX": "", **environ}) as screen:
        screen.read_until(b"Sync invoices")
        screen.type(b"\x1b[?2026;2$y" if asked else b"")
        screen.type(b"j")
        screen.read_until(b"\x1b[?2026h" if asked else b"Certificates")
        assert (b"\x1b[?2026$p" in screen.output) == asked
        assert (b"\x1b[?2026h" in screen.output) == asked


def test_keys_that_write_come_as_text_where_the_terminal_knows_the_keyboard_protocol() -> None:
    """Or what is composed would get lost: dead keys, input methods."""
    with on_a_pty() as screen:
        screen.read_until(b"\x1b[=1;1u")
        screen.read_until(b"Sync invoices")
        asked = re.findall(rb"\x1b\[[>=][0-9;]*u", screen.output)
        assert asked[-1] == b"\x1b[=1;1u"  # after what Textual has asked for
        screen.type(b"n")
        screen.read_until(b"New check")
        screen.type("Zürich ñ".encode())
        screen.read_until("Zürich ñ".encode())
