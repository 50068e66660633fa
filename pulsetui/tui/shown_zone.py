"""In which zone all screens say their times: one for all of them, and the person switches it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import tzinfo
from functools import cache
from types import MappingProxyType

from pulsetui.config.host_zone import host_zone
from pulsetui.core.schedule.zone import zone as zone_named
from pulsetui.errors import ScheduleError

CONFIGURED, HOST, IN_UTC = "checks.toml", "host", "utc"
WHOSE: Mapping[str, str] = MappingProxyType(
    {CONFIGURED: "the zone of checks.toml", HOST: "the zone of this host", IN_UTC: "UTC"}
)
"""What can be chosen, in the order of the switch, and what each is."""


_UTC_TOO = frozenset({"UTC", "Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu", "UCT", "Universal", "Zulu"})
"""Names of one zone: hosts have one of them, people write another."""


def _is_utc(zone: tzinfo) -> bool:
    return str(zone) in _UTC_TOO


class ShownZone:
    """The zone that is shown: that of checks.toml until the person switches.

    In it the schedules are written; ``own`` is the zone of the host on which the screen runs, found when it
    is wanted.
    """

    def __init__(self, chosen: str, configured: str, own: Callable[[], tzinfo] = host_zone) -> None:
        self.chosen = chosen
        self._own = cache(own)
        self._configured = configured
        self.zone = self._zone_of(chosen)

    def configure(self, name: str) -> bool:
        """checks.toml names this zone now; True when other times are to be shown."""
        self._configured = name
        return self._choose(self.chosen)

    def switch(self) -> bool:
        """Goes to the next choice that shows another zone; False where all are the same."""
        order = list(WHOSE)
        at = order.index(self.chosen)
        for choice in (*order[at + 1 :], *order[:at]):
            if str(self._zone_of(choice)) not in {str(self.zone), *(_UTC_TOO if _is_utc(self.zone) else ())}:
                return self._choose(choice)
        return False

    def _choose(self, choice: str) -> bool:
        before, self.zone, self.chosen = self.zone, self._zone_of(choice), choice
        return str(before) != str(self.zone)

    def _zone_of(self, choice: str) -> tzinfo:
        if choice == IN_UTC:
            return zone_named("UTC")
        if choice == CONFIGURED:
            try:
                return zone_named(self._configured)
            except ScheduleError:  # an engine elsewhere may know zones that this host does not
                pass
        return self._own()
