"""The form that Healthchecks gave pings and most others took over: ``<check>[/action]?rid=…&create=1``.

The answers and the order of the errors are Healthchecks' own: an unknown check is 404 before anything else
is looked at, then an exit status above 255, then the run id.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from uuid import NAMESPACE_URL, UUID, uuid5

from msgspec.structs import replace

from pulsetui.config.check_fields import validate_check
from pulsetui.config.problem import ConfigProblems
from pulsetui.core import storable
from pulsetui.core.state.check import NEW_SLUG, SLUG
from pulsetui.core.state.ping import NO_REASONS
from pulsetui.core.state.status import PingKind
from pulsetui.core.text.clean import clean
from pulsetui.listener import answers
from pulsetui.listener.http.message import Request, Response
from pulsetui.listener.pings import extras
from pulsetui.listener.pings.dialect import USUAL_ANSWERS, Declined, Desk, Reading, Understood
from pulsetui.listener.pings.incoming import Action, incoming, said
from pulsetui.monitor.pings.refusals import UNKNOWN_CHECK
from pulsetui.monitor.sink import DEFINABLE

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_UUID_LENGTH = 36
_RID = re.compile(_UUID.pattern, re.IGNORECASE)
_UPPER = re.compile(r"(?=[^A-Z]*[A-Z])[A-Za-z0-9_-]{1,100}")
_MAX_STATUS = 255
_SHOWN = 200  # characters of what is wrong with a definition
_TOO_LARGE_STATUS = 256  # stands for every larger one

# ``success`` is not Healthchecks' own word, but a handful of services with this shape have it. ``skip`` is
# ours.
_ACTIONS = {
    "start": (PingKind.START, None),
    "fail": (PingKind.FAIL, None),
    "log": (PingKind.LOG, None),
    "skip": (PingKind.SKIP, None),
    "success": (PingKind.SUCCESS, None),
}


def is_uuid(text: str) -> bool:
    """Canonical lower-case dashed form: the only one that names a check."""
    return len(text) == _UUID_LENGTH and _UUID.fullmatch(text) is not None


def is_upper(text: str) -> bool:
    """Whether it would be a slug but for its capital letters, which get another answer."""
    return _UPPER.fullmatch(text) is not None


def action_of(text: str) -> Action | None:
    """The action that a path segment names; None when it names none."""
    action = _ACTIONS.get(text)
    if action is None and text.isdecimal() and text.isascii():
        digits = text.lstrip("0")
        status = int(digits or "0") if len(digits) <= 3 else _TOO_LARGE_STATUS
        return (PingKind.FAIL if status else PingKind.SUCCESS), status
    return action


def trimmed(segments: Sequence[str]) -> Sequence[str]:
    """Without the empty segment that a trailing slash leaves."""
    return segments[:-1] if segments and not segments[-1] else segments


class UsualForm:
    """Reads it once the check has been found in the path."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def by_uuid(self, request: Request, code: str, rest: Sequence[str]) -> Reading:
        """``<uuid>[/action]``; ``rest`` are the segments after the uuid."""
        action = None
        if rest:
            action = action_of(rest[0])
            if action is None or len(rest) > 1:
                return _no_path(upper=len(rest) == 1 and is_upper(rest[0]))
        return self.read(request, action, code, None)

    def by_slug(self, request: Request, slug: str, action: Action | None) -> Reading:
        """What stands where a slug should, and which the request is allowed to name."""
        if SLUG.fullmatch(slug) is None:
            return _no_path(slug, upper=is_upper(slug))
        return self.read(request, action, None, slug)

    def read(self, request: Request, action: Action | None, uuid: str | None, slug: str | None) -> Reading:
        """The ping of a check that its path names rightly, by one of both."""
        if action is not None and (action[1] or 0) > _MAX_STATUS:
            return self._decline(request, answers.BAD_URL, "bad url", uuid, slug)
        rid = catch_up = None
        create = False
        definition: Mapping[str, str] = NO_REASONS
        if request.query_string:
            query = request.query  # of equal names the last counts, as in Healthchecks
            create = slug is not None and "create" in query and query["create"][-1] == "1"
            if "rid" in query:
                given = query["rid"][-1]
                if _RID.fullmatch(given) is None:
                    return self._decline(request, answers.BAD_RID, "bad rid", uuid, slug)
                rid = UUID(given)
            elif "series" in query and (series := query["series"][-1]):
                rid = _run_of_series(series)
            try:
                catch_up = extras.catch_up(query)
            except storable.UnstorableError:
                return self._decline(request, answers.BAD_CATCH_UP, "bad catch_up", uuid, slug)
            if create and slug and not self._desk.sink.knows(slug):
                if NEW_SLUG.fullmatch(slug) is None:
                    return Declined(answers.BAD_URL, "bad url", slug)
                definition = {name: query[name][-1] for name in DEFINABLE if name in query}
                if flaw := _flaw(slug, definition):
                    return Declined(answers.bad_definition(flaw), "bad definition", slug)
        heard = said(request, action)
        ping = incoming(request, heard, uuid=uuid, slug=slug, create=create, definition=definition, rid=rid)
        ping = ping if catch_up is None else replace(ping, catch_up=catch_up)
        return Understood(ping, USUAL_ANSWERS, heard.flaws)

    def _decline(
        self, request: Request, response: Response, why: str, uuid: str | None, slug: str | None
    ) -> Declined:
        """An error of a request for a known check, or for one that it would make; an unknown one is not
        found, whatever else is wrong."""
        sink = self._desk.sink
        if slug is None:
            name = uuid or ""
            known = sink.knows_uuid(name)
        else:
            name = slug
            known = sink.knows(slug) or request.last("create") == "1"
        if known:
            return Declined(response, why, name)
        hint = None if slug is None else answers.did_you_mean
        return Declined(answers.NOT_FOUND, UNKNOWN_CHECK, name, hint)


def _flaw(slug: str, definition: Mapping[str, str]) -> str:
    """What is wrong with the check that is to be made, in a sentence; "" when nothing is."""
    if not definition:
        return ""
    try:
        validate_check(slug, definition, default_timezone="UTC", hook_names=())
    except ConfigProblems as error:
        return clean(str(replace(error.problems[0], where="")), _SHOWN)
    return ""


def _no_path(name: str = "", *, upper: bool) -> Declined:
    if upper:
        return Declined(answers.BAD_URL, "bad url", name)
    return Declined(answers.NOT_FOUND, "unknown path", name)


def _run_of_series(series: str) -> UUID:
    """Cronitor's run id, which may be any text: the same text is the same run."""
    return UUID(series) if _RID.fullmatch(series) else uuid5(NAMESPACE_URL, series)
