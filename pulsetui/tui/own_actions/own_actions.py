"""A person's own actions: opens their list, asks, runs them in front of the screen or beside it."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from pulsetui.client.views import CheckView
from pulsetui.config.tables.actions import ActionConfig
from pulsetui.core.text.phrases import count_text
from pulsetui.errors import PulseError, in_words
from pulsetui.tui.base.background import in_background
from pulsetui.tui.draw.lines import name_of
from pulsetui.tui.own_actions.beside import BesideRun
from pulsetui.tui.own_actions.facts import command_of, facts_of
from pulsetui.tui.own_actions.how_it_went import code_words, name_of_run, state_of
from pulsetui.tui.own_actions.look import ActionsFile, Looked
from pulsetui.tui.own_actions.menu import ActionsMenu, MenuEntry, entries_for
from pulsetui.tui.own_actions.question import RunQuestion
from pulsetui.tui.own_actions.screen import ActionScreen

if TYPE_CHECKING:
    from textual.app import App

    from pulsetui.tui.base.services import Services
    from pulsetui.tui.terminal.terminal import Terminal

log = logging.getLogger(__name__)

MAX_RUNNING = 8
"""Commands beside the screen at one time."""
MAX_RUNS = 20
"""Runs whose output is kept; what still runs is kept whatever came after it."""
_SHELL = "/bin/sh"
_IN_FRONT = """\
trap : INT
"$0" -c "$1"
code=$?
case $code in
    0|130) ;;
    *) printf '\\n%s ended with exit code %s. Enter goes back.' "$2" "$code"; read -r _ ;;
esac
exit "$code"
"""
"""What went wrong can be read before the screen comes back over it; Ctrl-C ends the command and not this."""
_ENDED_BY_A_KEY = frozenset({0, 130, -signal.SIGINT})


class OwnActions:
    """One for the app."""

    def __init__(self, app: App[None], services: Services, terminal: Terminal) -> None:
        self._app = app
        self._services = services
        self._terminal = terminal
        self._file: ActionsFile | None = None
        self.runs: list[BesideRun] = []  # beside the screen, the newest first

    @property
    def running(self) -> list[BesideRun]:
        """Those that go on."""
        return [run for run in self.runs if run.code is None]

    # Looking

    @property
    def elsewhere(self) -> str:
        """Why none of this engine's can be run here, where that is so."""
        where = self._services.attached
        if not where:
            return ""
        return (
            f"The engine is at {where}: its actions are not run here, or it could have anything run."
            " They are at hand on a screen on its own host"
        )

    async def look(self) -> Sequence[ActionConfig]:
        """The actions of the file that this host's engine reads, as it is now."""
        return (await self._look()).actions

    async def _look(self) -> Looked:
        if self.elsewhere:
            return Looked()
        path = Path(self._services.client.info().config_path)
        if self._file is None or self._file.path != path:
            self._file = ActionsFile(path)
        return await asyncio.to_thread(self._file.look)

    async def _facts(self, actions: Sequence[ActionConfig], view: CheckView | None) -> Mapping[str, str]:
        details = None
        if view is not None and any("host" in action.places for action in actions):
            try:
                details = await asyncio.to_thread(self._services.client.details, view.slug)
            except PulseError as error:
                log.info("no host of check=%s: %s", view.slug, error)
        return facts_of(view, details)

    # The list

    def open(self, view: CheckView | None) -> None:
        """The list of all of them for a check."""
        if self.elsewhere:
            self._services.say(self.elsewhere, severity="warning")
            return

        async def work() -> None:
            looked = await self._look()
            entries = entries_for(looked.actions, await self._facts(looked.actions, view))
            problems = [*looked.problems, *([looked.distrust.text] if looked.distrust else [])]
            name = "" if view is None else name_of(view)
            menu = ActionsMenu(name, entries, self.runs, problems, self._services.now())
            self._app.push_screen(menu, lambda chosen: self._chosen(chosen, looked, view))

        self._services.opens(in_background(self._app, work, group="own-actions", exclusive=True))

    def _chosen(self, chosen: MenuEntry | BesideRun | None, looked: Looked, view: CheckView | None) -> None:
        if isinstance(chosen, BesideRun):
            self._app.push_screen(ActionScreen(chosen))
        elif chosen is not None:
            self._ask(chosen.action, chosen.command, looked, view)

    # Running

    def run(self, action: ActionConfig, view: CheckView | None) -> None:
        """Runs one that was named, as the file has it now."""

        async def work() -> None:
            looked = await self._look()
            now = next((one for one in looked.actions if one.name == action.name), None)
            if now is None:
                self._services.say(f"[actions.{action.name}] is no longer in checks.toml", severity="warning")
                return
            command, why_not = command_of(now, await self._facts([now], view))
            if why_not:
                self._services.say(f"{action.name}: {why_not}", severity="warning")
                return
            self._ask(now, command, looked, view)

        self._services.opens(in_background(self._app, work, group="own-actions", exclusive=True))

    def _ask(self, action: ActionConfig, command: str, looked: Looked, view: CheckView | None) -> None:
        """What others may have written is asked about whatever the file says, and not run if anybody may."""
        if looked.distrust is not None and looked.distrust.refused:
            self._services.say(looked.distrust.text, severity="error")
            return
        doubt = looked.distrust.text if looked.distrust is not None else ""
        if action.confirm or doubt:
            question = RunQuestion(action, command, view, doubt)
            self._app.push_screen(
                question, lambda answer: self._start(action, command, view) if answer == "run" else None
            )
        else:
            self._start(action, command, view)

    def _start(self, action: ActionConfig, command: str, view: CheckView | None) -> None:
        log.info("action=%s check=%s", action.name, view.slug if view is not None else "-")
        if action.suspend:
            self._in_front(action, command)
        else:
            self._beside(action, command, view)

    @property
    def _folder(self) -> Path:
        return Path(self._services.client.info().config_path).parent

    def _in_front(self, action: ActionConfig, command: str) -> None:
        argv = [_SHELL, "-c", _IN_FRONT, _SHELL, command, action.name]
        try:
            code = self._terminal.run_in_front(argv, cwd=self._folder)
        except SuspendNotSupported:
            self._services.say(f"There is no terminal to run {action.name} in", severity="error")
        except OSError as error:
            self._services.say(f"{action.name} cannot be run: {in_words(error)}", severity="error")
        else:
            if code not in _ENDED_BY_A_KEY:
                self._services.say(f"{action.name}: {code_words(code)}", severity="warning")

    def _beside(self, action: ActionConfig, command: str, view: CheckView | None) -> None:
        if len(self.running) >= MAX_RUNNING:
            self._services.say(
                f"{count_text(MAX_RUNNING, 'action')} run already: wait for one, or stop one",
                severity="warning",
            )
            return
        run = BesideRun(action, command, "" if view is None else view.slug, self._services.now())
        try:
            run.start([_SHELL, "-c", command], self._folder, self._ended_soon, self._services.now)
        except OSError as error:
            self._services.say(f"{action.name} cannot be run: {in_words(error)}", severity="error")
            return
        self.runs = [
            run,
            *(one for place, one in enumerate(self.runs, 1) if place < MAX_RUNS or one.code is None),
        ]
        self._app.push_screen(ActionScreen(run))

    def _ended_soon(self, run: BesideRun) -> None:
        """From a thread."""
        try:
            self._app.call_later(self._ended, run)
        except RuntimeError:
            log.debug("action=%s ended after the screen", run.action.name)

    def _ended(self, run: BesideRun) -> None:
        if not self._app.screen_stack:
            return
        top = self._app.screen
        if isinstance(top, ActionScreen) and top.run_shown is run:
            top.tick()
            return
        words = "".join(text for text, _ in state_of(run, self._services.now())[1:])
        severity = "information" if run.code == 0 or run.stop_asked else "warning"
        self._services.say(f"{name_of_run(run)}: {words}", severity=severity)

    def end(self) -> None:
        """The screen ends: what runs beside it is told, as by a terminal that closes."""
        for run in self.running:
            run.send(signal.SIGHUP)
