"""Finds the engine that a command works on. The one seam that tests replace is ``connect``."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pulsetui.cli.common_options import state_dir
from pulsetui.core.text.clean import clean
from pulsetui.core.text.nearest import nearest
from pulsetui.errors import EngineSilentError, EngineUnreachableError, UnknownCheckError, UsageError

if TYPE_CHECKING:
    from pulsetui.attach.find import EngineAddress
    from pulsetui.client.client import EngineClient

_SILENT_S = 5.0
"""How long an engine may take to answer anything at all."""
_STOPPED_S = 1.0
"""... and one that seems to be stopped: its number may be that of another process, in another container."""
_ANSWER_WITHIN_S = 2.0
_TAGS_NAMED = 12


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
    from pulsetui.monitor.logfile import LOG_NAME

    stopped = _is_stopped(found.pid)
    if answers(found.url, _STOPPED_S if stopped else _SILENT_S):
        return
    who = f"the engine that holds {state} (process {found.pid}) does not answer"
    if stopped:
        raise EngineSilentError(f"{who}: it was stopped. Resume it with: kill -CONT {found.pid}")
    raise EngineSilentError(
        f"{who}. Its log is {state / LOG_NAME}; if it hangs, end it with: kill {found.pid}"
    )


def answers(url: str, within_s: float = _ANSWER_WITHIN_S) -> bool:
    """Whether the engine's own loop answers a request, whatever it says."""
    from pulsetui.job.wire import exchange, parse_address

    try:
        exchange(parse_address(url), "/healthz", b"", time.monotonic() + within_s)
    except OSError:
        return False
    return True


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
    known = client.checks()
    if slug not in known:
        advice = meant_slug(slug, client) or "see the slugs with: pulsetui list"
        raise UnknownCheckError(f'there is no check "{slug}"; {advice}')


def unknown_tag(tag: str, known: Iterable[str]) -> str:
    """That no check has the tag, with the nearest there is, or else with all if they are few."""
    tags = sorted(set(known))
    advice = ""
    if near := nearest(tag, tags):
        advice = f'; did you mean "{clean(near, 60)}"?'
    elif 0 < len(tags) <= _TAGS_NAMED:
        advice = f"; there are {', '.join(clean(one, 60) for one in tags)}"
    return f'no check has the tag "{clean(tag, 60)}"{advice}'


def meant_slug(slug: str, client: EngineClient) -> str:
    """A question that names the nearest slug there is; "" when the engine has that check, or none is near."""
    known = client.checks()
    near = "" if slug in known else nearest(slug, known)
    return f'did you mean "{near}"?' if near else ""
