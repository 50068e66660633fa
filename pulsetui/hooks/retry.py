"""When a failed delivery is tried again, and when that ends."""

from __future__ import annotations

import math
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
JITTER: Final = 0.25
"""A pause is longer or shorter by up to this part of it: what failed together does not come back together."""
MAX_RETRY_AFTER: Final = timedelta(days=1)
"""However long the other side asks to be left alone."""

AUDIENCE_POLL: Final = timedelta(hours=1)
"""A fallback: normally an attaching screen triggers the delivery at once."""
MAX_WAIT: Final = timedelta(days=7)
"""For an audience: what happened on a long weekend is news on Monday."""


def next_try(
    delivery: Delivery,
    now: datetime,
    *,
    permanent: bool,
    stretch: float = 1.0,
    not_before: datetime | None = None,
    held: bool = False,
) -> datetime | None:
    """When to try again after a failure just now, the last of ``delivery.tries + 1``; None: never.

    ``stretch`` (see ``stretched``) makes the pause longer or shorter; ``not_before`` is until when the other
    side asks to be left alone, and at the end of its day an alert has a last try whatever that says. One that
    was ``held`` is not too old: it could not be tried before.
    """
    tries = delivery.tries + 1
    if permanent or tries >= MAX_TRIES:
        return None
    at = now + BACKOFF[min(tries, len(BACKOFF)) - 1] * stretch
    last = delivery.created_at + GIVEN_UP_AFTER
    if not_before is not None:
        at = max(at, min(not_before, last))
    return None if at > last and not held else at


def stretched(random: float) -> float:
    """A factor for a pause, from a number of 0 to 1: 0.5 leaves the pause as it is."""
    return 1 + JITTER * (2 * random - 1)


def left_alone_until(now: datetime, retry_after_s: float | None) -> datetime | None:
    """Until when the other side asks to be left alone; None where it does not, or talks nonsense."""
    if retry_after_s is None or not math.isfinite(retry_after_s) or retry_after_s <= 0:
        return None
    return now + min(timedelta(seconds=min(retry_after_s, 1e6)), MAX_RETRY_AFTER)


def next_look(delivery: Delivery, now: datetime) -> datetime | None:
    """When to look for an audience again; None: the news is too old by now."""
    return None if now - delivery.created_at >= MAX_WAIT else now + AUDIENCE_POLL
