"""State of one session at the screen: restores the settings and saves them, and applies the person's keys.

The app says when the session begins and ends. In between the settings are compared now and then with what was
written, so that a power cut costs a minute of them and no key press ever waits for the disk.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from pulsetui.client.views import Notice
from pulsetui.tui.details.split import Split
from pulsetui.tui.settings import Settings, SettingsFile
from pulsetui.tui.table.order import SortBy
from pulsetui.tui.table.screen import HomeScreen
from pulsetui.tui.table.widget import CheckTable

if TYPE_CHECKING:
    from textual.app import App

    from pulsetui.tui.base.services import NoticeBoard, Services

SAVE_EVERY_S = 60.0
KEYS_NOTICE, SETTINGS_NOTICE = "keys", "settings"


class UiSession:
    """One for the app. ``file`` None keeps nothing: tests, and screens that another program shows."""

    def __init__(
        self, app: App[None], services: Services, notices: NoticeBoard, file: SettingsFile | None
    ) -> None:
        self._app = app
        self._services = services
        self._notices = notices
        self._file = file
        self.settings = file.load() if file is not None else Settings()
        self.shown_keys: Mapping[str, str] = {}
        self._keys: Mapping[str, str] = {}
        self._home: HomeScreen | None = None
        self._table: CheckTable | None = None

    # The beginning

    def prepare(self, home: HomeScreen) -> None:
        """Puts back how the table was; before the first frame."""
        self._home = home
        settings = self.settings
        home.model.set_sort(SortBy(settings.sort), reverse=settings.reversed)
        home.model.set_grouped(settings.grouped)
        home.split = Split(side=settings.split, cells=settings.split_cells, lines=settings.split_lines)

    def start(self) -> None:
        """The app is up."""
        self.take_keys(self._services.client.info().keys)
        self._app.call_after_refresh(self._put_back)
        if self._file is None:
            return
        if self._file.problem:
            self._notices.put_notice(_notice(SETTINGS_NOTICE, self._file.problem))
        self._app.set_interval(SAVE_EVERY_S, self._save)

    def _put_back(self) -> None:
        """What only a table that is there can take."""
        home = self._home
        if home is None or not home.is_mounted:
            return
        self._table = home.table
        self._table.following = self.settings.following

    # Keys

    def take_keys(self, written: Mapping[str, str]) -> None:
        """Takes over ``[keys]`` where it has changed; what cannot be becomes a notice."""
        if written == self._keys:
            return
        from pulsetui.tui.table.keys import user_keys

        self._keys = dict(written)
        keys = user_keys(written)
        self.shown_keys = keys.shown
        self._app.set_keymap(dict(keys.keymap))
        if keys.problems:
            # All of them: the line on the screen is cut where it ends, the notices in full are not.
            count = f"{len(keys.problems)} mistakes: " if len(keys.problems) > 1 else ""
            self._notices.put_notice(_notice(KEYS_NOTICE, f"checks.toml: {count}{'; '.join(keys.problems)}"))
        else:
            self._notices.drop_notice(KEYS_NOTICE)
        self._services.situation_changed()

    # The page for the morning

    def page_read(self, now: datetime) -> datetime | None:
        """It is read now: returns when it was read before."""
        before = self.settings.today_read
        self.settings = replace(self.settings, today_read=now.astimezone(UTC).isoformat(timespec="seconds"))
        return datetime.fromisoformat(before) if before else None

    # Keeping

    def now(self) -> Settings:
        """What is set on the screen."""
        settings = replace(self.settings, theme=self._app.theme)
        if self._home is None:
            return settings
        # The model outlives the widgets: at the end they are gone before the app is.
        model, split = self._home.model, self._home.split
        return replace(
            settings,
            sort=model.sort.value,
            reversed=model.reversed,
            grouped=model.grouped,
            split=split.side,
            split_cells=split.cells,
            split_lines=split.lines,
            following=self._table.following if self._table is not None else settings.following,
        )

    def end(self) -> None:
        """Writes what is set, at once: the app ends."""
        if self._file is not None:
            self.settings = self.now()
            self._file.save(self.settings)

    async def _save(self) -> None:
        if self._file is not None:
            self.settings = self.now()
            await asyncio.to_thread(self._file.save, self.settings)


def _notice(key: str, text: str, level: Literal["warning"] = "warning") -> Notice:
    return Notice(key=key, level=level, text=text)
