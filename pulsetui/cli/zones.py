"""In which zone commands say their times: in one, as the screen does."""

from __future__ import annotations

import argparse
from datetime import tzinfo
from typing import TYPE_CHECKING

from pulsetui.config.host_zone import host_zone
from pulsetui.core.schedule.zone import zone
from pulsetui.errors import ScheduleError, UsageError

if TYPE_CHECKING:
    from pulsetui.client.views import EngineInfo


def shown_zone(options: argparse.Namespace, info: EngineInfo) -> tzinfo:
    """``--tz`` where it is given, else the zone of checks.toml; that of this host where an engine elsewhere
    names one that is not known here. Raises UsageError."""
    if asked := getattr(options, "tz", None):
        try:
            return zone(asked)
        except ScheduleError as error:
            raise UsageError(f"--tz: {error}") from None
    try:
        return zone(info.timezone)
    except ScheduleError:
        return host_zone()
