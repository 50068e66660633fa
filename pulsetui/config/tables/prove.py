"""``[prove]``: what is needed to look for proof beside the checks themselves."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from pulsetui.config import values
from pulsetui.config.flaws import FieldFlaw, unknown_key
from pulsetui.config.values import Flaw, FlawedError

PROVE: Final = ("manage",)
_FORM = 'Write manage = ["/srv/venv/bin/python", "/srv/shop/manage.py"].'


class ProveConfig(Struct, frozen=True, kw_only=True):
    """How to ask others."""

    manage: tuple[str, ...] = ()  # program and arguments that begin a Django project's manage.py


def read_prove(table: Mapping[str, Any]) -> tuple[ProveConfig, list[FieldFlaw]]:
    """The settings, and everything that is wrong with them."""
    flaws: list[FieldFlaw] = [(key, unknown_key(key, PROVE)) for key in table if key not in PROVE]
    manage: tuple[str, ...] = ()
    if "manage" in table:
        try:
            manage = _program(table["manage"])
        except FlawedError as error:
            flaws += [("manage", flaw) for flaw in error.flaws]
    return ProveConfig(manage=manage), flaws


def _program(value: object) -> tuple[str, ...]:
    values.items(value, lambda word: values.text(word, longest=1000), "words of a command")
    words = tuple(value) if isinstance(value, list | tuple) else ()
    if not words:
        raise FlawedError(Flaw("must not be empty", suggestion=_FORM))
    if not Path(words[0]).is_absolute():
        raise FlawedError(Flaw("must begin with the whole path of a program", words[0], _FORM))
    return words
