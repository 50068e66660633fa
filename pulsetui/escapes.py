"""Escape sequences that reach a person outside the pane: bell, title, desktop notification.

Pure: text and an environment in, a string out. The screen writes the string through its driver, in one
piece. Every text is cleaned here, so that no alert can end its sequence early and begin another.

| sequence | understood by |
| --- | --- |
| BEL | everything; tmux flags the window |
| OSC 2 | nearly everything; tmux shows it as the pane's title |
| OSC 9 | iTerm2, WezTerm, Ghostty, kitty, foot, Warp; others ignore it |
| OSC 777 | foot, urxvt, WezTerm, Ghostty, VTE with a patch; others ignore it |
| OSC 99 | kitty |

tmux swallows notifications unless they are wrapped and its ``allow-passthrough`` is on. There is no answer
that tells whether one was shown: so a bell goes with it by default.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct

from pulsetui.client.alert import Alert, AlertEvent
from pulsetui.core.text.clean import clean

BELL: Final = "\a"
TITLE_PUSH: Final = "\x1b[22;2t"
"""Asks the terminal to remember its title; to be sent before the first title."""
TITLE_POP: Final = "\x1b[23;2t"
"""Asks for the remembered title back; to be sent on leaving."""

TITLE_LIMIT: Final = 120
BODY_LIMIT: Final = 240
"""Characters. kitty takes 2048 bytes a piece, of which a character may take four."""

_ST: Final = "\x1b\\"
_MAX_LEVELS: Final = 4
"""Each level of tmux doubles the escapes inside."""
_NOT_IN_AN_ID: Final = re.compile(r"[^a-zA-Z0-9_-]")
_IGNORING: Final = (
    "xterm",
    "tmux",
    "alacritty",
    "st-",
    "contour",
    "rxvt",
    "vte",
    "gnome",
    "konsole",
    "putty",
)
"""What $TERM begins with where a sequence that is not understood leaves no trace on the screen."""


class Notify(StrEnum):
    """How a desktop notification is asked for."""

    AUTO = "auto"  # by the environment
    OSC9 = "osc9"
    OSC777 = "osc777"
    OSC99 = "osc99"
    NONE = "none"


class TerminalOptions(Struct, frozen=True, kw_only=True):
    """``[hooks.NAME]`` with ``type = "terminal"``."""

    bell: bool = True
    title: bool = True  # puts the alert into the terminal's title, until the screen writes its own again
    notify: Notify = Notify.AUTO
    tmux: int | None = None  # how many tmux sit around the screen; None: as the environment says


DEFAULTS: Final = TerminalOptions()


def alert_sequences(alert: Alert, environ: Mapping[str, str], options: TerminalOptions = DEFAULTS) -> str:
    """Everything to write for one alert, for the terminal that ``environ`` describes. May be empty."""
    if environ.get("TERM", "") in {"", "dumb"}:
        return BELL if options.bell else ""
    levels = _levels(environ) if options.tmux is None else options.tmux
    parts = [wrap_tmux(notification(alert, _chosen(options.notify, environ)), levels)]
    if options.title and _keeps_osc_to_itself(environ):
        parts.append(title_sequence(f"pulse: {alert.title}"))
    if options.bell:
        parts.append(BELL)
    return "".join(parts)


def title_sequence(text: str) -> str:
    """Sets the title of the terminal's window or tab; of the pane in tmux."""
    return f"\x1b]2;{clean(text, TITLE_LIMIT)}{_ST}"


def notification(alert: Alert, notify: Notify) -> str:
    """The request for a desktop notification, unwrapped; empty for ``NONE`` and ``AUTO``."""
    title = clean(alert.title, TITLE_LIMIT)
    body = clean(alert.body, BODY_LIMIT)
    match notify:
        case Notify.OSC9:
            # A first field that is a number is another command (ConEmu: progress, sleep, message box).
            text = clean(f"PulseTUI: {title}. {body}" if body else f"PulseTUI: {title}", BODY_LIMIT)
            return f"\x1b]9;{_one_field(text)}{_ST}"
        case Notify.OSC777:
            return f"\x1b]777;notify;{_one_field(title)};{_one_field(body)}{_ST}"
        case Notify.OSC99:
            return _osc99(alert, title, body)
        case _:
            return ""


def wrap_tmux(sequence: str, levels: int = 1) -> str:
    """Lets a sequence pass through so many tmux, one inside the other."""
    if not sequence:
        return ""
    for _ in range(min(levels, _MAX_LEVELS)):
        sequence = "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + _ST
    return sequence


def choose(environ: Mapping[str, str]) -> Notify:
    """The notification that the terminal most likely understands; never one that it would print.

    Over SSH and inside tmux the terminal cannot be known: then the most widely understood one is taken,
    where what is not understood is ignored.
    """
    term = environ.get("TERM", "")
    program = environ.get("TERM_PROGRAM", "")
    if term.startswith("xterm-kitty") or "KITTY_WINDOW_ID" in environ:
        return Notify.OSC99
    if term.startswith(("foot", "xterm-ghostty", "rxvt-unicode")) or program in {"WezTerm", "ghostty"}:
        return Notify.OSC777
    if program == "iTerm.app" or environ.get("LC_TERMINAL") == "iTerm2":  # the latter crosses ssh
        return Notify.OSC9
    if "VTE_VERSION" in environ:
        return Notify.OSC777
    if program == "WarpTerminal" or (program in {"", "tmux"} and _keeps_osc_to_itself(environ)):
        return Notify.OSC9
    return Notify.NONE


def _chosen(notify: Notify, environ: Mapping[str, str]) -> Notify:
    return choose(environ) if notify is Notify.AUTO else notify


def _levels(environ: Mapping[str, str]) -> int:
    # $TERM tells of a tmux on the near side of an ssh, where $TMUX does not reach.
    return 1 if environ.get("TMUX") or environ.get("TERM", "").startswith("tmux") else 0


def _keeps_osc_to_itself(environ: Mapping[str, str]) -> bool:
    """Whether an operating system command that the terminal does not know stays invisible.

    Not so on the Linux console. Of GNU screen nothing good is known, and its $TERM is that of older tmux.
    """
    term = environ.get("TERM", "")
    if environ.get("TMUX"):
        return True
    return "STY" not in environ and (
        term.startswith((*_IGNORING, "foot")) or bool(environ.get("TERM_PROGRAM"))
    )


def _one_field(text: str) -> str:
    return text.replace(";", ",")


def _osc99(alert: Alert, title: str, body: str) -> str:
    # The same identifier again replaces what is shown: "is up" takes the place of "is down".
    identifier = "pulsetui-" + (_NOT_IN_AN_ID.sub("", alert.slug) or "digest")
    urgency = {AlertEvent.DOWN: 2, AlertEvent.NOTE: 0}.get(alert.event, 1)
    if not body:
        return f"\x1b]99;i={identifier}:u={urgency};{title}{_ST}"
    return (
        f"\x1b]99;i={identifier}:u={urgency}:d=0;{title}{_ST}"
        f"\x1b]99;i={identifier}:u={urgency}:d=1:p=body;{body}{_ST}"
    )
