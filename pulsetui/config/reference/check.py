"""``[checks.SLUG]``: one check."""

from __future__ import annotations

from pulsetui.config.reference.entry import ConfigKey, ConfigTable

CHECK = ConfigTable(
    name="checks",
    heading="[checks.SLUG]",
    about=(
        "One check: a scheduled job that should report. SLUG (`a-z 0-9 - _`) is its name in URLs and"
        " commands. Exactly one of `every`, `cron` and `calendar` says when it runs. All else may be"
        " left out."
    ),
    example='[checks.backup]\nevery = "1d"\n',
    keys=(
        ConfigKey(
            name="name",
            takes="text",
            about="Is shown instead of the slug.",
            without="the slug",
            example='name = "Sync invoices"',
        ),
        ConfigKey(
            name="every",
            takes="a span",
            about="The next success is due so long after the last report, whatever the clock says.",
            example='every = "15m"',
        ),
        ConfigKey(
            name="cron",
            takes="five fields",
            about=(
                "Minute, hour, day, month and weekday in `timezone`; also `@daily` and the like, and `L`, `W`"
                " and `#` for last days and weekdays. `pulsetui schedule EXPR` says an expression in words."
            ),
            example='cron = "0 2 * * *"',
        ),
        ConfigKey(
            name="calendar",
            takes="OnCalendar",
            about="As in a systemd timer. It may name its own zone at the end.",
            example='calendar = "Mon..Fri 06:00"',
        ),
        ConfigKey(
            name="timezone",
            takes="a time zone",
            about="The zone in which `cron` and `calendar` are read.",
            without="that of the file",
            example='timezone = "Europe/Berlin"',
        ),
        ConfigKey(
            name="grace",
            takes="a span",
            about=(
                "How long after it was due a success is still in time. Due + grace is the deadline; a"
                " check past it is overdue."
            ),
            default='"1h"',
            example='grace = "30m"',
        ),
        ConfigKey(
            name="start_grace",
            takes="a span",
            about=(
                "How long after it was due a start may arrive. Without one by then the check is down"
                " (not started): for long jobs this tells hours before the deadline. Only jobs that"
                " report their start can have it."
            ),
            without="nobody waits for a start",
            example='start_grace = "15m"',
        ),
        ConfigKey(
            name="early",
            takes="a span, also 0s",
            about=(
                "A report this much before it was due still counts for that run: clocks of hosts differ."
                " At most half the way to the run before."
            ),
            default='"60s"',
            example='early = "5m"',
        ),
        ConfigKey(
            name="max_runtime",
            takes="a span",
            about="A run that goes on longer counts as hung. Needs a start.",
            without="a run may take as long as `grace`",
            example='max_runtime = "20m"',
        ),
        ConfigKey(
            name="min_runtime",
            takes="a span",
            about=(
                "A success sooner after its start did no work: the check is down (too short). Shorter"
                " than `max_runtime`."
            ),
            without="any run is long enough",
            example='min_runtime = "5s"',
        ),
        ConfigKey(
            name="min_interval",
            takes="a span",
            about=(
                "A success so soon after the last is a duplicate run; what follows is said by `on_duplicate`."
            ),
            without="no run is a duplicate",
            example='min_interval = "6h"',
        ),
        ConfigKey(
            name="on_overlap",
            takes='"note" or "down"',
            about=(
                "What a start does while another run goes on: it is shown with the run, or takes the"
                " check down."
            ),
            default='"note"',
            example='on_overlap = "down"',
        ),
        ConfigKey(
            name="on_duplicate",
            takes='"note" or "down"',
            about=(
                "What a duplicate run does: it is shown with the run, or takes the check down (ran twice)."
            ),
            default='"note"',
            example='on_duplicate = "down"',
        ),
        ConfigKey(
            name="expect",
            takes="a list of comparisons",
            about=(
                "What must hold of a success: a metric, or `duration`, compared (`>=` `<=` `==` `!=` `>`"
                " `<`) with a number. A run that fails one, or does not report that metric, is a bad"
                " result: exit code 0 with no work done is a failure."
            ),
            default="[]",
            example='expect = ["records >= 1", "duration < 20m"]',
        ),
        ConfigKey(
            name="prove",
            takes="a list of proofs",
            about=(
                "What PulseTUI itself looks for after a good report, like a fresh file of the usual size"
                " (docs/proof.md)."
            ),
            default="[]",
            example='prove = ["file:/backup/shop.dump newer 26h, size >= 80% of usual"]',
        ),
        ConfigKey(
            name="metrics",
            takes="a table of patterns",
            about=(
                "Numbers to be found in the output that a job sends: a name, and a regular expression"
                " whose first group is the number. Single quotes save doubling each backslash."
            ),
            default="{}",
            example="metrics = { records = 'imported (\\d+) records' }",
        ),
        ConfigKey(
            name="failures_before_down",
            takes="a whole number, 1 to 720",
            about=(
                "So many failures in a row take it down; its incident then dates from the first."
                " A missed run always does."
            ),
            default="1",
            example="failures_before_down = 2",
        ),
        ConfigKey(
            name="skips_before_down",
            takes="a whole number, 1 to 720",
            about=(
                "So many skipped runs in a row take it down, but never before the grace of the first is"
                " over (docs/skipped.md)."
            ),
            default="2",
            example="skips_before_down = 5",
        ),
        ConfigKey(
            name="successes_before_up",
            takes="a whole number, 1 to 720",
            about="So many successes in a row bring it up again.",
            default="1",
            example="successes_before_up = 3",
        ),
        ConfigKey(
            name="tags",
            takes="a list of words",
            about="For groups, filters, snoozes and rules of alerts.",
            default="[]",
            example='tags = ["billing", "nightly"]',
        ),
        ConfigKey(
            name="hooks",
            takes="a list of names of hooks",
            about="Who is told. `[]` tells nobody, on purpose.",
            without="all hooks",
            example='hooks = ["desktop"]',
        ),
        ConfigKey(
            name="alerts",
            takes="a table of rules",
            about=(
                "When these hooks are told of this check, as `pulsetui help config rules` has it; or in"
                " a table `[checks.SLUG.alerts]`, and of one hook in `[checks.SLUG.alerts.HOOK]`."
            ),
            default="{}",
            example='alerts = { after = "10m" }',
        ),
        ConfigKey(
            name="depends_on",
            takes="a list of slugs",
            about="While one of these is down, nobody is told of this check.",
            default="[]",
            example='depends_on = ["database"]',
        ),
        ConfigKey(
            name="owner",
            takes="text",
            about="Whom to ask: stands in each alert.",
            without="nobody",
            example='owner = "Ilze"',
        ),
        ConfigKey(
            name="runbook",
            takes="text",
            about="A URL or words that say what to do: stands in each alert.",
            without="none",
            example='runbook = "https://wiki.example.org/backup"',
        ),
        ConfigKey(
            name="command",
            takes="text",
            about="What makes up for a missed slot, for `pulsetui catch-up` (docs/catch-up.md).",
            without="what the host's crontab runs",
            example='command = "manage.py sync_invoices --date {slot:%Y-%m-%d}"',
        ),
        ConfigKey(
            name="desc",
            takes="text",
            about="What the job does, and what to do when it is down. May have several lines.",
            default='""',
            example='desc = "Without it nobody pays."',
        ),
        ConfigKey(
            name="wait_for_first",
            takes="true or false",
            about=(
                "Nothing is expected before the first report. Without it a check that never reports goes"
                " down like one that stopped."
            ),
            default="false",
            example="wait_for_first = true",
        ),
        ConfigKey(
            name="manual_resume",
            takes="true or false",
            about=(
                "Once paused it stays so until somebody resumes it. Without it the next report resumes it."
            ),
            default="false",
            example="manual_resume = true",
        ),
        ConfigKey(
            name="keep_pings",
            takes="a whole number, 1 to 100000",
            about=(
                "How many pings are kept, with their runs. Those that explain its last ten incidents are"
                " kept longer."
            ),
            default="1000",
            example="keep_pings = 3000",
        ),
        ConfigKey(
            name="uuid",
            takes="a uuid",
            about="For clients that ping by uuid. A check that is renamed keeps its history by it.",
            without="the engine gives it one",
            example='uuid = "5f0c1c3e-9d1b-4d1e-8f5a-2f8f3a6f4a10"',
        ),
        ConfigKey(
            name="source",
            takes="a table",
            about=(
                "Written by `manage.py pulsetui sync`: where the schedule was found. Without it the"
                " check is yours alone."
            ),
            default="",
            without="the check is yours alone",
            example='source = { from = "celery", key = "sync-invoices" }',
        ),
    ),
)
