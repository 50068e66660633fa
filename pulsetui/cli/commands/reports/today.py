"""``pulsetui today``: one page for the morning, for a login message or a mail."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from msgspec.structs import asdict

from pulsetui.cli.connect import engine
from pulsetui.cli.exit_codes import OK
from pulsetui.cli.output import json_text, out, table
from pulsetui.cli.times import read_past
from pulsetui.cli.zones import shown_zone
from pulsetui.core.text.clean import clean
from pulsetui.errors import UsageError
from pulsetui.report.today import end_of_day, evening_before
from pulsetui.report.today_page import Page, PageClock, PageSection, page


def today(options: argparse.Namespace) -> int:
    """Always exits with 0 where the engine answers: the page is read, ``status`` is what scripts ask."""
    with engine(options) as client:
        now, info = client.now(), client.info()
        zone = shown_zone(options, info)
        local = now.astimezone(zone)
        since = evening_before(local)
        if options.since is not None:
            since = read_past("--since", options.since, zone, now)
            if since >= now:
                raise UsageError("--since is not in the past")
        made = client.today(since, end_of_day(local))
        shown = page(client.checks(), made, info.notices, PageClock(now, zone))
    if options.json:
        out(json_text({"made_at": now, "wrong": shown.wrong, **asdict(made)}))
        return OK
    for line in _lines(shown):
        out(line)
    out("")
    out(f"Times in {clean(str(zone))}")
    return OK


def _lines(shown: Page) -> Iterator[str]:
    for at, section in enumerate(shown.sections):
        if at:
            yield ""
        yield section.title.upper()
        if section.said:
            yield f"  {section.said}"
        yield from _rows(section)


def _rows(section: PageSection) -> Iterator[str]:
    cells = [(row.name, row.word, row.when, row.text) for row in section.rows]
    if cells:
        yield from (f"  {line}" for line in table(cells[0], cells[1:]))
