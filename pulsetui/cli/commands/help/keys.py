"""``pulsetui help keys``: the keys of the screen out of the table that binds them."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence

from textual.binding import Binding

from pulsetui.cli.common_options import config_path
from pulsetui.core.text.clean import clean
from pulsetui.errors import ConfigError, UsageError
from pulsetui.tui.base.keys import UserKeys, name_in_keys
from pulsetui.tui.base.verbs import VERBS, Verb, key_of
from pulsetui.tui.table.keys import user_keys
from pulsetui.tui.table.verbs import SUBSET_KEYS
from pulsetui.tui.table.widget import CheckTable

_SCREENS: Mapping[str, str] = {
    "home": "table",
    "details": "details",
    "timeline": "timeline",
    "incidents": "incidents",
    "trust": "trust",
    "today": "today",
    "hooks": "hooks",
}


def text(words: Sequence[str], options: argparse.Namespace) -> str:
    """The keys as they are with the person's own ``[keys]``."""
    if words:
        raise UsageError(f'"help keys" takes no further word, got "{clean(words[0], 60)}"')
    own = _own_keys(options)
    return "\n".join(_lines(own))


def _own_keys(options: argparse.Namespace) -> UserKeys:
    """Those of checks.toml; none where it cannot be read, for which there are other commands."""
    from pulsetui.config.file.load import load_config
    from pulsetui.hooks.registry import VALIDATORS

    try:
        return user_keys(load_config(config_path(options), VALIDATORS).keys)
    except ConfigError:
        return user_keys({})


def _lines(own: UserKeys) -> Iterator[str]:
    yield 'NAME is what [keys] in checks.toml calls it: pause = "P", "table.down" = "j,ctrl+n".'
    yield "On the screen, ? shows the keys that work where you are.\n"
    verbs = [(verb.id, own.shown.get(verb.id) or _keys(verb), verb.help, _where(verb)) for verb in VERBS]
    moves = [
        (name, own.keymap.get(str(one.id)) or one.key_display or one.key, one.tooltip or one.description, "")
        for one in (*CheckTable.BINDINGS, *SUBSET_KEYS)
        if isinstance(one, Binding) and (name := name_in_keys(one.id))
    ]
    head = ("NAME", "KEY", "DOES", "")
    rows = [head, *verbs, *moves]
    name_width, key_width = (max(len(row[column]) for row in rows) for column in (0, 1))
    for name, key, does, where in rows:
        yield f"{name:<{name_width}}  {key:<{key_width}}  {does}{f' ({where})' if where else ''}".rstrip()


def _keys(verb: Verb) -> str:
    return key_of(verb)


def _where(verb: Verb) -> str:
    """On which screens, where it is not on nearly all."""
    screens = [shown for scope, shown in _SCREENS.items() if scope in verb.on]
    return "" if len(screens) == len(_SCREENS) else ", ".join(screens)
