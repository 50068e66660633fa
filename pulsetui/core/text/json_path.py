"""Where a value stands in a JSON document: ``.summary.rows``, ``.files[0].size``.

It imports nothing, since ``pulsetui run`` starts inside cron jobs.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    JsonPath = Sequence[str | int]
    """Keys and indexes, from the outside in."""


def read_path(written: str) -> JsonPath | None:
    """The keys and indexes of a path; None when it is none."""
    if not written.startswith((".", "[")):
        return None
    path: list[str | int] = []
    inner = written.removeprefix(".")
    parts = inner.replace("[", ".[")
    for part in (parts[1:] if inner.startswith("[") else parts).split("."):
        if part.startswith("["):
            index = part[1:-1]
            if not part.endswith("]") or not index.removeprefix("-").isdecimal() or len(index) > 9:
                return None
            path.append(int(index))
        elif part:
            path.append(part)
        elif written != ".":
            return None
    return path


def value_at(document: object, path: JsonPath) -> object:
    """What is there in a document that was read from JSON; None when nothing is."""
    for step in path:
        if isinstance(step, int) and isinstance(document, list) and -len(document) <= step < len(document):
            document = document[step]
        elif isinstance(step, str) and isinstance(document, dict):
            document = document.get(step)
        else:
            return None
    return document


def is_at(document: object, path: JsonPath) -> bool:
    """Whether anything is there, be it null."""
    if not path:
        return True
    parent, last = value_at(document, path[:-1]), path[-1]
    if isinstance(parent, dict):
        return last in parent
    return isinstance(parent, list) and isinstance(last, int) and -len(parent) <= last < len(parent)
