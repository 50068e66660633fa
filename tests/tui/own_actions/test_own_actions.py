"""The person's own actions in the running app."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from pulsetui.tui.app import PulseApp
from pulsetui.tui.own_actions import own_actions
from pulsetui.tui.own_actions.menu import ActionsMenu
from pulsetui.tui.own_actions.question import LeaveRunningQuestion, RunQuestion
from pulsetui.tui.own_actions.screen import ActionScreen
from pulsetui.tui.table.screen import HomeScreen
from tests.client.fake import FakeEngine
from tests.client.samples import ABOUT, view
from tests.tui.support.screen_driver import dialog_text, messages, press, screen_text, settled, showing

TEXT = """
[actions.log]
command = "echo {slug} is {status}; printf '\\\\033[31m[b]red'"
desc = "The [b]last[/b] lines"

[actions.again]
command = "echo ran {slug} >> ran; exit 3"
confirm = true

[actions.top]
command = "top"
suspend = true

[actions.wait]
command = "sleep 1000"
"""
OF_NAME = view("billing", name="Billing [b]run[/b]")


@pytest.fixture
def engine(tmp_path: Path) -> FakeEngine:
    path = tmp_path / "checks.toml"
    path.write_text(TEXT)
    path.chmod(0o600)
    return FakeEngine([OF_NAME], about=replace(ABOUT, config_path=str(path)))


def file_of(engine: FakeEngine) -> Path:
    return Path(engine.about.config_path)


def on(app: PulseApp) -> type:
    """What is in front."""
    return type(app.screen)


async def ended(app: PulseApp, pilot: Pilot[None]) -> None:
    """Waits until all that runs beside the screen has ended."""
    for _ in range(500):
        if not app.go.own_actions.running:
            break
        await pilot.pause(0.01)
    await settled(app, pilot)


class InFront:
    """Stands for the terminal: keeps what was started."""

    def __init__(self, code: int = 0) -> None:
        self.started: list[Sequence[str]] = []
        self.folder: Path | None = None
        self.code = code

    def __call__(self, argv: Sequence[str], *, cwd: Path | None = None, **_: object) -> int:
        self.started.append(argv)
        self.folder = cwd
        return self.code


async def test_the_menu_shows_each_command_as_it_would_run(engine: FakeEngine) -> None:
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "!")
        assert on(app) is ActionsMenu
        shown = dialog_text(app)
        assert "For Billing [b]run[/b]" in shown
        assert "l log The [b]last[/b] lines echo billing is up; printf '\\033[31m[b]red'" in shown
        assert "a again echo ran billing >> ran; exit 3" in shown
        await press(app, pilot, "escape")
        assert on(app) is HomeScreen


async def test_one_runs_beside_the_screen_and_what_it_prints_is_cleaned(engine: FakeEngine) -> None:
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "!", "l")
        assert on(app) is ActionScreen
        await ended(app, pilot)
        shown = screen_text(app)
        assert "billing is up" in shown
        assert "\n[b]red" in shown
        assert "● done in" in shown
        assert messages(app) == []
        await press(app, pilot, "s")
        assert messages(app) == ["It has ended already"]

        await press(app, pilot, "escape", "!", "G", "enter")  # what it printed can be read again
        assert on(app) is ActionScreen
        assert "billing is up" in screen_text(app)


async def test_one_that_asks_runs_only_when_it_may(engine: FakeEngine) -> None:
    ran = file_of(engine).parent / "ran"
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "!", "a")
        assert on(app) is RunQuestion
        assert 'Run again for "Billing [b]run[/b]"? echo ran billing >> ran; exit 3' in dialog_text(app)
        await press(app, pilot, "enter")  # the safe answer
        assert on(app) is HomeScreen
        assert not ran.exists()

        await press(app, pilot, "!", "a", "y", "escape")
        await ended(app, pilot)
        assert ran.read_text() == "ran billing\n"


async def test_one_that_takes_the_terminal_gets_it(engine: FakeEngine) -> None:
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "!", "t")
        assert messages(app) == ["There is no terminal to run top in"]

        front = InFront(code=2)
        app.terminal.run_in_front = front  # type: ignore[method-assign]
        await press(app, pilot, "!", "t")
        (argv,) = front.started
        assert (argv[0], argv[-2:]) == ("/bin/sh", ["top", "top"])
        assert front.folder == file_of(engine).parent
        assert "top: exit code 2" in messages(app)


@pytest.mark.parametrize(
    ("command", "code"), [("true", 0), ("exit 3", 3), ("kill -INT $$", 130), ("exit '\"$0\"' 2>&-", 2)]
)
def test_in_front_it_waits_for_a_key_only_when_something_went_wrong(command: str, code: int) -> None:
    argv = ["/bin/sh", "-c", own_actions._IN_FRONT, "/bin/sh", command, "top"]
    done = subprocess.run(argv, input="\n", capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == code
    waits = f"\ntop ended with exit code {code}. Enter goes back."
    assert done.stdout == (waits if code not in (0, 130) else "")


async def test_stopping_and_leaving(engine: FakeEngine) -> None:
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "!", "w", "escape", "q")
        assert on(app) is LeaveRunningQuestion
        assert "wait billing" in dialog_text(app)
        await press(app, pilot, "n", "!", "w")
        assert on(app) is ActionScreen
        await press(app, pilot, "s")
        assert len(app.go.own_actions.running) >= 1
        first = app.go.own_actions.runs[-1]
        app.go.end()  # what a terminal that closes does
        await ended(app, pilot)
        assert first.code == -1
        assert [said.rpartition(" after ")[0] for said in messages(app)] == ["wait billing: ended by SIGHUP"]
        await press(app, pilot, "escape", "q")
        assert on(app) is not LeaveRunningQuestion


async def test_no_more_than_a_few_run_at_one_time(
    engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_actions, "MAX_RUNNING", 1)
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "!", "w", "escape", "!", "w")
        assert messages(app) == ["1 action run already: wait for one, or stop one"]
        app.go.end()
        await ended(app, pilot)


async def test_what_still_runs_is_not_forgotten_for_newer_ones(
    engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_actions, "MAX_RUNS", 1)
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "!", "w", "escape", "!", "l", "escape")
        assert [run.action.name for run in app.go.own_actions.runs] == ["log", "wait"]
        await press(app, pilot, "q")
        assert on(app) is LeaveRunningQuestion
        assert "wait billing" in dialog_text(app)
        app.go.end()
        await ended(app, pilot)


async def test_those_of_an_engine_elsewhere_are_never_run(engine: FakeEngine) -> None:
    async with showing(engine, attached="http://10.1.1.1:8787") as (app, pilot):
        await press(app, pilot, "!")
        assert on(app) is HomeScreen
        (said,) = messages(app)
        assert said.startswith("The engine is at http://10.1.1.1:8787: its actions are not run here")
        assert await app.go.own_actions.look() == ()
        await press(app, pilot, ":", "text:log billing")
        assert "The [b]last" not in screen_text(app)


async def test_an_engine_on_this_host_has_them_too(engine: FakeEngine) -> None:
    async with showing(engine, attached="") as (app, pilot):
        await press(app, pilot, "!")
        assert on(app) is ActionsMenu


async def test_what_anybody_may_have_written_does_not_run(engine: FakeEngine) -> None:
    file_of(engine).chmod(0o666)
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "!")
        assert "Every user of this host can change checks.toml" in dialog_text(app)
        await press(app, pilot, "l")
        assert on(app) is HomeScreen
        assert "Every user of this host" in messages(app)[-1]
        assert app.go.own_actions.runs == []


async def test_what_somebody_else_may_have_written_is_asked_about(
    engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = file_of(engine).stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    if owner == 0:  # root's files are trusted by all
        os.chown(file_of(engine), 2, -1)
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "!", "l")
        assert on(app) is RunQuestion
        assert "can change checks.toml, and with it what the actions log" in dialog_text(app)
        await press(app, pilot, "n")
        assert app.go.own_actions.runs == []


async def test_without_any_the_menu_teaches_and_with_a_mistake_it_says_which(engine: FakeEngine) -> None:
    async with showing(engine) as (app, pilot):
        file_of(engine).write_text("")
        await press(app, pilot, "!")
        assert "checks.toml has no actions yet" in dialog_text(app)
        assert "[actions.log]" in dialog_text(app)
        await press(app, pilot, "escape")
        file_of(engine).write_text('[actions.x]\ncomand = "true"\n')
        await press(app, pilot, "!")
        assert "Did you mean" in dialog_text(app)


async def test_the_palette_runs_them_for_the_check_under_the_cursor(engine: FakeEngine) -> None:
    async with showing(engine) as (app, pilot):
        await press(app, pilot, ":", "text:log billing")
        assert 'log "Billing [b]run[/b]"' in screen_text(app)
        await press(app, pilot, "enter")
        assert on(app) is ActionScreen
        await ended(app, pilot)
        assert "billing is up" in screen_text(app)


async def test_one_that_was_taken_out_meanwhile_is_not_run(engine: FakeEngine) -> None:
    async with showing(engine) as (app, pilot):
        (action, *_) = await app.go.own_actions.look()
        file_of(engine).write_text("")
        app.go.own_actions.run(action, OF_NAME)
        await settled(app, pilot)
        assert messages(app) == ["[actions.log] is no longer in checks.toml"]


async def test_a_host_that_nobody_knows_is_said_and_the_action_stays_where_it_is(engine: FakeEngine) -> None:
    file_of(engine).write_text('[actions.ssh]\ncommand = "ssh {host}"\n')
    details = engine.details("billing")
    engine.details_by_slug["billing"] = replace(details, pings=())
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "!", "s")
        assert on(app) is ActionsMenu
        assert "{host} is not known: no ping says from which host it came" in dialog_text(app)
