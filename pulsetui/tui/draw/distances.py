"""How far off an instant is, rounded the same way wherever it stands.

One figure stands in several places at once (a row, the details beside it, what is due next): rounded in two
ways it would read as two.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from pulsetui.core.text.phrases import ago_text, span_text, until_text

_SECONDS_MATTER_S = 600


def far_off(instant: datetime, now: datetime) -> str:
    """``in 47m``, ``now``, ``late by 12m``."""
    return until_text(_coarse(instant, now), now)


def ago(instant: datetime, now: datetime) -> str:
    """``12m ago``, ``just now``."""
    return ago_text(_coarse(instant, now), now)


def lasting(since: datetime, now: datetime) -> str:
    """How long it has been so: ``12m``."""
    return span_text((now - _coarse(since, now)).total_seconds())


def _coarse(instant: datetime, now: datetime) -> datetime:
    """``instant`` moved by less than a minute, so that from ten minutes on no text counts seconds: nobody
    reads them, and each would repaint its line every second."""
    away = int((instant - now).total_seconds())
    if not _SECONDS_MATTER_S <= abs(away) < 3600:
        return instant
    rest = abs(away) % 60
    return instant - timedelta(seconds=rest) if away > 0 else instant + timedelta(seconds=rest)


def in_minutes(instant: datetime, now: datetime) -> str:
    """``in 1h 18m`` of an instant to come, for what is drawn once a minute: seconds would stand still."""
    minutes = int((instant - now).total_seconds()) // 60
    return f"in {span_text(minutes * 60)}" if minutes > 0 else "in <1m"


def countdown(until: datetime, now: datetime) -> str:
    """What is left in its largest unit, begun ones counted: ``18m``, ``3h``, ``2d``."""
    minutes = max(-int((now - until).total_seconds() // 60), 1)
    if minutes < 100:
        return f"{minutes}m"
    return f"{-(-minutes // 60)}h" if minutes < 48 * 60 else f"{-(-minutes // 1440)}d"
