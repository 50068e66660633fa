"""``[prove]``: what is needed to look for proof beside the checks themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct

from pulsetui.config import values
from pulsetui.config.flaws import FieldFlaw, unknown_key
from pulsetui.config.values import Flaw, FlawedError
from pulsetui.core.proof.value_sources import DATABASE_NAME

PROVE: Final = ("manage", "databases")
_FORM = 'Write manage = ["/srv/venv/bin/python", "/srv/shop/manage.py"].'
_ADDRESS_FORM: Final = (
    'Write "postgresql://reader:PASSWORD@db.example.org/shop"; in a password @ is %40, : %3A, / %2F, ? %3F,'
    " # %23 and % %25."
)
_CHARACTER: Final = r"(?:[^\s%@:/?#\[\],]|%[0-9A-Fa-f]{2})"
_HOST: Final = rf"(?:\[[0-9A-Fa-f:.]+\]|{_CHARACTER}*)(?::\d{{1,5}})?"
_ADDRESS: Final = re.compile(
    r"(?!.*%00)postgres(?:ql)?://"
    rf"(?:(?:{_CHARACTER}|,)*(?P<password>:(?:{_CHARACTER}|[:,])*)?@)?"
    rf"{_HOST}(?:,{_HOST})*(?:/(?:{_CHARACTER}|,)*)?"
    r"(?:\?(?P<more>(?:[^\s%#@]|%[0-9A-Fa-f]{2})*))?"
)
"""Stricter than PostgreSQL: with an @ or / of a password as it is, the rest of the password would be taken
for the name of a host, and be said when there is no such host."""
_MAX_ADDRESS: Final = 1000


class ProveConfig(Struct, frozen=True, kw_only=True):
    """How to ask others. ``databases`` hold passwords: never log them."""

    manage: tuple[str, ...] = ()  # program and arguments that begin a Django project's manage.py
    databases: Mapping[str, str] = MappingProxyType({})  # by name: the address of a PostgreSQL database


def read_prove(table: Mapping[str, Any]) -> tuple[ProveConfig, list[FieldFlaw]]:
    """The settings but ``databases``, and everything that is wrong with them."""
    flaws: list[FieldFlaw] = [(key, unknown_key(key, PROVE)) for key in table if key not in PROVE]
    manage: tuple[str, ...] = ()
    if "manage" in table:
        try:
            manage = _program(table["manage"])
        except FlawedError as error:
            flaws += [("manage", flaw) for flaw in error.flaws]
    return ProveConfig(manage=manage), flaws


def holds_password(address: object) -> bool:
    """Whether the address of a database may let somebody in: one without a password does not."""
    match = _ADDRESS.fullmatch(address) if isinstance(address, str) else None
    return match is None or match["password"] is not None or "password" in (match["more"] or "")


def database_flaw(name: str, address: object) -> Flaw | None:
    """What is wrong with a database in ``[prove.databases]``; it does not quote the address."""
    if not DATABASE_NAME.fullmatch(name):
        return Flaw("the name of a database has only letters, digits, - and _")
    if not isinstance(address, str):
        return Flaw(f"must be text in quotes, not {values.kind_of(address)}")
    if len(address) > _MAX_ADDRESS or not _ADDRESS.fullmatch(address):
        return Flaw("is not a valid address of a PostgreSQL database", suggestion=_ADDRESS_FORM)
    return None


def _program(value: object) -> tuple[str, ...]:
    values.items(value, lambda word: values.text(word, longest=1000), "words of a command")
    words = tuple(value) if isinstance(value, list | tuple) else ()
    if not words:
        raise FlawedError(Flaw("must not be empty", suggestion=_FORM))
    if not Path(words[0]).is_absolute():
        raise FlawedError(Flaw("must begin with the whole path of a program", words[0], _FORM))
    return words
