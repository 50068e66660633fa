"""What of a ping could not be used is said, and forgotten when it is over."""

from __future__ import annotations

from pathlib import Path

from pulsetui.core.state.status import PingKind
from tests.monitor.harness import running
from tests.monitor.samples import notice


async def test_what_of_a_ping_could_not_be_used_is_shown_until_the_next_one_is_whole(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        await engine.ping("often", notes=('metric "records" has no value',))
        assert 'often: metric "records" has no value' in notice(engine, "unread")

        await engine.ping("nightly")
        await engine.ping("often", PingKind.START)
        assert notice(engine, "unread")

        await engine.ping("often")
        assert notice(engine, "unread") == ""


async def test_notes_of_a_check_that_is_deleted_are_no_longer_shown(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        await engine.ping("often", notes=("one",))
        await engine.ping("nightly", notes=("two",))
        await engine.engine.edit_config(lambda file: file.remove_check("often"))
        assert "often" not in notice(engine, "unread")
        assert "nightly: two" in notice(engine, "unread")
