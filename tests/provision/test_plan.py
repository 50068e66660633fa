"""What becomes of the checks when schedules are found elsewhere; a person's edit wins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pulsetui.config.file.edit import ConfigFile
from pulsetui.core.state.status import Reason, Status
from pulsetui.provision.checks import ChecksInFile, ChecksOfEngine, carry_out
from pulsetui.provision.found import FoundSchedule, SourceReading
from pulsetui.provision.plan import Plan, Tables, plan
from pulsetui.provision.words import diff, summary
from tests.client.fake import FakeEngine
from tests.client.samples import household

BEAT, CRONTAB = "shop/celery-beat", "shop/crontab web1"
ZONE = "Europe/Riga"


def found(slug: str = "sync", cron: str = "0 2 * * *", *, key: str = "k", **more: Any) -> FoundSchedule:
    given: dict[str, Any] = {
        "name": slug,
        "kind": "cron",
        "timezone": ZONE,
        "grace": timedelta(minutes=30),
        "place": f"beat: {key}",
        "origin": BEAT,
    }
    return FoundSchedule(slug=slug, key=key, schedule=cron, **given | more)


def look(
    found: Sequence[FoundSchedule], tables: Tables, *, left_out: Sequence[str] = (), **more: Any
) -> Plan:
    """The plan after both places were read to their end."""
    readings = [
        SourceReading(
            origin=origin, schedules=[one for one in found if one.origin == origin], left_out=left_out
        )
        for origin in (BEAT, CRONTAB)
    ]
    return plan(readings, tables, zone="UTC", **more)


def after(made: Plan, tables: Tables, *, prune: bool = False) -> Tables:
    """What is left when a plan was carried out."""
    left: dict[str, dict[str, object]] = {slug: dict(table) for slug, table in tables.items()}
    for step in made.to_do(prune=prune):
        if step.verdict == "gone":
            del left[step.slug]
            continue
        assert (step.slug in left) is (step.verdict != "add")
        table = {**left.pop(step.slug, {}), **step.changes}
        slug = step.new_slug or step.slug
        assert slug not in left
        left[slug] = {key: value for key, value in table.items() if value is not None}
    return left


def verdicts(made: Plan) -> list[tuple[str, str]]:
    return [(step.verdict, step.slug) for step in made.steps]


ONE = found(name="Sync invoices")
ADDED = after(look([ONE], {}), {})


def edited(**keys: object) -> Tables:
    return {"sync": {key: value for key, value in {**ADDED["sync"], **keys}.items() if value is not None}}


def test_what_is_found_for_the_first_time_is_added_with_its_source() -> None:
    written = {"name": "Sync invoices", "cron": "0 2 * * *", "timezone": ZONE, "grace": "30m"}
    source = {"from": BEAT, "key": "k", "slug": "sync", **written}
    assert {"sync": {**written, "source": source}} == ADDED
    assert look([ONE], ADDED).is_equal


def test_what_changed_where_it_stands_changes_in_its_check() -> None:
    moved = found(cron="15m", kind="every", grace=timedelta(minutes=4))
    made = look([moved], ADDED)
    table = after(made, ADDED)["sync"]

    assert table == {"every": "15m", "grace": "4m", "source": {**moved.source, "slug": "sync"}}
    assert made.steps[0].why == (
        'name "Sync invoices" becomes no name; cron "0 2 * * *" (Europe/Riga) becomes every "15m";'
        ' grace "30m" becomes grace "4m"'
    )


@pytest.mark.parametrize("cron", ["0 2 * * *", "0 5 * * *"])
def test_a_schedule_that_a_person_gave_stays_whatever_is_found(cron: str) -> None:
    tables = edited(cron="30 3 * * *")
    made = look([found(cron=cron, name="Sync invoices")], tables)

    assert verdicts(made) == [("keep", "sync")]
    assert made.steps[0].why == (
        f'a person wrote cron "30 3 * * *" (Europe/Riga); found is cron "{cron}" (Europe/Riga)'
    )
    assert after(made, tables, prune=True) == tables
    assert made.is_equal


def test_beside_what_a_person_gave_the_rest_goes_on_to_follow() -> None:
    tables = edited(grace="2h", expect=["records >= 1"])
    table = after(look([found(cron="0 5 * * *", name="Sync invoices")], tables), tables)["sync"]

    assert (table["cron"], table["grace"], table["expect"]) == ("0 5 * * *", "2h", ["records >= 1"])
    again = after(look([found(cron="0 6 * * *", grace=timedelta(hours=1))], {"sync": table}), {"sync": table})
    assert (again["sync"]["cron"], again["sync"]["grace"]) == ("0 6 * * *", "2h")


def test_a_change_that_a_person_made_first_is_no_difference_any_more() -> None:
    tables = edited(cron="0 5 * * *")
    then = after(look([found(cron="0 5 * * *", name="Sync invoices")], tables), tables)
    assert then["sync"]["cron"] == "0 5 * * *"
    assert after(look([found(cron="0 6 * * *")], then), then)["sync"]["cron"] == "0 6 * * *"


def test_another_spelling_is_no_difference() -> None:
    every = found(cron="900s", kind="every")
    tables = after(look([every], {}), {})
    respelled: Tables = {"sync": {**tables["sync"], "every": 900, "grace": "1800s"}}
    assert verdicts(look([every], respelled)) == [("same", "sync")]


def test_what_was_renamed_where_it_stands_takes_its_check_along() -> None:
    renamed = found("sync-all", name="Sync all")
    made = look([renamed], ADDED)

    assert verdicts(made) == [("rename", "sync")]
    assert after(made, ADDED) == {"sync-all": {**ADDED["sync"], "name": "Sync all", "source": renamed.source}}
    assert look([renamed], after(made, ADDED)).is_equal


def test_what_a_person_renamed_keeps_its_name_and_it_is_said_where_the_job_reports() -> None:
    tables = {"mine": ADDED["sync"]}
    for job in (ONE, found("sync-all", name="Sync invoices")):
        made = look([job], tables)
        assert verdicts(made) == [("keep", "mine")]
        assert made.steps[0].why == f"a person renamed it, but its job reports to {job.slug}"
    made = look([found("mine", name="Sync invoices")], tables)
    assert after(made, tables)["mine"]["source"]["slug"] == "mine"  # type: ignore[index]


def test_a_check_that_a_person_wrote_is_left_alone_unless_it_is_as_found() -> None:
    tables: Tables = {
        "sync": {"every": "1h"},
        "other": {"cron": "0 2 * * *", "timezone": ZONE, "grace": "2h"},
    }
    other = found("other", key="o")
    made = look([found(), other], tables)

    assert verdicts(made) == [("keep", "sync"), ("change", "other")]
    assert made.steps[0].why == ('a person wrote it with every "1h"; found is cron "0 2 * * *" (Europe/Riga)')
    then = after(made, tables)
    assert then == {"sync": tables["sync"], "other": {**tables["other"], "source": other.source}}
    later = after(look([found(), found("other", "0 4 * * *", key="o")], then), then)["other"]
    assert (later["cron"], later["grace"]) == ("0 4 * * *", "2h")


def test_a_check_that_a_ping_has_made_follows_and_keeps_what_a_person_gave_it_since() -> None:
    made_by_ping = {"name": "sync", "cron": "0 1 * * *", "timezone": ZONE, "grace": "1h"}
    source = {"from": "ping", "key": "sync", "slug": "sync", **made_by_ping}
    tables: Tables = {"sync": {**made_by_ping, "grace": "3h", "source": source}}
    made = look([found()], tables)

    assert verdicts(made) == [("change", "sync")]
    assert made.steps[0].why == (
        'made by its first report; cron "0 1 * * *" (Europe/Riga) becomes cron "0 2 * * *" (Europe/Riga);'
        ' a person wrote grace "3h"; found is grace "30m"'
    )
    table = after(made, tables)["sync"]
    assert (table["cron"], table["grace"]) == ("0 2 * * *", "3h")
    assert look([found()], {"sync": table}).is_equal
    assert look([found("other", key="o")], tables).of("gone") == [], "its job may be of another project"


def test_what_is_gone_is_removed_only_when_asked() -> None:
    made = look([found("other", key="o")], ADDED)
    assert verdicts(made) == [("add", "other"), ("gone", "sync")]
    assert list(after(made, ADDED)) == ["sync", "other"]
    assert list(after(made, ADDED, prune=True)) == ["other"]


def test_of_a_place_that_could_not_be_read_nothing_is_gone() -> None:
    broken = [SourceReading(origin=BEAT, problem="the database is away"), SourceReading(origin=CRONTAB)]
    assert plan(broken, ADDED, zone="UTC").steps == ()
    assert plan([SourceReading(origin=CRONTAB)], ADDED, zone="UTC").steps == ()


def test_a_place_that_lost_everything_loses_no_check() -> None:
    made = look([], ADDED)
    assert verdicts(made) == [("refuse", "sync")]
    assert after(made, ADDED, prune=True) == ADDED
    assert verdicts(look([], ADDED, left_out=["once: its instant is over"])) == [("gone", "sync")]


def test_what_is_down_is_acknowledged_before_it_goes() -> None:
    made = look([found("other", key="o")], ADDED, down={"sync"})
    assert verdicts(made)[1:] == [("refuse", "sync")]
    assert made.steps[1].why.endswith("and it is down: acknowledge that first, with: pulsetui ack sync")


@pytest.mark.parametrize("edit", [{"cron": "1 1 * * *"}, {"grace": "3h"}, {"name": "Mine"}])
def test_what_a_person_has_edited_is_not_removed(edit: Mapping[str, object]) -> None:
    tables = edited(**edit)
    assert list(after(look([found("other", key="o")], tables), tables, prune=True)) == ["sync", "other"]


def test_a_copied_check_is_not_taken_for_the_first() -> None:
    tables = {"copy": ADDED["sync"], **ADDED}
    assert verdicts(look([ONE], tables)) == [("same", "sync")]
    made = look([found("other", key="o")], tables)
    assert verdicts(made) == [("add", "other"), ("refuse", "copy"), ("gone", "sync")]


def test_a_job_that_moved_within_its_project_takes_its_check_along() -> None:
    moved = found(origin=CRONTAB, key="nightly", cron="0 4 * * *")
    made = look([moved], ADDED)

    assert verdicts(made) == [("change", "sync")]
    table = after(made, ADDED, prune=True)["sync"]
    assert (table["cron"], table["source"]) == ("0 4 * * *", moved.source)


@pytest.mark.parametrize("origin", ["bank/celery-beat", "shop/crontab web2"])
def test_the_check_of_another_project_or_host_is_not_taken(origin: str) -> None:
    theirs = after(plan([SourceReading(origin=origin, schedules=[found(origin=origin)])], {}, zone="UTC"), {})
    made = look([found(key="mine")], theirs)
    assert verdicts(made) == [("refuse", "sync")]
    assert f"k in {origin}" in made.steps[0].why
    assert after(made, theirs, prune=True) == theirs


def test_two_jobs_never_share_a_check() -> None:
    made = look([found(), found(key="second", cron="0 3 * * *")], {})
    assert verdicts(made) == [("add", "sync"), ("refuse", "sync")]
    assert not made.is_equal

    made = look([ONE, found(key="second")], ADDED)
    assert verdicts(made) == [("same", "sync"), ("refuse", "sync")]
    assert after(made, ADDED, prune=True) == ADDED


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (found(cron="0 25 * * *"), "hour"),
        (found("Sync"), "slug"),
        (found(timezone="Mars/X"), "Mars/X"),
    ],
)
def test_what_no_check_can_be_made_of_is_refused_and_says_why(one: FoundSchedule, why: str) -> None:
    made = look([one], {})
    assert verdicts(made) == [("refuse", one.slug)]
    assert why in made.steps[0].why


def test_a_broken_schedule_takes_no_check_away() -> None:
    assert after(look([found(cron="whenever")], ADDED), ADDED, prune=True) == ADDED


CRONS = st.sampled_from(["0 2 * * *", "0 3 * * *", "wrong"])
FOUND = st.lists(
    st.builds(
        lambda slug, cron, key, zone, origin: found(slug, cron, key=key, timezone=zone, origin=origin),
        st.sampled_from(["a", "b", "c"]),
        CRONS,
        st.sampled_from("xyz"),
        st.sampled_from(["UTC", ZONE]),
        st.sampled_from([BEAT, CRONTAB]),
    ),
    max_size=4,
    unique_by=lambda one: one.key,
)
EDITS = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.just("7 7 * * *"), max_size=2)


@given(st.lists(FOUND, min_size=1, max_size=4), EDITS, st.booleans())
def test_after_any_history_another_look_changes_nothing_and_no_edit_is_lost(
    history: list[list[FoundSchedule]], edits: Mapping[str, str], prune: bool
) -> None:
    tables: Tables = {}
    for then in history:
        for _ in range(len(then) + 1):  # a name that another gives up in this moment is free at the next look
            tables = after(look(then, tables), tables, prune=prune)
        assert look(then, tables).to_do(prune=False) == []
        reported = [one.slug for one in then]
        for one in then:
            if (
                one.schedule != "wrong"
                and reported.count(one.slug) == 1
                and not look(then, tables).of("refuse")
            ):
                assert one.slug in tables, "a job that has a check of its own is watched"
    changed = {slug: {**table, "cron": edits.get(slug, table["cron"])} for slug, table in tables.items()}
    left = after(look(history[0], changed), changed, prune=prune)
    by_hand = sum(table["cron"] == "7 7 * * *" for table in changed.values())
    assert sum(table["cron"] == "7 7 * * *" for table in left.values()) == by_hand


def test_a_plan_is_shown_and_carried_out_by_an_engine() -> None:
    view = household()[0]
    down = replace(view, slug="old", status=Status.DOWN, reason=Reason.MISSED, incident=None)
    engine = FakeEngine([down])
    checks = ChecksOfEngine(engine, "http://127.0.0.1:8787")
    made = look([ONE, found("Bad\x1b[31m", key="b")], checks.tables(), down=checks.down())

    added, refused = diff(made)
    assert added == '+ sync: cron "0 2 * * *" (Europe/Riga) [beat: k]'
    assert refused.startswith("! Bad")
    assert "\x1b" not in refused
    assert summary(made, prune=False) == "1 to add, 1 for you to decide"
    assert checks.down() == {"old"}
    for step in made.to_do(prune=False):
        carry_out(step, checks)
    assert list(engine.checks()) == ["old", "sync"]


def test_a_plan_is_carried_out_in_the_file_and_survives_a_hand_edit(tmp_path: Path) -> None:
    path = tmp_path / "checks.toml"
    checks = ChecksInFile(ConfigFile(path, {}))
    for step in look([ONE], checks.tables()).to_do(prune=False):
        carry_out(step, checks)
    path.write_text(
        "# mine\n" + path.read_text().replace('grace = "30m"\n', 'grace = "2h"  # slow disk\n', 1)
    )

    renamed = look([found("sync-all", "0 5 * * *", name="Sync invoices")], checks.tables())
    for step in renamed.to_do(prune=True):
        carry_out(step, checks)
    assert path.read_text() == (
        '# mine\n[checks.sync-all]\nname = "Sync invoices"\ncron = "0 5 * * *"\ntimezone = "Europe/Riga"\n'
        'grace = "2h"  # slow disk\nsource = { from = "shop/celery-beat", key = "k", slug = "sync-all", '
        'name = "Sync invoices", cron = "0 5 * * *", timezone = "Europe/Riga", grace = "30m" }\n'
    )
    gone = look([found("other", key="o")], checks.tables()).of("keep")
    assert [step.slug for step in gone] == ["sync-all"]
