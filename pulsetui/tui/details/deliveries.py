"""What the hooks did, newest first."""

from __future__ import annotations

from pulsetui.client.views import CheckDetails, CheckView, DeliveryView
from pulsetui.core.text.phrases import until_text
from pulsetui.tui.details.pane import Drawn, PaneContext, nothing
from pulsetui.tui.draw.lines import Line, pad, plain


def deliveries(details: CheckDetails, view: CheckView, context: PaneContext) -> Drawn:
    """One line for each hook and flip."""
    if not details.deliveries:
        return nothing("No notifications have been sent for this check.")
    return [delivery_line(delivery, context) for delivery in details.deliveries], []


def _waits(delivery: DeliveryView, context: PaneContext) -> str:
    """Of one that was never tried: for its hour, for somebody who sees it, or for a moment."""
    at = delivery.next_try_at
    if at is None or at <= context.now:
        return "not notified yet"
    if delivery.error:
        return "waits"
    return f"waits until {context.instant(at)}: not at these hours"


def _event(delivery: DeliveryView) -> str:
    if delivery.reminder:
        return f"reminder {delivery.reminder}"
    return "ack" if delivery.event == "acknowledged" else plain(delivery.event)


def delivery_line(delivery: DeliveryView, context: PaneContext, *, indent: int = 0) -> Line:
    """Which hook, about what, and what came of it."""
    tries = f"{delivery.tries} {'try' if delivery.tries == 1 else 'tries'}"
    if delivery.delivered_at is not None:
        glyph, letter, style = "●", "*", "up"
        text = f"notified {context.instant(delivery.delivered_at)}"
    elif delivery.next_try_at is not None:
        glyph, letter, style = "◐", "~", "late"
        waits = delivery.next_try_at > context.now
        when = f"retry {until_text(delivery.next_try_at, context.now)}" if waits else "retry at once"
        text = f"{tries}, {when}" if delivery.tries else _waits(delivery, context)
    else:
        glyph, letter, style, text = "✖", "x", "down", f"gave up after {tries}"
    return (
        (" " * indent, "text"),
        (f" {letter if context.ascii_only else glyph} ", style),
        (pad(plain(delivery.hook), 16), "text"),
        (pad(_event(delivery), 11), "text"),
        (pad(context.instant(delivery.flip_at), 17), "muted"),
        (text, style),
        (f"  {plain(delivery.error)}" if delivery.error else "", "muted"),
    )
