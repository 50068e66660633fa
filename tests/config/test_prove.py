"""``[prove]`` in checks.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulsetui.config.doubts.trust import distrust
from pulsetui.config.file.load import load_config, parse_config
from pulsetui.config.problem import ConfigProblems
from pulsetui.config.tables.prove import ProveConfig

MANAGE = 'manage = ["/srv/venv/bin/python", "/srv/shop/manage.py"]'


def test_the_program_of_a_project_is_read() -> None:
    config = parse_config(f"[prove]\n{MANAGE}\n", Path("checks.toml"), {})
    assert config.prove == ProveConfig(manage=("/srv/venv/bin/python", "/srv/shop/manage.py"))
    assert parse_config("", Path("checks.toml"), {}).prove == ProveConfig()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[prove]\nmanage = []", r":2: \[prove\] manage: must not be empty"),
        ('[prove]\nmanage = "/x"', r":2: \[prove\] manage .* must be a list of words of a command"),
        ('[prove]\nmanage = ["python"]', r":2: \[prove\] manage .* must begin with the whole path"),
        ("[prove]\nmanag = []", r":2: \[prove\] manag: unknown key"),
        ('prove = ["file:/b/x newer 1h"]', r":1: prove .* must be a table, not a list"),
    ],
)
def test_what_is_wrong_with_it_is_said_with_its_line(text: str, said: str) -> None:
    with pytest.raises(ConfigProblems, match=said):
        parse_config(text, Path("checks.toml"), {})


def test_where_everybody_may_write_the_file_it_does_not_run(tmp_path: Path) -> None:
    path = tmp_path / "checks.toml"
    path.write_text(f"[prove]\n{MANAGE}\n")
    path.chmod(0o600)
    assert distrust(load_config(path, {})) is None
    path.chmod(0o606)
    found = distrust(load_config(path, {}))
    assert found is not None
    assert found.refused
    assert "and with it what [prove] manage runs. It does not run until this is fixed" in found.text
