"""One contract for every engine that a screen may look at: the one in this process, the same over HTTP, and
the fake one that stands for both in the other tests. What differed here would be a lie there.

The real ones are one service on a real socket with a real database; pings come in over HTTP.
"""

from __future__ import annotations

import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pulsetui.attach.remote import RemoteEngine
from pulsetui.client.alert import Alert, AlertEvent
from pulsetui.client.client import EngineClient, do_one
from pulsetui.client.commands import (
    Acknowledge,
    AddCheck,
    AnyCommand,
    BeginDeploy,
    Dismiss,
    EditCheck,
    EndDeploy,
    EndSnooze,
    Pause,
    RemoveCheck,
    RenewDeploy,
    Resume,
    StartSnooze,
    Unacknowledge,
    UndoPause,
    UndoRemove,
    UndoResume,
)
from pulsetui.client.trust import MAX_ASKED
from pulsetui.client.views import CommandResult
from pulsetui.core.state.status import Reason, Status
from pulsetui.errors import PulseError, UnknownCheckError
from pulsetui.monitor.local import LocalEngine
from pulsetui.service import open_service
from tests.client.fake import FakeEngine
from tests.client.samples import failed, new

TIMEOUT_S = 10.0
HOUR = timedelta(hours=1)
PROBE = "probe"
CONFIG = """\
timezone = "UTC"

[maintenance.move]
at = "2099-01-01 00:00"
duration = "1h"
tags = ["ops"]

# Runs from cron at two.
[checks.nightly]
name = "Nightly import"
cron = "0 2 * * *"
tags = ["ops"]

[checks.often]
name = "Often"
every = "15m"
"""


class World:
    """An engine with the checks ``nightly`` and ``often``, of which nothing was heard yet."""

    def __init__(
        self, client: EngineClient, fail: Callable[[str], object], alert: Callable[[Alert], object]
    ) -> None:
        self.client = client
        self.alert = alert
        self._fail = fail
        self._condition = threading.Condition()
        client.subscribe(self._changed)

    def _changed(self, _: frozenset[str]) -> None:
        with self._condition:
            self._condition.notify_all()

    def until(self, true: Callable[[], object]) -> None:
        """What an engine elsewhere did arrives a moment later."""
        with self._condition:
            assert self._condition.wait_for(true, TIMEOUT_S)

    def status(self, slug: str) -> Status:
        return self.client.checks()[slug].status

    def fail(self, slug: str) -> None:
        """The job says that it failed."""
        self._fail(slug)
        self.until(lambda: self.status(slug) is Status.DOWN)

    def done(self, command: AnyCommand) -> None:
        """Each of its targets was done."""
        results = self.client.do(command)
        assert all(result.ok for result in results), results


def wait_for_its_stream(engine: LocalEngine) -> None:
    """Returns when whoever attached is told of things: until then an alert is for nobody."""
    probe = Alert(event=AlertEvent.NOTE, at=datetime(2026, 11, 20, tzinfo=UTC), title=PROBE, body="")
    for _ in range(1000):
        if engine.publish(probe):
            return
        threading.Event().wait(TIMEOUT_S / 1000)
    raise AssertionError("nobody has attached")


@contextmanager
def a_real_one(folder: Path, *, attached: bool) -> Iterator[World]:
    config = folder / "checks.toml"
    config.write_text(CONFIG)
    with open_service(config, folder / "state", ("127.0.0.1", 0)) as service:

        def fail(slug: str) -> None:
            with urllib.request.urlopen(
                f"{service.engine_url}/ping/{slug}/fail", timeout=TIMEOUT_S
            ) as answer:
                assert answer.read() == b"OK"

        if not attached:
            yield World(service.client, fail, service.client.publish)
            return
        key = service.engine.door.api_keys().full[0]
        remote = RemoteEngine.connect(service.engine_url, key)
        try:
            wait_for_its_stream(service.client)
            yield World(remote, fail, service.client.publish)
        finally:
            remote.close()


def a_fake_one() -> World:
    views = [new("nightly", name="Nightly import", tags=("ops",)), new("often", name="Often")]
    fake = FakeEngine(views, now=datetime.now(UTC))
    return World(fake, lambda slug: fake.put(failed(slug, name=fake.views[slug].name)), fake.alert)


@pytest.fixture(params=["local", "remote", "fake"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    if request.param == "fake":
        yield a_fake_one()
        return
    with a_real_one(tmp_path, attached=request.param == "remote") as made:
        yield made


def said(results: list[CommandResult]) -> list[tuple[str, bool, str]]:
    return [(result.slug, result.ok, result.message) for result in results]


def test_checks_come_in_the_order_of_the_configuration_and_what_was_given_stays(world: World) -> None:
    before = world.client.checks()
    assert list(before) == ["nightly", "often"]

    world.done(Pause(("often",), by="eva"))

    world.until(lambda: world.status("often") is Status.PAUSED)
    assert before["often"].status is Status.NEW
    assert world.client.connected


def test_a_pause_is_undone_or_ended_and_says_so(world: World) -> None:
    do = world.client.do
    assert said(do(Pause(("nightly", "often"), by="eva"))) == [
        ("nightly", True, "Nightly import is paused"),
        ("often", True, "Often is paused"),
    ]
    assert said(do(Pause(("often",)))) == [("often", False, "Often is paused already")]
    assert said(do(UndoResume(("often",)))) == [
        ("often", False, "the resume of Often cannot be undone: it is paused now")
    ]
    assert said(do(UndoPause(("often",)))) == [("often", True, "the pause of Often is undone")]
    world.until(lambda: world.status("often") is Status.NEW)
    assert said(do(UndoPause(("often",)))) == [
        ("often", False, "the pause of Often cannot be undone: it is new now")
    ]
    assert said(do(Resume(("nightly",)))) == [
        ("nightly", True, "Nightly import is resumed and watched again")
    ]
    assert said(do(Resume(("nightly",)))) == [("nightly", False, "Nightly import is not paused")]
    assert said(do(UndoResume(("nightly",)))) == [("nightly", True, "the resume of Nightly import is undone")]
    world.until(lambda: world.status("nightly") is Status.PAUSED)


def test_a_pause_that_is_undone_brings_the_incident_back(world: World) -> None:
    world.fail("often")
    world.done(Pause(("often",), by="eva"))
    world.until(lambda: world.status("often") is Status.PAUSED)
    paused = world.client.checks()["often"]
    assert (paused.reason, paused.incident) == (None, None)

    world.done(UndoPause(("often",)))

    world.until(lambda: world.status("often") is Status.DOWN)
    back = world.client.checks()["often"]
    assert back.reason is Reason.FAILED
    assert back.incident is not None


def test_an_acknowledgement_says_who_and_why_until_it_is_taken_back(world: World) -> None:
    do = world.client.do
    nothing = "Often is not down: there is nothing to acknowledge"
    assert said(do(Acknowledge(("often",), by="eva"))) == [("often", False, nothing)]
    assert said(do(Unacknowledge(("often",)))) == [("often", False, nothing)]
    world.fail("often")

    acknowledged = do(Acknowledge(("often",), by="eva", note="disk"))

    assert said(acknowledged) == [("often", True, "Often is acknowledged")]
    world.until(lambda: world.client.checks()["often"].acknowledged)
    incident = world.client.checks()["often"].incident
    assert incident is not None
    assert (incident.acknowledged_by, incident.note) == ("eva", "disk")

    assert said(do(Unacknowledge(("often",)))) == [("often", True, "Often is no longer acknowledged")]
    world.until(lambda: not world.client.checks()["often"].acknowledged)


def test_snoozes_of_a_check_a_tag_and_everything(world: World) -> None:
    do, soon = world.client.do, world.client.now().replace(microsecond=0) + HOUR
    snoozed = do(StartSnooze("check", ("often", "nope"), until=soon, by="eva", note="move"))
    assert said(snoozed) == [("nope", False, "there is no check nope"), ("often", True, "often is snoozed")]
    assert said(do(StartSnooze("tag", ("ops", "nope"), until=soon + HOUR, by="eva"))) == [
        ("nope", False, "no check has the tag nope"),
        ("ops", True, "ops is snoozed"),
    ]
    assert said(do(StartSnooze("everything", until=soon, by="eva"))) == [("", True, "everything is snoozed")]

    world.until(lambda: len(world.client.info().snoozes) == 3)
    assert {(one.scope, one.target, one.by, one.note) for one in world.client.info().snoozes} == {
        ("check", "often", "eva", "move"),
        ("tag", "ops", "eva", ""),
        ("everything", "", "eva", ""),
    }
    checks = world.client.checks()
    assert (checks["often"].snoozed_until, checks["nightly"].snoozed_until) == (soon, soon + HOUR)

    assert said(do(EndSnooze("check", ("nightly", "often")))) == [
        ("nightly", False, "nightly is not snoozed"),
        ("often", True, "often is no longer snoozed"),
    ]
    assert said(do(EndSnooze("everything"))) == [("", True, "everything is no longer snoozed")]
    assert said(do(EndSnooze("everything"))) == [("", False, "everything is not snoozed")]
    world.until(lambda: world.client.checks()["often"].snoozed_until is None)


@pytest.mark.parametrize("ahead", [-HOUR, timedelta(days=367)])
def test_a_snooze_ends_within_a_year(world: World, ahead: timedelta) -> None:
    until = world.client.now() + ahead
    (result,) = world.client.do(StartSnooze("check", ("often",), until=until, by="eva"))
    assert not result.ok
    assert f'"{until:%Y-%m-%d %H:%M} UTC" ' in result.message
    assert world.client.info().snoozes == ()


def test_a_check_is_added_edited_renamed_and_removed(world: World) -> None:
    client = world.client
    assert do_one(client, AddCheck(("backup",), {"every": "1h", "name": "Back up"})) == CommandResult(
        slug="backup", ok=True, message="backup added"
    )
    world.until(lambda: "backup" in client.checks())
    assert client.checks()["backup"].name == "Back up"
    assert not do_one(client, AddCheck(("backup",), {"every": "1h"})).ok

    edited = do_one(client, EditCheck(("backup",), {"grace": "9m"}, new_slug="copy"))
    assert (edited.slug, edited.ok, edited.message) == ("backup", True, "copy updated")
    world.until(lambda: "copy" in client.checks() and "backup" not in client.checks())

    removed = do_one(client, RemoveCheck(("copy",)))
    assert (removed.slug, removed.ok, removed.message) == ("copy", True, "copy deleted")
    world.until(lambda: "copy" not in client.checks())


def test_a_removed_check_comes_back_where_it_was(world: World) -> None:
    client = world.client
    fields = client.details("nightly").fields
    world.done(RemoveCheck(("nightly",)))
    world.until(lambda: "nightly" not in client.checks())

    back = do_one(client, UndoRemove(("nightly",), fields))

    assert (back.slug, back.ok, back.message) == ("nightly", True, "nightly restored")
    world.until(lambda: list(client.checks()) == ["nightly", "often"])


@pytest.mark.parametrize("kind", [Pause, Resume, UndoPause, UndoResume, Unacknowledge])
def test_what_is_not_there_is_answered_and_the_others_are_done(
    world: World, kind: type[Pause | Resume | UndoPause | UndoResume | Unacknowledge]
) -> None:
    results = world.client.do(kind(("nope", "often")))
    assert said(results)[0] == ("nope", False, "there is no check nope")
    assert results[1].slug == "often"


@pytest.mark.parametrize("command", [EditCheck(("nope",), {"grace": "1m"}), RemoveCheck(("nope",))])
def test_a_definition_of_what_is_not_there_is_refused(world: World, command: EditCheck | RemoveCheck) -> None:
    result = do_one(world.client, command)
    assert (result.slug, result.ok) == ("nope", False)
    assert "nope" in result.message


@pytest.mark.parametrize("command", [Pause(), StartSnooze("tag"), RemoveCheck()])
def test_a_command_about_nothing_has_no_result(world: World, command: AnyCommand) -> None:
    assert world.client.do(command) == []


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (Acknowledge(("often",)), "by: missing; acknowledge says who does it"),
        (StartSnooze("everything", by="eva"), "until: missing; say with time zone when the snooze ends"),
        (
            StartSnooze("everything", until=datetime(2026, 11, 20), by="eva"),  # noqa: DTZ001 - that is the point
            "until: has no time zone",
        ),
        (AddCheck(("a", "b")), "slugs: add takes exactly one, got 2"),
        (Dismiss(), "key: missing; it names the notice to dismiss"),
    ],
)
def test_a_command_that_lacks_something_is_refused_for_each_target(
    world: World, command: AnyCommand, message: str
) -> None:
    results = world.client.do(command)
    assert said(results) == [(target, False, message) for target in command.targets]


def test_dismissing_has_no_result_also_where_there_is_nothing(world: World) -> None:
    assert world.client.do(Dismiss("nothing")) == []


def test_reading_what_is_not_there(world: World) -> None:
    client, now = world.client, world.client.now()
    for read in (lambda: client.details("nope"), lambda: client.ping_body("nope", 1)):
        with pytest.raises(UnknownCheckError, match="there is no check nope"):
            read()
    assert client.ping_body("often", 7) == b""
    timeline = client.timeline(["nope", "often"], now - HOUR, now)
    assert [lane.slug for lane in timeline.lanes] == ["often"]


def test_what_was_expected_is_counted_and_nothing_left_out_silently(world: World) -> None:
    client, since = world.client, world.client.now() - HOUR

    rows = client.trust(["nope", "often", "nightly"], since)

    assert [(row.slug, row.name, row.tz) for row in rows] == [
        ("often", "Often", client.checks()["often"].tz),
        ("nightly", "Nightly import", client.checks()["nightly"].tz),
    ]
    assert client.trust([], since) == ()
    with pytest.raises(PulseError, match=f"slugs: at most {MAX_ASKED} at a time"):
        client.trust(["often"] * (MAX_ASKED + 1), since)


def test_the_page_for_the_morning_says_what_is_to_come(world: World) -> None:
    client, now = world.client, world.client.now()
    since, until = now - HOUR, now + 24 * HOUR

    page = client.today(since, until)

    assert (page.since, page.until) == (since, until)
    assert (page.happened, page.untold, page.deploys) == ((), (), ())
    assert {one.slug for one in page.coming} == {
        view.slug for view in client.checks().values() if view.upcoming and now <= view.upcoming <= until
    }


def test_an_open_incident_stands_in_the_list_and_in_the_details(world: World) -> None:
    assert world.client.incidents() == ()
    world.fail("often")

    (entry,) = world.client.incidents()

    assert (entry.slug, entry.name, entry.incident.reason) == ("often", "Often", Reason.FAILED)
    assert entry.incident.ended_at is None
    details = world.client.details("often")
    assert details.view.status is Status.DOWN
    assert details.incidents[0].ended_at is None


def test_a_deploy_begins_goes_on_and_ends(world: World) -> None:
    key, client = "deploy-5f0c2a", world.client
    assert said(client.do(RenewDeploy(key))) == [("", False, "this engine knows nothing of the deploy")]
    begin = BeginDeploy(key, slugs=("often", "nope"), release="v1", by="kim")
    assert said(client.do(begin)) == [
        ("nope", False, "there is no check nope"),
        ("", True, "the deploy of v1 has begun"),
    ]
    (deploy,) = client.deploys()
    assert (deploy.release, deploy.released_at, deploy.targets) == ("v1", None, ("often",))
    assert said(client.do(RenewDeploy(key))) == [("", True, "alerts are kept back")]
    end = EndDeploy(key, release="v2", exit_status=3)
    assert said(client.do(end)) == [("", True, "the deploy of v2 is over")]
    (deploy,) = client.deploys()
    assert (deploy.release, deploy.exit_status, deploy.was_heard) == ("v2", 3, True)
    assert [(job.slug, job.proof) for job in deploy.jobs] == [("often", "waiting")]
    assert deploy.pending == deploy.jobs


def test_whoever_subscribes_hears_which_checks_changed_until_they_leave(world: World) -> None:
    heard: list[frozenset[str]] = []
    leave = world.client.subscribe(heard.append)
    world.done(Pause(("often",)))
    world.until(lambda: world.status("often") is Status.PAUSED)
    assert any("often" in slugs for slugs in heard)

    leave()
    heard.clear()
    world.done(Resume(("often",)))
    world.until(lambda: world.status("often") is Status.NEW)
    assert heard == []


def test_alerts_arrive_until_one_leaves(world: World) -> None:
    arrived = threading.Event()
    heard: list[Alert] = []

    def hear(alert: Alert) -> None:
        if alert.title != PROBE:  # it may still be on its way
            heard.append(alert)
            arrived.set()

    leave = world.client.subscribe_alerts(hear)
    alert = Alert(event=AlertEvent.NOTE, at=datetime(2026, 11, 20, tzinfo=UTC), title="Often", body="twice")
    world.alert(alert)
    assert arrived.wait(TIMEOUT_S)
    assert heard == [alert]
    leave()
    world.alert(alert)
    assert heard == [alert]


def test_an_attached_screen_knows_the_windows_of_maintenance(tmp_path: Path) -> None:
    at = datetime(2099, 1, 1, tzinfo=UTC)
    with a_real_one(tmp_path, attached=True) as world:
        timeline = world.client.timeline(["nightly", "often"], at - HOUR, at + HOUR)
        assert [lane.maintenance for lane in timeline.lanes] == [((at, at + HOUR, "move"),), ()]
