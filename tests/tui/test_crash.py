"""A screen that fails: it ends quietly, and what ran it starts it again over the same engine."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.command import CommandList

from pulsetui.cli.commands import screen
from pulsetui.client.views import Notice
from pulsetui.tui.app import PulseApp
from pulsetui.tui.table.widget import CheckTable
from tests.client.fake import FakeEngine
from tests.client.samples import view
from tests.tui.support.screen_driver import press, screen_text, settled, showing


class BugError(RuntimeError):
    """What the screen of these tests fails with."""


def fail() -> None:
    raise BugError("[/x] on purpose")


def break_the_table(app: PulseApp) -> None:
    table = app.screen.query_one(CheckTable)
    table.render_line = lambda y: fail()  # type: ignore[method-assign,assignment,return-value]
    table.refresh()


async def run_until_it_ends(app: PulseApp, start: Callable[[PulseApp], None]) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        start(app)
        await pilot.pause(0.2)


@pytest.mark.parametrize(
    "start",
    [
        lambda app: app.set_timer(0.01, fail),
        lambda app: app.call_later(fail),
        break_the_table,
    ],
    ids=["timer", "handler", "drawing"],
)
async def test_a_failing_screen_ends_without_a_traceback(
    start: Callable[[PulseApp], None], capfd: pytest.CaptureFixture[str]
) -> None:
    engine = FakeEngine([view()])
    app = PulseApp(engine)

    with pytest.raises(BugError):
        await run_until_it_ends(app, start)

    assert isinstance(app.crash, BugError)
    assert app.return_code == 1
    assert engine.listeners == []
    assert not engine.closed
    shown = capfd.readouterr()
    assert "Traceback" not in shown.out + shown.err


@pytest.mark.parametrize("key", ["pagedown", "pageup", "down", "up", "enter"])
async def test_keys_for_a_list_that_is_not_laid_out_yet_break_nothing(key: str) -> None:
    """As when they come in one read with the letters that fill it."""
    async with showing(FakeEngine([view()])) as (app, pilot):
        await press(app, pilot, ":", "c")
        commands = app.screen.query_one(CommandList)
        commands.styles.max_height = 0
        commands._line_cache.clear()
        await press(app, pilot, key)


async def test_the_notice_of_a_restart_stays_until_it_is_read() -> None:
    engine = FakeEngine([view()])
    notice = Notice(key="screen", level="error", text="The screen failed and was restarted")
    async with showing(engine, notices=(notice,)) as (app, pilot):
        assert "The screen failed and was restarted" in screen_text(app)
        engine.tell()
        await settled(app, pilot)
        assert "The screen failed and was restarted" in screen_text(app)

        await press(app, pilot, "x")
        assert "The screen failed" not in screen_text(app)
        assert engine.dismissed == []


class Runs:
    """Stands in for ``PulseApp.run``: the first ``crashes`` runs fail."""

    def __init__(self, crashes: int) -> None:
        self.crashes = crashes
        self.apps: list[PulseApp] = []

    def run(self, app: PulseApp) -> None:
        self.apps.append(app)
        if len(self.apps) <= self.crashes:
            try:
                fail()
            except BugError as error:
                app.crash = error


@pytest.fixture
def options(tmp_path: Path) -> argparse.Namespace:
    return argparse.Namespace(state_dir=str(tmp_path), config=None, wall=False)


def run_over(
    crashes: int, options: argparse.Namespace, monkeypatch: pytest.MonkeyPatch
) -> tuple[screen.Left, Runs]:
    runs = Runs(crashes)
    monkeypatch.setattr(PulseApp, "run", lambda app: runs.run(app))  # noqa: PLW0108 - binds the app
    return screen.show(FakeEngine([view()]), options), runs


def test_a_screen_that_fails_is_started_again_and_says_so(
    options: argparse.Namespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, runs = run_over(2, options, monkeypatch)

    assert left.code == 0
    assert len(runs.apps) == 3
    assert runs.apps[0].client is runs.apps[2].client
    (notice,) = runs.apps[1].notices()
    assert "The screen failed and was restarted" in notice.text
    assert str(tmp_path / "crash.log") in notice.text
    assert "on purpose" in (tmp_path / "crash.log").read_text()


def test_a_screen_that_fails_again_and_again_is_given_up(
    options: argparse.Namespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, runs = run_over(99, options, monkeypatch)

    assert left.code == 1
    assert left.failed.startswith("the screen failed 3 times within a minute: this is a bug: BugError")
    assert "\n" not in left.failed
    assert len(runs.apps) == 3


def test_a_screen_that_cannot_even_be_made_is_a_crash_like_any_other(
    options: argparse.Namespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PulseApp, "__init__", lambda *_, **__: fail())
    assert screen.show(FakeEngine([view()]), options).failed


def test_failures_far_apart_never_end_it(
    options: argparse.Namespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(0, 10_000, 40))
    monkeypatch.setattr("pulsetui.cli.commands.screen.time.monotonic", lambda: float(next(clock)))

    left, runs = run_over(6, options, monkeypatch)

    assert (left.code, len(runs.apps)) == (0, 7)
