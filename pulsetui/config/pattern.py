"""Whether a regular expression may take for ever: a metric is searched in text that came over the network.

Python's engine backtracks, so a repeat inside a repeat, ``(\\d+)*x``, needs time exponential in the length of
the text. That form is refused as a whole, harmless ones included: they are rare for picking out a number,
and can be written without.
"""

from __future__ import annotations

import re

from msgspec import Struct

_MOST_REPEATS = 8
"""Each open repeat may multiply the time by the length of the text."""
_SMALL = 10
"""A counted repeat up to this multiplies by a bounded number and is no danger."""

_PIECE = re.compile(
    r"\\(?s:.)"  # an escape
    r"|\[\^?\]?(?:[^\]\\]|\\(?s:.))*\]"  # a set of characters
    r"|\(\?#[^)]*\)"  # a comment
    r"|\((?:\?(?:P<\w+>|P=\w+|<?[=!]|[a-zA-Z]*-?[a-zA-Z]*:|>|\(\w+\))?)?"  # a group opens
    r"|\)"
    r"|[*+?][?+]?"
    r"|\{\d*,?\d*\}[?+]?"
    r"|(?s:.)"
)


class _Group(Struct):
    repeats: bool = False  # holds a repeat without a small bound
    chooses: bool = False  # holds alternatives


def why_slow(pattern: str) -> str:
    """The reason in words; ``""`` for a pattern without that danger. ``pattern`` must compile."""
    if re.search(r"\(\?[aiLmsu]*x", pattern):
        return "the x flag hides its structure"
    stack, last, repeats = [_Group()], _Group(), 0
    for match in _PIECE.finditer(pattern):
        piece = match[0]
        if piece[0] == "(" and not piece.startswith("(?#"):
            stack.append(_Group())
        elif piece == ")" and len(stack) > 1:
            last = stack.pop()
            stack[-1].repeats |= last.repeats
            stack[-1].chooses |= last.chooses
        elif piece == "|":
            stack[-1].chooses, last = True, _Group()
        elif _is_open_repeat(piece):
            repeats += 1
            if last.repeats:
                return "a repeat inside a repeat"
            if last.chooses:
                return "a repeat of alternatives"
            stack[-1].repeats = True
        elif piece[0] not in "*+?{" or piece == "{":
            last = _Group()
    return f"more than {_MOST_REPEATS} repeats" if repeats > _MOST_REPEATS else ""


def _is_open_repeat(piece: str) -> bool:
    if piece[0] in "*+":
        return True
    if piece[0] != "{" or len(piece) < 3:
        return False
    low, comma, high = piece.rstrip("?+").strip("{}").partition(",")
    if not comma:
        return int(low or 0) > _SMALL
    return not high or int(high) > _SMALL
