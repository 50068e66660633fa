"""The pings, newest first; Enter opens the body."""

from __future__ import annotations

from collections.abc import Mapping

from pulsetui.client.views import CheckDetails, CheckView, PingView
from pulsetui.core.state.status import PingKind
from pulsetui.core.text.output import KEPT
from pulsetui.core.text.phrases import span_text
from pulsetui.tui.details.pane import Drawn, PaneContext, PingKey, bytes_text, nothing
from pulsetui.tui.draw.lines import Line, Span, cut, pad, plain

_SPOOLED_S = 2.0  # less between sending and taking in is the network
_START_SHOWN = 60
_KINDS: Mapping[PingKind, tuple[str, str, str]] = {  # glyph, the same in ASCII, style
    PingKind.SUCCESS: ("●", "*", "up"),
    PingKind.START: ("▶", ">", "running"),
    PingKind.FAIL: ("✖", "x", "down"),
    PingKind.SKIP: ("»", "/", "muted"),
    PingKind.LOG: ("·", ".", "muted"),
    PingKind.IGN: ("·", ".", "muted"),
}


def pings(details: CheckDetails, view: CheckView, context: PaneContext) -> Drawn:
    """Every listed ping."""
    if not details.pings:
        return nothing("No pings yet.")
    return [ping_line(ping, context) for ping in details.pings], [PingKey(ping.n) for ping in details.pings]


def ping_line(ping: PingView, context: PaneContext) -> Line:
    """Number, kind, when, what the body begins with, who sent it."""
    glyph, letter, style = _KINDS[ping.kind]
    spans: list[Span] = [
        (f" {letter if context.ascii_only else glyph} ", style),
        (pad(f"{ping.n}", 6, "right"), "muted"),
        (f" {pad(str(ping.kind), 8)}", style),
        (pad(context.instant(ping.at), 17), "text"),
    ]
    delay = (ping.received_at - ping.at).total_seconds()
    if delay >= _SPOOLED_S:
        spans.append((f"spooled, {span_text(delay)} later  ", "warning"))
    if ping.exit_status:
        spans.append((f"exit {ping.exit_status}  ", "down"))
    if ping.body_size:
        start = cut(plain(ping.body_start), _START_SHOWN)
        size = bytes_text(ping.body_size)
        if ping.body_size > KEPT:
            size = f"{bytes_text(KEPT)} of {size}"
        spans += [(start, "text"), (f"  {size}  ", "muted")]
    spans.append((plain(f"{ping.method} {ping.remote_addr} {ping.ua}"), "muted"))
    return tuple(spans)
