"""Which editor opens checks.toml, and at which line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pulsetui.client.alert import Alert
from pulsetui.tui.editor import EditorError, editor_command, line_in
from pulsetui.tui.terminal.terminal import Terminal
from tests.client.fake import FakeEngine
from tests.client.samples import ABOUT, view
from tests.tui.support.screen_driver import messages, press, showing
from tests.tui.terminal.test_terminal import DOWN

FILE = Path("/etc/pulsetui/checks.toml")
TEXT = '# ours\n\n[checks.a]\nevery = "1h"\n\n[checks."b"]\nevery = "1h"\n\n[checks]\nc = { every = "1h" }\n'


def programs(folder: Path, *names: str) -> str:
    """A PATH with programs of these names."""
    for name in names:
        program = folder / name
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    return str(folder)


@pytest.mark.parametrize(
    ("environ", "command"),
    [
        ({"EDITOR": "vim"}, ["vim", "+12", str(FILE)]),
        ({"EDITOR": "emacsclient -nw -a ''"}, ["emacsclient", "-nw", "-a", "", "+12", str(FILE)]),
        ({"EDITOR": "vim", "VISUAL": "hx"}, ["hx", f"{FILE}:12"]),
        ({"EDITOR": "code"}, ["code", "--wait", "--goto", f"{FILE}:12"]),
        ({"EDITOR": "mine --fast"}, ["mine", "--fast", str(FILE)]),
        ({"EDITOR": " "}, ["nano", "+12", str(FILE)]),
        ({}, ["nano", "+12", str(FILE)]),
    ],
)
def test_an_editor_is_told_the_line_in_its_own_way(
    environ: Mapping[str, str], command: list[str], tmp_path: Path
) -> None:
    path = programs(tmp_path, "vim", "emacsclient", "hx", "code", "mine", "nano", "vi")
    assert editor_command(FILE, 12, {**environ, "PATH": path}) == command


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"EDITOR": "nivm"}, "$EDITOR is nivm: there is no such program. Set it like EDITOR=vim"),
        ({"VISUAL": "vim 'x"}, "$VISUAL is vim 'x: No closing quotation. Set it like VISUAL=vim"),
        ({}, "No editor was found. Set one before the start, like EDITOR=vim"),
    ],
)
def test_an_editor_that_cannot_be_started_is_named(
    environ: Mapping[str, str], message: str, tmp_path: Path
) -> None:
    with pytest.raises(EditorError) as error:
        editor_command(FILE, 1, {**environ, "PATH": str(tmp_path)})
    assert str(error.value) == message


@pytest.mark.parametrize(("slug", "line"), [("a", 3), ("b", 6), ("c", 10), ("gone", 9), (None, 1)])
def test_the_line_is_that_of_the_check(slug: str | None, line: int, tmp_path: Path) -> None:
    file = tmp_path / "checks.toml"
    file.write_text(TEXT)
    assert line_in(file, slug) == line


def test_a_file_that_cannot_be_read_opens_where_it_is_broken(tmp_path: Path) -> None:
    file = tmp_path / "checks.toml"
    file.write_text(TEXT + "\nevery = = 1h\n")
    assert line_in(file, "a") == 12
    assert line_in(tmp_path / "none.toml", "a") == 1


@given(st.binary(max_size=200))
def test_any_file_has_such_a_line(content: bytes) -> None:
    class Holding(type(Path())):  # type: ignore[misc]  # a class that depends on the host
        def read_bytes(self) -> bytes:
            return content

    text = content.decode("utf-8", "replace")
    assert 1 <= line_in(Holding("checks.toml"), "a") <= text.count("\n") + 1


class InFront:
    """Stands for the terminal: keeps what was started."""

    def __init__(self, code: int = 0) -> None:
        self.started: list[Sequence[str]] = []
        self.code = code

    def __call__(self, argv: Sequence[str], **_: object) -> int:
        self.started.append(argv)
        return self.code


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    file = tmp_path / "checks.toml"
    file.write_text(TEXT)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", "true")
    return FakeEngine([view("a"), view("b")], about=replace(ABOUT, config_path=str(file)))


async def test_the_key_opens_the_file_and_says_when_the_editor_failed(engine: FakeEngine) -> None:
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "E")
        assert messages(app) == ["There is no terminal to open an editor in"]

        front = InFront(code=1)
        app.terminal.run_in_front = front  # type: ignore[method-assign]
        await press(app, pilot, "E")
        assert front.started == [["true", engine.about.config_path]]
        assert "true ended with exit code 1" in messages(app)


async def test_the_file_of_an_engine_elsewhere_is_not_looked_for_here(engine: FakeEngine) -> None:
    front = InFront()
    async with showing(engine, attached="http://10.1.1.1:8787") as (app, pilot):
        app.terminal.run_in_front = front  # type: ignore[method-assign]
        await press(app, pilot, "E")
        assert front.started == []
        assert messages(app) == [
            f"The engine is at http://10.1.1.1:8787, and so is its {engine.about.config_path}: edit it there"
        ]


async def test_an_alert_is_not_held_up_by_an_editor(
    engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[Alert] = []

    class Behind(Terminal):
        def alert_in_front(self, alert: Alert) -> bool:
            rung.append(alert)
            return True

    async with showing(engine) as (app, _pilot):
        app.terminal = Behind(app)
        app._alert(DOWN)
        assert rung == [DOWN]  # at once, and not in the loop's next turn
        assert not Terminal(app).alert_in_front(DOWN)  # nobody else has the terminal
