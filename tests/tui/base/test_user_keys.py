"""Keys of the person in the running app: they work, they are shown, and what cannot be is a notice."""

from __future__ import annotations

from msgspec.structs import replace

from pulsetui.client.views import EngineInfo
from pulsetui.tui.app import PulseApp
from pulsetui.tui.base.screen import PulseScreen
from pulsetui.tui.dialogs.help import keys_of
from tests.client.fake import FakeEngine
from tests.client.samples import household
from tests.tui.support.screen_driver import dialog_text, press, screen_text, settled, showing


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
    fake = engine(pause="@")
    async with showing(fake) as (app, pilot):
        await press(app, pilot, "p")
        assert fake.commands == []
        await press(app, pilot, "at")
        assert [command.verb for command in fake.commands] == ["pause"]
        assert "@ resume" in screen_text(app).splitlines()[-1]


async def test_keys_that_cannot_be_are_told_and_the_others_work() -> None:
    fake = engine(pasue="@", copy="p", quit="ctrl+k")
    async with showing(fake) as (app, pilot):
        assert 'there is no such command; did you mean "pause"?' in screen_text(app)
        assert "2 mistakes" in screen_text(app)
        await press(app, pilot, "p")
        assert [command.verb for command in fake.commands] == ["pause"]


async def test_a_change_of_the_table_of_keys_is_taken_over_at_once() -> None:
    fake = engine(pasue="@")
    async with showing(fake) as (app, pilot):
        assert "no such command" in screen_text(app)
        fake.keys = {"pause": "@"}
        fake.tell()
        await settled(app, pilot)
        assert "no such command" not in screen_text(app)
        await press(app, pilot, "at")
        assert [command.verb for command in fake.commands] == ["pause"]


async def test_all_mistakes_of_the_table_of_keys_are_read_in_full() -> None:
    fake = engine(pasue="@", zzz="P", copy="p")
    async with showing(fake, (80, 24)) as (app, pilot):
        await press(app, pilot, "N")
        shown = dialog_text(app)
        assert "3 mistakes" in shown
        assert '[keys] pasue: there is no such command; did you mean "pause"?' in shown
        assert "[keys] zzz: there is no such command; the help (?) has the names on the right" in shown
        assert "[keys] copy: p is already used by pause" in shown


async def test_the_help_shows_what_each_command_is_called_in_the_table_of_keys() -> None:
    async with showing(engine(), (100, 100)) as (app, pilot):
        await press(app, pilot, "?")
        lines = screen_text(app).splitlines()
        assert any("Pause the check" in line and line.split()[-2] == "pause" for line in lines)
        assert any("One check down" in line and "table.down" in line for line in lines)
        assert any("View problems" in line and "table.view_2" in line for line in lines)


async def test_a_key_of_the_person_stands_where_the_command_has_always_stood() -> None:
    async with showing(engine()) as (app, _):
        before = names_in_help(app)
    async with showing(engine(pause="@", acknowledge="ctrl+a", **{"table.down": "ctrl+n"})) as (app, _):
        assert names_in_help(app) == before


def names_in_help(app: PulseApp) -> list[str]:
    screen = app.screen
    assert isinstance(screen, PulseScreen)
    return [entry.name for entries in keys_of(screen).values() for entry in entries]
