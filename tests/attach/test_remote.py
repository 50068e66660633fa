"""A screen's view of an engine elsewhere, end to end over real sockets."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from pulsetui.attach import follow
from pulsetui.attach.mirror import Mirror
from pulsetui.attach.remote import RemoteEngine
from pulsetui.client.alert import Alert, AlertEvent
from pulsetui.client.client import EngineClient, do_one
from pulsetui.client.commands import (
    Acknowledge,
    AddCheck,
    Dismiss,
    EditCheck,
    Pause,
    RemoveCheck,
    Resume,
    Unacknowledge,
    UndoPause,
    UndoRemove,
    UndoResume,
)
from pulsetui.client.views import FieldProblem, Notice
from pulsetui.client.wire import Snapshot
from pulsetui.errors import EngineError, EngineUnreachableError, UnknownCheckError
from tests.listener.fakes import API_KEY, NOON, READ_KEY, a_view
from tests.listener.served import TIMEOUT_S, Served, serve


class Watch:
    """Waits until something is true of an engine, looking again whenever it says that it changed."""

    def __init__(self, engine: EngineClient) -> None:
        self.changes: list[frozenset[str]] = []
        self._condition = threading.Condition()
        engine.subscribe(self._changed)

    def _changed(self, slugs: frozenset[str]) -> None:
        with self._condition:
            self.changes.append(slugs)
            self._condition.notify_all()

    def until(self, true: Callable[[], bool]) -> None:
        with self._condition:
            assert self._condition.wait_for(true, TIMEOUT_S)


@contextmanager
def attached(served: Served, *, live: bool = True, key: str = API_KEY) -> Iterator[RemoteEngine]:
    engine = RemoteEngine.connect(served.url, key, live=live)
    try:
        if live:
            assert served.engine.subscribed.wait(TIMEOUT_S)
        yield engine
    finally:
        engine.close()


def test_remote_engine_is_an_engine_client(served: Served) -> None:
    with attached(served) as engine:
        client: EngineClient = engine

        assert client.connected
        assert client.checks() == served.engine.checks()
        assert list(client.checks()) == ["sync-invoices", "backup"]
        assert client.info() == served.engine.info()


def test_changes_arrive_and_say_which_checks(served: Served) -> None:
    with attached(served) as engine:
        watch = Watch(engine)

        served.engine.put(a_view("new"), a_view("backup", n_pings=9), removed=["sync-invoices"])

        watch.until(lambda: list(engine.checks()) == ["backup", "new"])
        assert engine.checks()["backup"].n_pings == 9
        watch.until(lambda: frozenset({"new", "backup", "sync-invoices"}) in watch.changes)


def test_new_order_of_the_configuration_arrives(served: Served) -> None:
    with attached(served) as engine:
        watch = Watch(engine)
        served.engine.views = dict(reversed(served.engine.views.items()))

        served.engine.tell()

        watch.until(lambda: list(engine.checks()) == ["backup", "sync-invoices"])


def test_views_once_read_are_never_mutated(served: Served) -> None:
    with attached(served) as engine:
        watch = Watch(engine)
        before = engine.checks()
        copy = dict(before)

        served.engine.put(a_view("backup", n_pings=9))

        watch.until(lambda: engine.checks()["backup"].n_pings == 9)
        assert before == copy


def test_notices_and_alerts_arrive(served: Served) -> None:
    alerts: list[Alert] = []
    arrived = threading.Event()
    with attached(served) as engine:
        watch = Watch(engine)

        def take(alert: Alert) -> None:
            alerts.append(alert)
            arrived.set()

        engine.subscribe_alerts(take)
        notice = Notice(key="config", level="error", text="checks.toml:3: [bold]")
        alert = Alert(event=AlertEvent.DOWN, at=NOON, title="Backup is overdue", body="", slug="backup")

        served.engine.notices = (notice,)
        served.engine.tell()
        served.engine.alert(alert)

        watch.until(lambda: engine.info().notices == (notice,))
        assert arrived.wait(TIMEOUT_S)
    assert alerts == [alert]


def test_an_alert_that_comes_before_the_screen_is_ready_is_kept_for_it(served: Served) -> None:
    alerts: list[Alert] = []
    with attached(served) as engine:
        watch = Watch(engine)
        early, later = (
            Alert(event=event, at=NOON, title=f"Backup is {event}", body="", slug="backup")
            for event in (AlertEvent.DOWN, AlertEvent.UP)
        )
        served.engine.alert(early)
        # An alert follows the changes of its batch: it is there when the batch after it has come.
        served.engine.put(a_view("backup", n_pings=8))
        watch.until(lambda: engine.checks()["backup"].n_pings == 8)
        served.engine.put(a_view("backup", n_pings=9))
        watch.until(lambda: engine.checks()["backup"].n_pings == 9)
        arrived = threading.Event()

        def take(alert: Alert) -> None:
            alerts.append(alert)
            if alert == later:
                arrived.set()

        engine.subscribe_alerts(take)
        served.engine.alert(later)

        assert arrived.wait(TIMEOUT_S)
    assert alerts == [early, later]


def test_listener_that_left_hears_nothing_more(served: Served) -> None:
    with attached(served) as engine:
        heard: list[frozenset[str]] = []
        leave = engine.subscribe(heard.append)
        leave()
        leave()
        watch = Watch(engine)

        served.engine.put(a_view("backup", n_pings=9))

        watch.until(lambda: engine.checks()["backup"].n_pings == 9)
        assert heard == []


def test_listener_that_raises_does_not_end_the_connection(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_slugs: frozenset[str]) -> None:
        raise RuntimeError

    with attached(served) as engine:
        engine.subscribe(fail)
        watch = Watch(engine)
        for n in (9, 10):
            served.engine.put(a_view("backup", n_pings=n))
            watch.until(lambda n=n: engine.checks()["backup"].n_pings == n)  # type: ignore[misc]

    assert "an observer failed" in caplog.text


def test_engine_that_restarts_is_found_again_with_its_new_views() -> None:
    with serve() as first:
        port = first.port
        engine = RemoteEngine.connect(first.url, API_KEY)
        assert first.engine.subscribed.wait(TIMEOUT_S)
        watch = Watch(engine)
    try:
        watch.until(lambda: not engine.connected)
        assert list(engine.checks()) == ["sync-invoices", "backup"]
        (notice,) = engine.info().notices
        assert (notice.key, notice.level) == ("connection", "error")
        assert f"http://127.0.0.1:{port}" in notice.text

        with serve(port=port) as second:
            second.engine.put(a_view("backup", n_pings=77), removed=["sync-invoices"])
            watch.until(lambda: engine.connected and list(engine.checks()) == ["backup"])
            assert engine.info().notices == ()
            assert engine.checks()["backup"].n_pings == 77
    finally:
        engine.close()


def test_stream_that_falls_silent_is_opened_again(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that a firewall has forgotten looks open for ever."""
    monkeypatch.setattr(follow, "_SILENCE_S", 0.05)
    with attached(served) as engine:
        watch = Watch(engine)
        served.engine.subscribed.clear()

        assert served.engine.subscribed.wait(TIMEOUT_S)
        watch.until(lambda: engine.connected)


def test_engine_may_come_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    engine = RemoteEngine(f"127.0.0.1:{port}/", API_KEY)
    watch = Watch(engine)
    assert not engine.connected
    assert engine.info().notices[0].key == "connection"
    engine.start()
    try:
        watch.until(lambda: any(n.level == "error" for n in engine.info().notices))
        with serve(port=port):
            watch.until(lambda: engine.connected)
            assert list(engine.checks()) == ["sync-invoices", "backup"]
            engine.close()
    finally:
        engine.close()


def test_now_is_the_clock_of_the_engine(served: Served) -> None:
    with attached(served, live=False) as engine:
        assert abs(engine.now() - NOON) < timedelta(seconds=TIMEOUT_S)
        assert abs(engine.now() - datetime.now(UTC)) > timedelta(days=1)


PROBLEM = FieldProblem(field="cron", message="hour must be 0-23", suggestion="0 1 * * *")


def test_commands_reach_the_engine(served: Served) -> None:
    with attached(served, live=False) as engine:
        paused = engine.do(Pause(("backup", "unheard")))
        served.engine.agree = "done"
        engine.do(Resume(("backup",)))
        engine.do(UndoPause(("backup",)))
        engine.do(UndoResume(("backup",)))
        engine.do(Acknowledge(("backup",), by="ann", note="disk"))
        engine.do(Unacknowledge(("backup",)))
        served.engine.refuse, served.engine.problems = "not added", (PROBLEM,)
        added = do_one(engine, AddCheck(("new",), {"cron": "0 25 * * *", "tags": ["a"]}))
        served.engine.refuse = ""
        edited = do_one(engine, EditCheck(("backup",), {"grace": None, "desc": "x"}, new_slug="b"))
        removed = do_one(engine, RemoveCheck(("backup",)))
        back = do_one(engine, UndoRemove(("backup",), {"every": "1h"}))
        engine.do(Dismiss("config"))

        assert [(result.slug, result.ok) for result in paused] == [("backup", True), ("unheard", False)]
        assert added.problems[0].suggestion == "0 1 * * *"
        assert (edited.slug, removed.ok, back.message) == ("backup", True, "done")
        assert served.engine.commands == [
            Pause(("backup", "unheard")),
            Resume(("backup",)),
            UndoPause(("backup",)),
            UndoResume(("backup",)),
            Acknowledge(("backup",), by="ann", note="disk"),
            Unacknowledge(("backup",)),
            AddCheck(("new",), {"cron": "0 25 * * *", "tags": ["a"]}),
            EditCheck(("backup",), {"grace": None, "desc": "x"}, new_slug="b"),
            RemoveCheck(("backup",)),
            UndoRemove(("backup",), {"every": "1h"}),
            Dismiss("config"),
        ]
        assert engine.do(Pause(())) == []


def test_details_and_bodies_come_over(served: Served) -> None:
    served.engine.bodies["backup", 3] = b"\xff\x00"
    with attached(served, live=False, key=READ_KEY) as engine:
        assert engine.details("backup") == served.engine.details("backup")
        assert engine.ping_body("backup", 3) == b"\xff\x00"
        with pytest.raises(UnknownCheckError, match="un/heard"):
            engine.details("un/heard")


def test_an_engine_that_is_too_old_to_count_trust_is_told_by_name(served: Served) -> None:
    with attached(served, live=False) as engine:
        assert [row.slug for row in engine.trust(["backup"], NOON)] == ["backup"]
        served.engine.fails_with = UnknownCheckError("not found")  # what answers a path that is not known
        with pytest.raises(EngineError, match=f"the engine at {engine.url} is older than this program"):
            engine.trust(["backup"], NOON)
        with pytest.raises(EngineError, match="is older than this program"):
            engine.today(NOON, NOON)


def test_one_command_needs_no_thread(served: Served) -> None:
    with attached(served, live=False) as engine:
        assert list(engine.checks()) == ["sync-invoices", "backup"]
        assert [t for t in threading.enumerate() if t.name == "pulsetui-attach"] == []


@pytest.mark.parametrize("key", ["", "wrong", "wröng"])
def test_wrong_key_says_where_the_right_one_is(served: Served, key: str) -> None:
    with pytest.raises(EngineError, match="PULSETUI_API_KEY") as caught:
        RemoteEngine.connect(served.url, key)

    assert '"api_key" in the state directory' in str(caught.value)
    assert not isinstance(caught.value, EngineUnreachableError)


def test_read_only_key_does_not_command(served: Served) -> None:
    with (
        attached(served, live=False, key=READ_KEY) as engine,
        pytest.raises(EngineError, match="PULSETUI_API_KEY"),
    ):
        engine.do(Pause(("backup",)))


def test_nobody_listening_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]

    with pytest.raises(EngineUnreachableError, match=f"http://127.0.0.1:{port}: Connection refused"):
        RemoteEngine.connect(f"127.0.0.1:{port}", API_KEY)


def test_engine_that_does_not_answer_is_unreachable() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(EngineUnreachableError, match="timed out"),
    ):
        RemoteEngine.connect(f"127.0.0.1:{silent.getsockname()[1]}", API_KEY, timeout_s=0.1)


def test_who_follows_an_engine_is_sent_its_checks_once(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[Snapshot] = []

    def take(mirror: Mirror, snapshot: Snapshot) -> None:
        taken.append(snapshot)
        taking(mirror, snapshot)

    taking = Mirror.take_snapshot
    monkeypatch.setattr(Mirror, "take_snapshot", take)
    with attached(served) as engine:
        assert engine.connected
        watch = Watch(engine)
        served.engine.put(a_view("later"))
        watch.until(lambda: "later" in engine.checks())
    assert len(taken) == 1


@pytest.mark.parametrize("url", ["", "ftp://host", "http://", "http://host:port", "http://[::1"])
def test_address_that_is_none_shows_the_form(url: str) -> None:
    with pytest.raises(EngineError, match=r"http://127\.0\.0\.1:8787"):
        RemoteEngine(url, API_KEY)


def test_another_program_on_the_port_is_recognised() -> None:
    def answer(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=answer, args=(listening,))
        thread.start()
        with pytest.raises(EngineError, match="same version"):
            RemoteEngine.connect(f"127.0.0.1:{listening.getsockname()[1]}", API_KEY)
        thread.join(TIMEOUT_S)


def test_proxy_of_the_environment_is_not_used_on_this_host(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")

    with attached(served, live=False) as engine:
        assert engine.connected
