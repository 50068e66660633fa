"""What a command is told of a check."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from pulsetui.client.views import CheckDetails
from pulsetui.config.tables.actions import ActionConfig
from pulsetui.tui.own_actions.facts import command_of, facts_of, host_of
from tests.client.samples import details_of, view

ACTION = ActionConfig(name="ssh", command="ssh {host} # {slug}")


def details(*addresses: str) -> CheckDetails:
    """Of a check whose pings came from there, the newest first."""
    made = details_of(view())
    assert made.pings
    return replace(made, pings=tuple(replace(made.pings[0], remote_addr=address) for address in addresses))


@pytest.mark.parametrize(
    ("addresses", "host"),
    [
        (("10.0.0.7", "10.0.0.8"), "10.0.0.7"),
        (("", "10.0.0.8"), "10.0.0.8"),
        (("127.0.0.1",), "localhost"),
        (("::1",), "localhost"),
        (("::ffff:127.0.0.1",), "localhost"),
        (("::ffff:10.0.0.7",), "10.0.0.7"),
        (("web1",), "web1"),
        ((), ""),
    ],
)
def test_the_host_is_where_the_newest_ping_came_from(addresses: tuple[str, ...], host: str) -> None:
    assert host_of(details(*addresses)) == host
    assert ("host" in facts_of(view(), details(*addresses))) == bool(host)


def test_what_is_missing_is_said() -> None:
    assert command_of(ACTION, facts_of(view(), details("10.0.0.7"))) == ("ssh 10.0.0.7 # sync-invoices", "")
    assert command_of(ACTION, facts_of(view(), details())) == (
        "", "{host} is not known: no ping says from which host it came"
    )  # fmt: skip
    assert command_of(ACTION, facts_of(None, None)) == ("", "There is no check under the cursor")
    command, why_not = command_of(ACTION, facts_of(view(), details("$(reboot)")))
    assert command == ""
    assert why_not == "{host} is not a plain word here, so it is not put into a command"


def test_without_a_place_no_check_is_needed() -> None:
    assert command_of(ActionConfig(name="x", command="top"), {}) == ("top", "")
