"""The manual page, out of the table of commands: what ``pulsetui help --man`` prints, and what is installed.

It has no date and no version, so that it changes only when the commands do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from pulsetui.cli.command_table import COMMANDS, COMMON, Argument, CommandSpec
from pulsetui.cli.commands.help.files import VARIABLES
from pulsetui.cli.exit_codes import MEANINGS
from pulsetui.cli.parser import ABOUT, usage_of

_FILES: Final = (
    ("~/.config/pulsetui/checks.toml", "The checks, and all settings: pulsetui help config."),
    (
        "~/.local/state/pulsetui",
        "The state directory: the database, the log, copies of checks.toml, reports that wait.",
    ),
)


class _Option(NamedTuple):
    """An option or word of a command, as it is typed, and what it does."""

    form: str
    says: str


def man_page() -> str:
    """The page in the language of man(7)."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield '.\\" Written by: pulsetui help --man'
    yield ".TH PULSETUI 1"
    yield ".SH NAME"
    yield "pulsetui \\- a heartbeat monitor for scheduled jobs: it shows the run that never happened"
    yield ".SH SYNOPSIS"
    yield f"{_bold('pulsetui')} [{_italic('COMMAND')}] [{_italic('options')}]"
    yield ".SH DESCRIPTION"
    yield from _paragraphs(ABOUT)
    yield ".PP"
    yield "These options stand before or after the name of any command:"
    yield from _options([_option(argument) for argument in COMMON])
    yield ".SH COMMANDS"
    for name, spec in COMMANDS.items():
        yield from _command(name, spec)
    yield ".SH EXIT STATUS"
    for code, meaning in MEANINGS.items():
        yield from (".TP", _bold(str(code)), _text(meaning))
    yield ".PP"
    yield "A job under \\fBpulsetui run\\fR keeps its own."
    yield ".SH ENVIRONMENT"
    for variable, says in VARIABLES.items():
        yield from (".TP", _bold(variable), _text(says))
    yield ".SH FILES"
    for path, says in _FILES:
        yield from (".TP", _italic(path), _text(says))
    yield "Where they are for you: \\fBpulsetui help files\\fR."
    yield ".SH SEE ALSO"
    yield "\\fBcrontab\\fR(5), \\fBsystemd.timer\\fR(5), \\fBcurl\\fR(1)"


def _command(name: str, spec: CommandSpec) -> Iterator[str]:
    usage, about, options = _parts(name, spec)
    yield f".SS {_text(name)}"
    yield _bold(usage)
    yield ".PP"
    yield from _paragraphs(about)
    yield from _options(options)
    if spec.more:
        yield ".PP"
        yield ".nf"
        yield from (_text(line) for line in spec.more.rstrip().splitlines())
        yield ".fi"


def _parts(name: str, spec: CommandSpec) -> tuple[str, str, Sequence[_Option]]:
    """Usage, what it does, and its options; the commands beside jobs have tables of their own."""
    if spec.handler is None:
        from pulsetui.job import ping
        from pulsetui.job.wrapper import options as run_options

        command = ping.COMMAND if name == "ping" else run_options.COMMAND
        rows = [
            _Option(f"{long}{value}" if value.startswith("[") else f"{long} {value}".rstrip(), says)
            for long, value, says in command.options
        ]
        return command.usage, command.about, rows
    return usage_of(name), f"{spec.about[:1].upper()}{spec.about[1:]}.", [*map(_option, spec.arguments)]


def _option(argument: Argument) -> _Option:
    keywords = argument.keywords
    value = str(keywords.get("metavar") or "")
    if not argument.name.startswith("-"):
        form = value or argument.name
    elif choices := keywords.get("choices"):
        form = f"{argument.name} {'|'.join(map(str, choices))}"  # type: ignore[call-overload]  # a list of words
    else:
        form = f"{argument.name} {value}".rstrip()
    return _Option(form, str(keywords.get("help") or ""))


def _options(rows: Sequence[_Option]) -> Iterator[str]:
    for row in rows:
        yield from (".TP", _bold(row.form), _text(row.says))


def _paragraphs(text: str) -> Iterator[str]:
    for at, paragraph in enumerate(text.strip().split("\n\n")):
        if at:
            yield ".PP"
        yield from (_text(line) for line in paragraph.splitlines())


def _bold(text: str) -> str:
    return f"\\fB{_escaped(text)}\\fR"


def _italic(text: str) -> str:
    return f"\\fI{_escaped(text)}\\fR"


def _text(text: str) -> str:
    """A line of text: one that begins like a request of roff is kept from being one."""
    escaped = _escaped(text)
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped


def _escaped(text: str) -> str:
    """What has a meaning in roff stands for itself: backslashes, and signs that it would make typographic."""
    return "".join(_ROFF.get(character, character) for character in text)


_ROFF: Final = {
    "\\": "\\e",
    "-": "\\-",
    "'": "\\(aq",
    "`": "\\(ga",
    "^": "\\(ha",
    "~": "\\(ti",
    "…": "...",
    "≥": ">=",
}
