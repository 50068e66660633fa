"""``pulsetui report``: the audit trail of a check or of one incident; how reliable many checks were."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime, tzinfo

from pulsetui.cli.connect import engine, require_check, unknown_tag
from pulsetui.cli.exit_codes import OK
from pulsetui.cli.output import with_progress
from pulsetui.cli.times import read_past, read_time
from pulsetui.cli.zones import shown_zone
from pulsetui.client.client import EngineClient
from pulsetui.client.trust import in_parts
from pulsetui.client.views import CheckDetails
from pulsetui.core.slug import check_slug
from pulsetui.core.text.clean import clean
from pulsetui.core.text.json_escape import escape_json
from pulsetui.errors import EngineUnreachableError, PulseError, UsageError
from pulsetui.report.report import Report, Unwatched, check_report, incident_report
from pulsetui.report.text import FORMATS
from pulsetui.report.trust import trust
from pulsetui.report.trust_text import TRUST_FORMATS


def report(options: argparse.Namespace) -> int:
    """Exit code 1 when there is no such check or incident."""
    if options.all or options.tag is not None:
        return _report_trust(options)
    if options.what is None:
        raise UsageError("say of what: SLUG, SLUG#N, --tag TAG or --all")
    if options.since is not None:
        raise UsageError("--since goes with --all or --tag; the report of a check takes --after")
    slug, number = _named(options.what)
    if number is not None and (options.after or options.before):
        raise UsageError("--after and --before limit the report of a check; an incident has its own limits")
    with engine(options) as client:
        require_check(slug, client)
        made = _made(client, slug, number, options)
    _write(FORMATS[options.format](made), options)
    return OK


def _report_trust(options: argparse.Namespace) -> int:
    """How reliable many checks were."""
    if options.what is not None or (options.all and options.tag is not None):
        raise UsageError("a report is of one SLUG, of --tag TAG or of --all, not of two of them")
    if options.after or options.before:
        raise UsageError(
            "--after and --before limit the report of a check; write --since with --all or --tag"
        )
    with engine(options) as client:
        now = client.now()
        since = read_past("--since", options.since or "7d", shown_zone(options, client.info()), now)
        if since >= now:
            raise UsageError("--since is not in the past")
        views = client.checks().values()
        slugs = [view.slug for view in views if options.tag is None or options.tag in view.tags]
        if options.tag is not None and not slugs:
            raise UsageError(unknown_tag(options.tag, (tag for view in views for tag in view.tags)))
        parts = list(in_parts(slugs))
        rows = [
            row
            for part in with_progress("looking at what happened: part", parts)
            for row in client.trust(part, since)
        ]
    _write(TRUST_FORMATS[options.format](trust(rows, since, now)), options)
    return OK


def _write(text: str, options: argparse.Namespace) -> None:
    encoding = sys.stdout.encoding or "ascii"
    if options.format == "json":
        text = escape_json(text, encoding)
    sys.stdout.write(text.encode(encoding, "replace").decode(encoding))


def _made(client: EngineClient, slug: str, number: int | None, options: argparse.Namespace) -> Report:
    details, now = client.details(slug), client.now()
    where, unwatched = shown_zone(options, client.info()), _unwatched(client, details, now)
    if number is not None:
        return incident_report(details, number, now, where, unwatched=unwatched)
    since, until = (_bound(options, name, where) for name in ("after", "before"))
    if since is not None and until is not None and since > until:
        raise UsageError("--after is later than --before")
    return check_report(details, now, where, since=since, until=until, unwatched=unwatched)


def _named(text: str) -> tuple[str, int | None]:
    """``SLUG`` or ``SLUG#N``. Raises UsageError."""
    slug, hash_sign, number = text.partition("#")
    if not hash_sign:
        return check_slug(slug), None
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise UsageError(
            f'"{clean(text, 60)}" is not an incident; write SLUG#N, like {clean(slug, 40) or "backup"}#2'
        )
    return check_slug(slug), int(number)


def _bound(options: argparse.Namespace, name: str, where: tzinfo) -> datetime | None:
    """The instant given with ``--after`` or ``--before``."""
    text = getattr(options, name)
    return None if text is None else read_time(f"--{name}", text, where)


def _unwatched(client: EngineClient, details: CheckDetails, now: datetime) -> tuple[Unwatched, ...]:
    """The spans since the oldest thing known of the check; none from an engine that cannot say."""
    oldest = [run.started_at or run.ended_at for run in details.runs[-1:]]
    oldest += [one.started_at for one in details.incidents[-1:]]
    since = min((at for at in oldest if at is not None), default=details.view.created_at)
    try:
        return client.timeline([details.view.slug], since, now).unwatched
    except EngineUnreachableError:
        raise
    except PulseError:  # an older engine has no timeline
        return ()
