"""``[actions.NAME]``: what a person wants at hand for a check: ``ssh``, ``tail``, run it again.

Only the screen runs them, on the host that it runs on, and only when somebody asks for it: the engine never
does, and no engine ever names one to a screen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from pulsetui.config import values
from pulsetui.config.flaws import FieldFlaw, unknown_key
from pulsetui.config.values import Flaw, FlawedError, kind_of
from pulsetui.core.text.nearest import nearest
from pulsetui.core.text.shell_template import filled

ACTION: Final = ("command", "desc", "key", "suspend", "confirm")
PLACES: Final = ("slug", "host", "status", "uuid")
"""What may stand in braces. Each is a word of letters, digits and ``. _ : % -``: whatever shell reads it, the
one here or one behind ``ssh``, takes it for a word."""
MAX_COMMAND_LENGTH: Final = 4_000

_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,40}")
_PLACE: Final = re.compile(rf"(?<!\$)\{{({'|'.join(PLACES)})\}}")
_MEANT: Final = re.compile(r"(?<!\$)\{([A-Za-z_]+)\}")
_WORD: Final = re.compile(r"[A-Za-z0-9._:%][A-Za-z0-9._:%-]*")
_NO_WORDS: Final = frozenset({"name", "tag", "tags", "desc", "reason", "detail", "note", "run", "rid", "url"})
"""What a check has, too, and what may be any text."""
_KEY: Final = re.compile(r"[A-Za-z0-9]")
_LIST_KEYS: Final = "gGjkq"
"""What moves the cursor of the menu, or close it."""
_FORM: Final = 'Write command = "ssh {host} journalctl -n 100 -u {slug}".'


class ActionConfig(Struct, frozen=True, kw_only=True):
    """One action, as it is in the file."""

    name: str
    command: str  # for a shell, with its places
    desc: str = ""
    key: str = ""  # its letter in the menu; "" for the first of its name that is free
    suspend: bool = False  # it gets the terminal, with the screen put aside
    confirm: bool = False  # it asks first

    @property
    def places(self) -> frozenset[str]:
        """What its command has to be told."""
        return frozenset(found[1] for found in _PLACE.finditer(self.command))

    def command_for(self, facts: Mapping[str, str]) -> str:
        """The command with the facts in their places. Raises KeyError with the name of one that is missing,
        or that is not such a word: as text of a stranger's it must not become a part of a command."""

        def value(found: re.Match[str]) -> str:
            fact = facts[found[1]]
            if not _WORD.fullmatch(fact):
                raise KeyError(found[1])
            return fact

        return filled(self.command, _PLACE, value)


def menu_keys(actions: Sequence[ActionConfig]) -> dict[str, ActionConfig]:
    """The letter of each action in the menu: its own, else the first of its name that is free, else a digit;
    none when all are taken. In the order of the file."""
    keys = {action.key: action for action in actions if action.key}
    for action in actions:
        if not action.key:
            letters = f"{action.name.lower()}{action.name.upper()}123456789"
            free = (
                one for one in letters if _KEY.fullmatch(one) and one not in _LIST_KEYS and one not in keys
            )
            if letter := next(free, ""):
                keys[letter] = action
    return {key: action for action in actions for key, one in keys.items() if one is action}


def read_action(name: str, table: Mapping[str, Any]) -> tuple[ActionConfig | None, list[FieldFlaw]]:
    """The action, or None and everything that is wrong with it."""
    flaws = list(_flaws_of(name, table))
    return (None, flaws) if flaws else (ActionConfig(name=name, **table), [])


def key_flaws(actions: Sequence[ActionConfig]) -> Iterator[tuple[str, Flaw]]:
    """Names of actions that have the key of another before them."""
    by_key: dict[str, str] = {}
    for action in actions:
        if action.key and (other := by_key.setdefault(action.key, action.name)) != action.name:
            yield action.name, Flaw(f"is the key of [actions.{other}], too", action.key, "Choose another.")


def _flaws_of(name: str, table: Mapping[str, Any]) -> Iterator[FieldFlaw]:
    if not _NAME.fullmatch(name):
        yield "", Flaw("the name of an action has only letters, digits, - and _, at most 40 of them", name)
    if "command" not in table:
        yield "command", Flaw("is missing", suggestion=_FORM)
    for key, value in table.items():
        read = _READERS.get(key)
        if read is None:
            yield key, unknown_key(key, ACTION)
            continue
        try:
            read(value)
        except FlawedError as error:
            yield from ((key, flaw) for flaw in error.flaws)


def _command(value: object) -> None:
    if isinstance(value, list | tuple):
        raise FlawedError(
            Flaw(f"must be text in quotes, not {kind_of(value)}: a shell runs it", value, _FORM)
        )
    command = values.text(value, longest=MAX_COMMAND_LENGTH, lines=True)
    if not command.strip():
        raise FlawedError(Flaw("must not be empty", value, _FORM))
    for found in _MEANT.finditer(command):
        if found[1] in _NO_WORDS:
            there = ", ".join(f"{{{place}}}" for place in PLACES)
            raise FlawedError(Flaw(f"{found[0]} cannot stand in a command", value, f"There are {there}."))
        if found[1] not in PLACES and (near := nearest(found[1], PLACES)):
            raise FlawedError(
                Flaw(f"{found[0]} names nothing that is known", value, f"Did you mean {{{near}}}?")
            )


def _key(value: object) -> None:
    key = values.text(value)
    if not _KEY.fullmatch(key):
        raise FlawedError(Flaw("must be one letter or digit: its key in the menu", value))
    if key in _LIST_KEYS:
        taken = ", ".join(_LIST_KEYS)
        raise FlawedError(Flaw("is a key of the menu itself", value, f"Choose another than {taken}."))


_READERS: Final[Mapping[str, Callable[[object], object]]] = {
    "command": _command,
    "desc": values.name,
    "key": _key,
    "suspend": values.flag,
    "confirm": values.flag,
}
