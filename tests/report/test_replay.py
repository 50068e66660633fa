"""What today's rules would have told of the past."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from pulsetui.core.schedule.period import Every
from pulsetui.core.state.alert_rules import AlertRules, Quiet
from pulsetui.core.state.alerting import Alerting
from pulsetui.core.state.check import Check
from pulsetui.core.state.incident import Flip
from pulsetui.core.state.maintenance import MaintenanceWindow
from pulsetui.core.state.status import Reason, Status
from pulsetui.report.replay import Past, replay

NIGHT = datetime(2026, 11, 20, 21, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_what_a_window_held_back_until_the_night_waits_for_the_morning() -> None:
    check = Check(slug="job", name="job", schedule=Every(HOUR))
    down = Flip(at=NIGHT, before=Status.UP, after=Status.DOWN, reason=Reason.FAILED)
    window = MaintenanceWindow(name="move", begin=NIGHT - HOUR, duration=3 * HOUR)
    rules = AlertRules(quiet=(Quiet(time(22), time(7)),))
    alerting = Alerting(hooks={"me": rules}, windows=(window,))
    told = replay([Past(check=check, flips=[down])], alerting, NIGHT - HOUR, NIGHT + 24 * HOUR).told
    assert [(one.at, one.what) for one in told] == [(NIGHT + 10 * HOUR, "down")]


def test_a_job_that_was_paused_while_it_flapped_is_told_nothing_more() -> None:
    check = Check(slug="job", name="job", schedule=Every(HOUR))
    flips = []
    at, status = NIGHT, Status.UP
    for _ in range(6):
        after = Status.DOWN if status is Status.UP else Status.UP
        reason = Reason.FAILED if after is Status.DOWN else None
        flips.append(Flip(at=at, before=status, after=after, reason=reason))
        at, status = at + timedelta(minutes=1), after
    flips.append(Flip(at=at, before=status, after=Status.PAUSED))
    alerting = Alerting(hooks={"me": AlertRules()})
    told = replay([Past(check=check, flips=flips)], alerting, NIGHT, NIGHT + 24 * HOUR).told
    assert [one.what for one in told] == ["down", "up", "down", "up", "down", "flaps"]
