"""Whom alerts go to, under which rules, and what keeps them back."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct, field

from pulsetui.core.state.alert_plan import Rules
from pulsetui.core.state.alert_rules import NO_RULES, AlertRules
from pulsetui.core.state.check import Check
from pulsetui.core.state.maintenance import MaintenanceWindow

_NONE: Mapping[str, AlertRules] = MappingProxyType({})


class Alerting(Struct, frozen=True, kw_only=True):
    """What the configuration says of alerts, but for what each check says itself."""

    hooks: Mapping[str, AlertRules] = field(default_factory=lambda: _NONE)  # by name, all there are
    tags: Mapping[str, AlertRules] = field(default_factory=lambda: _NONE)
    windows: tuple[MaintenanceWindow, ...] = ()
    acknowledging: frozenset[str] = frozenset()  # hooks that pass an acknowledgement on
    timezone: str = "UTC"  # of the times that are told of no check, or of many

    def rules_of(self, check: Check) -> Rules:
        """The rules of each hook that is told of the check: the check's own words count before those of its
        tags, of which an earlier one counts before a later one, and those before the hook's."""
        special = NO_RULES
        for tag in check.tags:
            special = special.over(self.tags.get(tag, NO_RULES))
        own = check.alerts.get("", NO_RULES).over(special) if check.alerts else special
        return {
            name: check.alerts.get(name, NO_RULES).over(own).over(rules)
            for name, rules in self.hooks.items()
            if check.hooks is None or name in check.hooks
        }
