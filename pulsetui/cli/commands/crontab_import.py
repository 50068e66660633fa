"""``pulsetui crontab import`` and ``diff``: checks for this host's jobs, and where the two do not agree."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from pulsetui.cli.common_options import config_path, state_dir
from pulsetui.cli.connect import engine
from pulsetui.cli.exit_codes import NOT_OK, OK, USAGE
from pulsetui.cli.host import read_jobs, world_of
from pulsetui.cli.output import agreed, json_text, out, table, talk
from pulsetui.config.address import format_address
from pulsetui.config.file.edit import ConfigFile
from pulsetui.config.file.load import load_config
from pulsetui.config.program import program
from pulsetui.core.schedule.zone import zone
from pulsetui.core.text.clean import clean
from pulsetui.core.text.phrases import count_text, full_instant_text, span_text
from pulsetui.crontab.compare import differences
from pulsetui.crontab.edit import EditRefusedError, command_with_report, diff, edited
from pulsetui.crontab.findings import LintFile, World
from pulsetui.crontab.found import HostJob, found_schedules, host_jobs, unmonitored
from pulsetui.crontab.host import ThisHost, find_program
from pulsetui.crontab.places import Places
from pulsetui.crontab.write import keep_backup, require_unchanged, write_crontab
from pulsetui.errors import EngineUnreachableError, PulseError, UsageError
from pulsetui.hooks.registry import VALIDATORS
from pulsetui.monitor.host.seen import load as load_seen
from pulsetui.provision.checks import CheckDefinitions, ChecksInFile, ChecksOfEngine, RefusedError
from pulsetui.provision.found import FoundSchedule
from pulsetui.recipes.recipes import BY_ID, Target, curl_line


class _Plan(Struct, frozen=True):
    """What is to be made, and what is to be written."""

    checks: Sequence[tuple[HostJob, FoundSchedule]]
    files: Sequence[tuple[LintFile, bytes]]
    lines: Mapping[str, str]  # slug → the line that reports, for those that are not written
    refused: Mapping[str, str]  # slug → why its line cannot be edited


def import_jobs(options: argparse.Namespace) -> int:
    """Makes checks for the jobs that report to none. 1 where a check is refused."""
    places, host = Places(), ThisHost()
    files, timers = read_jobs(options.files, places, host, has_users=True if options.users else None)
    world = world_of(options, host)
    if not host.zone and any(file.jobs for file in files):
        talk("pulsetui crontab: the zone of this host is not certain: the times are taken for UTC's")
    jobs = unmonitored(host_jobs(files, timers, world))
    found = found_schedules(jobs, world)
    plan = _plan(options, list(zip(jobs, found, strict=True)), world)
    if options.json:
        out(json_text([_record(job, schedule, plan) for job, schedule in plan.checks]))
    else:
        _show(plan, write=options.write)
    if not plan.checks:
        return OK
    if not _agreed(plan, options):
        talk("pulsetui crontab: nothing was changed")
        return OK
    return _apply(plan, options, places)


def diff_jobs(options: argparse.Namespace) -> int:
    """1 if a job and a check do not agree."""
    host = ThisHost()
    files, timers = read_jobs(options.files, Places(), host, has_users=True if options.users else None)
    world = world_of(options, host)
    found = differences(host_jobs(files, timers, world), world, _gone(options, world))
    wrong = [one for one in found if one.is_wrong]
    if options.json:
        out(json_text([_plain(one) for one in found]))
    else:
        for one in found:
            out(clean(f"{one.source or one.slug}: {one.text}"))
        if not wrong:
            # Each of the others was said; they may be jobs of other hosts.
            apart = f"; {count_text(len(found), 'check')} with none of them" if found else ""
            talk(f"the jobs of this host agree with their checks{apart}")
    return NOT_OK if wrong else OK


def _gone(options: argparse.Namespace, world: World) -> Mapping[str, str]:
    """By slug, the jobs that the engine of this host has seen here, and sees no more, in words."""
    if options.files or options.attach:
        return {}
    seen, local = load_seen(state_dir(options)), zone(world.host.zone or "UTC")
    return {
        check.slug: f"its job, {job.source}, is gone since {full_instant_text(job.gone_at, local)}"
        for check in world.checks
        if (job := seen.gone(check.slug)) is not None and job.gone_at is not None
    }


def _plain(one: object) -> Mapping[str, str]:
    return {name: clean(str(getattr(one, name))) for name in ("kind", "source", "slug", "text")}


def _plan(
    options: argparse.Namespace, checks: Sequence[tuple[HostJob, FoundSchedule]], world: World
) -> _Plan:
    urls = _urls(options, [found.slug for _, found in checks])
    commands: dict[Path, tuple[LintFile, dict[int, str]]] = {}
    lines: dict[str, str] = {}
    refused: dict[str, str] = {}
    for job, found in checks:
        if job.job is None or job.file is None:
            refused[found.slug] = _by_hand(job, found, urls[found.slug], write=options.write)
            continue
        ping = _ping(job, found, urls[found.slug], world)
        try:
            command = command_with_report(job.job, ping)
        except EditRefusedError as error:
            refused[found.slug] = str(error)
            continue
        lines[found.slug] = job.job.line.with_part("command", command)
        commands.setdefault(job.file.path, (job.file, {}))[1][job.job.line.number] = command
    if not options.write:
        return _Plan(checks, (), lines, refused)
    files = [(file, edited(file.crontab, changed)) for file, changed in commands.values()]
    # A check whose line is left as it is would wait for a report that nobody sends.
    kept = [(job, found) for job, found in checks if found.slug not in refused]
    return _Plan(kept, files, lines, refused)


def _by_hand(job: HostJob, found: FoundSchedule, url: str, *, write: bool) -> str:
    """What to put where for a timer's service, whose file is not ours to edit."""
    service = job.timer.service.unit if job.timer is not None else job.source
    target = Target(
        slug=found.slug, url=url, schedule_kind=found.kind, schedule=found.schedule, tz=found.timezone
    )
    text = BY_ID["systemd-exit-code"].text(target)
    then = ", and import it without --write" if write else ""
    # Its type and its time limit stay what they are.
    kept = [line for line in text.splitlines() if not line.startswith(("#", "Type=", "TimeoutStartSec="))]
    return "\n".join(
        (f"put this there with systemctl edit {service}{then}", *(line for line in kept if line.strip()))
    )


def _ping(job: HostJob, found: FoundSchedule, url: str, world: World) -> str:
    """The command that reports: curl where the job finds it, else our own."""
    assert job.job is not None  # the caller asked
    if not find_program("curl", job.job.path, world.host):
        return f"{shlex.quote(program())} ping {found.slug}"
    target = Target(
        slug=found.slug, url=url, schedule_kind=found.kind, schedule=found.schedule, tz=found.timezone
    )
    return curl_line(target)


def _urls(options: argparse.Namespace, slugs: Sequence[str]) -> Mapping[str, str]:
    """Where each check will be reported to. Raises UsageError where slugs are not taken."""
    try:
        with engine(options) as client:
            info = client.info()
    except EngineUnreachableError:
        if options.attach:
            raise
        config = load_config(config_path(options), VALIDATORS)
        listener = config.listener
        host = "127.0.0.1" if listener.host in ("0.0.0.0", "::") else listener.host  # noqa: S104 - compared
        key = f"{listener.ping_key}/" if listener.ping_key else ""
        base = f"http://{format_address(host, listener.port)}/ping/{key}"
    else:
        if info.ping_key is None:
            raise UsageError(
                "other hosts can reach the listener, and it has no ping_key: set one under [listener]"
                " in checks.toml"
            )
        base = f"{options.attach[0].rstrip('/')}/ping/" if options.attach else info.base_url
        base += f"{info.ping_key}/" if info.ping_key else ""
    return {slug: f"{base}{slug}" for slug in slugs}


def _show(plan: _Plan, *, write: bool) -> None:
    if not plan.checks and not plan.refused:
        talk("every job of this host reports to a check")
        return
    rows = [
        (
            found.slug,
            clean(f"{found.schedule} ({found.timezone})"),
            span_text(found.grace.total_seconds()),
            clean(found.place),
        )
        for _, found in plan.checks
    ]
    if rows:
        for line in table(("CHECK", "SCHEDULE", "GRACE", "FOUND IN"), rows):
            out(line)
    for slug, why in plan.refused.items():
        first, *rest = why.splitlines()
        talk(f"{slug}: what runs it is left as it is: {clean(first)}")
        for line in rest:
            talk(f"    {clean(line)}")
    if write:
        for file, data in plan.files:
            for line in diff(file.crontab, data):
                out(clean(line))
    elif plan.lines:
        out("\nThe lines that report (--write puts them in):")
        for _, found in plan.checks:
            if found.slug in plan.lines:
                out(f"  {clean(plan.lines[found.slug])}")


def _record(job: HostJob, found: FoundSchedule, plan: _Plan) -> Mapping[str, object]:
    return {
        "slug": found.slug,
        "fields": found.fields(),
        "source": clean(found.place),
        "command": clean(job.command),
        "line": clean(plan.lines.get(found.slug, "")) or None,
        "refused": plan.refused.get(found.slug),
    }


def _agreed(plan: _Plan, options: argparse.Namespace) -> bool:
    """Asks, unless --yes says so already. Without a person nothing is changed."""
    if options.yes:
        return True
    what = f"Add {count_text(len(plan.checks), 'check')}"
    if plan.files:
        what += f" and write {count_text(len(plan.files), 'crontab')}"
    return agreed(what)


def _apply(plan: _Plan, options: argparse.Namespace, places: Places) -> int:
    """CheckDefinitions first: a line that reports to a check that is not there yet would be refused."""
    for file, _ in plan.files:
        require_unchanged(file, places)
    added = _add([found for _, found in plan.checks], options)
    failed = len(added) < len(plan.checks)
    now = datetime.now(UTC)
    for file, data in plan.files:
        lines = {
            job.job.line.number
            for job, found in plan.checks
            if job.file is file and job.job and found.slug in added
        }
        if not lines:
            continue
        backup = keep_backup(file, state_dir(options), now)
        try:
            write_crontab(file, data if not failed else _only(file, data, lines), places)
        except PulseError as error:
            talk(f"pulsetui crontab: {clean(str(error))}")
            talk("its checks wait for reports: put the lines in by hand, or remove them with pulsetui remove")
            failed = True
        else:
            talk(f"{clean(str(file.path))} written; what it was: {backup}")
    return USAGE if failed else OK


def _only(file: LintFile, data: bytes, lines: set[int]) -> bytes:
    """The new text of these lines, and the old one of all others."""
    before, after = file.crontab.data.split(b"\n"), data.split(b"\n")
    return b"\n".join(
        new if at in lines else old for at, (old, new) in enumerate(zip(before, after, strict=True), 1)
    )


def _add(found: Sequence[FoundSchedule], options: argparse.Namespace) -> set[str]:
    """Adds the checks, through the engine where one runs; the slugs that were taken."""
    try:
        with engine(options) as client:
            added = _add_to(ChecksOfEngine(client, options.attach[0] if options.attach else ""), found)
    except EngineUnreachableError:
        if options.attach:
            raise
        added = _add_to(ChecksInFile(ConfigFile(config_path(options), VALIDATORS)), found)
    for each in found:
        if each.slug in added:
            talk(f"added {each.slug}")
    return added


def _add_to(checks: CheckDefinitions, found: Sequence[FoundSchedule]) -> set[str]:
    added: set[str] = set()
    for each in found:
        try:
            checks.add(each.slug, each.fields())
        except RefusedError as error:
            talk(f"{each.slug}: {clean(str(error))}")
        else:
            added.add(each.slug)
    return added
