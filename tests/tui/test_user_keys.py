"""Keys of the person in the running app: they work, they are shown, and what cannot be is a notice."""

from __future__ import annotations

from msgspec.structs import replace

from pulsetui.monitor.view import EngineInfo
from tests.tui.fake_engine import FakeEngine
from tests.tui.looks import press, settled, showing, text
from tests.tui.views import household


class KeyedEngine(FakeEngine):
    """An engine whose checks.toml has a ``[keys]`` table."""

    keys: dict[str, str]

    def info(self) -> EngineInfo:
        return replace(super().info(), keys=self.keys)


def engine(**keys: str) -> KeyedEngine:
    made = KeyedEngine(household())
    made.keys = keys
    return made


async def test_a_key_of_the_person_does_the_verb_and_the_old_one_does_not() -> None:
    fake = engine(pause="!")
    async with showing(fake) as (app, pilot):
        await press(app, pilot, "p")
        assert fake.commands == []
        await press(app, pilot, "exclamation_mark")
        assert [command[0] for command in fake.commands] == ["pause"]
        assert "! resume" in text(app).splitlines()[-1]


async def test_keys_that_cannot_be_are_told_and_the_others_work() -> None:
    fake = engine(pasue="!", copy="p", quit="ctrl+k")
    async with showing(fake) as (app, pilot):
        assert 'there is no such command; did you mean "pause"?' in text(app)
        assert "(and 1 more)" in text(app)
        await press(app, pilot, "p")
        assert [command[0] for command in fake.commands] == ["pause"]


async def test_a_change_of_the_table_of_keys_is_taken_over_at_once() -> None:
    fake = engine(pasue="!")
    async with showing(fake) as (app, pilot):
        assert "no such command" in text(app)
        fake.keys = {"pause": "!"}
        fake.tell()
        await settled(app, pilot)
        assert "no such command" not in text(app)
        await press(app, pilot, "exclamation_mark")
        assert [command[0] for command in fake.commands] == ["pause"]
