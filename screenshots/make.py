"""Makes the pictures: the real app over the real engine, one PNG a scene.

    python -m screenshots.make [SCENE …]

Needs ``rsvg-convert`` (Debian: librsvg2-bin) and the font Fira Code (fonts-firacode).
"""

from __future__ import annotations

import asyncio
import html
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")

from rich.cells import cell_len

from pulsetui.core.schedule.zone import zone
from pulsetui.monitor.local import LocalEngine
from pulsetui.tui.app import PulseApp
from screenshots import story

HERE = Path(__file__).parent
_TEXT = re.compile(
    r'<text(?P<attributes>[^>]*?) x="(?P<x>[0-9.]+)"(?P<rest>[^>]*?) textLength="(?P<length>[0-9.]+)"[^>]*>'
    r"(?P<content>[^<]*)</text>"
)
_SETTLE_S = 0.4  # workers that fetch details, and the flush of what they brought


@dataclass(frozen=True)
class Scene:
    """A picture: the size of the pane, and the keys a person presses to get there."""

    width: int
    height: int
    keys: tuple[str, ...] = ()
    theme: str = ""


def _typed(text: str) -> tuple[str, ...]:
    names = {" ": "space", "*": "asterisk", "/": "slash", ":": "colon", "-": "minus", ".": "full_stop"}
    return tuple(names.get(letter, letter) for letter in text)


SCENES: Mapping[str, Scene] = {
    "table": Scene(120, 30),
    "wide": Scene(200, 40),
    "narrow": Scene(60, 20),
    "smallest": Scene(40, 12),
    "light": Scene(120, 24, theme="pulse-light"),
    "groups": Scene(120, 34, ("b",)),
    "timeline": Scene(120, 30, ("t",)),
    "incidents": Scene(120, 20, ("i",)),
    "today": Scene(120, 30, ("M",)),
    "wall": Scene(120, 30, ("W",)),
    "trust": Scene(120, 24, ("R", "j")),
    "hooks": Scene(120, 20, ("H", "d", "escape", "H", "j", "j")),
    "details": Scene(120, 36, ("j", "enter")),
    "diff": Scene(120, 30, ("j", "enter", "2", "enter", "3")),
    "edit": Scene(120, 36, ("j", "e")),
    "snooze": Scene(100, 28, ("j", "z")),
    "ways": Scene(120, 30, ("w",)),
    "filter": Scene(100, 20, ("slash", *_typed("tag:billing"))),
    "help": Scene(120, 40, ("question_mark",)),
}


async def picture(client: LocalEngine, scene: Scene, target: Path) -> None:
    """Presses the keys and keeps what is on the screen as a PNG."""
    app = PulseApp(client, host=zone("Europe/Berlin"))
    async with app.run_test(size=(scene.width, scene.height)) as pilot:
        if scene.theme:
            app.use_theme(scene.theme)
        await asyncio.sleep(_SETTLE_S)
        for key in scene.keys:
            await pilot.press(key)
        await asyncio.sleep(_SETTLE_S)
        await pilot.pause()
        svg = app.export_screenshot()
    await asyncio.to_thread(_rasterise, svg, target)


def _rasterise(svg: str, target: Path) -> None:
    """rsvg knows no textLength: every character is put into its own cell, or the columns would shift."""
    svg = _TEXT.sub(_cell_by_cell, svg)
    subprocess.run(["rsvg-convert", "--output", str(target)], input=svg.encode(), check=True)


def _cell_by_cell(match: re.Match[str]) -> str:
    attributes, x, content = match.group("attributes"), float(match.group("x")), match.group("content")
    text = html.unescape(content)
    width = float(match.group("length")) / max(cell_len(text), 1)
    cells = []
    for letter in text:
        if not letter.isspace():
            escaped = html.escape(letter, quote=False)
            cells.append(f'<text{attributes} x="{x:g}"{match.group("rest")}>{escaped}</text>')
        x += width * cell_len(letter)
    return "".join(cells)


async def make(names: list[str]) -> None:
    """All scenes over one telling of the story; what a scene changes, the next one sees."""
    with tempfile.TemporaryDirectory() as directory:
        async with story.told(Path(directory)) as client:
            for name in names:
                target = HERE / f"{name}.png"
                await picture(client, SCENES[name], target)
                print(target)
    if "down" in names or not sys.argv[1:]:
        await _everything_down()


async def _everything_down() -> None:
    """A host that lost its network: nothing arrives any more."""
    with tempfile.TemporaryDirectory() as directory:
        async with story.told(Path(directory), silent_hours=30) as client:
            await picture(client, Scene(120, 24), HERE / "down.png")


def main() -> None:
    if shutil.which("rsvg-convert") is None:
        sys.exit("screenshots.make needs rsvg-convert: apt-get install librsvg2-bin fonts-firacode")
    names = sys.argv[1:] or list(SCENES)
    if unknown := [name for name in names if name not in SCENES]:
        sys.exit(f"no scene {unknown[0]!r}; there are: {', '.join(SCENES)}")
    asyncio.run(make(names))


if __name__ == "__main__":
    main()
