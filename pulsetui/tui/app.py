"""The app wires: themes, screens, the bridge from the engine's threads, signals, the terminal's title."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace
from textual.app import App
from textual.binding import BindingType
from textual.driver import Driver
from textual.events import Event, Key, Paste, Resize
from textual.screen import Screen
from textual.worker import Worker

from pulsetui.client.client import EngineClient
from pulsetui.client.views import CheckView, Notice
from pulsetui.config.host_zone import host_zone
from pulsetui.tui.actions import Actions
from pulsetui.tui.app_themes import AppThemes
from pulsetui.tui.base.screen import PulseScreen
from pulsetui.tui.base.verbs import BY_ID, Verb, key_of
from pulsetui.tui.bridge import Bridge
from pulsetui.tui.draw.theme import StyleSet
from pulsetui.tui.messages import Messages
from pulsetui.tui.navigation import Navigation
from pulsetui.tui.session import UiSession
from pulsetui.tui.shown_zone import WHOSE, ShownZone
from pulsetui.tui.table.order import SortBy
from pulsetui.tui.table.screen import HomeScreen
from pulsetui.tui.terminal.colours import Colours
from pulsetui.tui.terminal.key_reader import PASTE_CUT
from pulsetui.tui.terminal.signals import EndingSignals
from pulsetui.tui.terminal.terminal import Terminal
from pulsetui.tui.terminal.type_ahead import TypeAhead

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

    from rich.console import RenderableType
    from textual.app import AutopilotCallbackType
    from textual.filter import LineFilter

    from pulsetui.client.alert import Alert
    from pulsetui.tui.base.answers import Known, SnoozeAnswer
    from pulsetui.tui.base.services import PersonalActions
    from pulsetui.tui.dialogs.leave import Answer
    from pulsetui.tui.draw.hints import Spoken
    from pulsetui.tui.settings import SettingsFile
    from pulsetui.tui.terminal.driver import InputFailed

log = logging.getLogger(__name__)


class PulseApp(App[None]):
    """The screen over one engine. It never owns the engine: who made the client closes it."""

    CSS_PATH = Path(__file__).with_name("app.tcss")
    TITLE = "PulseTUI"
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(
        self,
        client: EngineClient,
        *,
        host: tzinfo | None = None,
        mouse: bool = True,
        theme: str = "",
        ascii_only: bool = False,
        colours: Colours = Colours.ALL,
        notices: Sequence[Notice] = (),
        settings: SettingsFile | None = None,
        attached: str | None = None,
        wall: bool = False,
        on_shown: Callable[[], None] = lambda: None,
    ) -> None:
        """``host`` is the zone of the host on which the screen runs; None finds it. ``mouse`` False leaves
        the mouse to the terminal, for selecting text. ``colours`` is what the terminal has. ``notices`` are
        the screen's own, shown with the engine's until they are dismissed. ``settings`` holds what was set
        last time, and keeps it; a ``theme`` given here wins. ``attached`` is None when the engine ends with
        the screen; else the address that the person named it by, or "". ``wall`` shows the wallboard, and
        nothing else. ``on_shown`` is called when the first frame stands."""
        super().__init__()
        self.client, self.attached = client, attached
        self.crash: Exception | None = None
        """What ended the screen, when it was not the person."""
        self.keeps_watching = False
        """Whether the person wants the engine to go on when the screen has ended."""
        self._ends = False
        self._mouse, self._wall = mouse, wall
        self._own_notices, self._on_shown = tuple(notices), on_shown
        self.session = UiSession(self, self, self, settings)
        own = host_zone if host is None else lambda: host
        self.shown_zone = ShownZone(self.session.settings.zone, client.info().timezone, own)
        self.ascii_only = ascii_only or self.session.settings.ascii
        self.messages = Messages(self)
        self.actions = Actions(self, self)
        self.terminal = Terminal(self)
        self.go = Navigation(self, self, self.terminal)
        self.type_ahead = TypeAhead(self, super().on_event, lambda text: self.say(text, severity="warning"))
        self._signals = EndingSignals(lambda code: self.exit(None, code))
        self._bridge: Bridge | None = None
        self._unsubscribe: list[Callable[[], None]] = []
        self.themes = AppThemes(self, colours)
        self.use_theme(theme or self.session.settings.theme)

    def get_driver_class(self) -> type[Driver]:
        """A driver that ends with its terminal instead of outliving it."""
        from pulsetui.tui.terminal.driver import TerminalDriver

        return TerminalDriver

    def run(
        self,
        *,
        headless: bool = False,
        inline: bool = False,
        inline_no_clear: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
        auto_pilot: AutopilotCallbackType | None = None,
        loop: AbstractEventLoop | None = None,
    ) -> None:
        """Runs until the person leaves or the process is told to stop."""
        with self._signals.heeded():
            super().run(
                headless=headless,
                inline=inline,
                inline_no_clear=inline_no_clear,
                mouse=mouse and self._mouse,
                size=size,
                auto_pilot=auto_pilot,
                loop=loop,
            )

    # Glyphs

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What every painted line goes through: the last place at which a glyph can become a letter, and a
        colour one that the terminal has."""
        return self.themes.filtered(super().get_line_filters(), plain=self.ascii_only)

    def use_plain_glyphs(self, *, plain: bool) -> None:
        """Draws with nothing but ASCII, or with all glyphs again; kept for the next start."""
        self.ascii_only = plain
        self.session.settings = replace(self.session.settings, ascii=plain)
        self._draw_anew()

    def _draw_anew(self) -> None:
        """What all lines of all screens depend on has changed."""
        self.themes.repaint()
        # Screens draw everything anew after a change of size: their lines hold glyphs, too.
        for pulse_screen in self.screen_stack:
            if isinstance(pulse_screen, PulseScreen):
                pulse_screen.post_message(Resize(self.size, self.size))

    # Zone

    @property
    def viewer_zone(self) -> tzinfo:
        return self.shown_zone.zone

    def switch_zone(self) -> None:
        """Says all times in the next of the zones that may be wanted; kept for the next start."""
        if not self.shown_zone.switch():
            self.say(f"checks.toml, this host and UTC have the same zone: {self.viewer_zone}")
            return
        self.session.settings = replace(self.session.settings, zone=self.shown_zone.chosen)
        self._draw_anew()
        zone, whose = str(self.viewer_zone), WHOSE[self.shown_zone.chosen]
        self.say(f"Times in {zone}" if zone == whose else f"Times in {zone}: {whose}")

    def get_default_screen(self) -> Screen[None]:
        if self._wall:
            from pulsetui.tui.wall.screen import WallScreen

            return WallScreen()
        home = HomeScreen(self.client.now())
        self.session.prepare(home)
        return home

    # Start and end

    def on_mount(self) -> None:
        self._bridge = bridge = Bridge(self._news)
        self._unsubscribe = [
            self.client.subscribe(bridge.changed),
            self.client.subscribe_alerts(self._alert),
        ]
        self.theme_changed_signal.subscribe(self, lambda _: self.themes.changed())
        self._signals.loop_runs()
        self.session.start()
        # A change between the first look and the subscription would otherwise be lost.
        self.call_after_refresh(self._news, frozenset(self.client.checks()), info=True)
        self.call_after_refresh(self._on_shown)

    def _alert(self, alert: Alert) -> None:
        """From a thread of the engine's."""
        if not self.terminal.alert_in_front(alert) and self._bridge is not None:
            self._bridge.call(lambda: self.terminal.alert(alert))

    def on_resize(self, event: Resize) -> None:
        from pulsetui.tui.dialogs.too_small import TooSmallScreen, is_too_small

        if is_too_small(event.size) and not any(isinstance(one, TooSmallScreen) for one in self.screen_stack):
            self.push_screen(TooSmallScreen())

    def exit(self, result: None = None, return_code: int = 0, message: RenderableType | None = None) -> None:
        """Ends the screen now, whatever was typed ahead."""
        self._ends = True
        self.type_ahead.close()
        super().exit(result, return_code, message)

    def leave(self) -> None:
        """The person wants to leave; asks first where that ends the watching, or what they have started."""
        self.go.leave(self._leave)

    def _leave(self) -> None:
        from pulsetui.tui.dialogs.leave import LeaveDialog
        from pulsetui.tui.dialogs.too_small import TooSmallScreen

        if self.attached is None and not isinstance(self.screen, LeaveDialog | TooSmallScreen):
            self.push_screen(LeaveDialog(len(self.client.checks())), self._left)
        else:
            self.exit()

    def _left(self, answer: Answer | None) -> None:
        if answer in ("quit", "background"):
            self.keeps_watching = answer == "background"
            self.exit()

    async def action_quit(self) -> None:
        """Ctrl-Q."""
        self.leave()

    def on_terminal_gone(self) -> None:
        self.exit()

    def on_terminal_back(self) -> None:
        self.screen.refresh()

    def on_input_failed(self, message: InputFailed) -> None:
        self._handle_exception(message.error)

    def on_paste_cut(self) -> None:
        self.say(PASTE_CUT, severity="warning")

    def on_unmount(self) -> None:
        if self._bridge is not None:
            self._bridge.close()
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._unsubscribe = []
        self.type_ahead.close()
        self.session.end()
        self.go.end()
        self.terminal.restore_title()

    def _handle_exception(self, error: Exception) -> None:
        """Ends the screen quietly and keeps why; whoever ran it decides what comes next.

        Textual would print a traceback into the person's terminal. The method and what it sets are
        Textual's own and private; this is the only place that knows of them.
        """
        if self._ends:  # before its first frame, say: widgets miss what is no longer mounted
            log.warning("while the screen ended", exc_info=error)
            return
        if self.crash is None:
            self.crash = error
            self._exception = error  # for tests: ``run_test`` raises it
            self._exception_event.set()
        self._return_code = 1
        self.type_ahead.close()
        self._close_messages_no_wait()

    async def on_event(self, event: Event) -> None:
        """Keys wait until what was opened before them is there; everything else goes Textual's way."""
        if isinstance(event, Key | Paste) and not event.is_forwarded:
            self.messages.key_pressed()
            self.type_ahead.take(event)
        else:
            await super().on_event(event)

    # News

    def notices(self) -> tuple[Notice, ...]:
        """The screen's own and the engine's, which stay until they are no longer true or were read."""
        return (*self._own_notices, *self.client.info().notices)

    def put_notice(self, notice: Notice) -> None:
        """Puts a notice of the screen's own; it takes the place of one with the same key."""
        self._own_notices = (*(one for one in self._own_notices if one.key != notice.key), notice)
        self._news(frozenset(), info=True)

    def drop_notice(self, key: str) -> None:
        """Takes away a notice of the screen's own that is no longer true."""
        kept = tuple(notice for notice in self._own_notices if notice.key != key)
        if kept != self._own_notices:
            self._own_notices = kept
            self._news(frozenset(), info=True)

    def dismiss(self, key: str) -> None:
        """Takes a notice away, wherever it came from."""
        if any(notice.key == key for notice in self._own_notices):
            self.drop_notice(key)
        else:
            self.actions.dismiss(key)

    def _news(self, changed: frozenset[str], info: bool) -> None:
        if info:
            about = self.client.info()
            self.session.take_keys(about.keys)
            if self.shown_zone.configure(about.timezone):
                self._draw_anew()
        for screen in list(self.screen_stack):
            if isinstance(screen, PulseScreen) and screen.is_mounted:
                screen.news(changed, info=info)

    def situation_changed(self) -> None:
        """Something that verbs depend on has changed: the hint line may look different."""
        if isinstance(self.screen, PulseScreen):
            self.screen.refresh_hints()

    def show_title(self, words: str) -> None:
        """The terminal's title says in a few words how things stand."""
        self.terminal.set_title(f"pulse: {words}")

    def say(self, text: str, *, severity: str = "information") -> None:
        self.messages.say(text, severity)

    @property
    def said(self) -> Sequence[Spoken]:
        """What stands in the last line at the moment."""
        return self.messages.said

    # Themes

    @property
    def style_set(self) -> StyleSet:
        """The styles of the theme that is shown."""
        return self.themes.styles

    def use_theme(self, name: str) -> None:
        self.themes.use(name)

    # Palette

    def action_command_palette(self) -> None:
        self.go.palette()

    def key_of(self, verb: Verb) -> str:
        """The verb's key as a person reads it: their own where they have one."""
        return self.session.shown_keys.get(verb.id) or key_of(verb)

    def action_help_quit(self) -> None:  # ctrl+c, which would take the engine along
        self.say(f"{self.key_of(BY_ID['quit'])} leaves. Esc goes back one step")

    def open_check(self, slug: str, pane: str = "") -> None:
        self.go.check(slug, pane)

    def show_check(self, slug: str) -> None:
        """Puts the table's cursor on a check as soon as the table knows it."""
        for screen in self.screen_stack:
            if isinstance(screen, HomeScreen):
                screen.select(slug)

    # What screens ask for: see ``base.services``

    @property
    def undo_label(self) -> str:
        return self.actions.undo_label

    @property
    def own_actions(self) -> PersonalActions:
        return self.go.own_actions

    def do(self, verb: str, views: Sequence[CheckView]) -> None:
        self.verbs_for(views)[verb]()

    def verbs_for(self, views: Sequence[CheckView]) -> dict[str, Callable[[], None]]:
        """The verbs that are the same on every screen, as they would be done to these checks."""
        return {
            **self.actions.verbs_for(views),
            **self.go.verbs_for(views),
            "today": lambda: self.go.today(self.session.page_read(self.now())),
            "zone": self.switch_zone,
        }

    def snooze(self, views: Sequence[CheckView], tag: str = "") -> None:
        self.actions.snooze(views, tag)

    def snooze_so(self, answer: SnoozeAnswer) -> None:
        self.actions.snooze_so(answer)

    def acknowledge_so(self, views: Sequence[CheckView], known: Known) -> None:
        self.actions.acknowledge_so(views, known)

    def sort_table(self, by: str, *, reverse: bool) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, HomeScreen):
                screen.sort(SortBy(by), reverse=reverse)

    def change(
        self, slug: str, before: Mapping[str, object], fields: Mapping[str, object], done: str
    ) -> None:
        self.actions.change(slug, before, fields, done)

    def new(self, slug: str = "") -> None:
        self.actions.new(slug)

    def opens(self, worker: Worker[None]) -> None:
        self.type_ahead.opens(worker)

    def fills(self, worker: Worker[None]) -> None:
        self.type_ahead.fills(worker)

    async def copy(self, text: str) -> str:
        return await self.terminal.copy_soon(text)

    def shown_slugs(self) -> list[str]:
        """The checks in the order of the table, with its filter."""
        for screen in self.screen_stack:
            if isinstance(screen, HomeScreen):
                return list(screen.model.slugs())
        return list(self.client.checks())

    def now(self) -> datetime:
        """The engine's clock, UTC."""
        return self.client.now()
