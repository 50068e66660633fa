"""``[host]``: whether PulseTUI looks at the crontabs and timers of the host that it runs on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from pulsetui.config import values
from pulsetui.config.flaws import FieldFlaw, unknown_key
from pulsetui.config.values import Flaw, FlawedError

HOST: Final = ("watch", "cron_log")


class HostConfig(Struct, frozen=True, kw_only=True):
    """What to look at."""

    watch: bool = True  # once a minute
    cron_log: Path | None = None  # where cron's starts are logged; None: where they usually are


def read_host(table: Mapping[str, Any]) -> tuple[HostConfig, list[FieldFlaw]]:
    """The settings, and everything that is wrong with them."""
    flaws: list[FieldFlaw] = [(key, unknown_key(key, HOST)) for key in table if key not in HOST]
    found: dict[str, Any] = {}
    for key, parse in (("watch", values.flag), ("cron_log", _path)):
        if key in table:
            try:
                found[key] = parse(table[key])
            except FlawedError as error:
                flaws += [(key, flaw) for flaw in error.flaws]
    return (HostConfig() if flaws else HostConfig(**found)), flaws


def _path(value: object) -> Path:
    path = Path(values.text(value, longest=1000)).expanduser()
    if not path.is_absolute():
        raise FlawedError(Flaw("must be a whole path", value, 'Write it like "/var/log/cron.log".'))
    return path
