"""What the program has to say at the moment: in the last line, in the place of its keys.

A message is gone with the next key once there was time to read it, and after some seconds by itself. There
are at most two at once, the newest below; no row of the table is covered.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import partial

from textual.app import App

from pulsetui.core.text.clean import clean
from pulsetui.tui.draw.hints import Hints, Spoken

MAX_MESSAGES = 2
_MAX_LENGTH = 400
_STAYS_S = {"error": (4.0, 12.0)}
"""So long at least, whatever is typed meanwhile, and at most."""
_STAYS_ELSE_S = (1.0, 5.0)


class Messages:
    """One for the app."""

    def __init__(self, app: App[None]) -> None:
        self._app = app
        self._read: set[Spoken] = set()
        self.said: tuple[Spoken, ...] = ()

    def say(self, text: str, severity: str) -> None:
        """Says it until it is read. The text may come from outside: it is cleaned and never markup."""
        new = Spoken(clean(text, _MAX_LENGTH), severity)
        self.said = (*kept(self.said, new), new)
        least, most = _STAYS_S.get(severity, _STAYS_ELSE_S)
        self._app.set_timer(least, partial(self._was_read, new))
        self._app.set_timer(most, partial(self._forget, [new]))
        self._show()

    def key_pressed(self) -> None:
        """Somebody is at the keys: what could be read goes."""
        self._forget(self._read)

    def clear(self) -> None:
        """Nothing is said any more."""
        self._forget(self.said)

    def _was_read(self, one: Spoken) -> None:
        self._read.add(one)

    def _forget(self, gone: Collection[Spoken]) -> None:
        left = tuple(one for one in self.said if one not in gone)
        if left != self.said:
            self.said = left
            self._show()
        self._read.intersection_update(left)

    def _show(self) -> None:
        for screen in self._app.screen_stack:
            for line in screen.query(Hints):
                line.tell(self.said)


def kept(shown: Iterable[Spoken], new: Spoken) -> list[Spoken]:
    """What stays beside ``new``: it takes the place of the same, of what was said before in the same tone,
    and of the oldest where there would be too many. Errors stand beside each other."""
    left = [
        one
        for one in shown
        if one.severity != new.severity or (one.text != new.text and new.severity == "error")
    ]
    return left[max(len(left) - (MAX_MESSAGES - 1), 0) :]
