"""Reads the command line by the table of commands, and runs what it names.

Only argparse is loaded here; the module of a command is imported when that command runs.
"""

from __future__ import annotations

import argparse
import errno
import gc
import importlib
import os
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn, cast

from pulsetui.cli.command_index import command_index
from pulsetui.cli.command_table import COMMANDS, COMMON, OF_SCREEN, Argument
from pulsetui.cli.exit_codes import INTERRUPTED, MEANINGS, NOT_OK, OK, UNREACHABLE, USAGE
from pulsetui.cli.memory import TOO_LITTLE_MEMORY, is_short_of_memory
from pulsetui.core.text.nearest import nearest
from pulsetui.core.text.printable import printable
from pulsetui.errors import (
    ConfigError,
    EngineUnreachableError,
    ListenerError,
    PulseError,
    ScheduleError,
    StateDirError,
    StoreError,
    UsageError,
)
from pulsetui.version import __version__

_DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

_OTHER_WORDS: Mapping[str, str] = {
    "attach": "pulsetui --attach URL",
    "delete": "pulsetui remove",
    "diff": "pulsetui crontab diff",
    "drill": "pulsetui hooks drill",
    "import": "pulsetui crontab import",
    "lint": "pulsetui crontab lint",
    "log": "pulsetui help files, which says where the log is (L on the screen shows it)",
    "logs": "pulsetui help files, which says where the log is (L on the screen shows it)",
    "man": "pulsetui help --man | man -l -",
    "rm": "pulsetui remove",
    "start": "pulsetui serve, or pulsetui for the table",
    "test": "pulsetui hooks test",
    "unack": "pulsetui ack --undo",
    "unsnooze": "pulsetui snooze --end",
    "watch": "pulsetui (the table)",
    **{subject: f"pulsetui help {subject}" for subject in ("config", "keys", "files")},
}
"""What people type for what is called otherwise here."""

Handler = Callable[[argparse.Namespace], int]

ABOUT = """\
A heartbeat monitor for scheduled jobs: it shows the run that never happened.

Without a command it opens the live table: with the engine inside, or attached to the engine
that already holds the state directory. With --wall it opens a wallboard instead, to be read
across a room: one word for all checks, and what is wrong.
"""

_EPILOG = textwrap.fill(
    "exit codes: " + ", ".join(f"{code} {meaning}" for code, meaning in MEANINGS.items()), width=100
)


class _Parser(argparse.ArgumentParser):
    """Names the nearest word instead of listing all, and cleans what it repeats."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{printable(message, 400)}\n{self.format_usage().strip()}")


_CANNOT_START = (StateDirError, StoreError, ListenerError)
"""A directory or an address that was given cannot be used: that is a usage error, too."""


def run(arguments: Sequence[str]) -> int:
    """Parses and runs; every error that we raise on purpose becomes a message and an exit code."""
    at = command_index(list(arguments))
    command = f" {arguments[at]}" if at is not None and arguments[at] in COMMANDS else ""
    try:
        return _guarded(parse(arguments))
    except EngineUnreachableError as error:
        return _complain(command, error, UNREACHABLE)
    except (UsageError, ConfigError, ScheduleError, *_CANNOT_START) as error:
        return _complain(command, error, USAGE)
    except PulseError as error:
        return _complain(command, error, NOT_OK)
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        gc.enable()


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line as a namespace with ``handler`` and ``command`` ("" for the screen).

    The options of a command may stand before or after its name, and between its words. Raises UsageError;
    ``--help`` prints and exits.
    """
    at = command_index(list(arguments))
    if at is None:
        return _main_parser().parse_args(list(arguments))
    command = arguments[at]
    if command not in COMMANDS:
        raise UsageError(_unknown_command(command))
    return _command_parser(command).parse_intermixed_args([*arguments[:at], *arguments[at + 1 :]])


def help_text(command: str) -> str:
    """What ``--help`` prints for a command that is read here; "" for the screen."""
    return (_command_parser(command) if command else _main_parser()).format_help()


def usage_of(command: str) -> str:
    """How a command that is read here is called, on one line, without the common options."""
    parser = _new_parser(f"pulsetui {command}", common=False)
    _add(parser, COMMANDS[command].arguments)
    parser.formatter_class = lambda prog: argparse.HelpFormatter(prog, width=10_000)
    return parser.format_usage().removeprefix("usage: ").replace("[-h] ", "").strip()


def _main_parser() -> _Parser:
    width = max(map(len, COMMANDS))
    commands = "\n".join(f"  {name:<{width}}  {spec.about}" for name, spec in COMMANDS.items())
    parser = _new_parser("pulsetui", f"{ABOUT}\ncommands (pulsetui COMMAND --help says more):\n{commands}")
    parser.usage = "pulsetui [COMMAND] [options]"
    parser.add_argument("--version", action="version", version=f"pulsetui {__version__}")
    _add(parser, OF_SCREEN)
    parser.set_defaults(handler="screen:screen", command="")
    return parser


def _command_parser(name: str) -> _Parser:
    spec = COMMANDS[name]
    parser = _new_parser(f"pulsetui {name}", spec.about)
    if spec.more:
        parser.epilog = f"{spec.more}\n{_EPILOG}"
    _add(parser, spec.arguments)
    parser.set_defaults(handler=spec.handler, command=name)
    return parser


def _new_parser(prog: str, description: str = "", *, common: bool = True) -> _Parser:
    parser = _Parser(
        prog=prog,
        description=description,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    if common:
        _add(parser.add_argument_group("common options"), COMMON)
    return parser


def _add(parser: argparse._ActionsContainer, arguments: Sequence[Argument]) -> None:
    for argument in arguments:
        parser.add_argument(argument.name, **argument.keywords)  # type: ignore[arg-type]  # a table of keywords


def find_handler(path: str) -> Handler:
    """The function that ``module:function`` below ``pulsetui.cli.commands`` names."""
    module, _, function = path.partition(":")
    gc.disable()  # what is imported stays: the collector would only walk it, again and again
    handler = cast(Handler, getattr(importlib.import_module(f"pulsetui.cli.commands.{module}"), function))
    if module != "screen":  # it imports on, and turns the collector on when its first frame stands
        gc.enable()
    return handler


def _guarded(options: argparse.Namespace) -> int:
    """Runs the handler. A reader that had enough (``| head``) is not an error; what nobody expected becomes a
    PulseError, not a traceback."""
    try:
        code = find_handler(options.handler)(options)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        _drop_output()
        return OK
    except PulseError:
        raise
    except Exception as error:  # the outermost edge: told, kept, and not shown as a traceback
        if is_short_of_memory(error):
            raise PulseError(TOO_LITTLE_MEMORY) from error
        if isinstance(error, OSError) and error.errno in _DISK_FULL:
            _drop_output()
            raise PulseError(
                f"nothing can be written: {error.strerror}. Free some space where the output goes"
            ) from error
        from pulsetui.cli.process.logs import keep_crash

        raise PulseError(keep_crash(options, error)) from error


def _drop_output() -> None:
    """Python would complain at exit while flushing what nobody takes."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _unknown_command(word: str) -> str:
    near = nearest(word, COMMANDS)
    if meant := _OTHER_WORDS.get(word):
        return f'there is no command "{word}"; did you mean: {meant}'
    advice = f'did you mean "{near}"?' if near else f"commands: {', '.join(COMMANDS)}"
    return f'there is no command "{printable(word, 60)}"; {advice}'


def _complain(command: str, error: PulseError, code: int) -> int:
    lines = str(error).split("\n")
    text = "\n".join(printable(line, 2000) for line in lines)
    try:
        sys.stderr.write(f"pulsetui{command}: {text}\n")
    except OSError:
        pass  # nobody reads it; the exit code says it too
    return code
