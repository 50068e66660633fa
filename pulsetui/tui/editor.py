"""``checks.toml`` in the person's own editor, at the lines of a check."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from pulsetui.config.toml.read import read_toml
from pulsetui.config.toml.scan import Lines
from pulsetui.errors import PulseError, in_words

if TYPE_CHECKING:
    from pulsetui.tui.base.services import Services
    from pulsetui.tui.terminal.terminal import Terminal

_USUAL = ("sensible-editor", "nano", "vi")
_PLUS = frozenset(
    (
        *("vi", "vim", "nvim", "view", "elvis", "vis", "ex", "ed", "ne", "kak", "micro", "mcedit"),
        *("nano", "pico", "joe", "jmacs", "jstar", "jed", "mg", "emacs", "emacsclient", "sensible-editor"),
    )
)
"""Editors that take a line as ``+12``, in front of the file."""
_COLON = frozenset(("hx", "helix", "subl", "zed", "zeditor", "lapce", "flow"))
"""... as ``file:12``."""
_GOTO = frozenset(("code", "codium", "code-insiders", "cursor", "windsurf"))
"""... as ``--goto file:12``. They return at once unless they are told to wait."""
_BROKEN_AT = re.compile(r"\(at line (\d+)")


class EditorError(PulseError):
    """No editor can be started. The message says why and what to do."""


def editor_command(path: Path, line: int, environ: Mapping[str, str]) -> list[str]:
    """The program and its arguments: of VISUAL, EDITOR, or what most hosts have. An editor that is not known
    opens the file at its top. Raises EditorError."""
    words = _editor(environ)
    name = Path(words[0]).name
    if name in _PLUS:
        return [*words, f"+{line}", str(path)]
    if name in _COLON:
        return [*words, f"{path}:{line}"]
    if name in _GOTO:
        return [*words, "--wait", "--goto", f"{path}:{line}"]
    return [*words, str(path)]


def _editor(environ: Mapping[str, str]) -> list[str]:
    for name in ("VISUAL", "EDITOR"):
        written = environ.get(name, "").strip()
        if not written:
            continue
        try:
            words = shlex.split(written)
        except ValueError as error:
            raise EditorError(f"${name} is {written}: {error}. Set it like {name}=vim") from None
        if words and shutil.which(words[0], path=environ.get("PATH", os.defpath)):
            return words
        raise EditorError(f"${name} is {written}: there is no such program. Set it like {name}=vim")
    for name in _USUAL:
        if shutil.which(name, path=environ.get("PATH", os.defpath)):
            return [name]
    raise EditorError("No editor was found. Set one before the start, like EDITOR=vim")


def line_in(path: Path, slug: str | None) -> int:
    """The line of a check's table; of what makes the file unreadable, where something does; else 1. Raises
    OSError; a file that is not there yet begins at its first line."""
    try:
        text = path.read_bytes().decode("utf-8", "replace")
    except FileNotFoundError:
        return 1
    try:
        read_toml(text)
    except ValueError as error:
        broken = _BROKEN_AT.search(str(error))
        return int(broken[1]) if broken else 1
    return Lines(text).of(("checks", slug)) if slug else 1


async def edit_file(services: Services, terminal: Terminal, slug: str | None) -> None:
    """Opens the engine's checks.toml at a check, or at its top. The engine takes in what was saved as it does
    with every edit from outside, and says what it cannot read."""
    path = Path(services.client.info().config_path)
    if services.attached:
        where = f"The engine is at {services.attached}, and so is its {path}"
        services.say(f"{where}: edit it there", severity="warning")
        return
    try:
        line = await asyncio.to_thread(line_in, path, slug)
        command = editor_command(path, line, os.environ)
        code = terminal.run_in_front(command)
    except SuspendNotSupported:
        services.say("There is no terminal to open an editor in", severity="error")
    except (PulseError, OSError) as error:
        services.say(in_words(error), severity="error")
    else:
        if code:
            services.say(f"{command[0]} ended with exit code {code}", severity="warning")
