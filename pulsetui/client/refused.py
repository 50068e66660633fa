"""Refused pings, said in words."""

from __future__ import annotations

from datetime import tzinfo

from pulsetui.client.views import RefusedPing

NOTICE = "refused"
"""Key of the notice that names them."""

_SAID = {
    "no key": "a slug needs the ping key in front of it here",
    "wrong key": "not the ping key in front of it",
    "bad rid": "its rid is not a uuid",
    "bad url": "not a valid slug, action or exit status",
    "unknown action": "not one of start, fail, log, success or an exit status",
    "page of another site": "sent by a web page of another site",
    "unknown host": "sent to a name that is not this listener's",
}


def why_text(why: str) -> str:
    """Why a ping was refused, for the person who is to mend it."""
    return _SAID.get(why, why)


def refused_words(refused: RefusedPing, zone: tzinfo | None = None) -> str:
    """``sync-invoces 4x (did you mean sync-invoices?), last Fri 05:28 from 127.0.0.1 curl/8.5.0``;
    ``zone`` None is the host's."""
    last = refused.last_at.astimezone(zone).strftime("%a %H:%M")
    why = f"did you mean {refused.nearest}?" if refused.nearest else why_text(refused.why)
    sender = f"{refused.remote_addr} {refused.ua}".strip()
    return f"{refused.name} {refused.count}x ({why}), last {last} from {sender}"
