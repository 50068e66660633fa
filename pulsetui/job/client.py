"""Sends a report, or keeps it for later. What ``ping`` and ``run`` share."""

from __future__ import annotations

import os
import time

from pulsetui.core.text.printable import printable
from pulsetui.errors import in_words
from pulsetui.job import locate
from pulsetui.job.locate import ANY_ENGINE, SPOOL, STATE_HEADER, Route
from pulsetui.job.report import (
    ELSEWHERE,
    LOST,
    MAX_BODY,
    REFUSED,
    SENT,
    SPOOLED,
    UNKNOWN,
    UNREACHABLE,
    PingReport,
    SendResult,
)
from pulsetui.job.wire import Address, Reply, exchange, parse_address, quote

PATIENCE_S = 2.0
"""All that a report may cost the job, retries included."""

ID_HEADER = "Pulsetui-Report"
"""Carries the report's id: an engine that only seemed to be away may have taken what is then kept."""

AT_HEADER = "Pulsetui-At"
"""When a report that was kept happened, in nanoseconds since 1970."""

KEEP_END = "Pulsetui-Keep: end"
"""Of a long body the end is to be kept, not the beginning."""

_PAUSES_S = (0.1, 0.3, 0.6)
"""Between tries: an engine that restarts is back within a second."""

_LOOK_S = 0.3
"""For asking whether another engine is there."""

_NOT_NOW = frozenset({408, 425, 429})


DELIVERY_S = 0.6
"""At most this much of a report's patience goes into delivering what was kept before it."""


def send(
    report: PingReport, address: Address, *, patience: float = PATIENCE_S, proof: str = ""
) -> SendResult:
    """Sends ``report``, trying again for at most ``patience`` seconds while the engine is away or busy.

    The answer must hold ``proof`` (``locate.Route``). The outcome is SENT, UNKNOWN, REFUSED, UNREACHABLE or
    ELSEWHERE.
    """
    deadline = time.monotonic() + patience
    target = _target(report, address)
    headers = [f"{ID_HEADER}: {report.id}"]
    headers += [f"{STATE_HEADER}: {proof}"] if proof else []
    headers += [f"{AT_HEADER}: {report.at_ns}"] if report.is_kept else []
    headers += [KEEP_END] if report.keeps_end and len(report.body) > MAX_BODY else []
    outcome = SendResult(UNREACHABLE, f"no engine answers at {address}")
    for pause in (*_PAUSES_S, None):
        try:
            reply = exchange(address, target, report.body, deadline, headers=headers)
            outcome = _judge(reply, address, proof)
        except OSError as error:
            outcome = SendResult(UNREACHABLE, f"no engine answers at {address} ({_why(error)})")
        if outcome.state != UNREACHABLE or pause is None or time.monotonic() + pause >= deadline:
            break
        time.sleep(pause)
    return outcome


def send_or_keep(
    report: PingReport, address: Address | None, route: Route | str, *, patience: float = PATIENCE_S
) -> SendResult:
    """As ``send``; a report that reaches no engine, or has no ``address``, is spooled in the state directory
    (of ``route``): SPOOLED, or LOST when even that failed. What was kept before is delivered first where no
    engine will take it from there."""
    if isinstance(route, str):
        route = Route(route, url=None, proof="", is_held=True)
    if address is None:
        return _keep(report, route, _nowhere(route))
    notes = []
    if not route.is_own:
        began = time.monotonic()
        notes = _deliver(address, route, min(DELIVERY_S, patience / 2))
        patience -= time.monotonic() - began
    outcome = send(report, address, patience=patience, proof=route.proof)
    if outcome.state in (UNREACHABLE, ELSEWHERE):
        outcome = _keep(report, route, outcome)
    if notes:
        message = "; ".join((*notes, outcome.message) if outcome.message else notes)
        return SendResult(outcome.state, message, is_urgent=True)
    return outcome


def _nowhere(route: Route) -> SendResult:
    """Why a report has no way to go. It may be watched by an engine that holds another state directory: then
    no engine will ever take it from where it is kept."""
    if not route.may_be_elsewhere:
        return SendResult(UNREACHABLE, route.why)
    other = parse_address(locate.DEFAULT_URL)
    if not _takes_kept(other, time.monotonic() + _LOOK_S):
        return SendResult(UNREACHABLE, route.why)
    return SendResult(
        ELSEWHERE,
        f"{route.why}, and the engine at {other} holds another one (to report to it, give --url {other})",
    )


def _keep(report: PingReport, route: Route, outcome: SendResult) -> SendResult:
    from pulsetui.job.spool import keep

    try:
        path = keep(report, route.state, "" if route.proof else route.url or "")
    except OSError as error:
        return SendResult(LOST, f"{outcome.message}, and the report could not be kept: {in_words(error)}")
    message = f"{outcome.message}; the report is kept for the engine in {path}"
    if route.is_held:
        days = _days_waiting(route.state)
        if days >= 1:
            message += (
                f". Reports have been waiting there for {days} day{'s' if days > 1 else ''}: if another"
                " engine watches this job, name it with --url"
            )
        return SendResult(SPOOLED, message, is_urgent=days >= 1 or outcome.state == ELSEWHERE)
    later = "the next pulsetui ping or run by this user that finds an engine delivers it"
    if not route.url:
        later = "start an engine with this --state-dir, or give --url to deliver it to another"
    return SendResult(
        SPOOLED, f"{message}; no engine has ever used that state directory: {later}", is_urgent=True
    )


def _days_waiting(state: str) -> int:
    """For how many whole days the oldest of what is kept there has waited."""
    from pulsetui.job import spool

    oldest = min(map(spool.instant_of, spool.waiting(state)), default=time.time_ns())
    return int((time.time_ns() - oldest) // 86_400_000_000_000)


def _deliver(address: Address, route: Route, patience: float) -> list[str]:
    """Sends what was kept for this way; gives sentences on what stays."""
    if not os.path.exists(f"{route.state}/{SPOOL}"):  # noqa: PTH110 - no pathlib beside a job
        return []
    from pulsetui.job import spool

    deadline = time.monotonic() + patience
    notes = []
    takes_kept: bool | None = None
    for path in spool.waiting(route.state, addressed=route.is_held):
        left = deadline - time.monotonic()
        report = spool.read(path, lambda to: _is_for(to, route)) if left > 0 else None
        if report is None:
            continue
        if takes_kept is None:
            takes_kept = _takes_kept(address, deadline)
        if not takes_kept:
            if takes_kept is False:
                notes.append(
                    f"what answers at {address} does not accept kept reports: see {path} and others there"
                )
            break
        outcome = send(report, address, patience=left, proof=route.proof)
        if outcome.state == SENT:
            spool.forget(path)
        elif outcome.state in (UNKNOWN, REFUSED):
            aside = spool.set_aside(path)
            notes.append(f"a kept report of {report.slug} was refused ({outcome.message}): see {aside}")
        else:
            break
    return notes


def _takes_kept(address: Address, deadline: float) -> bool | None:
    """Whether an engine answers that reads the instant of a report; an older one would count it as of now.
    None when there is no answer, or "not now"."""
    target = address.prefix.partition("/ping")[0] + "/healthz"
    try:
        reply = exchange(address, target, b"", deadline, headers=[f"{STATE_HEADER}: {ANY_ENGINE}"])
    except OSError:
        return None
    if reply.status in _NOT_NOW or reply.status >= 500:
        return None
    return bool(reply.header(STATE_HEADER.lower()))


def _is_for(to: str, route: Route) -> bool:
    """Whether a report that was kept for the address ``to`` may go this way."""
    return to == route.url or (not to and not route.is_held)


def _target(report: PingReport, address: Address) -> str:
    action = ""
    query = []
    if report.kind == "skip":
        action = "/skip"
        query = [] if report.exit_status is None else [f"exit_code={report.exit_status}"]
    elif report.exit_status is not None and report.exit_status < 0:
        query = [f"exit_code={report.exit_status}"]
    elif report.exit_status is not None:
        action = f"/{report.exit_status}"
    elif report.kind != "success":
        action = f"/{report.kind}"
    query += [f"rid={report.rid}"] if report.rid else []
    if report.is_progress:
        query.append("progress=" + ("" if report.progress is None else f"{report.progress:g}"))
    if report.create:
        query.append("create=1")
        query += [f"{name}={quote(value)}" for name, value in report.create]
    if report.catch_up and report.kind != "log":
        query.append(f"catch_up={quote(report.catch_up)}")
    query += [f"metric={quote(f'{name}:{value:.17g}')}" for name, value in report.metrics]
    query += [f"metric={quote(f'{name}:{literal}')}" for name, literal in report.unread]
    query += [f"duration={report.duration:.3f}"] if report.duration is not None else []
    return f"{address.prefix}/{report.slug}{action}" + ("?" + "&".join(query) if query else "")


def _judge(reply: Reply, address: Address, proof: str) -> SendResult:
    if reply.status in _NOT_NOW or reply.status >= 500:
        return SendResult(UNREACHABLE, f"the engine at {address} cannot accept it now (HTTP {reply.status})")
    state = reply.header(STATE_HEADER.lower())
    if proof and state != proof and not (proof == ANY_ENGINE and state):
        other = (
            "holds another state directory" if state else "is not an engine that says which state it holds"
        )
        return SendResult(ELSEWHERE, f"what answers at {address} {other}")
    if 200 <= reply.status < 300:
        return SendResult(SENT)
    said = printable(reply.body[:400].decode("utf-8", "replace").strip(), 200)
    if reply.status == 404:
        return SendResult(UNKNOWN, said)
    if 300 <= reply.status < 400:
        moved = printable(reply.header("location"), 100)
        return SendResult(REFUSED, f"{address} has moved to {moved}; give that address with --url")
    return SendResult(REFUSED, f"{address} refused it: HTTP {reply.status} {said}".rstrip())


def _why(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return str(error) if error.errno is None and str(error) != "timed out" else "no answer in time"
    return error.strerror or str(error) or type(error).__name__
