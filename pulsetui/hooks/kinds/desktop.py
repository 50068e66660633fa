"""Tells the person at this machine's desktop, through ``notify-send`` or, on macOS, ``osascript``.

All text goes as arguments of its own, never into a script or a shell.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct

from pulsetui.client.alert import Alert, AlertEvent
from pulsetui.core.text.clean import clean, clean_lines
from pulsetui.errors import HookError
from pulsetui.hooks.hook import Hook, HookContext, HookKind, Options
from pulsetui.hooks.options import OptionReader, one_of, parsed, seconds, validator
from pulsetui.hooks.process import run_program

_RUN_TIMEOUT_S: Final = 10.0
"""A notification service that takes longer hangs."""
_MAX_TITLE_LENGTH: Final = 120
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

    async def send(self, alert: Alert) -> None:
        argv = self._osascript(alert) if self._platform == "darwin" else self._notify_send(alert)
        finished = await run_program(argv, env=self._environ, timeout_s=_RUN_TIMEOUT_S)
        if finished.code == 0:
            return
        message = finished.describe(Path(argv[0]).name)
        if any(sign in finished.last_line for sign in _NO_SERVICE):
            raise HookError(f"{message}. No desktop listens; {_ON_A_SERVER}", permanent=True)
        raise HookError(message)

    def _notify_send(self, alert: Alert) -> list[str]:
        if not _has_session(self._environ):
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


def _has_session(environ: Mapping[str, str]) -> bool:
    if environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return True
    runtime = environ.get("XDG_RUNTIME_DIR")
    return bool(runtime) and (Path(runtime or "") / "bus").exists()


def _urgency(alert: Alert) -> str:
    return "critical" if alert.event is AlertEvent.DOWN else "normal"


def _title(alert: Alert) -> str:
    # notify-send refuses an empty summary.
    return clean(alert.title, _MAX_TITLE_LENGTH) or "PulseTUI"


def _body(alert: Alert) -> str:
    return "\n".join(clean_lines(alert.body, _MAX_BODY_LINES, _MAX_BODY_COLUMNS))


def _markup(body: str) -> str:
    """The body as notify-send takes it: it undoes C escapes, and the desktop reads what is left as markup."""
    return body.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\\", "\\\\")


def _read(reader: OptionReader) -> DesktopOptions:
    return DesktopOptions(
        urgency=reader.take("urgency", one_of("low", "normal", "critical"), "") or None,
        timeout_s=reader.take("timeout", seconds, 0.0) or None,
    )


def _build(options: Options, _context: HookContext) -> Hook:
    return DesktopHook(parsed(_read, options))


KIND: Final = HookKind(type="desktop", options=validator(_read), build=_build)
