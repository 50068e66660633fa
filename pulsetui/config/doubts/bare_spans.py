"""Spans in checks.toml that have no unit.

They are seconds, and stay so: files that count on it are there, and refusing them would leave their checks
without an engine after an update. What is typed now, on the command line or in the form, has to name its
unit.
"""

from __future__ import annotations

from collections.abc import Sequence

from pulsetui.config.bare_span import BareSpan, said_with_unit

_NAMED = 3
_DOUBTFUL_S = 300
"""So many minutes are five hours: whoever writes a larger number thinks in seconds."""


def bare_sentences(found: Sequence[BareSpan]) -> list[str]:
    """A sentence for each."""
    return [_sentence(one) for one in found]


def doubtful_spans(found: Sequence[BareSpan]) -> str:
    """A notice of those that may have been meant as minutes; "" without any."""
    found = [one for one in found if one.number < _DOUBTFUL_S]
    if len(found) < 2:
        return "".join(_sentence(one) for one in found)
    named = ", ".join(f"{one.place} {one.written}" for one in found[:_NAMED])
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return f"{len(found)} spans have no unit, and are seconds: {named}{more}. Write the unit: 30s, or 30m"


def _sentence(one: BareSpan) -> str:
    meant = said_with_unit(one.number)
    other = f', or "{one.number}m" if minutes are meant' if one.number < _DOUBTFUL_S else ""
    said = f"{one.place} {one.written}: a number without a unit is seconds"
    return f'{said}. Write "{meant}"{other}'
