"""The form of one check: validated as you type, saved with ctrl+s, and nothing typed is lost on failure."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll

from pulsetui.client.client import do_one
from pulsetui.client.commands import AddCheck, Definition, EditCheck
from pulsetui.client.glance import Glance, glances
from pulsetui.client.status_words import word_for
from pulsetui.client.views import CheckView, CommandResult, FieldProblem
from pulsetui.core.schedule.zone import zone as zone_named
from pulsetui.core.state.status import Reason, Status
from pulsetui.core.text.phrases import count_text
from pulsetui.errors import PulseError, ScheduleError
from pulsetui.tui.base.background import in_background
from pulsetui.tui.base.screen import PulseScreen
from pulsetui.tui.draw.hints import Hint, Hints
from pulsetui.tui.draw.paint import LineList, OneLine
from pulsetui.tui.form.advice import LastRun, expectation_notes, schedule_notes, sorted_notes
from pulsetui.tui.form.fields import FieldRow, FoldLine, HookSwitch, KindSwitch, row_id
from pulsetui.tui.form.model import FormModel
from pulsetui.tui.form.pick import Option, PickScreen
from pulsetui.tui.form.preview import preview_lines
from pulsetui.tui.form.specs import FIELDS, FOLDS, HINTS, NONE, RULES, SCHEDULE, SPECS, Fold, field_of
from pulsetui.tui.form.suggest import Suggestion, suggest

if TYPE_CHECKING:
    from textual.events import Resize
    from textual.timer import Timer
    from textual.widget import Widget

    from pulsetui.tui.base.services import Services

_QUIET_S = 0.12
"""The form is judged when no key came for so long."""
_BESIDE = 104  # from this width the preview stands beside the fields


class _Fields(VerticalScroll, can_focus=False, inherit_bindings=False):
    """Scrolls with the focus; up and down go from field to field at every height."""


class EditScreen(PulseScreen):
    """Opened by ``for_new`` or ``for_check``."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", tooltip="Save the check", id="edit.save", priority=True),
        Binding("escape", "leave", "Back", tooltip="Back; asks about unsaved changes", id="edit.leave"),
        Binding(
            "ctrl+o",
            "pick",
            "List",
            tooltip="Choose from a list: tags, hooks, checks, reasons",
            id="edit.pick",
        ),
        Binding("ctrl+t", "take", "Take", tooltip="Apply the suggested schedule", id="edit.take"),
        Binding("tab,down", "app.focus_next", "Next field", tooltip="The next field", id="edit.next"),
        Binding(
            "shift+tab,up", "app.focus_previous", "Previous", tooltip="The previous field", id="edit.previous"
        ),
        # Letters are typed here.
        Binding("f1", "help", "Help", tooltip="Show the keys that work here", id="edit.help"),
    ]

    def __init__(self, app: Services, model: FormModel) -> None:
        super().__init__()
        info = app.client.info()
        self.model = model
        self._zone = info.timezone
        self._hooks = info.hook_names
        self._last = _last_run(app.client.checks().get(model.slug or ""))
        self._touched: set[str] = set()
        self._problems: Sequence[FieldProblem] = ()  # at the last look
        self._refused: list[FieldProblem] = []  # by the engine, until the field is changed
        self._not_saved = ""  # why, when the last try failed
        self._saving = False
        self._judging: Timer | None = None
        self._fit(app.size.width, app.size.height)

    @classmethod
    def for_new(cls, app: Services, slug: str = "") -> EditScreen:
        """A form that is empty but for the slug, where pings have come under one."""
        model = FormModel(None, {})
        model.set_text("slug", slug)
        return cls(app, model)

    @classmethod
    def for_check(cls, app: Services, slug: str, fields: Mapping[str, object]) -> EditScreen:
        """The form of a check that is there."""
        return cls(app, FormModel(slug, fields))

    def compose(self) -> ComposeResult:
        title = OneLine(id="title")
        name = f'Edit "{self.model.slug}"' if self.model.slug else "New check"
        title.show([(f" {name}", "title"), ("  in checks.toml", "muted")])
        yield title
        with Container(id="form"):
            with _Fields(id="fields"):
                for spec in FIELDS:
                    if spec.key == SCHEDULE:
                        yield KindSwitch(self.model.kind)
                        yield FieldRow(spec, self.model.text(SCHEDULE), HINTS[self.model.kind])
                    elif spec.fold is None:
                        yield FieldRow(spec, self.model.text(spec.key), self._hint(spec.key))
                for fold in FOLDS:
                    yield FoldLine(fold)
            yield LineList(id="preview", base="surface")
        yield Hints(id="hints")

    def _hint(self, key: str) -> str:
        """What an empty field means here; "" leaves it to the field's own words."""
        if key == "timezone":
            return f"{self._zone} if empty"
        if key == "hooks" and self._hooks:
            return f"{', '.join(self._hooks)} if empty; or none"
        return ""

    def on_mount(self) -> None:
        preview = self.query_one("#preview", LineList)
        preview.can_focus = False
        self._row("name").enter()
        self.refresh_hints()
        self._judge()

    def on_resize(self, event: Resize) -> None:
        self._fit(event.size.width, event.size.height)
        self.call_after_refresh(self._judge)

    def _fit(self, width: int, height: int) -> None:
        self.set_class(width >= _BESIDE, "-beside")
        self.set_class(height < 20, "-short")

    def _row(self, key: str) -> FieldRow:
        return self.query_one(f"#{row_id(key)}", FieldRow)

    # Typing

    def on_field_row_edited(self, message: FieldRow.Edited) -> None:
        self.model.set_text(message.key, message.text)
        self._touched.add(message.key)
        if message.key == "name" and self.model.propose_slug(self.pulse.client.checks()):
            self._row("slug").replace(self.model.text("slug"), self._hint("slug") or SPECS["slug"].hint)
        self._refused = [problem for problem in self._refused if field_of(problem.field) != message.key]
        self._judge_soon()

    def on_kind_switch_switched(self, message: KindSwitch.Switched) -> None:
        self.model.kind = message.kind
        self._row(SCHEDULE).replace(self.model.text(SCHEDULE), HINTS[message.kind])
        self._judge_soon()

    async def on_fold_line_toggled(self, message: FoldLine.Toggled) -> None:
        await self._show_fold(message.fold, is_open=message.is_open)

    async def _show_fold(self, fold: Fold, *, is_open: bool) -> None:
        """The rarer fields are made when they are first asked for."""
        rare = [spec for spec in FIELDS if spec.fold == fold]
        if is_open and not self._rows(rare[0].key):
            rows: list[Widget] = [FieldRow(spec, self.model.text(spec.key)) for spec in rare]
            if fold == "alerts":
                first = next(at for at, spec in enumerate(rare) if spec.key.startswith(RULES))
                rows.insert(first, HookSwitch(self._hooks, self.model.rules.count))
            await self.query_one("#fields").mount(*rows, after=f"#fold-{fold}")
            self._judge()  # what is wrong with them may be known already
        for widget in (*(row for spec in rare for row in self._rows(spec.key)), *self._switches(fold)):
            widget.display = is_open

    def _switches(self, fold: Fold) -> list[HookSwitch]:
        return list(self.query(HookSwitch)) if fold == "alerts" else []

    def on_hook_switch_switched(self, message: HookSwitch.Switched) -> None:
        self.model.rules.hook = message.hook
        for spec in FIELDS:
            if spec.key.startswith(RULES):
                self._row(spec.key).replace(self.model.text(spec.key), spec.hint)
        self._judge_soon()

    def _rows(self, key: str) -> list[FieldRow]:
        return list(self.query(f"#{row_id(key)}").results(FieldRow))

    # Judging

    def _judge_soon(self) -> None:
        if self._judging is not None:
            self._judging.stop()
        self._judging = self.set_timer(_QUIET_S, self._judge)

    def _judge(self) -> list[FieldProblem]:
        """Shows what is wrong with what has been touched, and the preview; answers with all problems."""
        problems = self.model.problems(
            default_timezone=self._zone, hook_names=self._hooks, slugs=self.pulse.client.checks()
        )
        by_field: dict[str, list[str]] = {}
        refused = [
            replace(one, message=self.model.rules.whose(one.field) + one.message) for one in self._refused
        ]
        for problem in (*problems, *refused):
            text = f"{problem.message}. {problem.suggestion}" if problem.suggestion else problem.message
            by_field.setdefault(field_of(problem.field), []).append(text)
        for row in self.query(FieldRow):
            texts = by_field.get(row.spec.key, []) if row.spec.key in self._touched else []
            row.complain(" ".join(texts))
        for switch in self.query(HookSwitch):
            switch.draw()
        self._show_preview()
        self._problems = problems
        self.refresh_hints()
        return problems

    def _show_preview(self) -> None:
        now = self.pulse.now()
        shown = self.query_one("#preview", LineList)
        model = self.model
        preview = model.preview(now, default_timezone=self._zone)
        schedule = model.schedule(self._zone)
        notes = [] if schedule is None else schedule_notes(schedule, model.texts, self._last, now)
        lines = preview_lines(
            preview,
            None if preview else self._suggestion(),
            sorted_notes(notes),
            expectation_notes(model.text("expect"), self._last),
            now=now,
            viewer_zone=self.pulse.viewer_zone,
            is_period=model.kind == "every",
            width=max(shown.size.width - 2, 20),
            not_saved=self._not_saved,
        )
        shown.show(lines)
        # What does not fit can be reached with Tab and scrolled.
        shown.can_focus = len(lines) > shown.size.height > 0

    def _suggestion(self) -> Suggestion | None:
        """What the expression that cannot be read may have meant; a zone that is none spoils everything."""
        try:
            zone_named(self.model.zone(self._zone))
        except ScheduleError:
            return None
        return suggest(self.model.kind, self.model.text(SCHEDULE), self.model.zone(self._zone))

    # Saving and leaving

    async def action_save(self) -> None:
        if self._saving:
            return
        self._not_saved = ""
        self._touched |= SPECS.keys()
        problems = self._judge()
        if problems:
            await self._enter_first(problems)
            self.say("Not saved: see the marked fields", severity="warning")
            return
        if self.model.slug is not None and not self.model.changed:
            self.say("Nothing was changed")
            self.dismiss()
            return
        if not self.pulse.client.connected:
            self._complain("Not saved: the engine cannot be reached. What you typed stays here")
            return
        self._saving = True
        in_background(self, self._save, group="save")

    async def _save(self) -> None:
        model, client = self.model, self.pulse.client
        try:
            if model.slug is None:
                command: Definition = AddCheck((model.new_slug,), model.fields())
            else:
                renamed = model.new_slug if model.new_slug != model.slug else None
                command = EditCheck((model.slug,), model.changes(), new_slug=renamed)
            result = await asyncio.to_thread(do_one, client, command)
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
        self._complain(f"Not saved: {result.message}")

    def _complain(self, why: str) -> None:
        """Says why it was not saved; in the form until somebody tries again."""
        self._not_saved = why
        self._show_preview()
        self.say(why, severity="error")

    async def _enter_first(self, problems: Sequence[FieldProblem]) -> None:
        wrong = {field_of(problem.field) for problem in problems}
        first = next(spec for spec in FIELDS if spec.key in wrong)
        if first.fold is not None:
            line = self.query_one(f"#fold-{first.fold}", FoldLine)
            if not line.is_open:
                line.open()
                await self._show_fold(first.fold, is_open=True)
        self._row(first.key).enter()

    def action_help(self) -> None:
        self.pulse.do("help", ())

    def action_leave(self) -> None:
        if not self.model.changed:
            self.dismiss()
            return
        from pulsetui.tui.dialogs.question import DiscardDialog

        self.app.push_screen(DiscardDialog(), self._leave)

    async def _leave(self, answer: str | None) -> None:
        if answer == "discard":
            self.dismiss()
        elif answer == "save":
            await self.action_save()

    # Lists to choose from, and suggestions

    def action_pick(self) -> None:
        key = self._field()
        if key == "tags":
            options = tag_options(glances(self.pulse.client.checks()), self.model.items("tags"))
            self._pick("Tags", options, self.model.items("tags"), self._picked_tags)
        elif key == "hooks":
            typed = self.model.text("hooks").strip()
            chosen = self.model.items("hooks") if typed else list(self._hooks)
            self._pick("Hooks to notify", [Option(name) for name in self._hooks], chosen, self._picked_hooks)
        elif key == "depends_on":
            options = check_options(glances(self.pulse.client.checks()), self.model.slug)
            self._pick("Checks that it needs", options, self.model.items(key), self._picked_checks)
        elif key == "alerts.reasons":
            options = [Option(reason, word_for(Status.DOWN, reason)) for reason in Reason]
            self._pick("Reasons to tell of", options, self.model.items(key), self._picked_reasons)
        else:
            self.say("Only tags, hooks, checks and reasons have a list to choose from")

    def _pick(
        self,
        title: str,
        options: Sequence[Option],
        chosen: Sequence[str],
        then: Callable[[list[str]], None],
    ) -> None:
        if not options:
            self.say(f"There are no {title.split(' ', maxsplit=1)[0].lower()} yet to choose from")
            return
        self.app.push_screen(
            PickScreen(title, options, chosen), lambda names: None if names is None else then(names)
        )

    def _picked_tags(self, names: list[str]) -> None:
        self._row("tags").type(", ".join(names))

    def _picked_hooks(self, names: list[str]) -> None:
        """All of them is what the empty field says, so that a hook added later is told, too."""
        text = "" if set(names) >= set(self._hooks) else ", ".join(names) or NONE
        self._row("hooks").type(text)

    def _picked_checks(self, slugs: list[str]) -> None:
        self._row("depends_on").type(", ".join(slugs))

    def _picked_reasons(self, reasons: list[str]) -> None:
        """All of them is what the empty field says."""
        self._row("alerts.reasons").type("" if len(reasons) == len(Reason) else ", ".join(reasons))

    def action_take(self) -> None:
        self._judge()  # a key may come sooner than the look at what was typed before it
        suggestion = None if self.model.schedule(self._zone) else self._suggestion()
        proposed = self._proposed()
        if proposed is not None and (suggestion is None or proposed[0] == self._field() != SCHEDULE):
            self._row(proposed[0]).type(proposed[1])
            return
        if suggestion is None:
            self.say("There is no suggestion to apply")
            return
        self.model.kind = suggestion.kind
        self.model.set_text(SCHEDULE, suggestion.expression)
        self._touched.add(SCHEDULE)
        self.query_one(KindSwitch).turn_to(suggestion.kind)
        self._row(SCHEDULE).replace(suggestion.expression, HINTS[suggestion.kind])
        self._judge()

    def _proposed(self) -> tuple[str, str] | None:
        """A field with a problem and the text that the problem proposes: the field that has the focus
        before any other."""
        found = {
            problem.field: text
            for problem in (*self._problems, *self._refused)
            if (text := self.model.proposal(problem)) and problem.field in self._touched
        }
        field = self._field()
        if field in found:
            return field, found[field]
        return next(iter(found.items()), None)

    def _field(self) -> str:
        """The key of the field that has the focus."""
        nodes = () if self.focused is None else self.focused.ancestors_with_self
        return next((node.spec.key for node in nodes if isinstance(node, FieldRow)), "")

    def on_descendant_focus(self) -> None:
        self.refresh_hints()

    def refresh_hints(self) -> None:
        """What can be done in the field that has the focus."""
        hints = [Hint("ctrl+s", "save"), Hint("Esc", "back")]
        field = self._field()
        if field in {"tags", "hooks", "depends_on", "alerts.reasons"}:
            hints.append(Hint("ctrl+o", "choose"))
        elif field.endswith("timezone"):
            hints.append(Hint("→", "complete"))
        if self._proposed() is not None:
            hints.append(Hint("ctrl+t", "apply"))
        for line in self.query(Hints):
            line.offer([*hints, Hint("Tab", "next field"), Hint("⇧Tab", "previous"), Hint("F1", "help")])


def _last_run(view: CheckView | None) -> LastRun:
    """What expectations and limits are judged by."""
    if view is None or view.last_ping is None:
        return LastRun()
    return LastRun(
        metrics=view.last_metrics, duration=view.last_duration, usual=view.usual_duration, known=True
    )


def tag_options(views: Iterable[Glance], typed: Sequence[str]) -> list[Option]:
    """Every tag in use with how many checks have it, the commonest first, and those that are typed."""
    counts = Counter(tag for view in views for tag in view.tags)
    known = sorted(counts, key=lambda tag: (-counts[tag], tag))
    options = [Option(tag, count_text(counts[tag], "check")) for tag in known]
    return [*options, *(Option(tag, "new") for tag in dict.fromkeys(typed) if tag not in counts)]


def check_options(views: Iterable[Glance], own: str | None) -> list[Option]:
    """Every other check."""
    others = sorted((view for view in views if view.slug != own), key=lambda view: view.slug)
    return [Option(view.slug, view.name if view.name != view.slug else "") for view in others]
