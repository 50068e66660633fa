"""What docs/alerts.md shows is a configuration without a problem."""

from __future__ import annotations

import re
from pathlib import Path

from pulsetui.config.file.load import parse_config
from pulsetui.hooks.registry import VALIDATORS

PAGE = Path(__file__).parents[2] / "docs" / "alerts.md"
_TOML = re.compile(r"```toml\n(.*?)```", re.DOTALL)


def test_what_the_page_of_alerts_shows_can_be_configured_so(tmp_path: Path) -> None:
    (tmp_path / "telegram-token").write_text("123456:ABC-from-a-file-abcdefghijklmnopqrst\n")
    blocks = _TOML.findall(PAGE.read_text())
    for text in blocks:
        config = parse_config(
            text.replace("/run/secrets", str(tmp_path)), tmp_path / "checks.toml", VALIDATORS
        )
        assert config.hooks
        assert config.drill is not None
    assert blocks
