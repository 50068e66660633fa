"""Reports the run of the command that was started, by a wrapper around ``BaseCommand.execute``.

Only of that command: what it calls by ``call_command`` is part of its run. ``run_from_argv`` is wrapped for
its name, which the command itself does not know, and for arguments that are refused before it is executed:
after a deploy a line in a crontab may have become wrong.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pulsetui.django.options import Options
from pulsetui.job.heartbeat import Heartbeat, heartbeat

_MARK = "_is_watched_by_pulsetui"
_log = logging.getLogger("pulsetui")


class _Started:
    """The command that was started, until it is executed."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_executed = False


_started: _Started | None = None


def watch_commands(options: Options) -> None:
    """From now on; once is enough for a process."""
    if getattr(BaseCommand.execute, _MARK, False):
        return
    execute, run_from_argv = BaseCommand.execute, BaseCommand.run_from_argv

    @wraps(execute)
    def watched_execute(self: Any, *args: Any, **given: Any) -> Any:
        started = _started
        if started is None or started.is_executed or not self._called_from_command_line:
            return execute(self, *args, **given)
        started.is_executed = True
        beat = _heartbeat(options, started.name, given)
        if beat is None:
            return execute(self, *args, **given)
        return reported(beat, lambda: execute(self, *args, **given))

    @wraps(run_from_argv)
    def watched_run_from_argv(self: Any, argv: Sequence[str]) -> Any:
        global _started
        if _started is not None or len(argv) < 2:
            return run_from_argv(self, argv)
        _started = started = _Started(argv[1])
        try:
            return run_from_argv(self, argv)
        except SystemExit as stop:
            if not started.is_executed and stop.code not in (None, 0):
                _tell_refused(options, started.name, argv, stop.code)
            raise
        finally:
            _started = None

    setattr(watched_execute, _MARK, True)
    BaseCommand.execute = watched_execute
    BaseCommand.run_from_argv = watched_run_from_argv


def reported(beat: Heartbeat, execute: Callable[[], Any]) -> Any:
    """The result of ``execute``, an execution of a command, as a run."""
    with beat as run:
        try:
            return execute()
        except CommandError as error:
            run.fail(f"\n{type(error).__name__}: {error}", exit_status=error.returncode)
            raise


def take_over() -> None:
    """The command that was started reports itself."""
    if _started is not None:
        _started.is_executed = True


def _heartbeat(options: Options, name: str, arguments: Mapping[str, object]) -> Heartbeat | None:
    """None where this run is not to be reported."""
    try:
        if not options.watches(name) or (_is_at_terminal() and not options.at_terminal):
            return None
        return heartbeat(options.slug(name, arguments), url=options.url, output=True)
    except Exception as error:  # noqa: BLE001 - a bug of ours must not become the command's failure
        _log.warning("%s: this run is not reported: %s: %s", name, type(error).__name__, error)
        return None


def _tell_refused(options: Options, name: str, argv: Sequence[str], code: object) -> None:
    if "{" in options.slugs.get(name, ""):
        return  # whose run it was to be, its arguments do not say
    beat = _heartbeat(options, name, {})
    if beat is not None:
        with beat as run:
            shown = " ".join(argv[1:])
            run.fail(
                f"these arguments were refused: {shown}", exit_status=code if isinstance(code, int) else 1
            )


def _is_at_terminal() -> bool:
    """Whether a person may be there: cron and systemd give their jobs no terminal."""
    return any(os.isatty(descriptor) for descriptor in (0, 1, 2))
