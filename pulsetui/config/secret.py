"""Keeping what is secret in checks.toml out of what is said of it: problems, notices, the log, the screen.

Whoever reads those need not be who may read the file: the read-only key shows notices and the log. A text
goes through here wherever a line or a value of the file is quoted, also when the file is broken and nothing
but the lines around tells what the line is about.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from pulsetui.core.text.visible import visible

MASK: Final = "…"

_SECRET_NAME: Final = re.compile(
    r"key|token|secret|passw|passphrase|pwd|credential|auth|bearer|webhook|private|cookie|dsn|signature|url|uri",
    re.IGNORECASE,
)
"""URLs too: those of webhooks and bots hold their key in the path."""
_ALL_SECRET: Final = frozenset({"env", "headers"})
"""Tables of a hook that hold keys under any name."""
_DATABASES: Final = ("prove", "databases")
"""Addresses by name, with passwords in them."""
_PLAIN: Final = frozenset(
    {
        "type",
        "timeout",
        "listen",
        "host",
        "port",
        "hosts",
        "create_limit",
        "public_url",
        "method",
        "every",
        "success",
        "ca",
        "priority",
        "emergency",
        "retry",
        "expire",
        "severity",
        "hold",
        # rules of alerts; without "reasons" the word "failed" would be masked wherever it is said
        "after",
        "repeat",
        "reasons",
        "recovery",
        "quiet",
        "days",
        "holidays",
        "timezone",
    }
)
"""Keys of [listener], hooks and watchdogs whose lines are quoted; that of a new or mistyped one is not."""
_WANTED: Final = frozenset({"command"})
"""A message without the name of the program would be of no use; in a whole line there may be more."""

_CREDENTIALS: Final = re.compile(r"[A-Za-z]+ +(\S+)")
"""The value of a header like ``Authorization: Bearer …``: the other side may repeat it without the scheme."""

_WORTH_FINDING: Final = 6
"""Characters: anything shorter is not a secret; masking it everywhere would make texts unreadable."""

_START: Final = 12
"""Characters of a secret by which it is known again where it was cut."""

# Compiled when they are needed: most files have no flaw.
_PART: Final = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_NAMES: Final = rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*"
_HEADER: Final = rf"[ \t]*\[\[?[ \t]*({_NAMES})[ \t]*\]{{0,2}}[ \t]*(?:#.*)?"
_PAIR: Final = rf"(?s)[ \t]*({_NAMES})[ \t]*=(.*)"

# What gives a secret away wherever it stands: in an argument of a command, a comment, a description.
_INLINE: Final = r"""(?ix)
      (?P<user>[a-z][a-z0-9+.-]*://)[^\s/@"']+@
    | (?P<word>
        (?: \b(?:bearer|basic)[ \t]+
          | -(?:u|-user|-[\w-]*(?:token|secret|passw|key)[\w-]*)["']?[ \t,=]+["']?
          | \b[\w-]*(?:authorization|token|secret|passw(?:or)?d|passphrase|pwd|api[_-]?key|ping[_-]?key)[\w-]*
            ["']?[ \t]*[=:][ \t]*(?:bearer[ \t]+|basic[ \t]+)?["']?
        ))[^\s"']{3,}
    | (?P<bot>/bot)\d+:[\w-]+
    | (?P<hook>hooks\.slack\.com/|discord(?:app)?\.com/api/webhooks/)[^\s"']+
"""


def secrets_of(document: Mapping[str, Any]) -> frozenset[str]:
    """The texts of a file that must not be shown. Checks are not looked through: no key there is secret."""
    tables = {name: table for name, table in document.items() if name not in ("checks", "keys", "timezone")}
    return frozenset(_hidden(tables, (), hide=False))


def _hidden(value: object, path: tuple[str, ...], *, hide: bool) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            deeper = (*path, str(name))
            wanted = str(name) in _WANTED or _may_show(deeper, item)
            yield from _hidden(item, deeper, hide=hide or not wanted)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _hidden(item, path, hide=hide)
    elif hide and not isinstance(value, bool):
        yield str(value)
        if (credentials := _CREDENTIALS.fullmatch(str(value))) is not None:
            yield credentials[1]


def _may_show(path: Sequence[str], value: object) -> bool:
    """Whether the value of a key may be quoted; for a table, whether to look at its keys."""
    if path[0] in ("checks", "keys"):
        return not any(map(_is_secret, path[2:]))
    name = path[-1]
    if path[0] == "actions" and name == "key":
        return True  # one letter, in a menu
    if tuple(path[:2]) == _DATABASES:
        return len(path) == len(_DATABASES) and isinstance(value, Mapping)
    if path[0] not in ("listener", "hooks", "watchdog"):
        return not any(map(_is_secret, path))
    if len(path) == 1 or (path[0] != "listener" and len(path) == 2):
        return isinstance(value, Mapping)
    if "words" in path[2:3]:
        return True  # what is said to everybody
    value = value if isinstance(value, Mapping) else {}
    return name in _PLAIN or (bool(value) and name not in _ALL_SECRET and not _is_secret(name))


def _is_secret(name: str) -> bool:
    return _SECRET_NAME.search(name) is not None


def masked(text: str, secrets: Collection[str] = ()) -> str:
    """``text`` without ``secrets`` and without what looks like one."""
    return re.sub(_INLINE, _mask_inline, without(text, secrets))


def without(text: str, secrets: Collection[str]) -> str:
    """``text`` without ``secrets``, also where they are cut, or escaped by ``visible``."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) < _WORTH_FINDING:
            text = text.replace(f'"{secret}"', f'"{MASK}"')
            continue
        for shown in dict.fromkeys((secret, visible(secret))):
            text = _without_start(text, shown)
    return text


def _without_start(text: str, secret: str) -> str:
    """Long texts are cut before they are shown, here after so many characters, there after others."""
    start, kept, position = secret[:_START], [], 0
    while (at := text.find(start, position)) >= 0:
        same = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(secret, text[at:], strict=False))
        end = at + sum(1 for _ in same)
        is_cut = text[end : end + 1] in ("", "…", '"')
        if end - at == len(secret) or is_cut:
            kept.append(text[position:at] + MASK)
            position = end + text.startswith("…", end)
        else:  # another text that only begins alike, as addresses do
            kept.append(text[position:end])
            position = end
    return "".join(kept) + text[position:]


def _mask_inline(found: re.Match[str]) -> str:
    kept = found["user"] or found["word"] or found["bot"] or found["hook"]
    return f"{kept}{MASK}@" if found["user"] else f"{kept}{MASK}"


def shown_line(lines: Sequence[str], at: int) -> str:
    """The line ``lines[at]`` of a file that cannot be read, as far as it may be shown."""
    line = lines[at].strip()
    if re.fullmatch(_HEADER, line):
        return line
    pair = re.match(_PAIR, line)
    path = _path_of(lines, at)
    # Without a key of its own a line may be anything, unless it is among checks.
    if path and (pair or path[0] in ("checks", "keys")) and _may_show(path, None if "{" in line else {}):
        return masked(line)
    return f"{pair[1]} = {MASK}" if pair else MASK


def _path_of(lines: Sequence[str], at: int) -> list[str]:
    """The tables and the key that a line belongs to; a line without a key continues one further up."""
    key: list[str] = []
    for line in reversed(lines[: at + 1]):
        if (header := re.fullmatch(_HEADER, line.rstrip("\r"))) is not None:
            return _parts(header[1]) + key
        if not key and (pair := re.match(_PAIR, line)) is not None:
            key = _parts(pair[1])
    return key


def _parts(names: str) -> list[str]:
    return [part.strip("\"'") for part in re.findall(_PART, names)]
