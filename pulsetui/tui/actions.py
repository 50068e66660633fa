"""What the verbs do to checks: commands to the engine off the loop, their answers, and how to undo them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from pulsetui.client.commands import (
    Acknowledge,
    Dismiss,
    EndSnooze,
    Pause,
    RemoveCheck,
    Resume,
    StartSnooze,
    Unacknowledge,
    UndoPause,
    UndoRemove,
    UndoResume,
    edit_and_back,
)
from pulsetui.client.user import user_name, user_via
from pulsetui.client.views import CheckView, CommandResult
from pulsetui.core.state.status import Status
from pulsetui.core.text.phrases import instant_text
from pulsetui.errors import PulseError
from pulsetui.tui.base.background import in_background
from pulsetui.tui.draw.clocks import check_zone, foreign, zone_note
from pulsetui.tui.draw.lines import cut, name_of
from pulsetui.tui.draw.status import is_acknowledged

if TYPE_CHECKING:
    from textual.app import App

    from pulsetui.tui.base.answers import Known, SnoozeAnswer
    from pulsetui.tui.base.services import Services

log = logging.getLogger(__name__)

_UNDO_KEPT = 20
Command = Callable[[], Sequence[CommandResult]]


class Undo(Struct, frozen=True):
    """How to take one action back."""

    done: str  # what is said when it has been taken back
    command: Command
    tells: bool = False  # the engine's own words are said too
    shows: str = ""  # the check that the table's cursor goes to then


class Actions:
    """One for the app. Every method returns at once; the answer comes as a message in the last line."""

    def __init__(self, app: App[None], services: Services) -> None:
        self._app = app
        self._services = services
        self._undo: list[Undo] = []

    @property
    def undo_label(self) -> str:
        """What would be said of an undo; "" when there is nothing to undo."""
        return self._undo[-1].done if self._undo else ""

    def verbs_for(self, views: Sequence[CheckView]) -> dict[str, Callable[[], None]]:
        """The verbs that ask the engine for something, as they would be done to these checks."""
        return {
            "acknowledge": lambda: self.acknowledge(views),
            "snooze": lambda: self.snooze(views),
            "pause": lambda: self.pause(views),
            "new": self.new,
            "edit": lambda: self.edit(views[0]),
            "delete": lambda: self.delete(views[0]),
            "copy": lambda: self.copy(views[0]) if views else self.copy_first_line(),
            "undo": self.undo,
        }

    def pause(self, views: Sequence[CheckView]) -> None:
        """Pauses them; resumes them when all are paused."""
        client = self._services.client
        slugs = tuple(view.slug for view in views)
        if all(view.status is Status.PAUSED for view in views):
            self._run(
                lambda: client.do(Resume(slugs)),
                done=f"Resumed {_names(views)}",
                undo=Undo(f"Resume of {_names(views)} undone", lambda: client.do(UndoResume(slugs))),
            )
            return
        running = tuple(view.slug for view in views if view.status is not Status.PAUSED)
        self._run(
            lambda: client.do(Pause(running, by=user_name())),
            done=f"Paused {_names(views)}",
            undo=Undo(f"Pause of {_names(views)} undone", lambda: client.do(UndoPause(running))),
        )

    def acknowledge(self, views: Sequence[CheckView]) -> None:
        """Asks for a note and acknowledges; takes it back when all are acknowledged already."""
        down = [view for view in views if view.status is Status.DOWN]
        client = self._services.client
        if all(is_acknowledged(view) for view in down):
            slugs = tuple(view.slug for view in down)
            notes = {view.slug: view.incident.note for view in down if view.incident is not None}
            self._run(
                lambda: client.do(Unacknowledge(slugs)),
                done=f"{_names(down)}: no longer acknowledged",
                undo=Undo(
                    f"Acknowledgement of {_names(down)} restored",
                    lambda: [
                        r
                        for slug in slugs
                        for r in client.do(
                            Acknowledge((slug,), by=user_via("screen"), note=notes.get(slug, ""))
                        )
                    ],
                ),
            )
            return
        from pulsetui.tui.dialogs.ask import AcknowledgeDialog

        loud = [view for view in down if not is_acknowledged(view)]
        self._app.push_screen(AcknowledgeDialog(loud), lambda known: self.acknowledge_so(loud, known))

    def acknowledge_so(self, views: Sequence[CheckView], known: Known | None) -> None:
        """Acknowledges with what the person said; None: they thought better of it."""
        if known is None:
            return
        client, slugs = self._services.client, tuple(view.slug for view in views)
        command = Acknowledge(slugs, by=user_via("screen"), note=known.note, any_reason=known.any_reason)
        self._run(
            lambda: client.do(command),
            done=f"Acknowledged {_names(views)}",
            undo=Undo(f"Acknowledgement of {_names(views)} undone", lambda: client.do(Unacknowledge(slugs))),
        )

    def snooze(self, views: Sequence[CheckView], tag: str = "") -> None:
        """Asks what and how long. ``tag`` is offered first: its heading was meant."""
        from pulsetui.tui.dialogs.snooze import SnoozeDialog, snooze_targets

        services = self._services
        now, zone = services.now(), services.viewer_zone
        clock = zone_note(zone) if foreign(map(check_zone, views), zone, now) else ""
        dialog = SnoozeDialog(snooze_targets(views, tag), services.client.info().snoozes, now, zone, clock)
        self._app.push_screen(dialog, self.snooze_so)

    def snooze_so(self, answer: SnoozeAnswer | None) -> None:
        """Snoozes as the person said; None: they thought better of it."""
        if answer is None:
            return
        client, target, until, note = self._services.client, answer.target, answer.until, answer.note
        scope, names, label = target.scope, target.names, target.label
        before = target.running(client.info().snoozes, self._services.now())
        snoozed = {one.target for one in before}

        def end(which: Sequence[str]) -> list[CommandResult]:
            return client.do(EndSnooze(scope, tuple(which)))

        def restore() -> list[CommandResult]:
            fresh = [name for name in names if name not in snoozed]
            results = end(fresh) if until is not None and (fresh or not before) else []
            for one in before:
                which = (one.target,) if names else ()
                again = StartSnooze(scope, which, until=one.until, by=one.by or user_name(), note=one.note)
                results += client.do(again)
            return results

        if until is None:
            which = [name for name in names if name in snoozed]
            undo = Undo(f"Snooze of {label} restored", restore)
            self._run(lambda: end(which), done=f"{label} is no longer snoozed", undo=undo)
            return
        when = instant_text(until, self._services.viewer_zone, self._services.now()).removeprefix("today ")
        command = StartSnooze(scope, names, until=until, by=user_name(), note=note)
        self._run(
            lambda: client.do(command),
            done=f"Snoozed {label} until {when}",
            undo=Undo(f"Snooze of {label} undone", restore),
        )

    def delete(self, view: CheckView) -> None:
        """Asks, naming the check, and deletes it from checks.toml."""
        from pulsetui.tui.dialogs.question import DeleteDialog

        self._app.push_screen(
            DeleteDialog(view), lambda answer: self._delete(view) if answer == "delete" else None
        )

    def _delete(self, view: CheckView) -> None:
        client = self._services.client
        kept: dict[str, Mapping[str, object]] = {}

        def remove() -> list[CommandResult]:
            # Read first: what is deleted can then be added again with everything it had.
            kept["fields"] = client.details(view.slug).fields
            return client.do(RemoveCheck((view.slug,)))

        self._run(
            remove,
            done=f"Deleted {_names([view])} (u restores it)",
            undo=Undo(
                f"Deletion of {_names([view])} undone",
                lambda: client.do(UndoRemove((view.slug,), kept["fields"])),
                tells=True,  # where it is now: not always where it was
                shows=view.slug,
            ),
        )

    def change(
        self, slug: str, before: Mapping[str, object], fields: Mapping[str, object], done: str
    ) -> None:
        """Changes keys of a check in checks.toml; ``done`` says what it has then."""
        client = self._services.client
        there, back = edit_and_back(slug, before, fields)
        self._run(
            lambda: client.do(there),
            done=f"{slug}: {done} (u takes it back)",
            undo=Undo(f"{slug}: as it was before {done}", lambda: client.do(back)),
        )

    def new(self, slug: str = "") -> None:
        """Opens the form of a new check, empty but for its slug where that is known."""
        from pulsetui.tui.form.screen import EditScreen

        self._app.push_screen(EditScreen.for_new(self._services, slug))

    def edit(self, view: CheckView) -> None:
        """Opens the form of a check once its definition is there."""
        from pulsetui.tui.form.screen import EditScreen

        async def work() -> None:
            try:
                details = await asyncio.to_thread(self._services.client.details, view.slug)
            except PulseError as error:
                self._services.say(str(error), severity="error")
                return
            self._app.push_screen(EditScreen.for_check(self._services, view.slug, details.fields))

        worker = in_background(self._app, work, group="edit", exclusive=True)
        self._services.opens(worker)

    def copy(self, view: CheckView) -> None:
        """Opens the copy menu."""
        from pulsetui.tui.dialogs.ask import CopyMenu, copy_choices

        self._app.push_screen(CopyMenu(copy_choices(view, self._services.client.info())))

    def copy_first_line(self) -> None:
        """Copies the line that makes a first check, as it stands on the screen without any."""
        from pulsetui.tui.table.empty import first_ping

        line = first_ping(self._services.client.info())
        if not line:
            self._services.say("The engine has no listener: there is nothing to copy", severity="warning")
            return

        async def work() -> None:
            self._services.say(f"Curl line: {await self._services.copy(line)}")

        in_background(self._app, work, group="copy")

    def undo(self) -> None:
        """Takes the last action back."""
        last = self._undo.pop()
        self._run(last.command, done=last.done, tells=last.tells, shows=last.shows)

    def dismiss(self, key: str) -> None:
        """Takes a notice away."""

        async def work() -> None:
            try:
                results = await asyncio.to_thread(self._services.client.do, Dismiss(key))
            except PulseError as error:
                self._services.say(str(error), severity="error")
                return
            for result in results:
                self._services.say(result.message, severity="error")

        in_background(self._app, work, group="dismiss")

    def _run(
        self,
        command: Command,
        *,
        done: str,
        undo: Undo | None = None,
        tells: bool = False,
        shows: str = "",
    ) -> None:
        async def work() -> None:
            try:
                results = await asyncio.to_thread(command)
            except PulseError as error:
                self._services.say(str(error), severity="error")
                return
            refused = [result for result in results if not result.ok]
            for result in refused[:3]:
                self._services.say(f"{result.slug}: {result.message}", severity="error")
            if len(refused) < len(results) or not results:
                told = "; ".join(result.message for result in results if result.ok) if tells else ""
                self._services.say(f"{done}: {told}" if told else done)
                if shows:
                    self._services.show_check(shows)
                if undo is not None:
                    self._undo.append(undo)
                    del self._undo[:-_UNDO_KEPT]
            self._services.situation_changed()

        in_background(self._app, work, group="command")


def _names(views: Sequence[CheckView]) -> str:
    if len(views) == 1:
        return f'"{cut(name_of(views[0]), 40)}"'
    return f"{len(views)} checks"
