"""The hooks: what tells people, how each is doing, and whether it would tell them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from secrets import token_hex
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from pulsetui.client.commands import AnyCommand, EndTrial, PauseHooks, ResumeHooks, StartDrill, TestHooks
from pulsetui.client.hook_words import is_trouble
from pulsetui.client.hooks import HookState
from pulsetui.client.trials import TrialView
from pulsetui.client.user import user_name, user_via
from pulsetui.core.text.phrases import count_text
from pulsetui.errors import PulseError
from pulsetui.tui.base.background import in_background
from pulsetui.tui.base.screen import TickingScreen, fetch
from pulsetui.tui.base.verbs import Situation, bindings_on
from pulsetui.tui.draw.hints import Hints
from pulsetui.tui.draw.lines import Line, Span, fit, wrapped
from pulsetui.tui.draw.story_list import STORY_FROM, STORY_LINES, HeaderLine, Story, StoryList, TitleLine
from pulsetui.tui.hooks.model import (
    HookKey,
    HookLineContext,
    TrialKey,
    empty_lines,
    header,
    hook_lines,
    hook_story,
    trial_story,
)


class HooksScreen(TickingScreen):
    """Hooks come with every change of the engine; tests and drills are asked for while one is going on."""

    SCOPE = "hooks"
    BINDINGS: ClassVar[list[BindingType]] = bindings_on("hooks")

    def __init__(self) -> None:
        super().__init__()
        self._trials: tuple[TrialView, ...] = ()
        self._problem = ""
        self._asking = False

    def compose(self) -> ComposeResult:
        yield TitleLine(id="title")
        yield HeaderLine(id="header")
        yield StoryList(id="hooks")
        yield Story(id="story", base="surface")
        yield Hints(id="hints")

    def on_mount(self) -> None:
        self.entries.focus()
        self._draw()
        self._fetch()

    @property
    def entries(self) -> StoryList:
        return self.query_one(StoryList)

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
            self._fetch()
            self._draw()

    def tick(self) -> None:
        if any(one.trial.ended_at is None for one in self._trials):
            self._fetch()
        self._draw()

    def _fetch(self) -> None:
        if self._asking:
            return
        self._asking = True
        client = self.pulse.client
        fetch(self, client.trials, self._got, group="trials", fail=self._failed)

    def _got(self, trials: tuple[TrialView, ...]) -> None:
        self._asking = False
        self._trials, self._problem = trials, ""
        self._draw()

    def _failed(self, problem: str) -> None:
        self._asking = False
        self._problem = problem
        self._draw()

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    # Drawing

    @property
    def _hook_context(self) -> HookLineContext:
        return HookLineContext(
            now=self.pulse.now(), zone=self.pulse.viewer_zone, ascii_only=self.pulse.ascii_only
        )

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        width = self.entries.scrollable_content_region.width or max(self.size.width - 1, 10)
        hooks = self.hooks
        self.query_one(TitleLine).show(self._title(hooks))
        self.query_one(HeaderLine).show(header(width))
        problem = wrapped(self._problem, width, "error") if self._problem else []
        lines, keys = hook_lines(hooks, self._trials, width, self._hook_context)
        if not hooks:
            missing: list[Line] = [(), *empty_lines(width)]
            lines, keys = [*missing, *lines], [*([None] * len(missing)), *keys]
        self.entries.show([*problem, *lines], [*([None] * len(problem)), *keys])
        self._draw_story()
        self.refresh_hints()

    def _title(self, hooks: Sequence[HookState]) -> Line:
        spans: list[Span] = [(" Hooks", "title")]
        if bad := sum(map(is_trouble, hooks)):
            spans += [("  ", "text"), (f" {bad} failing ", "chip-down")]
        if held := sum(hook.paused_at is not None for hook in hooks):
            spans.append((f"  {held} paused", "calm"))
        if waiting := sum(hook.waiting for hook in hooks):
            spans.append((f"  {count_text(waiting, 'alert')} waiting", "late"))
        if any(one.trial.is_open_drill for one in self._trials):
            spans.append(("  a drill is going on", "accent"))
        return tuple(fit(spans, self.size.width))

    def _draw_story(self) -> None:
        block = self.query_one(Story)
        hook, trial = self.hook, self.trial
        block.display = self.size.height >= STORY_FROM and (hook is not None or trial is not None)
        width = self.size.width
        if hook is not None:
            block.show(hook_story(hook, width, self._hook_context)[:STORY_LINES])
        elif trial is not None:
            block.show(trial_story(trial, width, self._hook_context)[:STORY_LINES])

    def on_story_list_moved(self) -> None:
        self._draw_story()
        self.refresh_hints()

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
            self._fetch()

        in_background(self, work, group="hooks")

    def hint_ids(self, situation: Situation) -> Sequence[str]:
        ids = ["test", "hold", "drill", "back", "help"]
        if any(one.trial.is_open_drill for one in self._trials):
            ids.insert(0, "react")
        return ids
