"""The themes of the app: ours and Textual's, and the styles of the one that is shown."""

from __future__ import annotations

from textual.app import App

from pulsetui.tui.draw.theme import DARK, PALETTES, Palette, StyleSet, textual_theme


class AppThemes:
    """One for the app. ``styles`` are those of the theme that is shown."""

    def __init__(self, app: App[None]) -> None:
        self._app = app
        self.styles = StyleSet(DARK)
        for name in list(app.available_themes):
            app.unregister_theme(name)
        for palette in PALETTES.values():
            app.register_theme(textual_theme(palette))

    def use(self, name: str) -> None:
        """One of ours or of Textual's by name."""
        app = self._app
        if name not in app.available_themes:
            app.register_theme(textual_theme(_palette_named(name)))
        if app.is_running:
            app.theme = name
        else:
            self._begin_with(_palette_named(name))

    def changed(self) -> None:
        """Another theme is shown: draws everything in its styles."""
        self.styles = StyleSet(_palette_named(self._app.theme))
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


def _palette_named(name: str) -> Palette:
    if name in PALETTES:
        return PALETTES[name]
    from pulsetui.tui.draw.textual_themes import palette_named  # only who chooses one of these pays for them

    return palette_named(name)
