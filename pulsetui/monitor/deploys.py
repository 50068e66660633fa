"""Deploys as screens and commands see them, and as evidence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pulsetui.client.deploys import CheckRelease, DeployView, ReleaseJob
from pulsetui.core.deploy import Deploy, proof_of
from pulsetui.core.state.snooze import Scope
from pulsetui.core.state.status import Status
from pulsetui.monitor.writing.checks import Checks, TrackedCheck


def deploy_views(checks: Checks, now: datetime, limit: int) -> tuple[DeployView, ...]:
    """The newest, newest first."""
    newest = checks.deploys[-limit:] if limit > 0 else ()
    return tuple(_view(deploy, checks, now) for deploy in reversed(newest))


def release_of(tracked: TrackedCheck, deploys: Sequence[Deploy], now: datetime) -> CheckRelease | None:
    """The newest deploy that brought new code for the check; None where there is none."""
    deploy = next((one for one in reversed(deploys) if one.covers(tracked.check)), None)
    if deploy is None:
        return None
    return CheckRelease(
        release=deploy.release,
        begun_at=deploy.begun_at,
        released_at=deploy.released_at(now),
        job=_job(deploy, tracked, now),
    )


def deploys_between(
    deploys: Sequence[Deploy], tracked: TrackedCheck, since: datetime, until: datetime, now: datetime
) -> tuple[tuple[datetime, datetime | None, str], ...]:
    """Begin, end and release of those that brought new code for the check."""
    return tuple(
        (one.begun_at, one.released_at(now), one.release)
        for one in deploys
        if one.begun_at <= until and (one.released_at(now) or now) >= since and one.covers(tracked.check)
    )


def _view(deploy: Deploy, checks: Checks, now: datetime) -> DeployView:
    return DeployView(
        key=deploy.key,
        release=deploy.release,
        begun_at=deploy.begun_at,
        released_at=deploy.released_at(now),
        was_heard=deploy.ended_at is not None,
        exit_status=deploy.exit_status,
        by=deploy.by,
        targets=tuple(_words(scope, target) for scope, target in deploy.targets),
        jobs=tuple(_job(deploy, one, now) for one in checks if deploy.covers(one.check)),
    )


def _job(deploy: Deploy, tracked: TrackedCheck, now: datetime) -> ReleaseJob:
    check, state = tracked.check, tracked.state
    proof, at = proof_of(deploy, state, now)
    due = None if state.status is Status.PAUSED else check.schedule.next(now)
    if state.due is not None and state.due > now and state.status is not Status.PAUSED:
        due = state.due
    return ReleaseJob(
        slug=check.slug,
        name=check.name,
        proof=proof,
        at=at,
        next_due=due,
        detail=state.detail if proof in ("failed", "missed") else "",
    )


def _words(scope: Scope, target: str) -> str:
    if scope == "everything":
        return "everything"
    return target if scope == "check" else f"tag {target}"
