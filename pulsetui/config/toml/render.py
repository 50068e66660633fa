"""Values, keys and tables as TOML text, in the style a person would write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, time

_BARE = re.compile(r"[A-Za-z0-9_-]+")


class RenderError(Exception):
    """The value has no TOML form (None, a set, …)."""


def key(names: Iterable[str]) -> str:
    """A dotted key; parts are quoted where they must be."""
    return ".".join(name if _BARE.fullmatch(name) else _basic(name) for name in names)


def value(found: object, newline: str, *, inline: bool = False) -> str:
    """One value. Text of several lines takes several unless ``inline``; tables become inline tables."""
    if isinstance(found, str):
        return _string(found, newline, inline=inline)
    if isinstance(found, Mapping):
        pairs = (f"{key([str(name)])} = {value(item, newline, inline=True)}" for name, item in found.items())
        inside = ", ".join(pairs)
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(found, list | tuple):
        return f"[{', '.join(value(item, newline, inline=True) for item in found)}]"
    if isinstance(found, bool | int | float | date | time):
        return _written(found)
    raise RenderError(f"{type(found).__name__} has no TOML form")


def table(path: Iterable[str], fields: Mapping[str, object], newline: str) -> str:
    """``[path]`` and its keys, each line ended by ``newline``."""
    lines = [f"[{key(path)}]"]
    lines += [f"{key([name])} = {value(found, newline)}" for name, found in fields.items()]
    return "".join(line + newline for line in lines)


def _string(text: str, newline: str, *, inline: bool) -> str:
    lines = text.split("\n")
    if not inline and len(lines) > 1 and all(line.isprintable() for line in lines):
        return f'"""{newline}{newline.join(_basic(line)[1:-1] for line in lines)}"""'
    if "\\" in text and "'" not in text and text.isprintable():
        return f"'{text}'"  # a regular expression reads better without doubled backslashes
    return _basic(text)


def _basic(text: str) -> str:
    return _written(text).replace("\t", "\\t")  # a tab may stand as it is, but nobody sees that it is one


def _written(scalar: object) -> str:
    import tomli_w  # only an edit needs it

    return tomli_w.dumps({"k": scalar}).removeprefix("k = ").removesuffix("\n")
