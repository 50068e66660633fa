"""The person's own keys: ``[keys]`` of checks.toml, read against what the screens bind.

Names are those of the verbs (``pause``, ``copy``) or of the table's own bindings (``table.down``); a value is
a key or several with commas: ``P``, ``ctrl+p,F5``, ``space``. What cannot be is left out and told, so a wrong
line costs that line only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct
from textual.binding import Binding, BindingType, InvalidBinding
from textual.keys import Keys, key_to_character

from pulsetui.core.text.nearest import nearest
from pulsetui.tui.base.verbs import VERBS, bindings_on
from pulsetui.tui.draw.lines import cut, plain

_PREFIX = "check."
_TABLE = "table."
_MODIFIERS = ("ctrl", "shift", "alt", "super", "meta", "hyper")
_KNOWN = frozenset(str(key.value) for key in Keys)


class UserKeys(Struct, frozen=True):
    """``keymap`` is for ``App.set_keymap``; ``shown`` is the first key of each verb, as the hints show it;
    ``problems`` are sentences for the person."""

    keymap: Mapping[str, str]
    shown: Mapping[str, str]
    problems: tuple[str, ...]


def read_keys(written: Mapping[str, str], table: Iterable[BindingType] = ()) -> UserKeys:
    """``table`` are the bindings of the widget that has the focus on the home screen."""
    known = _known(table)
    keymap: dict[str, str] = {}
    problems: list[str] = []
    for name, value in written.items():
        binding_id = name if "." in name else f"{_PREFIX}{name}"
        said = f"[keys] {cut(plain(name), 40)}"
        if binding_id not in known:
            problems.append(f"{said}: there is no such command{_nearest(name, known)}")
        elif (keys := _normal(value)) is None:
            problems.append(
                f'{said}: "{cut(plain(value), 40)}" is not a valid key; write it like P, ctrl+p, F5 or space'
            )
        else:
            keymap[binding_id] = keys
    problems += _drop_clashes(keymap, table)
    shown = {
        binding_id.removeprefix(_PREFIX): _shown(written, binding_id)
        for binding_id in keymap
        if binding_id.startswith(_PREFIX)
    }
    return UserKeys(keymap, shown, tuple(problems))


def name_in_keys(binding_id: str | None) -> str:
    """How ``[keys]`` calls a binding; "" for one that keeps its keys."""
    if binding_id is None or not binding_id.startswith((_PREFIX, _TABLE)):
        return ""
    return binding_id.removeprefix(_PREFIX)


def _known(table: Iterable[BindingType]) -> set[str]:
    return {f"{_PREFIX}{verb.id}" for verb in VERBS} | {
        binding.id for binding in table if isinstance(binding, Binding) and binding.id
    }


def _shown(written: Mapping[str, str], binding_id: str) -> str:
    value = written.get(binding_id) or written[binding_id.removeprefix(_PREFIX)]
    return value.split(",")[0].strip()


def _normal(value: str) -> str | None:
    """The keys as Textual names them, None when one of them is none."""
    keys = [_lowered(part.strip()) for part in value.split(",")]
    if not all(_is_key(key) for key in keys):
        return None
    try:
        return ",".join(one.key for one in Binding.make_bindings([Binding(",".join(keys), "")]))
    except InvalidBinding:
        return None


def _lowered(key: str) -> str:
    """Names of keys in small letters; a single letter stays: P is another key than p."""
    return key if len(key) == 1 else key.lower()


def _is_key(key: str) -> bool:
    *modifiers, base = key.split("+") if len(key) > 1 else [key]
    if not all(modifier in _MODIFIERS for modifier in modifiers) or not base.isprintable():
        return False
    return len(base) == 1 or key in _KNOWN or base in _KNOWN or key_to_character(base) is not None


def _nearest(name: str, known: set[str]) -> str:
    near = nearest(name, [one.removeprefix(_PREFIX) for one in known])
    return f'; did you mean "{near}"?' if near else "; the help (?) has the names on the right"


def _drop_clashes(keymap: dict[str, str], table: Iterable[BindingType]) -> list[str]:
    """Takes keys out of ``keymap`` that two commands of one screen would share; says which."""
    problems = []
    scopes = sorted({scope for verb in VERBS for scope in verb.on})
    for scope in scopes:
        bindings = [*bindings_on(scope), *(table if scope == "home" else ())]
        while clash := _clash(bindings, keymap):
            mine, other, key = clash
            del keymap[mine]
            problems.append(
                f"[keys] {mine.removeprefix(_PREFIX)}: {plain(key)} is already used by"
                f" {other.removeprefix(_PREFIX)}; {mine.removeprefix(_PREFIX)} keeps its default"
            )
    return problems


def _clash(bindings: Iterable[BindingType], keymap: Mapping[str, str]) -> tuple[str, str, str] | None:
    """The first of the person's keys that another binding has too."""
    taken: dict[str, str] = {}
    # Those that the person left alone come first: of two that clash the changed one gives way.
    ordered = [binding for binding in bindings if isinstance(binding, Binding)]
    for binding in sorted(ordered, key=lambda binding: binding.id in keymap):
        name = binding.id or binding.action
        for one in Binding.make_bindings([Binding(keymap.get(name, binding.key), "")]):
            if taken.setdefault(one.key, name) != name and name in keymap:
                return name, taken[one.key], one.key
    return None
