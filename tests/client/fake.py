"""The one engine in memory for all tests: views made by hand, a clock that moves when told.

What it answers to commands is held against the real engine by ``test_client_contract``.
``python -m tests.client.fake`` shows the real screen over it, for looking.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from pulsetui.client.alert import Alert, OnAlert
from pulsetui.client.client import EngineClient, OnChange
from pulsetui.client.commands import (
    Acknowledge,
    AddCheck,
    AnyCommand,
    BeginDeploy,
    Definition,
    Dismiss,
    EditCheck,
    EndDeploy,
    EndSnooze,
    EndTrial,
    OfDeploy,
    OfHooks,
    OfTrial,
    Operation,
    Pause,
    PauseHooks,
    RemoveCheck,
    RenewDeploy,
    Resume,
    ResumeHooks,
    StartDrill,
    StartSnooze,
    TestHooks,
    Unacknowledge,
    UndoPause,
    UndoRemove,
    UndoResume,
    answer_at_once,
    refused,
)
from pulsetui.client.deploys import DeployView, ReleaseJob
from pulsetui.client.host import NOT_LOOKED_AT, HostView
from pulsetui.client.today import Today
from pulsetui.client.trials import Trial, TrialView
from pulsetui.client.trust import TrustRow, check_asked
from pulsetui.client.views import (
    CheckDetails,
    CheckView,
    CommandResult,
    DeliveryView,
    EngineInfo,
    FieldProblem,
    IncidentEntry,
    LogLine,
    Notice,
    RefusedPing,
    Timeline,
    TimelineLane,
    TimelineRun,
)
from pulsetui.core.state.snooze import Snooze, checked_end
from pulsetui.core.state.status import Status
from pulsetui.errors import EngineUnreachableError, PulseError, UnknownCheckError
from pulsetui.report.today import coming
from pulsetui.report.trust import History, trust_row
from tests.client.samples import ABOUT, NOW, crowd, details_of, household, new


class FakeEngine:
    """Implements ``EngineClient``. ``commands`` records what it was asked for."""

    def __init__(
        self,
        views: Sequence[CheckView] = (),
        *,
        now: datetime = NOW,
        real_time: bool = False,
        about: EngineInfo = ABOUT,
    ) -> None:
        self.connected = True
        self.commands: list[AnyCommand] = []
        self.fails_with: Exception | None = None  # what every blocking call then raises
        self.refuse: str = ""  # commands then answer that they could not
        self.problems: tuple[FieldProblem, ...] = ()  # those of the fields, with it
        self.agree: str = ""  # commands then answer that they did, and do nothing
        self.about = about
        self.make_details: Callable[[CheckView], CheckDetails] = details_of
        self.details_by_slug: dict[str, CheckDetails] = {}
        self.deploy_views: tuple[DeployView, ...] = ()
        self.trust_by_slug: dict[str, TrustRow] = {}
        self.trust_since: list[datetime] = []  # what was asked for
        self.today_view: Today | None = None  # but for the span that is asked for
        self.bodies: dict[tuple[str, int], bytes] = {}
        self.notices: tuple[Notice, ...] = ()
        self.log_lines: tuple[LogLine, ...] = ()
        self.snoozes: tuple[Snooze, ...] = ()
        self.rejected: dict[str, int] = {}
        self.refused: tuple[RefusedPing, ...] = ()
        self.pings = 1234
        self.trial_views: list[TrialView] = []  # the newest first
        self.told: Callable[[str], DeliveryView] = self._told_at_once  # what becomes of a trial, by hook
        self.closed = False
        self.host_view = NOT_LOOKED_AT
        self.subscribed = threading.Event()  # somebody has subscribed
        self.listeners: list[OnChange] = []
        self._alerted: list[OnAlert] = []
        self._before: dict[str, CheckView] = {}  # as they were before they were paused or resumed
        self._removed: dict[str, tuple[int, CheckView]] = {}  # with the place that it had
        self._real = datetime.now(UTC) if real_time else None
        self._now = now
        self.views = {v.slug: v for v in views}

    # The clock and what happens by itself

    def now(self) -> datetime:
        return self._now if self._real is None else self._now + (datetime.now(UTC) - self._real)

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)

    @property
    def gone(self) -> bool:
        """Whether nobody answers any more."""
        return isinstance(self.fails_with, EngineUnreachableError)

    @gone.setter
    def gone(self, gone: bool) -> None:
        unreachable = EngineUnreachableError("no engine answers at http://127.0.0.1:8787")
        self.fails_with = unreachable if gone else None

    @property
    def dismissed(self) -> list[str]:
        """The notices that were taken away."""
        return [command.key for command in self.commands if isinstance(command, Dismiss)]

    def put(self, *views: CheckView, removed: Sequence[str] = ()) -> None:
        """The engine has new views: told from another thread, as the real one does."""
        changed = {**self.views, **{v.slug: v for v in views}}
        self.views = {slug: view for slug, view in changed.items() if slug not in removed}
        self.tell(*(v.slug for v in views), *removed)

    def take_away(self, slug: str) -> None:
        self.put(removed=[slug])

    def tell(self, *slugs: str) -> None:
        changed = frozenset(slugs)
        thread = threading.Thread(target=lambda: [listener(changed) for listener in list(self.listeners)])
        thread.start()
        thread.join()

    def alert(self, alert: Alert) -> None:
        thread = threading.Thread(target=lambda: [listener(alert) for listener in list(self._alerted)])
        thread.start()
        thread.join()

    # EngineClient

    def checks(self) -> Mapping[str, CheckView]:
        return self.views

    def info(self) -> EngineInfo:
        return replace(
            self.about,
            now=self.now(),
            pings=self.pings,
            rejected=dict(self.rejected),
            refused=self.refused,
            notices=self.notices,
            snoozes=self.snoozes,
        )

    def subscribe(self, on_change: OnChange) -> Callable[[], None]:
        self.listeners.append(on_change)
        self.subscribed.set()
        return lambda: self.listeners.remove(on_change)

    def subscribe_alerts(self, on_alert: OnAlert) -> Callable[[], None]:
        self._alerted.append(on_alert)
        return lambda: self._alerted.remove(on_alert)

    def details(self, slug: str) -> CheckDetails:
        known = self._known(slug)
        made = self.details_by_slug.get(slug) or self.make_details(known)
        return replace(made, view=known)

    def ping_body(self, slug: str, n: int) -> bytes:
        self._known(slug)
        return self.bodies.get((slug, n), b"")

    def incidents(self, limit: int = 200) -> tuple[IncidentEntry, ...]:
        self._reach()
        entries = [
            IncidentEntry(slug=v.slug, name=v.name, incident=v.incident)
            for v in self.views.values()
            if v.incident is not None
        ]
        return tuple(entries[:limit])

    def trials(self, limit: int = 20) -> tuple[TrialView, ...]:
        self._reach()
        return tuple(self.trial_views[:limit])

    def deploys(self, limit: int = 20) -> tuple[DeployView, ...]:
        self._reach()
        return self.deploy_views[:limit]

    def host(self) -> HostView:
        self._reach()
        return self.host_view

    def timeline(self, slugs: Sequence[str], since: datetime, until: datetime) -> Timeline:
        self._reach()
        lanes = []
        for slug in slugs:
            v = self.views.get(slug)
            if v is None:
                continue
            runs = tuple(
                TimelineRun(n=r.n, started_at=r.started_at, ended_at=r.ended_at, outcome=r.outcome)
                for r in reversed(self.make_details(v).runs)
                if r.started_at is not None and since <= r.started_at <= until
            )
            missed = v.incident.missed if v.incident is not None else ()
            down = ((v.incident.started_at, v.incident.ended_at),) if v.incident is not None else ()
            upcoming = (v.upcoming,) if v.upcoming is not None else ()
            lanes.append(TimelineLane(slug=slug, runs=runs, missed=missed, down=down, upcoming=upcoming))
        return Timeline(since=since, until=until, lanes=tuple(lanes), unwatched=())

    def trust(self, slugs: Sequence[str], since: datetime) -> tuple[TrustRow, ...]:
        self._reach()
        check_asked(slugs)
        self.trust_since.append(since)
        known = [self.details(slug) for slug in slugs if slug in self.views]
        return tuple(
            self.trust_by_slug.get(one.view.slug)
            or trust_row(
                History(view=one.view, runs=one.runs[::-1], incidents=one.incidents), since, self.now()
            )
            for one in known
        )

    def today(self, since: datetime, until: datetime) -> Today:
        self._reach()
        if self.today_view is not None:
            return replace(self.today_view, since=since, until=until)
        ahead = [one for view in self.views.values() if (one := coming(view, self.now(), until))]
        return Today(
            since=since,
            until=until,
            runs=0,
            good=0,
            happened=(),
            told={},
            deploys=(),
            unwatched=(),
            coming=tuple(sorted(ahead, key=lambda one: one.at)),
            untold=(),
        )

    def log(self, limit: int = 500) -> tuple[LogLine, ...]:
        self._reach()
        return self.log_lines[-limit:]

    def do(self, command: AnyCommand) -> list[CommandResult]:
        if (answer := answer_at_once(command)) is not None:
            return answer
        self._reach()
        self.commands.append(command)
        if self.refuse:
            return [
                CommandResult(slug=target, ok=False, message=self.refuse, problems=self.problems)
                for target in command.targets
            ]
        if self.agree:
            return [_yes(target, self.agree) for target in command.targets]
        match command:
            case Dismiss():
                self.notices = tuple(notice for notice in self.notices if notice.key != command.key)
                self.tell()
                return []
            case StartSnooze() | EndSnooze():
                return self._snooze(command)
            case PauseHooks() | ResumeHooks():
                return self._hold(command)
            case TestHooks() | StartDrill() | EndTrial():
                return self._try(command)
            case AddCheck() | EditCheck() | RemoveCheck() | UndoRemove():
                return [self._define(command)]
            case BeginDeploy() | RenewDeploy() | EndDeploy():
                return self._deploy(command)
            case _:
                return [self._operate(command, slug) for slug in command.slugs]

    def close(self) -> None:
        self.closed = True

    # Inside

    def _deploy(self, command: OfDeploy) -> list[CommandResult]:
        if isinstance(command, BeginDeploy):
            tagged = {tag for view in self.views.values() for tag in view.tags}
            no_tags = [tag for tag in command.tags if tag not in tagged]
            no_slugs = [slug for slug in command.slugs if slug not in self.views]
            refused = [_no(slug, f"there is no check {slug}") for slug in no_slugs]
            refused += [_no(tag, f"no check has the tag {tag}") for tag in no_tags]
            slugs = [slug for slug in command.slugs if slug in self.views]
            tags = [tag for tag in command.tags if tag in tagged]
            if not (slugs or tags or command.everything):
                return refused
            jobs = tuple(
                ReleaseJob(slug=one.slug, name=one.name, proof="waiting", at=None, next_due=one.upcoming)
                for one in self.views.values()
                if command.everything or one.slug in slugs or {*tags} & {*one.tags}
            )
            made = DeployView(
                key=command.key,
                release=command.release,
                begun_at=self.now(),
                released_at=None,
                was_heard=False,
                exit_status=None,
                by=command.by,
                targets=(
                    *(("everything",) if command.everything else ()),
                    *slugs,
                    *(f"tag {tag}" for tag in tags),
                ),
                jobs=jobs,
            )
            self.deploy_views = (made, *self.deploy_views)
            return [*refused, _yes("", f"the deploy of {made.release} has begun")]
        known = next((one for one in self.deploy_views if one.key == command.key), None)
        if known is None:
            return [_no("", "this engine knows nothing of the deploy")]
        if isinstance(command, RenewDeploy):
            return [_yes("", "alerts are kept back")]
        release = command.release or known.release
        ended = replace(
            known,
            release=release,
            released_at=self.now(),
            was_heard=True,
            exit_status=command.exit_status,
        )
        self.deploy_views = tuple(ended if one is known else one for one in self.deploy_views)
        return [_yes("", f"the deploy of {release} is over")]

    def _try(self, command: OfTrial) -> list[CommandResult]:
        if isinstance(command, EndTrial):
            self.trial_views = [
                replace(
                    one,
                    trial=replace(
                        one.trial,
                        ended_at=self.now(),
                        acknowledged_at=self.now() if command.by else None,
                        acknowledged_by=command.by,
                    ),
                )
                if one.trial.key == command.key
                else one
                for one in self.trial_views
            ]
            return [_yes(command.key, "it is over")]
        drill = isinstance(command, StartDrill)
        hooks = self.about.hook_names if isinstance(command, StartDrill) else command.hooks
        trial = Trial(
            key=command.key,
            kind="drill" if drill else "test",
            begun_at=self.now(),
            hooks=hooks,
            by=command.by,
            slug="".join(command.slugs) if isinstance(command, StartDrill) else "",
        )
        deliveries = tuple(self.told(hook) for hook in hooks)
        self.trial_views.insert(0, TrialView(trial=trial, deliveries=deliveries))
        return [_yes(hook, f"a {trial.kind} goes out by {hook}") for hook in hooks]

    def _hold(self, command: OfHooks) -> list[CommandResult]:
        at = None if isinstance(command, ResumeHooks) else self.now()
        hooks = {one.name: one for one in self.about.hooks}
        known = {name: replace(hooks[name], paused_at=at) for name in command.hooks if name in hooks}
        self.about = replace(self.about, hooks=tuple((hooks | known).values()))
        self.tell()
        return [
            _yes(name, f"{name} is {'paused' if at else 'resumed'}")
            if name in known
            else _no(name, f"there is no hook {name}")
            for name in command.hooks
        ]

    def _told_at_once(self, hook: str) -> DeliveryView:
        now = self.now()
        return DeliveryView(
            hook=hook, event="test", flip_at=now, tries=1, delivered_at=now, next_try_at=None, error=""
        )

    def _reach(self) -> None:
        if self.fails_with is not None:
            raise self.fails_with

    def _known(self, slug: str) -> CheckView:
        self._reach()
        if slug not in self.views:
            raise UnknownCheckError(f"there is no check {slug}")
        return self.views[slug]

    def _operate(self, command: Operation, slug: str) -> CommandResult:
        v = self.views.get(slug)
        if v is None:
            return _no(slug, f"there is no check {slug}")
        match command:
            case Pause():
                if v.status is Status.PAUSED:
                    return _no(slug, f"{v.name} is paused already")
                self._before[slug] = v
                made, did = replace(v, status=Status.PAUSED, reason=None, incident=None), "is paused"
            case Resume():
                if v.status is not Status.PAUSED:
                    return _no(slug, f"{v.name} is not paused")
                self._before[slug] = v
                made, did = replace(v, status=Status.NEW), "is resumed and watched again"
            case UndoPause() | UndoResume():
                return self._undo(command, v)
            case Acknowledge() | Unacknowledge():
                if v.incident is None:
                    return _no(slug, f"{v.name} is not down: there is nothing to acknowledge")
                made, did = self._acknowledged(command, v)
        self.put(made)
        return _yes(slug, f"{v.name} {did}")

    def _undo(self, command: UndoPause | UndoResume, v: CheckView) -> CommandResult:
        what, left_behind = (
            ("pause", Status.PAUSED) if isinstance(command, UndoPause) else ("resume", Status.NEW)
        )
        cannot = f"the {what} of {v.name} cannot be undone"
        if v.status is not left_behind:
            return _no(v.slug, f"{cannot}: it is {v.status} now")
        before = self._before.pop(v.slug, None)
        if before is None:
            return _no(v.slug, f"{cannot}: it has reported, or was not watched, since then")
        self.put(before)
        return _yes(v.slug, f"the {what} of {v.name} is undone")

    def _acknowledged(self, command: Acknowledge | Unacknowledge, v: CheckView) -> tuple[CheckView, str]:
        assert v.incident is not None
        if isinstance(command, Acknowledge):
            known = replace(
                v.incident, acknowledged_at=self.now(), acknowledged_by=command.by, note=command.note
            )
            return replace(v, incident=known), "is acknowledged"
        unknown = replace(v.incident, acknowledged_at=None, acknowledged_by="", note="")
        return replace(v, incident=unknown), "is no longer acknowledged"

    def _snooze(self, command: StartSnooze | EndSnooze) -> list[CommandResult]:
        scope, names = command.scope, command.targets
        if isinstance(command, StartSnooze):
            try:
                checked_end(command.end, f"{command.end:%Y-%m-%d %H:%M %Z}", self.now())
            except PulseError as error:
                return refused(command, error)
        troubles = {name: trouble for name in names if (trouble := self._trouble(command, name))}
        good = [name for name in names if name not in troubles]
        kept = [one for one in self.snoozes if one.scope != scope or one.target not in good]
        did = "is no longer snoozed"
        if isinstance(command, StartSnooze):
            did = "is snoozed"
            kept += [
                Snooze(scope=scope, target=name, until=command.end, by=command.by, note=command.note)
                for name in good
            ]
        self.snoozes = tuple(kept)
        self.put(*(replace(v, snoozed_until=self._snoozed_until(v)) for v in self.views.values()))
        troubled = [_no(name, trouble) for name, trouble in troubles.items()]
        return troubled + [_yes(name, f"{name or 'everything'} {did}") for name in good]

    def _trouble(self, command: StartSnooze | EndSnooze, name: str) -> str:
        if isinstance(command, EndSnooze):
            running = {(one.scope, one.target) for one in self.snoozes}
            return "" if (command.scope, name) in running else f"{name or 'everything'} is not snoozed"
        if command.scope == "check" and name not in self.views:
            return f"there is no check {name}"
        if command.scope == "tag" and not any(name in v.tags for v in self.views.values()):
            return f"no check has the tag {name}"
        return ""

    def _snoozed_until(self, v: CheckView) -> datetime | None:
        ends = [
            one.until
            for one in self.snoozes
            if one.scope == "everything" or one.target == (v.slug if one.scope == "check" else one.target)
            if one.scope != "tag" or one.target in v.tags
        ]
        return max(ends, default=None)

    def _define(self, command: Definition) -> CommandResult:
        slug = command.slug
        match command:
            case AddCheck():
                if slug in self.views:
                    return _no(slug, f"there is a check {slug} already")
                self.put(new(slug, name=str(command.fields.get("name", slug))))
                return _yes(slug, f"{slug} added")
            case UndoRemove():
                return self._bring_back(command)
            case EditCheck():
                if slug not in self.views:
                    return _no(slug, f"there is no check {slug}")
                self._rename(slug, command.new_slug or slug)
                return _yes(slug, f"{command.new_slug or slug} updated")
            case RemoveCheck():
                if slug not in self.views:
                    return _no(slug, f"there is no check {slug}")
                self._removed[slug] = (list(self.views).index(slug), self.views[slug])
                self.take_away(slug)
                return _yes(slug, f"{slug} deleted")

    def _bring_back(self, command: UndoRemove) -> CommandResult:
        slug = command.slug
        if slug not in self._removed:
            self.put(new(slug, name=str(command.fields.get("name", slug))))
            end = f"{slug} is now at the end of checks.toml, without its comments"
            return _yes(slug, f"{end}: the file changed where it was")
        place, view = self._removed.pop(slug)
        views = list(self.views.values())
        self.views = {v.slug: v for v in (*views[:place], view, *views[place:])}
        self.tell(slug)
        return _yes(slug, f"{slug} restored")

    def _rename(self, slug: str, new_slug: str) -> None:
        if new_slug != slug:
            renamed = replace(self.views[slug], slug=new_slug)
            self.views = {v.slug: v for v in (renamed if v.slug == slug else v for v in self.views.values())}
            self.tell(slug, new_slug)


def _yes(slug: str, message: str) -> CommandResult:
    return CommandResult(slug=slug, ok=True, message=message)


def _no(slug: str, message: str) -> CommandResult:
    return CommandResult(slug=slug, ok=False, message=message)


def _conforms(engine: FakeEngine) -> EngineClient:
    """mypy proves here that the fake has the shape it stands for."""
    return engine


def main() -> None:
    """Shows the screen over a fake engine: ``python -m tests.client.fake [COUNT]``."""
    import os
    import sys
    from zoneinfo import ZoneInfo

    from pulsetui.tui.app import PulseApp
    from pulsetui.tui.draw.plain_glyphs import lacks_glyphs
    from pulsetui.tui.terminal.colours import find_colours

    count = int(sys.argv[1]) if len(sys.argv) > 1 else -1
    views = household() if count < 0 else crowd(count)
    engine = FakeEngine(views, real_time=True)
    if os.environ.get("FAKE_NOTICE"):
        engine.notices = (Notice(key="config", level="error", text=os.environ["FAKE_NOTICE"]),)
    PulseApp(
        engine,
        host=ZoneInfo("Europe/Riga"),
        theme=os.environ.get("FAKE_THEME", ""),
        ascii_only=lacks_glyphs(os.environ, sys.stdout.encoding),
        colours=find_colours(os.environ).colours,
    ).run()


if __name__ == "__main__":
    main()
