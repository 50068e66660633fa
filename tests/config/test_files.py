"""Where files are, how a new one begins, how a change is noticed, and the sample."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import platformdirs
import pytest

from pulsetui.config.file.edit import ConfigFile
from pulsetui.config.file.load import load_config, parse_config
from pulsetui.config.file.watch import MISSING, Fingerprint
from pulsetui.config.init import initial_config, write_initial_config
from pulsetui.config.paths import default_config_path, default_state_dir
from pulsetui.core.text.metric import Text
from pulsetui.errors import ConfigError
from tests.config.hand_written import VALIDATORS

SAMPLE = Path(__file__).parents[2] / "sample_checks.toml"


def test_the_environment_says_where_files_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/somebody")
    assert default_config_path({"PULSETUI_CONFIG": "here.toml"}) == tmp_path / "here.toml"
    assert default_state_dir({"PULSETUI_STATE_DIR": "~/state"}) == Path("/home/somebody/state")


def test_otherwise_they_are_where_the_platform_keeps_them() -> None:
    assert (
        default_config_path({"PULSETUI_CONFIG": ""})
        == platformdirs.user_config_path("pulsetui") / "checks.toml"
    )
    assert default_state_dir({}) == platformdirs.user_state_path("pulsetui")


def test_finding_the_files_by_the_environment_imports_no_platformdirs() -> None:
    program = (
        "import sys; from pulsetui.config.paths import default_state_dir as find;"
        "find({'PULSETUI_STATE_DIR': '/x'});"
        "found = {'platformdirs', 'tomli_w', 'tomllib', 'pulsetui.config.file.load'} & set(sys.modules);"
        "print(sorted(found))"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_loading_does_not_import_what_writes() -> None:
    program = "import sys; import pulsetui.config.file.load; print('tomli_w' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "False"


def test_the_starter_file_is_valid_and_its_example_too() -> None:
    text = initial_config(timezone="Europe/Riga", listen="127.0.0.1:9000", ping_key="k3y")
    config = parse_config(text, Path("checks.toml"), VALIDATORS)
    assert (config.timezone, config.listener.port, config.listener.ping_key) == ("Europe/Riga", 9000, "k3y")
    assert not config.checks
    assert "curl -fsS -m 10 --retry 3 -o /dev/null http://127.0.0.1:9000/ping/k3y/nightly-backup" in text

    start = text.index("# [checks.nightly-backup]")
    example = "".join(line.removeprefix("# ") for line in text[start:].splitlines(keepends=True))
    config = parse_config(text[:start] + example, Path("checks.toml"), VALIDATORS)
    assert config.checks["nightly-backup"].metrics["files"].last(Text(b"Files:  12")) == "12"


def test_a_starter_file_cannot_be_broken_by_what_goes_into_it() -> None:
    hostile = 'a"\n[checks.x]\n\x1b'
    text = initial_config(timezone=hostile, listen=hostile, ping_key=hostile, program=hostile)
    document = tomllib.loads(text)
    assert (
        document["timezone"] == document["listener"]["listen"] == document["listener"]["ping_key"] == hostile
    )
    assert "checks" not in document


def test_writing_a_starter_file_never_replaces_one(tmp_path: Path) -> None:
    path = tmp_path / "new" / "checks.toml"
    write_initial_config(path, initial_config())
    with pytest.raises(ConfigError, match="exists already and is left as it is"):
        write_initial_config(path, "")
    assert path.read_text() == initial_config()
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_the_folders_of_a_starter_file_are_private_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    old = os.umask(umask)
    try:
        write_initial_config(tmp_path / "new" / "er" / "checks.toml", initial_config())
        ConfigFile(tmp_path / "other" / "er" / "checks.toml", VALIDATORS).add_check("a", {"every": "5m"})
    finally:
        os.umask(old)
    folders = [tmp_path / name for name in ("new", "new/er", "other", "other/er")]
    assert [oct(folder.stat().st_mode & 0o777) for folder in folders] == ["0o700"] * 4


def test_a_change_of_the_file_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "checks.toml"
    seen = Fingerprint.of(path)
    assert seen == MISSING
    assert Fingerprint.of(path) == seen

    path.write_text("a = 1\n")
    assert Fingerprint.of(path) != seen
    seen = Fingerprint.of(path)
    assert Fingerprint.of(path) == seen

    other = tmp_path / "other"
    other.write_text("a = 2\n")
    os.utime(other, ns=(seen.mtime_ns, seen.mtime_ns))
    other.replace(path)
    assert Fingerprint.of(path) != seen

    seen = Fingerprint.of(path)
    path.unlink()
    assert Fingerprint.of(path) != seen


def test_a_change_behind_a_symbolic_link_is_noticed(tmp_path: Path) -> None:
    link = tmp_path / "link"
    (tmp_path / "target").write_text("a = 1\n")
    link.symlink_to(tmp_path / "target")
    seen = Fingerprint.of(link)
    (tmp_path / "target").write_text("a = 22\n")
    assert Fingerprint.of(link) != seen


def test_the_sample_is_valid_and_says_how_each_check_is_pinged() -> None:
    config = load_config(SAMPLE, VALIDATORS)
    text = SAMPLE.read_text()
    assert 10 <= len(config.checks) <= 12
    assert {check.schedule.kind for check in config.checks.values()} == {"every", "cron", "calendar"}
    assert {hook.type for hook in config.hooks.values()} == {"desktop", "terminal"}
    for slug in config.checks:
        assert f"http://127.0.0.1:8787/ping/{slug}" in text


def test_the_sample_can_be_edited_without_touching_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "checks.toml"
    path.write_bytes(SAMPLE.read_bytes())
    file = ConfigFile(path, VALIDATORS)
    file.edit_check("payroll", {"grace": "3h", "max_runtime": None})
    table = SAMPLE.read_text().partition("[checks.payroll]")
    rest = table[2].replace('grace = "2h"', 'grace = "3h"', 1).replace('max_runtime = "1h"\n', "", 1)
    expected = table[0] + table[1] + rest
    assert expected != SAMPLE.read_text()
    assert path.read_text() == expected
