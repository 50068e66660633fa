"""PT8xx: systemd's timers. ``systemd-analyze verify`` prints a wrong time and exits with 0."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from pulsetui.core.schedule.calendar import Calendar
from pulsetui.core.text.phrases import span_text
from pulsetui.crontab.findings import Finding, KnownCheck, Level, Rule, World
from pulsetui.crontab.timers import Timer, check_of
from pulsetui.errors import ScheduleError

_SERVICE = (
    "[Service]\nType=oneshot\nTimeoutStartSec=1h\nExecStart=/usr/bin/true\nExecStartPost=pulsetui ping"
    " backup\n"
)
_TIMER = "[Timer]\nOnCalendar=daily\nPersistent=true\n\n[Install]\nWantedBy=timers.target\n"
_GOOD = f"{_TIMER}---\n{_SERVICE}"

DISABLED = Rule(
    code="PT801",
    level="error",
    title="The timer is not enabled",
    why="It starts nothing after the next boot, whether its service is enabled or not.",
    wrong="state=disabled",
    right="state=enabled",
)
MASKED = Rule(
    code="PT802",
    level="error",
    title="The timer is masked, or nothing starts it",
    why="A masked timer never starts; one without [Install] starts only where another unit wants it.",
    wrong="state=masked",
    right="state=enabled",
)
PERSISTENT = Rule(
    code="PT803",
    level="note",
    title="The timer has no Persistent=true",
    why="A run whose time passed while the host was off is not made up for.",
    wrong=_GOOD.replace("Persistent=true\n", ""),
    right=_GOOD,
)
DELAY = Rule(
    code="PT804",
    level="warning",
    title="The random delay is longer than the grace of the check",
    why="On some days the run comes so late that the check is overdue.",
    wrong=_GOOD.replace("Persistent", "RandomizedDelaySec=4h\nPersistent"),
    right=_GOOD.replace("Persistent", "RandomizedDelaySec=10min\nPersistent"),
)
NO_TIMEOUT = Rule(
    code="PT805",
    level="note",
    title="A oneshot service has no TimeoutStartSec",
    why="For this type systemd's default is to wait for ever: a run that hangs keeps every later one"
    " from starting.",
    wrong=_GOOD.replace("TimeoutStartSec=1h\n", ""),
    right=_GOOD,
)
NOBODY = Rule(
    code="PT806",
    level="warning",
    title="Nobody is told when the service fails or stops",
    why="It has no OnFailure= and reports to no check.",
    wrong=_GOOD.replace("ExecStartPost=pulsetui ping backup\n", ""),
    right=_GOOD,
)
STALE = Rule(
    code="PT807",
    level="error",
    title="The last start is older than two scheduled ones",
    why="The timer has stopped, whatever its state says.",
    wrong="last=3 days",
    right="last=1 hour",
)
CALENDAR = Rule(
    code="PT808",
    level="error",
    title="OnCalendar is not valid",
    why="systemd ignores the line, and systemd-analyze verify exits with 0.",
    wrong=_GOOD.replace("daily", "dayly"),
    right=_GOOD,
)
RULES = (DISABLED, MASKED, PERSISTENT, DELAY, NO_TIMEOUT, NOBODY, STALE, CALENDAR)

_SLACK = timedelta(minutes=5)
_DAILY_S = 86_400 * 0.9


def look(timers: Sequence[Timer], world: World) -> Iterator[Finding]:
    """What is wrong with these timers. Those of packages are judged only by whether they run."""
    for timer in timers:
        yield from _state(timer)
        if timer.state in ("disabled", "masked"):
            continue
        schedules, flaws = _schedules(timer, world)
        yield from flaws
        yield from _last(timer, schedules, world)
        if not timer.is_packaged:
            yield from _habits(timer, schedules, world)


def _found(
    rule: Rule, timer: Timer, message: str, *, line: int = 1, level: Level | None = None, fix: str = ""
) -> Finding:
    return Finding(
        code=rule.code, level=level or rule.level, path=timer.path, line=line, message=message, fix=fix
    )


def _state(timer: Timer) -> Iterator[Finding]:
    if timer.is_packaged and not check_of(timer):
        return  # a package's own choice, or the person's who turned it off
    if timer.state == "masked":
        yield _found(MASKED, timer, f"is masked: it never starts. Do: systemctl unmask {timer.unit}")
    elif timer.state == "disabled":
        wanted = " (its service is)" if timer.service.state == "enabled" else ""
        message = f"is not enabled{wanted}. Do: systemctl enable --now {timer.unit}"
        yield _found(DISABLED, timer, message)
    elif timer.is_live and timer.state == "static" and not timer.is_active:
        yield _found(MASKED, timer, "has no [Install] section, and nothing has started it", level="warning")


def _schedules(timer: Timer, world: World) -> tuple[list[Calendar], list[Finding]]:
    found, flaws = [], []
    lines = [key.line for key in timer.file.values("Timer", "OnCalendar")] if timer.file else []
    for at, text in enumerate(timer.calendar):
        try:
            found.append(Calendar.parse(text, world.host.zone or "UTC"))
        except ScheduleError as error:
            line = lines[at] if at < len(lines) else 1
            fix = f"OnCalendar={error.suggestion}" if error.suggestion else ""
            flaws.append(
                _found(CALENDAR, timer, f"OnCalendar {error}. {error.hint}".strip(), line=line, fix=fix)
            )
    return found, flaws


def _last(timer: Timer, schedules: Sequence[Calendar], world: World) -> Iterator[Finding]:
    if not (timer.is_live and schedules) or timer.last is None:
        return
    delay = timedelta(seconds=min(timer.delay_s, _DAILY_S))
    before = world.now - delay - _SLACK
    slots: list[datetime] = []
    while len(slots) < 2 and (
        slot := max((at for each in schedules if (at := each.prev(before))), default=None)
    ):
        slots.append(slot)
        before = slot
    if len(slots) == 2 and timer.last < slots[1]:
        span = span_text((world.now - timer.last).total_seconds())
        yield _found(STALE, timer, f"started last {span} ago, and two scheduled starts have passed since")


def _habits(timer: Timer, schedules: Sequence[Calendar], world: World) -> Iterator[Finding]:
    name = check_of(timer)
    check: KnownCheck | None = world.check(name) if name else None
    service = timer.service
    line = timer.file.line if timer.file else (lambda *_: 1)
    if schedules and not timer.persistent and _gap_s(schedules[0], world) >= _DAILY_S:
        message = "a run whose time passes while the host is off is not made up for"
        yield _found(PERSISTENT, timer, message, line=line("Timer", "OnCalendar"), fix="Persistent=true")
    if check is not None and timer.delay_s > check.grace:
        message = (
            f"RandomizedDelaySec is {span_text(timer.delay_s)}, and the check {check.slug} has a grace of"
            f" {span_text(check.grace)}. Do: pulsetui edit {check.slug}"
            f" grace={int(timer.delay_s + check.grace)}s"
        )
        yield _found(DELAY, timer, message, line=line("Timer", "RandomizedDelaySec"))
    if not service.is_loaded:
        return
    if service.type == "oneshot" and service.start_timeout in ("", "infinity"):
        message = f"{service.unit} may run for ever, and no later run starts meanwhile"
        yield _found(NO_TIMEOUT, timer, message, fix="TimeoutStartSec=1h")
    if not (service.on_failure or name):
        message = f"{service.unit} has no OnFailure= and reports to no check: nobody hears of a failure"
        yield _found(NOBODY, timer, message)


def _gap_s(schedule: Calendar, world: World) -> float:
    first = schedule.next(world.now)
    second = schedule.next(first) if first else None
    return (second - first).total_seconds() if first and second else 0.0
