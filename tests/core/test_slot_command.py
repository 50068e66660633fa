"""The command for a missed slot: filled in, and quoted for the shell."""

from __future__ import annotations

import subprocess
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsetui.core.text.slot_command import SlotCommandError, check_slot_command, names_slot, slot_command

SLOT = datetime(2026, 11, 25, 2, 0, tzinfo=ZoneInfo("Europe/Riga"))


@pytest.mark.parametrize(
    ("template", "command"),
    [
        ("manage.py sync --date {slot:%Y-%m-%d}", "manage.py sync --date 2026-11-25"),
        ("sync {slug} {slot}", "sync shop 2026-11-25T02:00:00+02:00"),
        ("sync {slot:%d %b %H:%M}", "sync '25 Nov 02:00'"),
        ('sync "{slot:%d %b}"', 'sync "25 Nov"'),
        ("sync '{slot:%d %b}' {slot:%d %b}", "sync '25 Nov' '25 Nov'"),
        ("sync '{slot:%d`it}'", "sync '25`it'"),
        ('sync "{slot:$(reboot)%d}"', 'sync "\\$(reboot)25"'),
        ("sync {slot:%s;reboot}", f"sync '{int(SLOT.timestamp())};reboot'"),
        ("echo ${HOME} ${slot:0:4} | awk '{print}'", "echo ${HOME} ${slot:0:4} | awk '{print}'"),
        (r"sync \"{slot:%d %b}", r"sync \"'25 Nov'"),
    ],
)
def test_placeholders_are_filled_in_and_all_other_braces_stay(template: str, command: str) -> None:
    check_slot_command(template)
    assert slot_command(template, SLOT, "shop") == command


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("sync {slto:%Y}", "{slto:%Y} names nothing that is known; write {slot:%Y}"),
        ("sync {date:%Y-%m-%d}", "write {slot:%Y-%m-%d}"),
        ("sync {slots}", "did you mean {slot}?"),
        ("sync {slot:YYYY}", "has a format without a %"),
        ("sync {slot:}", "has a format without a %"),
        ("sync {slug:%s}", "a slug has no format"),
    ],
)
def test_a_placeholder_that_says_nothing_is_told_of(template: str, why: str) -> None:
    with pytest.raises(SlotCommandError) as error:
        check_slot_command(template)
    assert why in str(error.value)


def test_whether_it_is_another_one_for_each_slot() -> None:
    assert names_slot("a {slot:%d}")
    assert not names_slot("a {slug} ${slot}")


@settings(max_examples=15)
@given(
    st.sampled_from(["{}", '"{}"', "'{}'", "a'b'{}", 'x"y" {}']), st.text("ab'\"\\$`; &|\n!*~#", max_size=8)
)
def test_the_shell_takes_what_is_put_in_for_text(around: str, odd: str) -> None:
    """Formats come from a person's own file; even so none of them becomes a command."""
    form = "%d" + odd
    template = "printf %s " + around.replace("{}", "{slot:" + form + "}")
    plain = "printf %s " + around.replace("{}", "25ZZ")
    got, expected = (
        subprocess.run(["/bin/sh", "-c", text], capture_output=True, check=True).stdout.decode()
        for text in (slot_command(template, SLOT, "a"), plain)
    )
    assert got == expected.replace("25ZZ", SLOT.strftime(form))
