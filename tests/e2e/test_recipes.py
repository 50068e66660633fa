"""Every way to ping that the screen offers, run as it is copied, against a real engine."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from msgspec.structs import replace

from pulsetui.client.views import PingView
from pulsetui.core.schedule.schedule import ScheduleKind
from pulsetui.core.state.status import PingKind
from pulsetui.recipes.recipes import BY_ID, JOB, RECIPES, Target
from pulsetui.service import Service, open_service
from pulsetui.tui.ways.target import target_of
from tests.e2e.as_cron import cron_environ, crontab_command, run_as_cron
from tests.programs import optional

yaml: Any = pytest.importorskip("yaml")  # it ships no type information

GOOD, BAD = "good", "bad"
SHELLS = [name for name in ("sh", "dash", "bash", "busybox") if shutil.which(name)]


class Bench:
    """An engine with a check for every way, and a job that does as it is told."""

    def __init__(self, service: Service, folder: Path) -> None:
        self.service = service
        self.folder = folder
        self.job = folder / "job"
        mode = f'[ "${{MODE:-$(cat {folder}/mode)}}" = good ]'  # cron hands on no variable of ours
        self.job.write_text(f'#!/bin/sh\necho "imported 7 records"\n{mode} || exit 3\n')
        self.job.chmod(0o755)
        self.host_tz = "UTC"
        self._seen: dict[str, int] = {}

    @property
    def environ(self) -> dict[str, str]:
        return cron_environ(self.folder)

    def cron(self, command: str, mode: str, shell: Sequence[str] = ("sh",)) -> CompletedProcess[str]:
        """What cron does: a shell, four variables, and nothing of ours."""
        (self.folder / "mode").write_text(mode)
        return run_as_cron(command, self.folder, shell)

    def target(self, slug: str) -> Target:
        """As the screen makes it, with a limit."""
        view = self.service.client.checks()[slug]
        return replace(target_of(view, self.service.client.info()), max_runtime=30.0, host_tz=self.host_tz)

    def text(self, way: str) -> str:
        return BY_ID[way].text(self.target(way)).replace(JOB, str(self.job))

    def run(self, command: list[str], mode: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            env={**self.environ, "MODE": mode, **more},
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def pings(self, way: str) -> list[PingView]:
        """What has come for the way's check since the last look, oldest first."""
        pings = self.service.client.details(way).pings
        new = [ping for ping in reversed(pings) if ping.n > self._seen.get(way, 0)]
        self._seen[way] = max((ping.n for ping in pings), default=0)
        return new

    def told(self, way: str) -> list[tuple[PingKind, int | None]]:
        return [(ping.kind, ping.exit_status) for ping in self.pings(way)]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("recipes")
    config = folder / "checks.toml"
    config.write_text("\n".join(f'[checks.{recipe.id}]\ncron = "0 2 * * *"\n' for recipe in RECIPES))
    # A name with all that a shell, cron and systemd would like to read in their own way.
    with open_service(config, folder / "100% o'state", ("127.0.0.1", 0)) as service:
        yield Bench(service, folder)


def shell(name: str) -> list[str]:
    return [name, "sh"] if name == "busybox" else [name]


CRON_WAYS = {
    "cron": ([(PingKind.SUCCESS, None)], []),
    "cron-exit-code": (
        [(PingKind.START, None), (PingKind.SUCCESS, 0)],
        [(PingKind.START, None), (PingKind.FAIL, 3)],
    ),
    "run": (
        [(PingKind.START, None), (PingKind.SUCCESS, 0)],
        [(PingKind.START, None), (PingKind.FAIL, 3)],
    ),
    "ping": (
        [(PingKind.START, None), (PingKind.SUCCESS, 0)],
        [(PingKind.START, None), (PingKind.FAIL, 3)],
    ),
}


@pytest.mark.parametrize("name", SHELLS)
@pytest.mark.parametrize("way", CRON_WAYS)
def test_a_line_of_the_crontab(way: str, name: str, bench: Bench) -> None:
    command = crontab_command(bench.text(way))
    for mode, told in zip((GOOD, BAD), CRON_WAYS[way], strict=True):
        done = bench.cron(command, mode, shell(name))
        assert bench.told(way) == told, done.stderr
        # Cron mails what a line says: the job's own words and nothing else.
        assert (done.stdout, done.stderr) == ("imported 7 records\n", "")


@pytest.mark.parametrize("way", CRON_WAYS)
@pytest.mark.parametrize("host_tz", ["Asia/Kolkata", "Europe/Berlin"])
def test_a_line_that_was_translated_for_its_host(
    way: str, host_tz: str, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "host_tz", host_tz)
    text = bench.text(way)
    assert "02:00 UTC" in text
    bench.cron(crontab_command(text), GOOD)
    assert bench.told(way) == CRON_WAYS[way][0]


@pytest.mark.parametrize("way", [*CRON_WAYS, "django-cron"])
def test_the_crontab_is_one_that_crontab_installs(way: str, bench: Bench) -> None:
    """Also where CRON_TZ stands before the line."""
    monthly = replace(bench.target(way), schedule="30 0 1 * *", tz="Asia/Tokyo", host_tz="UTC")
    for text in (bench.text(way), BY_ID[way].text(monthly)):
        table = bench.folder / "crontab"
        table.write_text(f"{text}\n")
        done = subprocess.run(
            [optional("crontab"), "-n", str(table)], capture_output=True, text=True, env=bench.environ
        )
        if "invalid option" in done.stderr:
            pytest.skip("this crontab checks nothing without installing it")
        assert done.returncode == 0, done.stderr


def test_pulsetui_run_keeps_the_exit_code_and_the_output(bench: Bench) -> None:
    done = bench.cron(crontab_command(bench.text("run")), BAD)
    assert (done.returncode, done.stdout) == (3, "imported 7 records\n")
    assert bench.pings("run")[-1].body_start.strip() == "imported 7 records"


def test_a_job_that_hangs_is_ended_and_does_not_tell_of_success(bench: Bench) -> None:
    hanging = bench.folder / "hang"
    hanging.write_text("#!/bin/sh\nexec sleep 60\n")
    hanging.chmod(0o755)
    line = (
        bench.text("cron-exit-code").replace(str(bench.job), str(hanging)).replace("timeout 30", "timeout 1")
    )
    assert bench.cron(crontab_command(line), GOOD).returncode == 0
    assert bench.told("cron-exit-code") == [(PingKind.START, None), (PingKind.FAIL, 124)]


@pytest.mark.parametrize("name", SHELLS)
def test_the_shell_script(name: str, bench: Bench) -> None:
    script = bench.folder / "script.sh"
    script.write_text(bench.text("script") + "\n")
    for mode, code in ((GOOD, 0), (BAD, 3)):
        done = bench.run([*shell(name), str(script)], mode, TMPDIR=str(bench.folder))
        assert (done.returncode, done.stdout, done.stderr) == (code, "imported 7 records\n", "")
        start, end = bench.pings("script")
        assert start.kind is PingKind.START
        assert (end.exit_status, end.body_start.strip()) == (code, "imported 7 records")
    assert not list(bench.folder.glob("tmp.*")), "the kept output is taken away"


def exec_lines(unit: str) -> dict[str, list[str]]:
    """The Exec lines as systemd.service(5) reads them: prefix, quotes and doublings taken off."""
    found = {}
    for line in unit.splitlines():
        key, _, value = line.partition("=")
        if key.startswith("Exec"):
            words = shlex.split(value.removeprefix("-"))
            found[key] = [word.replace("$$", "$").replace("%%", "%") for word in words]
    return found


@pytest.mark.parametrize("way", ["systemd", "systemd-exit-code"])
def test_the_drop_in_is_one_that_systemd_accepts(way: str, bench: Bench) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not on this machine")
    units = bench.folder / f"units-{way}"
    (units / "pulse-test.service.d").mkdir(parents=True)
    (units / "pulse-test.service").write_text(f"[Service]\nExecStart={bench.job}\n")
    (units / "pulse-test.service.d" / "override.conf").write_text(bench.text(way))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(units / "pulse-test.service")],
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{units}:"},
        capture_output=True,
        text=True,
    )
    said = [line for line in (done.stdout + done.stderr).splitlines() if "pulse-test" in line]
    assert said == []
    (units / "pulse-test.service.d" / "override.conf").write_text("[Service]\nExecStopPots=/bin/true\n")
    wrong = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(units / "pulse-test.service")],
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{units}:"},
        capture_output=True,
        text=True,
    )
    assert "ExecStopPots" in wrong.stderr, "the drop-in is read at all"


@pytest.mark.parametrize(
    ("kind", "schedule"),
    [
        ("cron", "0 2 * * *"),
        ("cron", "30 4 1,15 * mon"),
        ("cron", "0 7 L * *"),
        ("calendar", "Mon..Fri 06:00"),
        ("every", "15m"),
    ],
)
def test_the_timer_is_one_that_systemd_accepts(kind: ScheduleKind, schedule: str, bench: Bench) -> None:
    units = bench.folder / f"timer-{kind}-{schedule.encode().hex()}"
    units.mkdir()
    (units / "pulse-test.service").write_text(f"[Service]\nType=oneshot\nExecStart={bench.job}\n")
    target = replace(bench.target("systemd-timer"), schedule_kind=kind, schedule=schedule)
    target = replace(target, tz="Europe/Berlin")
    timer = units / "pulse-test.timer"
    for text, is_well in (
        (BY_ID["systemd-timer"].text(target), True),
        ("[Timer]\nOnCalendar=YOUR_TIMES\n", False),
    ):
        timer.write_text(text)
        done = subprocess.run(
            [optional("systemd-analyze"), "verify", "--man=no", str(timer)],
            env={**os.environ, "SYSTEMD_UNIT_PATH": f"{units}:"},
            capture_output=True,
            text=True,
        )
        said = [line for line in (done.stdout + done.stderr).splitlines() if "pulse-test" in line]
        assert (said == []) == is_well, said


def test_the_systemd_lines_tell_of_success(bench: Bench) -> None:
    assert bench.run(exec_lines(bench.text("systemd"))["ExecStartPost"], GOOD).returncode == 0
    assert bench.told("systemd") == [(PingKind.SUCCESS, None)]


@pytest.mark.parametrize(
    ("result", "status", "told"),
    [
        ("success", "0", (PingKind.SUCCESS, 0)),
        ("exit-code", "3", (PingKind.FAIL, 3)),
        ("timeout", "TERM", (PingKind.FAIL, None)),
        ("signal", "KILL", (PingKind.FAIL, None)),
        ("oom-kill", "KILL", (PingKind.FAIL, None)),
    ],
)
def test_the_systemd_lines_tell_how_it_ended(
    result: str, status: str, told: tuple[PingKind, int | None], bench: Bench
) -> None:
    lines = exec_lines(bench.text("systemd-exit-code"))
    assert bench.run(lines["ExecStartPre"], GOOD).returncode == 0
    ended = bench.run(lines["ExecStopPost"], GOOD, SERVICE_RESULT=result, EXIT_STATUS=status)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert bench.told("systemd-exit-code") == [(PingKind.START, None), told]


@pytest.fixture(scope="module")
def project(bench: Bench) -> Path:
    """A real Django project with the text as its command; MODE decides how its work ends."""
    root = bench.folder / "project"
    root.mkdir()
    subprocess.run([sys.executable, "-m", "django", "startproject", "shop", str(root)], check=True)
    commands = root / "billing" / "management" / "commands"
    commands.mkdir(parents=True)
    for package in (root / "billing", root / "billing" / "management", commands):
        (package / "__init__.py").touch()
    text = bench.text("django")
    check = "        import os\n        assert os.environ['MODE'] == 'good', 'the bank'\n"
    (commands / "django.py").write_text(text.replace("def work(self):\n", "def work(self):\n" + check))
    (commands / "django_cron.py").write_text(
        "import sys\nfrom pathlib import Path\nfrom django.core.management.base import BaseCommand\n"
        "class Command(BaseCommand):\n"
        "    def handle(self, *a, **o):\n"
        f"        sys.exit(Path('{bench.folder}/mode').read_text() != 'good')\n"
    )
    settings = root / "shop" / "settings.py"
    settings.write_text(settings.read_text() + '\nINSTALLED_APPS += ["billing"]\n')
    return root


def test_django_in_cron(bench: Bench, project: Path) -> None:
    line = bench.text("django-cron").replace("/srv/project", str(project))
    command = crontab_command(line.replace(".venv/bin/python", sys.executable))
    assert bench.cron(command, GOOD).returncode == 0
    assert bench.told("django-cron") == [(PingKind.SUCCESS, None)]
    assert bench.cron(command, BAD).returncode == 1
    assert bench.told("django-cron") == []


def test_django_from_inside_the_command(bench: Bench, project: Path) -> None:
    manage = [sys.executable, str(project / "manage.py"), "django"]
    assert bench.run(manage, GOOD).returncode == 0
    start, end = bench.pings("django")
    assert (start.kind, end.kind) == (PingKind.START, PingKind.SUCCESS)
    assert end.body_start == "imported 42 records"

    done = bench.run(manage, BAD)
    assert done.returncode == 1
    assert "the bank" in done.stderr
    start, end = bench.pings("django")
    assert end.kind is PingKind.FAIL
    assert end.body_start.startswith("Traceback")


def test_a_command_whose_engine_is_away_runs_all_the_same(bench: Bench, project: Path) -> None:
    commands = project / "billing" / "management" / "commands"
    text = (commands / "django.py").read_text()
    (commands / "unheard.py").write_text(re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:1", text))
    done = bench.run([sys.executable, str(project / "manage.py"), "unheard"], GOOD)
    assert done.returncode == 0
    assert "ping /start: " in done.stderr


CELERY_DRIVER = """
import os
from celery import Celery
app = Celery("shop", broker="memory://")
app.conf.update(task_always_eager=True)
app.set_default()
import tasks
result = tasks.celery.delay()
print(result.id, result.state)
"""


def test_celery_signals_tell_of_a_task_with_its_id(bench: Bench) -> None:
    folder = bench.folder / "celery-app"
    folder.mkdir()
    text = bench.text("celery")
    work = "    import os\n    assert os.environ['MODE'] == 'good', 'the bank'\n    return"
    (folder / "tasks.py").write_text(text.replace("    return", work, 1))
    (folder / "drive.py").write_text(CELERY_DRIVER)

    for mode, state, kind in ((GOOD, "SUCCESS", PingKind.SUCCESS), (BAD, "FAILURE", PingKind.FAIL)):
        done = bench.run([sys.executable, str(folder / "drive.py")], mode)
        assert done.returncode == 0, done.stderr
        task_id, said = done.stdout.split()
        assert said == state
        start, end = bench.pings("celery")
        assert (start.kind, start.rid) == (PingKind.START, task_id)
        assert (end.kind, end.rid) == (kind, task_id)
        assert "imported 42 records" in end.body_start if mode == GOOD else "the bank" in end.body_start


def test_the_kubernetes_command(bench: Bench) -> None:
    job: Mapping[str, Any] = yaml.safe_load(bench.text("kubernetes"))
    assert (job["apiVersion"], job["kind"]) == ("batch/v1", "CronJob")
    assert job["spec"]["schedule"] == "0 2 * * *"
    assert job["spec"]["timeZone"] == "UTC"
    (container,) = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    assert "$(" not in str(container), "Kubernetes would fill that in"
    for mode, code in ((GOOD, 0), (BAD, 3)):
        done = bench.run([*container["command"], *container["args"]], mode)
        assert done.returncode == code
        kind = PingKind.SUCCESS if mode == GOOD else PingKind.FAIL
        assert bench.told("kubernetes") == [(PingKind.START, None), (kind, code)]


def test_the_steps_of_the_github_workflow(bench: Bench) -> None:
    workflow = yaml.safe_load(bench.text("github"))
    assert workflow[True]["schedule"] == [{"cron": "0 2 * * *"}]  # YAML 1.1 reads "on" as true
    job = workflow["jobs"]["job"]
    first, work, last = job["steps"]
    assert last["if"] == "always()"
    for mode, code, told in ((GOOD, 0, PingKind.SUCCESS), (BAD, 3, PingKind.FAIL)):
        status = "success" if mode == GOOD else "failure"
        assert last["env"] == {"STATUS": "${{ job.status }}"}
        # What the runner does where a step names no shell.
        steps = [
            bench.run(["bash", "-e", "-c", step["run"]], mode, **job["env"], STATUS=status)
            for step in (first, work, last)
        ]
        assert [step.returncode for step in steps] == [0, code, 0]
        assert bench.told("github") == [(PingKind.START, None), (told, None)]


def test_every_way_is_run_by_a_test() -> None:
    tested = {*CRON_WAYS, "script", "systemd", "systemd-exit-code", "systemd-timer", "django-cron", "django"}
    assert tested | {"celery", "kubernetes", "github"} == set(BY_ID)
