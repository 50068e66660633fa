"""``[host]``: what the engine looks at around it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulsetui.config.file.load import parse_config
from pulsetui.config.problem import ConfigProblems

PATH = Path("/x/checks.toml")


def test_the_host_is_looked_at_unless_the_file_says_otherwise() -> None:
    assert parse_config("", PATH, {}).host.watch is True
    host = parse_config('[host]\nwatch = false\ncron_log = "/var/log/jobs"\n', PATH, {}).host
    assert (host.watch, host.cron_log) == (False, Path("/var/log/jobs"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("wach = true", "/x/checks.toml:2: [host] wach"),
        ("watch = 1", "/x/checks.toml:2: [host] watch"),
        ('cron_log = "cron.log"', '[host] cron_log "cron.log": must be a whole path'),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, said: str) -> None:
    with pytest.raises(ConfigProblems) as error:
        parse_config(f"[host]\n{text}\n", PATH, {})
    assert said in str(error.value)
