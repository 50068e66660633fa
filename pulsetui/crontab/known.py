"""The checks that lines are held against: as checks.toml says, or as a running engine knows them."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from pulsetui.client.views import CheckView
from pulsetui.config.address import is_loopback
from pulsetui.config.model import Config, ListenerConfig
from pulsetui.core.state.check import Check
from pulsetui.crontab.findings import KnownCheck

_OWN_NAMES = ("127.0.0.1", "localhost", "::1")


def of_config(config: Config) -> tuple[KnownCheck, ...]:
    """As checks.toml says; nothing is known of their runs."""
    return tuple(of_check(check) for check in config.checks.values())


def of_check(check: Check) -> KnownCheck:
    """One check as it is defined."""
    return KnownCheck(
        slug=check.slug,
        uuid=check.uuid or "",
        kind=check.schedule.kind,
        schedule=check.schedule.expression,
        tz=check.schedule.timezone,
        grace=check.grace.total_seconds(),
        max_runtime=check.max_runtime.total_seconds() if check.max_runtime else None,
        source=check.source_id,
    )


def of_views(views: Iterable[CheckView]) -> tuple[KnownCheck, ...]:
    """As a running engine says."""
    return tuple(
        KnownCheck(
            slug=view.slug,
            uuid=view.uuid,
            kind=view.schedule_kind,
            schedule=view.schedule,
            tz=view.tz,
            grace=view.grace,
            max_runtime=view.max_runtime,
            usual_duration=view.usual_duration,
            source=view.source,
        )
        for view in views
    )


def addresses(listener: ListenerConfig, url: str = "") -> frozenset[str]:
    """``host:port`` of the listener by all its names; ``url`` is where a running one is found."""
    hosts = {listener.host, *listener.hosts}
    if is_loopback(listener.host) or listener.host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not opened
        hosts.update(_OWN_NAMES)
    found = {f"{host}:{listener.port}" for host in hosts}
    for each in (url, listener.public_url):
        parts = urlsplit(each)
        if parts.hostname:
            port = parts.port or (443 if parts.scheme == "https" else 80)
            names = _OWN_NAMES if is_loopback(parts.hostname) else (parts.hostname,)
            found.update(f"{name}:{port}" for name in names)
    return frozenset(found)
