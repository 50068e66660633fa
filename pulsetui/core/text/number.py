"""A number as jobs write it: the one reader for everything that comes in as text.

| written | is |
| --- | --- |
| ``42`` ``-3`` ``+3`` ``−3`` ``.5`` ``1.5e-3`` | itself |
| ``1,234`` ``1,234,567.8`` | groups of three behind one to three digits, the first of them no zero |
| ``42.`` ``42,`` ``1,234;`` | the number: what ends a sentence is not part of it |
| ``12,5`` ``0,125`` ``1,23`` ``1.234.567`` | none: a decimal comma, or nobody knows |
| ``1 234`` ``1'234`` ``1_234`` | none: so many columns, or digits, side by side |
| ``nan`` ``inf`` ``1e999`` ``0x10`` ``42%`` | none |

It imports nothing, since ``pulsetui ping`` starts inside cron jobs.
"""

from __future__ import annotations

MAX_NUMBER_LENGTH = 100
"""Characters; a float can tell 17 digits apart, and decimal libraries write some dozens."""

_ENDS_A_SENTENCE = ".,;:"
_GROUP = 3
_MAX_EXPONENT_DIGITS = 4  # digits


def number(text: str) -> float | None:
    """The finite number that ``text`` is, blanks around it allowed; None if it is not one."""
    text = text.strip().rstrip(_ENDS_A_SENTENCE)
    if len(text) > MAX_NUMBER_LENGTH:
        return None
    sign, unsigned = ("-", text[1:]) if text[:1] in ("-", "\N{MINUS SIGN}") else ("", text.removeprefix("+"))
    mantissa, e, exponent = unsigned.lower().partition("e")
    if e and ("," in mantissa or not _is_exponent(exponent)):
        return None
    whole, point, fraction = mantissa.partition(".")
    digits = _whole(whole)
    if digits is None or (fraction and not _is_digits(fraction)) or not (digits or (point and fraction)):
        return None
    value = float(f"{sign}{digits or 0}.{fraction or 0}e{exponent or 0}")
    return value if value - value == 0 else None  # infinity less itself is not a number


def _whole(text: str) -> str | None:
    """The digits before the point, without separators; None when it is something else."""
    if "," not in text:
        return text if not text or _is_digits(text) else None
    first, *groups = text.split(",")
    if not _is_digits(first) or len(first) > _GROUP or first[0] == "0":
        return None
    if any(len(group) != _GROUP or not _is_digits(group) for group in groups):
        return None
    return first + "".join(groups)


def _is_exponent(text: str) -> bool:
    digits = text[1:] if text[:1] in ("+", "-") else text
    return len(digits) <= _MAX_EXPONENT_DIGITS and _is_digits(digits)


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
