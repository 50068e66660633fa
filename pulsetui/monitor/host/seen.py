"""What was seen of the host's jobs before: only so can something be said to be gone, or new."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from pulsetui.config.file.disk import replace as replace_file
from pulsetui.crontab.found import HostJob
from pulsetui.crontab.jobs import management_command
from pulsetui.errors import ConfigError
from pulsetui.monitor.host.look import HostSnapshot

logger = logging.getLogger(__name__)

FILE = "host.json"
_MAX_BYTES = 4_000_000
_MAX_KEYS = 10_000


class SeenJob(Struct, frozen=True):
    """A job that reports, or reported, to a check."""

    source: str
    times: str
    absent: int = 0  # looks in a row that did not find it
    gone_at: datetime | None = None
    managed: str = ""  # the command of a Django project that it runs


class Seen(Struct, frozen=True):
    """By the slug of the check, and the keys of all jobs that were there at some time."""

    jobs: Mapping[str, SeenJob] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    is_first: bool = True  # nothing was ever looked at: nothing can be new

    def gone(self, slug: str) -> SeenJob | None:
        """The job of that check, if it is not there any more."""
        found = self.jobs.get(slug)
        return found if found is not None and found.gone_at is not None else None


_LOOKS_UNTIL_GONE = 2
"""An editor may be in the midst of writing the file."""


def after(seen: Seen, snapshot: HostSnapshot, slugs: Collection[str]) -> Seen:
    """What is known after that look. ``slugs`` are the checks that there are."""
    there = {job.reports_to: job for job in snapshot.jobs if job.reports_to in slugs}
    jobs = {slug: SeenJob(job.source, job.times, managed=_managed(job)) for slug, job in there.items()}
    for slug, before in seen.jobs.items():
        if slug in there or slug not in slugs:
            continue
        if not _was_looked_at(before, snapshot) or _may_be_there(before, snapshot):
            jobs[slug] = before
            continue
        absent = min(before.absent + 1, _LOOKS_UNTIL_GONE)
        gone_at = before.gone_at or (snapshot.at if absent >= _LOOKS_UNTIL_GONE else None)
        jobs[slug] = replace(before, absent=absent, gone_at=gone_at)
    keys = dict.fromkeys((*seen.keys, *(job.key for job in snapshot.jobs)))
    return Seen(jobs, tuple(keys)[-_MAX_KEYS:], is_first=False)


def _was_looked_at(before: SeenJob, snapshot: HostSnapshot) -> bool:
    """Whether the job would have been seen if it were there: its file could be read, timers were listed."""
    if before.source.endswith(".timer"):
        return bool(snapshot.timers)
    path = before.source.rpartition(":")[0]
    return not any(path in problem for problem in snapshot.unreadable)


def _may_be_there(before: SeenJob, snapshot: HostSnapshot) -> bool:
    """Whether a line in its file calls the same command of a Django project, who knows for which check:
    with other arguments it may still be for this one, as the project's settings say."""
    path = before.source.rpartition(":")[0]
    return bool(before.managed) and any(
        not job.reports_to and job.source.rpartition(":")[0] == path and _managed(job) == before.managed
        for job in snapshot.jobs
    )


def _managed(job: HostJob) -> str:
    return "" if job.job is None else management_command(job.job)


def load(state_dir: Path) -> Seen:
    """What the last engine saw; nothing where that cannot be read."""
    try:
        data = (state_dir / FILE).read_bytes()
        return msgspec.json.decode(data, type=Seen) if len(data) <= _MAX_BYTES else Seen()
    except (OSError, msgspec.DecodeError):
        return Seen()


def keep(state_dir: Path, seen: Seen) -> None:
    """For the next engine. What cannot be written is only logged: it costs a word, no alarm."""
    try:
        replace_file(state_dir / FILE, msgspec.json.encode(seen))
    except ConfigError as error:
        logger.warning("what was seen of the host cannot be kept: %s", error)
