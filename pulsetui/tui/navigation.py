"""Opens what stands over the table: screens, dialogs, the palette; each is imported when it is wanted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from pulsetui.client.views import CheckView
from pulsetui.tui.base.screen import PulseScreen
from pulsetui.tui.base.verbs import BY_ID

if TYPE_CHECKING:
    from textual.app import App

    from pulsetui.tui.base.services import Services
    from pulsetui.tui.own_actions.own_actions import OwnActions
    from pulsetui.tui.terminal.terminal import Terminal


class Navigation:
    """One for the app."""

    def __init__(self, app: App[None], services: Services, terminal: Terminal) -> None:
        self._app = app
        self._services = services
        self._terminal = terminal
        self._own: OwnActions | None = None

    def verbs_for(self, views: Sequence[CheckView]) -> dict[str, Callable[[], None]]:
        """The verbs that open something; some of them at the check that they would be done to."""
        first = views[0] if views else None
        return {
            "timeline": lambda: self.timeline(views[0].slug if len(views) == 1 else None),
            "incidents": self.incidents,
            "ways": lambda: self.ways(first),
            "file": lambda: self.file(first),
            "log": self.log,
            "hooks": self.hooks,
            "host": self.host,
            "deploys": self.deploys,
            "trust": self.trust,
            "wall": self.wall,
            "theme": self.themes,
            "palette": self.palette,
            "actions": lambda: self.own_actions.open(first),
            "help": self.help,
        }

    def check(self, slug: str, pane: str = "") -> None:
        """The details of a check, over whatever is open."""
        from pulsetui.tui.details.screen import DetailsScreen

        app = self._app
        while len(app.screen_stack) > 1 and isinstance(app.screen, DetailsScreen):
            app.pop_screen()
        screen = DetailsScreen(slug)
        app.push_screen(screen)
        if pane:
            screen.call_after_refresh(screen.show_pane, pane)

    def file(self, check: CheckView | None) -> None:
        """checks.toml in the person's editor, at the check."""
        from pulsetui.tui.base.background import in_background
        from pulsetui.tui.editor import edit_file

        work = partial(edit_file, self._services, self._terminal, None if check is None else check.slug)
        in_background(self._app, work, group="file", exclusive=True)

    @property
    def own_actions(self) -> OwnActions:
        """Those of ``[actions.NAME]``."""
        if self._own is None:
            from pulsetui.tui.own_actions.own_actions import OwnActions

            self._own = OwnActions(self._app, self._services, self._terminal)
        return self._own

    def leave(self, then: Callable[[], None]) -> None:
        """Goes on to ``then``, but asks first where that would end what a person has started here."""
        running = self._own.running if self._own is not None else []
        if not running:
            then()
            return
        from pulsetui.tui.own_actions.how_it_went import name_of_run
        from pulsetui.tui.own_actions.question import LeaveRunningQuestion

        if isinstance(self._app.screen, LeaveRunningQuestion):
            return
        question = LeaveRunningQuestion([name_of_run(run) for run in running])
        self._app.push_screen(question, lambda answer: then() if answer == "leave" else None)

    def end(self) -> None:
        """The screen ends."""
        if self._own is not None:
            self._own.end()

    def timeline(self, slug: str | None = None) -> None:
        """The timeline, its cursor on a check; back to it when it is open below."""
        from pulsetui.tui.timeline.screen import TimelineScreen

        if not self._back_to(TimelineScreen):
            self._app.push_screen(TimelineScreen(slug))
        elif isinstance(self._app.screen, TimelineScreen):
            self._app.screen.select(slug)

    def incidents(self) -> None:
        """The incidents of all checks; back to them when they are open below."""
        from pulsetui.tui.incidents.screen import IncidentsScreen

        self._reopen(IncidentsScreen, IncidentsScreen)

    def hooks(self) -> None:
        """The hooks; back to them when they are open below."""
        from pulsetui.tui.hooks.screen import HooksScreen

        self._reopen(HooksScreen, HooksScreen)

    def host(self) -> None:
        """The host's jobs; back to them when they are open below."""
        from pulsetui.tui.host.screen import HostScreen

        self._reopen(HostScreen, HostScreen)

    def deploys(self) -> None:
        """The deploys; back to them when they are open below."""
        from pulsetui.tui.deploys.screen import DeploysScreen

        self._reopen(DeploysScreen, DeploysScreen)

    def trust(self) -> None:
        """How far checks can be trusted; back to it when it is open below."""
        from pulsetui.tui.trust.screen import TrustScreen

        self._reopen(TrustScreen, TrustScreen)

    def today(self, last_read: datetime | None) -> None:
        """The page for the morning; back to it when it is open below."""
        from pulsetui.tui.today.screen import TodayScreen

        self._reopen(TodayScreen, lambda: TodayScreen(last_read))

    def wall(self) -> None:
        """The wallboard."""
        from pulsetui.tui.wall.screen import WallScreen

        self._reopen(WallScreen, WallScreen)

    def _reopen(self, kind: type[PulseScreen], new: Callable[[], PulseScreen]) -> None:
        if not self._back_to(kind):
            self._app.push_screen(new())

    def _back_to(self, kind: type[PulseScreen]) -> bool:
        """Closes what is open over a screen of that kind, if there is one: screens would pile up."""
        is_open = any(isinstance(screen, kind) for screen in self._app.screen_stack)
        while is_open and not isinstance(self._app.screen, kind):
            self._app.pop_screen()
        return is_open

    def ways(self, view: CheckView | None) -> None:
        """Ways to ping the check; without one, an example."""
        from pulsetui.tui.ways.screen import HowToPingScreen, title_of
        from pulsetui.tui.ways.target import example_target, target_of

        info = self._services.client.info()
        if not info.base_url:
            self._services.say("The engine has no listener: there is nothing to ping", severity="warning")
            return
        target = target_of(view, info) if view is not None else example_target(info)
        self._app.push_screen(HowToPingScreen(target, title_of(view)))

    def log(self) -> None:
        """The engine's log; back to it when it is open below."""
        from pulsetui.tui.log import LogScreen

        self._reopen(LogScreen, LogScreen)

    def themes(self) -> None:
        """The list of themes, each shown as the cursor comes to it."""
        from pulsetui.tui.dialogs.themes import ThemesScreen

        self._app.push_screen(ThemesScreen(self._app.theme))

    def palette(self) -> None:
        """Every command and every check by name."""
        below = self._app.screen
        if isinstance(below, PulseScreen) and below.SCOPE not in BY_ID["palette"].on:
            return  # its key is Textual's as well, and works everywhere
        from pulsetui.tui.dialogs.too_small import TooSmallScreen
        from pulsetui.tui.palette.screen import VerbPalette

        if not isinstance(below, VerbPalette | TooSmallScreen):
            self._app.push_screen(VerbPalette())

    def help(self) -> None:
        """The keys that work on the screen that is open."""
        from pulsetui.tui.dialogs.help import HelpScreen, help_lines, keys_of

        if isinstance(self._app.screen, PulseScreen):
            self._app.push_screen(HelpScreen(partial(help_lines, keys_of(self._app.screen))))
