"""The configuration as the rest of the product reads it: valid as a whole, and never changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol, runtime_checkable

from msgspec import Struct, field

from pulsetui.config.address import DEFAULT_HOST, DEFAULT_PORT, format_address, is_loopback, parse_address
from pulsetui.config.bare_span import BareSpan
from pulsetui.config.kept_secret import SecretPlace
from pulsetui.config.tables.actions import ActionConfig
from pulsetui.config.tables.drill import DrillConfig
from pulsetui.config.tables.host import HostConfig
from pulsetui.config.tables.prove import ProveConfig
from pulsetui.config.tables.watchdog import WatchdogConfig
from pulsetui.core.alike import AlikeChecks
from pulsetui.core.state.alerting import Alerting
from pulsetui.core.state.check import Check

__all__ = [
    "DEFAULT_TIMEZONE",
    "Config",
    "HookConfig",
    "HookValidator",
    "KnowsAcknowledging",
    "ListenerConfig",
    "ReadBefore",
    "format_address",
    "is_loopback",
    "parse_address",
]

DEFAULT_TIMEZONE = "UTC"

HookValidator = Callable[[Mapping[str, object]], Sequence[tuple[str, str]]]
"""Takes the options of a hook, without its ``type``; returns (key, message) for each thing that is wrong.

One that is a ``kept_secret.NamesSecrets``, too, has secrets read from where they are kept; one that is a
``KnowsAcknowledging`` says who is told of acknowledgements."""


@runtime_checkable
class KnowsAcknowledging(Protocol):
    """A validator of a hook's options that knows what such a hook does beside telling."""

    def acknowledges(self, options: Mapping[str, object]) -> bool:
        """Whether it passes an acknowledgement on."""


class ListenerConfig(Struct, frozen=True, kw_only=True):
    """``[listener]``. A key that is not configured is None."""

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT  # 0: any free port
    ping_key: str | None = None
    api_key: str | None = None
    api_key_readonly: str | None = None
    hosts: tuple[str, ...] = ()  # names it is called by, beside this host's own (a proxy's)
    public_url: str = (
        ""  # at which people reach the listener from outside, for links in alerts; without a / at its end
    )
    create_limit: int = 1000  # create=1 makes no check once there are so many; 0: it never does


class HookConfig(Struct, frozen=True, kw_only=True):
    """``[hooks.NAME]``: a way to tell somebody. ``options`` may hold secrets: never log them."""

    name: str
    type: str
    options: Mapping[str, object]  # all keys but ``type``, as accepted by that type's validator


class Config(Struct, frozen=True, kw_only=True):
    """A whole checks.toml without a single problem."""

    path: Path
    timezone: str = DEFAULT_TIMEZONE  # of checks that name none
    listener: ListenerConfig = field(default_factory=ListenerConfig)
    hooks: Mapping[str, HookConfig] = field(default_factory=lambda: MappingProxyType({}))
    checks: Mapping[str, Check] = field(
        default_factory=lambda: MappingProxyType({})
    )  # by slug, in file order
    fields: Mapping[str, Mapping[str, object]] = field(default_factory=lambda: MappingProxyType({}))
    # ^ slug → the check's table as written, in plain Python values
    bare_spans: tuple[BareSpan, ...] = ()  # in file order
    keys: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    # ^ ``[keys]``: name of a key binding of the screen → the key or keys for it
    actions: Mapping[str, ActionConfig] = field(default_factory=lambda: MappingProxyType({}))
    # ^ by name, in file order; for the screen of whoever reads this file
    alerting: Alerting = field(default_factory=Alerting)
    secrets: frozenset[str] = (
        frozenset()
    )  # texts that must not be shown: ``config.secret.without`` takes them
    drill: DrillConfig | None = None  # that comes by itself
    host: HostConfig = HostConfig()
    prove: ProveConfig = ProveConfig()
    watchdogs: tuple[WatchdogConfig, ...] = ()  # in file order
    secret_places: tuple[SecretPlace, ...] = ()  # where they are kept, if in a file
    files: tuple[Path, ...] = ()  # that it was read from beside ``path``: secrets, holidays


class ReadBefore(Struct, frozen=True):
    """What a text was found to mean when it was read before (see ``file.known``)."""

    document: Mapping[str, Any]  # its tables; those of checks are empty but for special ones
    checks: AlikeChecks  # the special ones are to be read
    fields: Mapping[str, Mapping[str, object]]  # of the others, as written; none has a bare span
