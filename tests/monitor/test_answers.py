"""What is answered to an alert, in the engine."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from pulsetui.client.alert import Alert, Answer
from pulsetui.client.commands import Operation, Unacknowledge
from pulsetui.core.state.status import PingKind
from pulsetui.monitor.answering.answers import AlertAnswers
from pulsetui.monitor.writing.commands import Operate
from tests.monitor.harness import Harness, full_disk, running
from tests.monitor.test_snooze import told, wait_out
from tests.store.samples import due_rows

CONFIG = """
[hooks.a]
type = "terminal"

[checks.one]
every = "1h"
name = "One"
"""


def key(engine: Harness) -> str:
    """Of the newest alert that tells of an incident."""
    from msgspec.json import decode

    alerts = [
        decode(one.alert, type=Alert) for one in due_rows(engine.engine.queries, engine.clock.now(), 99)
    ]
    return [alert.key for alert in alerts if alert.key][-1]


async def answer(engine: Harness, verb: str, of: str = "", by: str = "ann") -> str:
    asked = Answer(verb=verb, key=of or key(engine), by=by, hook="phone")  # type: ignore[arg-type]
    return await AlertAnswers(engine.engine).take(asked)


async def operate(engine: Harness, command: Operation) -> None:
    await engine.engine.perform(Operate(command))


async def test_a_button_acknowledges_and_says_by_whom_and_by_which_way(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await engine.ping("one", PingKind.FAIL)

        assert await answer(engine, "acknowledge") == "One is acknowledged by ann via phone"

        incident = engine.engine.checks.find("one")
        assert incident is not None
        assert incident.state.incident is not None
        assert incident.state.incident.acknowledgement is not None
        assert incident.state.incident.acknowledgement.by == "ann via phone"


async def test_who_comes_second_hears_who_was_first(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await engine.ping("one", PingKind.FAIL)
        await answer(engine, "acknowledge")
        assert (
            await answer(engine, "acknowledge", by="bob") == "One was acknowledged already, by ann via phone"
        )
        await operate(engine, Unacknowledge(("one",)))
        assert await answer(engine, "acknowledge", by="bob") == "One is acknowledged by bob via phone"


async def test_a_button_snoozes_that_check_for_an_hour_and_then_it_is_told_again(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await engine.ping("one", PingKind.FAIL)

        assert await answer(engine, "snooze") == "One is snoozed until 01:00 UTC by ann via phone"

        assert engine.view("one").snoozed_until == engine.clock.now() + timedelta(hours=1)
        await wait_out(engine, minutes=61)
        assert engine.view("one").snoozed_until is None


async def test_the_button_answers_in_the_zone_of_checks_toml(tmp_path: Path) -> None:
    async with running(tmp_path, config='timezone = "Asia/Tokyo"\n' + CONFIG) as engine:
        await engine.ping("one", PingKind.FAIL)
        assert await answer(engine, "snooze") == "One is snoozed until 10:00 JST by ann via phone"
        assert "snoozed already, until 10:00 JST, by ann" in await answer(engine, "snooze")


async def test_a_longer_snooze_is_not_cut_short_by_a_button(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await engine.ping("one", PingKind.FAIL)
        await answer(engine, "snooze", by="bob")
        assert "snoozed already, until 01:00 UTC, by bob" in await answer(engine, "snooze")


@pytest.mark.parametrize("verb", ["acknowledge", "snooze"])
async def test_an_answer_that_comes_too_late_does_nothing_and_says_so(tmp_path: Path, verb: str) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await engine.ping("one", PingKind.FAIL)
        of = key(engine)
        await engine.ping("one")
        assert await answer(engine, verb, of) == "One is not down any more; nothing was done"

        await engine.ping("one", PingKind.FAIL)
        assert "down again; nothing was done" in await answer(engine, verb, of)
        assert engine.client.info().snoozes == ()
        assert told(engine)[-1] == "One failed"


@pytest.mark.parametrize("of", ["", "-1", "nonsense", "00000000-0000-4000-8000-000000000000-1", "é-٣"])
async def test_a_key_of_nothing_does_nothing(tmp_path: Path, of: str) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        said = await answer(engine, "acknowledge", of or "-")
        assert said == "This check is not watched any more; nothing was done"


async def test_a_name_from_outside_is_cleaned_and_none_is_somebody(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await engine.ping("one", PingKind.FAIL)
        assert await answer(engine, "snooze", by="\x1b[31m\u202e ") == (
            "One is snoozed until 01:00 UTC by somebody via phone"
        )
        said = await answer(engine, "acknowledge", by="x" * 500)
        assert said.endswith("x… via phone")
        assert len(said) < 120


async def test_an_answer_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await engine.ping("one", PingKind.FAIL)
        of = key(engine)
        with full_disk():
            assert "nothing was done. Press again" in await answer(engine, "acknowledge", of)
        assert await answer(engine, "acknowledge", of) == "One is acknowledged by ann via phone"
