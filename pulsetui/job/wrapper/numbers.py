"""Numbers in what a job printed: by patterns (``--metric``) and in JSON (``--json-metric``)."""

from __future__ import annotations

import time

from pulsetui.core.text.number import number
from pulsetui.core.text.printable import printable
from pulsetui.errors import UsageError
from pulsetui.job.report import is_metric_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pulsetui.core.text.json_path import JsonPath
    from pulsetui.core.text.metric import Pattern
    from pulsetui.core.text.output import Output

    Say = Callable[[str], None]

RESERVED = ("memory_mb", "cpu_s")
"""What ``run`` measures itself."""

SEARCH_S = 0.7
"""For finding all numbers in the output: some milliseconds are enough for usual ones."""

MAX_LITERAL = 200  # characters of what should have been a number


def pattern_option(text: str) -> dict[str, Pattern]:
    """``NAME=REGEX``. Raises UsageError."""
    from pulsetui.core.text.metric import Pattern, PatternError

    name, found, expression = text.partition("=")
    if not found or not is_metric_name(name) or not expression:
        raise UsageError(
            f"--metric {text!r} is not a valid metric; write it like --metric 'records=(\\d+) rows'"
        )
    _check_name(name, "--metric")
    try:
        return {name: Pattern(expression)}
    except PatternError as error:
        raise UsageError(f"--metric {name}: {expression!r} is not a valid pattern: {error}") from None


def path_option(text: str) -> dict[str, JsonPath]:
    """``NAME=.path.to[0].field``. Raises UsageError."""
    from pulsetui.core.text.json_path import read_path

    name, found, written = text.partition("=")
    path = read_path(written)
    if not found or not is_metric_name(name) or path is None:
        raise UsageError(
            f"--json-metric {printable(text, 80)!r} is not valid; write it like"
            " --json-metric rows=.summary.rows or --json-metric first=.files[0].size"
        )
    _check_name(name, "--json-metric")
    return {name: path}


def _check_name(name: str, option: str) -> None:
    if name in RESERVED:
        raise UsageError(f"{option} {name}: run measures {name} itself; give yours another name")


class Found:
    """Numbers by name, and what was found where one should be: the engine says so in the alarm."""

    __slots__ = ("unread", "values")

    def __init__(self) -> None:
        self.values: dict[str, float] = {}
        self.unread: dict[str, str] = {}

    def put(self, name: str, literal: str, say: Say, option: str) -> None:
        """What is written where the number ``name`` should be."""
        value = number(literal)
        if value is not None:
            self.values[name] = value
        else:
            self.unread[name] = literal[:MAX_LITERAL]
            say(f"{option} {name}: {printable(literal, 40)} is not a number")


def by_patterns(
    patterns: Mapping[str, Pattern], output: Output, found: Found, say: Say, until: float
) -> None:
    """Searches the output until then (on the monotonic clock), as far as the job can wait for it. A pattern
    that does not match reports nothing: what is expected of it then fails, as it should."""
    if not patterns:
        return
    from pulsetui.core.text.metric import Text, TookTooLongError

    text = Text(output.head, output.rest, output.skipped)
    for name, pattern in patterns.items():
        try:
            literal = pattern.last(text, lambda: time.monotonic() > until)
        except TookTooLongError:
            say(f"--metric {name}: the output took too long to search")
            continue
        if literal is not None:
            found.put(name, literal, say, "--metric")


def by_paths(
    paths: Mapping[str, JsonPath], stdout: Output | None, found: Found, say: Say, until: float
) -> None:
    """Reads the last JSON document on standard output. A list or an object counts its entries, true is 1;
    null and what is not there report nothing."""
    if not paths or stdout is None:
        return
    from pulsetui.core.text.json_path import value_at

    document = last_document(stdout.rest if stdout.skipped else stdout.head + stdout.rest, until)
    if document is None:
        names = ", ".join(paths)
        say(f"--json-metric {names}: there is no JSON document on the job's standard output")
        return
    for name, path in paths.items():
        value = value_at(document, path)
        if isinstance(value, bool | int | float):
            found.put(name, _literal(value), say, "--json-metric")
        elif isinstance(value, str):
            found.put(name, value, say, "--json-metric")
        elif isinstance(value, list | dict):
            found.values[name] = float(len(value))


def _literal(value: float) -> str:
    try:
        return f"{float(value):.17g}"
    except OverflowError:
        return "a number that is too large"


def last_document(output: bytes, until: float) -> object:
    """The last JSON object or list that begins a line; None when none is found in time."""
    from json import JSONDecoder

    text = output.decode("utf-8", "replace")
    decoder = JSONDecoder()
    found: object = None
    at = 0
    while at < len(text) and time.monotonic() <= until:
        begin = at + len(text[at : at + 4096]) - len(text[at : at + 4096].lstrip())
        if text[begin : begin + 1] in ("{", "["):
            try:
                found, at = decoder.raw_decode(text, begin)
            except (ValueError, RecursionError):
                pass
            else:
                if text[at : at + 200].lstrip()[:1] in (",", "]", "}"):
                    found = None  # a part of one whose beginning is not here
                continue
        newline = text.find("\n", max(begin, at))
        if newline < 0:
            break
        at = newline + 1
    return found
