"""Notifies whoever sits in tmux: a message on each client, a bell that flags the window, and an option for the
status line. Needs tmux 3.2 or later.

All text goes as arguments of its own. tmux expands formats in some of them, and one kind of format runs a shell:
nothing of an alert may reach it unescaped.
"""  # noqa: E501 - a sentence

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from pulsetui.client.alert import Alert, AlertEvent
from pulsetui.core.text.clean import clean, decode
from pulsetui.errors import HookError, NoAudienceError
from pulsetui.hooks.facts import title
from pulsetui.hooks.hook import Hook, HookContext, HookKind, Options
from pulsetui.hooks.next_steps import look_further
from pulsetui.hooks.options import OptionError, OptionReader, boolean, line, parsed, validator

OPTION: Final = "@pulsetui"
"""The user option that says what is down, for a status line."""
_SHOWN_S: Final = 10.0
_RUN_TIMEOUT_S: Final = 5.0
_MAX_TEXT: Final = 200
_MAX_ERROR: Final = 200
_REMEMBERED: Final = 500
_MAX_PANES: Final = 50
_NO_SERVER: Final = (
    "no server running",
    "error connecting",
    "No such file or directory",
    "server exited",  # it ended while we asked
    "lost server",
)
_CLIENTS: Final = "#{client_control_mode} #{client_name}"
_PANES: Final = "#{window_active}#{pane_active} #{pane_tty}"


class TmuxOptions(Struct, frozen=True, kw_only=True):
    """``[hooks.NAME]`` with ``type = "tmux"``."""

    socket: str = ""  # a name as for -L, or a path; empty: the server around PulseTUI, else the usual one
    session: str = ""  # only its clients; empty: all
    window: str = ""  # whose flag the bell sets: "work:2"; empty: PulseTUI's own, else the current ones
    bell: bool = True
    shown_s: float = _SHOWN_S


class TmuxHook(Hook):
    """One line for each alert."""

    digest = True
    needs_audience = True

    def __init__(self, options: TmuxOptions, environ: Mapping[str, str] | None = None) -> None:
        self._options = options
        self._environ = os.environ if environ is None else environ
        self._down: dict[str, str] = {}  # Alert.key → its title, while it is down

    async def send(self, alert: Alert) -> None:
        text = title(alert)[:_MAX_TEXT]
        await self._keep(alert, text)
        clients = await self._clients()
        if not clients:
            raise NoAudienceError("no client is attached to tmux")
        command = look_further(alert)
        shown = clean(f"{text} ({command})" if command else text, 2 * _MAX_TEXT)
        delay = str(max(1, round(self._options.shown_s * 1000)))
        for client in clients:
            await self._tmux("display-message", "-c", client, "-d", delay, "--", _whole(_literal(shown)))
        if self._options.bell and alert.event is AlertEvent.DOWN:
            await self._ring()

    async def _keep(self, alert: Alert, text: str) -> None:
        """Sets the option to what went down last and still is."""
        if not alert.key:
            return
        self._down.pop(alert.key, None)
        if alert.event is AlertEvent.DOWN:
            self._down[alert.key] = text
        while len(self._down) > _REMEMBERED:
            del self._down[next(iter(self._down))]
        if self._down:
            last, others = list(self._down.values())[-1], len(self._down) - 1
            value = f"{last} +{others}" if others else last
            await self._tmux("set-option", "-g", "--", OPTION, _whole(value.replace("#", "##")))
        else:
            await self._tmux("set-option", "-gu", OPTION)

    async def _clients(self) -> list[str]:
        target = ["-t", f"={self._options.session}"] if self._options.session else []
        lines = (await self._tmux("list-clients", "-F", _CLIENTS, *target)).splitlines()
        found = (text.partition(" ") for text in lines)
        return [name for control, _, name in found if control != "1" and name]

    async def _ring(self) -> None:
        """Writes BEL into the window's pane: tmux flags the window and passes the bell on."""
        options = self._options
        if options.window:
            target = ["-t", options.window]
        elif options.session:
            target = ["-s", "-t", f"={options.session}"]
        else:
            target = ["-a"]
        own = self._environ.get("TMUX_PANE", "") if not options.window and not options.socket else ""
        if own and self._environ.get("TMUX"):
            target = ["-t", own]
        panes = (await self._tmux("list-panes", "-F", _PANES, *target)).splitlines()
        wanted = "1" if options.window or own else "11"
        ttys = [tty for active, _, tty in (pane.partition(" ") for pane in panes) if active.endswith(wanted)]
        for tty in ttys[:_MAX_PANES]:
            _write_bell(tty)

    async def _tmux(self, *arguments: str) -> str:
        """What it prints. Raises HookError, NoAudienceError where no server runs."""
        found = shutil.which("tmux", path=self._environ.get("PATH", os.defpath))
        if found is None:
            raise HookError("tmux is not on PATH", permanent=True)
        process = await asyncio.create_subprocess_exec(
            found, *self._server(), *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=dict(self._environ),
            start_new_session=True,
        )  # fmt: skip
        try:
            async with asyncio.timeout(_RUN_TIMEOUT_S):
                output, errors = await process.communicate()
        except TimeoutError:
            raise HookError(f"tmux did not answer within {_RUN_TIMEOUT_S:g} s") from None
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGKILL)
        if process.returncode == 0:
            return decode(output)
        said = clean(decode(errors), _MAX_ERROR)
        if any(sign in said for sign in _NO_SERVER):
            raise NoAudienceError(f"no tmux server to notify: {said}")
        if "can't find" in said:
            raise NoAudienceError(f"tmux: {said}")
        raise HookError(f"tmux {arguments[0]}: {said or f'exit code {process.returncode}'}")

    def _server(self) -> list[str]:
        if socket := self._options.socket:
            return ["-S" if "/" in socket else "-L", socket]
        path = self._environ.get("TMUX", "").rpartition(",")[0].rpartition(",")[0]
        return ["-S", path] if path else []


def _literal(text: str) -> str:
    """Text that tmux shows as it is: ``#(…)`` would run a shell, ``%H`` would become the hour."""
    return text.replace("#", "##").replace("%", "%%")


def _whole(argument: str) -> str:
    """An argument that does not end the command: a semicolon at its end would, and a command could follow."""
    return f"{argument[:-1]}\\;" if argument.endswith(";") else argument


def _write_bell(tty: str) -> None:
    try:
        fd = os.open(tty, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
        try:
            os.write(fd, b"\a")
        finally:
            os.close(fd)
    except OSError:
        pass  # the pane is gone, or stands still: the message was shown


def _read(reader: OptionReader) -> TmuxOptions:
    return TmuxOptions(
        socket=reader.take("socket", _word, ""),
        session=reader.take("session", _word, ""),
        window=reader.take("window", _word, ""),
        bell=reader.take("bell", boolean, True),  # noqa: FBT003 - its default
        shown_s=reader.span("shown", _SHOWN_S),
    )


def _word(value: object) -> str:
    word = line(value)
    if word.startswith("-"):
        raise OptionError("must not begin with -, which tmux takes for an option of its own")
    return word


def _build(options: Options, _context: HookContext) -> Hook:
    return TmuxHook(parsed(_read, options))


KIND: Final = HookKind(type="tmux", options=validator(_read), build=_build)
