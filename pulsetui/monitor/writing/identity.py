"""Which check of the configuration is which one that the store knows.

A check is known by its slug while it is defined, and by its uuid, where the file has one, for ever: one that
was deleted has its history back only with its uuid, or when the deletion is undone. Whatever else takes the
slug, by hand or by ``create=1``, is another check.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import uuid4

from msgspec.structs import replace

from pulsetui.core.state.check import Check
from pulsetui.store.rows import StoredCheck


def matched(
    stored: Sequence[StoredCheck],
    checks: Mapping[str, Check],
    renames: Mapping[str, str],
    restored: Collection[str],
) -> dict[str, StoredCheck]:
    """By slug, what is stored of each check that is not new. ``restored``: slugs whose deletion is undone."""
    named = {slug: check.uuid for slug, check in checks.items() if check.uuid is not None}
    by_uuid = {one.uuid: one for one in stored} if named else {}
    meant = {slug: by_uuid[uuid] for slug, uuid in named.items() if uuid in by_uuid}
    found: dict[str, StoredCheck] = {}
    while meant:
        # A check that still stands in the file under its own slug keeps its history, whoever took its uuid;
        # unless another one's history has come back under that slug.
        free = {
            slug: one
            for slug, one in meant.items()
            if one.removed_at is not None or (name := _slug(one, renames)) not in checks or name in found
        }
        if not free:
            break
        found.update(free)
        meant = {slug: one for slug, one in meant.items() if slug not in found}
    taken = {one.id for one in found.values()}
    by_slug = {
        _slug(one, renames): one
        for one in stored
        if one.id not in taken and (one.removed_at is None or one.slug in restored)
    }
    found.update({slug: by_slug[slug] for slug in checks if slug not in found and slug in by_slug})
    return found


def uuids(checks: Mapping[str, Check], known: Mapping[str, StoredCheck]) -> dict[str, str]:
    """The uuid of each check by slug: the file's, the one it had, or a new one."""
    written = {check.uuid for check in checks.values() if check.uuid is not None}
    return {
        slug: check.uuid
        or (known[slug].uuid if slug in known and known[slug].uuid not in written else str(uuid4()))
        for slug, check in checks.items()
    }


def removed(
    stored: Iterable[StoredCheck], kept: Collection[int], slugs: Collection[str], now: datetime
) -> list[StoredCheck]:
    """Those of ``stored`` that are gone, as they are to be written: what holds a slug that is another
    check's now gives it up."""
    gone = [one for one in stored if one.id not in kept]
    return [
        replace(
            one,
            slug=f"{one.slug} #{one.id}" if one.slug in slugs else one.slug,
            removed_at=one.removed_at or now,
        )
        for one in gone
        if one.removed_at is None or one.slug in slugs
    ]


def _slug(one: StoredCheck, renames: Mapping[str, str]) -> str:
    return one.slug if one.removed_at is not None else renames.get(one.slug, one.slug)
