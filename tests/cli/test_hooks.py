"""Hooks from the command line: how they are doing, and whether they tell anybody."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from pulsetui.cli.commands import hooks
from pulsetui.cli.main import main
from pulsetui.client.alert import Answer
from pulsetui.client.commands import EndTrial, PauseHooks, ResumeHooks, StartDrill, TestHooks
from pulsetui.client.hooks import Circuit, HookState
from pulsetui.client.views import DeliveryView
from pulsetui.service import Service, open_service
from tests.cli.conftest import Connect
from tests.cli.samples import NOW, UP, engine_with
from tests.client.fake import FakeEngine

Captured = pytest.CaptureFixture[str]
HOOKS = ("phone", "mail")


@pytest.fixture(autouse=True)
def person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "kim")


@pytest.fixture
def fake(connected: Connect) -> FakeEngine:
    engine = engine_with(UP)
    engine.about = replace(engine.about, hook_names=HOOKS)
    return connected(engine)


def delivery(hook: str, **fields: object) -> DeliveryView:
    known = {"event": "test", "flip_at": NOW, "tries": 1, "delivered_at": None, "next_try_at": None}
    return DeliveryView(**{"hook": hook, "error": "", **known, **fields})  # type: ignore[arg-type]


def test_hooks_are_listed_with_how_they_are_doing(fake: FakeEngine, capsys: Captured) -> None:
    ago = NOW - timedelta(minutes=5)
    fake.about = replace(
        fake.about,
        hooks=(
            HookState(name="phone", type="telegram", rules="at once", ok=True, last_at=ago, told=3),
            HookState(
                name="mail",
                type="email",
                rules="after 1h",
                ok=False,
                last_at=ago,
                error="no route",
                waiting=2,
                circuit=Circuit.OPEN,
                open_since=ago,
                next_try=NOW + timedelta(minutes=3),
            ),
            HookState(name="idle", type="desktop", paused_at=ago),
        ),
    )

    assert main(["hooks"]) == 0

    assert capsys.readouterr().out.splitlines() == [
        "HOOK   TYPE      STATE                                      WAITING  TOLD  RULES",
        "phone  telegram  told 5m ago                                -        3     at once",
        "mail   email     fails for 5m: no route, tried again in 3m  2        -     after 1h",
        "idle   desktop   paused 5m ago                              -        -     at once",
    ]


def test_hooks_are_listed_as_json(fake: FakeEngine, capsys: Captured) -> None:
    fake.about = replace(fake.about, hooks=(HookState(name="phone", type="telegram"),))

    assert main(["hooks", "list", "--format", "json"]) == 0

    assert json.loads(capsys.readouterr().out) == [{"name": "phone", "type": "telegram"}]


def test_without_hooks_it_says_how_to_add_one(fake: FakeEngine, capsys: Captured) -> None:
    assert main(["hooks"]) == 0
    assert '[hooks.desktop]\ntype = "desktop"' in capsys.readouterr().err


def test_a_test_says_how_long_each_hook_took(fake: FakeEngine, capsys: Captured) -> None:
    later = NOW + timedelta(seconds=1.5)
    fake.told = lambda hook: delivery(hook, delivered_at=later)

    assert main(["hooks", "test"]) == 0

    begun, ended = fake.commands
    assert isinstance(begun, TestHooks)
    assert (begun.hooks, begun.by) == (HOOKS, "kim")
    assert ended == EndTrial(begun.key)
    assert capsys.readouterr().out.splitlines() == [
        "phone: delivered after 1.5s",
        "mail: delivered after 1.5s",
    ]


def test_a_test_that_fails_says_why_and_is_exit_code_1(fake: FakeEngine, capsys: Captured) -> None:
    fake.told = lambda hook: delivery(hook, error="no route", next_try_at=NOW)

    assert main(["hooks", "test", "mail"]) == 1

    assert capsys.readouterr().out == "mail: failed: no route\n"


def test_what_waits_for_an_audience_was_not_delivered(fake: FakeEngine, capsys: Captured) -> None:
    fake.told = lambda hook: delivery(hook, tries=0, error="nobody looks at a screen", next_try_at=NOW)

    assert main(["hooks", "test", "mail"]) == 1

    assert capsys.readouterr().out == "mail: not delivered: nobody looks at a screen\n"


def test_a_test_that_is_never_sent_says_so(fake: FakeEngine, capsys: Captured) -> None:
    fake.told = lambda hook: delivery(hook, tries=0, next_try_at=NOW)

    assert main(["hooks", "test", "mail", "--wait", "1s"]) == 1

    assert capsys.readouterr().err == "mail: not sent within 1s\n"


def test_hooks_are_paused_and_resumed(fake: FakeEngine, capsys: Captured) -> None:
    fake.about = replace(fake.about, hooks=(HookState(name="phone", type="telegram"),))

    assert main(["hooks", "pause", "phone"]) == 0
    assert main(["hooks", "resume", "phone"]) == 0
    assert main(["hooks", "pause", "nine"]) == 1
    assert main(["hooks", "pause"]) == 2

    assert fake.commands == [PauseHooks(("phone",)), ResumeHooks(("phone",)), PauseHooks(("nine",))]
    err = capsys.readouterr().err
    assert "phone is paused" in err
    assert "there is no hook nine" in err
    assert "which hooks?" in err


def test_a_hook_that_is_not_there_is_named_with_the_nearest(fake: FakeEngine, capsys: Captured) -> None:
    assert main(["hooks", "test", "mial"]) == 2
    assert 'there is no hook "mial"; did you mean "mail"?' in capsys.readouterr().err
    assert fake.commands == []


@pytest.mark.parametrize("wait", ["soon", "0s", "2d"])
def test_a_wait_that_makes_no_sense_is_refused(fake: FakeEngine, wait: str, capsys: Captured) -> None:
    assert main(["hooks", "drill", "--wait", wait]) == 2
    assert "--wait" in capsys.readouterr().err


def acknowledged(fake: FakeEngine, by: str) -> Callable[[float], None]:
    def pause(_: float) -> None:
        [view] = fake.trial_views
        at = NOW + timedelta(seconds=40)
        done = replace(view.trial, acknowledged_at=at, acknowledged_by=by, ended_at=at)
        fake.trial_views = [replace(view, trial=done)]

    return pause


def test_a_drill_says_who_acknowledged_it_and_after_how_long(
    fake: FakeEngine, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hooks, "sleep", acknowledged(fake, "ann via phone"))

    assert main(["hooks", "drill", "--check", UP.slug]) == 0

    [begun] = fake.commands
    assert isinstance(begun, StartDrill)
    assert (begun.slugs, begun.by, begun.wait_s) == ((UP.slug,), "kim", 600)
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "phone: delivered after 0.00s",
        "mail: delivered after 0.00s",
        "acknowledged by ann via phone after 40s",
    ]
    assert f"pulsetui ack {UP.slug}" in err


def test_a_drill_that_nobody_acknowledges_is_exit_code_1(fake: FakeEngine, capsys: Captured) -> None:
    assert main(["hooks", "drill", "--wait", "1s"]) == 1
    assert "nobody acknowledged it within 1s" in capsys.readouterr().err


def test_a_drill_about_no_check_there_is_is_refused(fake: FakeEngine, capsys: Captured) -> None:
    assert main(["hooks", "drill", "--check", "nine"]) == 1
    assert 'there is no check "nine"' in capsys.readouterr().err
    assert fake.commands == []


# --- with a real engine -----------------------------------------------------------------------------

CONFIG = """\
[hooks.good]
type = "command"
command = ["sh", "-c", "cat > {file}"]

[hooks.bad]
type = "command"
command = ["false"]

[checks.one]
every = "1h"
hooks = ["good"]
"""


def serve(folder: Path) -> Service:
    config = folder / "checks.toml"
    config.write_text(CONFIG.replace("{file}", str(folder / "told")))
    return open_service(config, folder / "state", ("127.0.0.1", 0))


def arguments(folder: Path, *words: str) -> list[str]:
    return [*words, "--config", str(folder / "checks.toml"), "--state-dir", str(folder / "state")]


def test_a_test_goes_through_a_real_engine(tmp_path: Path, capsys: Captured) -> None:
    with serve(tmp_path):
        assert main(arguments(tmp_path, "hooks", "test")) == 1

        out = capsys.readouterr().out
        assert "good: delivered after " in out
        assert "bad: failed: false ended with exit code 1" in out
        assert json.loads((tmp_path / "told").read_text())["event"] == "test"
        assert main(arguments(tmp_path, "hooks", "test", "good")) == 0


def test_a_hook_of_a_real_engine_is_held(tmp_path: Path) -> None:
    with serve(tmp_path) as service:
        assert main(arguments(tmp_path, "hooks", "test", "good")) == 0  # then its worker is there

        assert main(arguments(tmp_path, "hooks", "pause", "good")) == 0
        assert service.client.info().hooks[0].paused_at is not None
        assert main(arguments(tmp_path, "hooks", "resume", "good")) == 0
        assert service.client.info().hooks[0].paused_at is None
        assert main(arguments(tmp_path, "hooks", "pause", "nine")) == 1


def test_a_drill_goes_through_a_real_engine(tmp_path: Path, capsys: Captured) -> None:
    with serve(tmp_path) as service:

        def press(_: float) -> None:
            [view] = service.client.trials()
            if view.deliveries and view.deliveries[0].delivered_at:
                from pulsetui.monitor.answering.answers import AlertAnswers

                answer = Answer(verb="acknowledge", key=view.trial.key, by="ann", hook="good")
                service.engine.call(lambda: AlertAnswers(service.engine).take(answer))

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(hooks, "sleep", press)
            assert main(arguments(tmp_path, "hooks", "drill", "--check", "one")) == 0

    out = capsys.readouterr().out
    assert "good: delivered after " in out
    assert "acknowledged by ann via good after " in out


def test_without_an_engine_hooks_are_tried_directly(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "checks.toml").write_text(CONFIG.replace("{file}", str(tmp_path / "told")))

    assert main(arguments(tmp_path, "hooks", "test", "good")) == 0

    out, err = capsys.readouterr()
    assert "good: delivered after " in out
    assert "no engine holds" in err
    assert "tried directly" in err
    assert main(arguments(tmp_path, "hooks", "test")) == 1
    assert "bad: failed: false ended with exit code 1" in capsys.readouterr().out
