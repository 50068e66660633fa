"""When a failed delivery is tried again, and when that ends."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from pulsetui.client.alert import Delivery

BACKOFF: Final = tuple(
    timedelta(seconds=seconds) for seconds in (5, 15, 60, 5 * 60, 15 * 60, 60 * 60)
)  # the last one repeats
MAX_TRIES: Final = 20
GIVEN_UP_AFTER: Final = timedelta(hours=24)
"""Older news only confuses."""
TOO_OLD: Final = "news more than a day old is not told any more"
"""Why a delivery with tries left is given up."""

AUDIENCE_POLL: Final = timedelta(hours=1)
"""A fallback: normally an attaching screen triggers the delivery at once."""
MAX_WAIT: Final = timedelta(days=7)
"""For an audience: what happened on a long weekend is news on Monday."""


def next_try(delivery: Delivery, now: datetime, *, permanent: bool) -> datetime | None:
    """When to try again after a failure just now, the last of ``delivery.tries + 1``; None: never."""
    tries = delivery.tries + 1
    if permanent or tries >= MAX_TRIES:
        return None
    at = now + BACKOFF[min(tries, len(BACKOFF)) - 1]
    return None if at - delivery.created_at > GIVEN_UP_AFTER else at


def next_look(delivery: Delivery, now: datetime) -> datetime | None:
    """When to look for an audience again; None: the news is too old by now."""
    return None if now - delivery.created_at >= MAX_WAIT else now + AUDIENCE_POLL
