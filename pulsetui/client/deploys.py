"""What screens and commands may know of deploys: which there were, and how each job stands on the release."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from msgspec import Struct

from pulsetui.core.deploy import Proof
from pulsetui.core.text.phrases import until_text

PROOF_WORDS: Mapping[Proof, str] = MappingProxyType(
    {
        "good": "good",
        "failed": "failed",
        "missed": "overdue",
        "running": "running",
        "waiting": "not yet run",
        "paused": "paused",
    }
)
"""How a job stands on a release, for people."""


class ReleaseJob(Struct, frozen=True, kw_only=True):
    """A check that the deploy brought new code for."""

    slug: str
    name: str
    proof: Proof
    at: datetime | None  # of a good or bad run its begin, of a missed one when it was overdue
    next_due: datetime | None  # when its next run is expected
    detail: str = ""  # what is wrong, in words; unsafe text


def job_when(job: ReleaseJob, now: datetime, say: Callable[[datetime], str]) -> str:
    """When it was good or bad, and why bad; of one that has not run when it is due. ``say`` puts an instant
    into words. Unsafe text."""
    if job.at is not None:
        return f"{say(job.at)}: {job.detail}" if job.detail else say(job.at)
    if job.proof == "waiting" and job.next_due is not None:
        return f"due {say(job.next_due)} ({until_text(job.next_due, now)})"
    return "-"


def deploy_title(deploy: DeployView, say: Callable[[datetime], str]) -> str:
    """``v42, deployed today 18:20, for tag shop``; whether it failed, or was not heard of any more. Unsafe
    text."""
    for_whom = f"for {', '.join(deploy.targets)}"
    if deploy.released_at is None:
        return f"{deploy.release}, deploying since {say(deploy.begun_at)} {for_whom}"
    at = say(deploy.released_at)
    if not deploy.was_heard:
        return f"{deploy.release}, not heard of since {at}, {for_whom}"
    failed = f", with exit code {deploy.exit_status}" if deploy.exit_status else ""
    return f"{deploy.release}, deployed {at}{failed}, {for_whom}"


def proofs_text(deploy: DeployView) -> str:
    """``1 of 3 good so far``."""
    expected = [job for job in deploy.jobs if job.proof != "paused"]
    good = sum(job.proof == "good" for job in expected)
    return f"{good} of {len(expected)} good so far"


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
