"""What may stand at the cursor: commands, their options, and what these take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from pulsetui.cli.command_index import VALUE_OPTIONS, command_index
from pulsetui.cli.command_table import COMMANDS, COMMON, OF_SCREEN, Argument
from pulsetui.cli.commands.completion.values import Candidate, Values

_BEFORE_A_COMMAND: Final = ("run", "deploy")
"""They take a whole command line after ``--``."""


class Completion:
    """What completes the word at the cursor: candidates, or what the shell itself completes.

    ``kind`` is ``words``; ``open`` for words that go on, like ``grace=``; ``files``, ``directories``; or
    ``command N``, a command line that begins after N words.
    """

    __slots__ = ("candidates", "kind")

    def __init__(self, candidates: Iterable[Candidate] = (), kind: str = "words") -> None:
        self.kind = kind
        self.candidates = tuple(candidates)

    def text(self) -> str:
        """As the scripts read it."""
        return "".join([f"{self.kind}\n", *(f"{word}\t{about}\n" for word, about in self.candidates)])


class _Option:
    """An option as the table has it."""

    __slots__ = ("about", "choices", "metavar", "name", "repeats")

    def __init__(self, name: str, metavar: str, about: str, choices: Sequence[str], *, repeats: bool) -> None:
        self.name = name
        self.metavar = metavar  # "" for one that takes no value
        self.about = about
        self.choices = choices
        self.repeats = repeats

    @property
    def takes_value(self) -> bool:
        return bool(self.metavar or self.choices)


def answer(words: Sequence[str], current: str, environ: Mapping[str, str]) -> Completion:
    """``words`` stand before the cursor, without the program's name; ``current`` is what has been typed of
    the next one."""
    values = Values(words, environ)
    mark = words.index("--") if "--" in words else len(words)
    at = command_index(list(words[:mark]))
    command = words[at] if at is not None else ""
    if mark < len(words) and command in _BEFORE_A_COMMAND:
        return Completion(kind=f"command {mark + 2}")
    if mark < len(words) or (command and command not in COMMANDS):
        return Completion()
    options = _options_of(command)
    if words and (option := options.get(words[-1])) is not None and option.takes_value:
        return _value(option.metavar, option.choices, current, values)
    if current.startswith("--") and "=" in current:
        name, _, begun = current.partition("=")
        return _glued(f"{name}=", options.get(name), begun, values)
    if current.startswith("-"):
        given = set(words)
        return Completion(
            (option.name, option.about)
            for option in options.values()
            if option.name.startswith(current) and (option.repeats or option.name not in given)
        )
    if not command:
        return _fitting(((name, spec.about) for name, spec in COMMANDS.items()), current)
    places = _words_after(words, at or 0, options)
    return _place(command, places, current, values)


def _options_of(command: str) -> Mapping[str, _Option]:
    if command in ("ping", "run"):
        return {option.name: option for option in _beside_jobs(command)}
    arguments = (*COMMANDS[command].arguments, *COMMON) if command else (*OF_SCREEN, *COMMON)
    own = {argument.name: _option(argument) for argument in arguments if argument.name.startswith("-")}
    return {**own, "--help": _Option("--help", "", "what it does, and its options", (), repeats=False)}


def _beside_jobs(command: str) -> Iterator[_Option]:
    """Those of the commands with parsers of their own. What may be left out is glued to its option."""
    if command == "ping":
        from pulsetui.job.ping import COMMAND
    else:
        from pulsetui.job.wrapper.options import COMMAND
    for name, metavar, about in COMMAND.options:
        taken = "" if metavar.startswith("[") else metavar
        yield _Option(name, taken, about, (), repeats="may be repeated" in about)


def _option(argument: Argument) -> _Option:
    keywords = argument.keywords
    choices = keywords.get("choices")
    action = keywords.get("action")
    takes = action not in ("store_true", "store_const")
    return _Option(
        argument.name,
        str(keywords.get("metavar") or "VALUE") if takes else "",
        str(keywords.get("help") or ""),
        [str(choice) for choice in choices] if isinstance(choices, list) else (),
        repeats=action == "append",
    )


def _words_after(words: Sequence[str], at: int, options: Mapping[str, _Option]) -> list[str]:
    """The words of a command that are neither options nor their values."""
    found: list[str] = []
    rest = iter([*words[:at], *words[at + 1 :]])
    for word in rest:
        if word in VALUE_OPTIONS or ((option := options.get(word)) is not None and option.takes_value):
            next(rest, "")
        elif not word.startswith("-"):
            found.append(word)
    return found


def _place(command: str, before: Sequence[str], current: str, values: Values) -> Completion:
    """What a command takes as its next word."""
    if command in ("ping", "run"):
        return _fitting(() if before else values.of("SLUG"), current)
    places = [one for one in COMMANDS[command].arguments if not one.name.startswith("-")]
    for place in places:
        many = place.keywords.get("nargs") in ("*", "+")
        if many or not before:
            return _word(place, before, current, values)
        before = before[1:]
    return Completion()


def _word(place: Argument, before: Sequence[str], current: str, values: Values) -> Completion:
    choices = place.keywords.get("choices")
    metavar = str(place.keywords.get("metavar") or "")
    found = _value(
        metavar, [str(one) for one in choices] if isinstance(choices, list) else (), current, values
    )
    left = [(word, about) for word, about in found.candidates if word not in before]
    return Completion(left, found.kind)


def _glued(prefix: str, option: _Option | None, begun: str, values: Values) -> Completion:
    if option is None:
        return Completion()
    found = _value(option.metavar, option.choices, begun, values)
    return Completion(((f"{prefix}{word}", about) for word, about in found.candidates), found.kind)


def _value(metavar: str, choices: Sequence[str], begun: str, values: Values) -> Completion:
    if choices:
        return _fitting(((choice, "") for choice in choices), begun)
    if metavar == "FILE":
        return Completion(kind="files")
    if metavar == "DIR":
        return Completion(kind="directories")
    if metavar == "KEY=VALUE":
        key, mark, _ = begun.partition("=")
        if not mark:
            return Completion(_fitting(values.keys(), begun).candidates, "open")
        return _fitting(((f"{key}={word}", about) for word, about in values.of_key(key)), begun)
    return _fitting(values.of(metavar), begun)


def _fitting(candidates: Iterable[Candidate], begun: str) -> Completion:
    return Completion((word, about) for word, about in candidates if word.startswith(begun))
