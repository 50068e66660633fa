"""A notice tells of secrets that every user of the host can read, until that is mended."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulsetui.client.commands import TestHooks
from pulsetui.core.state.status import PingKind
from pulsetui.monitor.checks_toml.notices import ConfigNotices
from pulsetui.monitor.outbox import StoreOutbox
from tests.monitor.harness import CONFIG, running


async def test_a_notice_tells_of_them_until_the_file_is_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pulsetui.config.doubts.exposed.parents_of", lambda path: [])
    async with running(tmp_path, config=CONFIG + '\n[listener]\nping_key = "s3cretpingkey"\n') as engine:
        notices = ConfigNotices(engine.engine.notices, engine.clock, "127.0.0.1")
        path = tmp_path / "checks.toml"
        path.chmod(0o644)
        notices.look(engine.engine.config)
        [notice] = engine.client.info().notices
        assert (notice.key, notice.level) == ("secrets", "warning")
        assert "[listener] ping_key" in notice.text
        assert "s3cret" not in notice.text

        path.chmod(0o600)
        notices.look(engine.engine.config)
        assert engine.client.info().notices == ()
        notices.stop()


async def test_no_secret_is_in_what_is_told_of_a_delivery(tmp_path: Path) -> None:
    config = CONFIG + '\n[listener]\nping_key = "s3cretpingkey"\n[hooks.a]\ntype = "terminal"\n'
    async with running(tmp_path, config=config) as engine:
        await engine.ping("often", PingKind.FAIL)
        await engine.engine.trials.do(TestHooks("test-5f0c", ("a",)))
        outbox, now = StoreOutbox(engine.engine), engine.clock.now()
        due = await outbox.due("a", now, 10)
        await outbox.failed(due, now, "s3cretpingkey was refused", now)

        [told] = engine.client.details("often").deliveries
        [tried] = engine.client.trials()[0].deliveries
        assert (told.error, tried.error) == ("… was refused", "… was refused")
