"""Notices on what is valid in checks.toml and still needs a person.

It is looked at when the engine starts, with each edit and, for what time brings about, each hour.
"""

from __future__ import annotations

import asyncio
import logging

from pulsetui.config.check_fields import odd_slugs
from pulsetui.config.doubts.bare_spans import doubtful_spans
from pulsetui.config.doubts.exposed import exposed_secrets
from pulsetui.config.doubts.schedules import ended_schedules
from pulsetui.config.doubts.trust import distrust
from pulsetui.config.model import Config, is_loopback
from pulsetui.monitor.clock import Clock
from pulsetui.monitor.notices import Notices

logger = logging.getLogger(__name__)

_LOOK_AGAIN_S = 3600.0


class ConfigNotices:
    """Of one engine, whose listener has the address ``host``. All methods are for the engine's loop."""

    def __init__(self, notices: Notices, clock: Clock, host: str) -> None:
        self._notices = notices
        self._clock = clock
        self._host = host
        self._look_again: asyncio.TimerHandle | None = None
        self._spans = ""  # what was last said of spans without a unit
        self._ended = ""  # what was last said of calendars that have ended
        self.no_commands = ""
        """Why the programs in checks.toml must not run; "" if they may."""

    def look(self, config: Config) -> None:
        """Puts the notices that ``config`` calls for, and takes away the others."""
        self._look_at_key(config)
        self._look_at_slugs(config)
        self._look_at_spans(config)
        self._look_at_schedules(config)
        self._look_at_owner(config)
        self._look_at_secrets(config)

    def stop(self) -> None:
        """Looks no more."""
        if self._look_again is not None:
            self._look_again.cancel()

    def _look_at_key(self, config: Config) -> None:
        """Without a ping key a listener that others reach refuses every slug: a person must hear of it."""
        if is_loopback(self._host) or config.listener.ping_key:
            self._notices.take_away("ping_key")
            return
        from secrets import token_hex

        self._notices.put(
            "ping_key",
            "warning",
            "Other hosts can reach this listener, so pings by slug need a ping key, but none is set: only"
            f' pings by uuid are accepted. Add to [listener]: ping_key = "{token_hex(11)}"',
        )

    def _look_at_slugs(self, config: Config) -> None:
        """An old file may have slugs that are no longer given."""
        self._put_or_take_away("slugs", odd_slugs(config.checks))

    def _look_at_spans(self, config: Config) -> None:
        """One without a unit may have been meant as minutes; who dismisses it meant seconds."""
        found = doubtful_spans(config.bare_spans)
        if found != self._spans:
            self._spans = found
            self._put_or_take_away("spans", found)

    def _look_at_owner(self, config: Config) -> None:
        """Others who may write the file choose which programs run here."""
        found = distrust(config)
        self.no_commands = found.text if found and found.refused else ""
        if found is None:
            self._notices.take_away("owner")
            return
        logger.warning("%s", found.text)
        self._notices.put("owner", "error" if found.refused else "warning", found.text)

    def _look_at_secrets(self, config: Config) -> None:
        """Who can read them can send in our name, or more."""
        found = exposed_secrets(config)
        for text in found:
            logger.warning("%s", text)
        self._put_or_take_away("secrets", "\n".join(found))

    def _look_at_schedules(self, config: Config) -> None:
        """A calendar that has ended is silent for ever."""
        self.stop()
        self._look_again = asyncio.get_running_loop().call_later(
            _LOOK_AGAIN_S, self._look_at_schedules, config
        )
        ended = ended_schedules(config.checks, self._clock.now())
        if ended == self._ended:
            return  # else it would come back an hour after it was dismissed
        self._ended = ended
        if ended:
            logger.warning("%s", ended)
        self._put_or_take_away("schedules", ended)

    def _put_or_take_away(self, key: str, warning: str) -> None:
        if warning:
            self._notices.put(key, "warning", warning)
        else:
            self._notices.take_away(key)
