"""What screens and commands may know of deploys: which there were, and how each job stands on the release."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from pulsetui.core.deploy import Proof


class ReleaseJob(Struct, frozen=True, kw_only=True):
    """A check that the deploy brought new code for."""

    slug: str
    name: str
    proof: Proof
    at: datetime | None  # of a good or bad run its begin, of a missed one when it was overdue
    next_due: datetime | None  # when its next run is expected
    detail: str = ""  # what is wrong, in words; unsafe text


class DeployView(Struct, frozen=True, kw_only=True):
    """One deploy. ``released_at`` is None while it goes on."""

    key: str
    release: str
    begun_at: datetime
    released_at: datetime | None
    was_heard: bool  # that it ended; else it was not heard of any more
    exit_status: int | None  # of the command
    by: str
    targets: tuple[str, ...]  # in words: "tag shop", "sync-invoices", "everything"
    jobs: tuple[ReleaseJob, ...]  # in the order of the configuration

    @property
    def pending(self) -> tuple[ReleaseJob, ...]:
        """Those that still have to show that they work."""
        return tuple(job for job in self.jobs if job.proof in ("waiting", "running"))

    @property
    def wrong(self) -> tuple[ReleaseJob, ...]:
        """Those that have shown that they do not."""
        return tuple(job for job in self.jobs if job.proof in ("failed", "missed"))


class CheckRelease(Struct, frozen=True, kw_only=True):
    """The newest deploy of one check, and how it stands since."""

    release: str
    begun_at: datetime
    released_at: datetime | None
    job: ReleaseJob
