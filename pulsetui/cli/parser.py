"""The command line: which commands and options there are, and which function each one runs.

Only argparse is loaded here; the module of a command is imported when that command runs.
"""

from __future__ import annotations

import argparse
import errno
import gc
import importlib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import NoReturn, cast

from pulsetui.cli.main import TOO_LITTLE_MEMORY, command_index, is_short_of_memory
from pulsetui.errors import (
    ConfigError,
    EngineUnreachableError,
    ListenerError,
    PulseError,
    ScheduleError,
    StateDirError,
    StoreError,
    UnknownCheckError,
)
from pulsetui.job.report import UsageError, printable
from pulsetui.version import __version__

WELL, NOT_WELL, USAGE, UNREACHABLE, INTERRUPTED = 0, 1, 2, 3, 130

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

Argument = tuple[str, Mapping[str, object]]
Handler = Callable[[argparse.Namespace], int]

_ABOUT = """\
A heartbeat monitor for scheduled jobs: it shows the run that never happened.

Without a command it opens the live table, with the engine inside; or attaches to the engine
that holds the state directory already.
"""

_EPILOG = """\
exit codes: 0 well, 1 the thing asked about is not well, 2 usage or configuration,
3 no engine can be reached, 130 interrupted
"""

_TMUX = """\
in ~/.tmux.conf (tmux runs it once every status-interval seconds):
  set -g status-interval 10
  set -g status-right-length 60
  set -g status-right '#(pulsetui status --format tmux) %H:%M'
Where tmux does not find pulsetui, write its whole path. What a check's name holds is shown, never obeyed.
"""

MORE: Mapping[str, str] = {"status": _TMUX}
"""What the help of a command says at its end."""

_JSON = ("--json", {"action": "store_true", "help": "as JSON on standard output"})
_SLUG = ("slug", {"metavar": "SLUG", "help": "the check"})
_SLUGS = ("slugs", {"metavar": "SLUG", "nargs": "+", "help": "the checks"})
_PAIRS = (
    "pairs",
    {"metavar": "KEY=VALUE", "nargs": "*", "help": "any key of the check's table in checks.toml"},
)
_LISTEN = (
    "--listen",
    {
        "metavar": "HOST:PORT",
        "help": "where to take pings; port 0: any free one",
    },
)


_COMMON: list[Argument] = [
    ("--config", {"metavar": "FILE", "help": "checks.toml (default: PULSETUI_CONFIG)"}),
    ("--state-dir", {"metavar": "DIR", "help": "the engine's state (default: PULSETUI_STATE_DIR)"}),
    (
        "--attach",
        {"metavar": "URL", "action": "append", "default": [], "help": "use the engine at this address"},
    ),
    ("--api-key", {"metavar": "KEY", "help": "its API key (default: PULSETUI_API_KEY)"}),
]

COMMANDS: dict[str, tuple[str, str, list[Argument]]] = {
    "serve": ("serve:serve", "the engine without a screen, for a service manager", [_LISTEN]),
    # These two have parsers of their own, which main runs before anything here is loaded.
    "ping": ("init:fast", "report that a job started, finished or failed", []),
    "run": ("init:fast", "run a job and report its start, end, exit code, duration and output", []),
    "list": (
        "listing:list_checks",
        "all checks with their status",
        [
            ("--status", {"metavar": "STATUS", "action": "append", "help": "only these (up, late, down, …)"}),
            ("--tag", {"metavar": "TAG", "action": "append", "help": "only checks with this tag"}),
            _JSON,
        ],
    ),
    "show": (
        "show:show",
        "all about one check: runs, incidents, what was missed, what is next",
        [_SLUG, _JSON],
    ),
    "pause": ("verbs:pause", "stop watching for a while", [_SLUGS, _JSON]),
    "resume": ("verbs:resume", "watch again", [_SLUGS, _JSON]),
    "ack": (
        "verbs:acknowledge",
        "say that you know: calms an open incident",
        [
            _SLUGS,
            ("--note", {"metavar": "TEXT", "default": "", "help": "why, or what is being done"}),
            (
                "--any-reason",
                {"action": "store_true", "help": "stay calm until it recovers, whatever else goes wrong"},
            ),
            ("--undo", {"action": "store_true", "help": "take it back"}),
            _JSON,
        ],
    ),
    "snooze": (
        "snooze:snooze",
        "no alerts for checks, tags or everything until an instant; alone: what is snoozed",
        [
            ("slugs", {"metavar": "SLUG", "nargs": "*", "help": "the checks"}),
            ("--tag", {"metavar": "TAG", "action": "append", "dest": "tags", "help": "checks with this tag"}),
            ("--all", {"action": "store_true", "dest": "everything", "help": "every check"}),
            ("--for", {"metavar": "SPAN", "dest": "span", "help": "20m, 1h30m, 2d, …"}),
            (
                "--until",
                {"metavar": "WHEN", "help": "tomorrow (08:00), monday, 14:30, 'fri 18:00', 2026-11-20T14:30"},
            ),
            ("--note", {"metavar": "TEXT", "default": "", "help": "why"}),
            ("--end", {"action": "store_true", "help": "end the snooze now"}),
            _JSON,
        ],
    ),
    "add": (
        "verbs:add",
        "add a check to checks.toml",
        [
            _SLUG,
            ("--cron", {"metavar": "EXPR", "help": 'five fields: "0 2 * * *"'}),
            ("--every", {"metavar": "SPAN", "help": "a period: 15m, 1h30m, 2d"}),
            ("--calendar", {"metavar": "EXPR", "help": 'systemd OnCalendar: "Mon..Fri 06:00"'}),
            ("--timezone", {"metavar": "ZONE", "help": "the zone the schedule is read in"}),
            ("--grace", {"metavar": "SPAN", "help": "tolerated after due"}),
            ("--max-runtime", {"metavar": "SPAN", "help": "a longer run counts as hung"}),
            ("--name", {"metavar": "TEXT"}),
            ("--desc", {"metavar": "TEXT"}),
            ("--tag", {"metavar": "TAG", "action": "append", "dest": "tags"}),
            ("--hook", {"metavar": "NAME", "action": "append", "dest": "hooks"}),
            ("--expect", {"metavar": "TEXT", "action": "append", "help": '"records >= 1", "duration < 20m"'}),
            _PAIRS,
            _JSON,
        ],
    ),
    "edit": (
        "verbs:edit",
        "change keys of a check: pulsetui edit backup grace=45m tags=nightly,billing max_runtime=",
        [_SLUG, _PAIRS, ("--rename", {"metavar": "SLUG", "help": "give the check another slug"}), _JSON],
    ),
    "remove": ("verbs:remove", "take a check out of checks.toml", [_SLUG, _JSON]),
    "status": (
        "status:status",
        "one line; the exit code says whether all is well",
        [
            ("--format", {"choices": ["text", "json", "tmux", "nagios"], "default": "text"}),
            (
                "--json",
                {"action": "store_const", "const": "json", "dest": "format", "help": "same as --format json"},
            ),
        ],
    ),
    "report": (
        "report:report",
        "the audit trail of a check, or of one incident: runs, incidents, missed instants",
        [
            ("what", {"metavar": "SLUG[#N]", "help": "the check, or its incident number N"}),
            ("--format", {"choices": ["md", "json", "csv"], "default": "md"}),
            ("--after", {"metavar": "ISO", "help": "leave out what ended before this instant"}),
            ("--before", {"metavar": "ISO", "help": "leave out what began after this instant"}),
        ],
    ),
    "schedule": (
        "schedule:schedule",
        "a cron, OnCalendar or period expression in words, with its next instants",
        [
            ("expression", {"metavar": "EXPR"}),
            ("--timezone", {"metavar": "ZONE", "help": "default: that of checks.toml, else UTC"}),
            ("--after", {"metavar": "ISO", "help": "list instants after this one (default: now)"}),
            ("--count", {"metavar": "N", "type": int, "default": 5}),
            _JSON,
        ],
    ),
    "validate": (
        "init:validate",
        "check checks.toml and report every problem",
        [("file", {"metavar": "FILE", "nargs": "?"}), _JSON],
    ),
    "init": ("init:init", "write a first checks.toml", []),
    "version": ("init:version", "print the version", []),
}


class _Parser(argparse.ArgumentParser):
    """Names the nearest word instead of listing all, and cleans what it repeats."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{printable(message, 400)}\n{self.format_usage().strip()}")


_CANNOT_START = (StateDirError, StoreError, ListenerError)
"""What the person gave (a directory, an address) cannot be used: as wrong as a wrong option."""


def run(arguments: Sequence[str]) -> int:
    """Parses and runs; every error that we raise on purpose becomes a message and an exit code."""
    command = ""
    try:
        options = parse(arguments)
        command = f" {options.command}" if options.command else ""
        return _guarded(options)
    except EngineUnreachableError as error:
        return _complain(command, error, UNREACHABLE)
    except (UsageError, ConfigError, ScheduleError, *_CANNOT_START) as error:
        return _complain(command, error, USAGE)
    except UnknownCheckError as error:
        return _complain(command, error, NOT_WELL)
    except PulseError as error:
        return _complain(command, error, NOT_WELL)
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


def _main_parser() -> _Parser:
    width = max(map(len, COMMANDS))
    commands = "\n".join(
        f"  {name:<{width}}  {text}" for name, (_handler, text, _arguments) in COMMANDS.items()
    )
    parser = _new_parser("pulsetui", f"{_ABOUT}\ncommands (pulsetui COMMAND --help says more):\n{commands}")
    parser.usage = "pulsetui [COMMAND] [options]"
    parser.add_argument("--version", action="version", version=f"pulsetui {__version__}")
    _add(parser, [_LISTEN])
    parser.set_defaults(handler="screen:screen", command="")
    return parser


def _command_parser(name: str) -> _Parser:
    handler, text, arguments = COMMANDS[name]
    parser = _new_parser(f"pulsetui {name}", text)
    if more := MORE.get(name):
        parser.epilog = f"{more}\n{_EPILOG}"
    _add(parser, arguments)
    parser.set_defaults(handler=handler, command=name)
    return parser


def _new_parser(prog: str, description: str) -> _Parser:
    parser = _Parser(
        prog=prog,
        description=description,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add(parser.add_argument_group("common options"), _COMMON)
    return parser


def _add(parser: argparse._ActionsContainer, arguments: Sequence[Argument]) -> None:
    for name, options in arguments:
        parser.add_argument(name, **options)  # type: ignore[arg-type]  # a table of keyword arguments


def find_handler(path: str) -> Handler:
    """The function that ``module:function`` below ``pulsetui.cli`` names."""
    module, _, function = path.partition(":")
    gc.disable()  # what is imported stays: the collector would only walk it, again and again
    handler = cast(Handler, getattr(importlib.import_module(f"pulsetui.cli.commands.{module}"), function))
    if module != "screen":  # it imports on, and turns the collector on when its first frame stands
        gc.enable()
    return handler


def _guarded(options: argparse.Namespace) -> int:
    """Runs the handler; a reader that had enough (``| head``) is no error, a bug is no traceback."""
    try:
        code = find_handler(options.handler)(options)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        _drop_output()
        return WELL
    except (PulseError, KeyboardInterrupt, SystemExit):
        raise
    except OSError as error:
        if is_short_of_memory(error):
            return _complain(f" {options.command}".rstrip(), PulseError(TOO_LITTLE_MEMORY), NOT_WELL)
        if error.errno not in _FULL:
            return _bug(options, error)
        _drop_output()
        return _complain(
            f" {options.command}".rstrip(),
            PulseError(f"nothing can be written: {error.strerror}. Free space where the output goes"),
            NOT_WELL,
        )
    except Exception as error:  # noqa: BLE001 - the outermost edge: told, kept, and not shown as a traceback
        if is_short_of_memory(error):
            return _complain(f" {options.command}".rstrip(), PulseError(TOO_LITTLE_MEMORY), NOT_WELL)
        return _bug(options, error)


def _drop_output() -> None:
    """Python would complain at exit while flushing what nobody takes."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _bug(options: argparse.Namespace, error: Exception) -> int:
    from pulsetui.cli.process.logs import keep_crash

    return _complain(f" {options.command}".rstrip(), PulseError(keep_crash(options, error)), NOT_WELL)


def _unknown_command(word: str) -> str:
    near = get_close_matches(word, COMMANDS, n=1)
    advice = f'did you mean "{near[0]}"?' if near else f"commands: {', '.join(COMMANDS)}"
    return f'there is no command "{printable(word, 60)}"; {advice}'


def _complain(command: str, error: PulseError, code: int) -> int:
    lines = str(error).split("\n")
    text = "\n".join(printable(line, 2000) for line in lines)
    try:
        sys.stderr.write(f"pulsetui{command}: {text}\n")
    except OSError:
        pass  # nobody reads it; the exit code says it too
    return code
