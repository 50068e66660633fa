"""What travels between an engine and those attached to it, as JSON. Shared by both ends.

The values are those of ``client.views`` and ``client.commands``; only their envelopes are made here.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from pulsetui.client.alert import Alert
from pulsetui.client.deploys import DeployView
from pulsetui.client.host import HostView
from pulsetui.client.today import Today
from pulsetui.client.trials import TrialView
from pulsetui.client.trust import TrustRow
from pulsetui.client.views import (
    CheckDetails,
    CheckView,
    CommandResult,
    EngineInfo,
    IncidentEntry,
    LogLine,
    Timeline,
)

API = "/api/pulse/"
API_KEY_HEADER = "X-Api-Key"
HEARTBEAT_S = 15.0
"""An event stream says something at least this often; a client that hears nothing for longer reconnects."""


class Snapshot(Struct, frozen=True, kw_only=True):
    """Everything a table shows."""

    info: EngineInfo
    checks: tuple[CheckView, ...]  # in the order of the configuration


class Change(Struct, frozen=True, kw_only=True):
    """What became different since the event before."""

    info: EngineInfo
    changed: tuple[CheckView, ...]  # changed and new ones
    removed: tuple[str, ...]
    order: tuple[str, ...] | None  # all slugs in order, when there are others or in another order


def _plain(value: object) -> object:
    """Values that views may hold and the encoder does not know: proxies, subclasses of plain types."""
    if isinstance(value, Mapping):
        return {str(name): item for name, item in value.items()}
    if isinstance(value, list | tuple):
        return list(value)
    for kind in (str, int, float):
        if isinstance(value, kind):
            return kind(value)
    raise NotImplementedError(f"{type(value).__name__} does not travel")


_encoder = msgspec.json.Encoder(enc_hook=_plain)
encode = _encoder.encode
decode_snapshot = msgspec.json.Decoder(Snapshot).decode
decode_change = msgspec.json.Decoder(Change).decode
decode_alert = msgspec.json.Decoder(Alert).decode
decode_details = msgspec.json.Decoder(CheckDetails).decode
decode_incidents = msgspec.json.Decoder(tuple[IncidentEntry, ...]).decode
decode_trials = msgspec.json.Decoder(tuple[TrialView, ...]).decode
decode_deploys = msgspec.json.Decoder(tuple[DeployView, ...]).decode
decode_host = msgspec.json.Decoder(HostView).decode
decode_timeline = msgspec.json.Decoder(Timeline).decode
decode_trust = msgspec.json.Decoder(tuple[TrustRow, ...]).decode
decode_today = msgspec.json.Decoder(Today).decode
decode_log = msgspec.json.Decoder(tuple[LogLine, ...]).decode
decode_results = msgspec.json.Decoder(list[CommandResult]).decode


def event(name: str, value: object) -> bytes:
    """One server-sent event. JSON as written here holds no line break."""
    return b"event: %s\ndata: %s\n\n" % (name.encode(), encode(value))
