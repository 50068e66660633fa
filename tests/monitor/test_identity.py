"""Which check of a configuration is which stored one, over any sequence of edits."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from pulsetui.core.schedule.parse import parse_schedule
from pulsetui.core.state.check import Check
from pulsetui.monitor.writing.identity import matched, removed, uuids
from pulsetui.store.rows import StoredCheck

NOW = datetime(2026, 11, 28, tzinfo=UTC)
HOURLY = parse_schedule("every", "1h", "UTC")
UUIDS = [f"{n}{n}{n}{n}1111-2222-4333-8444-555555555555" for n in "abc"]
files = st.lists(
    st.dictionaries(st.sampled_from("vwxyz"), st.sampled_from([None, None, *UUIDS]), max_size=5).filter(
        lambda file: len([uuid for uuid in file.values() if uuid]) == len({*file.values()} - {None})
    ),
    max_size=8,
)


def defined(stored: list[StoredCheck], file: dict[str, str | None]) -> list[StoredCheck]:
    """What is stored after that file was read; ids are given in order, as the engine does."""
    checks = {slug: Check(slug=slug, name=slug, schedule=HOURLY, uuid=uuid) for slug, uuid in file.items()}
    known = matched(stored, checks, {}, ())
    uuid_of = uuids(checks, known)
    next_id = max((one.id for one in stored), default=0) + 1
    now_there: list[StoredCheck] = []
    for slug in checks:
        one = known.get(slug)
        check_id = one.id if one is not None else next_id
        next_id += one is None
        now_there.append(
            StoredCheck(
                id=check_id, slug=slug, uuid=uuid_of[slug], created_at=NOW, removed_at=None, state=None
            )
        )
    ids = {one.id for one in now_there}
    gone = {one.id: one for one in removed(stored, ids, checks.keys(), NOW)}
    return now_there + [gone.get(one.id, one) for one in stored if one.id not in ids]


@given(files)
def test_no_two_checks_ever_have_one_slug_or_one_uuid(history: list[dict[str, str | None]]) -> None:
    stored: list[StoredCheck] = []
    for file in history:
        before = {one.slug: one.id for one in stored if one.removed_at is None}
        had = {one.uuid: one.id for one in stored if one.removed_at is not None}
        stored = defined(stored, file)

        assert len({one.id for one in stored}) == len(stored)
        assert len({one.slug for one in stored}) == len(stored)
        assert len({one.uuid for one in stored}) == len(stored)
        there = {one.slug: one for one in stored if one.removed_at is None}
        assert there.keys() == file.keys()
        for slug, uuid in file.items():
            if uuid is not None:
                assert there[slug].uuid == uuid
                if uuid in had:
                    assert there[slug].id == had[uuid]  # its history is back
            elif slug in before:
                assert there[slug].id == before[slug]
            else:
                assert there[slug].id not in had.values()  # a name alone brings nothing back
