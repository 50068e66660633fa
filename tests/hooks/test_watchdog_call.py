"""How the URL of a watchdog is asked, by a real server."""

from __future__ import annotations

from datetime import timedelta

from pulsetui.config.tables.watchdog import WatchdogConfig
from pulsetui.hooks.watchdog_call import ask_watchdog
from tests.hooks.receivers import STALL, Receiver, answer

KEY = "T0K3N-a-very-secret-one"


async def test_all_is_well_is_a_plain_request() -> None:
    async with Receiver(answer()) as receiver:
        config = WatchdogConfig(name="a", url=f"{receiver.url}/ping/{KEY}?status=up")
        assert await ask_watchdog(config, "") == ""
        one = receiver.one
        assert (one.method, one.target, one.body) == ("GET", f"/ping/{KEY}?status=up", b"")


async def test_the_reason_is_in_the_url_or_the_body() -> None:
    async with Receiver(answer()) as receiver:
        config = WatchdogConfig(
            name="a",
            url=receiver.url,
            fail_url=f"{receiver.url}/api/push/{KEY}?status=down&msg={{reason}}",
            method="POST",
        )
        assert await ask_watchdog(config, "disk full & ünwell #1") == ""
        one = receiver.one
        assert one.query == {"status": "down", "msg": "disk full & ünwell #1"}
        assert (one.method, one.body.decode()) == ("POST", "disk full & ünwell #1")


async def test_what_goes_wrong_is_said_without_the_secret() -> None:
    async with Receiver(answer(404, f"no check {KEY}")) as receiver:
        said = await ask_watchdog(WatchdogConfig(name="a", url=f"{receiver.url}/ping/{KEY}"), "")
        assert "answered 404 Not Found" in said
        assert KEY not in said


async def test_a_server_that_is_silent_is_left_in_time() -> None:
    async with Receiver(STALL) as receiver:
        config = WatchdogConfig(name="a", url=receiver.url, timeout=timedelta(seconds=0.05))
        assert "did not answer within 0.05 s" in await ask_watchdog(config, "")
