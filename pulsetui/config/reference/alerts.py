"""When somebody is told: rules, and windows of maintenance."""

from __future__ import annotations

from pulsetui.config.reference.entry import ConfigKey, ConfigTable

RULES = ConfigTable(
    name="rules",
    heading="[hooks.NAME], [tags.TAG], [checks.SLUG.alerts], [checks.SLUG.alerts.HOOK]",
    about=(
        "When somebody is told. What a check says of itself counts before what its tags say, and that"
        " before what the hook says."
    ),
    example="[tags.nightly]\n",
    page="alerts.md",
    keys=(
        ConfigKey(
            name="after",
            takes="a span, also 0s",
            about="How long it must have been down.",
            without="told at once",
            example='after = "10m"',
        ),
        ConfigKey(
            name="repeat",
            takes="a span, also 0s",
            about="Reminds so often until somebody acknowledges it, or it is up again. `0s` never does.",
            without="told once",
            example='repeat = "2h"',
        ),
        ConfigKey(
            name="reasons",
            takes="a list of reasons",
            about=(
                "Only of these: `missed`, `failed`, `hung`, `unmet`, `too_short`, `not_started`,"
                " `never`, `ran_twice`, `overlap`, `skipped`."
            ),
            without="told of all",
            example='reasons = ["missed", "hung"]',
        ),
        ConfigKey(
            name="recovery",
            takes="true or false",
            about="Whether the end of it is told, to whoever was told of the beginning.",
            without="told",
            example="recovery = false",
        ),
        ConfigKey(
            name="quiet",
            takes="hours, or a list of such",
            about=(
                "Hours at which nobody is told. What they hold back is told at their end, if it still is"
                " down."
            ),
            without="told at any hour",
            example='quiet = "22:00-07:00"',
        ),
        ConfigKey(
            name="days",
            takes="weekdays, or a list of such",
            about="Only on these days.",
            without="told every day",
            example='days = "mon-fri"',
        ),
        ConfigKey(
            name="holidays",
            takes="a list of dates, or the name of a file",
            about=(
                "Days like those that are not in `days`. A file has one date a line, or is a calendar"
                " (iCal); its name is relative to checks.toml."
            ),
            without="no day is a holiday",
            example="holidays = [2026-12-25, 2026-12-26]",
        ),
        ConfigKey(
            name="timezone",
            takes="a time zone",
            about="The zone of these hours and days.",
            without="that of the file",
            example='timezone = "Europe/Riga"',
        ),
    ),
)

MAINTENANCE = ConfigTable(
    name="maintenance",
    heading="[maintenance.NAME]",
    about=(
        "A time at which work is planned. What is missed in it is recorded and not told; what still is"
        " down at its end is. Exactly one of `at`, `cron` and `calendar` says when it begins."
    ),
    example='[maintenance.patching]\nat = "2026-12-24 22:00"\nduration = "2h"\n',
    page="alerts.md",
    keys=(
        ConfigKey(
            name="at",
            takes="a date with a time",
            about="It begins then, once.",
            example='at = "2026-12-24 22:00"',
        ),
        ConfigKey(
            name="cron",
            takes="five fields",
            about="It begins then, again and again.",
            example='cron = "0 3 * * sun"',
        ),
        ConfigKey(
            name="calendar",
            takes="OnCalendar",
            about="It begins then, again and again.",
            example='calendar = "Sun 03:00"',
        ),
        ConfigKey(
            name="duration",
            takes="a span",
            about="How long it lasts. It has to be there.",
            example='duration = "2h"',
        ),
        ConfigKey(
            name="checks",
            takes="a list of slugs",
            about="It is for these checks.",
            without="with no `tags` either, it is for all",
            example="checks = []",
        ),
        ConfigKey(
            name="tags",
            takes="a list of tags",
            about="It is for checks with one of these tags.",
            without="with no `checks` either, it is for all",
            example='tags = ["billing"]',
        ),
        ConfigKey(
            name="announce",
            takes="a span",
            about="It is told so long beforehand.",
            without="not announced",
            example='announce = "1h"',
        ),
        ConfigKey(
            name="timezone",
            takes="a time zone",
            about="The zone of these times.",
            without="that of the file",
            example='timezone = "Europe/Riga"',
        ),
    ),
)
