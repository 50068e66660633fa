"""Deploys begin, go on and end. While one goes on, its snoozes keep alerts back; they end by themselves when
it is not heard of any more, and what is still down then is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from pulsetui.client.commands import BeginDeploy, EndDeploy, OfDeploy, RenewDeploy
from pulsetui.client.views import CommandResult
from pulsetui.core.deploy import LEASE, MAX_DEPLOY, Deploy
from pulsetui.core.state.snooze import Scope, Snooze
from pulsetui.core.text.clean import clean
from pulsetui.monitor.writing.checks import Checks
from pulsetui.monitor.writing.commands.operate import MAX_BY
from pulsetui.monitor.writing.commands.snoozes import SetSnoozes
from pulsetui.monitor.writing.transaction import Transaction

MAX_RELEASE = 60
"""Characters of a release's label."""


class TakeDeploy(Struct, frozen=True):
    """What ``pulsetui deploy`` tells. Its result has one line for each target that there is not, and one for
    the deploy."""

    command: OfDeploy

    def apply(self, transaction: Transaction, now: datetime) -> list[CommandResult]:
        command = self.command
        if isinstance(command, BeginDeploy):
            return _begin(transaction, command, now)
        known = next((one for one in transaction.deploys if one.key == command.key), None)
        if known is None:
            return [_result("this engine knows nothing of the deploy", ok=False)]
        if isinstance(command, RenewDeploy):
            return [_renew(transaction, known, now)]
        return [_end(transaction, known, command, now)]


def _begin(transaction: Transaction, command: BeginDeploy, now: datetime) -> list[CommandResult]:
    if any(one.key == command.key for one in transaction.deploys):
        return [_result("it has begun already")]  # the answer was lost, and it is asked again
    targets = list(_targets(command))
    found = [one for one in targets if _is_known(transaction.checks, *one)]
    refused = [
        CommandResult(slug=target, ok=False, message=_unknown(scope, target))
        for scope, target in targets
        if (scope, target) not in found
    ]
    if not found:
        return refused or [_result("there is no check that it is about", ok=False)]
    deploy = Deploy(
        key=command.key,
        release=clean(command.release, MAX_RELEASE),
        begun_at=now,
        heard_until=now + LEASE,
        targets=tuple(found),
        by=command.by[:MAX_BY],
    )
    transaction.set_deploy(deploy)
    _keep_back(transaction, deploy, now)
    return [*refused, _result(f"the deploy of {deploy.release} has begun")]


def _renew(transaction: Transaction, deploy: Deploy, now: datetime) -> CommandResult:
    if deploy.ended_at is not None:
        return _result("it is over already", ok=False)
    if now - deploy.begun_at >= MAX_DEPLOY:
        return _result("it has gone on for so long that alerts are kept back no more", ok=False)
    renewed = replace(deploy, heard_until=now + LEASE)
    transaction.set_deploy(renewed)
    running = {one.identity for one in transaction.snoozes if one.until > now}
    # One that somebody has ended stays so; where nothing was heard for too long, all of them ran out.
    lapsed = deploy.heard_until <= now
    _keep_back(transaction, renewed, now, None if lapsed else running)
    return _result("alerts are kept back")


def _end(transaction: Transaction, deploy: Deploy, command: EndDeploy, now: datetime) -> CommandResult:
    if deploy.ended_at is not None:
        return _result("it is over already")
    release = clean(command.release, MAX_RELEASE) or deploy.release
    over = replace(deploy, release=release, ended_at=now, heard_until=now, exit_status=command.exit_status)
    transaction.set_deploy(over)
    snoozes = [one.identity for one in transaction.snoozes if one.source == deploy.key]
    SetSnoozes(end=snoozes).apply(transaction, now)
    return _result(f"the deploy of {release} is over")


def _keep_back(
    transaction: Transaction, deploy: Deploy, now: datetime, only: set[tuple[Scope, str, str]] | None = None
) -> None:
    snoozes = [
        Snooze(
            scope=scope,
            target=target,
            until=deploy.heard_until,
            by=deploy.by,
            note=f"deploy {deploy.release}",
            source=deploy.key,
        )
        for scope, target in deploy.targets
    ]
    SetSnoozes(add=[one for one in snoozes if only is None or one.identity in only]).apply(transaction, now)


def _targets(command: BeginDeploy) -> Iterator[tuple[Scope, str]]:
    if command.everything:
        yield "everything", ""
    yield from (("check", slug) for slug in dict.fromkeys(command.slugs))
    yield from (("tag", tag) for tag in dict.fromkeys(command.tags))


def _is_known(checks: Checks, scope: Scope, target: str) -> bool:
    if scope == "check":
        return checks.find(target) is not None
    return scope == "everything" or checks.any_has(target)


def _unknown(scope: Scope, target: str) -> str:
    return f"there is no check {target}" if scope == "check" else f"no check has the tag {target}"


def _result(message: str, *, ok: bool = True) -> CommandResult:
    return CommandResult(slug="", ok=ok, message=message)
