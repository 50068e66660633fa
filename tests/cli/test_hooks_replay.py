"""What the rules would have told, from the command line."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from pulsetui.cli.main import main
from pulsetui.cli.times import read_past
from pulsetui.client.views import CheckView
from pulsetui.core.state.incident import Flip
from pulsetui.core.state.status import Reason, Status
from pulsetui.errors import UsageError
from tests.cli.conftest import Connect
from tests.cli.samples import NOW, UP
from tests.client.fake import FakeEngine
from tests.client.samples import details_of

Captured = pytest.CaptureFixture[str]
RIGA = ZoneInfo("Europe/Riga")

CONFIG = """\
[hooks.phone]
type = "terminal"

[hooks.mail]
type = "terminal"

[checks.backup]
name = "Nightly backup"
every = "1h"
tags = ["nightly"]

[checks.sync]
name = "Sync"
every = "1h"
hooks = ["mail"]
"""


def flip(hours: float, before: Status, after: Status, reason: Reason | None = None) -> Flip:
    return Flip(at=NOW - timedelta(hours=hours), before=before, after=after, reason=reason, detail="")


def down(since: float, until: float) -> tuple[Flip, ...]:
    """The newest first, as details have them."""
    return (
        flip(until, Status.DOWN, Status.UP),
        flip(since, Status.UP, Status.DOWN, Reason.MISSED),
    )


@pytest.fixture
def fake(connected: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    config = tmp_path / "checks.toml"
    config.write_text(CONFIG)
    checks = [UP, replace(UP, slug="sync", name="Sync", uuid="0" * 32)]
    engine = connected(FakeEngine(checks, now=NOW))
    engine.about = replace(engine.about, config_path=str(config))
    flips = {"backup": down(5, 3), "sync": down(200, 199) + down(400, 399)}
    engine.make_details = lambda view: replace(details_of(view), flips=flips[view.slug])
    return engine


def test_a_replay_is_a_time_line_for_each_hook(fake: FakeEngine, capsys: Captured) -> None:
    assert main(["hooks", "replay"]) == 0

    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "Mon 09 Nov 09:00 to Mon 16 Nov 09:00 (Europe/Riga)",
        "mail (at once): 2 alerts",
        "  Mon 16 Nov 04:00  Nightly backup is overdue",
        "  Mon 16 Nov 06:00  Nightly backup is up again",
        "",
        "phone (at once): 2 alerts",
        "  Mon 16 Nov 04:00  Nightly backup is overdue",
        "  Mon 16 Nov 06:00  Nightly backup is up again",
        "",
    ]
    assert "snoozes of that time are not known" in err


def test_a_replay_is_narrowed_down(fake: FakeEngine, capsys: Captured) -> None:
    assert main(["hooks", "replay", "--since", "9d", "--until", "yesterday", "--check", "sync"]) == 0

    assert capsys.readouterr().out.splitlines() == [
        "Sat 07 Nov 09:00 to Sun 15 Nov 00:00 (Europe/Riga)",
        "mail (at once): 2 alerts",
        "  Sun 08 Nov 01:00  Sync is overdue",
        "  Sun 08 Nov 02:00  Sync is up again",
        "",
    ]


def test_where_nobody_would_have_been_told_it_says_so(fake: FakeEngine, capsys: Captured) -> None:
    assert main(["hooks", "replay", "--since", "1h", "--tag", "nightly"]) == 0

    out, err = capsys.readouterr()
    assert out == ""
    assert "nobody would have been told of anything" in err


def test_a_replay_goes_by_the_file_as_it_is_now(fake: FakeEngine, tmp_path: Path, capsys: Captured) -> None:
    draft = tmp_path / "draft.toml"
    draft.write_text(CONFIG.replace("[hooks.phone]", "[hooks.pager]"))

    assert main(["hooks", "replay", "--config", str(draft), "--format", "json"]) == 0

    told = json.loads(capsys.readouterr().out)["told"]
    assert {one["hook"] for one in told} == {"pager", "mail"}
    assert told[0] == {
        "at": "2026-11-16T02:00:00Z",
        "hook": "mail",
        "slug": "backup",
        "name": "Nightly backup",
        "what": "down",
        "reason": "missed",
        "reminder": 0,
    }


def test_a_storm_is_one_line(fake: FakeEngine, tmp_path: Path, capsys: Captured) -> None:
    names = [f"job-{n}" for n in range(12)]
    (tmp_path / "checks.toml").write_text(
        '[hooks.boss]\ntype = "terminal"\n' + "".join(f'[checks.{name}]\nevery = "1h"\n' for name in names)
    )
    fake.views = {name: renamed(name) for name in names}
    fake.make_details = lambda view: replace(details_of(view), flips=down(5, 3)[1:])

    assert main(["hooks", "replay"]) == 0

    assert capsys.readouterr().out.splitlines()[2] == (
        "  Mon 16 Nov 04:00  12 checks overdue: job-0, job-1, job-10, job-11, job-2, job-3 and 6 more"
    )


def renamed(slug: str) -> CheckView:
    return replace(UP, slug=slug, name=slug)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--check", "snc"], 1, 'there is no check "snc"; did you mean "sync"?'),
        (["--tag", "none"], 2, 'no check has the tag "none"'),
        (["--since", "1h", "--until", "2h"], 2, "--since is not before --until"),
        (
            ["--since", "whenever"],
            2,
            '"whenever" is not a date or time; write it like 2d, monday, yesterday, 14:30,',
        ),
        (["phone"], 2, "a replay is about all hooks"),
    ],
)
def test_what_makes_no_sense_is_said(
    fake: FakeEngine, arguments: list[str], code: int, said: str, capsys: Captured
) -> None:
    assert main(["hooks", "replay", *arguments]) == code
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("today", "2026-11-16 00:00"),
        ("yesterday", "2026-11-15 00:00"),
        ("mon", "2026-11-16 00:00"),
        ("Tuesday", "2026-11-10 00:00"),
        ("08:59", "2026-11-16 08:59"),
        ("9:01", "2026-11-15 09:01"),
        ("2d", "2026-11-14 09:00"),
        ("2026-11-01", "2026-11-01 00:00"),
    ],
)
def test_a_past_instant_is_the_last_one_of_that_name(text: str, local: str) -> None:
    # It is Monday, 09:00 in Riga.
    assert read_past("--since", text, RIGA, NOW) == datetime.fromisoformat(local).replace(tzinfo=RIGA)


def test_a_past_instant_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="--since"):
        read_past("--since", "soon", RIGA, NOW)
