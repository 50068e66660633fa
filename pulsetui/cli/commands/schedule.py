"""``pulsetui schedule EXPR``: what an expression means, and when it fires next."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pulsetui.cli.common_options import config_path
from pulsetui.cli.exit_codes import OK
from pulsetui.cli.output import json_text, out, talk
from pulsetui.cli.times import read_time
from pulsetui.config.file.load import parse_toml, read_text
from pulsetui.core.schedule.parse import guess_schedule
from pulsetui.core.schedule.schedule import Schedule
from pulsetui.core.schedule.zone import zone
from pulsetui.core.text.clean import clean
from pulsetui.core.text.phrases import until_text
from pulsetui.errors import ConfigError, ScheduleError, UsageError

_MAX_COUNT = 10_000


def schedule(options: argparse.Namespace) -> int:
    """Exit code 2 if the expression is not valid."""
    if not 0 <= options.count <= _MAX_COUNT:
        raise UsageError(f"--count {options.count}: must be a number from 0 to {_MAX_COUNT}")
    name = options.timezone or configured_zone(config_path(options)) or "UTC"
    where = zone(name)
    now = datetime.now(UTC).replace(microsecond=0)
    after = now if options.after is None else read_time("--after", options.after, where)
    try:
        found = guess_schedule(options.expression, name)
    except ScheduleError as error:
        said = f"{error}. {error.hint}".removesuffix(".") if error.hint else str(error)
        raise ScheduleError(said) from error
    instants = _upcoming(found, after, options.count)
    if options.json:
        out(json_text(_record(found, instants, after)))
        return OK
    out(clean(found.describe()))
    where = zone(found.timezone)  # an OnCalendar expression may name its own
    width = max((len(_wall(instant, where)) for instant in instants), default=0)
    for instant in instants:
        out(f"  {_wall(instant, where):<{width}}  {until_text(instant, after)}")
    if options.count and not instants:
        out("  never again")
    for warning in found.warnings(after):
        talk(f"warning: {clean(warning)}")
    return OK


def configured_zone(path: Path) -> str | None:
    """The default zone of checks.toml, if the file is there and says one."""
    try:
        found = parse_toml(read_text(path), path).get("timezone")
    except ConfigError:
        return None
    return found if isinstance(found, str) else None


def _upcoming(found: Schedule, after: datetime, count: int) -> list[datetime]:
    instants: list[datetime] = []
    last = after
    while len(instants) < count:
        following = found.next(last)
        if following is None:
            break
        instants.append(following)
        last = following
    return instants


def _record(found: Schedule, instants: list[datetime], after: datetime) -> dict[str, object]:
    where = zone(found.timezone)
    return {
        "kind": found.kind,
        "expression": found.expression,
        "timezone": found.timezone,
        "words": found.describe(),
        "next": [instant.astimezone(where).isoformat() for instant in instants],
        "next_utc": [instant.astimezone(UTC).isoformat() for instant in instants],
        "warnings": list(found.warnings(after)),
    }


def _wall(instant: datetime, where: ZoneInfo) -> str:
    local = instant.astimezone(where)
    seconds = ":%S" if local.second or local.microsecond else ""
    if local.microsecond:
        seconds += f".{local:%f}".rstrip("0")
    return local.strftime(f"%a %Y-%m-%d %H:%M{seconds} %Z")
