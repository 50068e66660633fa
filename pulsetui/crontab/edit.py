"""A report put into a line of a crontab: only its command changes, and nothing where that is not sure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import unified_diff

from pulsetui.crontab.jobs import CronJob
from pulsetui.crontab.reader import Crontab, decoded, encoded
from pulsetui.crontab.shell import bare_percents, read_shell
from pulsetui.errors import PulseError

_MAX_COMMAND_BYTES = 998
_COMPOUND = frozenset({"if", "for", "while", "until", "case", "{", "("})


class EditRefusedError(PulseError):
    """The line is left as it is; the message says why, to follow its place."""


def command_with_report(job: CronJob, ping: str) -> str:
    """The command that also calls ``ping`` once it has succeeded. Raises EditRefusedError."""
    whole = job.line.part("command")
    if b"\r" in job.line.raw or "\0" in whole:
        raise EditRefusedError("it ends as on Windows; correct that first (PT104)")
    percents = bare_percents(whole)
    command, stdin = (whole[: percents[0]], whole[percents[0] :]) if percents else (whole, "")
    shell = read_shell(command)
    if not shell.steps:
        raise EditRefusedError("it has no command")
    if shell.ends_with == "&":
        raise EditRefusedError("it ends with &: it runs in the background, and its end is not known")
    if any(step.joined_by == "|" for step in shell.steps):
        raise EditRefusedError(
            "a pipe hides its exit code: put the command into a script with set -o pipefail"
        )
    body, rest = command[: shell.end].rstrip(), command[shell.end :]
    if shell.ends_with == ";":
        body = body.rstrip("; ")
    if _needs_braces(body):
        body = f"{{ {body}; }}"
    escaped = ping.replace("%", "\\%")
    changed = f"{body} && {escaped}{rest}{stdin}"
    if len(encoded(changed)) > _MAX_COMMAND_BYTES:
        raise EditRefusedError(
            f"it would have more than {_MAX_COMMAND_BYTES} bytes; put the command into a script"
        )
    return changed


def _needs_braces(body: str) -> bool:
    """Whether ``&&`` behind it would not follow all of it."""
    shell = read_shell(body)
    joined = {step.joined_by for step in shell.steps[1:]}
    return bool(joined - {"&&"}) or (shell.steps[0].words[:1] != () and shell.steps[0].words[0] in _COMPOUND)


def edited(crontab: Crontab, commands: Mapping[int, str]) -> bytes:
    """The file with other commands in these lines, by number. Every other byte is as it was."""
    data = []
    for line in crontab.lines:
        for piece in line.pieces:
            is_new = piece.kind == "command" and line.number in commands
            data.append(encoded(commands[line.number]) if is_new else piece.data)
    return b"".join(data)


def diff(crontab: Crontab, after: bytes) -> list[str]:
    """What changes, as ``diff -u`` shows it; texts are unsafe until cleaned."""
    before = decoded(crontab.data).splitlines()
    name = re.sub(r"\s", "_", str(crontab.path))
    return list(unified_diff(before, decoded(after).splitlines(), name, name, lineterm="", n=1))
