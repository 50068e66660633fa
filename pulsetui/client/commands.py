"""All that a screen, the command line or a script can ask of an engine: one small struct for each verb.

The tag of each class is its verb on the wire, and its fields are those of ``POST /api/pulse/commands``. What
a command must have to make sense is said here, once, for whoever takes one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, TypeAlias, get_args

import msgspec
from msgspec import NODEFAULT, Struct, field

from pulsetui.client.trials import DRILL_WAIT_S
from pulsetui.client.views import CommandResult
from pulsetui.core import storable
from pulsetui.core.state.snooze import Scope
from pulsetui.errors import CommandError, PulseError

_MAX_DEPTH = 16
"""Tables and lists within one another; no key of a check has more than two."""
MAX_DRILL_WAIT_S = 24 * 3600.0
TRIAL_KEY = re.compile(r"(?:test|drill)-[0-9a-f]{4,32}")
DEPLOY_KEY = re.compile(r"deploy-[0-9a-f]{4,32}")
BY_HAND = "command"
"""The key of a check that a person may run: it comes from checks.toml, and never over the network."""
TOO_DEEP = f"fields: more than {_MAX_DEPTH} lists or tables within one another"


class _Asked(Struct, frozen=True, tag_field="verb"):
    """What all of them have."""

    @property
    def verb(self) -> str:
        """The word for it on the wire."""
        return str(self.__struct_config__.tag)

    @property
    def targets(self) -> tuple[str, ...]:
        """What it is done to, one result for each; nothing is to be done where there is none."""
        return ("",)

    def check(self) -> None:
        """Raises CommandError, which names the field, when it lacks what its verb needs."""


class _OnChecks(_Asked, frozen=True):
    slugs: tuple[str, ...] = ()

    @property
    def targets(self) -> tuple[str, ...]:
        return self.slugs

    def check(self) -> None:
        if not self.slugs:
            raise CommandError("slugs: missing; name at least one check")


class _OnOneCheck(_Asked, frozen=True):
    slugs: tuple[str, ...] = ()  # exactly one

    @property
    def targets(self) -> tuple[str, ...]:
        return self.slugs

    @property
    def slug(self) -> str:
        """The check that it is about."""
        return self.slugs[0]

    def check(self) -> None:
        if len(self.slugs) != 1:
            raise CommandError(f"slugs: {self.verb} takes exactly one, got {len(self.slugs)}")


class Pause(_OnChecks, frozen=True, tag="pause"):
    """Nothing is expected of them until they are resumed."""

    by: str = ""  # written into the incident that the pause ends


class Resume(_OnChecks, frozen=True, tag="resume"):
    """They are watched again."""


class UndoPause(_OnChecks, frozen=True, tag="undo_pause"):
    """As if they had not been paused: status, incident and due of before, judged up to now. Refused for one
    that has reported since, or is not paused any more."""


class UndoResume(_OnChecks, frozen=True, tag="undo_resume"):
    """As if they had not been resumed; refused likewise."""


class Acknowledge(_OnChecks, frozen=True, tag="acknowledge"):
    """Calms the open incidents until they recover, or get a reason that was not acknowledged."""

    by: str = ""
    note: str = ""
    any_reason: bool = False  # it covers whatever else the incident brings

    def check(self) -> None:
        _OnChecks.check(self)
        _named(self.verb, self.by)


class Unacknowledge(_OnChecks, frozen=True, tag="unacknowledge"):
    """Takes the acknowledgements back."""


class _OnTargets(_Asked, frozen=True):
    scope: Scope = "check"
    slugs: tuple[str, ...] = ()  # the targets: slugs or tags; none for everything

    @property
    def targets(self) -> tuple[str, ...]:
        return ("",) if self.scope == "everything" else self.slugs

    def check(self) -> None:
        if not self.targets:
            raise CommandError("slugs: missing; name at least one check")


class StartSnooze(_OnTargets, frozen=True, tag="snooze"):
    """No alerts until ``until``. Replaces the snooze that a target had. Results carry targets in ``slug``."""

    until: datetime | None = None  # with a time zone
    by: str = ""
    note: str = ""

    @property
    def end(self) -> datetime:
        """``until`` in UTC. Raises CommandError."""
        if self.until is None:
            raise CommandError("until: missing; say with time zone when the snooze ends")
        try:
            return storable.instant(self.until)
        except storable.UnstorableError as error:
            raise CommandError(f"until: {error}") from None

    def check(self) -> None:
        _OnTargets.check(self)
        _ = self.end
        _named(self.verb, self.by)


class EndSnooze(_OnTargets, frozen=True, tag="unsnooze"):
    """Ends snoozes now; what went down meanwhile and still is will be told."""


class AddCheck(_OnOneCheck, frozen=True, tag="add"):
    """Adds a check to checks.toml. ``fields`` are the keys of its table, spelled as in the file."""

    fields: Mapping[str, object] = field(default_factory=dict)

    def check(self) -> None:
        _OnOneCheck.check(self)
        _bounded(self.fields)


class EditCheck(_OnOneCheck, frozen=True, tag="edit"):
    """Changes keys of a check's table in place; None takes a key out."""

    fields: Mapping[str, object] = field(default_factory=dict)
    new_slug: str | None = None

    def check(self) -> None:
        _OnOneCheck.check(self)
        _bounded(self.fields)


def edit_and_back(
    slug: str, before: Mapping[str, object], changes: Mapping[str, object]
) -> tuple[EditCheck, EditCheck]:
    """An edit of a check whose table is ``before``, and the one that takes it back."""
    return EditCheck((slug,), changes), EditCheck((slug,), {key: before.get(key) for key in changes})


class RemoveCheck(_OnOneCheck, frozen=True, tag="remove"):
    """Takes a check out of checks.toml."""


class UndoRemove(_OnOneCheck, frozen=True, tag="undo_remove"):
    """Puts the table of a removed check back where it was, with its comments. Where the file has changed too
    much for that it is added with ``fields`` at the end, and the message says so."""

    fields: Mapping[str, object] = field(default_factory=dict)

    def check(self) -> None:
        _OnOneCheck.check(self)
        _bounded(self.fields)


class _Trial(_Asked, frozen=True):
    key: str = ""  # of the trial, made up by whoever begins it: it finds it again by that

    def check(self) -> None:
        if not TRIAL_KEY.fullmatch(self.key):
            raise CommandError(f"key: {self.verb} takes one like test-5f0c2a or drill-5f0c2a")


class TestHooks(_Trial, frozen=True, tag="test_hooks"):
    """Sends a test message through the outbox by each of these hooks. Results carry hooks in ``slug``."""

    __test__ = False  # no test of ours

    hooks: tuple[str, ...] = ()
    by: str = ""

    @property
    def targets(self) -> tuple[str, ...]:
        return self.hooks


class StartDrill(_Trial, frozen=True, tag="drill"):
    """Tells of a miss that did not happen by all hooks that would tell of one of this check; without a check
    by all there are. Waits ``wait_s`` for somebody to acknowledge it. Results carry hooks in ``slug``."""

    slugs: tuple[str, ...] = ()  # one at most
    by: str = ""
    wait_s: float = DRILL_WAIT_S

    def check(self) -> None:
        _Trial.check(self)
        if len(self.slugs) > 1:
            raise CommandError(f"slugs: {self.verb} takes one at most, got {len(self.slugs)}")
        if not 0 < self.wait_s <= MAX_DRILL_WAIT_S:
            raise CommandError(f"wait_s: must be more than 0 and at most {MAX_DRILL_WAIT_S:g}")


class EndTrial(_Trial, frozen=True, tag="end_trial"):
    """What of it was not delivered yet is not sent any more."""

    by: str = ""  # who acknowledges the drill; "" ends it without


class _Deploy(_Asked, frozen=True):
    key: str = ""  # of the deploy, made up by whoever begins it

    def check(self) -> None:
        if not DEPLOY_KEY.fullmatch(self.key):
            raise CommandError(f"key: {self.verb} takes one like deploy-5f0c2a")


class BeginDeploy(_Deploy, frozen=True, tag="begin_deploy"):
    """New code comes for these checks: nobody is told of them until it ends, or is not renewed in time."""

    slugs: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    everything: bool = False
    release: str = ""  # what the new code is called
    by: str = ""

    def check(self) -> None:
        _Deploy.check(self)
        if not (self.slugs or self.tags or self.everything):
            raise CommandError("slugs: missing; name checks, tags, or everything")
        if not self.release:
            raise CommandError("release: missing; it says what the new code is called")
        _named(self.verb, self.by)


class RenewDeploy(_Deploy, frozen=True, tag="renew_deploy"):
    """It goes on."""


class EndDeploy(_Deploy, frozen=True, tag="end_deploy"):
    """It is over: what is down is told, and each of its checks has to be good once on the new code."""

    release: str = ""  # if it is called otherwise by now
    exit_status: int | None = None  # of the command that did it


class PauseHooks(_Asked, frozen=True, tag="pause_hooks"):
    """Holds what is for these hooks until they are resumed; nothing is lost. Results carry hooks in
    ``slug``."""

    hooks: tuple[str, ...] = ()

    @property
    def targets(self) -> tuple[str, ...]:
        return self.hooks


class ResumeHooks(PauseHooks, frozen=True, tag="resume_hooks"):
    """Sends what was held."""


class Dismiss(_Asked, frozen=True, tag="dismiss"):
    """Takes away a notice that has been read. It has no result."""

    key: str = ""

    def check(self) -> None:
        if not self.key:
            raise CommandError("key: missing; it names the notice to dismiss")


Operation: TypeAlias = Pause | Resume | UndoPause | UndoResume | Acknowledge | Unacknowledge
"""What is done to the state of checks, each for itself."""
Definition: TypeAlias = AddCheck | EditCheck | RemoveCheck | UndoRemove
"""What changes checks.toml, for one check."""
OfTrial: TypeAlias = TestHooks | StartDrill | EndTrial
"""What tries whether alerts arrive."""
OfDeploy: TypeAlias = BeginDeploy | RenewDeploy | EndDeploy
"""What a deploy tells of itself."""
OfHooks: TypeAlias = PauseHooks | ResumeHooks
"""What is done to hooks."""
AnyCommand: TypeAlias = (
    Operation | StartSnooze | EndSnooze | Definition | OfTrial | OfDeploy | OfHooks | Dismiss
)


def answer_at_once(command: AnyCommand) -> list[CommandResult] | None:
    """What a command is answered that no engine need see: nothing where it is about nothing, a refusal for
    each target where it lacks what its verb needs. None: the engine is to be asked."""
    if not command.targets:
        return []
    try:
        command.check()
    except CommandError as error:
        return refused(command, error)
    return None


def refused(command: AnyCommand, error: PulseError) -> list[CommandResult]:
    """The same refusal for each of its targets."""
    return [CommandResult(slug=target, ok=False, message=str(error)) for target in command.targets]


def decode_command(body: bytes) -> AnyCommand:
    """A command out of JSON, checked. A field that another verb has may be there and says nothing; one that
    no verb has is refused. Raises CommandError, or what msgspec raises."""
    flat = _decode_flat(body)
    kind = KINDS[flat.verb]
    given = {name: getattr(flat, name) for name in kind.__struct_fields__}
    if issubclass(kind, UndoRemove):
        given["fields"] = {name: value for name, value in flat.fields.items() if name != BY_HAND}
    elif isinstance(given.get("fields"), Mapping) and given["fields"].get(BY_HAND) is not None:
        raise CommandError(
            f"fields: {BY_HAND} is run on this host, so it can only be written into checks.toml by hand"
        )
    command: AnyCommand = kind(**given)
    command.check()
    return command


def _named(verb: str, by: str) -> None:
    if not by:
        raise CommandError(f"by: missing; {verb} says who does it")


def _bounded(fields: Mapping[str, object]) -> None:
    """What is within one another without an end could not be taken apart."""
    level: list[object] = [fields]
    for _ in range(_MAX_DEPTH):
        level = [
            inner
            for outer in level
            for inner in (
                outer.values() if isinstance(outer, Mapping) else outer if isinstance(outer, list) else ()
            )
        ]
        if not level:
            return
    raise CommandError(TOO_DEEP)


KINDS: Mapping[str, type[AnyCommand]] = {
    str(kind.__struct_config__.tag): kind for kind in get_args(AnyCommand)
}
"""The class of each verb."""


def _flat() -> type[Any]:
    """One struct with the fields of all verbs, as they come."""
    found = {one.name: one for kind in KINDS.values() for one in msgspec.structs.fields(kind)}
    fields = [(one.name, one.type, {} if one.default is NODEFAULT else one.default) for one in found.values()]
    verb = ("verb", Literal[tuple(KINDS)])
    return msgspec.defstruct("Command", [verb, *fields], kw_only=True, forbid_unknown_fields=True)


_decode_flat = msgspec.json.Decoder(_flat()).decode
