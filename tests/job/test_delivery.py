"""What was kept and whom it may go to, with real answers of other programs."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from pulsetui.job import locate, ping, run, spool
from pulsetui.job.report import PingReport
from tests.job.server import BUSY, NOT_FOUND, OK, Server, free_port, serving
from tests.job.test_ping import spooled

STATE = "0123456789abcdef"
PROVEN = b"HTTP/1.1 200 OK\r\nPulsetui-State: 0123456789abcdef\r\nContent-Length: 2\r\n\r\nOK"
OTHER = b"HTTP/1.1 421 Misdirected Request\r\nPulsetui-State: ffff\r\nContent-Length: 0\r\n\r\n"
UNKNOWN = b"HTTP/1.1 404 Not Found\r\nPulsetui-State: 0123456789abcdef\r\nContent-Length: 9\r\n\r\nnot found"

Captured = pytest.CaptureFixture[str]


def locked(state: Path, url: str) -> None:
    told = {"pid": 1, "url": url, "ping_url": "", "state": STATE, "version": "1"}
    (state / "engine.lock").write_text(json.dumps(told))


def paths(server: Server) -> list[str]:
    return [request.split(b" ")[1].decode() for request in server.requests]


def header(request: bytes, name: str) -> str:
    lines = request.partition(b"\r\n\r\n")[0].decode().split("\r\n")
    return next((line.partition(": ")[2] for line in lines if line.startswith(f"{name}: ")), "")


def keep(state: Path, slug: str, *, to: str = "", ago_s: float = 60, **fields: object) -> Path:
    at_ns = time.time_ns() - int(ago_s * 1e9)
    return Path(spool.keep(PingReport(slug=slug, at_ns=at_ns, **fields), str(state), to))  # type: ignore[arg-type]


def test_the_engine_of_the_state_directory_proves_that_it_is_it(tmp_path: Path, capsys: Captured) -> None:
    with serving(PROVEN) as server:
        locked(tmp_path, server.url)

        assert ping.main(["a"]) == 0
        assert header(server.requests[0], "Pulsetui-State") == STATE
    assert capsys.readouterr().err == ""
    assert spooled(tmp_path) == []


@pytest.mark.parametrize("answer", [OTHER, OK, NOT_FOUND], ids=["other engine", "web server", "not found"])
def test_whoever_else_answers_at_its_address_is_not_believed(
    answer: bytes, tmp_path: Path, capsys: Captured
) -> None:
    """The lock was left by an engine that was killed, and another program has its port now."""
    with serving(answer) as server:
        locked(tmp_path, server.url)

        assert ping.main(["a", "-m", "x"]) == 0
        assert len(server.requests) == 1
    err = capsys.readouterr().err
    assert f"what answers at {server.url}" in err
    assert "kept for the engine" in err
    [record] = spooled(tmp_path)
    assert (record["slug"], "to" in record) == ("a", False)


def test_the_engines_word_on_an_unknown_check_is_believed(tmp_path: Path, capsys: Captured) -> None:
    with serving(UNKNOWN) as server:
        locked(tmp_path, server.url)

        assert ping.main(["a", "--config", str(tmp_path / "none")]) == 1
    assert 'no check "a"' in capsys.readouterr().err


def test_without_an_engine_of_its_own_nobody_gets_it(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An engine of another state directory runs at the default address, and would take it."""
    with serving(PROVEN) as server:
        monkeypatch.setattr(locate, "DEFAULT_URL", server.url)

        assert ping.main(["a", "--state-dir", str(tmp_path / "own")]) == 0
        assert paths(server) == ["/healthz"]
        url = server.url
    err = capsys.readouterr().err
    assert f"no engine runs on {tmp_path}/own, and the engine at {url} holds another one" in err
    assert f"give --url {url})" in err
    assert "no engine has ever used that state directory" in err
    assert len(spooled(tmp_path / "own")) == 1


@pytest.mark.parametrize("answer", [OK, NOT_FOUND, None], ids=["web server", "not found", "nobody"])
def test_run_tells_only_of_another_engine_when_its_own_is_away(
    answer: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Captured
) -> None:
    """Its own will come back and take the reports in: that needs nobody."""
    (tmp_path / "engine.lock").touch()
    with serving(answer or OK) as server:
        url = server.url if answer else f"http://127.0.0.1:{free_port()}"
        monkeypatch.setattr(locate, "DEFAULT_URL", url)
        assert run.main(["a", "--", "true"]) == 0
    assert capfd.readouterr().err == ""

    with serving(PROVEN) as server:
        monkeypatch.setattr(locate, "DEFAULT_URL", server.url)
        assert run.main(["a", "--", "true"]) == 0
        assert set(paths(server)) == {"/healthz"}
    assert "holds another one" in capfd.readouterr().err
    assert len(spooled(tmp_path)) == 4


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The state directory of a user whose jobs another user's engine watches."""
    monkeypatch.delenv("PULSETUI_STATE_DIR")
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return Path(locate.state_dir())


def test_a_job_of_another_user_reaches_the_engine_at_the_default_address(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    with serving(PROVEN) as server:
        monkeypatch.setattr(locate, "DEFAULT_URL", server.url)

        assert ping.main(["a"]) == 0
        assert header(server.requests[0], "Pulsetui-State") == "*"
    assert capsys.readouterr().err == ""
    assert not elsewhere.exists()


def test_what_is_no_engine_at_the_default_address_takes_no_report(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    with serving(OK) as server:
        monkeypatch.setattr(locate, "DEFAULT_URL", server.url)

        assert ping.main(["a"]) == 0
    assert "is not an engine" in capsys.readouterr().err
    assert len(spooled(elsewhere)) == 1


def test_the_next_ping_that_finds_an_engine_delivers_what_was_kept_with_its_own_instants(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setattr(locate, "DEFAULT_URL", f"http://127.0.0.1:{free_port()}")
    assert ping.main(["a", "--metric", "n=1", "--metric", "free=12,5", "--exit-code=-9", "-m", "first"]) == 0
    assert ping.main(["a", "--start"]) == 0
    err = capsys.readouterr().err
    assert err.count("the next pulsetui ping or run by this user that finds an engine delivers it") == 2
    first, second = spooled(elsewhere)

    with serving(PROVEN) as server:
        monkeypatch.setattr(locate, "DEFAULT_URL", server.url)
        assert ping.main(["b"]) == 0

        assert paths(server).pop(0) == "/healthz"
        del server.requests[0]
        assert paths(server) == [
            "/ping/a?exit_code=-9&metric=n:1&metric=free:12%2C5",
            "/ping/a/start",
            "/ping/b",
        ]
        instants = [header(request, "Pulsetui-At") for request in server.requests]
        ids = [header(request, "Pulsetui-Report") for request in server.requests]
    assert ids[:2] == [first["id"], second["id"]]
    assert instants[2] == ""
    now = time.time_ns()
    assert all(now - 30e9 < int(instant) < now for instant in instants[:2])
    assert server.requests[0].endswith(b"\r\n\r\nfirst")
    assert spooled(elsewhere) == []
    assert capsys.readouterr().err == ""


def test_what_was_kept_for_an_address_goes_to_that_address_only(tmp_path: Path) -> None:
    """The directory's own engine takes in the others itself."""
    (tmp_path / "engine.lock").touch()
    with serving(PROVEN) as server:
        keep(tmp_path, "mine")
        keep(tmp_path, "theirs", to=server.url)
        keep(tmp_path, "third", to="http://third")

        assert ping.main(["a", "--url", server.url]) == 0

        assert paths(server) == ["/healthz", "/ping/theirs", "/ping/a"]
    assert [record["slug"] for record in spooled(tmp_path)] == ["mine", "third"]


def test_a_kept_report_that_is_not_wanted_is_set_aside_and_told_once(
    tmp_path: Path, capsys: Captured
) -> None:
    with serving(PROVEN, UNKNOWN, OK) as server:
        keep(tmp_path, "gone")

        assert ping.main(["a", "--url", server.url]) == 0
        assert ping.main(["a", "--url", server.url]) == 0

        assert paths(server) == ["/healthz", "/ping/gone", "/ping/a", "/ping/a"]
    assert capsys.readouterr().err.count("a kept report of gone was refused") == 1
    assert len(list((tmp_path / "spool" / "bad").iterdir())) == 1


def test_an_engine_that_is_away_again_costs_no_more_than_usual(tmp_path: Path) -> None:
    for number in range(20):
        keep(tmp_path, f"a{number}")
    url = f"http://127.0.0.1:{free_port()}"
    began = time.monotonic()

    assert ping.main(["a", "--url", url]) == 0

    assert time.monotonic() - began < 2.5
    assert len(spooled(tmp_path)) == 21


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"[" * 100_000,
        b'{"slug": "a"}',
        b'{"slug": "../x", "kind": "success"}',
        b'{"slug": "a", "kind": "explode"}',
        b'{"slug": "a", "kind": "success", "rid": "x\\r\\nY: z"}',
        b'{"slug": "a", "kind": "success", "metrics": [1]}',
        b'{"slug": "a", "kind": "success", "metrics": {"n": "x"}}',
        b'{"slug": "a", "kind": 5}',
        b'{"slug": "a", "kind": "success", "duration": "long"}',
        b'{"slug": "a", "kind": "success", "exit_status": "x"}',
    ],
)
def test_a_kept_report_that_cannot_be_read_stops_nobody(content: bytes, tmp_path: Path) -> None:
    keep(tmp_path, "good")
    (tmp_path / "spool" / "1-1-abcdef.json").write_bytes(content)
    with serving(PROVEN) as server:
        assert ping.main(["a", "--url", server.url]) == 0

        assert paths(server) == ["/healthz", "/ping/good", "/ping/a"]


@pytest.mark.parametrize(("ago_s", "told"), [(3600, False), (86_400 * 3 + 60, True)])
def test_a_directory_that_nobody_empties_for_days_is_told_of(
    ago_s: float, told: bool, tmp_path: Path, capfd: Captured
) -> None:
    """Its engine was a trial, perhaps, and another one watches this job."""
    (tmp_path / "engine.lock").touch()
    keep(tmp_path, "a", ago_s=ago_s)

    assert run.main(["a", "--", "true"]) == 0

    assert ("Reports have been waiting there for 3 days" in capfd.readouterr().err) == told


def test_a_delivery_that_takes_long_leaves_the_report_its_time(tmp_path: Path) -> None:
    with serving(PROVEN) as server:
        for number in range(300):
            keep(tmp_path, f"a{number}")
        began = time.monotonic()

        assert ping.main(["now", "--url", server.url]) == 0

        assert time.monotonic() - began < 2.5
        assert paths(server)[-1] == "/ping/now"
        assert len(spooled(tmp_path)) == 302 - len(server.requests)


def test_an_older_engine_is_given_no_report_of_earlier(tmp_path: Path, capsys: Captured) -> None:
    """It would count them as of now."""
    with serving(OK) as server:
        keep(tmp_path, "earlier")

        assert ping.main(["a", "--url", server.url]) == 0

        assert paths(server) == ["/healthz", "/ping/a"]
    assert "does not accept kept reports" in capsys.readouterr().err
    assert len(spooled(tmp_path)) == 1


@pytest.mark.parametrize("answer", [BUSY, b"HTTP/1.1 408 Request Timeout\r\n\r\n"], ids=["full", "slow"])
def test_its_engine_may_be_too_busy_to_prove_anything(
    answer: bytes, tmp_path: Path, capsys: Captured
) -> None:
    with serving(answer, PROVEN) as server:
        locked(tmp_path, server.url)

        assert ping.main(["a"]) == 0
        assert len(server.requests) == 2
    assert capsys.readouterr().err == ""
