"""A check as the ways to ping see it: its URL, and what ``pulsetui`` in a crontab has to be told."""

from __future__ import annotations

import os
import pwd
import shlex
import sys
from pathlib import Path

from pulsetui.client.views import CheckView, EngineInfo
from pulsetui.config.program import program
from pulsetui.job.locate import APP, announced_url
from pulsetui.recipes.recipes import Target
from pulsetui.tui.draw.lines import plain
from pulsetui.tui.ways.example import EXAMPLE, EXAMPLE_UUID


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
        host_tz=plain(info.host_tz),
        system_tz=plain(info.system_tz),
        now=info.now,
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
        host_tz=plain(info.host_tz),
        system_tz=plain(info.system_tz),
        now=info.now,
    )


def ping_options(info: EngineInfo) -> str:
    """What ``pulsetui ping`` has to be told to find this engine: nothing, its state directory, or its URL.

    Cron's environment counts, not the one here: it has neither ``PULSETUI_URL`` nor ``XDG_STATE_HOME``.
    """
    base = plain(info.base_url)
    if not announced_url(info.state_dir).startswith(base.removesuffix("/ping/")):
        key = plain(info.ping_key or "")
        return f"--url {shlex.quote(f'{base}{key}'.rstrip('/'))}"
    if Path(info.state_dir) == _state_dir_under_cron():
        return ""
    return f"--state-dir {shlex.quote(os.fspath(plain(info.state_dir)))}"


def _state_dir_under_cron() -> Path | None:
    """The user's own state directory as a job of cron finds it: by the home that the system knows."""
    try:
        home = Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError:  # a user id without a name, as in many containers
        return None
    return home / ("Library/Application Support" if sys.platform == "darwin" else ".local/state") / APP
