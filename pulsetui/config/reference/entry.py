"""What one entry of the reference holds."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct


class ConfigKey(Struct, frozen=True, kw_only=True):
    """A key of a table of checks.toml. Texts are plain, with what is code between backticks."""

    name: str
    takes: str  # what kind of value: "a span", "text"
    about: str  # whole sentences
    example: str  # lines of TOML, in their table
    default: str = ""  # what is the same as leaving it out, in TOML; "" where nothing is
    without: str = ""  # what holds without it, in words, where ``default`` does not say it


class ConfigTable(Struct, frozen=True, kw_only=True):
    """A table of checks.toml."""

    name: str  # what ``help config`` calls it
    heading: str  # as it is written in the file: ``[checks.SLUG]``
    about: str
    keys: Sequence[ConfigKey]
    example: str = ""  # lines before those of a key's example, so that it can be read
    page: str = ""  # the page of docs/ that has more of it
