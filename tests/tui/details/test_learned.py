"""What was learned from the runs stands in the details; one key accepts it, and undo takes it back."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from pulsetui.client.commands import EditCheck
from tests.client.fake import FakeEngine
from tests.client.samples import ABOUT
from tests.report.test_learned import nights, seen
from tests.tui.support.screen_driver import messages, press, screen_text, settled, showing

FIRST = {"every": None, "cron": "0 2 * * *", "grace": "20m"}
BACK = {"every": "1d", "cron": None, "grace": "2h"}


def learnable() -> FakeEngine:
    details = seen(nights(20, spread=4), every="1d", grace="2h")
    fake = FakeEngine([details.view], about=replace(ABOUT, host_tz="Europe/Riga"))
    fake.details_by_slug = {"backup": details}
    fake.agree = "backup updated"
    return fake


@pytest.mark.parametrize("size", [(70, 40), (120, 36)])
async def test_proposals_stand_in_the_overview_with_their_evidence(size: tuple[int, int]) -> None:
    async with showing(learnable(), size) as (app, pilot):
        await press(app, pilot, "enter", "G")
        text = " ".join(screen_text(app).split())
        assert 'cron = "0 2 * * *", grace = "20m" (A accepts)' in text
        assert "20 runs since Mon 5 Oct, always between 02:00 and 02:04" in text
        assert 'max_runtime = "10m"' in text
        assert "A accept" in screen_text(app).splitlines()[-1]


async def test_one_key_accepts_the_first_and_undo_takes_it_back() -> None:
    fake = learnable()
    async with showing(fake) as (app, pilot):
        await press(app, pilot, "enter", "A")
        assert [dict(one.fields) for one in fake.commands if isinstance(one, EditCheck)] == [FIRST]
        assert messages(app)[-1] == 'backup: cron = "0 2 * * *", grace = "20m" (u takes it back)'
        await press(app, pilot, "u")
        assert [dict(one.fields) for one in fake.commands if isinstance(one, EditCheck)] == [FIRST, BACK]


async def test_what_was_accepted_is_gone_and_the_next_is_first() -> None:
    fake = learnable()
    async with showing(fake) as (app, pilot):
        await press(app, pilot, "enter")
        accepted = seen(nights(20, spread=4), cron="0 2 * * *", grace="20m")
        fake.details_by_slug["backup"] = accepted
        fake.put(accepted.view)
        await settled(app, pilot)
        text = " ".join(screen_text(app).split())
        assert 'max_runtime = "10m" (A accepts)' in text
        assert "always between" not in text


async def test_where_nothing_was_learned_the_key_says_so_and_changes_nothing() -> None:
    fake = learnable()
    fake.details_by_slug["backup"] = replace(fake.details_by_slug["backup"], runs=())
    async with showing(fake) as (app, pilot):
        await press(app, pilot, "enter", "A")
        assert "Learned" not in screen_text(app)
        assert messages(app) == ["Nothing was learned from the runs that the check does not say already"]
        assert fake.commands == []


async def test_an_edit_that_is_refused_is_said_and_cannot_be_undone() -> None:
    fake = learnable()
    fake.agree, fake.refuse = "", "checks.toml cannot be written"
    async with showing(fake) as (app, pilot):
        await press(app, pilot, "enter", "A", "u")
        assert messages(app) == ["backup: checks.toml cannot be written", "There is nothing to undo"]
