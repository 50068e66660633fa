"""Texts with placeholders: ``{title}`` stands for a fact, ``{{title}}`` for the word itself.

Other braces stay as they are, so that JSON can be written as it is. What a fact becomes depends on where it
stands: everything that came from outside is escaped there, so that a name can neither end a string, nor add
a header, nor lead to another path.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from html import escape
from types import MappingProxyType
from typing import Final
from urllib.parse import quote, urlsplit

from pulsetui.config.problem import quoted
from pulsetui.core.text.clean import clean
from pulsetui.core.text.nearest import nearest
from pulsetui.hooks.facts import FACTS
from pulsetui.hooks.options import OptionError, line, text

_PLACEHOLDER: Final = re.compile(r"\{\{([a-z_]+)\}\}|\{([a-z_]+)\}")

_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_OURS: Final = frozenset({"content-length", "transfer-encoding", "connection", "host", "accept-encoding"})
"""What follows from the request itself."""

Escape = Callable[[str], str]


def template(value: object) -> str:
    """A text whose placeholders are all facts; it may be empty."""
    if value == "":
        return ""
    words = text(value)
    for literal, name in _PLACEHOLDER.findall(words):
        if not literal and name not in FACTS:
            near = nearest(name, FACTS)
            hint = (
                f"did you mean {{{near}}}?" if near else f"there are {', '.join(f'{{{f}}}' for f in FACTS)}"
            )
            raise OptionError(
                f"has {{{name}}}, which is not a fact of an alert; {hint} The word itself is {{{{{name}}}}}"
            )
    return words


def filled(words: str, facts: Mapping[str, str], escaped: Escape) -> str:
    """The text with the facts in it."""
    return _PLACEHOLDER.sub(
        lambda found: f"{{{found[1]}}}" if found[1] else escaped(facts[found[2]]),
        words,
    )


def placeholders(words: str) -> frozenset[str]:
    """The facts that a text names."""
    return frozenset(name for _, name in _PLACEHOLDER.findall(words) if name)


def url_template(check: Callable[[object], str]) -> Callable[[object], str]:
    """A reader for a URL with placeholders in its path and query. Never in its host: an alert would decide
    where the secrets go."""

    def parse(value: object) -> str:
        url = template(check(value))
        parts = urlsplit(url)
        if placeholders(f"{parts.scheme}{parts.netloc}"):
            raise OptionError("may have placeholders in its path and query only, not in its host")
        return url

    return parse


def filled_url(url: str, facts: Mapping[str, str]) -> str:
    """Percent-encoded. A fact is one part of a path, whatever slashes and dots it holds."""
    return filled(url, facts, _for_url)


def _for_url(fact: str) -> str:
    encoded = quote(fact, safe="", errors="replace")
    # A segment of dots alone would be taken for a way up.
    return encoded if encoded.strip(".") else encoded.replace(".", "%2E")


def header_table(value: object) -> Mapping[str, str]:
    """Headers by name; their texts may have placeholders."""
    if not isinstance(value, Mapping):
        raise OptionError('must be a table of texts, like headers = { Authorization = "Bearer …" }')
    for name, words in value.items():
        if not _HEADER_NAME.fullmatch(name):
            raise OptionError(f"has {quoted(name)}, which cannot name a header")
        if name.lower() in _OURS:
            raise OptionError(f"has {name}, which follows from the request itself; take it out")
        try:
            template(line(words))
        except OptionError as error:
            raise OptionError(f"{name} {error}") from error
    return MappingProxyType(dict(value))


def filled_header(words: str, facts: Mapping[str, str]) -> str:
    """One line."""
    return clean(filled(words, facts, str))


def filled_body(words: str, facts: Mapping[str, str], content_type: str) -> str:
    """Escaped as the type of the content needs it; plain text is not escaped at all."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json" or kind.endswith("+json"):
        return filled(words, facts, lambda fact: json.dumps(fact, ensure_ascii=False)[1:-1])
    if kind in ("text/html", "text/xml", "application/xml") or kind.endswith("+xml"):
        return filled(words, facts, escape)
    if kind == "application/x-www-form-urlencoded":
        return filled(words, facts, lambda fact: quote(fact, safe="", errors="replace"))
    return filled(words, facts, str)


def filled_document(value: object, facts: Mapping[str, str]) -> object:
    """A table or list with the facts in all its texts; what encodes it escapes them."""
    if isinstance(value, str):
        return filled(value, facts, str)
    if isinstance(value, Mapping):
        return {name: filled_document(item, facts) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [filled_document(item, facts) for item in value]
    return value
