"""Sends a report, or keeps it for later. What ``ping`` and ``run`` share."""

from __future__ import annotations

import time

from pulsetui.job.report import (
    LOST,
    REFUSED,
    SENT,
    SPOOLED,
    UNKNOWN,
    UNREACHABLE,
    Outcome,
    Report,
    printable,
)
from pulsetui.job.wire import Address, Reply, exchange, quote

PATIENCE_S = 2.0
"""All that a report may cost the job, retries included."""

ID_HEADER = "Pulsetui-Report"
"""Carries the report's id: an engine that only seemed to be away may have taken what is then kept."""

_PAUSES_S = (0.1, 0.3, 0.6)
"""Between tries: an engine that restarts is back within a second."""

_NOT_NOW = frozenset({408, 425, 429})


def send(report: Report, address: Address, *, patience: float = PATIENCE_S) -> Outcome:
    """Sends ``report``, trying again for at most ``patience`` seconds while the engine is away or busy.

    The outcome is SENT, UNKNOWN, REFUSED or UNREACHABLE.
    """
    deadline = time.monotonic() + patience
    target = _target(report, address)
    outcome = Outcome(UNREACHABLE, f"no engine answers at {address}")
    for pause in (*_PAUSES_S, None):
        try:
            reply = exchange(address, target, report.body, deadline, headers=[f"{ID_HEADER}: {report.id}"])
            outcome = _judge(reply, address)
        except OSError as error:
            outcome = Outcome(UNREACHABLE, f"no engine answers at {address} ({_why(error)})")
        if outcome.state != UNREACHABLE or pause is None or time.monotonic() + pause >= deadline:
            break
        time.sleep(pause)
    return outcome


def send_or_keep(
    report: Report, address: Address, state_dir: str, *, patience: float = PATIENCE_S
) -> Outcome:
    """As ``send``; a report that reaches nobody is spooled in ``state_dir``: SPOOLED, or LOST when even that
    failed."""
    outcome = send(report, address, patience=patience)
    if outcome.state != UNREACHABLE:
        return outcome
    from pulsetui.job.spool import keep

    try:
        path = keep(report, state_dir)
    except OSError as error:
        return Outcome(LOST, f"{outcome.message}, and the report could not be kept: {error}")
    return Outcome(SPOOLED, f"{outcome.message}; the report is kept for the engine in {path}")


def _target(report: Report, address: Address) -> str:
    action = ""
    if report.exit_status is not None:
        action = f"/{report.exit_status}"
    elif report.kind != "success":
        action = f"/{report.kind}"
    query = [f"rid={report.rid}"] if report.rid else []
    query += [f"metric={quote(f'{name}:{value:.17g}')}" for name, value in report.metrics]
    query += [f"duration={report.duration:.3f}"] if report.duration is not None else []
    return f"{address.prefix}/{report.slug}{action}" + ("?" + "&".join(query) if query else "")


def _judge(reply: Reply, address: Address) -> Outcome:
    if 200 <= reply.status < 300:
        return Outcome(SENT)
    said = printable(reply.body[:400].decode("utf-8", "replace").strip(), 200)
    if reply.status == 404:
        return Outcome(UNKNOWN, said)
    if reply.status in _NOT_NOW or reply.status >= 500:
        return Outcome(UNREACHABLE, f"the engine at {address} cannot take it now (HTTP {reply.status})")
    if 300 <= reply.status < 400:
        place = printable(reply.location, 100)
        return Outcome(REFUSED, f"{address} has moved to {place}; give that address with --url")
    return Outcome(REFUSED, f"{address} refused it: HTTP {reply.status} {said}".rstrip())


def _why(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return str(error) if error.errno is None and str(error) != "timed out" else "no answer in time"
    return error.strerror or str(error) or type(error).__name__
