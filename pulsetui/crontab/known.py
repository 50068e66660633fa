"""The checks that lines are held against: as checks.toml says, or as a running engine knows them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from urllib.parse import urlsplit

from pulsetui.client.views import CheckView
from pulsetui.config.address import is_loopback
from pulsetui.config.model import Config, ListenerConfig
from pulsetui.core.alike import AlikeChecks
from pulsetui.core.state.check import Check
from pulsetui.crontab.findings import KnownCheck, KnownChecks

_OWN_NAMES = ("127.0.0.1", "localhost", "::1")


class _OfConfig(KnownChecks):
    def __init__(self, checks: AlikeChecks) -> None:
        self._checks = checks

    def named(self, name: str) -> KnownCheck | None:
        place = self._checks.places.get(name)
        if place is None:
            written = self._checks.written_uuids()
            place = next((place for place, uuid in written.items() if uuid == name), None)
        return None if place is None else of_check(self._checks.at(place))

    def made(self) -> Iterator[KnownCheck]:
        return map(of_check, self._checks.where(lambda check: bool(check.source)))

    def __iter__(self) -> Iterator[KnownCheck]:
        return map(of_check, self._checks.values())

    def __len__(self) -> int:
        return len(self._checks)

    def __contains__(self, check: object) -> bool:
        return isinstance(check, KnownCheck) and self.named(check.slug) == check


def of_config(config: Config) -> Collection[KnownCheck]:
    """As checks.toml says; nothing is known of their runs."""
    if isinstance(config.checks, AlikeChecks):
        return _OfConfig(config.checks)
    return tuple(map(of_check, config.checks.values()))


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
