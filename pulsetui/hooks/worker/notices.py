"""What a person reads of hooks: which one fails, what was not delivered, which one is paused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, Literal

from pulsetui.client.hooks import UNHEARD, Circuit, HookState
from pulsetui.config.doubts.unheard import NEEDS_SCREEN, screenless, unheard
from pulsetui.config.model import Config
from pulsetui.core.text.clean import clean
from pulsetui.core.text.phrases import count_text, full_stop
from pulsetui.monitor.notices import Notices

LOST_REMEMBERED: Final = timedelta(days=2)
"""What was not delivered and is not older is shown again after a restart."""

_MUST_NOT: Final = "must not run its program"


class HookNotices:
    """Puts them among the engine's notices. Called on the engine's loop."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices
        self._lost: dict[str, int] = {}
        self._paused: frozenset[str] = frozenset()
        self._unheard = ""
        self.deaf = ""  # why nobody would be told now, whether the notice of it was dismissed or not
        self._asked_of: Config | None = None
        self._asked: tuple[dict[str, str], bool] | None = None

    def trouble(self, hook: str, error: str | None) -> None:
        """What is wrong with a hook; None when it works, or is gone."""
        if error is None:
            self._notices.take_away(f"hook:{hook}")
        else:
            self._notices.put(f"hook:{hook}", "warning", f"hook {hook}: {error}")

    def lost(self, hook: str, count: int, why: str) -> None:
        """So many alerts were given up. That stays until it was read, whatever becomes of the hook."""
        key = f"undelivered:{hook}"
        if self._notices.get(key) is None:
            self._lost.pop(hook, None)  # the others were read
        self._lost[hook] = count = self._lost.get(hook, 0) + count
        what = f"{count_text(count, 'alert')} {'was' if count == 1 else 'were'} not delivered"
        self._notices.put(key, "error", f"hook {hook}: {what} and will not be tried again: {why}")

    def unheard(
        self, config: Config, states: Mapping[str, HookState], *, screens: int, no_commands: bool = False
    ) -> None:
        """Whether anybody would be told, by the hooks as they are, with so many screens open.

        ``no_commands``: programs of the configuration must not run now. What was dismissed comes again only
        when it says something else.
        """
        silent = {name: why for name, state in states.items() if (why := _silence(state))}
        if no_commands:
            silent |= {name: _MUST_NOT for name, hook in config.hooks.items() if hook.type == "command"}
        has_screen = screens > 0
        if config is self._asked_of and (silent, has_screen) == self._asked:
            return  # as after nearly every alert: thousands of checks are not walked through for it
        self._asked_of, self._asked = config, (silent, has_screen)
        closed = screenless(config) | silent
        level: Literal["warning", "info"] = "warning"
        text = unheard(config, silent if has_screen else closed)
        if not text and (text := unheard(config, closed)):
            level, text = "info", f"without a screen {text}"
        if text == self._unheard:
            return
        self._unheard = text
        said = full_stop(text[0].upper() + text[1:]) if text else ""
        self.deaf = said if level == "warning" else ""
        if text:
            self._notices.put(UNHEARD, level, said)
        else:
            self._notices.take_away(UNHEARD)

    def states(self, states: Mapping[str, HookState]) -> None:
        """Tells of the hooks that are paused: one that was forgotten tells nobody anything."""
        paused = frozenset(name for name, state in states.items() if state.paused_at is not None)
        for name in paused - self._paused:
            self._notices.put(
                f"paused:{name}", "info", f"hook {name} is paused: what is for it is held until it is resumed"
            )
        for name in self._paused - paused:
            self._notices.take_away(f"paused:{name}")
        self._paused = paused


def all_fail(config: Config, states: Mapping[str, HookState]) -> str:
    """``every hook fails: mail (503)``, of those that reach somebody without a screen and are not paused. ""
    while one of them works, or there is none."""
    used = [
        state
        for name, state in states.items()
        if state.paused_at is None and name in config.hooks and config.hooks[name].type not in NEEDS_SCREEN
    ]
    if not used or any(state.circuit is not Circuit.OPEN for state in used):
        return ""
    return f"every hook fails: {', '.join(f'{state.name} ({clean(state.error, 60)})' for state in used[:3])}"


def _silence(state: HookState) -> str:
    """Why the hook reaches nobody; "" when it should."""
    if state.paused_at is not None:
        return "is paused"
    return f"has failed {count_text(state.failures, 'time')}" if state.circuit is Circuit.OPEN else ""
