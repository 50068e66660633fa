"""checks.toml from disk to a ``Config``, or every problem of it at once.

This is on the path of starting the screen: tomli reads, since it is compiled, and where a key stands is only
looked up when there is a problem to report.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tomli import TOMLDecodeError

from pulsetui.config.build import build_config
from pulsetui.config.file.disk import left_copy
from pulsetui.config.model import Config, HookValidator, ReadBefore
from pulsetui.config.problem import ConfigProblems, Problem, quoted
from pulsetui.config.secret import shown_line
from pulsetui.config.toml.read import read_toml
from pulsetui.core.text.visible import visible
from pulsetui.errors import ConfigError

MAX_BYTES = 32 * 1024 * 1024
"""Bytes of a file that is still read: some 100,000 checks."""

_BARE_VALUE = re.compile(r"""\s*[^#=]+=\s*[^\s"'\[{#]""")


def load_config(path: Path, hook_validators: Mapping[str, HookValidator]) -> Config:
    """Raises ConfigProblems with every problem of the file, ConfigError when it cannot be read at all."""
    return judged(read_text(path), path, hook_validators)[0]


def judged(
    text: str, path: Path, hook_validators: Mapping[str, HookValidator], known: ReadBefore | None = None
) -> tuple[Config, Mapping[str, Any]]:
    """As ``parse_config``, for the text of the file at ``path``, which may be ``known`` from before: when it
    was cut off, that is said, too. Also the tables it was made of."""
    try:
        document = parse_toml(text, path) if known is None else known.document
        return build_config(document, text, path, hook_validators, known), document
    except ConfigProblems as error:
        if (copy := left_copy(path)) is None:
            raise
        problem = Problem(
            path=path,
            message="an edit of this file was cut off",
            suggestion=f"What it was before is in {copy}: put that in its place, or delete it.",
        )
        raise ConfigProblems([*error.problems, problem]) from None


def parse_config(text: str, path: Path, hook_validators: Mapping[str, HookValidator]) -> Config:
    """The configuration that ``text`` is; ``path`` is only named in problems. Raises ConfigProblems."""
    return build_config(parse_toml(text, path), text, path, hook_validators)


def parse_toml(text: str, path: Path) -> dict[str, Any]:
    """The tables of a text, judged as TOML alone. Raises ConfigProblems with the line of a syntax error."""
    try:
        return read_toml(text)
    except ValueError as error:  # TOMLDecodeError, and int() of thousands of digits
        raise ConfigProblems([_syntax_problem(error, text, path)]) from None


def read_text(path: Path) -> str:
    """The text of the file as it is: with its line ends, and its byte order mark if it has one."""
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):  # a pipe might never open, a device never end
            raise ConfigError(f"{_shown(path)}: is not a regular file. Name a file like checks.toml.")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ConfigError(
            f"{_shown(path)}: there is no such file. Make one with: pulsetui init"
            " (or name another with --config FILE or PULSETUI_CONFIG)."
        ) from None
    except IsADirectoryError:
        raise ConfigError(
            f"{_shown(path)}: is a directory. Name the file in it: {_shown(path / 'checks.toml')}"
        ) from None
    except PermissionError:
        raise ConfigError(
            f"{_shown(path)}: may not be read by this user. Check its mode with: ls -l"
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError(f"{_shown(path)}: cannot be read: {reason}.") from None
    if len(content) > MAX_BYTES:
        raise ConfigError(
            f"{_shown(path)}: is larger than {MAX_BYTES // 1024 // 1024} MB; is it the right file?"
        )
    return _decoded(content, path)


def _decoded(content: bytes, path: Path) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = Problem(
            path=path,
            line=line,
            message=f"is not UTF-8 text: byte 0x{content[error.start]:02x}",
            suggestion="Save the file as UTF-8.",
        )
        raise ConfigProblems([problem]) from None


def _shown(path: Path) -> str:
    return visible(str(path))


def _syntax_problem(error: ValueError, text: str, path: Path) -> Problem:
    lines = text.split("\n")
    number, message, line, shown = None, str(error), "", ""
    if isinstance(error, TOMLDecodeError):
        number, message = error.lineno, error.msg
        if number > 1 and number == len(lines) and not lines[-1]:
            number -= 1  # at the end: of the last line that holds something
        line, shown = lines[number - 1].strip(), shown_line(lines, number - 1)
    return Problem(
        path=path,
        line=number or 1,
        value=quoted(shown) if line else "",
        message=f"is not valid TOML: {message[:1].lower()}{message[1:]}",
        suggestion=_syntax_hint(message, line),
    )


def _syntax_hint(message: str, line: str) -> str:
    """What to do. tomli says what is wrong in words only: if they change, a hint is missing, no more."""
    if "twice" in message or "overwrite" in message or "immutable" in message:
        return "This key or table is already given above: keep one of the two."
    if "Invalid value" in message and _BARE_VALUE.match(line):
        return 'Put text in quotes: key = "text".'
    if "'='" in message:
        return 'Write key = "value", or [table].'
    return ""
