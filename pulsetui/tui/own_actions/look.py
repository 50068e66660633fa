"""Which actions there are: out of the file itself, and never from an engine.

An engine could be anybody's. What is run here comes from a file on this host, and whoever else may write that
file is looked at, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from pulsetui.config.doubts.trust import Distrust, distrust_actions
from pulsetui.config.file.load import parse_toml, read_text
from pulsetui.config.file.watch import Fingerprint
from pulsetui.config.judged_tables import JudgedTables
from pulsetui.config.kept_secret import SecretReader
from pulsetui.config.secret import masked, secrets_of
from pulsetui.config.tables.actions import ActionConfig
from pulsetui.errors import ConfigError

_WORD = "actions"


class Looked(Struct, frozen=True):
    """What the file has."""

    actions: tuple[ActionConfig, ...] = ()
    problems: tuple[str, ...] = ()  # sentences; actions with a mistake are left out
    distrust: Distrust | None = None


class ActionsFile:
    """One checks.toml; read again when it has changed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: Fingerprint | None = None
        self._looked = Looked()

    def look(self) -> Looked:
        """What it has now. May read a large file: not for the screen's loop. Never raises."""
        seen = Fingerprint.of(self.path)
        if seen != self._seen:
            self._looked = _read(self.path)
            self._seen = seen
        # Modes of directories change without the file.
        names = [action.name for action in self._looked.actions]
        return Looked(self._looked.actions, self._looked.problems, distrust_actions(self.path, names))


def _read(path: Path) -> Looked:
    try:
        text = read_text(path)
        if _WORD not in text:  # most files have none: thousands of checks need not be parsed for that
            return Looked()
        document = parse_toml(text, path)
    except ConfigError as error:
        return Looked(problems=tuple(str(error).splitlines()))
    return _judged(document, text, path)


def _judged(document: Mapping[str, object], text: str, path: Path) -> Looked:
    """As ``validate`` judges them, which says the same with everything else that is wrong."""
    judged = JudgedTables(document, SecretReader(path.parent))
    actions = tuple(judged.actions().values())
    problems = judged.problems(text, path)
    secrets = secrets_of(document) if problems else ()
    return Looked(actions, tuple(masked(str(problem), secrets) for problem in problems))
