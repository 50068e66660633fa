"""The page for the morning, out of a real database."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pulsetui.client.hooks import Circuit, HookState
from pulsetui.client.today import Today, Untold
from pulsetui.core.state.status import PingKind
from pulsetui.monitor.today import untold
from pulsetui.monitor.writing.commands.upkeep import UpdateDeliveries
from pulsetui.store.rows import DeliveryResult
from tests.monitor.harness import START, Harness, running

HOUR = timedelta(hours=1)
CONFIG = """\
timezone = "UTC"

[hooks.terminal]
type = "terminal"

[checks.hourly]
cron = "0 * * * *"

[checks.patient]
every = "1d"
failures_before_down = 5

[checks.quiet]
every = "1d"
"""


def page_of(engine: Harness, since: timedelta = 12 * HOUR) -> Today:
    now = engine.clock.now()
    return engine.client.today(now - since, now + 6 * HOUR)


async def test_a_night_is_told_in_a_few_lines_and_what_is_still_wrong_is_not_among_them(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await engine.ping("hourly")
        await engine.ping("patient", PingKind.FAIL, exit_status=3)
        await engine.ping("patient", PingKind.FAIL, exit_status=3)
        await engine.ping("quiet", PingKind.SKIP)
        await engine.run(hours=3, minutes=30)  # nothing came from it for three hours
        open_now = page_of(engine)
        await engine.ping("hourly")
        over = page_of(engine)

        assert [(one.slug, one.kind, one.count) for one in open_now.happened] == [
            ("patient", "failed", 2),
            ("quiet", "skipped", 1),
        ]
        assert open_now.told == {"hourly": ()}, "nobody listens to the terminal"
        (down, *_) = over.happened
        assert (down.slug, down.word, down.until) == ("hourly", "overdue", engine.clock.now())
        assert down.text.startswith("missed ")
        assert over.told == {}
        assert (over.runs, over.good) == (5, 2)
        assert [one.slug for one in over.coming] == ["hourly"]


async def test_what_was_before_is_not_of_this_night(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await engine.ping("patient", PingKind.FAIL)
        await engine.ping("hourly", PingKind.FAIL)
        await engine.ping("hourly")
        engine.clock.run(2 * HOUR)
        page = page_of(engine, HOUR)

        assert page.happened == ()
        assert page.runs == 0
        assert page_of(engine, 3 * HOUR).runs == 3


async def test_who_was_told_is_who_got_it(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await engine.ping("hourly", PingKind.FAIL)
        queries, now = engine.engine.queries, engine.clock.now()
        (check_id,) = [one.id for one in engine.engine.checks if one.check.slug == "hourly"]
        (waiting,) = queries.deliveries(check_id, 10)
        assert page_of(engine).told == {"hourly": ()}

        arrived = DeliveryResult(ids=[waiting.id], delivered_at=now, next_try_at=None, error="")
        await engine.engine.perform(UpdateDeliveries(change=arrived))
        assert page_of(engine).told == {"hourly": ("terminal",)}


def test_what_waits_for_a_later_hour_is_not_lost_and_what_a_broken_hook_holds_may_be() -> None:
    well = HookState(name="well", type="email", waiting=4, ok=True)
    broken = HookState(name="broken", type="webhook", waiting=2, circuit=Circuit.OPEN, error="no route")
    paused = HookState(name="paused", type="command", waiting=1, paused_at=START)

    found = untold([well, broken, paused], {"gone": (3, "550 no such user")})

    assert found == [
        Untold(hook="broken", lost=0, waiting=2, error="no route"),
        Untold(hook="paused", lost=0, waiting=1, error="it is paused"),
        Untold(hook="gone", lost=3, waiting=0, error="550 no such user"),
    ]
