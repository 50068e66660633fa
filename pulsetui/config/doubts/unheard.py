"""Checks of which nobody would hear: said where hooks are defined, and while they work or do not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pulsetui.config.model import Config
from pulsetui.core.alike import checks_where
from pulsetui.core.state.check import Check

NEEDS_SCREEN: Final = frozenset({"terminal"})
"""Types of hooks that reach nobody without a screen."""
NO_SCREEN: Final = "needs an open screen"

_NAMED = 3
"""Checks or hooks that a sentence names; it has one line."""


def unheard(config: Config, silent: Mapping[str, str]) -> str:
    """``nobody would be told of a failure: hook terminal needs an open screen``, while the hooks in
    ``silent`` (their names, and why) reach nobody. "" when somebody is told of each check.

    A check with ``hooks = []`` wants it so.
    """

    def is_lost(check: Check) -> bool:
        names = config.hooks if check.hooks is None else check.hooks
        return check.hooks != () and all(name in silent for name in names)

    lost = [check.slug for check in checks_where(config.checks, is_lost)]
    if not lost:
        return ""
    is_heard = any(
        True for _ in checks_where(config.checks, lambda one: one.hooks != () and not is_lost(one))
    )
    whom = f" of {_some(lost)}" if is_heard else ""
    return f"nobody would be told of a failure{whom}: {_why(config, silent)}"


def screenless(config: Config) -> dict[str, str]:
    """The hooks that reach nobody while no screen is open."""
    return {name: NO_SCREEN for name, hook in config.hooks.items() if hook.type in NEEDS_SCREEN}


def _why(config: Config, silent: Mapping[str, str]) -> str:
    if not config.hooks:
        return "checks.toml has no hook (see: pulsetui help hooks)"
    said = [f"hook {name} {silent[name]}" for name in config.hooks if name in silent]
    return _some(said)


def _some(items: list[str]) -> str:
    more = f" and {len(items) - _NAMED} more" if len(items) > _NAMED else ""
    return ", ".join(items[:_NAMED]) + more
