"""A large checks.toml that was read before, so that it need not be read again.

To read a hundred thousand checks takes seconds, and mostly the file has not changed since the last start.
What it meant is kept as bytes, under a hash of its text and the version that read it; all else is not known.
Only plain checks are kept: one that reads files, searches outputs or looks for proof, or that a person is to
be asked about (a span without a unit), is read as ever.
"""

from __future__ import annotations

import hashlib
import types
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any, TypedDict, Union, cast, get_args, get_origin

import msgspec
from msgspec import Raw, Struct

from pulsetui.config.model import Config, ReadBefore
from pulsetui.core.alike import AlikeChecks, Own, gathered
from pulsetui.core.schedule.parse import parse_schedule
from pulsetui.core.schedule.schedule import Schedule, ScheduleKind
from pulsetui.core.state.check import Check
from pulsetui.errors import ScheduleError
from pulsetui.version import __version__

_MARK = 32  # bytes before what is kept
_FORM = 6  # of what is kept
_Named = tuple[ScheduleKind, str, str]  # kind, expression, zone


class _Kept(Struct, frozen=True):
    rest: dict[str, Any]  # the document without its checks
    slugs: list[str]  # of all checks, in order; a place is one in this list
    special: dict[str, dict[str, Any]]  # the tables of those that are not plain
    schedules: list[_Named]  # each once; a kind has the number of its own
    kinds: list[Raw]  # what plain checks are but for what is their own, each once
    kind_of: bytes  # by place, as an array of ``_NUMBERS``; -1: it is special
    names: list[str]  # by place
    own: dict[int, Own]  # by place
    fields: Raw  # the tables of plain ones, by slug


def pack(text: str, rest: Mapping[str, Any], config: Config) -> bytes:
    """What is to be kept of ``text``, which means ``config``; ``rest`` are its tables without the checks.
    Empty where that cannot be."""
    fields, encode = config.fields, msgspec.msgpack.Encoder().encode
    checks = config.checks if isinstance(config.checks, AlikeChecks) else gathered(config.checks)
    doubtful = {one.table[-1] for one in config.bare_spans if one.table[0] == "checks"}
    schedules: dict[_Named, int] = {}
    kinds = [_kind(check, schedules) for check in checks.kinds]
    # Those that are kept, by the number they had; special checks had -1.
    kept_as = {
        number: count for count, number in enumerate(n for n, one in enumerate(kinds) if one is not None)
    }
    kind_of = array(
        _NUMBERS,
        (
            -1 if slug in doubtful else kept_as.get(number, -1)
            for slug, number in zip(checks.slugs, checks.kind_of, strict=True)
        ),
    )
    special = {slug: dict(fields[slug]) for slug, n in zip(checks.slugs, kind_of, strict=True) if n < 0}
    kept = _Kept(
        rest=dict(rest),
        slugs=list(checks.slugs),
        special=special,
        schedules=list(schedules),
        kinds=[Raw(encode(one)) for one in kinds if one is not None],
        kind_of=kind_of.tobytes(),
        names=list(checks.names),
        own={place: one for place, one in checks.own.items() if kind_of[place] >= 0},
        fields=Raw(encode({slug: dict(fields[slug]) for slug in checks if slug not in special})),
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
        checks = AlikeChecks(
            kept.slugs,
            kept.names,
            tuple(_kinds(kept.kinds, schedules)),
            array(_NUMBERS, kept.kind_of),
            kept.own,
        )
    except (msgspec.MsgspecError, ScheduleError):  # time zones may be others by now
        return None
    nothing: dict[str, Any] = {}
    tables = {**dict.fromkeys(kept.slugs, nothing), **kept.special}
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
_COMMON = tuple(name for name in _PLAIN if name not in (*Own.__struct_fields__, "slug", "name"))
_NUMBERS = "i"
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
