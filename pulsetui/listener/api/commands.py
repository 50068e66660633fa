"""Commands that came over HTTP, given to the engine."""

from __future__ import annotations

from collections.abc import Sequence

from pulsetui.client.client import EngineClient
from pulsetui.client.views import CommandResult
from pulsetui.client.wire import Command
from pulsetui.core import storable


class CommandError(Exception):
    """The command lacks what its verb needs. The message names the field."""


_DEPTH = 16
"""Tables and lists within one another; no key of a check has more than two."""
TOO_DEEP = f"fields: more than {_DEPTH} lists or tables within one another"


def checked(command: Command) -> Command:
    """The command, if what it holds can be taken apart. Raises CommandError."""
    level: list[object] = [command.fields]
    for _ in range(_DEPTH):
        level = [
            inner
            for outer in level
            for inner in (
                outer.values() if isinstance(outer, dict) else outer if isinstance(outer, list) else ()
            )
        ]
        if not level:
            return command
    raise CommandError(TOO_DEEP)


def run_command(client: EngineClient, command: Command) -> Sequence[CommandResult]:
    """Blocks as the client does. Raises CommandError, or what the client raises."""
    match command.verb:
        case "pause":
            return client.pause(_some(command), by=command.by)
        case "resume":
            return client.resume(_some(command))
        case "undo_pause" | "undo_resume":
            undo = client.undo_pause if command.verb == "undo_pause" else client.undo_resume
            return undo(_some(command))
        case "acknowledge":
            return client.acknowledge(
                _some(command), by=_by(command), note=command.note, any_reason=command.any_reason
            )
        case "unacknowledge":
            return client.unacknowledge(_some(command))
        case "snooze" | "unsnooze":
            return _snooze(client, command)
        case "add" | "edit" | "remove" | "undo_remove":
            return [_define(client, command)]
        case "dismiss":
            if not command.key:
                raise CommandError("key: missing; it names the notice to dismiss")
            client.dismiss(command.key)
            return []


def _define(client: EngineClient, command: Command) -> CommandResult:
    slug = _one(command)
    match command.verb:
        case "add":
            return client.add(slug, command.fields)
        case "edit":
            return client.edit(slug, command.fields, new_slug=command.new_slug)
        case "remove":
            return client.remove(slug)
        case _:
            return client.undo_remove(slug, command.fields)


def _snooze(client: EngineClient, command: Command) -> Sequence[CommandResult]:
    targets = () if command.scope == "everything" else _some(command)
    if command.verb == "unsnooze":
        return client.unsnooze(command.scope, targets)
    if command.until is None:
        raise CommandError("until: missing; say with time zone when the snooze ends")
    try:
        until = storable.instant(command.until)
    except storable.UnstorableError as error:
        raise CommandError(f"until: {error}") from None
    return client.snooze(command.scope, targets, until=until, by=_by(command), note=command.note)


def _by(command: Command) -> str:
    if not command.by:
        raise CommandError(f"by: missing; {command.verb} says who does it")
    return command.by


def _some(command: Command) -> Sequence[str]:
    if not command.slugs:
        raise CommandError("slugs: missing; name at least one check")
    return command.slugs


def _one(command: Command) -> str:
    if len(command.slugs) != 1:
        raise CommandError(f"slugs: {command.verb} takes exactly one, got {len(command.slugs)}")
    return command.slugs[0]
