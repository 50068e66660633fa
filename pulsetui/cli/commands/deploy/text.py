"""A deploy in lines: what was deployed when, and how each job stands since."""

from __future__ import annotations

from datetime import datetime, tzinfo

from pulsetui.cli.output import table
from pulsetui.client.deploys import PROOF_WORDS, DeployView, ReleaseJob, deploy_title, job_when
from pulsetui.core.text.clean import clean
from pulsetui.core.text.phrases import instant_text

_MAX_TITLE = 300  # characters
_MAX_WHEN = 160


def deploy_lines(deploy: DeployView, now: datetime, zone: tzinfo) -> list[str]:
    """A title and a table, which names the zone; a title alone where it brought new code for no check that
    there still is."""
    rows = [(clean(job.slug), PROOF_WORDS[job.proof], when(job, now, zone)) for job in deploy.jobs]
    title = clean(deploy_title(deploy, lambda at: instant_text(at, zone, now)), _MAX_TITLE)
    return [title, *(table(("JOB", "STATE", f"WHEN ({clean(str(zone))})"), rows) if rows else [])]


def when(job: ReleaseJob, now: datetime, zone: tzinfo) -> str:
    """``job_when`` on the wall clock of ``zone``, cleaned."""
    return clean(job_when(job, now, lambda at: instant_text(at, zone, now)), _MAX_WHEN)
