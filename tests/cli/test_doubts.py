"""A schedule that is allowed but was probably not meant is said wherever it is given and watched."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pulsetui.cli.commands.verbs import print_results
from pulsetui.cli.main import main
from pulsetui.client.client import do_one
from pulsetui.client.commands import AddCheck, Dismiss, EditCheck
from pulsetui.client.views import EngineInfo
from pulsetui.config.doubts import proofs
from pulsetui.config.file.load import load_config
from pulsetui.config.host_zone_name import HostZone
from pulsetui.config.problem import ConfigProblems
from pulsetui.service import Service, open_service

HOOK = '[hooks.ops]\ntype = "command"\ncommand = ["true"]\n'
ENDED = "it will never elapse again: the last time was 2020-01-01 06:00 UTC"
OVER = 'calendar = "2020-01-01 06:00"'


def written(folder: Path, text: str) -> Path:
    path = folder / "checks.toml"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("schedule", "doubt"),
    [
        (OVER, ENDED),
        ('calendar = "*-02-30"', '"*-02-30" can never elapse: there is no day 30 in February'),
        ('calendar = "Thu 2027-01-01"', "can never elapse: 2027-01-01 is a Friday"),
        ('calendar = "1970-01-01"', "the last time was 1970-01-01 00:00 UTC"),
        ('cron = "10/20 * * * *"', "Debian's cron refuses 10/20"),
        ('cron = "0 7 LW * *"', "cron itself does not know LW"),
        ('cron = "0 2 */2 * 1"', "runs on days that match both day fields"),
    ],
)
def test_validate_warns_and_the_file_is_right_all_the_same(
    schedule: str, doubt: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, f"{HOOK}[checks.a]\n{schedule}\n")
    assert main(["validate", str(path)]) == 0
    said = capsys.readouterr()
    assert said.out == f"{path}: 1 check, 1 hook, no problems, 1 warning\n"
    assert said.err.startswith("warning: [checks.a] c")
    assert doubt in said.err

    assert main(["validate", str(path), "--json"]) == 0
    (warning,) = json.loads(capsys.readouterr().out)["warnings"]
    assert doubt in warning


def test_validate_says_nothing_of_what_is_usual(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each nightly run is touched by a clock change some day: that is for ``schedule`` and ``show``."""
    path = written(
        tmp_path,
        f'timezone = "Europe/Berlin"\n{HOOK}'
        '[checks.a]\ncron = "30 2 * * *"\n[checks.b]\ncalendar = "02:30"\n',
    )
    assert main(["validate", str(path)]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("hook", "warning"),
    [
        ("", "nobody would be told of a failure: checks.toml has no hook (see: pulsetui help hooks)"),
        (
            '[hooks.bell]\ntype = "terminal"\n',
            "without a screen nobody would be told of a failure: hook bell needs an open screen",
        ),
    ],
)
def test_validate_says_when_nobody_would_be_told(
    hook: str, warning: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["validate", str(written(tmp_path, f'{hook}[checks.a]\nevery = "1h"\n'))]) == 0
    assert capsys.readouterr().err == f"warning: {warning}\n"


def test_validate_says_what_a_span_without_a_unit_means(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(
        tmp_path,
        f"""{HOOK}[checks.a]
every = 3600
grace = "30"
early = 0
max_runtime = "20m"
alerts = {{ after = 10 }}
[drill]
cron = "0 10 1 * *"
wait = 10
""",
    )
    assert main(["validate", str(path)]) == 0
    what = "a number without a unit is seconds. Write"
    assert capsys.readouterr().err.splitlines() == [
        f'warning: [drill] wait = 10: {what} "10s", or "10m" if minutes are meant',
        f'warning: [checks.a] every = 3600: {what} "1h"',
        f'warning: [checks.a] grace = "30": {what} "30s", or "30m" if minutes are meant',
        f'warning: [checks.a] alerts.after = 10: {what} "10s", or "10m" if minutes are meant',
    ]


def test_proofs_that_nobody_can_look_for_are_told_of_before_a_run_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"{HOOK}[prove.databases]\nshop = 'postgresql:///shop'\n"
    for slug in "abcde":
        text += f"[checks.{slug}]\nevery = '1h'\nprove = [\"sql:shop 'SELECT 1' > 0\"]\n"
    text += "[checks.f]\nevery = '1h'\nprove = ['django:billing.Invoice count > 0', 'file:/x newer 1h']\n"
    path = written(tmp_path, text)

    def said() -> list[str]:
        assert main(["validate", str(path)]) == 0
        return capsys.readouterr().err.splitlines()

    monkeypatch.setattr(proofs, "find_spec", lambda name: None)
    no_driver, no_project = said()
    assert no_driver == (
        "warning: [checks.a] prove, [checks.b] prove, [checks.c] prove and 2 more: not provable, for psycopg"
        ' is not installed where PulseTUI is: pip install "pulsetui[postgresql]"'
    )
    assert no_project == (
        "warning: [checks.f] prove: not provable, for checks.toml does not say how to ask the Django project:"
        ' [prove] manage = ["/…/python", "/…/manage.py"]'
    )
    monkeypatch.setattr(proofs, "find_spec", lambda name: name)
    path.write_text(text + "[prove]\nmanage = ['/x/python', '/x/manage.py']\n")
    assert said() == []


def test_an_engine_says_which_spans_may_have_been_meant_as_minutes(tmp_path: Path) -> None:
    path = written(tmp_path, '[checks.a]\nevery = "1h"\ngrace = 30\n[checks.b]\nevery = 3600\n')
    with open_service(path, tmp_path / "state", ("127.0.0.1", 0)) as service:
        client = service.client

        def said() -> str:
            return "".join(one.text for one in client.info().notices if one.key == "spans")

        assert said().startswith("[checks.a] grace = 30: a number without a unit is seconds.")
        assert client.checks()["a"].grace == 30.0

        client.do(Dismiss("spans"))
        assert do_one(client, EditCheck(("b",), {"max_runtime": "5m"})).ok
        assert said() == "", "whoever dismissed it meant seconds"

        assert do_one(client, EditCheck(("b",), {"max_runtime": 5})).ok
        assert said() == (
            "2 spans have no unit, and are seconds: [checks.a] grace = 30, [checks.b] max_runtime = 5."
            " Write the unit: 30s, or 30m"
        )
        assert do_one(client, EditCheck(("a",), {"grace": "30s"})).ok
        assert do_one(client, EditCheck(("b",), {"max_runtime": "5s"})).ok
        assert said() == ""


def test_validate_sees_keys_as_the_screen_does(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, f'{HOOK}[keys]\npause = "PP"\nfoo = "x"\ncopy = "Y"\n[checks.a]\nevery = "1h"\n')
    assert main(["validate", str(path)]) == 0
    said = capsys.readouterr()
    assert said.out.endswith("no problems, 2 warnings\n")
    assert said.err.splitlines() == [
        'warning: [keys] pause: "PP" is not a valid key; write it like P, ctrl+p, F5 or space',
        'warning: [keys] foo: there is no such command; did you mean "follow"?',
    ]


ABSURD = ("9" * 20, "9" * 400, "9" * 5000)
NUMBERS = (
    *('cron = "*/{} * * * *"', 'cron = "{} * * * *"', 'cron = "0 0 1-{} * *"', 'cron = "0 0 * * 5#{}"'),
    *('calendar = "{}:00"', 'calendar = "5..6/{}:00"', 'calendar = "{}-1-1"', 'calendar = "*:*:0/{}"'),
    *('calendar = "@{}"', 'every = "{}"', 'every = "{}w"', "every = {}", 'grace = "{}h"', "grace = {}"),
    *('early = "{}s"', 'max_runtime = "{}m"', "min_interval = {}", "keep_pings = {}"),
    *("failures_before_down = {}", "successes_before_up = {}"),
)


@pytest.mark.parametrize("field", NUMBERS)
@pytest.mark.parametrize("number", ABSURD, ids=len)
def test_numbers_of_absurd_size_are_refused_in_a_line(field: str, number: str, tmp_path: Path) -> None:
    key = field.partition(" ")[0]
    schedule = "" if key in ("cron", "calendar", "every") else 'every = "1h"\n'
    path = written(tmp_path, f"[checks.a]\n{schedule}{field.format(number)}\n")
    with pytest.raises(ConfigProblems) as caught:
        load_config(path, {})
    said = str(caught.value)
    assert f"{path}:" in said
    assert len(said) < len(str(path)) + 300
    assert "Traceback" not in said


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    path = written(tmp_path, f'[checks.old]\n{OVER}\n[checks.well]\ncron = "0 2 * * *"\n')
    with open_service(path, tmp_path / "state", ("127.0.0.1", 0)) as running:
        yield running


def notice(info: EngineInfo) -> str:
    return "".join(one.text for one in info.notices if one.key == "schedules")


def test_an_engine_says_which_checks_cannot_alarm_any_more(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    client = service.client
    assert notice(client.info()) == f'old cannot alarm any more: "2020-01-01 06:00", {ENDED}'
    assert client.checks()["old"].upcoming is None
    assert client.details("old").schedule_warnings == (ENDED,)

    client.do(Dismiss("schedules"))
    do_one(client, EditCheck(("well",), {"grace": "5m"}))
    assert notice(client.info()) == "", "what was dismissed stays away while it is the same"

    added = do_one(client, AddCheck(("older",), {"calendar": "2019-01-01"}))
    assert added.ok
    assert "2019-01-01" in added.warnings[0]
    assert "2 checks cannot alarm any more" in notice(client.info())
    assert "older" in caplog.text

    for slug in ("old", "older"):
        assert do_one(client, EditCheck((slug,), {"calendar": "daily"})).warnings == ()
    assert notice(client.info()) == ""


def test_an_engine_comes_to_know_the_zone_of_its_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pulsetui.config.host_zone_name.host_zone_name", lambda: HostZone("Asia/Tokyo"))
    monkeypatch.setattr("pulsetui.config.host_zone.zone_without_tz", lambda: "UTC")
    known = threading.Event()

    def look(_: object) -> None:
        if running.client.info().host_tz:
            known.set()

    with open_service(written(tmp_path, ""), tmp_path / "state", ("127.0.0.1", 0)) as running:
        unsubscribe = running.client.subscribe(look)
        look(None)
        assert known.wait(10), "and says so: a line that stands on the screen is written anew"
        assert (running.client.info().host_tz, running.client.info().system_tz) == ("Asia/Tokyo", "UTC")
        unsubscribe()


def test_adding_and_changing_say_what_clock_changes_do_too(service: Service) -> None:
    edited = do_one(service.client, EditCheck(("well",), {"cron": "30 2 * * *", "timezone": "Europe/Berlin"}))
    assert any("when clocks go forward" in warning for warning in edited.warnings)
    renamed = do_one(
        service.client, EditCheck(("well",), {"cron": "0 7 LW * *", "timezone": None}, new_slug="better")
    )
    assert any("does not know LW" in warning for warning in renamed.warnings)


def test_a_command_prints_the_warnings_of_its_answer(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    from argparse import Namespace

    added = do_one(service.client, AddCheck(("older",), {"calendar": "2019-01-01"}))
    assert print_results([added], Namespace(json=False)) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines()[1].startswith("warning: it will never elapse again")
    assert print_results([added], Namespace(json=True)) == 0
    assert "2019-01-01" in json.loads(capsys.readouterr().out)[0]["warnings"][0]
