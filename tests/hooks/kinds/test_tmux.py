"""The hook in a real tmux, with a client that is attached in a second one."""

from __future__ import annotations

import asyncio
import os
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pulsetui.client.alert import Alert, AlertEvent
from pulsetui.errors import HookError, NoAudienceError
from pulsetui.hooks.kinds.tmux import KIND, OPTION, TmuxHook, TmuxOptions
from tests.hooks.fakes import an_alert
from tests.hooks.receivers import problems_of
from tests.programs import program


class Tmux:
    """A server of its own, and one around it whose screen is what a person sees."""

    def __init__(self, folder: Path) -> None:
        name = f"pulsetui-{uuid.uuid4().hex[:8]}"
        self.socket, self._outer, self._folder = f"{name}-in", f"{name}-out", folder
        self.environ = {key: value for key, value in os.environ.items() if not key.startswith("TMUX")}
        self.environ |= {"TERM": "xterm-256color", "LANG": "C.UTF-8"}

    def run(self, *arguments: str, socket: str = "") -> str:
        done = subprocess.run(
            [program("tmux"), "-L", socket or self.socket, *arguments],
            env=self.environ, cwd=self._folder, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self) -> None:
        size = ("-x", "120", "-y", "8")
        self.run("-f", os.devnull, "new-session", "-d", "-s", "work", *size, "sleep", "600")
        self.run("new-window", "-d", "-t", "work:", "sleep", "600")

    def attach(self) -> None:
        attach = f"tmux -L {self.socket} attach -t work"
        size = ("-x", "120", "-y", "8")
        self.run("-f", os.devnull, "new-session", "-d", *size, attach, socket=self._outer)
        self.wait_for(lambda: self.run("list-clients", "-F", "#{client_name}").strip() != "")

    def wait_for(self, happened: Any) -> None:
        """The test's own time-out is the bound."""
        while not happened():
            subprocess.run(["sleep", "0.02"], check=True)

    def screen(self) -> str:
        return self.run("capture-pane", "-p", socket=self._outer)

    def stop(self) -> None:
        for socket in (self.socket, self._outer):
            subprocess.run(["tmux", "-L", socket, "kill-server"], env=self.environ, capture_output=True)

    def hook(self, **options: Any) -> TmuxHook:
        return TmuxHook(TmuxOptions(**{"socket": self.socket, **options}), self.environ)

    def send(self, alert: Alert, **options: Any) -> None:
        asyncio.run(self.hook(**options).send(alert))


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Tmux]:
    program("tmux")
    server = Tmux(tmp_path)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.mark.parametrize("passthrough", ["on", "off"])
def test_a_message_stands_on_the_screen_and_the_bell_flags_a_window(tmux: Tmux, passthrough: str) -> None:
    tmux.run("set-option", "-g", "allow-passthrough", passthrough)
    tmux.attach()
    tmux.send(an_alert(key="a-1"), window="work:1")
    tmux.wait_for(lambda: "sync-invoices is overdue (pulsetui show sync-invoices)" in tmux.screen())
    flags = ("list-windows", "-t", "work", "-F", "#{window_index}#{window_bell_flag}")
    tmux.wait_for(lambda: tmux.run(*flags).split() == ["00", "11"])


def test_nothing_of_an_alert_is_run_or_expanded(tmux: Tmux, tmp_path: Path) -> None:
    tmux.attach()
    tmux.run("set-option", "-g", "status-right-length", "100")
    tmux.run("set-option", "-g", "status-right", f"<#{{{OPTION}}}>")
    evil = "--x a#(touch pwned)#{pid}#[fg=red]%H;kill-server;"
    tmux.send(an_alert(title=evil, key="a-1", slug=""), shown_s=3)
    tmux.wait_for(lambda: evil in tmux.screen())
    tmux.wait_for(lambda: f"<{evil}>" in tmux.screen())
    assert not list(tmp_path.glob("*pwned*"))


def test_the_option_says_what_is_down_until_all_is_up_again(tmux: Tmux) -> None:
    tmux.attach()
    hook = tmux.hook(bell=False)

    def option() -> str:
        return tmux.run("show-option", "-gqv", OPTION).strip()

    seen = []

    async def tell() -> None:
        for slug, event in (("a", "down"), ("b", "down"), ("b", "up"), ("a", "up")):
            await hook.send(an_alert(slug, AlertEvent(event), key=f"{slug}-1"))
            seen.append(option())

    asyncio.run(tell())
    assert seen == ["a is overdue", "b is overdue +1", "a is overdue", ""]


def test_only_the_clients_of_the_named_session_are_told(tmux: Tmux) -> None:
    tmux.run("new-session", "-d", "-s", "other", "sleep", "600")
    tmux.attach()
    tmux.send(an_alert(), session="work")
    with pytest.raises(NoAudienceError, match="no client"):
        tmux.send(an_alert(), session="other")
    with pytest.raises(NoAudienceError, match="can't find session"):
        tmux.send(an_alert(), session="nowhere")


def test_the_server_around_pulsetui_is_found(tmux: Tmux) -> None:
    tmux.attach()
    path, pid = tmux.run("display-message", "-p", "-t", "work:1", "#{socket_path} #{pid}").split()
    pane = tmux.run("display-message", "-p", "-t", "work:1", "#{pane_id}").strip()
    inside = {**tmux.environ, "TMUX": f"{path},{pid},0", "TMUX_PANE": pane}
    asyncio.run(TmuxHook(TmuxOptions(), inside).send(an_alert()))
    tmux.wait_for(lambda: "sync-invoices is overdue" in tmux.screen())
    flags = ("list-windows", "-t", "work", "-F", "#{window_index}#{window_bell_flag}")
    tmux.wait_for(lambda: tmux.run(*flags).split() == ["00", "11"])


def test_nobody_there_is_waited_for(tmux: Tmux) -> None:
    with pytest.raises(NoAudienceError, match="no client is attached"):
        tmux.send(an_alert())
    tmux.stop()
    with pytest.raises(NoAudienceError, match="no tmux server"):
        tmux.send(an_alert())


@pytest.mark.parametrize("said", ["server exited unexpectedly", "lost server", "server exited"])
def test_a_server_that_ends_while_it_is_asked_is_not_there(tmp_path: Path, said: str) -> None:
    program = tmp_path / "tmux"
    program.write_text(f"#!/bin/sh\necho '{said}' >&2\nexit 1\n")
    program.chmod(0o755)
    hook = TmuxHook(TmuxOptions(), {"PATH": str(tmp_path)})
    with pytest.raises(NoAudienceError, match="no tmux server"):
        asyncio.run(hook.send(an_alert()))


def test_without_tmux_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(HookError, match="not on PATH"):
        asyncio.run(TmuxHook(TmuxOptions(), {"PATH": str(tmp_path)}).send(an_alert()))


@pytest.mark.parametrize(
    ("options", "field", "says"),
    [
        ({"socket": ""}, "socket", "empty"),
        ({"session": "-x"}, "session", "must not begin with -"),
        ({"bell": 1}, "bell", "true or false"),
        ({"shown": "0s"}, "shown", "longer"),
    ],
)
def test_wrong_options_are_explained(options: dict[str, Any], field: str, says: str) -> None:
    [(name, message)] = problems_of(KIND, options)
    assert name == field
    assert says in message
