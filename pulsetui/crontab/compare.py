"""Where a host's jobs and the checks do not agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Literal

from msgspec import Struct

from pulsetui.crontab.findings import World
from pulsetui.crontab.found import HostJob
from pulsetui.crontab.times import differs

DifferenceKind = Literal["unmonitored", "unknown", "schedule", "stopped", "gone", "silent"]


class Difference(Struct, frozen=True, kw_only=True):
    """One of them. ``text`` is a sentence for a person and may quote a file: unsafe until cleaned."""

    kind: DifferenceKind
    source: str  # of the job: "/etc/cron.d/backup:3"; "" for a check that no job reports to
    slug: str = ""  # of the check, where there is one
    text: str

    @property
    def is_wrong(self) -> bool:
        """Whether it needs a person. A check that no job here reports to may be that of another host."""
        return self.kind != "silent"


_NOTHING: Mapping[str, str] = MappingProxyType({})


def differences(
    jobs: Sequence[HostJob], world: World, gone: Mapping[str, str] = _NOTHING
) -> tuple[Difference, ...]:
    """All of them, those of jobs first, in the order of the files. ``gone``: by slug, what is known of a job
    that was here before."""
    told = {check.slug for each in jobs if (check := world.check(each.reports_to))}
    silent = (
        Difference(kind="gone", source="", slug=check.slug, text=gone[check.slug])
        if check.slug in gone
        else Difference(kind="silent", source="", slug=check.slug, text="no job of this host reports to it")
        for check in world.checks
        if check.slug not in told
    )
    return (*differences_of_jobs(jobs, world), *silent)


def differences_of_jobs(jobs: Sequence[HostJob], world: World) -> tuple[Difference, ...]:
    """In the order of the files."""
    return tuple(one for each in jobs for one in _of_job(each, world))


def _of_job(each: HostJob, world: World) -> Iterator[Difference]:
    check = world.check(each.reports_to) if each.reports_to else None
    slug = check.slug if check else ""
    if each.state in ("disabled", "masked"):
        if check:
            text = f"{each.source} is {each.state}: it starts nothing, and the check {slug} waits for it"
            yield Difference(kind="stopped", source=each.source, slug=slug, text=text)
        return
    if not each.is_monitored:
        if each.schedule is not None:
            text = f"{each.name or 'the job'} ({each.times}) reports to no check"
            yield Difference(kind="unmonitored", source=each.source, text=text)
        return
    if check is None:
        if each.reports_to:
            text = f'reports to "{each.reports_to}", and there is no such check'
            yield Difference(kind="unknown", source=each.source, text=text)
        return
    if each.schedule is not None and differs(each.schedule, check, world.now):
        text = (
            f"runs at {each.times} ({each.schedule.timezone}), and the check {slug} expects {check.schedule}"
            f" ({check.tz})"
        )
        yield Difference(kind="schedule", source=each.source, slug=slug, text=text)
