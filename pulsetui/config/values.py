"""Single values of the configuration: TOML in, checked Python out, or what is wrong with it.

A function here takes any TOML value and returns the value it means or raises FlawedError. None of them
knows in which file, table or key the value stood.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from pulsetui.config.address import is_host
from pulsetui.config.problem import Problem, quoted
from pulsetui.core.proof.expect import DURATION, Expectation, ExpectationError
from pulsetui.core.proof.proof import MAX_PROOF_LENGTH, Proof, parse_proof
from pulsetui.core.proof.verdict import ProofError
from pulsetui.core.schedule.duration import DurationError, parse_duration
from pulsetui.core.state.check import OnEvent, canonical_uuid
from pulsetui.core.text.metric import Pattern, PatternError
from pulsetui.core.text.nearest import nearest
from pulsetui.core.text.slot_command import SlotCommandError, check_slot_command

MAX_NAME_LENGTH = 100
MAX_DESC_LENGTH = 2000
MAX_TAG_LENGTH = 100
MAX_URL_LENGTH = 500
MAX_PATTERN_LENGTH = 500
MAX_EXPRESSION_LENGTH = 1000
MAX_ITEMS = 50
"""Tags, expectations, metrics or hooks of one check: more is a mistake, not a wish."""

# Files repeat themselves: the same few durations and expectations stand in thousands of checks.
_spelled_duration = lru_cache(maxsize=4096)(parse_duration)
_spelled_expectation = lru_cache(maxsize=4096)(Expectation.parse)

_METRIC_NAME = re.compile(r"[A-Za-z_][\w.-]{0,63}", re.ASCII)
_PLAIN_URL = re.compile(r"[a-z]+://[A-Za-z0-9._~:/\[\]%-]+")
_TAG = re.compile(r"[^\s,]+")


class Flaw(Struct, frozen=True):
    """What is wrong with a value, or with the part of it that ``at`` leads to."""

    message: str
    value: object = None  # what is at fault, as it stands in the file; None where the message says it
    suggestion: str = ""  # a sentence
    at: tuple[str | int, ...] = ()
    better: str = ""  # a text that would do in the place of ``value``

    def problem(self, **where: Any) -> Problem:
        """The same for a person. ``where`` are the other fields of ``Problem``."""
        value = "" if self.value is None else quoted(self.value)
        return Problem(
            message=self.message, value=value, suggestion=self.suggestion, better=self.better, **where
        )


def better_flaw(message: str, value: object, better: str, otherwise: str = "") -> Flaw:
    """A flaw that proposes ``better``, or says ``otherwise`` when there is nothing to propose."""
    return Flaw(message, value, f'Try "{better}".' if better else otherwise, better=better)


class FlawedError(Exception):
    """A value cannot be used; carries everything that is wrong with it."""

    def __init__(self, *flaws: Flaw) -> None:
        super().__init__(*(flaw.message for flaw in flaws))
        self.flaws = flaws


def kind_of(value: object) -> str:
    """What a TOML value is, for a sentence: "a list"."""
    if isinstance(value, bool):
        return "true or false"
    for kinds, words in _KINDS:
        if isinstance(value, kinds):
            return words
    return "a date or time"


_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (str, "text"),
    (int, "a whole number"),
    (float, "a number with a fraction"),
    ((list, tuple), "a list"),
    (Mapping, "a table"),
)


def text(value: object, *, longest: int = MAX_NAME_LENGTH, lines: bool = False) -> str:
    """Text that is neither empty nor longer than ``longest``; only with ``lines`` may it have several."""
    if not isinstance(value, str):
        raise FlawedError(Flaw(f"must be text in quotes, not {kind_of(value)}", value))
    if not value.strip() and not lines:
        raise FlawedError(Flaw("must not be empty", value))
    if len(value) > longest:
        raise FlawedError(Flaw(f"must be at most {longest} characters, has {len(value)}", value))
    if not value.isprintable():
        _refuse_controls(value, lines=lines)
    return value


def _refuse_controls(value: str, *, lines: bool) -> None:
    allowed = "\n\r\t" if lines else ""
    for character in value:
        if (character < " " or "\x7f" <= character <= "\x9f") and character not in allowed:
            what = "must be a single line" if character in "\n\r" else "must not hold control characters"
            raise FlawedError(Flaw(what, value))


def name(value: object) -> str:
    return text(value).strip()


def command(value: object) -> str:
    """What makes up for a missed slot, with its placeholders."""
    template = text(value, longest=MAX_DESC_LENGTH)
    try:
        check_slot_command(template)
    except SlotCommandError as error:
        raise FlawedError(Flaw(str(error), value)) from None
    return template


def desc(value: object) -> str:
    return text(value, longest=MAX_DESC_LENGTH, lines=True)


def flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise FlawedError(Flaw(f"must be true or false, not {kind_of(value)}", value))


def count(most: int, least: int = 1) -> Callable[[object], int]:
    """Makes a parser of whole numbers from ``least`` to ``most``."""

    def parse(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise FlawedError(Flaw(f"must be a whole number, not {kind_of(value)}", value))
        if not least <= value <= most:
            near = least if value < least else most
            raise FlawedError(Flaw(f"must be {least}-{most}", value, f"Try {near}."))
        return value

    return parse


def duration(value: object) -> timedelta:
    """A span longer than nothing, at most ten years."""
    span = span_or_zero(value)
    if not span:
        raise FlawedError(better_flaw("must be longer than nothing", value, "1m"))
    return span


def span_or_zero(value: object) -> timedelta:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise FlawedError(Flaw(f"must be a duration, not {kind_of(value)}", value, _DURATION_FORM))
    try:
        span = _spelled_duration(value) if isinstance(value, str) else parse_duration(value)
    except (DurationError, ValueError) as error:
        # ValueError: more digits than Python is willing to read.
        longer = isinstance(error, ValueError) or error.kind == "too_long"
        message = "is longer than ten years" if longer else "is not a duration"
        raise FlawedError(Flaw(message, value, "" if longer else _DURATION_FORM)) from None
    if span < timedelta(0):
        raise FlawedError(Flaw("must not be negative", value))
    return span


_DURATION_FORM = "Write it like 90s, 15m, 1h30m, 2d."


def on_event(value: object) -> OnEvent:
    words = [event.value for event in OnEvent]
    if not isinstance(value, str) or value not in words:
        near = nearest(value, words) if isinstance(value, str) else ""
        raise FlawedError(better_flaw('must be "note" or "down"', value, near or words[0]))
    return OnEvent(value)


def uuid(value: object) -> str:
    if isinstance(value, str) and (canonical := canonical_uuid(value)) is not None:
        return canonical
    form = "Write it like 5f0c1c3e-9d1b-4d1e-8f5a-2f8f3a6f4a10, or leave it out: one is given."
    raise FlawedError(Flaw("is not a uuid", value, form))


def items(value: object, parse: Callable[[str], object], what: str) -> None:
    """Checks that ``value`` is a bounded list of text, and each item by ``parse``."""
    if not isinstance(value, list | tuple):
        hint = f"Write [{quoted(value)}]." if isinstance(value, str) else ""
        raise FlawedError(Flaw(f"must be a list of {what}, not {kind_of(value)}", value, hint))
    if len(value) > MAX_ITEMS:
        raise FlawedError(Flaw(f"must have at most {MAX_ITEMS} {what}, has {len(value)}"))
    flaws: list[Flaw] = []
    for index, item in enumerate(value):
        try:
            parse(_word(item, what))
        except FlawedError as error:
            flaws += [replace(f, at=(index, *f.at)) for f in error.flaws]
    if flaws:
        raise FlawedError(*flaws)


def _word(item: object, what: str) -> str:
    if isinstance(item, str):
        return item
    raise FlawedError(Flaw(f"must be a list of {what} in quotes, not {kind_of(item)}", item))


def hosts(value: object) -> tuple[str, ...]:
    """Names of hosts, without ports."""
    items(value, _host, "host names")
    return tuple(value) if isinstance(value, Sequence) else ()


def _host(name: str) -> None:
    text(name, longest=253)
    if not is_host(name):
        raise FlawedError(Flaw("is not the name of a host", name, "Write it like pulse.example.org."))


def public_url(value: object) -> str:
    """An http or https URL without a query, and without the slash at its end."""
    written, how = text(value, longest=MAX_URL_LENGTH), "Write it like https://pulse.example.org."
    try:
        parts = urlsplit(written)
        _ = parts.port  # raises for one that cannot be
    except ValueError:
        raise FlawedError(Flaw("is not a valid URL", value, how)) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or not _PLAIN_URL.fullmatch(written):
        raise FlawedError(Flaw("must be an http or https URL without blanks, user or query", value, how))
    return written.rstrip("/")


def slugs(value: object) -> tuple[str, ...]:
    """Slugs of checks, each once. Whether they are there is for others to know."""
    items(value, text, "slugs")
    return tuple(dict.fromkeys(value)) if isinstance(value, Sequence) else ()


def runbook(value: object) -> str:
    """A URL, or words."""
    return text(value, longest=MAX_DESC_LENGTH).strip()


def tags(value: object) -> tuple[str, ...]:
    """Words without blanks and commas, each once."""
    items(value, _tag, "tags")
    return tuple(dict.fromkeys(value)) if isinstance(value, Sequence) else ()


def _tag(tag: str) -> None:
    text(tag, longest=MAX_TAG_LENGTH)
    if not _TAG.fullmatch(tag):
        near = "-".join(re.split(r"[\s,]+", tag.strip(" ,")))
        raise FlawedError(better_flaw("a tag has no spaces and no commas", tag, near))


def expectations(value: object) -> tuple[Expectation, ...]:
    parsed: list[Expectation] = []

    def parse(item: str) -> None:
        text(item)
        try:
            parsed.append(_spelled_expectation(item))
        except (ExpectationError, ValueError) as error:
            raise FlawedError(Flaw(str(error))) from None

    items(value, parse, "expectations")
    return tuple(parsed)


def proofs(value: object) -> tuple[Proof, ...]:
    """What is to be looked for, each once."""
    parsed: dict[str, Proof] = {}

    def parse(item: str) -> None:
        text(item, longest=MAX_PROOF_LENGTH)
        try:
            proof = parse_proof(item)
        except (ProofError, ValueError) as error:
            raise FlawedError(Flaw(str(error))) from None
        parsed[proof.text] = proof

    items(value, parse, "proofs")
    return tuple(parsed.values())


def metrics(value: object) -> Mapping[str, Pattern]:
    """Metric name → pattern; it is searched for line by line."""
    if not isinstance(value, Mapping):
        form = "Write metrics = { records = 'records: (\\d+)' }."
        raise FlawedError(Flaw(f"must be a table of name = pattern, not {kind_of(value)}", value, form))
    if len(value) > MAX_ITEMS:
        raise FlawedError(Flaw(f"must have at most {MAX_ITEMS} metrics, has {len(value)}"))
    patterns: dict[str, Pattern] = {}
    flaws: list[Flaw] = []
    for metric, pattern in value.items():
        try:
            patterns[metric] = _metric(metric, pattern)
        except FlawedError as error:
            flaws += [replace(f, at=(metric,)) for f in error.flaws]
    if flaws:
        raise FlawedError(*flaws)
    return MappingProxyType(patterns)


def _metric(metric: str, pattern: object) -> Pattern:
    if not _METRIC_NAME.fullmatch(metric):
        form = "Begin with a letter; use letters, digits, _ . - only, at most 64."
        raise FlawedError(Flaw("is not a name for a metric", metric, form))
    if metric == DURATION:
        raise FlawedError(Flaw("is measured, not read from the output", metric, "Choose another name."))
    source = text(pattern, longest=MAX_PATTERN_LENGTH)
    try:
        compiled = Pattern(source)
    except PatternError as error:
        raise FlawedError(Flaw(f"is not a regular expression that can be used: {error}", source)) from None
    if compiled.groups < 1:
        form = r"Put parentheses around the number: 'records: (\d+)'."
        raise FlawedError(Flaw("has no group that says which part is the number", source, form))
    return compiled


SOURCE_KEYS = ("from", "key", "slug", "name", "every", "cron", "calendar", "timezone", "grace")
"""Of a check's ``source``: who schedules its job, under which key, and what was written from there."""


def source(value: object) -> Mapping[str, str]:
    """Where the schedule of a check was found, as it stood there: a small table of texts."""
    form = "Take it out: manage.py pulsetui sync writes it anew."
    if not isinstance(value, Mapping):
        raise FlawedError(Flaw(f"must be a table, not {kind_of(value)}", value, form))
    flaws = [Flaw(f"{key} is missing", suggestion=form) for key in ("from", "key") if key not in value]
    for key, item in value.items():
        if key not in SOURCE_KEYS:
            near = nearest(str(key), SOURCE_KEYS)
            hint = f'Did you mean "{near}"?' if near else f"Known keys: {', '.join(SOURCE_KEYS)}."
            flaws.append(Flaw("unknown key", suggestion=hint, at=(key,)))
            continue
        try:
            text(item, longest=MAX_EXPRESSION_LENGTH)
        except FlawedError as error:
            flaws += [replace(flaw, at=(key,)) for flaw in error.flaws]
    if flaws:
        raise FlawedError(*flaws)
    return MappingProxyType(dict(value))
