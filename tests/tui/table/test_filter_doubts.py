"""A filter that can match nothing says which of its terms is to blame, and what was probably meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pulsetui.core.state.status import Reason, Status
from pulsetui.tui.table.filter import STATUS_WORDS, Filter, doubts, status_words
from tests.client.fake import FakeEngine
from tests.client.samples import household, view
from tests.tui.support.screen_driver import press, screen_text, showing

TAGS = {"billing", "Nightly", "ops"}


@pytest.mark.parametrize(
    ("filter_text", "said"),
    [
        ("status:dwn", 'Unknown status "dwn". Did you mean "status:down"?'),
        ("status:overdeu", 'Did you mean "status:overdue"?'),
        ("status:qqq", "Use new, up, late, down, paused, overdue,"),
        ("tg:billing", 'Unknown term "tg:". Did you mean "tag:billing"?'),
        ("reason:hung", 'Did you mean "status:hung"?'),
        ("hook:terminal", 'Unknown term "hook:". Use name: slug: tag: status:'),
        ("tag:biling", 'No check has the tag "biling". Did you mean "tag:billing"?'),
        ("TAG:zzz", 'No check has the tag "zzz".'),
        ("-tag:nihgtly sync", 'Did you mean "tag:nightly"?'),
    ],
)
def test_a_term_that_nothing_can_match_is_named_with_the_nearest(filter_text: str, said: str) -> None:
    (doubt,) = doubts(filter_text, TAGS)
    assert said in doubt


@pytest.mark.parametrize(
    "filter_text",
    [
        "",
        "sync",
        "status:do",
        "status:over",
        "tag:bil",
        "tag:NIGHT",
        "name:zzz",
        "slug:zzz",
        "tag:",
        "::",
        "-",
    ],
)
def test_a_term_that_may_match_raises_no_doubt(filter_text: str) -> None:
    assert doubts(filter_text, TAGS) == []


@given(st.text(max_size=30))
def test_no_text_breaks_it(filter_text: str) -> None:
    assert len(doubts(filter_text, TAGS)) <= len(filter_text.split())


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("reason", Reason)
def test_every_word_that_a_check_answers_to_is_known(status: Status, reason: Reason) -> None:
    made = replace(view(), status=status, reason=reason, started=True, unwatched=True)
    assert set(status_words(made, status, snoozed=True)) <= set(STATUS_WORDS)


async def test_the_empty_table_says_what_is_wrong_with_the_filter() -> None:
    async with showing(FakeEngine(household()), (40, 12)) as (app, pilot):
        await press(app, pilot, "slash", "text:status:dwn")
        assert 'Unknown status "dwn". Did you mean' in " ".join(screen_text(app).split())


def test_the_word_of_scripts_for_a_bad_result_still_finds_it() -> None:
    made = replace(view(), status=Status.DOWN, reason=Reason.UNMET)
    for text in ("status:unmet", "status:bad"):
        assert Filter.parse(text).matches(made, Status.DOWN)
        assert doubts(text, ()) == []
