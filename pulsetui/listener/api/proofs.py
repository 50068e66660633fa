"""What must not come over the network: queries and addresses that the engine itself would look things up by.

A key for the API may pause a check, and read what it says. It must not make the engine run a query or call an
address: those come from checks.toml, and from whoever may write that file.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

from msgspec.structs import replace

from pulsetui.client.client import EngineClient
from pulsetui.client.commands import AnyCommand, Definition, UndoRemove
from pulsetui.client.views import CommandResult, FieldProblem
from pulsetui.errors import UnknownCheckError

_HARMLESS = "file:"
"""Of a file only size and date are looked at."""


def without_foreign_proofs(command: AnyCommand, client: EngineClient) -> AnyCommand | CommandResult:
    """The command, or its refusal. Proofs that the check has already may come along."""
    if not isinstance(command, Definition) or not (asked := _foreign(getattr(command, "fields", {}))):
        return command
    if isinstance(command, UndoRemove):
        return replace(command, fields={})  # what is put back then is what stood in the file
    known: Mapping[str, object] = {}
    with contextlib.suppress(UnknownCheckError):
        known = client.details(command.slug).fields
    new = asked - _foreign(known)
    if not new:
        return command
    kind = min(new).partition(":")[0][:40]
    problem = FieldProblem(
        field="prove",
        message=f'"{kind}:" is not taken over the network, where it could make the engine look up anything',
        suggestion="Write it into checks.toml itself.",
    )
    message = f"prove: {problem.message}. {problem.suggestion}"
    return CommandResult(slug=command.slug, ok=False, message=message, problems=(problem,))


def _foreign(fields: Mapping[str, object]) -> set[str]:
    """The proofs in it that are more than a look at a file; what is no text is refused by the engine."""
    written = fields.get("prove")
    texts = written if isinstance(written, list | tuple) else [written]
    return {text for text in texts if isinstance(text, str) and not text.lstrip().startswith(_HARMLESS)}
