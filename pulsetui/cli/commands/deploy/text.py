"""A deploy in lines: what was deployed when, and how each job stands since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from types import MappingProxyType

from pulsetui.cli.output import table
from pulsetui.client.deploys import DeployView, ReleaseJob
from pulsetui.core.deploy import Proof
from pulsetui.core.text.clean import clean
from pulsetui.core.text.phrases import instant_text, until_text

_HEAD = ("JOB", "STATE", "WHEN")
WORDS: Mapping[Proof, str] = MappingProxyType(
    {
        "good": "good",
        "failed": "failed",
        "missed": "overdue",
        "running": "running",
        "waiting": "not yet run",
        "paused": "paused",
    }
)
_DETAIL = 100  # characters


def deploy_lines(deploy: DeployView, now: datetime, zone: tzinfo) -> list[str]:
    """A title and a table, or a title alone where it brought new code for no check that there still is."""
    rows = [(clean(job.slug), WORDS[job.proof], job_when(job, now, zone)) for job in deploy.jobs]
    return [deploy_title(deploy, now, zone), *(table(_HEAD, rows) if rows else [])]


def deploy_title(deploy: DeployView, now: datetime, zone: tzinfo) -> str:
    """``v42, deployed today 18:20, for tag shop``; whether it failed, or was not heard of any more."""
    what, for_whom = clean(deploy.release), clean(", ".join(deploy.targets), 200)
    if deploy.released_at is None:
        return f"{what}, deploying since {instant_text(deploy.begun_at, zone, now)} for {for_whom}"
    at = instant_text(deploy.released_at, zone, now)
    if not deploy.was_heard:
        return f"{what}, not heard of since {at}, for {for_whom}"
    failed = f", with exit code {deploy.exit_status}" if deploy.exit_status else ""
    return f"{what}, deployed {at}{failed}, for {for_whom}"


def job_when(job: ReleaseJob, now: datetime, zone: tzinfo) -> str:
    """When it was good or bad, and why bad; of one that has not run when it is due."""
    if job.at is not None:
        detail = f": {clean(job.detail, _DETAIL)}" if job.detail else ""
        return f"{instant_text(job.at, zone, now)}{detail}"
    if job.proof == "waiting" and job.next_due is not None:
        return f"due {instant_text(job.next_due, zone, now)} ({until_text(job.next_due, now)})"
    return "-"


def summary(jobs: Sequence[ReleaseJob]) -> str:
    """``1 of 3 good so far``."""
    expected = [job for job in jobs if job.proof != "paused"]
    good = sum(job.proof == "good" for job in expected)
    return f"{good} of {len(expected)} good so far"
