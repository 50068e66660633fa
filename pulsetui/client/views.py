"""What a screen or a script may know of the engine: immutable values, the same in process and over HTTP.

Field names are the Healthchecks Management API's where it has them. Instants are UTC; durations are seconds
(float), since these values travel as JSON. ``status`` is our own word (``late``, not ``grace``).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct, field

from pulsetui.client.deploys import CheckRelease
from pulsetui.client.hooks import HookState, WatchdogState
from pulsetui.core.schedule.schedule import ScheduleKind
from pulsetui.core.state.alert_plan import HookPlan
from pulsetui.core.state.incident import Flip
from pulsetui.core.state.snooze import Snooze
from pulsetui.core.state.status import Outcome, PingKind, Reason, Status


class IncidentView(Struct, frozen=True, kw_only=True, gc=False):
    """An incident, open while ``ended_at`` is None."""

    n: int
    reason: Reason
    detail: str
    started_at: datetime  # of several failures in a row that it took, the first
    ended_at: datetime | None
    missed: tuple[datetime, ...]  # scheduled instants without a run, oldest first; long lists are cut
    missed_count: int
    acknowledged_at: datetime | None
    acknowledged_by: str
    note: str
    closed_by: str = ""  # what ended it, if it was no recovery: "pause, root"


class CheckView(Struct, frozen=True, kw_only=True, gc=False):
    """One row of the table and everything its line may show."""

    slug: str
    uuid: str
    name: str
    desc: str
    tags: tuple[str, ...]
    hooks: tuple[str, ...]  # names of the hooks that will be told
    status: Status
    reason: Reason | None  # set when down
    detail: str  # what is wrong, in words; "" when nothing is
    since: datetime  # since when it has this status (the flip; created_at when new), or its incident began
    started: bool  # a run is going on
    started_at: datetime | None  # start of the newest running run
    run_bound: datetime | None  # when that run will count as hung
    running: int  # number of runs going on
    unwatched: bool  # its last deadline passed while nobody was watching: cannot be judged yet
    last_ping: datetime | None  # last success or fail
    last_kind: PingKind | None  # which of the two it was
    last_success: datetime | None
    last_duration: float | None  # of the last finished run with a known start
    usual_duration: float | None  # median of recent runs
    last_metrics: Mapping[str, float]
    next_ping: datetime | None  # due: when the next success is expected; while down: the due that was missed
    deadline: datetime | None  # due + grace
    upcoming: datetime | None  # the next scheduled instant in the future, whatever the status
    first_due: (
        datetime | None
    )  # of one that waits for its first report: when that would be due; nothing is judged by it
    schedule_kind: ScheduleKind
    schedule: str
    tz: str
    schedule_words: str
    grace: float
    max_runtime: float | None
    n_pings: int
    manual_resume: bool
    incident: IncidentView | None  # the open one
    history: str  # two characters a run or missed slot, oldest first; see core.history
    created_at: datetime
    last_line: str  # the last non-empty line of the last body, unsafe text
    noted: str = ""  # an overlap or a duplicate run since the last run that was neither, in words
    progress: str = ""  # how far the newest running run is, as it says itself; unsafe text
    skipped: str = ""  # how many runs were skipped since the last success or fail, and why the newest; unsafe
    unprovable: str = ""  # how many good runs in a row cannot be proven, and why the newest; unsafe text
    snoozed_until: datetime | None = None  # no alerts until then
    unusual: str = ""  # metrics of the last good run that are far from the usual, in words; unsafe text
    hung_since: datetime | None = None  # start of the newest run past its bound that has not reported its end
    maintained_until: datetime | None = None  # a window of maintenance is open until then: nobody is told
    source: tuple[str, str] | None = None  # who schedules it, and under which key; unsafe text

    @property
    def is_running(self) -> bool:
        """Whether the end of a run has not been reported, hung or not."""
        return self.started or self.hung_since is not None

    @property
    def going_since(self) -> datetime | None:
        """Start of the newest such run."""
        return self.started_at if self.started else self.hung_since

    @property
    def acknowledged(self) -> bool:
        """Whether somebody knows of its open incident."""
        return self.incident is not None and self.incident.acknowledged_at is not None


def oddity_of(*, duplicate: bool, overlaps: int | None) -> Reason | None:
    """What is odd about a run, however it ended."""
    if duplicate:
        return Reason.RAN_TWICE
    return None if overlaps is None else Reason.OVERLAP


class RunView(Struct, frozen=True, kw_only=True, gc=False):
    """One run of the details screen."""

    n: int
    rid: str | None
    started_at: datetime | None
    ended_at: datetime | None
    slot: datetime | None
    outcome: Outcome
    duration: float | None
    exit_status: int | None
    metrics: Mapping[str, float]
    overlaps: int | None
    duplicate: bool
    detail: str
    catch_up: bool = False  # a person ran it to make up for ``slot``; it was judged by nobody
    proof: str = ""  # what was seen of its work: "proven: …", "unmet: …", "not provable: …"; unsafe

    @property
    def oddity(self) -> Reason | None:
        """Why it should not have run as it did: ``RAN_TWICE`` or ``OVERLAP``."""
        return oddity_of(duplicate=self.duplicate, overlaps=self.overlaps)


class PingView(Struct, frozen=True, kw_only=True):
    """One recorded ping. ``ua``, ``remote_addr`` and ``body_start`` are unsafe text from the network."""

    n: int
    kind: PingKind
    at: datetime
    received_at: datetime  # later than ``at`` when it came through the spool
    method: str
    scheme: str
    remote_addr: str
    ua: str
    rid: str | None
    exit_status: int | None
    body_size: int  # bytes that came, of which 100 kB are kept
    body_start: str  # first characters of it, decoded with replacement
    run: int | None = None  # n of the run it belongs to


class DeliveryView(Struct, frozen=True, kw_only=True):
    """What one hook did about one flip."""

    hook: str
    event: str  # "down", "up", "acknowledged", "unwatched", "note"
    flip_at: datetime
    tries: int
    delivered_at: datetime | None
    next_try_at: datetime | None
    error: str
    reminder: int = 0  # 3 for the third


class CheckDetails(Struct, frozen=True, kw_only=True):
    """All that the details screen shows; lists are newest first and bounded."""

    view: CheckView
    fields: Mapping[str, object]  # the check's table in checks.toml, as written
    runs: tuple[RunView, ...]
    pings: tuple[PingView, ...]
    incidents: tuple[IncidentView, ...]
    flips: tuple[Flip, ...]
    deliveries: tuple[DeliveryView, ...]
    due_next: tuple[datetime, ...]  # the next five due instants
    schedule_warnings: tuple[str, ...]
    plans: tuple[HookPlan, ...] = ()  # of the open incident: when each hook tells of it next
    maintained_until: datetime | None = None  # a window of maintenance is open: nobody is told
    deploy: CheckRelease | None = None  # the newest that brought new code for it
    caught_up: tuple[datetime, ...] | None = None
    # ^ slots that a good run has made up for; None of an engine that would take such a run for a regular one
    waits_for: tuple[str, ...] = ()  # slugs that it depends on and that are down: nobody is told

    @property
    def source(self) -> str:
        """Where its schedule stands, if not in checks.toml: "nightly in shop/celery-beat"; unsafe text."""
        source = self.fields.get("source")
        return f"{source.get('key')} in {source.get('from')}" if isinstance(source, Mapping) else ""

    @property
    def regular_runs(self) -> tuple[RunView, ...]:
        """The runs without those that a person made up for a missed slot with."""
        return tuple(run for run in self.runs if not run.catch_up)


class Notice(Struct, frozen=True, kw_only=True):
    """Something the person should read: stays until it is no longer true or is dismissed."""

    key: str  # identifies it: "config", "store", "hook:desktop", "unwatched", …
    level: Literal["info", "warning", "error"]
    text: str  # one line or a few; may hold unsafe text


class RefusedPing(Struct, frozen=True, kw_only=True):
    """Pings under one name that were refused. Texts came over the network; they are cleaned and short."""

    name: str  # the slug, or uuid, that they asked for
    why: str
    count: int
    first_at: datetime
    last_at: datetime
    remote_addr: str  # of the last one, as is the user agent
    ua: str
    nearest: str  # the slug that was probably meant; "" when none is near
    creatable: bool  # a check of that name would take them


class IncidentEntry(Struct, frozen=True, kw_only=True):
    """An incident of some check, for a list over all checks."""

    slug: str
    name: str
    incident: IncidentView


class TimelineRun(Struct, frozen=True, kw_only=True):
    """A run on a time axis. ``started_at`` is None for a success without a start."""

    n: int
    started_at: datetime | None
    ended_at: datetime | None  # None while it goes on
    outcome: Outcome
    oddity: Reason | None = None  # RAN_TWICE or OVERLAP
    catch_up: datetime | None = None  # the slot that it made up for


class TimelineLane(Struct, frozen=True, kw_only=True):
    """One check on a time axis."""

    slug: str
    runs: tuple[TimelineRun, ...]  # oldest first, bounded
    missed: tuple[datetime, ...]  # scheduled instants without a run
    down: tuple[tuple[datetime, datetime | None], ...]  # incidents: since, until
    upcoming: tuple[datetime, ...]  # scheduled instants still to come, bounded
    maintenance: tuple[
        tuple[datetime, datetime, str], ...
    ] = ()  # windows as checks.toml has them now: since, until, name; past and to come, bounded
    deploys: tuple[tuple[datetime, datetime | None, str], ...] = ()
    # ^ of new code for it: begin, end (None while it goes on), release


class Timeline(Struct, frozen=True, kw_only=True):
    """What happened and what is to come in ``(since, until)``."""

    since: datetime
    until: datetime
    lanes: tuple[TimelineLane, ...]
    unwatched: tuple[tuple[datetime, datetime, str], ...]  # since, until, why


class LogLine(Struct, frozen=True, kw_only=True):
    """One line of the engine's log; unsafe text."""

    at: datetime
    level: str  # "INFO", "WARNING", "ERROR"
    text: str


class EngineInfo(Struct, frozen=True, kw_only=True):
    """The engine itself."""

    version: str
    pid: int
    started_at: datetime
    now: datetime  # the engine's clock when this was made, or when it was last heard of
    address: str  # where the listener is, "127.0.0.1:8787"; "" when it has none
    base_url: str  # what a job on this host puts before a uuid: "http://127.0.0.1:8787/ping/"
    config_path: str
    state_dir: str
    timezone: str  # default zone of checks
    hook_names: tuple[str, ...] = ()
    hooks: tuple[HookState, ...] = ()  # how each of them is doing
    pings: int = 0  # taken since the engine started
    rejected: Mapping[str, int] = field(default_factory=dict)  # answers that were not OK, by what they said
    refused: tuple[RefusedPing, ...] = ()  # by name, what resembles a check first, then the newest
    notices: tuple[Notice, ...] = ()
    watchdogs: tuple[WatchdogState, ...] = ()  # whom PulseTUI tells that it is alive
    snoozes: tuple[Snooze, ...] = ()
    keys: Mapping[str, str] = field(default_factory=dict)  # [keys]: name of a key binding → the key for it
    ping_key: str | None = ""  # stands before a slug: "" where it is not needed; None: no slug is taken
    host_tz: str = ""  # the zone of the engine's host, which its cron reads; "" where that is not certain
    unheard: str = (
        ""  # why nobody would be told of a failure, or of some; also where the notice was dismissed
    )
    system_tz: str = ""  # the zone of /etc/localtime there, where TZ names another: cron may have no TZ

    def uuid_url(self, uuid: str) -> str:
        """What reports a success by uuid; "" without a listener."""
        return f"{self.base_url}{uuid}" if self.base_url else ""

    def ping_url(self, slug: str, uuid: str) -> str:
        """What reports a success of that check: by slug where slugs are taken."""
        if self.ping_key is None or not self.base_url:
            return self.uuid_url(uuid)
        return f"{self.base_url}{self.ping_key}{'/' if self.ping_key else ''}{slug}"


class SchedulePreview(Struct, frozen=True, kw_only=True):
    """What the edit form shows while somebody types."""

    words: str
    upcoming: tuple[datetime, ...]
    tz: str


class FieldProblem(Struct, frozen=True, kw_only=True):
    """One thing wrong with one field of a submitted check."""

    field: str
    message: str
    suggestion: str = ""
    better: str = ""  # a text that would do in this field


class CommandResult(Struct, frozen=True, kw_only=True):
    """The answer to one command for one check."""

    slug: str
    ok: bool
    message: str  # what happened, or why not, in a sentence
    problems: tuple[FieldProblem, ...] = ()
    warnings: tuple[str, ...] = ()  # what is probably not meant, though it was done
