"""The desktop hook against a program that stands in for notify-send and remembers how it was called."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from pulsetui.client.alert import Alert, AlertEvent
from pulsetui.errors import HookError
from pulsetui.hooks.kinds.desktop import KIND, DesktopHook, DesktopOptions
from tests.hooks.fakes import an_alert


class Desktop:
    """A PATH with a stand-in for ``name``, and a session."""

    def __init__(self, folder: Path, name: str = "notify-send", ending: str = "") -> None:
        self._record = folder / "argv.json"
        program = folder / name
        program.write_text(
            f"#!{sys.executable}\nimport json, sys\n"
            f"json.dump(sys.argv[1:], open({str(self._record)!r}, 'w'))\n{ending}\n"
        )
        program.chmod(0o700)
        self.environ = {"PATH": str(folder), "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"}

    @property
    def argv(self) -> list[str]:
        argv: list[str] = json.loads(self._record.read_text())
        return argv

    @property
    def was_called(self) -> bool:
        return self._record.exists()


def send(
    environ: Mapping[str, str],
    alert: Alert | None = None,
    *,
    options: DesktopOptions | None = None,
    platform: str = "linux",
) -> None:
    hook = DesktopHook(options or DesktopOptions(), environ=environ, platform=platform)
    asyncio.run(hook.send(alert or an_alert()))


def test_a_down_alert_is_a_critical_notification(tmp_path: Path) -> None:
    desktop = Desktop(tmp_path)
    send(desktop.environ)
    assert desktop.argv == [
        "--app-name=PulseTUI",
        "--urgency=critical",
        "--",
        "sync-invoices is overdue",
        "Due at 02:00.\nLast success yesterday.",
    ]


@pytest.mark.parametrize("event", [AlertEvent.UP, AlertEvent.NOTE, AlertEvent.TEST, AlertEvent.UNWATCHED])
def test_other_alerts_are_of_normal_urgency(event: AlertEvent, tmp_path: Path) -> None:
    desktop = Desktop(tmp_path)
    send(desktop.environ, an_alert("a", event))
    assert "--urgency=normal" in desktop.argv


def test_options_set_urgency_and_time_on_screen(tmp_path: Path) -> None:
    desktop = Desktop(tmp_path)
    send(desktop.environ, options=DesktopOptions(urgency="low", timeout_s=8))
    assert desktop.argv[1:3] == ["--urgency=low", "--expire-time=8000"]


def test_hostile_text_is_neither_option_markup_nor_escape(tmp_path: Path) -> None:
    """notify-send undoes C escapes in the body, and desktops read the result as markup."""
    desktop = Desktop(tmp_path)
    send(desktop.environ, an_alert(title="--help\x1b[31m", body='<a href="x">&\\033[2J\x07'))
    assert desktop.argv[2:] == ["--", "--help", '&lt;a href="x"&gt;&amp;\\\\033[2J']


def test_an_alert_without_text_is_still_shown(tmp_path: Path) -> None:
    desktop = Desktop(tmp_path)
    send(desktop.environ, an_alert(title="\u200b", body=""))
    assert desktop.argv[-2:] == ["PulseTUI", ""]


def test_a_session_bus_in_the_runtime_directory_counts(tmp_path: Path) -> None:
    desktop = Desktop(tmp_path)
    (tmp_path / "bus").touch()
    send({"PATH": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)})
    assert desktop.was_called


@pytest.mark.parametrize("runtime", [{}, {"XDG_RUNTIME_DIR": "/nowhere"}, {"DBUS_SESSION_BUS_ADDRESS": ""}])
def test_without_a_session_it_points_to_the_terminal_hook(runtime: Mapping[str, str], tmp_path: Path) -> None:
    desktop = Desktop(tmp_path)
    with pytest.raises(HookError, match='type = "terminal"') as caught:
        send({"PATH": str(tmp_path), **runtime})
    assert caught.value.permanent
    assert not desktop.was_called


def test_without_the_program_it_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(HookError, match="libnotify") as caught:
        send({"PATH": str(tmp_path), "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"})
    assert caught.value.permanent


def test_a_session_without_a_notification_service_is_a_permanent_failure(tmp_path: Path) -> None:
    message = "GDBus.Error:org.freedesktop.DBus.Error.ServiceUnknown: The name is not there"
    desktop = Desktop(tmp_path, ending=f"sys.exit({message!r})")
    with pytest.raises(HookError, match=r'ServiceUnknown.*type = "terminal"') as caught:
        send(desktop.environ)
    assert caught.value.permanent


def test_another_failure_may_pass(tmp_path: Path) -> None:
    desktop = Desktop(tmp_path, ending="sys.exit('Could not connect')")
    with pytest.raises(HookError, match=r"^notify-send ended with exit code 1: Could not connect$") as caught:
        send(desktop.environ)
    assert not caught.value.permanent


def test_on_macos_the_text_is_never_part_of_the_script(tmp_path: Path) -> None:
    desktop = Desktop(tmp_path, "osascript")
    title = 'x" & (do shell script "id") & "'
    send({"PATH": str(tmp_path)}, an_alert(title=title, body="b\nc"), platform="darwin")
    separator = desktop.argv.index("--")
    assert desktop.argv[separator + 1 :] == [title, "b\nc"]
    assert desktop.argv[:separator] == [
        *("-e", "on run argv"),
        *("-e", "display notification (item 2 of argv) with title (item 1 of argv)"),
        *("-e", "end run"),
    ]


@pytest.mark.parametrize(
    ("options", "field", "says"),
    [
        ({"urgency": "hihg"}, "urgency", "low, normal, critical"),
        ({"urgency": "critcal"}, "urgency", 'did you mean "critical"?'),
        ({"urgency": True}, "urgency", "got true"),
        ({"timeout": "-3s"}, "timeout", "not a duration"),
        ({"icon": "x"}, "icon", "there are urgency, timeout"),
    ],
)
def test_wrong_options_are_explained(options: Mapping[str, object], field: str, says: str) -> None:
    [(name, message)] = KIND.options(options)
    assert name == field
    assert says in message
