"""From lines of named styles to Textual's strips, and the two widgets most screens are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol, cast

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from pulsetui.tui.draw.lines import Line, Span, fit

if TYPE_CHECKING:
    from textual.events import Click, Resize

    from pulsetui.tui.draw.theme import StyleSet


class Painter(Protocol):
    """What painting asks of the app."""

    ascii_only: bool

    @property
    def style_set(self) -> StyleSet:
        """The styles of the theme that is shown."""


def style_set(widget: Widget) -> StyleSet:
    """The styles of the theme that is on."""
    return cast("Painter", widget.app).style_set


def has_plain_glyphs(widget: Widget) -> bool:
    """Whether the screen is drawn with nothing but ASCII."""
    return cast("Painter", widget.app).ascii_only


def strip_of(spans: Iterable[Span], width: int, styles: StyleSet, base: str) -> Strip:
    """The spans as a strip of exactly ``width`` cells on ``base``.

    Neighbours that look alike become one segment: fewer bytes to the terminal. Blanks look like any
    neighbour on the same background.
    """
    segments: list[Segment] = []
    held, style = "", styles.get("text", base)
    for text, name in spans:
        if not text:
            continue
        own = styles.get(name, base)
        if own is not style:
            if held and not (text.isspace() and own.bgcolor == style.bgcolor):
                if held.isspace() and own.bgcolor == style.bgcolor:
                    style = own
                else:
                    segments.append(Segment(held, style))
                    held, style = "", own
            elif not held:
                style = own
        held += text
    if held:
        segments.append(Segment(held, style))
    return Strip(segments).adjust_cell_length(width, styles.get("text", base))


def pictured(
    spans: Iterable[Span], width: int, styles: StyleSet, base: str, picture: tuple[int, int]
) -> Strip:
    """``strip_of`` for a line with a picture from one cell up to another: under a cursor that takes all
    colours away, that part keeps its own."""
    strip, under = strip_of(spans, width, styles, base), styles.under_picture(base)
    if under == base:
        return strip
    first, last = picture
    drawn = strip_of(spans, width, styles, under).crop(first, last)
    return Strip.join([strip.crop(0, first), drawn, strip.crop(last, width)])


def bring_into_view(view: ScrollView, line: int) -> None:
    """Scrolls as little as needed to show the line."""
    top, height = view.scroll_offset.y, max(view.size.height, 1)
    if line < top:
        view.scroll_to(y=line, animate=False)
    elif line >= top + height:
        view.scroll_to(y=line - height + 1, animate=False)


class OneLine(Widget):
    """One drawn line that repaints only when what it shows has changed."""

    DEFAULT_CSS = "OneLine { height: 1; }"
    BASE: ClassVar[str] = "surface"

    _line: Line = ()
    _base: str = ""

    def show(self, spans: Sequence[Span], *, base: str = "") -> None:
        line = tuple(spans)
        if line != self._line or base != self._base:
            self._line, self._base = line, base
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        spans = fit(self._line, width) if y == 0 else []
        return strip_of(spans, width, style_set(self), self._base or self.BASE)

    @property
    def shown(self) -> Line:
        """What the line holds: for tests."""
        return self._line


# The keys of Textual's own scrolling would hide those of the screens below: ours are all here.
class LineList(ScrollView, can_focus=True, inherit_bindings=False):
    """Scrollable lines; with ``keys`` some of them can be chosen and the cursor moves over those only."""

    DEFAULT_CSS = """
    LineList {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(keys, action, about, show=False, id=f"list.{name}")
        for keys, action, name, about in (
            ("enter", "choose", "choose", "Choose the line under the cursor"),
            ("down,j", "step(1)", "down", "One line down"),
            ("up,k", "step(-1)", "up", "One line up"),
            ("g,home", "edge(False)", "first", "To the first line"),
            ("G,end", "edge(True)", "last", "To the last line"),
            ("ctrl+d", "pages(0.5)", "half_down", "Half a page down"),
            ("ctrl+u", "pages(-0.5)", "half_up", "Half a page up"),
            ("pagedown", "pages(1)", "page_down", "One page down"),
            ("pageup", "pages(-1)", "page_up", "One page up"),
        )
    ]

    class Chosen(Message):
        """A line with a key was chosen."""

        def __init__(self, control: LineList, key: object) -> None:
            super().__init__()
            self.line_list = control
            self.key = key

        @property
        def control(self) -> LineList:
            return self.line_list

    def __init__(self, *, id: str | None = None, base: str = "row") -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._base = base
        self._lines: tuple[Line, ...] = ()
        self._keys: tuple[object, ...] = ()
        self._at: int | None = None  # the line under the cursor

    @property
    def lines(self) -> tuple[Line, ...]:
        return self._lines

    @property
    def key(self) -> object:
        """The key under the cursor, or None."""
        return None if self._at is None else self._keys[self._at]

    def show(self, lines: Sequence[Line], keys: Sequence[object] = ()) -> None:
        """Shows these lines. ``keys`` has one entry for each line, None where nothing can be chosen; the
        cursor stays on its key, the scroll position stays."""
        new, new_keys = tuple(lines), tuple(keys)
        if new == self._lines and new_keys == self._keys:
            return
        key, old = self.key, self._lines
        self._lines, self._keys = new, new_keys
        choices = [index for index, value in enumerate(new_keys) if value is not None]
        if key is not None and key in new_keys:
            self._at = new_keys.index(key)
        else:
            self._at = choices[0] if choices else None
        size = Size(self.size.width, len(new))
        if size != self.virtual_size:
            self.virtual_size = size
        self._repaint_from(old)

    def _repaint_from(self, old: tuple[Line, ...]) -> None:
        """Repaints the visible lines that are not as they were."""
        top, width, height = self.scroll_offset.y, self.size.width, self.size.height
        if len(old) != len(self._lines):
            self.refresh()
            return
        changed = [
            Region(0, y, width, 1)
            for y in range(min(height, len(old) - top))
            if old[top + y] != self._lines[top + y]
        ]
        if self.key is not None or len(changed) > height // 2:
            self.refresh()
        elif changed:
            self.refresh(*changed)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        index = y + self.scroll_offset.y
        styles = style_set(self)
        if index >= len(self._lines):
            return strip_of([(" " * width, "text")], width, styles, self._base)
        on = index == self._at and self.has_focus
        return strip_of(fit(self._lines[index], width), width, styles, "cursor" if on else self._base)

    def on_resize(self, event: Resize) -> None:
        self.virtual_size = Size(event.size.width, len(self._lines))

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def on_click(self, event: Click) -> None:
        index = event.y + self.scroll_offset.y
        if index < len(self._keys) and self._keys[index] is not None:
            self._move(index)
            if event.chain == 2:
                self.action_choose()

    def action_step(self, by: int) -> None:
        if self._at is None:
            self.scroll_to(y=self.scroll_offset.y + by, animate=False)
            return
        index = self._at + by
        while 0 <= index < len(self._keys) and self._keys[index] is None:
            index += by
        if 0 <= index < len(self._keys):
            self._move(index)
        else:
            # Past the last choice there may be more to read, as before the first.
            self.scroll_to(y=self.scroll_offset.y + by, animate=False)

    def action_pages(self, pages: float) -> None:
        by = int(pages * max(self.size.height - 1, 1))
        if self._at is None:
            self.scroll_to(y=self.scroll_offset.y + by, animate=False)
        else:
            self._move_near(self._at + by)

    def action_edge(self, last: bool) -> None:
        if self._at is None:
            self.scroll_to(y=len(self._lines) if last else 0, animate=False)
        else:
            self._move_near(len(self._lines) if last else 0)
            self.scroll_to(y=len(self._lines) if last else 0, animate=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # Where nothing can be chosen, Enter belongs to the screen.
        return self.key is not None if action == "choose" else True

    def action_choose(self) -> None:
        if self.key is not None:
            self.post_message(self.Chosen(self, self.key))

    def _move_near(self, index: int) -> None:
        choices = [i for i, value in enumerate(self._keys) if value is not None]
        if choices:
            self._move(min(choices, key=lambda i: abs(i - index)))

    def _move(self, index: int) -> None:
        self._at = index
        bring_into_view(self, index)
        self.refresh(Region(0, 0, self.size.width, self.size.height))
