"""A large checks.toml that was read before, so that it need not be read again.

To read a hundred thousand checks takes seconds, and mostly the file has not changed since the last start.
What it meant is kept as bytes, under a hash of its text and the version that read it; all else is not known.
Only plain checks are kept: one that reads files, searches outputs or looks for proof, or that a person is to
be asked about (a span without a unit), is read as ever.
"""

from __future__ import annotations

import hashlib
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any, TypedDict, Union, cast, get_args, get_origin

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import force_setattr

from pulsetui.config.model import Config, ReadBefore
from pulsetui.core.schedule.parse import parse_schedule
from pulsetui.core.schedule.schedule import Schedule, ScheduleKind
from pulsetui.core.state.check import Check
from pulsetui.errors import ScheduleError
from pulsetui.version import __version__

_MARK = 32  # bytes before what is kept
_FORM = 5  # of what is kept
_Named = tuple[ScheduleKind, str, str]  # kind, expression, zone
_Own = tuple[int, str, str | None, str, str, str]  # number of its kind; name, uuid, desc, command, runbook


class _Kept(Struct, frozen=True):
    rest: dict[str, Any]  # the document without its checks
    order: list[str]  # of all checks
    special: dict[str, dict[str, Any]]  # the tables of those that are not plain
    schedules: list[_Named]  # each once; a kind has the number of its own
    kinds: list[Raw]  # what plain checks are but for ``_OWN``, each once
    checks: list[_Own]  # in order: what is a check's own
    fields: Raw  # their tables, by slug


def pack(text: str, rest: Mapping[str, Any], config: Config) -> bytes:
    """What is to be kept of ``text``, which means ``config``; ``rest`` are its tables without the checks.
    Empty where that cannot be."""
    checks, fields = config.checks, config.fields
    doubtful = {one.table[-1] for one in config.bare_spans if one.table[0] == "checks"}
    encode = msgspec.msgpack.Encoder().encode
    schedules: dict[_Named, int] = {}
    kinds: dict[bytes, int] = {}
    plain: dict[str, _Own] = {}
    for slug, check in checks.items():
        if slug not in doubtful and (kind := _kind(check, schedules)) is not None:
            number = kinds.setdefault(encode(kind), len(kinds))
            plain[slug] = (number, check.name, check.uuid, check.desc, check.command, check.runbook)
    kept = _Kept(
        rest=dict(rest),
        order=list(checks),
        special={slug: dict(fields[slug]) for slug in checks if slug not in plain},
        schedules=list(schedules),
        kinds=[Raw(one) for one in kinds],
        checks=list(plain.values()),
        fields=Raw(encode({slug: dict(fields[slug]) for slug in plain})),
    )
    try:
        packed = encode(kept)
        again = msgspec.msgpack.decode(packed, type=_Kept)
    except (msgspec.MsgspecError, TypeError):
        return b""
    # TOML has kinds of values, dates above all, that would come back as something else.
    is_same = (again.rest, again.special) == (kept.rest, kept.special)
    return _mark(text, packed) + packed if is_same else b""


def unpack(packed: bytes, text: str) -> ReadBefore | None:
    """What ``text`` means, if ``packed`` is of it."""
    content = memoryview(packed)[_MARK:]
    if packed[:_MARK] != _mark(text, content):
        return None
    try:
        kept = msgspec.msgpack.decode(content, type=_Kept)
        schedules = [parse_schedule(*named) for named in kept.schedules]
        plain = [slug for slug in kept.order if slug not in kept.special]
        checks = dict(_checks(plain, kept, schedules))
    except (msgspec.MsgspecError, ScheduleError):  # time zones may be others by now
        return None
    nothing: dict[str, Any] = {}
    tables = {slug: kept.special.get(slug, nothing) for slug in kept.order}
    return ReadBefore({**kept.rest, "checks": tables}, checks, _Tables(kept.fields.copy()))


class _Tables(Mapping[str, Mapping[str, object]]):
    """Tables that are only taken out of their bytes when somebody asks for one."""

    def __init__(self, together: Raw) -> None:
        self._together = together

    @cached_property
    def _packed(self) -> Mapping[str, Raw]:
        return msgspec.msgpack.decode(self._together, type=dict[str, Raw])

    def __getitem__(self, slug: str) -> Mapping[str, object]:
        return MappingProxyType(msgspec.msgpack.decode(self._packed[slug], type=dict[str, object]))

    def __iter__(self) -> Iterator[str]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)


def _mark(text: str, packed: bytes | memoryview) -> bytes:
    """That ``packed`` is whole, and of that text."""
    mark = hashlib.sha256(f"{__version__} {_FORM} {sorted(_PLAIN)}\0".encode())
    mark.update(packed)
    mark.update(b"\0")
    mark.update(text.encode())
    return mark.digest()


def _is_plain(kind: Any) -> bool:
    """Whether a value of that type comes back from its bytes as it was."""
    if get_origin(kind) in (Union, types.UnionType, tuple):
        return all(one is Ellipsis or _is_plain(one) for one in get_args(kind))
    return isinstance(kind, type) and issubclass(kind, str | int | timedelta | StrEnum | types.NoneType)


_FIELDS = {field.name: field for field in msgspec.structs.fields(Check)}
_PLAIN = {name: field.type for name, field in _FIELDS.items() if _is_plain(field.type)}
_OWN = ("name", "uuid", "desc", "command", "runbook")
"""As in ``_Own``: what hardly two checks have the same, besides their slugs."""
_COMMON = tuple(name for name in _PLAIN if name not in (*_OWN, "slug"))
_SHARED = {name for name, kind in _PLAIN.items() if kind is not str and kind is not bool and kind is not int}
"""Of whose values thousands of checks have the same."""


def _default(name: str) -> object:
    field = _FIELDS[name]
    if field.default_factory is not msgspec.NODEFAULT:
        return cast("Callable[[], object]", field.default_factory)()
    return field.default


_DEFAULTS = {name: _default(name) for name in _FIELDS}
_OTHERS = tuple(name for name in _FIELDS if name not in _PLAIN and name != "schedule")


def _kind(check: Check, schedules: dict[_Named, int]) -> Mapping[str, object] | None:
    """What a plain check may have in common with others; None for one that is not plain."""
    if any(getattr(check, name) != _DEFAULTS[name] for name in _OTHERS):
        return None
    schedule = check.schedule
    named = (schedule.kind, schedule.expression, schedule.timezone)
    found: dict[str, object] = {"schedule": schedules.setdefault(named, len(schedules))}
    for name in _COMMON:
        value = getattr(check, name)
        if value != _DEFAULTS[name]:
            found[name] = value
    return found


def _kinds(packed: Sequence[Raw], schedules: Sequence[Schedule]) -> Iterator[Check]:
    table = cast("Any", TypedDict)("_Kind", {"schedule": int, **_PLAIN}, total=False)
    decode = cast("Callable[[Raw], dict[str, Any]]", msgspec.msgpack.Decoder(table).decode)
    shared: dict[object, object] = {}
    for one in packed:
        found = decode(one)
        found["schedule"] = schedules[found["schedule"]]
        for name in found.keys() & _SHARED:
            found[name] = shared.setdefault(found[name], found[name])
        yield Check(slug="", name="", **found)


def _checks(slugs: Sequence[str], kept: _Kept, schedules: Sequence[Schedule]) -> Iterator[tuple[str, Check]]:
    kinds = list(_kinds(kept.kinds, schedules))
    for slug, (number, name, *rest) in zip(slugs, kept.checks, strict=True):
        check = copy(kinds[number])
        force_setattr(check, "slug", slug)
        force_setattr(check, "name", name)
        if any(rest):
            for field, value in zip(_OWN[1:], rest, strict=True):
                force_setattr(check, field, value)
        yield slug, check
