"""The reader loses no byte, and takes for settings and jobs what Debian's cron takes for them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.crontab.jobs import jobs_of
from pulsetui.crontab.reader import decoded, encoded, read_crontab, setting_flaw
from tests.crontab.host import WORLD, lint_file

PATH = Path("/etc/cron.d/jobs")
PIECES = st.sampled_from(
    [
        *(
            b" ",
            b"\t",
            b"\n",
            b"\r\n",
            b"#",
            b"=",
            b"'",
            b'"',
            b"%",
            b"\\",
            b"@daily",
            b"*",
            b"*/5",
            b"0",
            b"2-4",
            b"root",
        ),
        *(
            b"FOO",
            b"MAILTO",
            b"/bin/true",
            b"\xef\xbb\xbf",
            b"\x00",
            b"\xff",
            b"\xe2\x9c\x93",
            b"&&",
            b"0 2 * * * ",
        ),
    ]
)
BYTES = st.lists(PIECES | st.binary(max_size=6), max_size=40).map(b"".join)


@given(BYTES, st.booleans())
def test_the_pieces_put_together_are_the_file(data: bytes, has_users: bool) -> None:
    crontab = read_crontab(PATH, data, has_users=has_users)
    assert crontab.data == data
    at = 0
    for line in crontab.lines:
        for piece in line.pieces:
            assert piece.start == at
            assert data[piece.start : piece.end] == piece.data
            at = piece.end
    assert at == len(data)
    assert [line.number for line in crontab.lines] == list(range(1, len(crontab.lines) + 1))


@given(BYTES, st.booleans())
def test_jobs_of_anything_are_read_without_an_error(data: bytes, has_users: bool) -> None:
    for job in jobs_of(read_crontab(PATH, data, has_users=has_users)):
        assert (job.schedule is None) == (job.error is not None or job.line.part("time") == "@reboot")


@given(st.binary(max_size=30))
def test_text_goes_back_to_the_bytes_it_came_from(data: bytes) -> None:
    assert encoded(decoded(data)) == data


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("0 2 * * * true", ["time", "space", "command"]),
        ("  0\t2 * *  * true  x ", ["space", "time", "space", "command"]),
        ("@daily true", ["time", "space", "command"]),
        ("FOO = bar", ["name", "equals", "value"]),
        ("'F O'=bar", ["name", "equals", "value"]),
        ("# c", ["comment"]),
        (" \t", ["space"]),
        ("0 2 * *", ["time"]),
        ("A B=c", ["time"]),
    ],
)
def test_a_line_is_cut_into_its_parts(text: str, kinds: list[str]) -> None:
    (line,) = read_crontab(PATH, text.encode(), has_users=False).lines
    assert [piece.kind for piece in line.pieces] == kinds
    assert line.text == text


def test_the_user_stands_between_times_and_command() -> None:
    (line,) = read_crontab(PATH, b"0 2 * * *  www-data\t/bin/true # x\r\n", has_users=True).lines
    assert (line.part("user"), line.part("command"), line.part("end")) == (
        "www-data",
        "/bin/true # x",
        "\r\n",
    )
    assert line.with_part("user", "root") == "0 2 * * *  root\t/bin/true # x"


def test_settings_hold_for_the_lines_below_them() -> None:
    file = lint_file("A=1\n0 2 * * * x\nA='2 '\nB=\nC='\n0 2 * * * y\n")
    assert [dict(job.settings) for job in file.jobs] == [{"A": "1"}, {"A": "2 "}]
    assert WORLD.check("backup") is not None


JUDGED = [
    *(
        "0 2 * * * true",
        "@daily true",
        "@reboot true",
        "FOO=bar",
        "FOO = bar",
        '"F O" = "x"',
        "FOO=''",
        "# c",
        "",
        "  ",
    ),
    *(
        "FOO=",
        "FOO =",
        "FOO='bar",
        '"F" = "x" y',
        "FOO",
        "A B=c",
        "export A=b",
        "@every_minute x",
        "@DAILY true",
    ),
    *(
        "60 * * * * x",
        "*/0 * * * * x",
        "1,,2 * * * * x",
        "0 0 0 * * x",
        "0 0 * 0 * x",
        "0 0 * * 8 x",
        "0 0 L * * x",
    ),
    *(
        "5/15 * * * * x",
        "+5 * * * * x",
        "0 0 * * monday x",
        "05 00 * * * x",
        "0 0 * jan-mar * x",
        "*/5,1-7 * * * * x",
    ),
    *(
        "-0 2 * * * x",
        "0 0 * * * %x",
        "@daily=x",
        "0 2 * * * a=b",
        "FOO=bar # c",
        "*/90 * * * * x",
        "~ * * * * x",
    ),
]


@pytest.mark.skipif(shutil.which("crontab") is None, reason="needs Debian's cron (apt-get install cron)")
def test_what_is_refused_here_is_refused_by_the_cron_of_this_host() -> None:
    if "-n\t(dry run" not in subprocess.run(["crontab", "-h"], capture_output=True, text=True).stderr:
        pytest.skip("not Debian's crontab")
    told = {}
    for text in JUDGED:
        asked = subprocess.run(["crontab", "-n", "-"], input=f"{text}\n", capture_output=True, text=True)
        told[text] = asked.returncode == 0
    ours = {}
    for text in JUDGED:
        file = lint_file(f"{text}\n")
        flawed = any(line.kind == "setting" and setting_flaw(line) for line in file.crontab.lines)
        open_steps = any(
            field.open_step for job in file.jobs if job.schedule for field in job.schedule.fields
        )
        extended = any(field.extended for job in file.jobs if job.schedule for field in job.schedule.fields)
        ours[text] = not (flawed or open_steps or extended or any(job.error for job in file.jobs))
    assert ours == told
