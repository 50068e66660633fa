"""What commands know of this host: crontabs and timers, and the checks that they are held against."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pulsetui.cli.common_options import config_path
from pulsetui.cli.connect import engine
from pulsetui.cli.output import talk
from pulsetui.config.file.load import load_config
from pulsetui.config.model import ListenerConfig
from pulsetui.core.text.clean import clean
from pulsetui.crontab import known
from pulsetui.crontab.findings import KnownCheck, LintFile, World
from pulsetui.crontab.found import host_jobs
from pulsetui.crontab.host import Facts, ThisHost
from pulsetui.crontab.jobs import work_text
from pulsetui.crontab.places import Places, given_file, installed_crontabs
from pulsetui.crontab.timers import Timer, live_timers, timer_in_file
from pulsetui.errors import ConfigError, PulseError, UsageError
from pulsetui.hooks.registry import VALIDATORS

if TYPE_CHECKING:
    from pulsetui.client.views import CheckView, EngineInfo


def read_jobs(
    names: Sequence[str], places: Places, host: Facts, *, has_users: bool | None = None
) -> tuple[Sequence[LintFile], Sequence[Timer]]:
    """The crontabs and timers that are named, else all of this host. Says what could not be read.

    Raises UsageError for a named file that cannot be read.
    """
    if not names:
        files, problems = installed_crontabs(places, host)
        for problem in problems:
            talk(f"pulsetui crontab: {clean(problem)}")
        return files, live_timers()
    units = [name for name in names if name.endswith((".timer", ".service"))]
    found = [given_file(name, places, host, has_users=has_users) for name in names if name not in units]
    return found, [_timer(Path(name).absolute()) for name in units if name.endswith(".timer")]


def world_of(options: argparse.Namespace, host: Facts) -> World:
    """This host, and the checks of the engine that runs, else those of checks.toml, else none."""
    now = datetime.now(UTC)
    listener = ListenerConfig()
    path = config_path(options)
    checks: Collection[KnownCheck] = ()
    knows_checks, url = False, ""
    if path.exists() and not options.attach:
        try:
            config = load_config(path, VALIDATORS)
        except ConfigError as error:
            first = clean(str(error).partition("\n")[0])
            talk(f"pulsetui crontab: reports are not compared with checks, since {first}")
        else:
            checks, listener, knows_checks = known.of_config(config), config.listener, True
    try:
        with engine(options) as client:
            checks, url, knows_checks = known.of_views(client.checks().values()), client.info().base_url, True
    except PulseError:
        if options.attach:
            raise
    return World(
        host=host,
        now=now,
        checks=checks,
        knows_checks=knows_checks,
        addresses=known.addresses(listener, url),
    )


def host_command(
    view: CheckView, info: EngineInfo, now: datetime, places: Places | None = None
) -> tuple[str, str]:
    """The command of the line that reports to the check, and where that stands; both "" without one.

    Braces in it are the shell's own, as crontabs know no placeholders.
    """
    host = ThisHost()
    files, _ = installed_crontabs(places or Places(), host)
    world = World(
        host=host,
        now=now,
        checks=known.of_views([view]),
        knows_checks=True,
        addresses=known.addresses(ListenerConfig(), info.base_url),
    )
    for job in host_jobs(files, (), world):
        if job.job is not None and job.reports_to in (view.slug, view.uuid) and (text := work_text(job.job)):
            return text, job.source
    return "", ""


def _timer(path: Path) -> Timer:
    service = path.with_suffix(".service")
    try:
        text = path.read_text("utf-8", errors="replace")
        beside = service.read_text("utf-8", errors="replace") if service.is_file() else None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from None
    return timer_in_file(path, text, beside)
