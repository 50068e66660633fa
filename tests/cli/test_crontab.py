"""``pulsetui crontab`` as a person types it."""

from __future__ import annotations

import io
import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from pulsetui.cli.commands import crontab_import
from pulsetui.cli.main import main
from pulsetui.crontab.host import ThisHost
from pulsetui.crontab.places import Places, installed_crontabs, user_name
from pulsetui.crontab.write import write_crontab
from pulsetui.errors import PulseError
from pulsetui.monitor.host.seen import Seen, SeenJob, keep
from tests.cli.conftest import Connect
from tests.client.fake import FakeEngine

PING = "curl -fsS -m 10 --retry 3 -o /dev/null http://127.0.0.1:8787/ping/backup"
GOOD = f"0 2 * * * /usr/local/bin/backup && {PING}\n"


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Neither checks nor the zone of whoever runs this."""
    monkeypatch.setenv("PULSETUI_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("PULSETUI_CONFIG", str(tmp_path / "checks.toml"))
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def written(folder: Path, text: str, name: str = "jobs") -> str:
    path = folder / name
    path.write_text(text)
    return str(path)


def test_a_good_crontab_is_said_to_be_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["crontab", "lint", written(tmp_path, GOOD)]) == 0
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "1 crontab: nothing to say\n")


def test_a_finding_is_file_line_code_and_the_corrected_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, f"# c\n{GOOD.replace('&&', ';')}")
    assert main(["crontab", "lint", path]) == 1
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        f'{path}:2: PT603 ";" before the report: a success is told whatever the job did. Write &&',
        f"    {GOOD.strip()}",
    ]
    assert main(["crontab", "lint", path, "--ignore", "pt603"]) == 0
    assert main(["crontab", "lint", path, "--format", "github"]) == 1
    assert capsys.readouterr().out.startswith(f"::error file={path},line=2,title=PT603::")
    assert main(["crontab", "lint", path, "--format", "sarif"]) == 1
    assert json.loads(capsys.readouterr().out)["version"] == "2.1.0"
    assert main(["crontab", "lint", path, "--json"]) == 1
    assert [each["code"] for each in json.loads(capsys.readouterr().out)] == ["PT603"]


def test_notes_are_shown_where_they_are_asked_for_and_never_fail(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, GOOD.replace("0 2 *", "*/7 * *").replace("; ", "&&"))
    assert main(["crontab", "lint", path]) == 0
    assert main(["crontab", "lint", path, "--level", "note"]) == 0
    assert "PT309" in capsys.readouterr().out


def test_reports_are_held_against_checks_toml(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "checks.toml").write_text('timezone = "UTC"\n[checks.backup]\ncron = "0 3 * * *"\n')
    assert main(["crontab", "lint", written(tmp_path, GOOD)]) == 1
    assert "PT609 the check backup expects 0 3 * * *" in capsys.readouterr().out


def test_a_broken_checks_toml_is_said_and_everything_else_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "checks.toml").write_text("[checks.backup]\ncorn = 1\n")
    assert main(["crontab", "lint", written(tmp_path, GOOD.replace("&&", ";"))]) == 1
    said = capsys.readouterr()
    assert "PT603" in said.out
    assert f"not compared with checks, since {tmp_path}/checks.toml:" in said.err


def test_the_checks_of_a_running_engine_come_first(
    tmp_path: Path, connected: Connect, capsys: pytest.CaptureFixture[str]
) -> None:
    connected(FakeEngine())
    assert main(["crontab", "lint", written(tmp_path, "0 2 * * * pulsetui run bakcup -- true\n")]) == 1
    assert 'PT605 there is no check "bakcup"' in capsys.readouterr().out


def test_standard_input_and_the_column_of_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = GOOD.replace("* * /usr", "* * root /usr").encode()
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(text)))
    assert main(["crontab", "lint", "-"]) == 1
    assert "<stdin>:1: PT404" in capsys.readouterr().out
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(text)))
    assert main(["crontab", "lint", "-", "--users"]) == 0


def test_timers_are_judged_by_their_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    timer = written(tmp_path, "[Timer]\nOnCalendar=dayly\n[Install]\nWantedBy=timers.target\n", "a.timer")
    written(tmp_path, "[Service]\nExecStart=/bin/true\n", "a.service")
    assert main(["crontab", "lint", timer]) == 1
    said = capsys.readouterr().out
    assert f"{timer}:2: PT808" in said
    assert "OnCalendar=daily" in said
    assert "PT806 a.service has no OnFailure=" in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["lint", "missing"], "missing cannot be read: No such file or directory"),
        (["lint", "."], "is a directory; name a file in it"),
        (["lint", "--ignore", "PT6O1"], "--ignore PT6O1: there is no such rule; did you mean PT6"),
        (["lint", "/dev/zero"], "is no regular file"),
        (["lnt"], "lnt"),
    ],
)
def test_wrong_words_are_said_with_what_to_do(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["crontab", *arguments]) == 2
    assert words in capsys.readouterr().err


def test_the_crontabs_of_this_host_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With directories and programs of the test in the place of the host's."""
    etc, spool, programs = (tmp_path / name for name in ("etc", "spool", "bin"))
    (etc / "cron.d").mkdir(parents=True)
    spool.mkdir()
    programs.mkdir()
    (etc / "crontab").write_text("17 * * * * root cd / && run-parts /etc/cron.hourly\n")
    (etc / "cron.d" / "bad.sh").write_text("0 2 * * * root /usr/bin/true\n")
    (etc / "cron.d" / ".placeholder").write_text("nothing\n")
    pipe = etc / "cron.d" / "pipe"
    os.mkfifo(pipe)
    crontab = programs / "crontab"
    crontab.write_text("#!/bin/sh\necho '0 25 * * * mine'\n")
    crontab.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    files, problems = installed_crontabs(Places(etc=etc, spools=(spool,)), ThisHost())
    assert [file.path.name for file in files][:2] == ["crontab", "bad.sh"]
    assert files[2].path == spool / user_name()
    assert files[2].jobs[0].error is not None
    assert problems == [f"{pipe} is no regular file: cron does not read it"]


CONFIG = 'timezone = "UTC"\n[checks.other]\nevery = "1d"\n'


def test_import_shows_what_it_would_do_and_does_nothing_without_a_person(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "checks.toml").write_text(CONFIG)
    path = written(tmp_path, "0 2 * * * /usr/local/bin/backup; true\n0 3 * * * a | b\n")
    assert main(["crontab", "import", path]) == 0
    said = capsys.readouterr()
    assert f"backup  0 2 * * * (UTC)  1h     {path}:1" in said.out
    assert "  0 2 * * * { /usr/local/bin/backup; true; } && " in said.out
    assert "a: what runs it is left as it is: a pipe hides its exit code" in said.err
    assert "Add 2 checks: with --yes" in said.err
    assert (tmp_path / "checks.toml").read_text() == CONFIG


def test_import_makes_checks_and_writes_lines_after_a_backup(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "checks.toml").write_text(CONFIG)
    before = "# mine\n0 2 * * *\t/usr/local/bin/backup  # nightly\n0 3 * * * a | b\n"
    path = written(tmp_path, before)
    Path(path).chmod(0o640)
    assert main(["crontab", "import", path, "--write", "--yes"]) == 0
    after = Path(path).read_text()
    assert after.startswith("# mine\n0 2 * * *\t/usr/local/bin/backup && ")
    assert after.endswith("  # nightly\n0 3 * * * a | b\n")
    assert Path(path).stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "checks.toml").read_text() == (
        f'{CONFIG}\n[checks.backup]\ncron = "0 2 * * *"\ntimezone = "UTC"\ngrace = "1h"\n'
    )
    (backup,) = (tmp_path / "state" / "crontab-backups").iterdir()
    assert backup.read_text() == before
    assert backup.stat().st_mode & 0o777 == 0o600
    said = capsys.readouterr()
    assert "+0 2 * * * /usr/local/bin/backup && " in said.out
    assert f"{path} written; what it was: {backup}" in said.err
    assert main(["crontab", "lint", path, "--ignore", "PT601"]) == 0
    assert main(["crontab", "import", path, "--write", "--yes"]) == 0
    assert "a: what runs it is left as it is" in capsys.readouterr().err
    assert Path(path).read_text() == after


def test_import_through_the_engine_that_runs(
    tmp_path: Path, connected: Connect, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = connected(FakeEngine())
    path = written(tmp_path, "0 2 * * * /usr/local/bin/vacuum\n")
    assert main(["crontab", "import", path, "--yes"]) == 0
    assert "added vacuum" in capsys.readouterr().err
    assert engine.commands[-1].targets == ("vacuum",)


def test_diff_says_where_jobs_and_checks_do_not_agree(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "checks.toml").write_text('timezone = "UTC"\n[checks.backup]\ncron = "0 3 * * *"\n')
    path = written(tmp_path, GOOD)
    assert main(["crontab", "diff", path]) == 1
    assert (
        f"{path}:1: runs at 0 2 * * * (UTC), and the check backup expects 0 3 * * *"
        in capsys.readouterr().out
    )
    assert main(["crontab", "diff", path, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)[0]["kind"] == "schedule"
    (tmp_path / "checks.toml").write_text('timezone = "UTC"\n[checks.backup]\ncron = "0 2 * * *"\n')
    assert main(["crontab", "diff", path]) == 0
    assert "agree" in capsys.readouterr().err


def test_diff_names_a_job_that_is_gone_from_this_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    places = Places(etc=tmp_path / "etc", spools=(tmp_path / "spool",))
    monkeypatch.setattr(crontab_import, "Places", lambda: places)
    (tmp_path / "checks.toml").write_text(
        '[checks.backup]\ncron = "0 2 * * *"\n[checks.other]\ncron = "0 2 * * *"\n'
    )
    gone = SeenJob("/etc/cron.d/shop:3", "0 2 * * *", 2, datetime(2026, 11, 28, 22, 0, tzinfo=UTC))
    (tmp_path / "state").mkdir(mode=0o700)
    keep(tmp_path / "state", Seen({"backup": gone}, is_first=False))
    assert main(["crontab", "diff"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "backup: its job, /etc/cron.d/shop:3, is gone since Sat 2026-11-28 22:00 UTC",
        "other: no job of this host reports to it",
    ]
    assert main(["crontab", "diff", written(tmp_path, GOOD)]) == 0
    assert (
        capsys.readouterr().err
        == "the jobs of this host agree with their checks; 1 check with none of them\n"
    )


def test_import_without_any_checks_toml_says_how_to_make_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["crontab", "import", written(tmp_path, "0 2 * * * /usr/local/bin/vacuum\n")]) == 2
    assert "Make one with: pulsetui init" in capsys.readouterr().err


def test_a_users_crontab_is_written_through_crontab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file in the spool has lines of its own before it, which ``crontab`` neither shows nor takes."""
    spool = tmp_path / "spool"
    spool.mkdir()
    (spool / user_name()).write_text("# DO NOT EDIT THIS FILE\n0 2 * * * a\n")
    (tmp_path / "shown").write_text("0 2 * * * a\n")
    crontab = tmp_path / "crontab"
    crontab.write_text(
        f'#!/bin/sh\ncd {tmp_path}\ncase "$1" in\n-l) cat shown;;\n-) cat >new;'
        " grep -q BAD new || exec mv new shown\necho 'bad minute' >&2; exit 1;;\nesac\n"
    )
    crontab.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    places = Places(etc=tmp_path / "etc", spools=(spool,))
    ((file,), _) = installed_crontabs(places, ThisHost())
    assert file.crontab.data == b"0 2 * * * a\n"
    with pytest.raises(PulseError, match=r"crontab refuses the new crontab of .*: bad minute"):
        write_crontab(file, b"BAD\n", places)
    write_crontab(file, b"0 2 * * * a && b\n", places)
    assert (tmp_path / "shown").read_text() == "0 2 * * * a && b\n"
    with pytest.raises(PulseError, match="has been changed meanwhile"):
        write_crontab(file, b"0 2 * * * a && c\n", places)


def test_of_a_timer_import_says_what_to_put_into_its_service(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "checks.toml").write_text(CONFIG)
    written(tmp_path, "[Service]\nType=oneshot\nExecStart=/usr/local/bin/nightly\n", "nightly.service")
    timer = written(
        tmp_path, "[Timer]\nOnCalendar=02:00\n[Install]\nWantedBy=timers.target\n", "nightly.timer"
    )
    assert main(["crontab", "import", timer, "--write", "--yes"]) == 0
    said = capsys.readouterr().err
    assert "put this there with systemctl edit nightly.service, and import it without --write\n" in said
    assert "\n    [Service]\n    ExecStartPre=-" in said
    assert "ExecStopPost=-/bin/sh -c 'case $$SERVICE_RESULT in" in said
    assert "/ping/nightly/$$e" in said
    assert "Type=" not in said
    assert (tmp_path / "checks.toml").read_text() == CONFIG, "it would wait for a report that nobody sends"
