"""What stands below a short table, without a screen."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pulsetui.client.views import CheckView, Timeline, TimelineLane
from pulsetui.core.schedule.zone import zone
from pulsetui.core.state.status import Status
from pulsetui.tui.draw.lines import Line, width_of
from pulsetui.tui.glance.model import Glance, GlanceContext, due_of, glance_lines, shares
from tests.client.samples import NOW, failed, incident, late, overdue, view
from tests.tui.support.screen_driver import RIGA
from tests.tui.test_snapshots import HOSTILE_NAMES

CALM = overdue("known", incident=incident(acknowledged_at=NOW, acknowledged_by="eva", note="disk is ordered"))


def context(width: int = 120, rows: int = 30) -> GlanceContext:
    return GlanceContext(now=NOW, zone=RIGA, width=width, rows=rows)


def texts(lines: list[Line]) -> list[str]:
    return ["".join(text for text, _ in line).rstrip() for line in lines]


def test_an_incident_says_since_when_why_and_who_knows() -> None:
    shown = texts(glance_lines(Glance(down=(failed(), CALM)), context()))
    assert shown == [
        "",
        " Open incidents  2, 1 acknowledged",
        " ✖ Rotate logs failed since today 11:18 (12m)  not acknowledged",
        "               exit status 2: gzip: /var/log/app.log: No space left on device",
        " ◇ Known       overdue since Sun 04:30 (2d 7h)  eva: disk is ordered",
        "               missed 3 runs",
    ]


def test_where_rows_are_few_an_incident_has_one_line_and_the_rest_is_counted() -> None:
    down = (failed(), CALM, *(overdue(f"job-{n}") for n in range(4)))
    shown = texts(glance_lines(Glance(down=down), context(width=96, rows=6)))
    assert shown == [
        "",
        " Open incidents  6, 1 acknowledged",
        " ✖ Rotate logs failed since today 11:18  ·  exit status 2: gzip: /var/log/app.log: No space lef…",
        " ◇ Known       overdue since Sun 04:30  ·  eva: disk is ordered  ·  missed 3 runs",
        " ✖ Job 0       overdue since Sun 04:30  ·  missed 3 runs  ·  not acknowledged",
        "   3 more: i lists all of them",
    ]


def test_the_last_hours_show_what_the_engine_told_of_what_is_not_well() -> None:
    lane = TimelineLane(
        slug="rotate-logs",
        runs=(),
        missed=(NOW - timedelta(hours=3),),
        down=(),
        upcoming=(NOW + timedelta(hours=2),),
    )
    answer = Timeline(
        since=NOW - timedelta(days=1), until=NOW + timedelta(days=1), lanes=(lane,), unwatched=()
    )
    shown = texts(glance_lines(Glance(unwell=(failed(), late()), timeline=answer), context()))
    assert shown[1].startswith(" Not well ")
    assert "▼11:30" in shown[2]
    at = shown[2].index("▼")
    assert shown[3].startswith(" ✖ Rotate logs")
    assert shown[3][at] == "│"
    assert "□" in shown[3][:at]
    assert "◦" in shown[3][at:]
    assert shown[4].strip() == "◐ Import prices"  # nothing is known of it yet


def test_a_timeline_that_cannot_be_read_says_so_in_its_place() -> None:
    shown = texts(glance_lines(Glance(unwell=(late(),), problem="no engine answers"), context()))
    assert shown == ["", " no engine answers"]


def test_what_is_due_next_has_a_list_or_a_line() -> None:
    due = tuple(view(f"job-{n}", next_ping=NOW + timedelta(minutes=7 * n + 3)) for n in range(4))
    assert texts(glance_lines(Glance(due=due), context(rows=16)))[-5:] == [
        " Due next",
        "   Job 0  today 11:33      in 3m       at 02:00 every day (Europe/Berlin)",
        "   Job 1  today 11:40      in 10m      at 02:00 every day (Europe/Berlin)",
        "   Job 2  today 11:47      in 17m      at 02:00 every day (Europe/Berlin)",
        "   Job 3  today 11:54      in 24m      at 02:00 every day (Europe/Berlin)",
    ]
    brief = texts(glance_lines(Glance(down=(failed(), overdue(), CALM), due=due), context(width=50, rows=7)))
    assert brief[-1] == " Due next  Job 0 in 3m  ·  Job 1 in 10m"


def test_the_zone_of_a_schedule_is_said_only_where_its_clock_is_another() -> None:
    due = tuple(view(f"job-{n}", next_ping=NOW + timedelta(minutes=7)) for n in range(2))
    here = replace(context(rows=16), zone=zone("Europe/Berlin"))
    shown = texts(glance_lines(Glance(due=due), here))
    assert [line.split("  ")[-1].strip() for line in shown[-2:]] == ["at 02:00 every day"] * 2


def test_what_a_check_that_is_down_or_paused_has_next() -> None:
    assert due_of(overdue(), NOW) == NOW + timedelta(hours=16)
    assert due_of(overdue(schedule_kind="every"), NOW) is None  # its period begins with a report
    assert due_of(replace(view(), status=Status.PAUSED), NOW) is None


@given(
    st.lists(st.sampled_from(HOSTILE_NAMES), max_size=12),
    st.integers(0, 12),
    st.integers(0, 12),
    st.integers(5, 60),
    st.integers(40, 240),
)
def test_nothing_is_wider_or_longer_than_its_room(
    names: list[str], lates: int, dues: int, rows: int, width: int
) -> None:
    down: list[CheckView] = [
        failed(f"bad-{n}", name=name, detail=name, last_line=name) for n, name in enumerate(names)
    ]
    glance = Glance(
        down=down,
        unwell=[*down, *(late(f"late-{n}") for n in range(lates))],
        due=[view(f"due-{n}", name=name, schedule_words=name) for n, name in enumerate(HOSTILE_NAMES[:dues])],
    )
    lines = glance_lines(glance, context(width, rows))
    assert len(lines) <= rows
    assert all(width_of(line) <= width for line in lines)
    share = shares(glance, rows)
    parts = [share.incidents, share.lanes and share.lanes + 2, share.dues]
    assert sum(1 + part for part in parts if part) <= rows
    if down:  # an incident is told of, whatever else there is, and none is left out in silence
        said = "\n".join(texts(lines))
        assert f" Open incidents  {len(down)}" in said
        assert share.incidents >= 1 + len(down) or "more: i lists all" in said
