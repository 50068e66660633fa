"""The set of checks: found by id, slug and uuid, and by what depends on what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.core.schedule.period import Every
from pulsetui.core.state.check import Check
from pulsetui.core.state.state import new_state
from pulsetui.monitor.writing.checks import Checks, TrackedCheck
from tests.monitor.harness import START

HOUR = timedelta(hours=1)


def tracked(check_id: int, slug: str, *parents: str) -> TrackedCheck:
    check = Check(slug=slug, name=slug, schedule=Every(HOUR), grace=HOUR, depends_on=parents)
    return TrackedCheck(check_id, f"uuid-{slug}", check, new_state(START))


FAMILY = Checks(
    [
        tracked(1, "network"),
        tracked(2, "database", "network"),
        tracked(3, "backup", "database"),
        tracked(4, "report", "database", "backup"),
        tracked(5, "alone"),
    ]
)


def slugs(found: object) -> list[str]:
    assert not isinstance(found, str)
    return sorted(one.check.slug for one in found)  # type: ignore[attr-defined]


def test_a_check_is_found_by_either_name_and_a_uuid_comes_first() -> None:
    assert FAMILY.find("backup") is FAMILY.find_uuid("uuid-backup") is FAMILY.get(3)
    assert FAMILY.named("uuid-backup", "alone") is FAMILY.get(3)
    assert FAMILY.named(None, "alone") is FAMILY.get(5)
    assert (FAMILY.find("nope"), FAMILY.find_uuid("backup"), FAMILY.named(None, None)) == (None, None, None)
    assert FAMILY.named("gone", "alone") is None, "another check has that slug"


def test_they_stand_in_the_order_of_the_file() -> None:
    assert list(FAMILY.slugs()) == ["network", "database", "backup", "report", "alone"]


@pytest.mark.parametrize(
    ("slug", "parents", "children"),
    [
        ("network", [], ["backup", "database", "report"]),
        ("database", ["network"], ["backup", "report"]),
        ("report", ["backup", "database", "network"], []),
        ("alone", [], []),
    ],
)
def test_what_depends_on_what_through_whatever_is_between(
    slug: str, parents: list[str], children: list[str]
) -> None:
    one = FAMILY.find(slug)
    assert one is not None
    assert slugs(FAMILY.parents_of(one.check)) == parents
    assert slugs(FAMILY.children_of(slug)) == children


def test_a_parent_that_is_not_there_is_none() -> None:
    orphan = tracked(1, "a", "gone")
    assert slugs(Checks([orphan]).parents_of(orphan.check)) == []
    assert slugs(Checks([orphan]).children_of("gone")) == ["a"]


names = st.sampled_from("abcdef")


@given(st.dictionaries(names, st.lists(names, max_size=4, unique=True), min_size=1))
def test_whoever_depends_on_whom_even_in_circles_both_ways_agree(family: dict[str, list[str]]) -> None:
    checks = Checks([tracked(n, slug, *parents) for n, (slug, parents) in enumerate(family.items())])
    for one in checks:
        parents = slugs(checks.parents_of(one.check))
        assert len(parents) == len(set(parents))
        assert one.check.slug not in parents
        for parent in parents:
            assert one.check.slug in slugs(checks.children_of(parent))
