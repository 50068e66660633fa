"""Finds the engine that a command works on. The one seam that tests replace is ``connect``."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pulsetui.config.paths import LAST_GOOD_NAME, absolute, default_config_path, default_state_dir
from pulsetui.errors import EngineSilentError, EngineUnreachableError, UnknownCheckError
from pulsetui.job.report import UsageError

if TYPE_CHECKING:
    from pulsetui.attach.find import EngineAddress
    from pulsetui.client.client import EngineClient

_SILENT_S = 5.0
"""How long an engine may take to answer anything at all."""
_STOPPED_S = 1.0
"""... and one that seems to be stopped: its number may be that of another process, in another container."""


def config_path(options: argparse.Namespace) -> Path:
    """``--config``, ``PULSETUI_CONFIG`` or the user's own."""
    return absolute(options.config) if options.config else default_config_path()


def config_to_run(options: argparse.Namespace) -> Path:
    """The configuration of an engine that is to start; somebody's first start makes the user's own.

    A file that was named is never made: the name may be mistyped. Nor is one that was there before and is
    gone, whose checks nobody would watch any more.
    """
    path = config_path(options)
    named = options.config or "PULSETUI_CONFIG" in os.environ
    if not named and not path.exists() and not (state_dir(options) / LAST_GOOD_NAME).exists():
        write_first_config(path)
    return path


def write_first_config(path: Path) -> None:
    """The starter file, in the zone of this host. Raises ConfigError when there is a file already.

    A zone that is not certain is told, in the file and to the person.
    """
    from pulsetui.cli.output import talk
    from pulsetui.config.host_zone_name import host_zone_name
    from pulsetui.config.init import initial_config, write_initial_config
    from pulsetui.config.program import program

    zone = host_zone_name()
    text = initial_config(timezone=zone.name, timezone_doubt=zone.doubt, program=program())
    write_initial_config(path, text)
    if zone.doubt:
        talk(f'warning: {path} says timezone = "{zone.name}". {zone.doubt}')


def state_dir(options: argparse.Namespace) -> Path:
    """``--state-dir``, ``PULSETUI_STATE_DIR`` or the user's own."""
    return absolute(options.state_dir) if options.state_dir else default_state_dir()


def connect(options: argparse.Namespace, *, live: bool = False) -> EngineClient:
    """A client of the engine at ``--attach``, else of the one that holds the state directory.

    Raises EngineUnreachableError when there is none.
    """
    from pulsetui.attach.find import find_engine
    from pulsetui.attach.remote import RemoteEngine

    if len(options.attach) > 1:
        raise UsageError("--attach: one engine at a time")
    found = find_engine(state_dir(options))
    if options.attach:
        return RemoteEngine.connect(options.attach[0], api_key(options, found), live=live)
    if found is None:
        raise EngineUnreachableError(
            f"no engine holds {state_dir(options)}. Start one with: pulsetui (the table) or pulsetui serve,"
            " or name another with --state-dir DIR or --attach URL"
        )
    if not found.url:
        raise EngineUnreachableError(
            f"the engine that holds {state_dir(options)} (pid {found.pid}) has no listener"
        )
    _require_answer(found, state_dir(options))
    return RemoteEngine.connect(found.url, api_key(options, found), live=live)


def _require_answer(found: EngineAddress, state: Path) -> None:
    """Raises EngineSilentError within seconds when the engine is there and says nothing: a stopped process
    takes connections, and the lock stays held."""
    from pulsetui.cli.commands.serve import answers
    from pulsetui.monitor.logfile import LOG_NAME

    stopped = _is_stopped(found.pid)
    if answers(found.url, _STOPPED_S if stopped else _SILENT_S):
        return
    who = f"the engine that holds {state} (process {found.pid}) does not answer"
    if stopped:
        raise EngineSilentError(f"{who}: it was stopped. Let it go on with: kill -CONT {found.pid}")
    raise EngineSilentError(
        f"{who}. Its log is {state / LOG_NAME}; where it hangs, end it with: kill {found.pid}"
    )


def _is_stopped(pid: int | None) -> bool:
    """Whether a process of this host was stopped by a signal; False where that cannot be known."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[:1] in (["T"], ["t"])


def api_key(options: argparse.Namespace, found: EngineAddress | None) -> str:
    """``--api-key``, or what fits the engine: its own key where that can be read, ``PULSETUI_API_KEY``."""
    own = found.api_key if found is not None else ""
    elsewhere = os.environ.get("PULSETUI_API_KEY", "")
    return options.api_key or (elsewhere or own if options.attach else own or elsewhere)


@contextmanager
def engine(options: argparse.Namespace) -> Iterator[EngineClient]:
    """``connect`` for the length of a block."""
    client = connect(options)
    try:
        yield client
    finally:
        client.close()


def require_check(slug: str, client: EngineClient) -> None:
    """Raises UnknownCheckError, with the nearest slug there is, when the engine has no such check."""
    known = list(client.checks())
    if slug in known:
        return
    from difflib import get_close_matches

    near = get_close_matches(slug, known, n=1)
    advice = f'did you mean "{near[0]}"?' if near else "see the slugs with: pulsetui list"
    raise UnknownCheckError(f'there is no check "{slug}"; {advice}')
