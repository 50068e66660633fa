"""What a crontab's command asks of the shell: its simple commands, and how they are joined.

No shell: it reads quotes, operators, redirections and comments, and takes everything else for words. What is
inside ``$(…)`` or backquotes stays a part of its word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

_OPERATOR = re.compile(r"&&|\|\||;;|\|&|[;|&\n(){}]")
_REDIRECT = re.compile(r"(?:[0-9]*(?:>>|>\||>&|<<<|<<-?|<&|<>|>|<)|&>>|&>)")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_BRACES = frozenset("{}")
_PERCENT = re.compile(r"(?<!\\)%")
_OPENERS = ("if", "then", "else", "elif", "do", "while", "until", "!", "time", "exec", "command")


class Step(Struct, frozen=True):
    """One simple command. Offsets are those of the text that was read."""

    joined_by: str  # the operator before it: "" for the first, "&&", "||", ";", "|", "&", "(" …
    words: tuple[str, ...]  # with their quotes taken off
    raw_words: tuple[str, ...]  # as written
    redirects: tuple[str, ...]  # ``2>&1``, ``>/dev/null``: operator and target without blanks between
    start: int
    end: int

    @property
    def assignments(self) -> tuple[str, ...]:
        """``NAME=value`` before the program."""
        found = []
        for word in self.words:
            if not _ASSIGNMENT.match(word):
                break
            found.append(word)
        return tuple(found)

    @property
    def argv(self) -> tuple[str, ...]:
        """The program and its arguments, without words of the shell's own before it."""
        words = self.words[len(self.assignments) :]
        while words and words[0] in _OPENERS and words[1:2] not in (("-v",), ("-V",)):
            words = words[1:]
        return words

    @property
    def program(self) -> str:
        """The program as written; "" where there is none."""
        return self.argv[0] if self.argv else ""

    @property
    def program_name(self) -> str:
        """Without its directory."""
        return self.program.rpartition("/")[2]


class ShellText(Struct, frozen=True):
    """A command as cron gives it to the shell. ``ends_with`` is an operator that nothing follows (``&``)."""

    steps: tuple[Step, ...]
    ends_with: str = ""
    end: int = 0  # where the text ends, or its comment begins


def shell_part(command: str) -> str:
    """The part of a crontab's command that the shell sees: up to a bare %, which ends it."""
    cut = _PERCENT.search(command)
    return (command[: cut.start()] if cut else command).replace("\\%", "%")


def bare_percents(command: str) -> Sequence[int]:
    """The places of each % that cron takes for itself."""
    return [match.start() for match in _PERCENT.finditer(command)]


def read_shell(text: str) -> ShellText:
    """``text`` by simple commands, in order."""
    steps: list[Step] = []
    operator, pending, end = "", _Pending(), 0
    for token in _tokens(text):
        end = token.end
        if not token.is_operator:
            pending.take(token)
            continue
        if pending:
            steps.append(pending.step(operator))
            operator, pending = token.text, _Pending()
        elif operator in ("", ";", "(", "{", ")", "}") or token.text in ("(", "{"):
            # ``{`` after ``&&``: what joins the group joins its first command.
            operator = operator if token.text in ("(", "{") and operator else token.text
    if pending:
        steps.append(pending.step(operator))
        operator = ""
    return ShellText(tuple(steps), operator if operator not in (")", "}", "(", "{") else "", end)


class _Token(Struct, frozen=True):
    text: str
    start: int
    is_operator: bool = False
    is_redirect: bool = False

    @property
    def end(self) -> int:
        return self.start + len(self.text)


class _Pending:
    """The simple command that is being read."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._redirects: list[str] = []
        self._start = self._end = -1
        self._wants_target = False

    def __bool__(self) -> bool:
        return self._start >= 0

    def take(self, token: _Token) -> None:
        if self._start < 0:
            self._start = token.start
        self._end = token.end
        if token.is_redirect:
            self._redirects.append(token.text)
            self._wants_target = True
        elif self._wants_target:
            self._redirects[-1] += plain_word(token.text)
            self._wants_target = False
        else:
            self._words.append(token.text)

    def step(self, joined_by: str) -> Step:
        words = tuple(plain_word(word) for word in self._words)
        return Step(joined_by, words, tuple(self._words), tuple(self._redirects), self._start, self._end)


def plain_word(word: str) -> str:
    """A word without quotes and backslashes."""
    found = []
    quote, at = "", 0
    while at < len(word):
        char = word[at]
        if char == "\\" and quote != "'" and at + 1 < len(word):
            at += 1
            found.append(word[at])
        elif quote:
            if char == quote:
                quote = ""
            else:
                found.append(char)
        elif char in "\"'":
            quote = char
        else:
            found.append(char)
        at += 1
    return "".join(found)


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text):
        if text[at] in " \t\r":
            at += 1
        elif text[at] == "#":
            return  # a comment, up to the end of the one line there is
        elif match := _REDIRECT.match(text, at):
            yield _Token(match[0], at, is_redirect=True)
            at = match.end()
        elif (match := _OPERATOR.match(text, at)) and _is_alone(text, match):
            yield _Token(match[0], at, is_operator=True)
            at = match.end()
        else:
            end = _word_end(text, at)
            yield _Token(text[at:end], at)
            at = end


def _is_alone(text: str, match: re.Match[str]) -> bool:
    """A brace is an operator only as a word of its own."""
    return match[0] not in _BRACES or text[match.end() : match.end() + 1] in (
        "",
        " ",
        "\t",
        ";",
        ")",
        "&",
        "|",
    )


def _word_end(text: str, at: int) -> int:
    quote = ""
    start = at
    while at < len(text):
        char = text[at]
        if char == "\\" and quote != "'":
            at += 2
            continue
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'`":
            quote = char
        elif text.startswith("$(", at):
            at = _closing(text, at + 2)
            continue
        elif char in " \t\r;|&\n()" or (char in "<>" and not text[start:at].isdigit()):
            break
        at += 1
    return max(min(at, len(text)), start + 1)


def _closing(text: str, at: int) -> int:
    """Behind the bracket that closes a ``$(``."""
    depth, quote = 1, ""
    while at < len(text) and depth:
        char = text[at]
        if char == "\\":
            at += 1
        elif quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char in "()":
            depth += 1 if char == "(" else -1
        at += 1
    return at
