"""Changes to a TOML text that leave every byte alone that the change is not about.

Each function takes the whole text and returns the whole text. The libraries that edit TOML (tomlkit) take
seconds to parse thousands of checks, do not know which comment stands above a table, and cannot be held to
"every other byte".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pulsetui.config.toml import render
from pulsetui.config.toml.scan import Entry, scan

Names = tuple[str, ...]


def same(one: object, other: object) -> bool:
    """Equality as TOML sees it: ``1``, ``1.0`` and ``true`` are three values."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and one == other


def newline_of(text: str) -> str:
    """The line end that the text uses, judged by its first line."""
    return "\r\n" if text[: text.find("\n") + 1].endswith("\r\n") else "\n"


def append_table(text: str, path: Names, fields: Mapping[str, object]) -> str:
    """Adds ``[path]`` at the end, after a blank line. A last line without a newline stays the style."""
    newline = newline_of(text)
    added = render.table(path, fields, newline)
    if not text.removeprefix("\ufeff"):
        return text + added
    if text.endswith("\n"):
        return text + newline + added
    return text + 2 * newline + added.removesuffix(newline)


def change(text: str, path: Names, old: object, new: object, order: Sequence[str] = ()) -> str:
    """Makes the value at ``path`` be ``new`` where it is ``old``; None stands for no key at all.

    ``order`` says after which of its neighbours a new key goes. Where both are tables only the keys that
    differ are touched.
    """
    if same(old, new):
        return text
    if isinstance(old, Mapping) and isinstance(new, Mapping) and new:
        # New keys first: the ones that go may be all that shows where the table is.
        for name in dict.fromkeys((*new, *old)):
            text = change(text, (*path, name), old.get(name), new.get(name))
        return text
    if old is not None and new is not None:
        for entry in scan(text):
            if entry.path == path and entry.kind == "value":
                start, end = entry.value
                return text[:start] + render.value(new, newline_of(text), inline=entry.inline) + text[end:]
    if old is not None:
        text = delete(text, path)
    return text if new is None else insert(text, path, new, order)


def insert(text: str, path: Names, new: object, order: Sequence[str] = ()) -> str:
    """Adds a key that is not there, in whichever way its table is written."""
    entries, parent, newline = scan(text), path[:-1], newline_of(text)
    headers = [e for e in entries if e.kind == "table" and e.path == parent]
    inline = [
        e for e in entries if e.kind == "value" and e.path == parent and text.startswith("{", e.value[0])
    ]
    if inline:
        return _insert_inline(text, entries, inline[0], path, new)
    below = [e for e in entries if e.kind == "value" and e.path[: len(parent)] == parent]
    within = [e for e in below if e.inline and len(e.context) < len(parent)]
    if within and not headers:
        written = f"{render.key(path[len(within[-1].context) :])} = {render.value(new, newline, inline=True)}"
        return text[: within[-1].end] + ", " + written + text[within[-1].end :]
    plain = [e for e in below if not e.inline and len(e.context) <= len(parent)]
    if headers:
        plain = [e for e in plain if e.context == parent]
    anchor = _anchor([*headers[:1], *plain], path, order)
    if anchor is None:
        return _insert_header(text, entries, path, new)
    context = anchor.context if anchor.kind == "value" else parent
    written = f"{render.key(path[len(context) :])} = {render.value(new, newline)}"
    return _insert_line(text, anchor, written, newline)


def delete(text: str, path: Names) -> str:
    """Takes out a key, however it is written, with its sub-tables. Comments around it stay."""
    while True:
        entries = scan(text)
        found = next((e for e in entries if e.kind != "item" and e.path[: len(path)] == path), None)
        if found is None:
            return text
        if found.inline:
            text = _delete_inline(text, entries, found)
        elif found.kind == "value":
            start, end = _lines_of(text, found)
            text = _cut(text, start, end)
        else:
            text = _delete_sections(text, entries, path)


def delete_table(text: str, path: Names) -> str:
    """Takes out a table with its sub-tables and the comment directly above it, and closes the gap."""
    entries = scan(text)
    first = next((e for e in entries if e.kind != "item" and e.path[: len(path)] == path), None)
    if first is not None and first.kind == "value" and not first.inline:
        start = _line_start(text, first.start)
        comment = _comment_above(text, start)
        text = text[:comment] + text[start:]
    return delete(text, path)


def rename(text: str, path: Names, name: str) -> str:
    """Gives the last part of ``path`` another name wherever that part is written."""
    depth = len(path) - 1
    for entry in reversed(scan(text)):
        if entry.kind != "item" and entry.path[: len(path)] == path and len(entry.context) <= depth:
            start, end = entry.parts[depth - len(entry.context)]
            text = text[:start] + render.key([name]) + text[end:]
    return text


def _anchor(candidates: list[Entry], path: Names, order: Sequence[str]) -> Entry | None:
    """The entry to put a new key behind: the last of those that go before it, else the last of all."""
    if not candidates:
        return None
    depth = len(path) - 1
    rank = {name: index for index, name in enumerate(order)}
    mine = rank.get(path[-1], len(rank))
    before = [e for e in candidates if e.path == path[:-1] or rank.get(str(e.path[depth]), len(rank)) <= mine]
    return (before or candidates)[-1]


def _insert_line(text: str, anchor: Entry, written: str, newline: str) -> str:
    start, (_, end) = _line_start(text, anchor.start), _lines_of(text, anchor)
    indent = text[start : anchor.start] if not text[start : anchor.start].strip(" \t") else ""
    if text[:end].endswith("\n"):
        return text[:end] + indent + written + newline + text[end:]
    return text[:end] + newline + indent + written + text[end:]


def _insert_header(text: str, entries: list[Entry], path: Names, new: object) -> str:
    """For a table that only its sub-tables show: its own header goes in front of theirs."""
    newline = newline_of(text)
    parent, written = path[:-1], render.table(path[:-1], {path[-1]: new}, newline)
    for entry in entries:
        if entry.kind == "table" and entry.path[: len(parent)] == parent:
            start = _comment_above(text, _line_start(text, entry.start))
            return text[:start] + written + newline + text[start:]
    return append_table(text, parent, {path[-1]: new})


def _insert_inline(text: str, entries: list[Entry], holder: Entry, path: Names, new: object) -> str:
    written = f"{render.key(path[-1:])} = {render.value(new, newline_of(text), inline=True)}"
    inside = [e for e in entries if e.inline and e.kind == "value" and e.context == holder.path]
    if inside:
        return text[: inside[-1].end] + ", " + written + text[inside[-1].end :]
    start, end = holder.value
    return text[:start] + f"{{ {written} }}" + text[end:]


def _delete_inline(text: str, entries: list[Entry], entry: Entry) -> str:
    beside = [e for e in entries if e.inline and e.kind == "value" and e.context == entry.context]
    index = beside.index(entry)
    if index + 1 < len(beside):
        return text[: entry.start] + text[beside[index + 1].start :]
    if index:
        return text[: beside[index - 1].end] + text[entry.end :]
    return text[: entry.start] + text[entry.end :]


def _delete_sections(text: str, entries: list[Entry], path: Names) -> str:
    """Cuts the sections of all headers at or below ``path``, the last one first."""
    plain = [e for e in entries if not e.inline]
    pieces: list[tuple[int, int]] = []
    for index in range(len(plain) - 1, -1, -1):
        if plain[index].kind == "value" or plain[index].path[: len(path)] != path:
            continue
        following = next((e for e in plain[index + 1 :] if e.kind != "value"), None)
        start = _comment_above(text, _line_start(text, plain[index].start))
        last = _last_of_section(plain, index)
        end = _comment_below(text, _lines_of(text, last)[1])
        if following is not None and following.path[: len(path)] == path:
            pieces[-1] = (start, pieces[-1][1])
        else:
            pieces.append((start, end))
    for start, end in pieces:
        text = _cut_section(text, start, end)
    return text


def _last_of_section(plain: list[Entry], index: int) -> Entry:
    last = plain[index]
    for entry in plain[index + 1 :]:
        if entry.kind != "value":
            break
        last = entry
    return last


def _cut_section(text: str, start: int, end: int) -> str:
    """Cuts whole lines, and one of the two gaps that would otherwise meet."""
    above = _line_start(text, start - 1) if start > _top(text) else start
    is_open_above = start == _top(text) or not text[above:start].strip()
    if not text[end:]:
        start = above if is_open_above and start > _top(text) else start
        return _cut(text, start, end)
    if is_open_above:
        while end < len(text) and not text[end : _line_end(text, end)].strip():
            end = _line_end(text, end)
    return _cut(text, start, end)


def _cut(text: str, start: int, end: int) -> str:
    """Cuts whole lines; a file whose last line had no newline still has none afterwards."""
    if end == len(text) and not text.endswith("\n"):
        head = text[:start]
        return head.removesuffix("\n").removesuffix("\r") if start < end else head
    return text[:start] + text[end:]


def _comment_above(text: str, start: int) -> int:
    """Where the comment lines directly above a line begin."""
    while start > _top(text):
        above = _line_start(text, start - 1)
        if not text[above:start].lstrip().startswith("#"):
            break
        start = above
    return start


def _comment_below(text: str, end: int) -> int:
    """Where the comment lines directly below end; they are not taken when they lead to something else."""
    below = end
    while below < len(text) and text[below : _line_end(text, below)].lstrip(" \t").startswith("#"):
        below = _line_end(text, below)
    return end if text[below : _line_end(text, below)].strip() else below


def _lines_of(text: str, entry: Entry) -> tuple[int, int]:
    return _line_start(text, entry.start), _line_end(text, entry.end)


def _line_start(text: str, offset: int) -> int:
    return max(text.rfind("\n", 0, offset) + 1, _top(text))


def _line_end(text: str, offset: int) -> int:
    return text.find("\n", offset) + 1 or len(text)


def _top(text: str) -> int:
    """Where the text begins, behind a byte order mark."""
    return 1 if text.startswith("\ufeff") else 0


def is_inline(text: str, path: Names) -> bool:
    """Whether a table is written as one value, ``path = {…}``."""
    return any(e.kind == "value" and e.path == path and text[e.value[0]] == "{" for e in scan(text))
