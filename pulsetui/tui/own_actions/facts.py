"""What may be put into a command: plain words about one check."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

from pulsetui.client.views import CheckDetails, CheckView
from pulsetui.config.tables.actions import ActionConfig

HERE = "localhost"


def facts_of(view: CheckView | None, details: CheckDetails | None) -> Mapping[str, str]:
    """What is known of the check; a place for which there is nothing is left out."""
    if view is None:
        return {}
    facts = {"slug": view.slug, "uuid": view.uuid, "status": view.status.value}
    if details is not None and (host := host_of(details)):
        facts["host"] = host
    return facts


def host_of(details: CheckDetails) -> str:
    """From where the newest ping came: an address, or the name that a kept report has; "" when none says."""
    address = next((ping.remote_addr for ping in details.pings if ping.remote_addr), "")
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return HERE if (mapped or parsed).is_loopback else str(mapped or parsed)


def command_of(action: ActionConfig, facts: Mapping[str, str]) -> tuple[str, str]:
    """The command, or else why there is none."""
    try:
        return action.command_for(facts), ""
    except KeyError as missing:
        return "", _why(str(missing.args[0]), facts)


def _why(place: str, facts: Mapping[str, str]) -> str:
    if not facts:
        return "There is no check under the cursor"
    if place not in facts:
        return f"{{{place}}} is not known: no ping says from which host it came"
    return f"{{{place}}} is not a plain word here, so it is not put into a command"
