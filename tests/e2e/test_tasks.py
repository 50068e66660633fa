"""The commonest tasks, as a person does them: keys into a real tmux pane of 80 by 24, no document at hand."""

from __future__ import annotations

import json
import subprocess
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.installed import PULSETUI
from tests.e2e.pane import DEADLINE_S, Pane, pane, write_config
from tests.programs import program

CHECKS = """
# Kept by hand.
[checks.quick]
name = "Quick job"
every = "1s"
grace = "1s"
wait_for_first = true
tags = ["fast"]

[checks.daily]
name = "Daily job"
cron = "0 2 * * *"
tags = ["slow"]
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[tuple[Pane, str, Path]]:
    """The table in a pane, the address it listens on, and where its files are."""
    with pane(*write_config(tmp_path, CHECKS), width=80, height=24) as shown:
        text = shown.wait("listening on ")
        shown.wait("Daily job")
        yield shown, text.split("listening on ")[1].split()[0], tmp_path


def ping(address: str, path: str) -> None:
    subprocess.run(
        [program("curl"), "-fsS", f"http://{address}/ping/{path}"], check=True, capture_output=True
    )


def check_json(directory: Path, slug: str) -> dict[str, object]:
    done = subprocess.run(
        [PULSETUI, "list", "--json", "--state-dir", str(directory / "state")],
        check=True,
        capture_output=True,
        text=True,
    )
    return next((check for check in json.loads(done.stdout) if check["slug"] == slug), {})


def wait_until(directory: Path, slug: str, **facts: object) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        check = check_json(directory, slug)
        if all(check.get(name) == value for name, value in facts.items()):
            return
        time.sleep(0.1)
    raise AssertionError(f"{slug} never had {facts}: {check_json(directory, slug)}")


def make_overdue(shown: Pane, address: str) -> None:
    ping(address, "quick")
    shown.wait_row("Quick job", "overdue")


def test_add_a_nightly_check(home: tuple[Pane, str, Path]) -> None:
    shown, _, directory = home
    shown.keys("n")
    shown.wait("New check")
    shown.type("sync-invoices")
    shown.wait("sync-invoices")
    for _ in range(3):
        shown.keys("Tab")
        time.sleep(0.1)
    shown.type("0 2 * * *")
    shown.wait("at 02:00 every day")
    shown.keys("C-s")
    shown.wait_row("sync-invoices", "new")
    written = (directory / "checks.toml").read_text()
    assert written.startswith(CHECKS)
    assert tomllib.loads(written)["checks"]["sync-invoices"]["cron"] == "0 2 * * *"


def test_acknowledge_with_a_note(home: tuple[Pane, str, Path]) -> None:
    shown, address, directory = home
    make_overdue(shown, address)
    shown.keys("g", "a")
    shown.wait("Acknowledge")
    shown.type("on it")
    shown.keys("Enter")
    shown.wait("1 acknowledged")
    incident = check_json(directory, "quick")["incident"]
    assert isinstance(incident, dict)
    assert incident["note"] == "on it"


def test_find_out_which_runs_were_missed(home: tuple[Pane, str, Path]) -> None:
    shown, address, _ = home
    make_overdue(shown, address)
    shown.keys("g", "Enter")
    text = shown.wait("Missed")
    assert "Quick job" in text


def test_copy_the_curl_line(home: tuple[Pane, str, Path]) -> None:
    shown, address, _ = home
    shown.keys("/")
    shown.type("daily")
    shown.wait("1 of 2")
    shown.keys("Enter")
    shown.wait(lambda text: "keep" not in text)
    shown.keys("y")
    shown.wait(f"http://{address}/ping/daily")
    shown.keys("Enter")
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline and "buffer" not in shown.tmux("list-buffers"):
        time.sleep(0.05)
    copied = shown.tmux("show-buffer").strip()
    subprocess.run(["sh", "-c", copied], check=True, capture_output=True)
    shown.keys("Escape", "Escape")
    shown.wait_row("Daily job", "up")


def test_pause_and_resume(home: tuple[Pane, str, Path]) -> None:
    shown, _, directory = home
    shown.keys("g", "p")
    shown.wait_row("Daily job", "paused")
    wait_until(directory, "daily", status="paused")
    shown.wait(lambda text: "1 paused" in text)
    shown.keys("p")  # the row has not moved away from under the cursor
    wait_until(directory, "daily", status="new")


def test_filter_by_status_and_clear(home: tuple[Pane, str, Path]) -> None:
    shown, address, _ = home
    make_overdue(shown, address)
    shown.keys("/")
    shown.type("status:down")
    shown.wait(lambda text: "1 of 2" in text and "Daily job" not in text)
    shown.keys("Escape")
    shown.wait("Daily job")


def test_everything_typed_in_one_read_goes_where_its_first_key_leads(home: tuple[Pane, str, Path]) -> None:
    shown, _, directory = home
    shown.type("/daily\rzz")
    shown.wait("Snooze")
    shown.keys("Escape")
    shown.wait(lambda text: "Snooze" not in text)
    shown.type("dq/deploy")
    shown.wait("filter:  deploy")
    assert set(tomllib.loads((directory / "checks.toml").read_text())["checks"]) == {"quick", "daily"}


def test_delete_asks_and_can_be_undone(home: tuple[Pane, str, Path]) -> None:
    shown, _, directory = home
    shown.keys("g", "d")
    question = shown.wait("Delete")
    assert "Daily job" in question
    shown.keys("Enter")  # the safe answer has the focus
    shown.wait(lambda text: "Delete" not in text.splitlines()[0] and "Daily job" in text)
    assert check_json(directory, "daily")
    shown.keys("d")
    shown.wait("Delete")
    shown.keys("Right", "Enter")
    wait_gone(directory, "daily")
    shown.keys("u")
    wait_until(directory, "daily", name="Daily job")
    assert tomllib.loads((directory / "checks.toml").read_text())["checks"]["daily"]["tags"] == ["slow"]


def wait_gone(directory: Path, slug: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while check_json(directory, slug):
        assert time.monotonic() < deadline, f"{slug} is still there"
        time.sleep(0.1)


def test_edit_in_place_keeps_what_people_wrote(home: tuple[Pane, str, Path]) -> None:
    shown, _, directory = home
    shown.keys("g", "e")
    shown.wait('Edit "daily"')
    shown.type("Renamed")  # the name has the focus, marked: typing replaces it
    shown.wait("Renamed")
    shown.keys("C-s")
    shown.wait_row("Renamed", "new")
    text = (directory / "checks.toml").read_text()
    assert "# Kept by hand." in text
    assert tomllib.loads(text)["checks"]["daily"]["name"] == "Renamed"


def test_snooze_an_hour(home: tuple[Pane, str, Path]) -> None:
    shown, _, directory = home
    shown.keys("g", "z")
    shown.wait("until tomorrow")
    shown.keys("Down", "Enter")
    deadline = time.monotonic() + DEADLINE_S
    while not check_json(directory, "daily").get("snoozed_until"):
        assert time.monotonic() < deadline, shown.text()
        time.sleep(0.1)


def test_look_at_timeline_incidents_ways_log_and_help(home: tuple[Pane, str, Path]) -> None:
    shown, address, _ = home
    make_overdue(shown, address)
    for key, word in (("t", "Timeline"), ("i", "Incidents"), ("w", "crontab"), ("L", "quick"), ("?", "Keys")):
        shown.keys(key)
        shown.wait(word)
        shown.keys("q")
        shown.wait("Quick job")
        shown.wait(lambda text: "CHECK" in text and "STATUS" in text)
    shown.keys("q", "q")
    shown.wait_for_end()
