"""Every line to copy outside the ways to ping, run as cron runs it: README, sample, ``init``, screens."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pulsetui.config.init import initial_config
from pulsetui.core.state.status import PingKind
from pulsetui.recipes.recipes import JOB
from pulsetui.service import Service, open_service
from pulsetui.tui.dialogs.ask import copy_choices
from pulsetui.tui.table.empty import crontab_lines, first_ping
from pulsetui.tui.ways.example import EXAMPLE
from pulsetui.tui.ways.target import target_of
from tests.cli.installed import PULSETUI
from tests.e2e.as_cron import crontab_command, run_as_cron

ROOT = Path(__file__).parents[2]
INSTALLED = "/srv/pulsetui/.venv/bin/pulsetui"
ADDRESS = "http://127.0.0.1:8787"
CURL = "curl -fsS -m "
A_LINE = re.compile(r"(?:@\w+|[\d*]\S* \S+ \S+ \S+ \S+)  ?\S.*(?:/ping/|pulsetui (?:run|ping) )")


def readme_lines() -> list[str]:
    text = (ROOT / "README.md").read_text("utf-8")
    table = text.partition("## Ways to ping")[2].partition("\n\n`pulsetui")[0]
    code = [found for row in table.splitlines() for found in re.findall(r"\| `([^`]+)`", row)]
    blocks = re.findall(r"^\d\S* \d.*$", text, re.MULTILINE)
    assert (len(code), len(blocks)) == (7, 2)
    return [*(f"* * * * * {each}" for each in code), *blocks]


def sample_lines() -> list[str]:
    """The crontab lines of the sample, and what its unit and its worker run."""
    found = []
    for line in (ROOT / "sample_checks.toml").read_text("utf-8").splitlines():
        said = line.removeprefix("#").strip()
        if not line.startswith("#") or not ("/ping/" in said or "pulsetui run" in said) or '"' in said[:5]:
            continue
        if said.startswith(("ExecStartPost=", "curl ")):
            found.append(f"* * * * * {said.removeprefix('ExecStartPost=-')}")
        elif A_LINE.match(said):
            found.append(said)
    assert len(found) == 11
    return found


def init_lines() -> list[str]:
    text = initial_config(program=INSTALLED, listen="127.0.0.1:8787")
    found = [line.strip("# ") for line in text.splitlines() if "/usr/local/bin/backup" in line]
    assert len(found) == 2
    return found


class Place:
    """A home directory with an engine where ``pulsetui`` looks for one, and a stand-in for every job."""

    def __init__(self, home: Path, service: Service) -> None:
        self.home, self.service = home, service
        self.url = service.client.info().base_url.removesuffix("/ping/")
        stub = home / "stub"
        stub.write_text("#!/bin/sh\necho imported 7 records\n")
        stub.chmod(0o755)
        self.stub = str(stub)
        (home / "srv" / ".venv" / "bin").mkdir(parents=True)
        shutil.copy(stub, home / "srv" / ".venv" / "bin" / "python")

    def filled(self, line: str) -> str:
        """The line with the paths of this machine, and nothing else changed."""
        line = line.replace(ADDRESS, self.url).replace(INSTALLED, PULSETUI)
        line = re.sub(r"cd /srv/(?:app|shop)", f"cd {self.home}/srv", line)
        for job in (JOB, "/usr/local/bin/sync", "/usr/local/bin/backup", "certbot"):
            line = line.replace(job, self.stub)
        return re.sub(r"(?<![\w/-])job(?![\w/])", self.stub, line)

    def pings(self, slug: str) -> list[PingKind]:
        return [ping.kind for ping in reversed(self.service.client.details(slug).pings)]

    def arrives(self, line: str, slug: str) -> None:
        """Runs it: its last word is heard, and cron has nothing to mail but what the job says."""
        before = len(self.pings(slug)) if slug in self.service.client.checks() else 0
        done = run_as_cron(crontab_command(self.filled(line)), self.home)
        assert done.stderr == ""
        assert done.stdout in ("", "imported 7 records\n")
        heard = self.pings(slug)[before:]
        assert heard, done
        expected = PingKind.FAIL if "status=fail" in line else PingKind.SUCCESS
        assert heard[-1] is expected


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    home = tmp_path_factory.mktemp("home")
    config = home / "checks.toml"
    shutil.copy(ROOT / "sample_checks.toml", config)
    with config.open("a", encoding="utf-8") as file:
        file.write('\n[checks.nightly-backup]\nevery = "1d"\n[checks.slug]\nevery = "1d"\n')
    state = home / ".local" / "state" / "pulsetui"
    with open_service(config, state, ("127.0.0.1", 0)) as service:
        yield Place(home, service)


def slug_in(line: str) -> str:
    found = re.search(r"/ping/([a-z-]+)|pulsetui(?: run| ping) ([a-z-]+)", line)
    assert found, line
    return found[1] or found[2]


@pytest.mark.parametrize("line", [*readme_lines(), *sample_lines(), *init_lines()])
def test_a_line_of_the_documents_arrives(line: str, place: Place) -> None:
    line = line.replace("SLUG", "slug")
    if "payroll" in line:
        line = _last_weekday_is_today(line)
    place.arrives(line, slug_in(line))


def _last_weekday_is_today(line: str) -> str:
    """As on that day: the two months differ."""
    assert line.count("= $(date +\\%m)") == 1
    return line.replace("= $(date +\\%m)", "= no-month")


@pytest.mark.parametrize("day", ["2026-11-30", "2026-10-30", "2026-12-31", "2027-01-29", "2027-02-26"])
def test_the_payroll_line_of_the_sample_knows_the_last_weekday(day: str, place: Place) -> None:
    """Its condition alone, on the last weekdays of some months and on the days before them."""
    line = next(line for line in sample_lines() if "payroll" in line)
    condition = crontab_command(line).split(" || { ")[0]
    for at, is_last in ((day, True), (day[:-2] + "20", False)):
        said = condition.replace("date +", f"date -d {at} +").replace('-d "+', f'-d "{at} +')
        done = run_as_cron(f"{said} && echo same || echo other", place.home)
        assert done.stdout == ("other\n" if is_last else "same\n"), (said, done)


def test_every_curl_line_of_the_documents_is_quiet_and_bounded() -> None:
    for line in (*readme_lines(), *sample_lines(), *init_lines()):
        assert line.count("curl") == line.count("-o /dev/null"), line
        assert line.count("curl ") == line.count(CURL), line


@pytest.mark.parametrize("key", ["c", "t", "r"])
@pytest.mark.parametrize("slug", ["sync-invoices", "stock-import", "backup-weekly", "worker-heartbeat"])
def test_what_the_copy_menu_offers_arrives(key: str, slug: str, place: Place) -> None:
    view, info = place.service.client.checks()[slug], place.service.client.info()
    text = next(choice.text for choice in copy_choices(view, info) if choice.key == key)
    place.arrives(f"* * * * * {text}" if key == "c" else text, slug)


def test_what_the_empty_screen_shows_arrives(place: Place) -> None:
    info = place.service.client.info()
    place.arrives(f"* * * * * {first_ping(info)}", EXAMPLE)
    for line in crontab_lines(info):
        place.arrives(line, EXAMPLE)


def test_pulsetui_is_named_by_its_whole_path(
    place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """However it was started: by a path in a virtualenv, by a link, as a module, from a folder in PATH."""
    monkeypatch.chdir(tmp_path)
    link = tmp_path / "bin 100%" / "pulsetui"
    link.parent.mkdir()
    link.symlink_to(PULSETUI)
    view, info = place.service.client.checks()["sync-invoices"], place.service.client.info()
    for started, named in (
        (PULSETUI, PULSETUI),
        (str(link), str(link)),
        ("bin 100%/pulsetui", str(link)),
        ("/somewhere/pulsetui/__main__.py", PULSETUI),
        ("-c", PULSETUI),
    ):
        monkeypatch.setattr(sys, "argv", [started])
        assert target_of(view, info).program == named
        place.arrives(copy_choices(view, info)[2].text, "sync-invoices")
