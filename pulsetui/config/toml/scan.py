"""Where each key of a TOML text stands: tomli says what a file means, this says where it says so.

The text must be one that tomli accepts; offsets are into the text as it is, with its own line ends.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Literal

from msgspec import Struct

from pulsetui.config.toml.read import read_toml

KeyPath = tuple[str | int, ...]
"""Keys from the top; an int counts the items of an array."""

_BLANK = re.compile(r"[ \t]*")
_SKIP = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_PART = re.compile(r"([A-Za-z0-9_-]+)|\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}' r"|'''.*?'{3,5}" r'|"(?:[^"\\\n]|\\.)*"' r"|'[^'\n]*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\r\n]+")


class ScanError(Exception):
    """The text is not one that tomli accepts, or uses what this scanner does not know."""


class Entry(Struct, frozen=True):
    """A key, a header or an item of an array, as written."""

    kind: Literal[
        "table", "array", "value", "item"
    ]  # [header], [[header]], key = value, one value of an array
    path: KeyPath
    context: KeyPath  # the table that the written key is relative to
    parts: tuple[tuple[int, int], ...]  # where each part of the dotted key is written
    start: int
    value: tuple[int, int]  # where the value is written; empty for headers
    end: int
    inline: bool  # inside an inline table or an array


def scan(text: str) -> list[Entry]:
    """Every entry in the order of the text, inline ones after the entry that holds them."""
    return _Scanner(text).run()


class Lines:
    """Line numbers of the keys of a text."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._known: dict[KeyPath, int] = {}
        scanner = _Scanner(text)
        try:
            scanner.run()
        except (ScanError, RecursionError):
            pass  # what was found so far still helps; the rest falls back to the nearest table above it
        for entry in scanner.entries:
            line = self.at(entry.start)
            if entry.kind == "table":
                self._known[entry.path] = line
            for depth in range(1, len(entry.path) + 1):
                self._known.setdefault(entry.path[:depth], line)

    def at(self, offset: int) -> int:
        """The line of an offset, counted from 1."""
        return bisect_right(self._starts, offset)

    def of(self, path: KeyPath) -> int:
        """The line of a key; of the nearest table around it when the key itself is not written."""
        for depth in range(len(path), 0, -1):
            if (line := self._known.get(path[:depth])) is not None:
                return line
        return 1


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.entries: list[Entry] = []
        self._arrays: dict[KeyPath, int] = {}  # array of tables → index of its last table

    def run(self) -> list[Entry]:
        text = self.text
        table: KeyPath = ()
        position = self._skip(1 if text.startswith("\ufeff") else 0)
        while position < len(text):
            if text[position] == "[":
                table, position = self._header(position)
            else:
                position = self._pair(position, table, inline=False)
            position = self._skip(position)
        return self.entries

    def _skip(self, position: int) -> int:
        match = _SKIP.match(self.text, position)
        return match.end() if match else position

    def _blank(self, position: int) -> int:
        match = _BLANK.match(self.text, position)
        return match.end() if match else position

    def _key(self, position: int) -> tuple[list[str], list[tuple[int, int]], int]:
        names, spans = [], []
        while True:
            match = _PART.match(self.text, position)
            if match is None:
                raise ScanError(position)
            names.append(match[1] or read_toml("k = " + match[0])["k"])
            spans.append(match.span())
            position = self._blank(match.end())
            if not self.text.startswith(".", position):
                return names, spans, match.end()
            position = self._blank(position + 1)

    def _header(self, start: int) -> tuple[KeyPath, int]:
        double = self.text.startswith("[[", start)
        names, spans, position = self._key(self._blank(start + 1 + double))
        path: KeyPath = ()
        for depth, name in enumerate(names):
            path = (*path, name)
            if double and depth == len(names) - 1:
                self._arrays[path] = self._arrays.get(path, -1) + 1
            if path in self._arrays:
                path = (*path, self._arrays[path])
        end = self._expect("]]" if double else "]", self._blank(position))
        kind: Literal["array", "table"] = "array" if double else "table"
        self.entries.append(Entry(kind, path, (), tuple(spans), start, (end, end), end, inline=False))
        return path, end

    def _pair(self, start: int, context: KeyPath, *, inline: bool) -> int:
        names, spans, position = self._key(start)
        position = self._blank(self._expect("=", self._blank(position)))
        path = (*context, *names)
        index = len(self.entries)
        end = self._value(position, path)
        self.entries.insert(
            index, Entry("value", path, context, tuple(spans), start, (position, end), end, inline=inline)
        )
        return end

    def _value(self, position: int, path: KeyPath) -> int:
        """The end of the value; the entries inside it are recorded."""
        first = self.text[position : position + 1]
        if first == "{":
            return self._inline_table(position, path)
        if first == "[":
            return self._inline_array(position, path)
        match = (_STRING if first in ('"', "'") else _SCALAR).match(self.text, position)
        if match is None:
            raise ScanError(position)
        return position + len(match[0].rstrip())

    def _inline_table(self, position: int, path: KeyPath) -> int:
        position = self._skip(position + 1)
        while not self.text.startswith("}", position):
            position = self._skip(self._pair(position, path, inline=True))
            if not self.text.startswith(",", position):
                break
            position = self._skip(position + 1)
        return self._expect("}", position)

    def _inline_array(self, position: int, path: KeyPath) -> int:
        position, count = self._skip(position + 1), 0
        while not self.text.startswith("]", position):
            item, index = (*path, count), len(self.entries)
            end = self._value(position, item)
            self.entries.insert(
                index, Entry("item", item, path, (), position, (position, end), end, inline=True)
            )
            position, count = self._skip(end), count + 1
            if not self.text.startswith(",", position):
                break
            position = self._skip(position + 1)
        return self._expect("]", position)

    def _expect(self, mark: str, position: int) -> int:
        if not self.text.startswith(mark, position):
            raise ScanError(position)
        return position + len(mark)
