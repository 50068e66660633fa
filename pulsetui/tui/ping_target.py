"""A check as the ways to ping see it: its URL, and what ``pulsetui`` in a crontab has to be told."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path

from pulsetui.config.paths import default_state_dir
from pulsetui.core.recipes import Target
from pulsetui.job.place import engine_url
from pulsetui.monitor.view import CheckView, EngineInfo
from pulsetui.tui.example import EXAMPLE, EXAMPLE_UUID
from pulsetui.tui.lines import plain

_CRON_PATH = ("/usr/bin", "/bin")


def target_of(view: CheckView, info: EngineInfo) -> Target:
    """The check as the recipes see it. Its texts come from a file or another host: made safe first."""
    return Target(
        slug=view.slug,
        url=plain(info.ping_url(view.slug, view.uuid)),
        schedule_kind=view.schedule_kind,
        schedule=plain(view.schedule),
        tz=plain(view.tz),
        max_runtime=view.max_runtime,
        program=program(),
        options=ping_options(info),
    )


def example_target(info: EngineInfo) -> Target:
    """For somebody who has no check yet."""
    return Target(
        slug=EXAMPLE,
        url=plain(info.ping_url(EXAMPLE, EXAMPLE_UUID)),
        schedule_kind="cron",
        schedule="0 2 * * *",
        tz=plain(info.timezone),
        program=program(),
        options=ping_options(info),
    )


def program() -> str:
    """How cron finds ``pulsetui``: its PATH is short, so by its whole path where that is needed."""
    found = shutil.which("pulsetui")
    return "pulsetui" if found is None or str(Path(found).parent) in _CRON_PATH else found


def ping_options(info: EngineInfo) -> str:
    """What ``pulsetui ping`` has to be told to find this engine: nothing, its state directory, or its URL."""
    base = plain(info.base_url)
    if not engine_url(None, info.state_dir).startswith(base.removesuffix("/ping/")):
        key = plain(info.ping_key or "")
        return f"--url {shlex.quote(f'{base}{key}'.rstrip('/'))}"
    # What this shell has in its environment cron's does not have.
    if Path(info.state_dir) == default_state_dir({}):
        return ""
    return f"--state-dir {shlex.quote(os.fspath(plain(info.state_dir)))}"
