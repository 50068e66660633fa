"""A real Django project with one line more in INSTALLED_APPS: its commands report, and run as before."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pulsetui.django.options import Options
from tests.job.server import NOT_FOUND, OK, Server, serving
from tests.job.test_heartbeat import told
from tests.job.test_ping import spooled

COMMAND = """
import os, signal, sys, time
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

class Command(BaseCommand):
    def add_arguments(self, parser):
        parser.add_argument("mode", choices=["good", "crash", "refuse", "exit", "nested", "killed"])

    def handle(self, *args, mode, **options):
        self.stderr.write("careful")
        if mode == "crash":
            raise RuntimeError("the bank does not answer")
        if mode == "refuse":
            raise CommandError("no such account", returncode=3)
        if mode == "exit":
            sys.exit(4)
        if mode == "nested":
            call_command("clearsessions")
        if mode == "killed":
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(30)
        return "imported 312 records"
"""

MIXED = """
from django.core.management.base import BaseCommand, CommandError
from pulsetui.django.mixin import HeartbeatMixin

class Command(HeartbeatMixin, BaseCommand):
    heartbeat_slug = "mine"

    def handle(self, *args, **options):
        raise CommandError("no such account", returncode=3)
"""

SETTINGS = """
SECRET_KEY = "x"
INSTALLED_APPS = ["pulsetui.django", "billing", "django.contrib.sessions"]
SESSION_ENGINE = "django.contrib.sessions.backends.file"
USE_TZ = True
PULSETUI = {more}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("shop")
    commands = root / "billing" / "management" / "commands"
    commands.mkdir(parents=True)
    for package in (root / "billing", root / "billing" / "management", commands):
        (package / "__init__.py").touch()
    (commands / "sync_invoices.py").write_text(COMMAND)
    (commands / "mixed.py").write_text(MIXED)
    (root / "alone.py").write_text(SETTINGS.replace('"pulsetui.django", ', "").format(more="{}"))
    (root / "shop.py").write_text(SETTINGS.format(more="{}"))
    (root / "by_mode.py").write_text(SETTINGS.format(more='{"slugs": {"sync_invoices": "sync-{mode}"}}'))
    (root / "shared.py").write_text(SETTINGS.format(more='{"slugs": {"sync_invoices": "clearsessions"}}'))
    (root / "flawed.py").write_text(SETTINGS.format(more='{"deyn": ["x"], "allow": "sync_*", "slugs": 3}'))
    return root


@pytest.fixture
def engine() -> Iterator[Server]:
    with serving(OK) as server:
        yield server


def manage(
    project: Path, state: Path, *arguments: str, url: str = "", settings: str = "shop"
) -> subprocess.CompletedProcess[str]:
    environment = {"DJANGO_SETTINGS_MODULE": settings, "PYTHONPATH": str(project), "HOME": str(state)}
    environment |= {"PULSETUI_URL": url, "PULSETUI_STATE_DIR": str(state)} if url else {}
    return subprocess.run(
        [sys.executable, "-m", "django", *arguments],
        env=environment,
        cwd=project,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("mode", "code", "path", "last"),
    [
        ("good", 0, "/ping/sync-invoices", "imported 312 records"),
        ("nested", 0, "/ping/sync-invoices", "imported 312 records"),
        ("crash", 1, "/ping/sync-invoices/1", "RuntimeError: the bank does not answer"),
        ("refuse", 3, "/ping/sync-invoices/3", "CommandError: no such account"),
        ("exit", 4, "/ping/sync-invoices/4", "careful"),
        ("killed", -15, "/ping/sync-invoices", "ended by SIGTERM"),
        ("wrong", 2, "/ping/sync-invoices/2", "these arguments were refused: sync_invoices wrong"),
    ],
)
def test_a_command_reports_how_it_ended(
    project: Path, tmp_path: Path, engine: Server, mode: str, code: int, path: str, last: str
) -> None:
    done = manage(project, tmp_path, "sync_invoices", mode, url=engine.url)

    assert done.returncode == code
    (start, _, _), (end, query, body) = told(engine)
    assert (start, end) == ("/ping/sync-invoices/start", path)
    assert query.get("exit_code") == (["-15"] if mode == "killed" else None)
    assert body.splitlines()[-1] == last
    if mode != "wrong":
        assert body.startswith("careful\n")
        assert "careful\n" in done.stderr
    if mode == "good":
        assert done.stdout == "imported 312 records\n"


def test_arguments_may_be_part_of_the_slug(project: Path, tmp_path: Path, engine: Server) -> None:
    manage(project, tmp_path, "sync_invoices", "good", url=engine.url, settings="by_mode")

    assert [path for path, _, _ in told(engine)] == ["/ping/sync-good/start", "/ping/sync-good"]


@pytest.mark.parametrize("settings", ["shop", "alone"])
def test_a_command_with_the_mixin_reports_once_with_and_without_the_app(
    project: Path, tmp_path: Path, engine: Server, settings: str
) -> None:
    done = manage(project, tmp_path, "mixed", url=engine.url, settings=settings)

    assert done.returncode == 3
    assert [path for path, _, _ in told(engine)] == ["/ping/mine/start", "/ping/mine/3"]


def test_settings_that_cannot_be_used_are_told_and_the_command_runs(
    project: Path, tmp_path: Path, engine: Server
) -> None:
    done = manage(project, tmp_path, "sync_invoices", "good", url=engine.url, settings="flawed")

    assert done.returncode == 0
    assert "did you mean 'deny'?" in done.stderr
    assert len(engine.requests) == 2


def test_without_an_address_and_for_commands_that_people_type_nothing_is_told(
    project: Path, tmp_path: Path, engine: Server
) -> None:
    assert manage(project, tmp_path, "sync_invoices", "good").returncode == 0
    assert list(tmp_path.iterdir()) == []
    assert manage(project, tmp_path, "check", url=engine.url).returncode == 0
    assert engine.requests == []


def test_a_report_that_meets_no_engine_is_kept(project: Path, tmp_path: Path) -> None:
    done = manage(project, tmp_path, "sync_invoices", "good", url="http://127.0.0.1:9")

    assert (done.returncode, done.stdout) == (0, "imported 312 records\n")
    assert [report["kind"] for report in spooled(tmp_path)] == ["start", "success"]


def test_verify_says_which_reports_arrive(project: Path, tmp_path: Path) -> None:
    with serving(NOT_FOUND, OK) as server:
        tried = ["clearsessions", "sync_invoices"]
        done = manage(project, tmp_path, "pulsetui", "verify", *tried, url=server.url)

    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "clearsessions: no check clearsessions; add it with: pulsetui add clearsessions",
        "sync_invoices: arrived",
    ]
    assert done.stderr == "CommandError: 1 of 2 did not arrive\n"
    assert [path for path, _, _ in told(server)] == ["/ping/clearsessions/log", "/ping/sync-invoices/log"]
    assert told(server)[0][2].startswith("manage.py pulsetui verify on ")


def test_list_and_the_checks_before_a_deployment(project: Path, tmp_path: Path) -> None:
    listed = manage(project, tmp_path, "pulsetui", "list")
    assert [line.split(None, 1) for line in listed.stdout.splitlines()] == [
        ["clearsessions", "clearsessions"],
        ["mixed", "mine"],
        ["pulsetui", "not watched"],
        ["sync_invoices", "sync-invoices"],
    ]
    assert listed.stderr == "nothing is reported: PULSETUI_URL is not set\n"

    def warned(settings: str, url: str = "") -> set[str]:
        done = manage(project, tmp_path, "check", "--deploy", "--tag", "pulsetui", url=url, settings=settings)
        return set(re.findall(r"pulsetui\.W\d+", done.stderr))

    assert warned("shop") == {"pulsetui.W001"}
    assert warned("shop", "http://127.0.0.1:8787") == set()
    assert warned("shop", "nowhere") == {"pulsetui.W002"}
    assert warned("shared", "http://127.0.0.1:8787") == {"pulsetui.W003"}


@pytest.mark.parametrize(
    ("given", "command", "is_watched"),
    [
        ({}, "sync", True),
        ({}, "migrate", False),
        ({}, "crontask", False),
        ({"allow": ["sync_*"]}, "sync_all", True),
        ({"allow": ["sync_*"]}, "other", False),
        ({"allow": ["*"]}, "runserver", False),
        ({"allow": ["runworker"]}, "runworker", True),
        ({"allow": ["sync_*"], "deny": ["sync_all"]}, "sync_all", False),
    ],
)
def test_which_commands_are_watched(given: dict[str, object], command: str, is_watched: bool) -> None:
    assert Options("http://x", given).watches(command) is is_watched


@pytest.mark.parametrize(
    ("template", "slug"),
    [
        ("import_feed", "import-feed"),
        ("My_Feed", "my_feed"),
        ("feed-{supplier}", "feed-acme-sons"),
        ("feed-{missing}", "import-feed"),
        ("feed-{", "import-feed"),
    ],
)
def test_the_slug_of_a_command(template: str, slug: str) -> None:
    options = Options("http://x", {"slugs": {"import_feed": template}})
    assert options.slug("import_feed", {"supplier": "Acme Sons"}) == slug
