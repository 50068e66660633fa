"""Tells the person at this machine's desktop: over D-Bus, where that cannot be reached by ``notify-send``, on
macOS by ``osascript``.

What is told of an incident stands in one note, and buttons answer it, where the desktop has them.
All text goes as arguments of its own, never into a script or a shell.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Final

from msgspec import Struct

from pulsetui.client.alert import Alert, AlertEvent, Answer, TakeAnswer, Verb
from pulsetui.client.user import user_name
from pulsetui.core.text.clean import clean, clean_lines
from pulsetui.errors import HookError
from pulsetui.hooks.facts import title
from pulsetui.hooks.hook import Hook, HookContext, HookKind, Options
from pulsetui.hooks.next_steps import is_open
from pulsetui.hooks.notifications import DesktopNote, NoBusError, NoServiceError, NotificationService
from pulsetui.hooks.options import OptionReader, one_of, parsed, validator
from pulsetui.hooks.process import run_program

_RUN_TIMEOUT_S: Final = 10.0
"""A notification service that takes longer hangs."""
_MAX_TITLE_LENGTH: Final = 120
_REMEMBERED: Final = 500
"""Notes that can still be replaced and answered."""
_BUTTONS: Final[tuple[tuple[Verb, str], ...]] = (("acknowledge", "Acknowledge"), ("snooze", "Snooze 1 h"))
_MAX_BODY_LINES: Final = 8
_MAX_BODY_COLUMNS: Final = 120
_NO_SERVICE: Final = ("ServiceUnknown", "was not provided by any")
"""What D-Bus says when the session has no notification service at all."""
_ON_A_SERVER: Final = 'on a server use a hook with type = "terminal" instead'
_SCRIPT: Final = (
    "on run argv",
    "display notification (item 2 of argv) with title (item 1 of argv)",
    "end run",
)


class DesktopOptions(Struct, frozen=True, kw_only=True):
    """``[hooks.NAME]`` with ``type = "desktop"``."""

    urgency: str | None = None  # low, normal, critical; None: by the event
    timeout_s: float | None = None  # how long it stays on screen; None: as the desktop likes


class DesktopHook(Hook):
    """Shows one notification for each alert."""

    timeout_s = _RUN_TIMEOUT_S + 10
    digest = True
    acknowledges = True

    def __init__(
        self,
        options: DesktopOptions,
        *,
        environ: Mapping[str, str] | None = None,
        platform: str = sys.platform,
    ) -> None:
        self._options = options
        self._environ = os.environ if environ is None else environ
        self._platform = platform
        address = _bus_address(self._environ)
        self._service = NotificationService(address) if address and platform != "darwin" else None
        self._notes: dict[str, int] = {}  # Alert.key → id of its note
        self._shown: dict[int, Alert] = {}  # by id of the note

    async def send(self, alert: Alert) -> None:
        if self._service is None or not await self._sent_over_bus(self._service, alert):
            await self._run(alert)

    async def _sent_over_bus(self, service: NotificationService, alert: Alert) -> bool:
        """False where there is no bus to speak to."""
        timeout_s = self._options.timeout_s
        note = DesktopNote(
            title=_title(alert),
            body=_body(alert),
            urgency=self._options.urgency or _urgency(alert),
            expire_ms=-1 if timeout_s is None else round(timeout_s * 1000),
            replaces=self._notes.get(alert.key, 0) if alert.key else 0,
            actions=_BUTTONS if alert.key and is_open(alert) else (),
        )
        try:
            async with asyncio.timeout(_RUN_TIMEOUT_S):
                number = await service.show(note)
        except NoBusError:
            return False
        except TimeoutError:
            raise HookError(f"the desktop did not answer within {_RUN_TIMEOUT_S:g} s") from None
        except NoServiceError as error:
            raise HookError(f"{error}. No desktop listens; {_ON_A_SERVER}", permanent=True) from None
        if alert.key:
            self._remember(alert, number)
        return True

    def _remember(self, alert: Alert, number: int) -> None:
        self._notes[alert.key], self._shown[number] = number, alert
        while len(self._notes) > _REMEMBERED:
            del self._notes[next(iter(self._notes))]
        while len(self._shown) > _REMEMBERED:
            del self._shown[next(iter(self._shown))]

    async def listen(self, take: TakeAnswer) -> None:
        if self._service is None:
            return
        try:
            # Closed here and now: what the collector closes later, the end of the loop cuts short.
            async with aclosing(self._service.presses()) as presses:
                async for number, action in presses:
                    await self._take(self._service, number, action, take)
        except NoBusError:
            return  # notify-send shows the notes, and has no buttons

    async def _take(self, service: NotificationService, number: int, action: str, take: TakeAnswer) -> None:
        alert = self._shown.get(number)
        verb = next((verb for verb, _ in _BUTTONS if verb == action), None)
        if alert is None or verb is None:
            return  # of another program
        said = await take(Answer(verb=verb, key=alert.key, by=user_name()))
        note = DesktopNote(
            title=_title(alert), body=clean(said, _MAX_BODY_COLUMNS), urgency="low", replaces=number
        )
        try:
            async with asyncio.timeout(_RUN_TIMEOUT_S):
                self._remember(alert, await service.show(note))
        except (HookError, NoBusError, TimeoutError):
            pass  # it is done all the same

    async def _run(self, alert: Alert) -> None:
        argv = self._osascript(alert) if self._platform == "darwin" else self._notify_send(alert)
        finished = await run_program(argv, env=self._environ, timeout_s=_RUN_TIMEOUT_S)
        if finished.code == 0:
            return
        message = finished.describe(Path(argv[0]).name)
        if any(sign in finished.last_line for sign in _NO_SERVICE):
            raise HookError(f"{message}. No desktop listens; {_ON_A_SERVER}", permanent=True)
        raise HookError(message)

    def _notify_send(self, alert: Alert) -> list[str]:
        if not _bus_address(self._environ):
            raise HookError(
                f"there is no desktop session to show a notification; {_ON_A_SERVER}", permanent=True
            )
        options = ["--app-name=PulseTUI", f"--urgency={self._options.urgency or _urgency(alert)}"]
        if self._options.timeout_s is not None:
            options.append(f"--expire-time={round(self._options.timeout_s * 1000)}")
        return [
            self._program("notify-send", "libnotify"),
            *options,
            "--",
            _title(alert),
            _markup(_body(alert)),
        ]

    def _osascript(self, alert: Alert) -> list[str]:
        script = [part for line in _SCRIPT for part in ("-e", line)]
        return [self._program("osascript", "macOS"), *script, "--", _title(alert), _body(alert)]

    def _program(self, name: str, package: str) -> str:
        found = shutil.which(name, path=self._environ.get("PATH", os.defpath))
        if found is None:
            raise HookError(f"{name} is not on PATH; it comes with {package}", permanent=True)
        return found


def _bus_address(environ: Mapping[str, str]) -> str:
    """Of this user's session; empty where there is none."""
    if address := environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return address
    runtime = environ.get("XDG_RUNTIME_DIR")
    return f"unix:path={runtime}/bus" if runtime and Path(runtime, "bus").exists() else ""


def _urgency(alert: Alert) -> str:
    return "critical" if alert.event is AlertEvent.DOWN else "normal"


def _title(alert: Alert) -> str:
    # notify-send refuses an empty summary.
    return clean(title(alert), _MAX_TITLE_LENGTH) or "PulseTUI"


def _body(alert: Alert) -> str:
    return "\n".join(clean_lines(alert.body, _MAX_BODY_LINES, _MAX_BODY_COLUMNS))


def _markup(body: str) -> str:
    """The body as notify-send takes it: it undoes C escapes, and the desktop reads what is left as markup."""
    return body.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\\", "\\\\")


def _read(reader: OptionReader) -> DesktopOptions:
    return DesktopOptions(
        urgency=reader.take("urgency", one_of("low", "normal", "critical"), "") or None,
        timeout_s=reader.span("timeout", 0.0) or None,
    )


def _build(options: Options, _context: HookContext) -> Hook:
    return DesktopHook(parsed(_read, options))


KIND: Final = HookKind(type="desktop", options=validator(_read), build=_build)
