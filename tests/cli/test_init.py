"""``pulsetui init``: the first checks.toml, and the service of the engine."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from pulsetui.cli.exit_codes import OK, USAGE
from pulsetui.recipes.service_unit import EngineService, next_commands, service_unit
from tests.cli.installed import PULSETUI, pulsetui

SYSTEM = EngineService(
    program="/opt/pulsetui/bin/pulsetui",
    config=Path("/etc/pulsetui/checks.toml"),
    state=Path("/var/lib/pulsetui"),
    user="pulsetui",
)


def setting(text: str, name: str) -> str:
    (value,) = (line.partition("=")[2] for line in text.splitlines() if line.startswith(f"{name}="))
    return value


def test_a_first_file_is_started_with_the_options_that_made_it(tmp_path: Path) -> None:
    done = pulsetui("init", "--config", f"{tmp_path}/a b.toml", "--state-dir", "s", home=tmp_path)
    assert done.returncode == OK
    assert f"start watching with: pulsetui --config '{tmp_path}/a b.toml' --state-dir s" in done.stderr


def test_a_service_of_ones_own_is_written_with_a_first_file_and_the_next_commands(tmp_path: Path) -> None:
    done = pulsetui("init", "--systemd", "--user", home=tmp_path)

    unit = tmp_path / ".config/systemd/user/pulsetui.service"
    config = tmp_path / ".config/pulsetui/checks.toml"
    assert (done.returncode, done.stdout) == (OK, f"{unit}\n")
    words = shlex.split(setting(unit.read_text(), "ExecStart"))
    assert words == [PULSETUI, "serve", "--config", str(config), "--state-dir", str(tmp_path / "state")]
    assert pulsetui("validate", str(config), home=tmp_path).returncode == OK
    assert "systemctl --user enable --now pulsetui" in done.stderr
    assert (unit.stat().st_mode & 0o777) == 0o644


def test_a_unit_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    pulsetui("init", "--systemd", "--user", home=tmp_path)
    again = pulsetui("init", "--systemd", "--user", home=tmp_path)
    assert again.returncode == OK

    unit = tmp_path / ".config/systemd/user/pulsetui.service"
    unit.write_text("[Service]\nExecStart=/bin/mine\n")
    refused = pulsetui("init", "--systemd", "--user", home=tmp_path)
    assert (refused.returncode, refused.stdout) == (USAGE, "")
    assert (
        "is there already, and says something else. See what would be written with --print" in refused.stderr
    )
    assert unit.read_text() == "[Service]\nExecStart=/bin/mine\n"


def test_a_unit_that_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / ".config").write_text("a file")
    done = pulsetui("init", "--systemd", "--user", home=tmp_path)
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert "pulsetui.service cannot be written: Not a directory" in done.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--user"], "--user is for --systemd: add that"),
        (["--print"], "--print is for --systemd: add that"),
        (["--run-as", "x"], "--run-as is for --systemd: add that"),
        (["--systemd", "--run-as", "a\nUser=root"], "is not the name of a user"),
        (["--systemd", "--run-as", "-x"], "expected one argument"),
        (["--systemd", "--user", "--run-as", "x"], "--user is a service of your own"),
    ],
)
def test_options_that_do_not_fit_are_refused(words: list[str], says: str, tmp_path: Path) -> None:
    done = pulsetui("init", *words, home=tmp_path)
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert says in done.stderr
    assert not (tmp_path / ".config").exists()


def test_a_service_of_the_system_has_its_own_user_and_directories(tmp_path: Path) -> None:
    text = pulsetui(
        "init", "--systemd", "--print", home=tmp_path, PULSETUI_CONFIG="/home/me/mine.toml"
    ).stdout
    assert (setting(text, "User"), setting(text, "StateDirectory")) == ("pulsetui", "pulsetui")
    assert "--config /etc/pulsetui/checks.toml --state-dir /var/lib/pulsetui" in setting(text, "ExecStart")
    assert "NoNewPrivileges" not in "".join(line for line in text.splitlines() if not line.startswith("#"))
    other = ["--run-as", "deploy", "--config", "/srv/c.toml", "--state-dir", "/srv/state"]
    text = pulsetui("init", "--systemd", "--print", *other, home=tmp_path).stdout
    assert setting(text, "User") == "deploy"
    assert "StateDirectory=" not in text
    assert setting(text, "ReadWritePaths") == "-/srv -/srv/state"


@pytest.mark.parametrize("path", ["/srv/a b/100%/$HOME/checks.toml", '/srv/"q"\\x.toml'])
def test_a_path_of_any_characters_stays_itself(path: str) -> None:
    service = EngineService(program="/bin/pulsetui", config=Path(path), state=Path("/srv/s"))
    written = setting(service_unit(service), "ExecStart").replace("%%", "%").replace("$$", "$")
    assert shlex.split(written)[3] == path


def test_the_next_commands_leave_out_what_is_there() -> None:
    nothing = next_commands(SYSTEM, has_user=False, has_config=False, config_folder=False, state_folder=False)
    assert nothing == (
        "useradd --system --home-dir /var/lib/pulsetui --shell /usr/sbin/nologin pulsetui",
        "install -d -o pulsetui -m 0750 /etc/pulsetui",
        "runuser -u pulsetui -- /opt/pulsetui/bin/pulsetui init --config /etc/pulsetui/checks.toml",
        "systemctl daemon-reload",
        "systemctl enable --now pulsetui",
    )
    everything = next_commands(SYSTEM, has_user=True, has_config=True, config_folder=True, state_folder=True)
    assert everything == nothing[-2:]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
@pytest.mark.parametrize("strict", [False, True])
def test_systemd_finds_nothing_wrong_with_the_unit(strict: bool, tmp_path: Path) -> None:
    service = EngineService(program=PULSETUI, config=SYSTEM.config, state=SYSTEM.state, user="root")
    text = service_unit(service)
    if strict:  # with what stands there as a comment
        text = "\n".join(
            line.removeprefix("#") if line.startswith("#") and "=" in line else line
            for line in text.splitlines()
        )
        assert "\nNoNewPrivileges=yes\n" in text
    unit = tmp_path / "pulsetui.service"
    unit.write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", str(unit)],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "SYSTEMD_LOG_LEVEL": "warning"},
    )
    assert (done.returncode, done.stderr) == (0, "")
