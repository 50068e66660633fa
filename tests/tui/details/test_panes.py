"""The panes as lines: what they say, at every width, of hostile details too."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from pulsetui.client.deploys import CheckRelease, ReleaseJob
from pulsetui.client.views import CheckDetails, CheckView
from pulsetui.core.deploy import Proof
from pulsetui.core.state.status import Outcome
from pulsetui.tui.details.incidents import deliveries_of
from pulsetui.tui.details.panes import PANES, PaneContext, PingKey, RunKey
from pulsetui.tui.details.plots import duration_caption, metric_plot, plots
from pulsetui.tui.draw.lines import width_of
from tests.client.fake import FakeEngine
from tests.client.samples import HOUR, NOW, details_of, incident, overdue, view
from tests.tui.support.run_samples import broken, details, silent
from tests.tui.test_snapshots import HOSTILE_NAMES

SECOND = timedelta(seconds=1)
OVERVIEW, RUNS, PINGS, INCIDENTS, DELIVERIES = range(5)


def context(width: int = 120, *, ascii_only: bool = False) -> PaneContext:
    return PaneContext(
        now=NOW,
        width=width,
        height=32,
        zone=ZoneInfo("Europe/Riga"),
        info=FakeEngine().info(),
        ascii_only=ascii_only,
    )


def shown(pane: int, known: CheckView, made: CheckDetails | None = None, width: int = 120) -> list[str]:
    lines, _ = PANES[pane].draw(made or details(known), known, context(width))
    return ["".join(text for text, _ in line).rstrip() for line in lines]


def test_each_run_says_when_how_long_against_the_usual_and_from_where() -> None:
    lines = shown(RUNS, broken())

    assert lines[0].split() == ["Outcome", "Started", "Ended", "Took", "vs", "usual", "Exit", "Details"]
    assert lines[1].split()[:8] == ["✖", "failed", "today", "02:30", "02:32", "2m", "55s", "usual"]
    assert "records=0" in lines[1]
    assert "exit status 3" in lines[1]
    assert "10.0.0.7 pulsetui-run/0.1.0" in lines[1]
    assert "no end in 20m" in lines[3]
    assert "overlapped run 33" in lines[4]
    assert "duplicate" in lines[5]
    assert "2.3x" in lines[7]


def test_short_runs_are_listed_to_the_second_where_there_is_room() -> None:
    known = broken()
    made = details(known)
    first = made.runs[0]
    begun = NOW.replace(second=7)
    short = [
        replace(first, n=n, started_at=begun + n * HOUR, ended_at=begun + n * HOUR + 4 * SECOND, duration=4.0)
        for n in (0, -1, -2)
    ]
    brief = replace(made, runs=tuple(short))
    heading, line, *_ = shown(RUNS, known, brief)
    clock = f"{begun.astimezone(ZoneInfo('Europe/Riga')):%H:%M}"
    assert f"today {clock}:07" in line
    assert f"{clock}:11" in line
    assert heading.index("Started") == line.index("today")
    assert heading.index("Ended") == line.index(f"{clock}:11")
    assert f"{clock}:07" not in shown(RUNS, known, brief, width=80)[1]

    long = replace(made, runs=tuple(replace(run, duration=240.0) for run in short))
    assert f"{clock}:07" not in shown(RUNS, known, long)[1]
    together = replace(
        made,
        runs=tuple(
            replace(run, started_at=begun - n * SECOND, ended_at=None, duration=None)
            for n, run in enumerate(short)
        ),
    )
    lines = shown(RUNS, known, together)[1:]
    assert [f"today {clock}:0{7 - n}" in line for n, line in enumerate(lines)] == [True] * 3


def test_how_long_a_run_took_fits_into_the_narrowest_screen() -> None:
    known = broken()
    made = details(known)
    long = replace(made.runs[0], started_at=NOW - 10 * 24 * HOUR, duration=30 * 60 + 33.0)
    lines = shown(RUNS, known, replace(made, runs=(long,)), width=39)  # one more is the scrollbar's
    assert lines[0][:39].endswith("Took")
    assert lines[1][:39].endswith("30m 33s")


@pytest.mark.parametrize("width", range(45, 200, 3))
def test_no_line_ends_within_a_cron_expression(width: int) -> None:
    known = replace(broken(), schedule_kind="cron", schedule="15 4 1-7 * mon-fri")
    drawn = shown(OVERVIEW, known, width=width)
    assert any("(cron 15 4 1-7 * mon-fri)" in line for line in drawn), drawn


def test_an_expression_longer_than_a_line_is_broken_at_its_spaces() -> None:
    known = replace(broken(), schedule_kind="calendar", schedule="mon,tue,wed,thu,fri 2026-01..12-01 06:00")
    drawn = [line.strip() for line in shown(OVERVIEW, known, width=45)]
    first = next(at for at, line in enumerate(drawn) if line.endswith("(calendar"))
    assert drawn[first + 1 : first + 3] == ["mon,tue,wed,thu,fri", "2026-01..12-01 06:00)"]


@pytest.mark.parametrize(
    ("ascii_only", "said"), [(False, "orders=0 ↓ usual 1377"), (True, "orders=0 below usual 1377")]
)
def test_a_metric_far_from_the_usual_is_marked_though_nothing_is_expected_of_it(
    ascii_only: bool, said: str
) -> None:
    known = view("a")
    made = details(known)
    good = replace(made.runs[0], outcome=Outcome.SUCCESS, detail="", overlaps=None, duplicate=False)
    many = [replace(good, n=n, metrics={"orders": 1377.0, "files": 3.0}) for n in range(9, 0, -1)]
    newest = replace(good, n=10, metrics={"orders": 0.0, "files": 3.0})
    made = replace(made, runs=(newest, *many))

    lines, _ = PANES[RUNS].draw(made, known, context(ascii_only=ascii_only))
    assert [span for line in lines for span in line if "usual 1377" in span[0]] == [(f"{said}  ", "warning")]
    assert any("files=3" in text for text, _ in lines[1])


def test_what_was_seen_of_a_run_stands_in_the_overview_and_with_it_where_nobody_could_tell() -> None:
    known = view("a")
    made = details(known)
    seen = replace(made.runs[0], outcome=Outcome.SUCCESS, detail="", proof="proven: /b/x, 1.2 GB")
    blind = replace(seen, n=seen.n - 1, proof="not provable: /b/[x]\x1b[31m")
    made = replace(made, runs=(seen, blind), fields={"prove": ["file:/b/x newer 1h", "file:/b/y newer 1h"]})

    overview = [line.split() for line in shown(OVERVIEW, known, made, width=80)]
    assert ["Proves", "file:/b/x", "newer", "1h"] in overview
    assert ["file:/b/y", "newer", "1h"] in overview
    assert ["Proof", "proven:", "/b/x,", "1.2", "GB"] in overview
    first, second = shown(RUNS, known, made)[1:3]
    assert "proven" not in first, "nothing is odd about it"
    assert "not provable: /b/[x]" in second
    assert "\x1b" not in second


def test_the_overview_counts_one_ping_in_the_singular() -> None:
    assert any(line.strip().endswith(", 1 ping") for line in shown(OVERVIEW, view(n_pings=1), width=80))


def test_enter_opens_runs_and_pings() -> None:
    known = broken()
    made = details(known)
    for pane, key in ((RUNS, RunKey(41)), (PINGS, PingKey(42))):
        lines, keys = PANES[pane].draw(made, known, context())
        assert len(lines) == len(keys)
        assert next(filter(None, keys)) == key


def test_a_run_that_goes_on_is_measured_so_far() -> None:
    known = broken()
    made = details(known)
    going = replace(
        made.runs[0],
        outcome=Outcome.RUNNING,
        started_at=NOW - timedelta(minutes=9),
        ended_at=None,
        duration=None,
        detail="",
        exit_status=None,
    )
    lines = shown(RUNS, known, replace(made, runs=(going, *made.runs[1:])))
    assert "9m     3.1x" in lines[1]


def test_an_incident_lists_every_missed_instant_on_both_clocks() -> None:
    many = tuple(NOW - hours * 24 * HOUR for hours in range(90, 0, -1))
    known = overdue("a", incident=incident(missed=many, missed_count=120))
    lines = shown(INCIDENTS, known)

    assert lines[2].split() == ["missed", "120", "runs:", "Europe/Berlin"]
    assert sum(line.lstrip().startswith("· ") for line in lines) == 90
    last = next(line for line in lines if line.endswith("· Mon 11:30        1d ago       Mon 10:30"))
    assert lines[2].index("Europe/Berlin") == last.index("Mon 10:30")
    assert "and 30 later ones" in "\n".join(lines)


@pytest.mark.parametrize(
    ("width", "head", "line"),
    [
        (47, " Next due                      Europe/Berlin", " tomorrow 03:30   in 16h       tomorrow 02:30"),
        (39, " Next due              Europe/Berlin", " tomorrow 03:30 in 16h tomorrow 02:30"),
        (30, " Next due", " tomorrow 03:30 in 16h"),
    ],
)
def test_two_clocks_stand_side_by_side_where_both_fit(width: int, head: str, line: str) -> None:
    """Half a time would read as another one."""
    known = view("a")
    made = replace(details(known), due_next=(NOW + 16 * HOUR, NOW + 40 * HOUR))
    lines = shown(OVERVIEW, known, made, width)
    at = lines.index(head)
    assert lines[at + 1] == line
    assert all(len(one) <= width for one in lines[at:])


def test_one_clock_is_enough_where_the_check_has_the_persons() -> None:
    for known in (view("a", tz="Europe/Kyiv"), view("a", schedule_kind="every", schedule="1h", tz="UTC")):
        made = replace(details(known), due_next=(NOW + 16 * HOUR,))
        lines = shown(OVERVIEW, known, made, 60)
        assert " tomorrow 03:30   in 16h" in lines
        assert "Europe/Kyiv" not in "".join(lines[lines.index(" tomorrow 03:30   in 16h") - 1 :])


def test_each_incident_says_what_every_hook_did_about_it() -> None:
    known = silent()
    made = details(known)

    told = [(one.hook, one.event) for one in deliveries_of(made.incidents[0], made.deliveries)]
    assert told == [("desktop", "down"), ("ops-mail", "reminder")]
    old = [one.hook for one in deliveries_of(made.incidents[1], made.deliveries)]
    assert old == ["ops-mail", "desktop"]
    assert "smtp.example.org:587 refused the connection" in "\n".join(shown(INCIDENTS, known))


def test_a_flip_between_two_incidents_is_told_once_for_each() -> None:
    second = incident(started_at=NOW - HOUR)
    first = incident(n=1, started_at=NOW - 3 * HOUR, ended_at=NOW - HOUR)
    template = details(silent()).deliveries[1]
    down = replace(template, event="down", flip_at=NOW - HOUR)
    up = replace(template, event="up", flip_at=NOW - HOUR)

    assert deliveries_of(first, (down, up)) == [up]
    assert deliveries_of(second, (down, up)) == [down]


def test_the_caption_says_the_plot_in_words() -> None:
    assert duration_caption(details(broken()), context()) == (
        "usual 2m 55s (2m 48s to 3m 02s), last 2m 55s; slowest 6m 40s on Wed"
    )


def test_a_metric_is_plotted_with_what_is_expected_and_its_zero() -> None:
    block = metric_plot(details(broken()), "records", context(), 60)
    text = ["".join(part for part, _ in line) for line in block.lines()]

    assert "expects records >= 1" in " ".join(" ".join(text).split())
    assert "lowest 0 today" in " ".join(" ".join(text).split())
    assert ("0", "bar-failed") in [(part.strip(), style) for line in block.picture for part, style in line]
    assert "✖" in text[-2]


def test_a_check_that_sends_no_starts_is_told_how_to_be_measured() -> None:
    known = broken()
    made = details(known)
    unmeasured = replace(made, runs=tuple(replace(one, duration=None, started_at=None) for one in made.runs))
    assert "Send a start ping to measure it" in " ".join(shown(OVERVIEW, known, unmeasured, width=90))


def test_runs_that_take_no_time_have_no_bars() -> None:
    known = broken()
    made = details(known)
    instant = [replace(run, duration=0.004) for run in made.runs if run.duration is not None]
    drawn = "\n".join(shown(OVERVIEW, known, replace(made, runs=tuple(instant)), width=80))
    assert "Duration  usual 0.00s, last 0.00s" in drawn
    assert "┤" not in drawn.partition("records  ")[0]
    brief = [replace(run, duration=0.005) for run in instant]
    drawn = "\n".join(shown(OVERVIEW, known, replace(made, runs=tuple(brief)), width=80))
    assert "┤" in drawn.partition("records  ")[0]


def test_no_plots_without_runs() -> None:
    known = broken()
    assert plots(replace(details(known), runs=()), known, context(), 80) == []


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 200])
def test_plots_are_as_wide_as_the_room_they_are_given(width: int) -> None:
    known = broken()
    for block in plots(details(known), known, context(width), width):
        assert {width_of(line) for line in block.lines()} == {width}


@pytest.mark.parametrize("pane", range(len(PANES)))
@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_details_leave_no_control_character_in_any_line(pane: int, name: str) -> None:
    known = overdue("a", name=name, last_line=name, desc=name, tz=name, schedule=name, hooks=(name,))
    made = details_of(known)
    made = replace(
        made,
        runs=tuple(replace(one, detail=name, metrics={name: 1.0}) for one in made.runs),
        pings=tuple(replace(one, ua=name, remote_addr=name, body_start=name) for one in made.pings),
        deliveries=tuple(replace(one, hook=name, error=name, event=name) for one in made.deliveries),
    )
    for width in (38, 120):
        for line in PANES[pane].draw(made, known, context(width))[0]:
            assert all(text.isprintable() for text, _ in line)


@pytest.mark.parametrize("pane", range(len(PANES)))
def test_the_ascii_set_holds_in_every_pane(pane: int) -> None:
    known = view("a", started=True, started_at=NOW)
    for line in PANES[pane].draw(details(known), known, context(ascii_only=True))[0]:
        assert all(text.replace("…", ".").isascii() for text, _ in line), line


def test_a_missed_slot_comes_with_the_command_that_makes_up_for_it() -> None:
    known = overdue()
    assert known.incident is not None
    first, *others = known.incident.missed
    made = replace(
        details_of(known),
        incidents=(known.incident,),
        fields={"command": "sync --date {slot:%Y-%m-%d}\x1b[2J"},
        caught_up=(first,),
    )
    lines = [line.strip() for line in shown(INCIDENTS, known, made)]
    at = lines.index("1 of them caught up")
    clock = ZoneInfo(known.tz)
    assert lines[at + 1] == f"to make up for them: pulsetui catch-up {known.slug} --run"
    assert lines[at + 2 : at + 2 + len(others)] == [
        f"sync --date {other.astimezone(clock):%Y-%m-%d}" for other in others
    ]
    made = replace(made, caught_up=known.incident.missed)
    assert "all of them were caught up" in [line.strip() for line in shown(INCIDENTS, known, made)]
    assert not any("catch-up" in line for line in shown(INCIDENTS, known, replace(made, caught_up=None)))


def test_a_run_that_made_up_for_a_slot_is_no_success_as_the_others() -> None:
    known = broken()
    made = details(known)
    run = replace(made.runs[6], catch_up=True, outcome=Outcome.SUCCESS, detail="catch-up for Sat", metrics={})
    lines = shown(RUNS, known, replace(made, runs=(run, *made.runs[:6])))
    assert lines[1].split()[:2] == ["↶", "catch-up"]
    assert "catch-up for Sat" in lines[1]


@pytest.mark.parametrize(
    ("proof", "said"),
    [
        ("good", "v42, deployed today 11:20: good, today 11:25"),
        ("failed", "v42, deployed today 11:20: failed, today 11:25"),
        ("waiting", "v42, deployed today 11:20: not yet run, due today 13:30 (in 2h)"),
        ("paused", "v42, deployed today 11:20: paused"),
    ],
)
def test_the_overview_says_how_it_stands_on_the_release(proof: Proof, said: str) -> None:
    at = NOW - timedelta(minutes=5) if proof in ("good", "failed") else None
    job = ReleaseJob(slug="a", name="a", proof=proof, at=at, next_due=NOW + 2 * HOUR)
    begun, released = NOW - timedelta(minutes=12), NOW - timedelta(minutes=10)
    release = CheckRelease(release="v42", begun_at=begun, released_at=released, job=job)
    known = view("a")
    made = replace(details_of(known), deploy=release)
    assert any(line.endswith(f"Release        {said}") for line in shown(OVERVIEW, known, made, width=90))
    made = replace(made, deploy=replace(release, released_at=None))
    assert any("v42, deploying since today 11:18" in line for line in shown(OVERVIEW, known, made, width=90))
