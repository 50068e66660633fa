"""What the palette finds for a line: whole commands, then verbs of the screen, then checks.

Nothing in it is ever markup: names of checks and what somebody typed are shown as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, cast

from textual.command import Hit, Hits, Provider
from textual.content import Content

from pulsetui.client.glance import Glance, glances
from pulsetui.client.status_words import GLYPH, word_for
from pulsetui.config.tables.actions import ActionConfig
from pulsetui.tui.base.screen import PulseScreen
from pulsetui.tui.base.verbs import verbs_on
from pulsetui.tui.draw.lines import cut, name_of, plain
from pulsetui.tui.palette.offer import Offer, unchanged
from pulsetui.tui.palette.typed import Moment, offers_for
from pulsetui.tui.table.columns import sorts
from pulsetui.tui.table.screen import HomeScreen

if TYPE_CHECKING:
    from pulsetui.tui.base.services import Services

_MAX_OFFERED = 40
"""At most this many checks are offered; with more matches one types another letter."""
_FIRST_CHECKS = 10
_HELP = "dim not bold"
_TYPED_SCORE = 1000.0
"""A whole command stands above whatever has the same letters in it."""


_Match = tuple[Offer, Content, float]


@dataclass(eq=False)
class PaletteHit(Hit):
    """A line of the palette, and what it was found for."""

    line: str = ""
    fills: str = ""  # what is put into the input instead of running anything
    runs: bool = True


class PaletteProvider(Provider):
    """Everything that the palette knows."""

    _own: Sequence[ActionConfig] = ()

    @property
    def _pulse(self) -> Services:
        return cast("Services", self.app)

    async def startup(self) -> None:
        self._own = await self._pulse.own_actions.look()

    async def discover(self) -> Hits:
        for offer in (*self._verbs(), *self._actions()):
            yield _hit(offer, Content(offer.title), 0)
        for view in islice(glances(self._pulse.client.checks()), _FIRST_CHECKS):
            offer = self._check(view)
            yield _hit(offer, Content(offer.title), 0)

    async def search(self, query: str) -> Hits:
        wanted = query.removeprefix(":").strip()
        found = 0
        for place, offer in enumerate(offers_for(wanted, self._moment(), self._pulse)):
            found += 1
            yield _hit(offer, Content(offer.title), _TYPED_SCORE - place, query)
        for offer, title, score in (*self._matching_verbs(wanted), *self._matching_checks(wanted)):
            found += 1
            yield _hit(offer, title, score, query)
        if not found:
            said = f'Nothing matches "{cut(plain(wanted), 60)}"'
            yield _hit(Offer(said, "no command, and no check by its name or slug"), Content(said), 0, query)

    def _moment(self) -> Moment:
        pulse, screen = self._pulse, self.screen
        return Moment(
            checks=pulse.client.checks(),
            now=pulse.now(),
            zone=pulse.viewer_zone,
            connected=pulse.client.connected,
            sorts=tuple(sorts(screen.table.line_width)) if isinstance(screen, HomeScreen) else (),
        )

    # Verbs

    def _verbs(self) -> Iterator[Offer]:
        """Every verb of the screen below the palette."""
        screen, pulse = self.screen, self._pulse
        if not isinstance(screen, PulseScreen):
            return
        situation = screen.situation()
        for verb in verbs_on(screen.SCOPE):
            if verb.id not in {"palette", "back"}:
                about = verb.off(situation) or verb.help
                yield Offer(f"{verb.id.capitalize()} ({pulse.key_of(verb)})", about, _doer(screen, verb.id))
        plain_now = pulse.ascii_only
        about = (
            "Draw with all glyphs again"
            if plain_now
            else "Draw in ASCII only, for terminals and fonts without the other glyphs"
        )
        yield Offer("Plain glyphs", about, lambda: pulse.use_plain_glyphs(plain=not plain_now))

    def _actions(self) -> Iterator[Offer]:
        """The person's own, for the check that a verb would be done to."""
        screen, own = self.screen, self._pulse.own_actions
        targets = screen.targets() if isinstance(screen, PulseScreen) else ()
        view = targets[0] if len(targets) == 1 else None
        for action in self._own:
            of = f' "{cut(name_of(view), 40)}"' if view is not None else ""
            about = plain(action.desc or action.command)
            yield Offer(f"{plain(action.name)}{of}", cut(about, 100), partial(own.run, action, view))

    def _matching_verbs(self, query: str) -> Iterator[_Match]:
        matcher = self.matcher(query)
        for offer in self._verbs():
            score = matcher.match(offer.title)
            if score > 0:
                yield offer, matcher.highlight(offer.title), score
        for offer in self._actions():
            score = matcher.match(offer.title)
            if score > 0:
                yield offer, Content(offer.title), score  # highlighting would take names for markup

    # Checks

    def _matching_checks(self, query: str) -> Iterator[_Match]:
        matcher = self.matcher(query)
        letters = query.casefold()
        offered = 0
        for view in glances(self._pulse.client.checks()):
            title = _title(view)
            # Looked at before the slower fuzzy match: ten thousand checks must not hold up a key.
            if not _may_match(letters, f"{title} {view.slug}".casefold()):
                continue
            score = max(matcher.match(title), matcher.match(view.slug))
            if score <= 0:
                continue
            yield self._check(view), Content(title), score
            offered += 1
            if offered >= _MAX_OFFERED:
                return

    def _check(self, view: Glance) -> Offer:
        tags = f"  {' '.join(plain(tag) for tag in view.tags)}" if view.tags else ""
        about = cut(f"{view.slug}  {word_for(view.status, view.reason)}{tags}", 70)
        return Offer(_title(view), about, lambda: self._pulse.open_check(view.slug))


def _doer(screen: PulseScreen, name: str) -> Callable[[], None]:
    return lambda: screen.action_verb(name)


def _hit(offer: Offer, title: Content, score: float, line: str = "") -> PaletteHit:
    return PaletteHit(
        score,
        Content.assemble(title, "\n", (offer.about, _HELP)),
        offer.run or unchanged,
        text=offer.fills or offer.title,
        line=line,
        fills=offer.fills,
        runs=offer.run is not None,
    )


def _may_match(letters: str, text: str) -> bool:
    rest = iter(text)
    return all(letter in rest for letter in letters if letter != " ")


def _title(view: Glance) -> str:
    return f"{GLYPH[view.status]} {cut(name_of(view), 50)}"
