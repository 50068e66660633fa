"""``pulsetui deploy``: nothing of it can keep a deploy from running, and each job is listed after it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from pulsetui.cli.commands.deploy.release import release_name
from pulsetui.cli.commands.deploy.teller import DeployTeller, Targets
from pulsetui.cli.commands.deploy.wait import MAX_AWAY, wait_for
from pulsetui.cli.main import main
from pulsetui.cli.parser import parse
from pulsetui.client.commands import AnyCommand, BeginDeploy, EndDeploy, RenewDeploy
from pulsetui.client.deploys import DeployView, ReleaseJob
from pulsetui.client.views import CommandResult
from pulsetui.core.deploy import Proof
from pulsetui.core.schedule.zone import zone
from pulsetui.errors import EngineUnreachableError
from pulsetui.service import open_service
from tests.cli.conftest import Connect
from tests.cli.installed import environment
from tests.cli.samples import NOW, UP, engine_with

Captured = pytest.CaptureFixture[str]
UTC = zone("UTC")
_PROGRAM = """
import sys
from pulsetui.cli.commands.deploy import command
from pulsetui.cli.main import main

command.BEGIN_PATIENCE_S = command.END_PATIENCE_S = 30.0
sys.exit(main())
"""
PATIENT = [sys.executable, "-c", _PROGRAM]
"""The command on a machine that is busy with other tests."""
CHECKS = """\
[checks.sync]
every = "1h"
tags = ["shop"]

[checks.backup]
every = "1h"
"""


def job(slug: str, proof: Proof, detail: str = "") -> ReleaseJob:
    at = NOW - timedelta(minutes=5) if proof in ("good", "failed", "missed") else None
    due = NOW + timedelta(hours=2)
    return ReleaseJob(slug=slug, name=slug, proof=proof, at=at, next_due=due, detail=detail)


def deployed(*jobs: ReleaseJob, key: str = "deploy-1", release: str = "v42", tag: str = "shop") -> DeployView:
    return DeployView(
        key=key,
        release=release,
        begun_at=NOW - timedelta(minutes=12),
        released_at=NOW - timedelta(minutes=10),
        was_heard=True,
        exit_status=0,
        by="kim",
        targets=(f"tag {tag}",),
        jobs=jobs,
    )


@pytest.fixture(autouse=True)
def person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")


def test_the_status_lists_each_job_and_fails_where_one_is_wrong(connected: Connect, capsys: Captured) -> None:
    fake = connected(engine_with(UP))
    fake.deploy_views = (
        deployed(job("a", "good"), job("b", "waiting"), job("c", "paused")),
        replace(deployed(job("d", "good"), key="deploy-2", tag="blog"), was_heard=False),
        deployed(job("a", "failed"), key="deploy-3", release="v41"),
    )
    assert main(["deploy", "--status"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "v42, deployed today 08:50, for tag shop",
        "JOB  STATE        WHEN (Europe/Riga)",
        "a    good         today 08:55",
        "b    not yet run  due today 11:00 (in 2h)",
        "c    paused       -",
        "",
        "v42, not heard of since today 08:50, for tag blog",
        "JOB  STATE  WHEN (Europe/Riga)",
        "d    good   today 08:55",
    ]
    fake.deploy_views = (deployed(job("a", "good"), job("b", "failed", "exit status 3\x1b[2J")),)
    assert main(["deploy", "--status", "--tag", "shop"]) == 1
    assert "b    failed  today 08:55: exit status 3\n" in capsys.readouterr().out
    assert main(["deploy", "--status", "--tag", "blog", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_waiting_ends_when_each_was_good_once_or_one_was_not(connected: Connect, capsys: Captured) -> None:
    fake = connected(engine_with(UP))
    steps: Sequence[tuple[ReleaseJob, ...]] = (
        (job("a", "waiting"), job("b", "waiting")),
        (job("a", "good"), job("b", "running")),
        (job("a", "good"), job("b", "good")),
    )
    turns = iter(steps[1:])

    def pause(_: float) -> None:
        fake.deploy_views = (deployed(*next(turns)),)

    fake.deploy_views = (deployed(*steps[0]),)
    options = parse(["deploy", "--status"])
    assert wait_for(options, "deploy-1", UTC, pause=pause) == 0
    assert capsys.readouterr().out.splitlines() == ["a: good, today 06:55", "b: good, today 06:55"]
    fake.deploy_views = (deployed(job("a", "missed"), job("b", "waiting")),)
    assert wait_for(options, "deploy-1", UTC, pause=pause) == 1


def test_an_engine_that_is_deployed_too_may_be_away_for_a_while(
    connected: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = connected(engine_with(UP))
    fake.deploy_views = (deployed(job("a", "good")),)
    away = iter([True, True, False])

    def deploys(limit: int = 20) -> tuple[DeployView, ...]:
        if next(away, True):
            raise EngineUnreachableError("gone")
        return fake.deploy_views

    monkeypatch.setattr(fake, "deploys", deploys)
    pauses: list[float] = []
    assert wait_for(parse(["deploy"]), "deploy-1", UTC, pause=pauses.append) == 0
    assert len(pauses) == 2
    with pytest.raises(EngineUnreachableError):
        wait_for(parse(["deploy"]), "deploy-1", UTC, pause=pauses.append)
    assert len(pauses) == 2 + MAX_AWAY


@pytest.mark.parametrize(
    "arguments",
    [["--tga", "shop"], [], ["--all", "sync"], ["--tag", "shop", "--status"], ["Not A Slug"], ["--tag"]],
)
def test_whatever_is_wrong_with_our_options_the_command_runs(
    arguments: list[str], connected: Connect, capfd: Captured
) -> None:
    connected(engine_with(UP))
    assert main(["deploy", *arguments, "--", "sh", "-c", "echo ran; exit 3"]) == 3
    told = capfd.readouterr()
    assert told.out == "ran\n"
    assert "pulsetui deploy: the command runs anyway; no alerts are kept back" in told.err


def test_without_an_engine_one_line_says_so_and_the_command_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: Captured
) -> None:
    monkeypatch.setenv("PULSETUI_STATE_DIR", str(tmp_path / "none"))
    assert main(["deploy", "--all", "--", "sh", "-c", "echo ran; exit 4"]) == 4
    told = capfd.readouterr()
    assert told.out == "ran\n"
    (line,) = told.err.splitlines()
    assert line.startswith("pulsetui deploy: no alerts are kept back: no engine holds")


def test_a_bug_of_ours_or_an_engine_that_hangs_is_not_the_deploys_failure(
    connected: Connect, monkeypatch: pytest.MonkeyPatch, capfd: Captured
) -> None:
    fake = connected(engine_with(UP))

    def broken(_: AnyCommand) -> list[CommandResult]:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(fake, "do", broken)
    assert main(["deploy", "--all", "--", "true"]) == 0
    assert "ZeroDivisionError: oops" in capfd.readouterr().err


@pytest.mark.parametrize(("name", "code"), [("/nowhere/deploy.sh", 127), ("/etc/passwd", 126)])
def test_a_command_that_cannot_be_started_ends_as_in_a_shell(
    name: str, code: int, connected: Connect, capfd: Captured
) -> None:
    connected(engine_with(UP))
    assert main(["deploy", "--all", "--", name]) == code
    assert name in capfd.readouterr().err


def test_there_must_be_a_command(connected: Connect, capsys: Captured) -> None:
    connected(engine_with(UP))
    assert main(["deploy", "--tag", "shop"]) == 2
    assert main(["deploy", "--tag", "shop", "--"]) == 2
    assert capsys.readouterr().err.count("Write it after --") == 2


def test_it_tells_its_begin_its_life_and_its_end_and_begins_late_when_the_engine_comes_late(
    connected: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = connected(engine_with(UP))
    fake.deploy_views = ()
    took: list[AnyCommand] = []

    def do(command: AnyCommand) -> list[CommandResult]:
        took.append(command)
        if len(took) == 1:
            raise EngineUnreachableError("it starts")
        if len(took) == 4:
            teller.end(7, 0.0)
        return [CommandResult(slug="", ok=True, message="")]

    monkeypatch.setattr(fake, "do", do)
    options = parse(["deploy", "--tag", "shop", "--release", "v1"])
    teller = DeployTeller(
        options, Targets(slugs=(), tags=("shop",), everything=False), lambda: NOW, renew_s=0.001
    )
    teller.begin(5.0)
    assert teller.trouble in ("it starts", "")
    assert teller._done.wait(10)
    kinds = [type(one) for one in took]
    assert kinds == [BeginDeploy, BeginDeploy, RenewDeploy, RenewDeploy, EndDeploy]
    assert took[-1] == EndDeploy(teller.key, release="v1", exit_status=7)


def test_a_release_that_is_named_by_the_time_is_named_in_the_zone_of_checks_toml(
    connected: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "/nowhere")
    fake = connected(engine_with(UP))
    took: list[AnyCommand] = []

    def do(command: AnyCommand) -> list[CommandResult]:
        took.append(command)
        return [CommandResult(slug="", ok=True, message="")]

    monkeypatch.setattr(fake, "do", do)
    teller = DeployTeller(
        parse(["deploy", "--all"]), Targets(slugs=(), tags=(), everything=True), lambda: NOW
    )
    teller.begin(10.0)
    teller.end(0, 10.0)
    (begin, end) = took
    assert isinstance(begin, BeginDeploy)
    assert isinstance(end, EndDeploy)
    assert (begin.release, end.release) == ("2026-11-16 09:00", "2026-11-16 09:00")


def test_the_release_is_what_was_given_else_the_commit_else_the_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert release_name("v42", NOW) == "v42"
    assert release_name(None, NOW) == "2026-11-16 07:00"
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    for arguments in (["init", "-q"], [*who, "commit", "-q", "--allow-empty", "-m", "x"]):
        subprocess.run(["git", *arguments], check=True)
    commit = subprocess.run(["git", "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout
    assert commit.startswith(release_name(None, NOW))
    monkeypatch.setenv("PATH", "/nowhere")
    assert release_name(None, NOW) == "2026-11-16 07:00"


def test_a_real_deploy_keeps_alerts_back_and_passes_its_streams_and_signals_on(tmp_path: Path) -> None:
    config, state = tmp_path / "checks.toml", tmp_path / "state"
    config.write_text(CHECKS)
    with open_service(config, state, ("127.0.0.1", 0)) as service:
        client = service.client
        script = 'trap "echo got it; exit 5" TERM; cat; echo up; while :; do read line || sleep 0.01; done'
        with subprocess.Popen(
            [
                *PATIENT,
                "deploy",
                "--state-dir",
                str(state),
                "--tag=shop",
                "--release=v42",
                "--",
                "sh",
                "-c",
                script,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(tmp_path),
        ) as running:
            assert running.stdin is not None
            assert running.stdout is not None
            running.stdin.write("through\n")
            running.stdin.close()
            assert running.stdout.readline() == "through\n"
            assert running.stdout.readline() == "up\n"
            assert client.checks()["sync"].snoozed_until is not None
            assert client.checks()["backup"].snoozed_until is None
            running.send_signal(signal.SIGTERM)
            out, err = running.stdout.read(), running.stderr.read() if running.stderr else ""
        assert (running.returncode, out) == (5, "got it\n")
        assert client.checks()["sync"].snoozed_until is None
        assert "v42, deployed today" in err
        assert "with exit code 5, for tag shop" in err
        assert "0 of 1 good so far" in err
        (found,) = client.deploys()
        assert (found.exit_status, [one.proof for one in found.jobs]) == (5, ["waiting"])
