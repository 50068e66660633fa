"""The themes of the app: ours and Textual's, the styles of the one that is shown, and what becomes
of them on a terminal that has less."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace
from rich.console import COLOR_SYSTEMS
from textual.app import App
from textual.filter import LineFilter

from pulsetui.tui.draw.theme import DARK, PALETTES, Palette, StyleSet, textual_theme
from pulsetui.tui.terminal.colours import Colours

_SYSTEMS = {Colours.ALL: "truecolor", Colours.INDEXED: "256", Colours.SIXTEEN: "standard"}
"""As Rich calls them."""


class AppThemes:
    """One for the app. ``styles`` are those of the theme that is shown."""

    def __init__(self, app: App[None], colours: Colours) -> None:
        """``colours`` is what the terminal has."""
        self._app, self._colours = app, colours
        self._plain: LineFilter | None = None
        self._filter = _filter_for(colours, no_color=app.no_color)
        # Rich would look at COLORTERM and TERM alone. The name is Rich's own and private, but Textual reads
        # it as well; this is the only place that sets it.
        app.console._color_system = COLOR_SYSTEMS[_SYSTEMS[colours]]  # noqa: SLF001
        self.styles = StyleSet(DARK)
        for name in list(app.available_themes):
            app.unregister_theme(name)
        for name in PALETTES:
            app.register_theme(textual_theme(self._palette(name)))

    def filtered(self, others: Sequence[LineFilter], *, plain: bool) -> Sequence[LineFilter]:
        """What painted lines go through, ``others`` being Textual's own; ``plain`` leaves only ASCII."""
        filters = others
        if self._filter is not None:
            # Of the sixteen, before others make colours of them that are none.
            first = self._colours is Colours.SIXTEEN
            filters = [self._filter, *others] if first else [*others, self._filter]
        if not plain:
            return filters
        if self._plain is None:
            from pulsetui.tui.draw.plain_glyphs import PlainGlyphs

            self._plain = PlainGlyphs()
        return [*filters, self._plain]

    def use(self, name: str) -> None:
        """One of ours or of Textual's by name."""
        app = self._app
        if name not in app.available_themes:
            app.register_theme(textual_theme(self._palette(name)))
        if app.is_running:
            app.theme = name
        else:
            self._begin_with(self._palette(name))

    def changed(self) -> None:
        """Another theme is shown: draws everything in its styles."""
        self.styles = StyleSet(self._palette(self._app.theme))
        self.repaint()

    def repaint(self) -> None:
        """Paints every widget of every screen again."""
        for screen in self._app.screen_stack:
            for widget in screen.query("*"):
                widget.refresh()

    def _begin_with(self, palette: Palette) -> None:
        """The theme of the first frame. Assigned as any other it would be a change: everything would be laid
        out and painted in Textual's own theme first, and then again."""
        app = self._app
        self.styles = StyleSet(palette)
        if palette.ansi:  # its colours take another way to the terminal, too
            app.theme = palette.name
            return
        app.set_reactive(App.theme, palette.name)
        app.add_class(f"-theme-{palette.name}", update=False)
        app.set_class(palette.dark, "-dark-mode", update=False)
        app.set_class(not palette.dark, "-light-mode", update=False)
        app.stylesheet.set_variables(app.get_css_variables())

    def _palette(self, name: str) -> Palette:
        return palette_for(name, self._colours)


def palette_for(name: str, colours: Colours) -> Palette:
    """The palette of a theme of ours or of Textual's on such a terminal. An unknown name is a KeyError."""
    palette = PALETTES[name] if name in PALETTES else _borrowed(name)
    if colours is Colours.ALL:
        return palette
    from pulsetui.tui.draw.fewer_colours import INDEXED, SIXTEEN

    if colours is Colours.SIXTEEN:
        return replace(SIXTEEN, name=palette.name, title=palette.title)
    if palette.ansi:
        return palette
    return INDEXED[name] if name in INDEXED else _indexed(palette)


def _filter_for(colours: Colours, *, no_color: bool) -> LineFilter | None:
    if colours is Colours.ALL:
        return None
    from pulsetui.tui.draw.fewer_colours import IndexedColours, SixteenColours

    return IndexedColours() if colours is Colours.INDEXED else SixteenColours(no_color=no_color)


# Only who chooses one of Textual's pays for them.


def _borrowed(name: str) -> Palette:
    from pulsetui.tui.draw.textual_themes import palette_named

    return palette_named(name)


def _indexed(palette: Palette) -> Palette:
    from pulsetui.tui.draw.textual_themes import indexed

    return indexed(palette)
