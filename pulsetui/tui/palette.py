"""The command palette with its own hint line, and the part of it that goes to any check."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, cast

from rich.text import Text
from textual.app import ComposeResult, SystemCommand
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.widgets import Input

from pulsetui.client.status_words import GLYPH, word_for
from pulsetui.client.views import CheckView
from pulsetui.tui.base.verbs import verbs_on
from pulsetui.tui.draw.hints import Hint, Hints
from pulsetui.tui.draw.lines import cut, name_of, plain

log = logging.getLogger(__name__)

if TYPE_CHECKING:
    from textual.events import Resize

    from pulsetui.tui.base.screen import PulseScreen
    from pulsetui.tui.base.services import Services

_MAX_SEARCH_LENGTH = 200
_MAX_OFFERED = 40
"""At most this many checks are offered; with more matches one types another letter."""


class VerbPalette(CommandPalette):
    """Textual's palette; the last line shows its keys instead of those of the screen below."""

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield Hints(id="hints")

    def on_mount(self) -> None:
        self.query_one(Input).max_length = _MAX_SEARCH_LENGTH
        self.query_one(Hints).offer([Hint("Enter", "run"), Hint("↑↓", "move"), Hint("Esc", "close")])

    def _action_command_list(self, action: str) -> None:
        """A key for the list. Textual's own and private; this is the only place that knows of it.

        A list that has not been laid out yet knows no lines: there is nowhere to go, and no reason to fail.
        """
        try:
            super()._action_command_list(action)
        except LookupError:
            log.debug("%s before the list was there", action)

    def on_resize(self, event: Resize) -> None:
        self.set_class(event.size.height < 16, "-short")  # its list ends above the hint line


def commands_of(screen: PulseScreen) -> Iterator[SystemCommand]:
    """Every verb of the screen below the palette."""
    situation, services = screen.situation(), screen.pulse
    for verb in verbs_on(screen.SCOPE):
        if verb.id in {"palette", "back"}:
            continue
        text = verb.off(situation) or verb.help
        yield SystemCommand(f"{verb.id.capitalize()} ({services.key_of(verb)})", text, _doer(screen, verb.id))
    plain_now = services.ascii_only
    about = (
        "Draw with all glyphs again"
        if plain_now
        else "Draw in ASCII only, for terminals and fonts without the other glyphs"
    )
    yield SystemCommand("Plain glyphs", about, lambda: services.use_plain_glyphs(plain=not plain_now))


def _doer(screen: PulseScreen, name: str) -> Callable[[], None]:
    return lambda: screen.action_verb(name)


class CheckProvider(Provider):
    """ "Go to" every check."""

    @property
    def _pulse(self) -> Services:
        return cast("Services", self.app)

    async def discover(self) -> Hits:
        for view in list(self._pulse.client.checks().values())[:10]:
            yield DiscoveryHit(Text(_title(view)), self._go(view), text=_title(view), help=_help(view))

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        letters = query.casefold()
        offered = 0
        for view in self._pulse.client.checks().values():
            title = _title(view)
            # Looked at before the slower fuzzy match: ten thousand checks must not hold up a key.
            if not _may_match(letters, f"{title} {view.slug}".casefold()):
                continue
            score = max(matcher.match(title), matcher.match(view.slug))
            if score <= 0:
                continue
            yield Hit(score, Text(title), self._go(view), text=title, help=_help(view))
            offered += 1
            if offered >= _MAX_OFFERED:
                return

    def _go(self, view: CheckView) -> Callable[[], None]:
        return lambda: self._pulse.open_check(view.slug)


def _may_match(letters: str, text: str) -> bool:
    rest = iter(text)
    return all(letter in rest for letter in letters if letter != " ")


def _title(view: CheckView) -> str:
    return f"{GLYPH[view.status]} {cut(name_of(view), 50)}"


def _help(view: CheckView) -> str:
    # The palette reads this as markup; without opening brackets there is none.
    tags = f"  {' '.join(plain(tag) for tag in view.tags)}" if view.tags else ""
    return cut(f"{view.slug}  {word_for(view.status, view.reason)}{tags}".replace("[", "("), 70)
