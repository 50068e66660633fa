"""``pulsetui catch-up SLUG``: the slots that were missed, the command that makes up for each, and their runs.

Commands come from this host only: from its checks.toml, else from its crontab. What an engine elsewhere says
is never run.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from pulsetui.cli.common_options import config_path
from pulsetui.cli.connect import engine, require_check
from pulsetui.cli.exit_codes import INTERRUPTED, NOT_OK, OK
from pulsetui.cli.host import host_command
from pulsetui.cli.output import agreed, json_text, out, table, talk
from pulsetui.cli.process.foreground import run_in_foreground
from pulsetui.cli.times import read_past, read_time
from pulsetui.client.catch_up import MissedSlot, missed_slots, slot_state
from pulsetui.core.schedule.zone import zone
from pulsetui.core.slug import check_slug
from pulsetui.core.text.clean import clean
from pulsetui.core.text.phrases import count_text, instants_text
from pulsetui.core.text.slot_command import EXAMPLE, names_slot, slot_command
from pulsetui.errors import ConfigError, PulseError, ScheduleError, UsageError

if TYPE_CHECKING:
    from pulsetui.client.views import CheckDetails, EngineInfo

_SHOWN = 300  # characters of a command


class _Plan(Struct, frozen=True):
    """What is known of one check."""

    slug: str
    uuid: str
    slots: Sequence[MissedSlot]
    template: str  # "" where there is no command
    source: str  # where that stands
    zone: tzinfo
    now: datetime
    url: str  # where runs report to

    def command(self, slot: datetime) -> str:
        """What makes up for it."""
        return slot_command(self.template, slot.astimezone(self.zone), self.slug) if self.template else ""

    def labels(self) -> Sequence[str]:
        """The slots as they are said."""
        return instants_text([slot.at for slot in self.slots], self.zone, self.now)


def catch_up(options: argparse.Namespace) -> int:
    """Lists what was missed; with --run makes up for it. 1 where a run failed or nothing was run."""
    slug = check_slug(options.slug)
    with engine(options) as client:
        require_check(slug, client)
        details, info, now = client.details(slug), client.info(), client.now()
    if details.caught_up is None:
        raise PulseError(
            "the engine is older than this pulsetui: it would take such a run for the regular one"
        )
    plan = _plan(options, details, info, now)
    if options.json:
        out(json_text([_record(plan, slot) for slot in plan.slots]))
    else:
        _show(plan)
    if not options.run:
        return OK
    if details.view.started:
        raise PulseError(f"a regular run of {slug} is going on: make up for the missed ones when it is over")
    return _run(plan, options)


def _plan(options: argparse.Namespace, details: CheckDetails, info: EngineInfo, now: datetime) -> _Plan:
    view = details.view
    where = _zone(view.tz)
    if options.slots:
        if options.since is not None:
            raise UsageError("--slot and --since contradict each other; give one of them")
        chosen = {_slot(text, where, now) for text in options.slots}
        slots = tuple(MissedSlot(at, slot_state(details, at)) for at in sorted(chosen))
    else:
        since = None if options.since is None else read_past("--since", options.since, where, now)
        slots = missed_slots(details, since)
    template, source = _template(options, info, view.slug), "checks.toml"
    if not template and not options.attach:
        template, source = host_command(view, info, now)
    url = f"{options.attach[0].rstrip('/')}/ping/" if options.attach else info.base_url
    return _Plan(
        slug=view.slug,
        uuid=view.uuid,
        slots=slots,
        template=template,
        source=source,
        zone=where,
        now=now,
        url=f"{url}{info.ping_key or ''}" if url else "",
    )


def _slot(text: str, where: tzinfo, now: datetime) -> datetime:
    at = read_time("--slot", text, where).astimezone(UTC)
    if at > now:
        raise UsageError(
            f'--slot "{clean(text, 60)}" is still to come; only a slot that has passed was missed'
        )
    return at


def _zone(name: str) -> tzinfo:
    try:
        return zone(name)
    except ScheduleError:  # an engine elsewhere may know zones that this host does not
        return zone("UTC")


def _template(options: argparse.Namespace, info: EngineInfo, slug: str) -> str:
    """``command`` of the check in this host's checks.toml: the one that is named, else that of the engine
    here, else (the engine is elsewhere) the person's own; "" where there is none."""
    from pulsetui.config.file.load import load_config
    from pulsetui.hooks.registry import VALIDATORS

    asked = options.config or options.attach
    path = config_path(options) if asked or not info.config_path else Path(info.config_path)
    if not path.exists():
        return ""
    try:
        check = load_config(path, VALIDATORS).checks.get(slug)
    except ConfigError as error:
        raise UsageError(f"commands stand in checks.toml, and that has a mistake: {error}") from None
    return "" if check is None else check.command


def _record(plan: _Plan, slot: MissedSlot) -> dict[str, object]:
    command = plan.command(slot.at)
    return {"slot": slot.at, "state": slot.state, "command": clean(command) or None}


def _show(plan: _Plan) -> None:
    if not plan.slots:
        talk(f"{plan.slug} has missed nothing that is on record")
        return
    rows = [
        (label, slot.state, clean(plan.command(slot.at), _SHOWN) or "-")
        for label, slot in zip(plan.labels(), plan.slots, strict=True)
    ]
    for line in table((f"SLOT ({clean(str(plan.zone))})", "STATE", "COMMAND"), rows):
        out(line)
    if not plan.template:
        talk(_no_command(plan.slug))
    elif not names_slot(plan.template):
        talk(f"the command, from {clean(plan.source)}, has no {{slot}}: it does the same for each of them")


def _no_command(slug: str) -> str:
    return (
        f"{slug} has no command for a missed slot; add one to [checks.{slug}] in checks.toml, like:"
        f' command = "{EXAMPLE}"'
    )


def _run(plan: _Plan, options: argparse.Namespace) -> int:
    """One by one, each marked as the catch-up for its slot; the first that fails is the last."""
    wanted = [
        (label, slot)
        for label, slot in zip(plan.labels(), plan.slots, strict=True)
        if slot.state in ("missed", "failed") or options.slots
    ]
    if not wanted:
        talk("there is nothing to make up for")
        return OK
    if not plan.template:
        raise UsageError(_no_command(plan.slug))
    _refuse_bare_ping(plan)
    if not plan.url:
        raise PulseError("the engine has no listener: it would not hear of the runs")
    if not options.yes and not agreed(f"Run {count_text(len(wanted), 'command')}, one after the other"):
        talk("nothing was run")
        return NOT_OK
    for done, (label, slot) in enumerate(wanted):
        command = plan.command(slot.at)
        talk(f"{done + 1} of {len(wanted)}, for {label}: {clean(command, _SHOWN)}")
        ended = run_in_foreground([*_runner(plan, slot.at), "--", "/bin/sh", "-c", command])
        left = len(wanted) - done - 1
        rest = f"; {count_text(left, 'slot')} not made up for" if left else ""
        if ended.signals & {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}:
            talk(f"interrupted{rest}")
            return INTERRUPTED
        if ended.exit_code:
            talk(f"the run for {label} failed with exit code {ended.exit_code}{rest}")
            return NOT_OK
    talk(f"made up for {count_text(len(wanted), 'slot')}; the regular run is expected as before")
    return OK


def _refuse_bare_ping(plan: _Plan) -> None:
    """A ping by curl does not say that its run is a catch-up: the regular one, which is missing, would pass
    for good. Raises UsageError."""
    from pulsetui.crontab.reports import reports_of
    from pulsetui.crontab.shell import read_shell

    for report in reports_of(read_shell(plan.template)):
        if report.url and report.check in (plan.slug, plan.uuid):
            raise UsageError(
                f"the command pings {plan.slug} by {clean(report.url, 100)}, which would pass for the regular"
                f" run; leave that out (the run is reported anyway), or write: pulsetui ping {plan.slug}"
            )


def _runner(plan: _Plan, slot: datetime) -> list[str]:
    ours = [sys.executable, "-m", "pulsetui", "run", plan.slug, "--url", plan.url.rstrip("/")]
    return [*ours, "--catch-up", slot.astimezone(plan.zone).isoformat()]
