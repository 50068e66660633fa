"""Reads what stands on the screen, and keeps it as text files that a person can read in a diff.

``PULSETUI_UPDATE_SNAPSHOTS=1`` writes the files anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.cells import cell_len
from rich.style import Style
from textual.events import Key
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.strip import Strip

from pulsetui.client.views import Notice
from pulsetui.tui.app import PulseApp
from pulsetui.tui.draw.theme import _INK, DARK
from pulsetui.tui.glance.widget import GlancePane
from tests.client.fake import FakeEngine

FOLDER = Path(__file__).parents[1] / "snapshots"
RIGA = ZoneInfo("Europe/Riga")


@asynccontextmanager
async def showing(
    engine: FakeEngine,
    size: tuple[int, int] = (120, 36),
    *,
    theme: str = DARK.name,
    ascii_only: bool = False,
    notices: Sequence[Notice] = (),
    attached: str | None = None,
) -> AsyncIterator[tuple[PulseApp, Pilot[None]]]:
    """The real app over the engine, settled."""
    app = PulseApp(engine, host=RIGA, theme=theme, ascii_only=ascii_only, notices=notices, attached=attached)
    async with app.run_test(size=size) as pilot:
        await settled(app, pilot)
        await glanced(app, pilot)
        yield app, pilot


async def settled(app: PulseApp, pilot: Pilot[None]) -> None:
    """Waits until commands have been answered and what they changed is drawn."""
    await pilot.pause()
    while app.type_ahead.busy:
        await pilot.pause()
    if app.workers:
        await app.workers.wait_for_complete()
        await pilot.pause()
    bridge = app._bridge
    if bridge is not None and (bridge._dirty or bridge._info):
        bridge.flush()
        await pilot.pause()


async def glanced(app: PulseApp, pilot: Pilot[None]) -> None:
    """Waits until the rows below a short table show what the engine tells of them."""
    for _ in range(100):
        if not any(pane.waits for pane in app.screen.query(GlancePane)):
            return
        await pilot.pause(0.02)
        await settled(app, pilot)
    raise AssertionError(screen_text(app))


async def besides(app: PulseApp, pilot: Pilot[None]) -> None:
    """Waits until the details beside the table have been read: they wait for the cursor to stand still."""
    for _ in range(100):
        await pilot.pause(0.05)
        await settled(app, pilot)
        if "Reading…" not in screen_text(app):
            return
    raise AssertionError(screen_text(app))


async def press(app: PulseApp, pilot: Pilot[None], *keys: str) -> None:
    """Presses keys one after another and waits for what comes of them. The letters after ``text:`` come
    as fast as from a paste, which spares the test the waiting."""
    for key in keys:
        if key.startswith("text:"):
            for character in key.removeprefix("text:"):
                app.post_message(Key(_character_to_key(character), character))
        else:
            await pilot.press(key)
    await settled(app, pilot)


def strips(app: PulseApp) -> list[Strip]:
    """The lines of the top screen as they were painted."""
    return list(app.screen._compositor.render_strips())


def screen_text(app: PulseApp) -> str:
    """The whole screen as text, blanks at the ends of lines left out."""
    return "\n".join(strip.text.rstrip() for strip in strips(app))


def dialog_text(app: PulseApp) -> str:
    """What stands in the frame of a dialog, in one line: how it is broken does not matter."""
    framed = [
        match.group(1) for line in screen_text(app).splitlines() if (match := re.search(r"│(.*)│", line))
    ]
    return " ".join(" ".join(framed).split())


def snapshot(app: PulseApp) -> str:
    """Text, and below it which style stands where: ``line: cell name@base, …``."""
    names = style_names(app)
    lines = strips(app)
    shown = [f"|{strip.text}|" for strip in lines]
    styles = []
    for y, strip in enumerate(lines):
        at, parts, last = 0, [], ""
        for segment in strip:
            name = names.get(_plain_style(segment.style), "other")
            if name != last:
                parts.append(f"{at} {name}")
            last = name
            at += cell_len(segment.text)
        styles.append(f"{y}: {', '.join(parts)}")
    return "\n".join([*shown, "", *styles, ""])


def style_names(app: PulseApp) -> dict[Style, str]:
    """The name of each style in use; of those that look alike the plainest."""
    names: dict[Style, str] = {}
    order = list(_INK)
    for (name, base), style in sorted(
        app.style_set._made.items(), key=lambda item: order.index(item[0][0]), reverse=True
    ):
        names[_plain_style(style)] = f"{name}@{base}"
    return names


def _plain_style(style: Style | None) -> Style:
    """Colour and weight only: Textual adds links and metadata."""
    if style is None:
        return Style()
    return Style(color=style.color, bgcolor=style.bgcolor, bold=bool(style.bold))


def check_snapshot(name: str, seen: str) -> None:
    """Compares with the file of that name; writes it when asked to."""
    path = FOLDER / f"{name}.txt"
    if os.environ.get("PULSETUI_UPDATE_SNAPSHOTS"):
        path.write_text(seen, encoding="utf-8")
    assert path.exists(), f"no snapshot {path.name}: run with PULSETUI_UPDATE_SNAPSHOTS=1"
    assert seen.splitlines() == path.read_text(encoding="utf-8").splitlines()


def messages(app: PulseApp) -> list[str]:
    """What is being said."""
    return [one.text for one in app.said]
