"""Notifies through a program of the user's own. Never through a shell.

It gets the facts three ways: as ``PULSETUI_*`` environment variables, as one JSON object on standard input,
and in place of arguments that are exactly ``{title}``, ``{slug}`` and so on.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec import Struct, field

from pulsetui.client.alert import Alert
from pulsetui.config.problem import quoted
from pulsetui.core.text.nearest import nearest
from pulsetui.errors import HookError
from pulsetui.hooks.facts import FACTS, document, facts
from pulsetui.hooks.hook import SEND_TIMEOUT_S, Hook, HookContext, HookKind, LinksFor, Options, no_links
from pulsetui.hooks.options import OptionError, OptionReader, parsed, validator
from pulsetui.hooks.process import run_program

_KILL_MARGIN_S: Final = 10.0
"""The worker waits this much longer than the program's own bound, so that the better message wins."""
_EXAMPLE: Final = 'command = ["program", "argument"]'
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)\}")
_INNER: Final = re.compile(r"(?<!\$)\{([a-z_]+)\}")
"""Not ``${name}``: that is a shell's own."""


class CommandOptions(Struct, frozen=True, kw_only=True):
    """``[hooks.NAME]`` with ``type = "command"``."""

    command: tuple[str, ...]  # the program and its arguments
    timeout_s: float = SEND_TIMEOUT_S
    env: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # added to our own


class CommandHook(Hook):
    """Runs the program once for each alert; exit code 0 means that the alert was delivered."""

    def __init__(self, options: CommandOptions, links: LinksFor = no_links) -> None:
        self._options = options
        self._links = links
        self.timeout_s = options.timeout_s + _KILL_MARGIN_S

    async def send(self, alert: Alert) -> None:
        links = self._links(alert)
        known = facts(alert, links)
        argv = [_argument(part, known) for part in self._options.command]
        env = {**os.environ, **self._options.env, **{f"PULSETUI_{k.upper()}": v for k, v in known.items()}}
        told = json.dumps(document(alert, links), ensure_ascii=False).encode()
        finished = await run_program(argv, env=env, timeout_s=self._options.timeout_s, stdin=told)
        if finished.code != 0:
            raise HookError(finished.describe(argv[0]))


def _argument(part: str, known: Mapping[str, str]) -> str:
    match = _PLACEHOLDER.fullmatch(part)
    if match is None:
        return part
    value = known[match[1]]
    # Nothing that came from outside may become an option of the program; blanks in front are seldom minded.
    return f" {value}" if value.startswith("-") else value


def _read(reader: OptionReader) -> CommandOptions:
    return CommandOptions(
        command=reader.require("command", _command, (), _EXAMPLE),
        timeout_s=reader.span("timeout", SEND_TIMEOUT_S),
        env=reader.take("env", _environment, MappingProxyType({})),
    )


def _command(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        raise OptionError(
            f"must be a list, got {quoted(value)}: it is not run by a shell. Write {_EXAMPLE}, "
            'or ["sh", "-c", "…"] if you mean a shell'
        )
    if not isinstance(value, list | tuple) or not value or not all(isinstance(part, str) for part in value):
        raise OptionError(f"must be a list of texts with the program first; write {_EXAMPLE}")
    if not value[0].strip() or _PLACEHOLDER.fullmatch(value[0]):
        raise OptionError(f"must begin with a program, got {quoted(value[0])}; write {_EXAMPLE}")
    for part in value:
        _check_argument(part)
    return tuple(value)


def _check_argument(part: str) -> None:
    if "\0" in part:
        raise OptionError(f"has an argument with a NUL in it: {quoted(part)}")
    whole = _PLACEHOLDER.fullmatch(part)
    if whole and whole[1] not in FACTS:
        near = nearest(whole[1], FACTS)
        hint = f"did you mean {{{near}}}?" if near else f"there are {', '.join(f'{{{f}}}' for f in FACTS)}"
        raise OptionError(f"has {part}, which is not a fact of an alert; {hint}")
    inner = next((m[0] for m in _INNER.finditer(part) if m[1] in FACTS), None)
    if inner and not whole:
        raise OptionError(
            f"has {inner} inside the argument {quoted(part)}; it is replaced only when it is an argument of "
            f'its own: "{inner}". In a script use $PULSETUI_{inner[1:-1].upper()}'
        )


def _environment(value: object) -> Mapping[str, str]:
    if not isinstance(value, Mapping):
        raise OptionError(f'must be a table of texts, like env = {{ TOKEN = "…" }}, got {quoted(value)}')
    for name, text in value.items():
        if not isinstance(name, str) or not _VARIABLE.fullmatch(name):
            raise OptionError(f"has {quoted(name)}, which cannot name an environment variable")
        if not isinstance(text, str) or "\0" in text:
            raise OptionError(f"{name} must be a text; write it in quotes")
    return MappingProxyType(dict(value))


def _build(options: Options, context: HookContext) -> Hook:
    return CommandHook(parsed(_read, options), context.links)


KIND: Final = HookKind(type="command", options=validator(_read), build=_build)
