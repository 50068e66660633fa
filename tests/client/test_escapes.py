"""Escape sequences: literal, on a terminal emulator, and through a real tmux."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.client.alert import Alert, AlertEvent
from pulsetui.errors import HookError
from pulsetui.escapes import (
    BELL,
    TITLE_POP,
    TITLE_PUSH,
    Notify,
    TerminalOptions,
    alert_sequences,
    choose,
    notification,
    title_sequence,
    wrap_tmux,
)
from pulsetui.hooks.kinds.terminal import KIND, terminal_options
from tests.hooks.fakes import an_alert

ST = "\x1b\\"
SAY = an_alert(title="Sync is overdue", body="Due at 02:00.\nNo run; none.")
HOSTILE = an_alert(
    title="a\x1b\\\x1b]0;owned\x07b;c\x9cd\x07e",
    body="\x1b]52;c;ZXZpbA==\x07x\x1b[2Jy\u202ez\n;",
    slug="s;\x07p=q",
)
SEEN = (Notify.OSC9, Notify.OSC777, Notify.OSC99)
QUIET = TerminalOptions(bell=False, title=False)


@pytest.mark.parametrize(
    ("notify", "sequence"),
    [
        (Notify.OSC9, f"\x1b]9;PulseTUI: Sync is overdue. Due at 02:00. No run, none.{ST}"),
        (Notify.OSC777, f"\x1b]777;notify;Sync is overdue;Due at 02:00. No run, none.{ST}"),
        (
            Notify.OSC99,
            (
                f"\x1b]99;i=pulsetui-sync-invoices:u=2:d=0;Sync is overdue{ST}"
                f"\x1b]99;i=pulsetui-sync-invoices:u=2:d=1:p=body;Due at 02:00. No run; none.{ST}"
            ),
        ),
        (Notify.NONE, ""),
    ],
)
def test_a_notification_is_spelled_as_the_terminal_wants_it(notify: Notify, sequence: str) -> None:
    assert notification(SAY, notify) == sequence


@pytest.mark.parametrize(
    ("notify", "sequence"),
    [
        (Notify.OSC9, f"\x1b]9;PulseTUI: ab,cde. xyz ,{ST}"),
        (Notify.OSC777, f"\x1b]777;notify;ab,cde;xyz ,{ST}"),
        (
            Notify.OSC99,
            f"\x1b]99;i=pulsetui-spq:u=2:d=0;ab;cde{ST}\x1b]99;i=pulsetui-spq:u=2:d=1:p=body;xyz ;{ST}",
        ),
    ],
)
def test_hostile_text_cannot_end_a_sequence_early(notify: Notify, sequence: str) -> None:
    assert notification(HOSTILE, notify) == sequence


def test_a_notification_without_a_body_is_one_piece() -> None:
    alone = an_alert("", AlertEvent.UP, title="All is well", body="")
    assert notification(alone, Notify.OSC99) == f"\x1b]99;i=pulsetui-digest:u=1;All is well{ST}"
    assert notification(alone, Notify.OSC9) == f"\x1b]9;PulseTUI: All is well{ST}"


@pytest.mark.parametrize("notify", SEEN)
def test_long_text_is_cut(notify: Notify) -> None:
    assert len(notification(an_alert(title="t" * 5000, body="b" * 100_000), notify)) < 600


def test_a_title_is_one_clean_line() -> None:
    assert title_sequence("pulse: 2\ndown\x07\x1b]0;x\x07") == f"\x1b]2;pulse: 2 down{ST}"


@pytest.mark.parametrize(
    ("levels", "wrapped"),
    [
        (0, f"\x1b]9;x{ST}"),
        (1, f"\x1bPtmux;\x1b\x1b]9;x\x1b{ST}{ST}"),
        (2, f"\x1bPtmux;\x1b\x1bPtmux;\x1b\x1b\x1b\x1b]9;x\x1b\x1b\x1b{ST}\x1b{ST}{ST}"),
    ],
)
def test_each_tmux_around_the_screen_costs_one_wrap(levels: int, wrapped: str) -> None:
    assert wrap_tmux(f"\x1b]9;x{ST}", levels) == wrapped
    assert wrap_tmux("", levels) == ""


@pytest.mark.parametrize(
    ("environ", "notify"),
    [
        ("TERM=xterm-kitty", Notify.OSC99),
        ("TERM=tmux-256color TMUX=x KITTY_WINDOW_ID=1 TERM_PROGRAM=tmux", Notify.OSC99),
        ("TERM=foot", Notify.OSC777),
        ("TERM=xterm-ghostty", Notify.OSC777),
        ("TERM=rxvt-unicode-256color", Notify.OSC777),
        ("TERM=xterm-256color TERM_PROGRAM=WezTerm", Notify.OSC777),
        ("TERM=xterm-256color TERM_PROGRAM=ghostty", Notify.OSC777),
        ("TERM=xterm-256color VTE_VERSION=7200", Notify.OSC777),
        ("TERM=xterm-256color TERM_PROGRAM=iTerm.app", Notify.OSC9),
        ("TERM=xterm-256color LC_TERMINAL=iTerm2 SSH_TTY=/dev/pts/0", Notify.OSC9),
        ("TERM=xterm-256color TERM_PROGRAM=WarpTerminal", Notify.OSC9),
        ("TERM=xterm-256color SSH_TTY=/dev/pts/0", Notify.OSC9),
        ("TERM=screen-256color TMUX=x TERM_PROGRAM=tmux", Notify.OSC9),
        ("TERM=xterm-256color TERM_PROGRAM=Apple_Terminal", Notify.NONE),
        ("TERM=xterm-256color TERM_PROGRAM=vscode", Notify.NONE),
        ("TERM=screen STY=1.pts", Notify.NONE),
        ("TERM=screen.xterm-256color", Notify.NONE),
        ("TERM=linux", Notify.NONE),
        ("TERM=vt100", Notify.NONE),
        ("TERM=dumb", Notify.NONE),
        ("", Notify.NONE),
    ],
)
def test_the_notification_follows_the_terminal(environ: str, notify: Notify) -> None:
    assert choose(dict(pair.split("=") for pair in environ.split())) is notify


@pytest.mark.parametrize("term", ["", "dumb", "linux", "vt100", "screen"])
def test_a_terminal_that_would_print_sequences_only_rings(term: str) -> None:
    assert alert_sequences(SAY, {"TERM": term}) == BELL
    assert alert_sequences(SAY, {"TERM": term}, QUIET) == ""


def test_every_part_can_be_turned_off() -> None:
    environ = {"TERM": "foot"}
    told = notification(SAY, Notify.OSC777)
    title = title_sequence("pulse: Sync is overdue")
    assert alert_sequences(SAY, environ) == told + title + BELL
    assert alert_sequences(SAY, environ, TerminalOptions(bell=False)) == told + title
    assert alert_sequences(SAY, environ, TerminalOptions(title=False)) == told + BELL
    assert alert_sequences(SAY, environ, TerminalOptions(notify=Notify.NONE)) == title + BELL


def test_inside_tmux_only_the_notification_is_wrapped() -> None:
    """tmux passes a bell on by itself and takes the title for its pane."""
    inside = alert_sequences(SAY, {"TERM": "tmux-256color", "TMUX": "/tmp/x,1,0"})
    assert (
        inside == wrap_tmux(notification(SAY, Notify.OSC9)) + title_sequence("pulse: Sync is overdue") + BELL
    )


def test_a_tmux_on_the_near_side_of_ssh_is_known_by_its_term() -> None:
    assert alert_sequences(SAY, {"TERM": "tmux-256color"}, QUIET) == wrap_tmux(notification(SAY, Notify.OSC9))


def test_nested_tmux_are_told_by_an_option() -> None:
    options = TerminalOptions(bell=False, title=False, tmux=2)
    wanted = wrap_tmux(notification(SAY, Notify.OSC9), 2)
    assert alert_sequences(SAY, {"TERM": "xterm"}, options) == wanted


any_text = st.text(st.characters(exclude_categories=()), max_size=60)


@given(any_text, any_text, any_text, st.sampled_from(SEEN))
def test_whatever_the_text_a_terminal_shows_nothing(title: str, body: str, slug: str, notify: Notify) -> None:
    alert = an_alert(slug, title=title, body=body)
    screen = pyte.Screen(80, 5)
    options = TerminalOptions(bell=False, notify=notify)
    written = alert_sequences(alert, {"TERM": "xterm-256color"}, options)
    pyte.Stream(screen).feed(written)
    assert "".join(screen.display).strip() == ""
    assert (screen.cursor.x, screen.cursor.y) == (0, 0)
    assert screen.title.startswith("pulse:")
    written.encode()


def test_saving_and_restoring_the_title_shows_nothing() -> None:
    screen = pyte.Screen(80, 5)
    pyte.Stream(screen).feed(TITLE_PUSH + title_sequence("pulse: 2 down") + TITLE_POP)
    assert "".join(screen.display).strip() == ""
    assert screen.title == "pulse: 2 down"  # pyte cannot restore one


@pytest.mark.parametrize(
    ("options", "field", "says"),
    [
        ({"bell": "yes"}, "bell", "true or false"),
        ({"notify": "osc8"}, "notify", "auto, osc9, osc777, osc99, none"),
        ({"notify": 9}, "notify", "got 9"),
        ({"tmux": -1}, "tmux", "0 to 4"),
        ({"tmux": True}, "tmux", "0 to 4"),
        ({"belll": True}, "belll", 'did you mean "bell"?'),
    ],
)
def test_wrong_options_are_explained(options: Mapping[str, object], field: str, says: str) -> None:
    [(name, message)] = KIND.options(options)
    assert name == field
    assert says in message
    with pytest.raises(HookError, match=field):
        terminal_options(options)


def test_options_become_what_the_screen_needs() -> None:
    assert terminal_options({}) == TerminalOptions()
    given_options = {"bell": False, "title": False, "notify": "osc99", "tmux": 1}
    assert terminal_options(given_options) == TerminalOptions(
        bell=False, title=False, notify=Notify.OSC99, tmux=1
    )


class Tmux:
    """A real tmux on a pty of ours: what it writes is what a terminal outside would get."""

    def __init__(self, folder: Path) -> None:
        self._tmux = ["tmux", "-L", f"pulsetui-test-{os.getpid()}", "-f", "/dev/null"]
        environ = {**os.environ, "TERM": "xterm-256color", "TMUX_TMPDIR": str(folder)}
        environ.pop("TMUX", None)
        self._environ = environ
        self._fd, slave = pty.openpty()
        # The pane runs nothing but cat: what we write to its terminal is all that tmux sees.
        start = [*self._tmux, "new-session", "-x", "80", "-y", "24", "cat > /dev/null"]
        allow = [";", "set-option", "-g", "allow-passthrough", "on"]
        self._client = subprocess.Popen(
            [*start, *allow], stdin=slave, stdout=slave, stderr=slave, env=environ, start_new_session=True
        )
        os.close(slave)

    def write_in_pane(self, text: str) -> None:
        deadline = time.monotonic() + 20
        while True:
            ask = [*self._tmux, "list-panes", "-F", "#{pane_tty}"]
            done = subprocess.run(ask, env=self._environ, capture_output=True, text=True)
            if done.returncode == 0 and done.stdout.strip():
                break
            assert time.monotonic() < deadline, done.stderr
            self.read(0.05)
        tty = os.open(done.stdout.strip(), os.O_WRONLY | os.O_NOCTTY)
        os.write(tty, text.encode())
        os.close(tty)

    def read(self, seconds: float) -> str:
        taken = b""
        while select.select([self._fd], [], [], seconds)[0]:
            try:
                taken += os.read(self._fd, 65536)
            except OSError:
                break
        return taken.decode("utf-8", "replace")

    def wait_for(self, text: str) -> str:
        seen, deadline = "", time.monotonic() + 20
        while text not in seen:
            assert time.monotonic() < deadline, repr(seen)
            seen += self.read(0.1)
        return seen

    def close(self) -> None:
        subprocess.run([*self._tmux, "kill-server"], env=self._environ, capture_output=True)
        self._client.wait(20)
        os.close(self._fd)


@pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux")
def test_a_wrapped_notification_arrives_outside_a_real_tmux(tmp_path: Path) -> None:
    tmux = Tmux(tmp_path)
    try:
        environ = {"TERM": "tmux-256color", "TMUX": "x"}
        plain = notification(an_alert(title="Plain"), Notify.OSC9)
        tmux.write_in_pane(plain + alert_sequences(SAY, environ) + "THE END")
        seen = tmux.wait_for("THE END")
        assert notification(SAY, Notify.OSC9) in seen
        assert "Plain" not in seen  # why there is any wrapping
        assert BELL in seen.replace(notification(SAY, Notify.OSC9), "")
    finally:
        tmux.close()


def test_alerts_of_every_event_make_sequences() -> None:
    for event in AlertEvent:
        alert: Alert = an_alert("a", event)
        for notify in SEEN:
            assert notification(alert, notify).endswith(ST)
