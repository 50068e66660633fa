"""Bad days, with the installed program: a full disk, a closed pane, an engine that comes and goes."""

from __future__ import annotations

import json
import os
import resource
import shlex
import signal
import subprocess
import time
from pathlib import Path

from tests.cli.installed import PULSETUI
from tests.e2e.pane import DEADLINE_S, Pane, pane, write_config
from tests.e2e.test_sigkill import start
from tests.programs import program

MODES = "#{alternate_on} #{mouse_any_flag} #{cursor_flag} #{wrap_flag}"
"""What tmux knows of the modes that a screen sets."""

CHECK = '# Kept by hand.\n[checks.sync-invoices]\nname = "Sync invoices"\nevery = "1h"\n'


def curl(*arguments: str) -> tuple[int, str]:
    """Status and body."""
    done = subprocess.run(
        [program("curl"), "-sS", "-m", "10", "-w", "\n%{http_code}", *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    body, _, status = done.stdout.rpartition("\n")
    return int(status), body


def address_of(shown: Pane) -> str:
    return shown.wait("listening on ").split("listening on ")[1].split()[0]


def wait_for_end(pid: int) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < deadline, "the engine outlived its pane"
        time.sleep(0.02)


def stored_pings(state: Path) -> int:
    listed = subprocess.run(
        [PULSETUI, "list", "--json", "--state-dir", str(state)], check=True, capture_output=True, text=True
    )
    return sum(check["n_pings"] for check in json.loads(listed.stdout))


def test_the_terminal_is_left_clean_even_by_sigkill(tmp_path: Path) -> None:
    state = tmp_path / "state"
    arguments = write_config(tmp_path, CHECK)
    with pane(start=["sh"]) as shell:
        before = shell.tmux("display-message", "-p", MODES)
        shell.type(f"stty -a > {tmp_path}/before; {shlex.join([PULSETUI, *arguments])}\n")
        shell.wait("Sync invoices")
        during = shell.tmux("display-message", "-p", MODES)

        os.kill(json.loads((state / "engine.lock").read_text())["pid"], signal.SIGKILL)
        # Not for what the shell says of it: on a loaded machine that may come before the screen is put back.
        shell.wait(lambda _: shell.tmux("display-message", "-p", MODES) == before)
        shell.type(f"stty -a > {tmp_path}/after; echo all is $((1 + 1)) well\n")
        shell.wait("all is 2 well")

        assert during != before
        assert shell.tmux("display-message", "-p", MODES) == before
        assert (tmp_path / "after").read_text() == (tmp_path / "before").read_text()
        assert "Sync invoices" not in shell.text().partition("stty")[0]


def test_on_a_full_disk_pings_are_refused_and_the_screen_says_why(tmp_path: Path) -> None:
    arguments, state = write_config(tmp_path, CHECK), tmp_path / "state"
    process = subprocess.Popen(
        [PULSETUI, "serve", *arguments],
        stderr=subprocess.DEVNULL,
    )
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (700_000, 700_000))
    try:
        url = wait_for_url(state, process)
        body = tmp_path / "body"
        body.write_bytes(b"x" * 90_000)
        answers = [curl("--data-binary", f"@{body}", f"{url}/ping/sync-invoices") for _ in range(20)]
        taken = [status for status, _ in answers].count(200)
        assert answers[0] == (200, "OK")
        assert answers[-1][0] == 503
        assert {status for status, _ in answers} == {200, 503}
        resource.prlimit(
            process.pid, resource.RLIMIT_FSIZE, (1, 700_000)
        )  # what is small has no room, either
        with pane("--state-dir", str(state)) as shown:
            shown.wait("pings are refused (503)")
        assert stored_pings(state) == taken
    finally:
        process.kill()
        process.wait()


def wait_for_url(state: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        try:
            told = json.loads((state / "engine.lock").read_text())
            if told["pid"] == process.pid and told["url"]:
                return str(told["url"])
        except (OSError, ValueError):
            pass
        time.sleep(0.02)
    raise AssertionError("the engine did not start")


def test_a_closed_pane_loses_no_ping_and_lets_the_state_go(tmp_path: Path) -> None:
    arguments, state = write_config(tmp_path, CHECK), tmp_path / "state"
    with pane(*arguments) as shown:
        address = address_of(shown)
        for _ in range(5):
            assert curl(f"http://{address}/ping/sync-invoices") == (200, "OK")
        engine = shown.process()
        shown.tmux("kill-pane")
    wait_for_end(engine)
    process, _ = start(arguments, state)
    try:
        assert stored_pings(state) == 5
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_sigterm_leaves_the_terminal_as_it_was(tmp_path: Path) -> None:
    arguments = write_config(tmp_path, CHECK)
    with pane(*arguments) as shown:
        shown.wait("Sync invoices")
        subprocess.run(["kill", "-TERM", str(shown.process())], check=True)
        shown.wait_for_end()
        assert "Sync invoices" not in shown.text(), "the alternate screen was left"
        assert "Traceback" not in shown.text()


def test_it_comes_back_right_after_detaching_and_in_panes_of_other_sizes(tmp_path: Path) -> None:
    with pane(*write_config(tmp_path, CHECK)) as shown:
        shown.wait("RECENT RUNS")
        for width, height in ((40, 12), (200, 50), (80, 24)):
            shown.tmux("resize-window", "-x", str(width), "-y", str(height))
            shown.wait(lambda text: "Sync invoices" in text and "help" in text.splitlines()[-1])
            assert all(len(line) <= width for line in shown.text().splitlines())
        shown.keys("p")
        shown.wait_row("Sync invoices", "paused")


def test_an_edit_by_hand_shows_and_a_broken_one_is_told_with_its_line(tmp_path: Path) -> None:
    arguments, config = write_config(tmp_path, CHECK), tmp_path / "checks.toml"
    with pane(*arguments) as shown:
        shown.wait("Sync invoices")
        config.write_text(CHECK + '\n[checks.backup]\nname = "Nightly backup"\ncron = "0 3 * * *"\n')
        shown.wait("Nightly backup")
        config.write_text(CHECK + '\n[checks.backup]\ncron = "0 25 * * *"\n')
        shown.wait("checks.toml:7")
        assert "Nightly backup" in shown.text(), "the last good definition runs on"
        config.write_text(CHECK)
        shown.wait(lambda text: "checks.toml:7" not in text and "Nightly backup" not in text)


def test_a_screen_attaches_to_serve_and_survives_its_restart(tmp_path: Path) -> None:
    arguments, state = write_config(tmp_path, CHECK), tmp_path / "state"
    process, address = start(arguments, state)
    arguments[-1] = address  # the same port again after the restart
    try:
        with pane("--state-dir", str(state)) as shown:
            assert curl(f"http://{address}/ping/sync-invoices") == (200, "OK")
            shown.wait_row("Sync invoices", "up")
            process.terminate()
            process.wait(10)
            process, _ = start(arguments, state)
            assert curl(f"http://{address}/ping/sync-invoices/fail") == (200, "OK")
            shown.wait_row("Sync invoices", "failed")
            shown.keys("q")
            shown.wait_for_end()
        assert process.poll() is None, "closing the pane leaves serve alone"
    finally:
        process.kill()
        process.wait()
