"""Opens what stands over the table: screens, dialogs, the palette; each is imported when it is wanted."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from pulsetui.client.views import CheckView
from pulsetui.tui.base.screen import PulseScreen

if TYPE_CHECKING:
    from textual.app import App

    from pulsetui.tui.base.services import Services
    from pulsetui.tui.terminal.terminal import Terminal


class Navigation:
    """One for the app."""

    def __init__(self, app: App[None], services: Services) -> None:
        self._app = app
        self._services = services

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

    def file(self, terminal: Terminal, check: CheckView | None) -> None:
        """checks.toml in the person's editor, at the check."""
        from pulsetui.tui.base.background import in_background
        from pulsetui.tui.editor import edit_file

        work = partial(edit_file, self._services, terminal, None if check is None else check.slug)
        in_background(self._app, work, group="file", exclusive=True)

    def timeline(self, slug: str | None = None) -> None:
        """The timeline, its cursor on a check; back to it when it is open below."""
        from pulsetui.tui.timeline.screen import TimelineScreen

        self._back_to(TimelineScreen)
        if isinstance(self._app.screen, TimelineScreen):
            self._app.screen.select(slug)
        else:
            self._app.push_screen(TimelineScreen(slug))

    def incidents(self) -> None:
        """The incidents of all checks; back to them when they are open below."""
        from pulsetui.tui.incidents.screen import IncidentsScreen

        self._back_to(IncidentsScreen)
        if not isinstance(self._app.screen, IncidentsScreen):
            self._app.push_screen(IncidentsScreen())

    def hooks(self) -> None:
        """The hooks; back to them when they are open below."""
        from pulsetui.tui.hooks.screen import HooksScreen

        self._back_to(HooksScreen)
        if not isinstance(self._app.screen, HooksScreen):
            self._app.push_screen(HooksScreen())

    def host(self) -> None:
        """The host's jobs; back to them when they are open below."""
        from pulsetui.tui.host.screen import HostScreen

        self._back_to(HostScreen)
        if not isinstance(self._app.screen, HostScreen):
            self._app.push_screen(HostScreen())

    def deploys(self) -> None:
        """The deploys; back to them when they are open below."""
        from pulsetui.tui.deploys.screen import DeploysScreen

        self._back_to(DeploysScreen)
        if not isinstance(self._app.screen, DeploysScreen):
            self._app.push_screen(DeploysScreen())

    def trust(self) -> None:
        """How far checks can be trusted; back to it when it is open below."""
        from pulsetui.tui.trust.screen import TrustScreen

        self._back_to(TrustScreen)
        if not isinstance(self._app.screen, TrustScreen):
            self._app.push_screen(TrustScreen())

    def today(self, last_read: datetime | None) -> None:
        """The page for the morning; back to it when it is open below."""
        from pulsetui.tui.today.screen import TodayScreen

        self._back_to(TodayScreen)
        if not isinstance(self._app.screen, TodayScreen):
            self._app.push_screen(TodayScreen(last_read))

    def _back_to(self, kind: type[PulseScreen]) -> None:
        """Closes what is open over a screen of that kind, if there is one: screens would pile up."""
        if any(isinstance(screen, kind) for screen in self._app.screen_stack):
            while not isinstance(self._app.screen, kind):
                self._app.pop_screen()

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
        """The engine's log."""
        from pulsetui.tui.log import LogScreen

        self._app.push_screen(LogScreen())

    def themes(self) -> None:
        """The list of themes, each shown as the cursor comes to it."""
        from pulsetui.tui.dialogs.themes import ThemesScreen

        self._app.push_screen(ThemesScreen(self._app.theme))

    def palette(self) -> None:
        """Every command and every check by name."""
        from pulsetui.tui.palette import VerbPalette

        if not isinstance(self._app.screen, VerbPalette):
            self._app.push_screen(VerbPalette())

    def help(self) -> None:
        """The keys that work on the screen that is open."""
        from pulsetui.tui.dialogs.help import HelpScreen, help_lines, keys_of

        if isinstance(self._app.screen, PulseScreen):
            self._app.push_screen(HelpScreen(partial(help_lines, keys_of(self._app.screen))))
