"""The hooks: what tells people, how each is doing, and whether it would tell them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from secrets import token_hex
from typing import ClassVar

from textual.binding import BindingType

from pulsetui.client.commands import AnyCommand, EndTrial, PauseHooks, ResumeHooks, StartDrill, TestHooks
from pulsetui.client.hook_words import is_trouble
from pulsetui.client.hooks import HookState
from pulsetui.client.trials import TrialView
from pulsetui.client.user import user_name, user_via
from pulsetui.core.text.phrases import count_text
from pulsetui.errors import PulseError
from pulsetui.tui.base.background import in_background
from pulsetui.tui.base.situation import Situation
from pulsetui.tui.base.story_screen import StoryScreen
from pulsetui.tui.base.verbs import bindings_on
from pulsetui.tui.draw.lines import Line, Span, fit
from pulsetui.tui.hooks.model import (
    HookKey,
    TrialKey,
    empty_lines,
    header,
    hook_lines,
    hook_story,
    trial_story,
)


class HooksScreen(StoryScreen[tuple[TrialView, ...]]):
    """Hooks come with every change of the engine; tests and drills are asked for while one is going on."""

    SCOPE = "hooks"
    BINDINGS: ClassVar[list[BindingType]] = bindings_on("hooks")

    def __init__(self) -> None:
        super().__init__()
        self._trials: tuple[TrialView, ...] = ()

    @property
    def hooks(self) -> Sequence[HookState]:
        return self.pulse.client.info().hooks

    @property
    def hook(self) -> HookState | None:
        """The one under the cursor."""
        key = self.entries.key
        return next((one for one in self.hooks if HookKey(one.name) == key), None)

    @property
    def trial(self) -> TrialView | None:
        """The test or drill under the cursor."""
        key = self.entries.key
        return next((one for one in self._trials if TrialKey(one.trial.key) == key), None)

    # The engine

    def news(self, changed: frozenset[str], *, info: bool) -> None:
        if info:
            self.ask()
            self.draw()

    def tick(self) -> None:
        if any(one.trial.ended_at is None for one in self._trials):
            self.ask()
        self.draw()

    def question(self) -> Callable[[], tuple[TrialView, ...]]:
        return self.pulse.client.trials

    def take(self, answer: tuple[TrialView, ...]) -> None:
        self._trials = answer

    # Drawing

    def title_line(self, width: int) -> Line:
        hooks = self.hooks
        spans: list[Span] = [(" Hooks", "title")]
        if bad := sum(map(is_trouble, hooks)):
            spans += [("  ", "text"), (f" {bad} failing ", "chip-down")]
        if held := sum(hook.paused_at is not None for hook in hooks):
            spans.append((f"  {held} paused", "calm"))
        if waiting := sum(hook.waiting for hook in hooks):
            spans.append((f"  {count_text(waiting, 'alert')} waiting", "late"))
        if any(one.trial.is_open_drill for one in self._trials):
            spans.append(("  a drill is going on", "accent"))
        return tuple(fit(spans, width))

    def header_line(self, width: int) -> Line:
        return header(width)

    def list_lines(self, width: int) -> tuple[list[Line], list[object]]:
        hooks = self.hooks
        lines, keys = hook_lines(hooks, self._trials, width, self.line_context)
        if not hooks:
            missing: list[Line] = [(), *empty_lines(width)]
            lines, keys = [*missing, *lines], [*([None] * len(missing)), *keys]
        return lines, keys

    def story_lines(self, width: int) -> list[Line]:
        if (hook := self.hook) is not None:
            return hook_story(hook, width, self.line_context)
        trial = self.trial
        return [] if trial is None else trial_story(trial, width, self.line_context)

    # Verbs

    def own_verbs(self) -> dict[str, Callable[[], None]]:
        return super().own_verbs() | {
            "test": self.verb_test,
            "hold": self.verb_hold,
            "drill": self.verb_drill,
            "react": self.verb_react,
        }

    def verb_test(self) -> None:
        hook = self._needed()
        if hook is not None:
            command = TestHooks(f"test-{token_hex(6)}", (hook.name,), by=user_name())
            self._do(command, f"A test goes out by {hook.name}")

    def verb_hold(self) -> None:
        hook = self._needed()
        if hook is None:
            return
        if hook.paused_at is not None:
            self._do(ResumeHooks((hook.name,)), f"{hook.name} tells again")
        else:
            self._do(PauseHooks((hook.name,)), f"{hook.name} is paused: its alerts wait, none is lost")

    def verb_drill(self) -> None:
        if not self.hooks:
            self.say("There is no hook that would tell of a drill", severity="warning")
        elif any(one.trial.is_open_drill for one in self._trials):
            self.say("A drill is going on already", severity="warning")
        else:
            command = StartDrill(f"drill-{token_hex(6)}", by=user_name())
            self._do(command, "A drill goes out by every hook; acknowledge it in a message, or with a")

    def verb_react(self) -> None:
        drill = next((one.trial for one in self._trials if one.trial.is_open_drill), None)
        if drill is None:
            self.say("No drill is going on: there is nothing to acknowledge", severity="warning")
        else:
            self._do(EndTrial(drill.key, by=user_via("screen")), "The drill is acknowledged")

    def _needed(self) -> HookState | None:
        hook = self.hook
        if hook is None:
            self.say("There is no hook under the cursor", severity="warning")
        return hook

    def _do(self, command: AnyCommand, done: str) -> None:
        client = self.pulse.client

        async def work() -> None:
            try:
                results = await asyncio.to_thread(client.do, command)
            except PulseError as error:
                self.say(str(error), severity="error")
                return
            refused = [one.message for one in results if not one.ok]
            if len(refused) == len(results):
                self.say(refused[0] if refused else "Nothing was done", severity="error")
            else:
                self.say(done)
            self.ask()

        in_background(self, work, group="hooks")

    def hint_ids(self, situation: Situation) -> Sequence[str]:
        ids = ["test", "hold", "drill", "back", "help"]
        if any(one.trial.is_open_drill for one in self._trials):
            ids.insert(0, "react")
        return ids
