"""The installed ``pulsetui`` in a terminal of its own: which engine the live table is about."""

from __future__ import annotations

import fcntl
import os
import select
import signal
import socket
import struct
import subprocess
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from pulsetui.attach.find import EngineAddress
from pulsetui.cli import connect
from pulsetui.cli.commands import screen
from pulsetui.errors import EngineSilentError
from tests.cli.installed import PULSETUI, environment, pulsetui
from tests.cli.test_serve import CONFIG, serving
from tests.programs import program


class Terminal:
    """A pseudo-terminal of 100x30 with a process in it."""

    def __init__(
        self,
        *arguments: str,
        env: dict[str, str],
        stderr: IO[bytes] | None = None,
        program: str = PULSETUI,
    ) -> None:
        self.master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        self.process = subprocess.Popen(
            [program, *arguments],
            stdin=slave,
            stdout=slave,
            stderr=stderr or slave,
            env=env,
            start_new_session=True,
        )
        os.close(slave)
        self.output = b""

    def read_until(self, text: str, *, within: float = 30.0) -> None:
        """Raises AssertionError when ``text`` does not come."""
        until = time.monotonic() + within
        while text.encode() not in self.output:
            assert time.monotonic() < until, self.output[-2000:]
            self._read(0.2)

    def end(self) -> int:
        """The exit code, after the person pressed q, and again where the first one asks."""
        os.write(self.master, b"qq")
        until = time.monotonic() + 30
        while self.process.poll() is None and time.monotonic() < until:
            self._read(0.1)
        return self.process.wait(1)

    def _read(self, patience: float) -> None:
        if select.select([self.master], [], [], patience)[0]:
            try:
                self.output += os.read(self.master, 65536)
            except OSError:  # the other side is closed
                time.sleep(0.05)


@contextmanager
def terminal(home: Path, *arguments: str, stderr: IO[bytes] | None = None) -> Iterator[Terminal]:
    """Closed at the end, whatever happens."""
    config = home / "checks.toml"
    config.write_text(CONFIG)
    env = environment(home, PULSETUI_CONFIG=str(config), TERM="xterm-256color")
    opened = Terminal(*arguments, env=env, stderr=stderr)
    try:
        yield opened
    finally:
        opened.process.kill()
        opened.process.wait()
        os.close(opened.master)


def test_without_an_engine_the_table_has_its_own(tmp_path: Path) -> None:
    with terminal(tmp_path, "--listen", "127.0.0.1:0") as screen:
        screen.read_until("Nightly backup")
        assert pulsetui("ping", "backup", home=tmp_path).stderr == ""
        assert screen.end() == 0
    assert pulsetui("list", home=tmp_path).returncode == 3


def test_the_wallboard_of_an_engine_elsewhere_has_its_word_and_leaves_at_once(tmp_path: Path) -> None:
    with serving(tmp_path) as (process, url):
        with terminal(tmp_path, "--attach", url, "--wall") as screen:
            screen.read_until(url.rstrip("/"))
            screen.read_until("q leaves")
            assert screen.end() == 0
        assert process.poll() is None


def test_the_table_attaches_to_the_engine_that_runs(tmp_path: Path) -> None:
    with serving(tmp_path) as (process, _url):
        with terminal(tmp_path) as screen:
            screen.read_until("Nightly backup")
            assert screen.end() == 0
        assert process.poll() is None
        assert pulsetui("list", home=tmp_path).returncode == 0


def test_an_engine_that_was_stopped_is_said_to_be_within_seconds(tmp_path: Path) -> None:
    with serving(tmp_path) as (process, _url):
        process.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        with terminal(tmp_path) as screen:
            listed = pulsetui("list", home=tmp_path)
            assert listed.returncode == 3
            assert f"it was stopped. Resume it with: kill -CONT {process.pid}" in listed.stderr
            screen.read_until(f"kill -CONT {process.pid}")
            assert screen.process.wait(10) == 3
        assert time.monotonic() - began < 10
        process.send_signal(signal.SIGCONT)
        assert pulsetui("list", home=tmp_path).returncode == 0


def test_an_engine_that_hangs_is_said_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connect, "_SILENT_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        found = EngineAddress(url=f"http://127.0.0.1:{hanging.getsockname()[1]}", api_key="", pid=os.getpid())
        with pytest.raises(EngineSilentError, match=f"does not answer.*pulsetui.log.*kill {os.getpid()}"):
            connect._require_answer(found, tmp_path)


def test_attaching_says_which_options_have_no_effect(tmp_path: Path) -> None:
    with serving(tmp_path):
        other = tmp_path / "other.toml"
        with terminal(tmp_path, "--config", str(other), "--listen", "127.0.0.1:1") as screen:
            screen.read_until("Attached to the engine that is already running")
            screen.read_until("Nightly backup")
            assert screen.end() == 0


def test_a_long_configuration_says_that_it_is_being_read(tmp_path: Path) -> None:
    config = tmp_path / "long.toml"
    config.write_text("# nothing\n" * 60_000 + CONFIG)
    with terminal(tmp_path, "--config", str(config), "--listen", "127.0.0.1:0") as screen:
        screen.read_until("reading long.toml")
        screen.read_until("Nightly backup")
        assert screen.end() == 0


def test_the_table_attaches_by_address_and_key(tmp_path: Path) -> None:
    with serving(tmp_path) as (_process, url):
        key = (tmp_path / "state" / "api_key").read_text().strip()
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        with terminal(elsewhere, "--attach", url, "--api-key", key) as screen:
            screen.read_until("Nightly backup")
            assert screen.end() == 0


def test_a_wrong_configuration_is_a_message_not_a_screen(tmp_path: Path) -> None:
    config = tmp_path / "wrong.toml"
    config.write_text('[checks.a]\ncron = "0 25 * * *"\n')
    with terminal(tmp_path, "--config", str(config)) as screen:
        screen.read_until("hour must be 0-23")
        assert screen.process.wait(10) == 2
        assert b"\x1b[?1049h" not in screen.output


def test_a_first_start_makes_the_users_own_file_but_never_one_that_was_named(tmp_path: Path) -> None:
    named = pulsetui("serve", "--config", str(tmp_path / "mistyped.toml"), home=tmp_path)
    assert named.returncode == 2
    assert "pulsetui init" in named.stderr
    assert not (tmp_path / "mistyped.toml").exists()


@pytest.mark.parametrize(
    ("shell", "said"),
    [
        ("{} > out", "standard output is not one"),
        ("{} | cat > out", "standard output is not one"),
        ("{} < /dev/null", "standard input is not one"),
        ("echo | {} > out 2>&1; cat out >&2", "standard input and standard output are not"),
        ("{} >&-", "standard output is not one"),
        ("{} <&-", "standard input is not one"),
    ],
)
def test_without_a_terminal_it_says_so_and_paints_nothing(tmp_path: Path, shell: str, said: str) -> None:
    master, slave = os.openpty()
    command = shell.format(f"{PULSETUI} --listen 127.0.0.1:0")
    done = subprocess.run(
        ["/bin/bash", "-c", f"set -o pipefail; {command}"],
        stdin=slave,
        stdout=slave,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env=environment(tmp_path),
        timeout=30,
    )
    os.close(slave)
    os.close(master)
    assert said in done.stderr
    assert done.returncode == (0 if "cat out" in shell else 2)
    out = tmp_path / "out"
    assert not out.exists() or "\x1b" not in out.read_text()


def test_with_standard_error_in_a_file_the_screen_is_on_the_terminal(tmp_path: Path) -> None:
    with (tmp_path / "errors").open("w+b") as errors:
        with terminal(tmp_path, "--listen", "127.0.0.1:0", stderr=errors) as screen:
            screen.read_until("Nightly backup")
            assert screen.end() == 0
        errors.seek(0)
        assert b"\x1b" not in errors.read()


def test_with_standard_error_closed_it_runs_and_ends(tmp_path: Path) -> None:
    config = tmp_path / "checks.toml"
    config.write_text(CONFIG)
    env = environment(tmp_path, PULSETUI_CONFIG=str(config), TERM="xterm-256color")
    command = f"exec {PULSETUI} --listen 127.0.0.1:0 2>&-"
    opened = Terminal("-c", command, env=env, program="/bin/sh")
    try:
        opened.read_until("Nightly backup")
        assert opened.end() == 0
    finally:
        opened.process.kill()
        opened.process.wait()
        os.close(opened.master)


def test_in_the_background_of_a_shell_it_refuses_instead_of_being_stopped_with_the_lock(
    tmp_path: Path,
) -> None:
    env = environment(tmp_path, TERM="xterm-256color")
    shell = f"set -m; {PULSETUI} --listen 127.0.0.1:0 & wait $!; echo ended $?"
    # setsid -c: only a controlling terminal has a background.
    opened = Terminal("-c", "bash", "-c", shell, env=env, program=program("setsid"))
    try:
        opened.read_until("cannot run in the background of a shell")
        opened.read_until("ended 2")
    finally:
        opened.process.kill()
        opened.process.wait()
        os.close(opened.master)


def test_a_setting_of_colours_that_is_none_is_told_on_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("TMUX", raising=False)
    monkeypatch.delenv("COLORTERM", raising=False)
    monkeypatch.setenv("PULSETUI_COLORS", "millions")

    colours, (notice,) = screen._found_colours()

    assert colours == "256"
    assert notice.text == 'PULSETUI_COLORS="millions" is ignored: it must be one of auto, truecolor, 256, 16'
