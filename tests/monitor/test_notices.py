"""What a person is told, until it is over or has been read."""

from __future__ import annotations

from pathlib import Path

from tests.monitor.harness import CONFIG, running


async def test_no_notice_and_no_line_of_the_log_holds_a_key_of_the_configuration(tmp_path: Path) -> None:
    """The read-only key shows both."""
    keys = '[listener]\napi_key = "k3y-for-writing"\napi_key_readonly = "k3y-for-reading"\n'

    async with running(tmp_path, config=CONFIG + keys) as engine:
        (tmp_path / "checks.toml").write_text(CONFIG + keys.replace('ing"', "ing"))
        await engine.reload_config()
        own = engine.engine.door.api_keys().full[0]
        engine.engine.notices.put("hook:x", "warning", f"curl: k3y-for-reading and {own} are wrong")
        (tmp_path / "state" / "pulsetui.log").write_text(
            "2026-11-20T00:00:00.000+00:00 WARNING pulsetui.x curl said k3y-for-writing\n"
        )
        told = [notice.text for notice in engine.client.info().notices]
        assert 'checks.toml:13: "api_key = …"' in "".join(told)
        assert "curl: … and … are wrong" in told
        assert [line.text for line in engine.client.log()] == ["curl said …"]
        assert "k3y" not in "".join(told)
