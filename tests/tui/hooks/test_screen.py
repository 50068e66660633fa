"""The hooks on the screen: how each is doing, tests, pauses and drills."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from pulsetui.client.commands import EndTrial, PauseHooks, ResumeHooks, StartDrill, TestHooks
from pulsetui.client.hooks import Circuit, HookState
from pulsetui.client.trials import Trial, TrialView
from pulsetui.client.views import DeliveryView
from pulsetui.tui.draw.list_columns import ListContext
from pulsetui.tui.hooks.model import glyph_of, hook_line, trial_line
from pulsetui.tui.hooks.screen import HooksScreen
from tests.client.fake import FakeEngine
from tests.client.samples import ME, NOW, household
from tests.tui.support.screen_driver import (
    RIGA,
    check_snapshot,
    messages,
    press,
    screen_text,
    settled,
    showing,
    snapshot,
    strips,
)

CONTEXT = ListContext(now=NOW, zone=RIGA)
AGO = NOW - timedelta(minutes=5)

HOOKS = (
    HookState(name="phone", type="telegram", ok=True, last_at=AGO, told=12, listening=True),
    HookState(
        name="boss",
        type="email",
        rules="after 1d, on Mon-Fri, not 22:00-07:00 (Europe/Riga)",
        circuit=Circuit.OPEN,
        open_since=NOW - timedelta(hours=2),
        failures=9,
        ok=False,
        last_at=AGO,
        error="mail.example.org refused the login: [/x] 535",
        waiting=3,
        next_try=NOW + timedelta(minutes=7),
    ),
    HookState(name="desk", type="desktop", paused_at=NOW - timedelta(days=1), waiting=1, told=4),
    HookState(name="日本語", type="webhook"),
)


def delivery(hook: str, **fields: object) -> DeliveryView:
    known = {"event": "down", "flip_at": AGO, "tries": 1, "delivered_at": None, "next_try_at": None}
    return DeliveryView(**{"hook": hook, "error": "", **known, **fields})  # type: ignore[arg-type]


TRIALS = [
    TrialView(
        trial=Trial(
            key="drill-5f0c",
            kind="drill",
            begun_at=AGO,
            hooks=("phone", "boss"),
            by="ann",
            slug="backup-db",
            ends_at=NOW + timedelta(minutes=5),
        ),
        deliveries=(
            delivery("phone", delivered_at=AGO + timedelta(seconds=2)),
            delivery("boss", error="535 go away", next_try_at=NOW),
        ),
    ),
    TrialView(
        trial=Trial(
            key="test-77", kind="test", begun_at=AGO - timedelta(days=2), hooks=("phone",), ended_at=AGO
        ),
        deliveries=(delivery("phone", delivered_at=AGO - timedelta(days=2) + timedelta(seconds=0.3)),),
    ),
]


def engine(hooks: tuple[HookState, ...] = HOOKS, trials: list[TrialView] | None = None) -> FakeEngine:
    made = FakeEngine(household())
    made.about = replace(made.about, hooks=hooks, hook_names=tuple(hook.name for hook in hooks))
    made.trial_views = trials or []
    return made


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (120, 36)], ids=lambda s: f"{s[0]}x{s[1]}")
async def test_the_hooks_look_as_they_should(size: tuple[int, int]) -> None:
    async with showing(engine(trials=list(TRIALS)), size) as (app, pilot):
        await press(app, pilot, "H")
        await settled(app, pilot)
        await press(app, pilot, "j")
        assert isinstance(app.screen, HooksScreen)
        assert {cell_len(strip.text) for strip in strips(app)} == {size[0]}
        check_snapshot(f"hooks-{size[0]}x{size[1]}", snapshot(app))


async def test_without_hooks_it_says_how_to_add_one() -> None:
    async with showing(engine(()), (80, 24)) as (app, pilot):
        await press(app, pilot, "H")
        text = screen_text(app)
        assert "nobody is told when a check goes down" in text
        assert "[hooks.desktop]" in text
        assert 'type = "desktop"' in text


async def test_a_test_goes_out_by_the_hook_under_the_cursor_and_its_result_shows() -> None:
    fake = engine()
    async with showing(fake, (100, 24)) as (app, pilot):
        await press(app, pilot, "H", "j", "t")
        await settled(app, pilot)

        [command] = fake.commands
        assert isinstance(command, TestHooks)
        assert (command.hooks, command.by) == (("boss",), ME)
        assert messages(app) == ["A test goes out by boss"]
        assert "test  told by 1 of 1 hook" in screen_text(app)


async def test_a_hook_is_paused_and_resumed() -> None:
    fake = engine()
    async with showing(fake, (100, 24)) as (app, pilot):
        await press(app, pilot, "H", "p")
        await settled(app, pilot)
        assert "paused 0s ago" in screen_text(app) or "paused just now" in screen_text(app)
        await press(app, pilot, "p")
        await settled(app, pilot)

        assert fake.commands == [PauseHooks(("phone",)), ResumeHooks(("phone",))]


async def test_a_drill_is_begun_and_acknowledged_with_a_key() -> None:
    fake = engine()
    async with showing(fake, (120, 30)) as (app, pilot):
        await press(app, pilot, "H", "d")
        await settled(app, pilot)
        assert "a drill is going on" in screen_text(app)
        assert "for somebody: press a" in screen_text(app)
        await press(app, pilot, "d")
        assert messages(app)[-1] == "A drill is going on already"
        await press(app, pilot, "a")
        await settled(app, pilot)

        drill, end = fake.commands
        assert isinstance(drill, StartDrill)
        assert end == EndTrial(drill.key, by=f"{ME} via screen")
        assert f"acknowledged by {ME} via screen after" in screen_text(app)
        await press(app, pilot, "a")
        assert "No drill is going on" in messages(app)[-1]


async def test_what_the_engine_refuses_is_said() -> None:
    fake = engine()
    fake.refuse = "there is no hook phone"
    async with showing(fake, (100, 24)) as (app, pilot):
        await press(app, pilot, "H", "t")
        await settled(app, pilot)
        assert messages(app) == ["there is no hook phone"]


async def test_while_the_engine_is_gone_nothing_can_be_tried() -> None:
    fake = engine()
    async with showing(fake, (100, 24)) as (app, pilot):
        await press(app, pilot, "H")
        fake.connected = False
        await press(app, pilot, "t")
        assert "The engine cannot be reached" in messages(app)[-1]
        assert fake.commands == []


async def test_the_hooks_are_in_the_palette() -> None:
    async with showing(engine(), (100, 24)) as (app, pilot):
        await press(app, pilot, ":", *"hooks", "enter")
        await settled(app, pilot)
        assert isinstance(app.screen, HooksScreen)


@pytest.mark.parametrize("width", [24, 40, 60, 80, 120, 200])
def test_lines_keep_their_width(width: int) -> None:
    lines = [hook_line(hook, width, CONTEXT) for hook in HOOKS]
    lines += [trial_line(view, width, CONTEXT) for view in TRIALS]
    assert {sum(cell_len(text) for text, _ in line) for line in lines} == {width}


def test_each_state_has_a_glyph_of_its_own() -> None:
    for ascii_only in (False, True):
        assert len({glyph_of(hook, ascii_only=ascii_only)[0] for hook in HOOKS}) == len(HOOKS)
