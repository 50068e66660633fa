"""What a screen may ask of the app, and all that it may ask.

Screens and dialogs know this and not the app: they can be read, and tested, without it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Protocol

from textual.geometry import Size
from textual.worker import Worker

from pulsetui.client.client import EngineClient
from pulsetui.client.views import CheckView, Notice
from pulsetui.tui.base.answers import Known, SnoozeAnswer
from pulsetui.tui.base.verbs import Verb

if TYPE_CHECKING:  # its judge of values is not needed for the first frame
    from pulsetui.config.tables.actions import ActionConfig


class NoticeBoard(Protocol):
    """Notices of the screen's own, beside those of the engine."""

    def put_notice(self, notice: Notice) -> None:
        """Puts it; it takes the place of one with the same key."""

    def drop_notice(self, key: str) -> None:
        """Takes away one that is no longer true."""


class PersonalActions(Protocol):
    """What ``[actions.NAME]`` of checks.toml puts at hand."""

    async def look(self) -> Sequence[ActionConfig]:
        """Those of the file as it is now; none where it is on another host."""

    def run(self, action: ActionConfig, view: CheckView | None) -> None:
        """Runs one for a check. Asks what must be asked first, or says why it cannot be run."""


class Services(Protocol):
    """Every method is for the screen's own loop, and returns at once."""

    client: EngineClient
    ascii_only: bool  # nothing but ASCII is drawn

    @property
    def viewer_zone(self) -> tzinfo:
        """The zone in which all screens say instants; it may change."""

    @property
    def size(self) -> Size:
        """Of the terminal, in cells."""

    @property
    def attached(self) -> str | None:
        """Whose engine this is, in words; None when it runs in this process."""

    @property
    def undo_label(self) -> str:
        """What would be said of an undo; "" when there is nothing to undo."""

    @property
    def own_actions(self) -> PersonalActions:
        """The person's own."""

    def now(self) -> datetime:
        """The engine's clock, UTC."""

    def say(self, text: str, *, severity: str = "information") -> None:
        """A short message in the last line; never markup."""

    def notices(self) -> tuple[Notice, ...]:
        """The screen's own and the engine's."""

    def dismiss(self, key: str) -> None:
        """Takes a notice away."""

    def do(self, verb: str, views: Sequence[CheckView]) -> None:
        """A verb that is the same on every screen, done to these checks. Asks what must be asked first."""

    def key_of(self, verb: Verb) -> str:
        """The key that does it now, as it is shown."""

    def situation_changed(self) -> None:
        """Something that verbs depend on has changed: the hint line may look different."""

    def snooze(self, views: Sequence[CheckView], tag: str = "") -> None:
        """Asks what and how long; ``tag`` is offered first."""

    def snooze_so(self, answer: SnoozeAnswer) -> None:
        """Snoozes, or ends a snooze, without asking."""

    def acknowledge_so(self, views: Sequence[CheckView], known: Known) -> None:
        """Acknowledges without asking."""

    def sort_table(self, by: str, *, reverse: bool) -> None:
        """Orders the table by one of the words of its columns."""

    def new(self, slug: str = "") -> None:
        """The form for a new check."""

    def change(
        self, slug: str, before: Mapping[str, object], fields: Mapping[str, object], done: str
    ) -> None:
        """Changes keys of a check whose table is ``before``; undo takes it back."""

    def open_check(self, slug: str, pane: str = "") -> None:
        """The details of a check, on the pane of that title."""

    def show_check(self, slug: str) -> None:
        """Puts the table's cursor on a check as soon as the table knows it."""

    def shown_slugs(self) -> list[str]:
        """The checks in the order of the table, with its filter."""

    def show_title(self, words: str) -> None:
        """The terminal's title says in a few words how things stand."""

    def use_theme(self, name: str) -> None:
        """Draws with one of ours or of Textual's."""

    def use_plain_glyphs(self, *, plain: bool) -> None:
        """Draws with nothing but ASCII, or with all glyphs again."""

    def leave(self) -> None:
        """The person wants to leave; asks first where that ends the watching."""

    def opens(self, worker: Worker[None]) -> None:
        """This is going to open something: keys typed ahead are meant for that."""

    def fills(self, worker: Worker[None]) -> None:
        """Until this ends, a screen has not got what it asked first: keys typed ahead wait for it."""

    async def copy(self, text: str) -> str:
        """Copies it, and says where to."""
