"""The form of one check: validated as you type, saved with ctrl+s, and nothing typed is lost on failure."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll

from pulsetui.core.phrases import instant_text, until_text
from pulsetui.core.zone import zone as zone_named
from pulsetui.errors import PulseError, ScheduleError
from pulsetui.monitor.view import CommandResult, FieldProblem, SchedulePreview
from pulsetui.tui.form_model import FIELDS, HINTS, SCHEDULE, SPECS, FormModel, field_of
from pulsetui.tui.lines import Line, pad, plain, wrap
from pulsetui.tui.paint import LineList, OneLine
from pulsetui.tui.screens.base import PulseScreen
from pulsetui.tui.widgets.form import FieldRow, KindSwitch, MoreLine
from pulsetui.tui.widgets.hints import Hint, Hints

if TYPE_CHECKING:
    from textual.events import Resize
    from textual.timer import Timer

    from pulsetui.tui.app import PulseApp

_QUIET_S = 0.12
"""The form is judged when no key came for so long."""
_BESIDE = 104  # from this width the preview stands beside the fields


class EditScreen(PulseScreen):
    """Opened by ``for_new`` or ``for_check``."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", tooltip="Save the check", id="edit.save", priority=True),
        Binding("escape", "leave", "Back", tooltip="Back; asks when something changed", id="edit.leave"),
        Binding("down", "app.focus_next", "Next field", show=False),
        Binding("up", "app.focus_previous", "Previous field", show=False),
    ]

    def __init__(self, app: PulseApp, model: FormModel) -> None:
        super().__init__()
        info = app.client.info()
        self.model = model
        self._zone = info.timezone
        self._hooks = info.hook_names
        self._touched: set[str] = set()
        self._refused: list[FieldProblem] = []  # by the engine, until the field is changed
        self._saving = False
        self._judging: Timer | None = None
        self._fit(app.size.width, app.size.height)

    @classmethod
    def for_new(cls, app: PulseApp) -> EditScreen:
        """An empty form."""
        return cls(app, FormModel(None, {}))

    @classmethod
    def for_check(cls, app: PulseApp, slug: str, fields: Mapping[str, object]) -> EditScreen:
        """The form of a check that is there."""
        return cls(app, FormModel(slug, fields))

    def compose(self) -> ComposeResult:
        title = OneLine(id="title")
        name = f'Edit "{self.model.slug}"' if self.model.slug else "New check"
        title.show([(f" {name}", "title"), ("  in checks.toml", "muted")])
        yield title
        with Container(id="form"):
            with VerticalScroll(id="fields", can_focus=False):
                for spec in FIELDS:
                    if spec.key == SCHEDULE:
                        yield KindSwitch(self.model.kind)
                        yield FieldRow(spec, self.model.text(SCHEDULE), HINTS[self.model.kind])
                    elif not spec.more:
                        yield FieldRow(spec, self.model.text(spec.key))
                yield MoreLine(id="more")
            yield LineList(id="preview", base="surface")
        yield Hints(id="hints")

    def on_mount(self) -> None:
        preview = self.query_one("#preview", LineList)
        preview.can_focus = False
        self._row("slug" if self.model.slug is None else "name").enter()
        self.query_one(Hints).offer(
            [Hint("ctrl+s", "save"), Hint("Esc", "back"), Hint("Tab", "next field"), Hint("⇧Tab", "previous")]
        )
        self._judge()

    def on_resize(self, event: Resize) -> None:
        self._fit(event.size.width, event.size.height)
        self.call_after_refresh(self._judge)

    def _fit(self, width: int, height: int) -> None:
        self.set_class(width >= _BESIDE, "-beside")
        self.set_class(height < 20, "-short")

    def _row(self, key: str) -> FieldRow:
        return self.query_one(f"#field-{key}", FieldRow)

    # Typing

    def on_field_row_edited(self, message: FieldRow.Edited) -> None:
        self.model.set_text(message.key, message.text)
        self._touched.add(message.key)
        self._refused = [problem for problem in self._refused if field_of(problem.field) != message.key]
        self._judge_soon()

    def on_kind_switch_switched(self, message: KindSwitch.Switched) -> None:
        self.model.kind = message.kind
        self._row(SCHEDULE).replace(self.model.text(SCHEDULE), HINTS[message.kind])
        self._judge_soon()

    async def on_more_line_toggled(self, message: MoreLine.Toggled) -> None:
        await self._show_more(is_open=message.is_open)

    async def _show_more(self, *, is_open: bool) -> None:
        """The rarer fields are made when they are first asked for."""
        rare = [spec for spec in FIELDS if spec.more]
        if is_open and not self._rows(rare[0].key):
            await self.query_one("#fields").mount(
                *(FieldRow(spec, self.model.text(spec.key)) for spec in rare)
            )
        for spec in rare:
            for row in self._rows(spec.key):
                row.display = is_open

    def _rows(self, key: str) -> list[FieldRow]:
        return list(self.query(f"#field-{key}").results(FieldRow))

    # Judging

    def _judge_soon(self) -> None:
        if self._judging is not None:
            self._judging.stop()
        self._judging = self.set_timer(_QUIET_S, self._judge)

    def _judge(self) -> list[FieldProblem]:
        """Shows what is wrong with what has been touched, and the preview; answers with all problems."""
        problems = self.model.problems(default_timezone=self._zone, hook_names=self._hooks)
        by_field: dict[str, list[str]] = {}
        for problem in (*problems, *self._refused):
            text = f"{problem.message}. {problem.suggestion}" if problem.suggestion else problem.message
            by_field.setdefault(field_of(problem.field), []).append(text)
        for spec in FIELDS:
            texts = by_field.get(spec.key, []) if spec.key in self._touched else []
            for row in self._rows(spec.key):
                row.complain(" ".join(texts))
        self._show_preview()
        return problems

    def _show_preview(self) -> None:
        now = self.pulse.now()
        shown = self.query_one("#preview", LineList)
        preview = self.model.preview(now, default_timezone=self._zone)
        shown.show(self._preview_lines(preview, max(shown.size.width - 2, 20)))

    def _preview_lines(self, preview: SchedulePreview | None, width: int) -> list[Line]:
        if preview is None:
            return [
                ((" Preview", "title"),),
                ((" The next due instants stand here once the", "muted"),),
                ((" schedule can be read.", "muted"),),
            ]
        now, mine = self.pulse.now(), self.pulse.viewer_zone
        lines: list[Line] = [((f" {text}", "strong"),) for text in wrap(plain(preview.words), width)]
        try:
            theirs = zone_named(preview.tz)
        except ScheduleError:
            theirs = zone_named("UTC")
        if self.model.kind == "every":
            lines.append(((" if it reports now, due", "muted"),))
        for at in preview.upcoming:
            there, here = instant_text(at, theirs, now), instant_text(at, mine, now)
            shown = here if self.model.kind == "every" else there
            other = "" if shown == here else f"{here} here"
            lines.append(
                ((f" {pad(shown, 17)}", "text"), (pad(until_text(at, now), 11), "muted"), (other, "muted"))
            )
        if preview.warnings:
            lines.append(())
        for warning in preview.warnings:
            for number, text in enumerate(wrap(plain(warning), width - 3)):
                lines.append(((f" {' ' if number else '!'} {text}", "warning"),))
        return lines

    # Saving and leaving

    async def action_save(self) -> None:
        if self._saving:
            return
        self._touched |= SPECS.keys()
        problems = self._judge()
        if problems:
            await self._enter_first(problems)
            self.say("Not saved: see what is marked", severity="warning")
            return
        if self.model.slug is not None and not self.model.changed:
            self.say("Nothing was changed")
            self.dismiss()
            return
        if not self.pulse.client.connected:
            self.say("Not saved: the engine cannot be reached. What you typed stays here", severity="error")
            return
        self._saving = True
        self.run_worker(self._save(), group="save", exit_on_error=False)

    async def _save(self) -> None:
        model, client = self.model, self.pulse.client
        try:
            if model.slug is None:
                result = await asyncio.to_thread(client.add, model.new_slug, model.fields())
            else:
                renamed = model.new_slug if model.new_slug != model.slug else None
                result = await asyncio.to_thread(client.edit, model.slug, model.changes(), new_slug=renamed)
        except PulseError as error:
            result = CommandResult(slug=model.new_slug, ok=False, message=str(error))
        finally:
            self._saving = False
        if result.ok:
            self.say(f"{'Added' if model.slug is None else 'Saved'} {model.new_slug}")
            self.dismiss()
            self.pulse.show_check(model.new_slug)
            return
        self._refused = list(result.problems)
        self._judge()
        if self._refused:
            await self._enter_first(self._refused)
        self.say(f"Not saved: {result.message}", severity="error")

    async def _enter_first(self, problems: Sequence[FieldProblem]) -> None:
        wrong = {field_of(problem.field) for problem in problems}
        first = next(spec for spec in FIELDS if spec.key in wrong)
        if first.more and not self.query_one(MoreLine).is_open:
            self.query_one(MoreLine).open()
            await self._show_more(is_open=True)
        self._row(first.key).enter()

    def action_leave(self) -> None:
        if not self.model.changed:
            self.dismiss()
            return
        from pulsetui.tui.screens.dialogs import DiscardDialog

        self.pulse.push_screen(DiscardDialog(), self._leave)

    def _leave(self, sure: bool | None) -> None:
        if sure:
            self.dismiss()

    def refresh_hints(self) -> None:
        """The form's hints never change."""
