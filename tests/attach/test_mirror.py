"""What an attached screen may say of how old its views are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from pulsetui.attach.mirror import Mirror
from pulsetui.client.wire import Snapshot
from tests.client.samples import ABOUT


def test_a_sign_of_life_makes_what_is_known_young_again_until_the_engine_is_lost() -> None:
    mirror, ahead = Mirror("http://127.0.0.1:8787"), timedelta(hours=2)  # the engine's clock is ahead of ours
    old = replace(ABOUT, now=datetime.now(UTC) + ahead)
    mirror.take_snapshot(Snapshot(info=old, checks=()))
    mirror.info = replace(old, now=old.now - timedelta(minutes=10))  # nothing has come since then

    mirror.heard()

    assert old.now <= mirror.info.now <= datetime.now(UTC) + ahead
    mirror.lost("gone")
    last = mirror.info.now
    mirror.heard()  # part of an answer is no engine yet
    assert mirror.info.now == last
