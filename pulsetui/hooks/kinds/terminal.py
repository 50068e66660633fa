"""Notifies at every attached screen: bell, title, notification through the terminal.

The engine's half. It works over SSH and on a server without a desktop, as long as a screen is
attached; the screen's half is ``pulsetui.escapes``.
"""

from __future__ import annotations

from typing import Final

from pulsetui.client.alert import Alert
from pulsetui.config.problem import quoted
from pulsetui.errors import NoAudienceError
from pulsetui.escapes import DEFAULTS, Notify, TerminalOptions
from pulsetui.hooks.hook import Hook, HookContext, HookKind, Options
from pulsetui.hooks.options import OptionError, OptionReader, boolean, one_of, parsed, validator

_MAX_TMUX: Final = 4


class TerminalHook(Hook):
    """Hands alerts to the attached screens."""

    digest = True
    needs_audience = True

    def __init__(self, context: HookContext) -> None:
        self._publish = context.publish

    async def send(self, alert: Alert) -> None:
        if self._publish(alert) == 0:
            # Read later, on a screen that is: in the past. Whether it is tried again stands beside it.
            raise NoAudienceError("no screen was attached")


def terminal_options(options: Options) -> TerminalOptions:
    """What the screen needs to know. Raises HookError when the options have problems."""
    return parsed(_read, options)


def _read(reader: OptionReader) -> TerminalOptions:
    return TerminalOptions(
        bell=reader.take("bell", boolean, DEFAULTS.bell),
        title=reader.take("title", boolean, DEFAULTS.title),
        notify=reader.take("notify", _notify, DEFAULTS.notify),
        tmux=reader.take("tmux", _levels, DEFAULTS.tmux),
    )


def _notify(value: object) -> Notify:
    return Notify(one_of(*Notify)(value))


def _levels(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MAX_TMUX:
        raise OptionError(
            f"must be how many tmux are around the screen, 0 to {_MAX_TMUX}, got {quoted(value)}"
        )
    return value


def _build(options: Options, context: HookContext) -> Hook:
    terminal_options(options)
    return TerminalHook(context)


KIND: Final = HookKind(type="terminal", options=validator(_read), build=_build)
