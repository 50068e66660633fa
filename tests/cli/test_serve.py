"""The installed ``pulsetui serve``, and the other commands against it."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.installed import PULSETUI, environment, pulsetui
from tests.programs import program

CONFIG = '[checks.backup]\nname = "Nightly backup"\ncron = "0 2 * * *"\n'


@contextmanager
def serving(home: Path, *arguments: str, **more: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and its address; stopped at the end, whatever happens."""
    config = home / "checks.toml"
    if not config.exists():
        config.write_text(CONFIG)
    process = subprocess.Popen(
        [PULSETUI, "serve", "--listen", "127.0.0.1:0", *arguments],
        env=environment(home, PULSETUI_CONFIG=str(config), **more),
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        first = process.stderr.readline()
        found = re.fullmatch(r"listening on (http://[\d.]+:\d+) \(config .*, state .*\)\n", first)
        assert found, first
        yield process, found[1]
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_when_asked_to(number: signal.Signals, tmp_path: Path) -> None:
    with serving(tmp_path) as (process, _url):
        process.send_signal(number)
        out, err = process.communicate(timeout=20)

        assert (process.returncode, out, err) == (0, "", "")
    assert pulsetui("list", home=tmp_path).returncode == 3


def test_a_closed_terminal_does_not_stop_it(tmp_path: Path) -> None:
    with serving(tmp_path) as (process, url):
        process.send_signal(signal.SIGHUP)

        assert pulsetui("ping", "backup", "--url", url, home=tmp_path).returncode == 0
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_every_command_works_on_the_engine_that_holds_the_state_directory(tmp_path: Path) -> None:
    with serving(tmp_path):
        assert pulsetui("ping", "backup", "--metric", "records=5", home=tmp_path).returncode == 0
        [view] = json.loads(pulsetui("list", "--json", home=tmp_path).stdout)
        assert (view["slug"], view["status"], view["last_metrics"]) == ("backup", "up", {"records": 5.0})
        assert pulsetui("status", home=tmp_path).returncode == 0

        assert pulsetui("ping", "backup", "--exit-code", "2", home=tmp_path).returncode == 0
        assert pulsetui("status", home=tmp_path).returncode == 1
        shown = pulsetui("show", "backup", home=tmp_path).stdout
        assert shown.startswith("✖ failed  Nightly backup (backup)\nFailed since ")

        assert pulsetui("ack", "backup", "--note", "on it", home=tmp_path).returncode == 0
        assert "on it" in pulsetui("show", "backup", home=tmp_path).stdout
        assert pulsetui("pause", "backup", home=tmp_path).returncode == 0
        assert pulsetui("status", home=tmp_path).returncode == 0


def test_a_configured_api_key_locks_nobody_out_on_this_host(tmp_path: Path) -> None:
    (tmp_path / "checks.toml").write_text(f'[listener]\napi_key = "{"k" * 32}"\n{CONFIG}')
    with serving(tmp_path) as (_process, url):
        assert pulsetui("pause", "backup", home=tmp_path).returncode == 0
        assert pulsetui("list", home=tmp_path, PULSETUI_API_KEY="of-another-engine").returncode == 0
        assert pulsetui("list", "--attach", url, "--api-key", "k" * 32, home=tmp_path).returncode == 0
        assert pulsetui("list", "--attach", url, "--api-key", "wrong", home=tmp_path).returncode == 1


@pytest.mark.parametrize("ping_key", ["", 'ping_key = "abcdefghijklmnopqrstuv"\n'])
def test_jobs_on_this_host_need_no_ping_key_where_others_do(ping_key: str, tmp_path: Path) -> None:
    (tmp_path / "checks.toml").write_text(f"[listener]\n{ping_key}{CONFIG}")
    with serving(tmp_path, "--listen", "0.0.0.0:0") as (_process, url):
        assert pulsetui("ping", "backup", home=tmp_path).stderr == ""
        assert pulsetui("run", "backup", "--", "true", home=tmp_path).stderr == ""
        [view] = json.loads(pulsetui("list", "--json", home=tmp_path).stdout)
        assert (view["n_pings"], view["status"]) == (3, "up")

        stranger = pulsetui("ping", "backup", "--url", url, home=tmp_path)
        assert stranger.returncode == 1
        assert f"--url {url}/ping/KEY" in stranger.stderr


def test_without_a_ping_key_others_ping_by_uuid_and_the_screen_says_why(tmp_path: Path) -> None:
    (tmp_path / "checks.toml").write_text(CONFIG)
    with serving(tmp_path, "--listen", "0.0.0.0:0"):
        [line] = [
            line
            for line in pulsetui("show", "backup", home=tmp_path).stdout.splitlines()
            if line.startswith("Pings")
        ]
        [view] = json.loads(pulsetui("list", "--json", home=tmp_path).stdout)
        url = line.split(" to ")[1]
        assert url.endswith(f"/ping/{view['uuid']}")
        assert subprocess.run([program("curl"), "-fsS", url], capture_output=True, text=True).stdout == "OK"


def test_a_changed_ping_key_shows_in_the_address_to_ping(tmp_path: Path) -> None:
    path = tmp_path / "checks.toml"
    path.write_text(f'[listener]\nping_key = "{"a" * 22}"\n{CONFIG}')
    with serving(tmp_path, "--listen", "0.0.0.0:0"):
        path.write_text(f'[listener]\nping_key = "{"b" * 22}"\n{CONFIG}')
        until = time.monotonic() + 20
        while "b" * 22 not in (shown := pulsetui("show", "backup", home=tmp_path).stdout):
            assert time.monotonic() < until, shown


def test_checks_are_added_changed_and_removed_in_the_file(tmp_path: Path) -> None:
    with serving(tmp_path):
        added = pulsetui("add", "sync", "--every", "1h", "--tag", "x", home=tmp_path)
        edited = pulsetui("edit", "sync", "grace=5m", "tags=", home=tmp_path)
        written = (tmp_path / "checks.toml").read_text()
        removed = pulsetui("remove", "sync", home=tmp_path)
        refused = pulsetui("add", "bad", "--cron", "0 25 * * *", home=tmp_path)

    assert [added.returncode, edited.returncode, removed.returncode] == [0, 0, 0], added.stderr
    assert written == CONFIG + '\n[checks.sync]\nevery = "1h"\ngrace = "5m"\n'
    assert "sync" not in (tmp_path / "checks.toml").read_text()
    assert refused.returncode == 2
    assert "hour must be 0-23" in refused.stderr


def test_what_was_spooled_is_taken_in_at_the_start(tmp_path: Path) -> None:
    kept = pulsetui("ping", "backup", "-m", "while you were away", home=tmp_path)
    assert "kept" in kept.stderr

    with serving(tmp_path):
        [view] = json.loads(pulsetui("list", "--json", home=tmp_path).stdout)

    assert (view["n_pings"], view["last_line"]) == (1, "while you were away")


def test_a_ping_reports_to_the_engine_of_its_own_state_directory_only(tmp_path: Path) -> None:
    """Another engine, with a check of that name, has the port that a killed one had."""
    mine = tmp_path / "mine"
    mine.mkdir()
    with serving(mine) as (killed, _url):
        lock = json.loads((mine / "state" / "engine.lock").read_text())
        killed.kill()
        killed.wait()
    with serving(tmp_path) as (_process, url):
        lock["url"] = url
        (mine / "state" / "engine.lock").write_text(json.dumps(lock))

        pinged = pulsetui("ping", "backup", home=mine)
        ran = pulsetui("run", "backup", "--", "true", home=mine)
        [view] = json.loads(pulsetui("list", "--json", home=tmp_path).stdout)

    assert (pinged.returncode, ran.returncode, view["n_pings"]) == (0, 0, 0)
    assert "holds another state directory" in pinged.stderr
    assert "holds another state directory" in ran.stderr
    assert len(list((mine / "state" / "spool").glob("*.json"))) == 3

    with serving(mine):  # and there they are when their own is back
        [view] = json.loads(pulsetui("list", "--json", home=mine).stdout)
    assert view["n_pings"] == 3


def test_a_job_of_another_home_delivers_what_it_kept_when_the_engine_is_back(tmp_path: Path) -> None:
    (tmp_path / "checks.toml").write_text(CONFIG)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    other = {"home": tmp_path / "other", "PULSETUI_URL": f"http://127.0.0.1:{port}"}

    kept = pulsetui("run", "backup", "--", "true", **other)  # type: ignore[arg-type]
    assert (kept.returncode, "no engine has ever used" in kept.stderr) == (0, True)
    spool = tmp_path / "other" / "state" / "spool"
    assert len(list(spool.glob("*.json"))) == 2
    with serving(tmp_path, "--listen", f"127.0.0.1:{port}"):
        sent = pulsetui("run", "backup", "--", "true", **other)  # type: ignore[arg-type]
        pings = json.loads(pulsetui("show", "backup", "--json", home=tmp_path).stdout)["pings"]

    assert (sent.returncode, sent.stderr) == (0, "")
    assert list(spool.glob("*.json")) == []
    assert [ping["kind"] for ping in pings] == ["success", "start", "success", "start"]
    late = [ping for ping in pings if ping["at"] != ping["received_at"]]
    assert len(late) == 2


def test_the_metrics_of_a_check_are_found_wherever_a_job_prints_them(tmp_path: Path) -> None:
    metrics = "metrics = { n = 'imported ([\\d,]+) records' }\n"
    (tmp_path / "checks.toml").write_text(CONFIG + metrics)
    noise = "yes noise | head -c 400000"
    with serving(tmp_path):
        for script in (f"echo imported 1,042 records; {noise}", f"{noise}; echo imported 1,043 records"):
            assert pulsetui("run", "backup", "--", "sh", "-c", script, home=tmp_path).stderr == ""
        found = json.loads(pulsetui("show", "backup", "--json", home=tmp_path).stdout)

    assert [run["metrics"]["n"] for run in found["runs"]] == [1043.0, 1042.0]


def test_a_second_engine_on_the_same_state_is_refused(tmp_path: Path) -> None:
    with serving(tmp_path) as (first, _url):
        second = pulsetui(
            "serve", "--listen", "127.0.0.1:0", home=tmp_path, PULSETUI_CONFIG=str(tmp_path / "checks.toml")
        )

        assert second.returncode == 2
        assert str(first.pid) in second.stderr
        assert "Traceback" not in second.stderr


def test_a_taken_port_names_itself_and_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "checks.toml").write_text(CONFIG)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = pulsetui(
            "serve", "--listen", address, home=tmp_path, PULSETUI_CONFIG=str(tmp_path / "checks.toml")
        )

    assert done.returncode == 2
    assert address in done.stderr
    assert "--listen" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_configuration_is_exit_code_2_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "checks.toml"
    path.write_text('[checks.a]\ncron = "0 25 * * *"\n')

    done = pulsetui("serve", "--listen", "127.0.0.1:0", "--config", str(path), home=tmp_path)

    assert done.returncode == 2
    assert f"{path}:2:" in done.stderr


def test_the_service_manager_hears_of_the_start_the_beats_and_the_stop(tmp_path: Path) -> None:
    place = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(place)
        manager.settimeout(20)
        with serving(tmp_path, NOTIFY_SOCKET=place, WATCHDOG_USEC="600000") as (process, url):
            assert manager.recv(1000) == f"READY=1\nSTATUS=listening on {url}".encode()
            assert manager.recv(1000) == b"WATCHDOG=1"
            assert manager.recv(1000) == b"WATCHDOG=1"
            process.send_signal(signal.SIGTERM)
            while (told := manager.recv(1000)) == b"WATCHDOG=1":
                pass
            assert told == b"STOPPING=1"
            assert process.wait(20) == 0


def test_a_state_directory_that_cannot_be_used_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "checks.toml").write_text(CONFIG)
    state = tmp_path / "state"
    state.mkdir()
    (state / "engine.lock").symlink_to(tmp_path / "victim")
    done = pulsetui(
        *("serve", "--config", str(tmp_path / "checks.toml"), "--state-dir", str(state)), home=tmp_path
    )
    assert done.returncode == 2
    assert done.stderr.count("engine.lock is a link") == 1
    assert not (tmp_path / "victim").exists()
