"""``pulsetui`` without a command: the live table, with the engine inside or attached to one that runs."""

from __future__ import annotations

import argparse
import gc
import logging
import os
import select
import shlex
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pulsetui.cli import connect
from pulsetui.cli.common_options import config_path, listen_address, state_dir
from pulsetui.cli.exit_codes import OK
from pulsetui.cli.first_config import config_to_run
from pulsetui.cli.output import talk
from pulsetui.cli.process import logs
from pulsetui.cli.process.signals import put_off, signals
from pulsetui.cli.process.terminal_guard import guarded_terminal
from pulsetui.config.address import format_address
from pulsetui.core.text.printable import printable
from pulsetui.errors import EngineError, EngineSilentError, EngineUnreachableError, StateHeldError, UsageError

if TYPE_CHECKING:
    from pulsetui.client.client import EngineClient
    from pulsetui.client.views import Notice
    from pulsetui.service import Service
    from pulsetui.tui.app import PulseApp
    from pulsetui.tui.terminal.colours import Colours

_HANDOVER_S = 10.0
"""How long an engine that is just ending is given to let go of the state directory."""
_LOOK_AGAIN_S = 0.1
_LONG_CONFIG = 500_000
"""Bytes of a checks.toml that take about half a second to read."""
_MAX_CRASHES = 3
_CRASH_SPAN_S = 60.0
"""A screen that fails this often within this many seconds will fail again."""

logger = logging.getLogger(__name__)


def screen(options: argparse.Namespace) -> int:
    """Runs until the person quits."""
    _require_terminal()
    state = state_dir(options)
    address = listen_address(options)
    path = None if options.attach else config_to_run(options)
    # Ctrl-Z before the screen has the keyboard, as after it, would stop a process that holds the lock.
    signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    logs.start(state, stderr=False)
    with guarded_terminal():
        return _attached(options) if path is None else _attached_or_embedded(path, state, address, options)


def _require_terminal() -> None:
    """Raises UsageError that says what is not a terminal. Standard error may be any: messages go there."""
    if sys.stderr is None:  # closed
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - as long as the process
    streams = {"standard input": sys.stdin, "standard output": sys.stdout}
    wrong = " and ".join(name for name, stream in streams.items() if stream is None or not stream.isatty())
    if wrong:
        verb = "are not" if " and " in wrong else "is not one"
        raise UsageError(
            f"the live table needs a terminal, and {wrong} {verb} (it is a file, a pipe, or closed)."
            " Without one, use: pulsetui serve, pulsetui list, pulsetui status"
        )
    if not _in_foreground(sys.stdin.fileno()):
        raise UsageError(
            "the live table cannot run in the background of a shell. In the background use: pulsetui serve"
        )


def _in_foreground(terminal: int) -> bool:
    """False where the kernel would stop this process as soon as it draws: with the lock held."""
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return True  # a terminal that controls nobody


def _attached_or_embedded(
    path: Path, state: Path, address: tuple[str, int] | None, options: argparse.Namespace
) -> int:
    deadline = time.monotonic() + _HANDOVER_S
    while True:
        # Between two looks an engine may end, or another may be a moment faster.
        try:
            if _runs(options):
                return _attached(options)
            return _embedded(path, state, address, options)
        except EngineSilentError:
            raise  # it does not become another one by waiting
        except (EngineUnreachableError, StateHeldError):
            if time.monotonic() > deadline:
                raise
            time.sleep(_LOOK_AGAIN_S)


def _embedded(config: Path, state: Path, address: tuple[str, int] | None, options: argparse.Namespace) -> int:
    from pulsetui.monitor.clock import SystemClock
    from pulsetui.service import Service

    with _progress(config):
        service = Service(config, state, address, SystemClock())
        service.start()
    notices: tuple[Notice, ...] = ()
    open_door = cache(service.open_door)  # once, however often the screen is shown
    # A pane that is closed behind an engine that moves to the background must not leave the jobs unwatched.
    with service, put_off() as came:
        while True:
            left = show(service.client, options, notices=notices, on_shown=open_door, came=came)
            if left.failed:
                open_door()  # it may have failed before its first frame
                if not _goes_on_alone(service, left.failed):
                    break
                notices = ()
            elif left.keeps_watching:
                problem = _hand_over(service, options)
                if not problem:
                    return OK
                if came:
                    break
                notices = (_notice("background", f"The engine could not move to the background: {problem}"),)
            else:
                break
    talk("no longer watching; `pulsetui serve` watches without a screen")
    return left.code


def _hand_over(service: Service, options: argparse.Namespace) -> str:
    """Lets a ``pulsetui serve`` take over; says why when that is not possible and the engine is still here.

    Raises EngineError when neither of the two watches in the end.
    """
    from pulsetui.cli.process.hand_over import Successor

    engine = service.engine
    try:
        successor = Successor.start(
            engine.config_path, engine.state_dir, service.client.address, service.descriptors
        )
    except EngineError as error:
        return str(error)
    service.stop()
    try:
        successor.take_over(service.client.reachable_url)
    except EngineError as error:
        raise EngineError(
            f"nothing is being watched now: the engine did not start in the background: {error}."
            " Start it with: pulsetui serve"
        ) from error
    talk(
        f"still watching in the background: process {successor.pid}, listening on {service.engine_url};"
        f" `{_command(options)}` shows the table, `kill {successor.pid}` ends it"
    )
    return ""


def _command(options: argparse.Namespace) -> str:
    """What shows the same engine again."""
    return shlex.join(["pulsetui", *(["--state-dir", options.state_dir] if options.state_dir else [])])


def _goes_on_alone(service: Service, failed: str) -> bool:
    """The engine without its screen, which only fails: waits for the person. True shows the screen again."""
    keyboard = sys.stdin.fileno()
    with signals() as arrived:
        talk(f"pulsetui: {failed}")
        talk(
            f"The engine keeps running without a screen, listening on {service.engine_url}."
            " Enter shows the screen again, Ctrl-C ends the engine."
        )
        ready, _, _ = select.select([arrived, keyboard], [], [])
        try:
            return arrived not in ready and os.read(keyboard, 4096) != b""
        except OSError:
            return False  # the terminal is gone


@dataclass(frozen=True, slots=True)
class Left:
    """How the screen ended."""

    code: int = 0
    """The exit code."""
    keeps_watching: bool = False
    """The person wants the engine to go on."""
    failed: str = ""
    """What to tell the person when it failed again and again."""


def show(
    client: EngineClient,
    options: argparse.Namespace,
    *,
    notices: tuple[Notice, ...] = (),
    attached: str | None = None,
    on_shown: Callable[[], None] = lambda: None,
    came: Sequence[int] = (),
) -> Left:
    """The screen over any engine. A screen that fails is started again: the engine behind it goes on.

    When it fails again and again, it is left at that. ``attached`` is as in ``PulseApp``. ``on_shown`` is
    called once, when the first frame stands. ``came`` are the signals that were put off."""
    from pulsetui.tui.app import PulseApp
    from pulsetui.tui.draw.plain_glyphs import lacks_glyphs
    from pulsetui.tui.settings import FILE_NAME, SettingsFile

    shown = _first_frame(on_shown)
    colours, wrong = _found_colours()

    def new_app() -> PulseApp:
        return PulseApp(
            client,
            ascii_only=lacks_glyphs(os.environ, sys.stdout.encoding),
            colours=colours,
            notices=(*notices, *wrong),
            settings=SettingsFile(state_dir(options) / FILE_NAME),
            attached=attached,
            wall=options.wall,
            on_shown=shown,
        )

    crashes: deque[float] = deque(maxlen=_MAX_CRASHES)
    while not came:
        ended = _run(new_app)
        if isinstance(ended, Left):
            return ended
        logger.error("the screen failed", exc_info=ended)
        kept = logs.keep_crash(options, ended)
        crashes.append(time.monotonic())
        if len(crashes) == _MAX_CRASHES and crashes[-1] - crashes[0] < _CRASH_SPAN_S:
            return Left(1, failed=f"the screen failed {_MAX_CRASHES} times within a minute: {kept}")
        notices = (_notice("screen", f"The screen failed and was restarted; {kept}"),)
    return Left()


def _found_colours() -> tuple[Colours, tuple[Notice, ...]]:
    """What the terminal has, and what the person should know of how that was found."""
    from pulsetui.client.views import Notice
    from pulsetui.tui.terminal.colours import VARIABLE, find_colours

    colours, wrong = find_colours(os.environ)
    return colours, (Notice(key=VARIABLE, level="warning", text=wrong),) if wrong else ()


def _first_frame(then: Callable[[], None]) -> Callable[[], None]:
    """What a first frame sets off: once, however often the screen is started."""

    @cache
    def shown() -> None:
        gc.freeze()  # what is loaded now stays; the collector is off since the command was found
        gc.enable()
        then()

    return shown


def _run(new_app: Callable[[], PulseApp]) -> Left | Exception:
    """The screen until it ends; what it failed of, if it did."""
    try:
        app = new_app()
        app.run()
    except Exception as error:  # noqa: BLE001 - the screen's outermost edge: the engine goes on
        return error
    if app.crash is not None:
        return app.crash
    if app.return_code == 1:
        return EngineError("the screen ended by itself")
    return Left(app.return_code or 0, keeps_watching=app.keeps_watching)


def _notice(key: str, text: str) -> Notice:
    from pulsetui.client.views import Notice

    return Notice(key=key, level="error", text=text)


def _runs(options: argparse.Namespace) -> bool:
    from pulsetui.attach.find import find_engine

    return find_engine(state_dir(options)) is not None


def _attached(options: argparse.Namespace) -> int:
    client = connect.connect(options, live=True)
    try:
        named = options.attach[0] if options.attach else ""
        left = show(client, options, notices=_without_effect(options, client), attached=named)
    finally:
        client.close()
    if left.failed:
        talk(f"pulsetui: {left.failed}")
    return left.code


def _without_effect(options: argparse.Namespace, client: EngineClient) -> tuple[Notice, ...]:
    """What was asked for and is not so: a person must know whose checks they are looking at."""
    from pulsetui.client.views import Notice

    info, given = client.info(), []
    address = listen_address(options)
    if options.config and str(config_path(options)) != info.config_path:
        given.append(f"its checks come from {info.config_path}, not from {options.config}")
    if address is not None and address[1] and format_address(*address) != info.address:
        given.append(f"it listens on {info.address}, not on {options.listen}")
    if not given:
        return ()
    text = (
        f"Attached to the engine that is already running: {'; '.join(given)}. For another engine, give"
        " --state-dir, too"
    )
    return (Notice(key="attached", level="warning", text=text),)


@contextmanager
def _progress(path: Path) -> Iterator[None]:
    """Says what takes so long, where it will take long enough to be read; leaves nothing behind."""
    try:
        long = path.stat().st_size > _LONG_CONFIG
    except OSError:
        long = False
    if long:
        sys.stderr.write(f"reading {printable(path.name, 60)} …")
        sys.stderr.flush()
    try:
        yield
    finally:
        if long:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()
