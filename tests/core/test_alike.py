"""Checks that are kept by what they have in common are the same checks."""

from __future__ import annotations

from datetime import timedelta
from types import MappingProxyType

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from pulsetui.core.alike import NOTHING_OWN, AlikeChecks, Own, checks_where, gathered
from pulsetui.core.schedule.period import Every
from pulsetui.core.state.check import Check
from pulsetui.core.text.metric import Pattern
from tests.core.test_machine_properties import all_checks

HOURLY = Check(slug="a", name="A", schedule=Every(timedelta(hours=1)))
words = st.sampled_from(["", "a", "b"])
owns = st.builds(Own, uuid=st.sampled_from([None, "x", "y"]), desc=words, command=words, runbook=words)


@st.composite
def files(draw: st.DrawFn) -> dict[str, Check]:
    """Some checks of few kinds."""
    kinds = draw(st.lists(all_checks, min_size=1, max_size=3))
    found: dict[str, Check] = {}
    for slug in draw(st.lists(st.sampled_from("abcdefgh"), unique=True)):
        own = structs.asdict(draw(owns))
        found[slug] = structs.replace(draw(st.sampled_from(kinds)), slug=slug, name=draw(words), **own)
    return found


@given(files())
def test_they_are_the_same_checks_in_the_same_order(checks: dict[str, Check]) -> None:
    alike = gathered(checks)
    assert list(alike.items()) == list(checks.items())
    assert len(alike) == len(checks)
    assert all(alike.at(alike.places[slug]) == check for slug, check in checks.items())
    assert "nope" not in alike
    assert alike.get("nope") is None
    written = {alike.slugs[place]: uuid for place, uuid in alike.written_uuids().items()}
    assert written == {slug: check.uuid for slug, check in checks.items() if check.uuid is not None}


@given(files(), st.integers(0, 3))
def test_those_of_a_kind_are_found(checks: dict[str, Check], least: int) -> None:
    def is_wanted(check: Check) -> bool:
        return check.failures_before_down >= least or bool(check.tags)

    expected = [check for check in checks.values() if is_wanted(check)]
    assert (
        list(checks_where(checks, is_wanted)) == list(checks_where(gathered(checks), is_wanted)) == expected
    )


def test_what_is_asked_of_a_kind_is_asked_once_and_never_of_a_name() -> None:
    asked: list[str] = []

    def is_wanted(check: Check) -> bool:
        asked.append(check.slug + check.name)
        return True

    many = gathered({str(n): structs.replace(HOURLY, slug=str(n), name=f"n{n}") for n in range(9)})
    assert len(list(checks_where(many, is_wanted))) == 9
    assert asked == [""]


def test_special_checks_are_there_once_they_are_put_in() -> None:
    nightly = structs.replace(HOURLY, slug="b", name="B", uuid="x")
    alike = AlikeChecks(["a", "b"], ["A", "B"], [structs.replace(HOURLY, slug="", name="")], [0, -1], {})
    assert alike.special() == ["b"]
    assert list(alike.where(lambda _: True)) == [structs.replace(HOURLY, slug="a", name="A")]
    alike.put_in({"b": nightly})
    assert alike["b"] is nightly
    assert list(alike.where(lambda _: True)) == [alike["a"], nightly]
    assert alike.written_uuids() == {1: "x"}


def test_what_cannot_be_compared_makes_another_kind() -> None:
    patterns = [MappingProxyType({"rows": Pattern("rows=([0-9]+)")}) for _ in range(2)]
    checks = {str(n): structs.replace(HOURLY, slug=str(n), metrics=one) for n, one in enumerate(patterns)}
    alike = gathered(checks)
    assert len(alike.kinds) == 2
    assert dict(alike) == checks


def test_what_is_a_checks_own_is_so_by_default() -> None:
    fields = {field.name: field for field in structs.fields(Check)}
    assert {name: fields[name].default for name in Own.__struct_fields__} == structs.asdict(NOTHING_OWN)
