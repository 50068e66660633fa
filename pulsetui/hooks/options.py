"""Reads the options of a hook: every problem at once, each with what to write instead.

A kind of hook writes one function that takes its options out of an ``OptionReader`` into a frozen value; the
same function validates the configuration and builds the hook, so the two cannot disagree.

What must not be seen (a token, a password, a URL that holds one) is taken with ``OptionReader.secret`` or
``require_secret``: people may then keep it elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TypeVar

from pulsetui.config.problem import quoted
from pulsetui.core.schedule.duration import DurationError, parse_duration
from pulsetui.core.text.nearest import nearest
from pulsetui.errors import HookError
from pulsetui.hooks.hook import Options, Validator

T = TypeVar("T")


class OptionError(ValueError):
    """An option has a value that cannot be used; the message says what to write."""


class OptionReader:
    """Takes options one by one and collects what is wrong with them."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self.known: list[str] = []
        """The options that were taken, given or not, in the order of the reading function."""
        self._problems: list[tuple[str, str]] = []
        self.secrets: list[str] = []
        """The options that were taken as secrets, given or not."""
        self.spans: list[str] = []
        """The options that were taken as spans, given or not."""

    def take(self, name: str, parse: Callable[[object], T], default: T) -> T:
        """The parsed value of an option, or ``default`` when it is absent or wrong."""
        self.known.append(name)
        if name not in self._options:
            return default
        try:
            return parse(self._options[name])
        except OptionError as error:
            self._problems.append((name, str(error)))
            return default

    def require(self, name: str, parse: Callable[[object], T], placeholder: T, example: str) -> T:
        """Like ``take``, for an option that must be there. ``example`` is the line to write."""
        if name not in self._options:
            self._problems.append((name, f"is missing; write {example}"))
        return self.take(name, parse, placeholder)

    def span(self, name: str, default: float, parse: Callable[[object], float] | None = None) -> float:
        """Like ``take``, for a span, in seconds: a positive one, or what ``parse`` makes of it. One without a
        unit is doubted like any other in the file."""
        self.spans.append(name)
        return self.take(name, parse or seconds, default)

    def secret(self, name: str, parse: Callable[[object], T], default: T) -> T:
        """Like ``take``, for what must not be seen: a token, a password, the URL of a webhook; or a table of
        such texts, like HTTP headers.

        It may stand in the file itself, or be kept elsewhere: ``"file:/run/secrets/token"`` (the content
        without the last line break; relative to checks.toml), ``"env:TOKEN"``. The configuration has read it
        from there before ``parse`` is called; ``parse`` must not quote what it gets.
        """
        self.secrets.append(name)
        return self.take(name, parse, default)

    def require_secret(self, name: str, parse: Callable[[object], T], placeholder: T, example: str) -> T:
        """Like ``secret``, for an option that must be there. ``example`` is the line to write."""
        self.secrets.append(name)
        return self.require(name, parse, placeholder, example)

    def report(self, name: str, message: str) -> None:
        """Something is wrong with an option that shows only beside others."""
        self._problems.append((name, message))

    def problems(self) -> list[tuple[str, str]]:
        """Everything wrong, including options that were not taken."""
        unknown = [(name, self._unknown(name)) for name in self._options if name not in self.known]
        return [*self._problems, *unknown]

    def _unknown(self, name: str) -> str:
        near = nearest(name, self.known)
        if near:
            return f'is not an option of this hook; did you mean "{near}"?'
        known = f"there are {', '.join(self.known)}" if self.known else "it has none"
        return f"is not an option of this hook; {known}"


class _Judge(Validator):
    """What the configuration asks, made of a kind's reading function."""

    def __init__(self, read: Callable[[OptionReader], object]) -> None:
        self._read = read

    def __call__(self, options: Options) -> Sequence[tuple[str, str]]:
        return self._reader(options).problems()

    def secrets(self, options: Options) -> Collection[str]:
        return self._reader(options).secrets

    def spans(self, options: Options) -> Collection[str]:
        return self._reader(options).spans

    def names(self) -> Sequence[str]:
        return self._reader({}).known

    def _reader(self, options: Options) -> OptionReader:
        reader = OptionReader(options)
        self._read(reader)
        return reader


def validator(read: Callable[[OptionReader], object]) -> Validator:
    """What the configuration asks of a kind, made of its reading function."""
    return _Judge(read)


def parsed(read: Callable[[OptionReader], T], options: Options) -> T:
    """The options as a value. Raises HookError (permanent) with every problem when there are any."""
    reader = OptionReader(options)
    value = read(reader)
    problems = reader.problems()
    if problems:
        raise HookError("; ".join(f"{field} {message}" for field, message in problems), permanent=True)
    return value


def boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise OptionError(f"must be true or false, got {quoted(value)}")
    return value


def seconds(value: object) -> float:
    """A positive duration, in seconds."""
    try:
        span = parse_duration(value)
    except DurationError as error:
        raise OptionError(str(error)) from error
    if span.total_seconds() <= 0:
        raise OptionError(f"must be longer than nothing, got {quoted(value)}")
    return span.total_seconds()


def one_of(*words: str) -> Callable[[object], str]:
    """A reader for a closed set of words."""

    def parse(value: object) -> str:
        if isinstance(value, str) and value in words:
            return value
        near = nearest(value, words) if isinstance(value, str) else ""
        hint = f'; did you mean "{near}"?' if near else ""
        raise OptionError(f"must be one of {', '.join(words)}, got {quoted(value)}{hint}")

    return parse


def text(value: object) -> str:
    """Text that is not empty. What is wrong with it is said without quoting it: it may be a secret."""
    if not isinstance(value, str):
        raise OptionError("must be text; write it in quotes")
    if not value.strip():
        raise OptionError("must not be empty")
    return value


def line(value: object) -> str:
    """Text of one line, without control characters and blanks at its ends: a token, a name. Never quoted."""
    word = text(value)
    if word != word.strip():
        raise OptionError("has a blank at its beginning or end")
    if not word.isprintable():
        raise OptionError("has a line break or a control character in it")
    return word


def whole(least: int, most: int) -> Callable[[object], int]:
    """A reader for whole numbers in a range."""

    def parse(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise OptionError(f"must be a whole number from {least} to {most}, got {quoted(value)}")
        return value

    return parse


def file_path(value: object) -> str:
    """The path of a file, which need not be there yet; ``~`` is the home directory."""
    path = Path(line(value)).expanduser()
    if not path.is_absolute():
        raise OptionError(f"must be a whole path, which begins with / or ~, got {quoted(value)}")
    return str(path)
