"""``manage.py pulsetui sync`` of a real project, with a real engine and with its file."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.cli.installed import pulsetui
from tests.cli.test_serve import serving
from tests.django.shop import make_project, manage

NIGHTLY = {"nightly": ("shop.report", 3)}
PAGE = Path(__file__).parents[2] / "docs" / "django.md"
MANAGE = "$ .venv/bin/python manage.py pulsetui "
URL = "http://127.0.0.1:9"
"""Where nobody listens."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("shop"))


def said_on_the_page(first: str) -> list[tuple[list[str], str]]:
    """The commands of the block of docs/django.md that begins with ``first``, and what they say there."""
    blocks = re.findall(r"```\n(\$ .*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    (block,) = (block for block in blocks if block.startswith(f"{MANAGE}{first}"))
    told = [text.partition("\n") for text in block.split(MANAGE)[1:]]
    return [(command.split(), output) for command, _, output in told]


def as_on_the_page(ran: subprocess.CompletedProcess[str], project: Path, url: str) -> str:
    said = (ran.stdout + ran.stderr).replace(url, "http://127.0.0.1:8787")
    return said.replace(str(project), "/srv/app")


def test_the_checks_of_an_engine_follow_the_code(project: Path, tmp_path: Path) -> None:
    with serving(tmp_path) as (_, url):
        given = {"PULSETUI_URL": f"{url}/ping", "PROJECT": "shop"}
        done = []
        for command, output in said_on_the_page("sync"):
            ran = manage(project, tmp_path, *command, beat=NIGHTLY, **given)
            assert as_on_the_page(ran, project, url) == output
            tables = re.findall(r"^\[checks\.(.+)\]", (tmp_path / "checks.toml").read_text(), re.MULTILINE)
            done.append((ran.returncode, len(tables)))
        assert done == [(1, 1), (0, 4), (0, 4)]

        pulsetui("edit", "nightly", "grace=3h", home=tmp_path)
        renamed = {"report": ("shop.report", 4)}
        moved = manage(project, tmp_path, "sync", "--prune", "--write", beat=renamed, **given)
        assert moved.returncode == 0
        at_three, at_four = (f'cron "0 {hour} * * *" (Europe/Riga)' for hour in (3, 4))
        assert moved.stdout == (
            f"~ nightly → report: renamed to report; {at_three} becomes {at_four};"
            ' a person wrote grace "3h"; found is grace "1h" [beat_schedule: report]\n'
        )
        shown = pulsetui("show", "report", home=tmp_path).stdout
        assert "at 04:00 every day (Europe/Riga); grace 3h" in shown
        assert re.search(r"^Source +shop.report in shop/celery-beat$", shown, re.MULTILINE)
        kept = (tmp_path / "checks.toml").read_text()
        assert "[checks.sync-invoices]" in kept, "its crontab was not read"


def test_without_an_engine_a_file_that_is_named_is_written(project: Path, tmp_path: Path) -> None:
    given = {"PULSETUI_URL": URL, "PROJECT": "shop"}
    file = tmp_path / "checks.toml"
    done = manage(project, tmp_path, "sync", "--write", "--config", str(file), beat=NIGHTLY, **given)

    assert done.returncode == 0
    assert '[checks.nightly]\ncron = "0 3 * * *"\ntimezone = "Europe/Riga"\n' in file.read_text()
    two = {"one": ("shop.one", 5), **NIGHTLY}
    manage(project, tmp_path, "sync", "--write", "--config", str(file), beat=two, **given)
    kept = manage(project, tmp_path, "sync", "--write", "--config", str(file), beat=NIGHTLY, **given)
    assert kept.stdout == "- one: shop.one is scheduled no more in shop/celery-beat\n"
    assert "[checks.one]" in file.read_text()
    gone = manage(
        project, tmp_path, "sync", "--prune", "--write", "--config", str(file), beat=NIGHTLY, **given
    )
    assert gone.returncode == 0
    assert "[checks.one]" not in file.read_text()


def test_what_nobody_can_take_is_printed_to_be_put_there(project: Path, tmp_path: Path) -> None:
    done = manage(project, tmp_path, "sync", "--write", beat=NIGHTLY, PULSETUI_URL=URL)

    assert done.returncode == 1
    assert done.stdout.startswith('[checks.nightly]\ncron = "0 3 * * *"\n')
    assert "nothing is compared or written" in done.stderr
    assert "PULSETUI_API_KEY" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sync", "--prune"], '"project"'),
        (["sync", "nightly"], "sync takes no commands, got: nightly"),
        (["list", "--write"], "--write is for sync"),
        (["sync", "--crontab", "missing"], "missing cannot be read"),
    ],
)
def test_what_is_asked_wrongly_is_answered_in_one_line(
    project: Path, tmp_path: Path, arguments: list[str], words: str
) -> None:
    done = manage(project, tmp_path, *arguments, PULSETUI_URL=URL)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert words in done.stderr


def test_jobs_that_report_nothing_are_told_and_get_no_check(project: Path, tmp_path: Path) -> None:
    (tmp_path / "crontab").write_text(
        f"PULSETUI_URL={URL}\n"
        "0 1 * * * manage.py sync_invoices --nope\n"
        "0 2 * * * manage.py nothing\n"
        "0 25 * * * manage.py sync_invoices\n"
        "@reboot manage.py sync_invoices\n"
        "0 4 * * * manage.py migrate\n"
        "0 5 * * * backup\n"
    )
    file, crontab = str(tmp_path / "checks.toml"), str(tmp_path / "crontab")
    given = {"UNCONNECTED": "1", "PULSETUI_URL": URL}
    done = manage(
        project, tmp_path, "sync", "--write", "--config", file, "--crontab", crontab, beat=NIGHTLY, **given
    )

    assert done.returncode == 1
    told = [re.sub(rf" \[.*\]$|{tmp_path}/", "", line) for line in done.stderr.splitlines()]
    uncalled = "call pulsetui.celery.connect(app) where the Celery app is made"
    refused = "its arguments are refused: Error: unrecognized arguments: --nope"
    assert told[:3] == [
        f"cannot be watched: nightly: its runs are not reported: {uncalled}",
        f"cannot be watched: sync_invoices: crontab:2: {refused}",
        "cannot be watched: nothing: crontab:3: the project has no such command",
    ]
    assert "hour must be 0-23" in told[3]
    assert told[4:6] == [
        "left out: sync_invoices: crontab:5: nothing is due at @reboot",
        "left out: migrate: crontab:6: this command is not watched (see PULSETUI: allow, deny)",
    ]
    assert not Path(file).exists()


def test_list_says_which_jobs_have_no_check_and_which_share_one(project: Path, tmp_path: Path) -> None:
    crontab = tmp_path / "crontab"
    crontab.write_text(
        f"0 1 * * * PULSETUI_URL={URL} manage.py sync_invoices\n"
        f"0 2 * * * export PULSETUI_URL={URL}; manage.py sync_invoices --all\n"
    )
    with serving(tmp_path) as (_, url):
        done = manage(project, tmp_path, "list", "--crontab", str(crontab), PULSETUI_URL=url)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "clearsessions  clearsessions  no such check",
        "pulsetui       not watched",
        "sync_invoices  sync-invoices  no such check",
        f"sync-invoices  sync-invoices  [{crontab}:1]  no such check",
        f"sync-invoices  sync-invoices  [{crontab}:2]  no such check",
    ]
    assert done.stderr == f"{crontab}:1 and {crontab}:2 report to one check, sync-invoices\n"

    done = manage(project, tmp_path, "list", "--crontab", str(crontab), PULSETUI_URL=URL)
    assert "no such check" not in done.stdout
    assert done.stderr.startswith("which checks there are could not be asked: ")


def test_list_and_verify_say_what_the_page_shows(project: Path, tmp_path: Path) -> None:
    (tmp_path / "checks.toml").write_text('[checks.sync-invoices]\ncron = "0 2 * * *"\n')
    with serving(tmp_path) as (_, url):
        for command, output in said_on_the_page("list"):
            assert (
                as_on_the_page(manage(project, tmp_path, *command, PULSETUI_URL=url), project, url) == output
            )


def test_the_system_checks_run_by_hand(project: Path, tmp_path: Path) -> None:
    done = manage(project, tmp_path, "check")
    assert done.returncode == 1
    assert done.stdout.startswith("pulsetui.W001: pulsetui.django reports nothing.\n    Set PULSETUI_URL")

    done = manage(project, tmp_path, "check", PULSETUI_URL=URL)
    assert (done.returncode, done.stdout) == (0, "nothing to warn of\n")


def test_a_job_without_a_check_is_warned_of_before_a_deployment(project: Path, tmp_path: Path) -> None:
    (tmp_path / "checks.toml").write_text(
        '[listener]\nlisten = "127.0.0.1:9"\n[checks.celery-beat]\nevery = "1m"\n'
    )
    given = {"PULSETUI_URL": URL, "PULSETUI_CONFIG": str(tmp_path / "checks.toml")}
    done = manage(project, tmp_path, "check", beat=NIGHTLY, **given)
    assert (done.returncode, done.stdout.splitlines()) == (
        1,
        [
            "pulsetui.W004: nightly is scheduled and has no check nightly [beat_schedule: nightly].",
            "    See: manage.py pulsetui sync",
        ],
    )
    done = manage(project, tmp_path, "check", beat=NIGHTLY, UNCONNECTED="1", **given)
    assert done.returncode == 1
    assert done.stdout.startswith(
        "pulsetui.W004: A scheduled job cannot be watched: nightly: its runs are not"
    )


def test_a_terminal_that_has_few_characters_gets_others(project: Path, tmp_path: Path) -> None:
    file = tmp_path / "checks.toml"
    given = {"PULSETUI_URL": URL, "PYTHONIOENCODING": "ascii"}
    beat = {"n\u0101kts": ("shop.report", 3)}
    done = manage(project, tmp_path, "sync", "--config", str(file), beat=beat, **given)
    assert done.returncode == 1
    assert done.stdout.splitlines()[0].endswith("[beat_schedule: n\\u0101kts]")
