"""Ways to ping: on the left what runs the job, on the right the text for it, filled in and ready to copy."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import TextArea

from pulsetui.client.views import CheckView
from pulsetui.recipes.recipes import BY_ID, RECIPES, Recipe, Target
from pulsetui.tui.base.background import in_background
from pulsetui.tui.base.screen import PulseScreen
from pulsetui.tui.base.verbs import bindings_on
from pulsetui.tui.draw.chooser import Chooser
from pulsetui.tui.draw.hints import Hint, Hints
from pulsetui.tui.draw.lines import Line, cut, name_of, plain, wrap
from pulsetui.tui.draw.paint import LineList, OneLine
from pulsetui.tui.ways.example import EXAMPLE

if TYPE_CHECKING:
    from textual.events import Resize

_SHORT = 20  # lines; below, the words around the text give way to it


class _Title(OneLine):
    """Which check the texts are for."""


class _Said(OneLine):
    """Where the copied text went."""


class _Words(LineList, can_focus=False):
    """What the way does, or what to know of it."""

    DEFAULT_CSS = "_Words { height: auto; }"


class HowToPingScreen(PulseScreen):
    """The texts of ``recipes.recipes`` for one check."""

    CSS_PATH = Path(__file__).with_name("ways.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "y,enter", "copy", "Copy", tooltip="Copy the text, or what is selected of it", id="ways.copy"
        ),
        Binding(
            "tab", "other", "Other side", tooltip="Into the text, to select in it, and back", id="ways.tab"
        ),
        *bindings_on("any"),
    ]

    def __init__(self, target: Target, name: str) -> None:
        """``name`` is the check's, as the title shows it."""
        super().__init__()
        self._target = target
        self._name_shown = name
        self._copied: Line = ()

    def compose(self) -> ComposeResult:
        yield _Title(id="title")
        area = TextArea(read_only=True, id="text", highlight_cursor_line=False)
        area.cursor_blink = False
        with Horizontal(id="ways"):
            yield Chooser(id="list", base="surface")
            with Vertical(id="way"):
                yield _Words(id="about")
                yield _Words(id="notes")
                yield area
                yield _Said(id="said")
        yield Hints(id="hints")

    def on_mount(self) -> None:
        self._draw_list()
        self.query_one(Chooser).focus()

    def on_resize(self, event: Resize) -> None:
        self.set_class(event.size.width < 56, "-narrow")
        self.set_class(event.size.height < _SHORT, "-short")
        self.call_after_refresh(self._draw_list)

    @property
    def recipe(self) -> Recipe:
        """The way under the cursor."""
        return BY_ID[str(self.query_one(Chooser).key or RECIPES[0].id)]

    def _draw_list(self) -> None:
        ways = self.query_one(Chooser)
        width = max(ways.size.width, 12)
        lines: list[Line] = [((" ", "text"), (cut(recipe.title, width - 2), "strong")) for recipe in RECIPES]
        ways.show(lines, [recipe.id for recipe in RECIPES])
        self.query_one(_Title).show([(" Ways to ping  ", "title"), (cut(self._name_shown, 60), "strong")])
        self._draw()
        self.refresh_hints()

    def _draw(self) -> None:
        recipe = self.recipe
        most, notes = (2, 1) if self.has_class("-short") else (5, 5)
        if self.has_class("-narrow"):
            most, notes = 1, 0
        self._say_in("#about", (recipe.about,), "text", most)
        self._say_in("#notes", recipe.notes(self._target)[:notes], "muted", notes)
        area = self.query_one(TextArea)
        text = recipe.text(self._target)
        if area.text != text:
            area.load_text(text)
            area.scroll_to(y=0, animate=False)
            self._copied = ()
        self.query_one(_Said).show(self._copied or [(" y copies the text", "muted")])

    def _say_in(self, selector: str, sentences: tuple[str, ...], style: str, most: int) -> None:
        words = self.query_one(selector, _Words)
        width = max(self.query_one("#way").size.width - 2, 10)
        texts = [line for sentence in sentences for line in wrap(plain(sentence), width)]
        if len(texts) > most:
            texts = [*texts[: most - 1], cut(f"{texts[most - 1]} {texts[most]}", width)]
        words.display = bool(texts)
        words.styles.height = len(texts)
        words.show([((" ", "text"), (text, style)) for text in texts])

    def on_chooser_moved(self) -> None:
        self._draw()

    def on_line_list_chosen(self) -> None:
        self.action_copy()

    # Keys

    def action_copy(self) -> None:
        self._draw()  # a fast hand copies before the list has said that its cursor moved
        area = self.query_one(TextArea)
        text = area.selected_text or area.text
        in_background(self, partial(self._copy, text), group="copy", exclusive=True)

    async def _copy(self, text: str) -> None:
        where = await self.pulse.copy(text)
        self._copied = ((f" {where}", "up"),)
        self.query_one(_Said).show(self._copied)

    def action_other(self) -> None:
        area = self.query_one(TextArea)
        (self.query_one(Chooser) if area.has_focus else area).focus()

    def action_page(self, pages: int) -> None:
        area = self.query_one(TextArea)
        area.scroll_to(y=area.scroll_offset.y + pages * max(area.size.height - 1, 1), animate=False)

    def verb_back(self) -> None:
        if self.query_one(TextArea).has_focus:
            self.query_one(Chooser).focus()
        else:
            self.dismiss()

    def refresh_hints(self) -> None:
        if self.is_mounted:
            self.query_one(Hints).offer(
                [
                    Hint("Esc", "back"),
                    Hint("j k", "choose"),
                    Hint("y", "copy"),
                    Hint("Space", "scroll"),
                    Hint("Tab", "select text"),
                    Hint("?", "help"),
                ]
            )


def title_of(view: CheckView | None) -> str:
    """What the title says the texts are for."""
    return name_of(view) if view is not None else f"an example, {EXAMPLE}"
