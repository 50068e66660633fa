"""The file as a whole, and what is about the engine and not about one check."""

from __future__ import annotations

from pulsetui.config.reference.entry import ConfigKey, ConfigTable

FILE = ConfigTable(
    name="file",
    heading="The top of the file",
    about="What stands before the first table, and the tables there are.",
    keys=(
        ConfigKey(
            name="timezone",
            takes="a time zone",
            about="In which schedules are read and times are shown, where nothing else is said.",
            default='"UTC"',
            example='timezone = "Europe/Riga"',
        ),
        ConfigKey(name="listener", takes="a table", about="Where jobs report.", example="[listener]"),
        ConfigKey(
            name="hooks",
            takes="tables by name",
            about="Ways to tell somebody.",
            example='[hooks.desktop]\ntype = "desktop"',
        ),
        ConfigKey(
            name="tags",
            takes="tables by tag",
            about="Rules for the alerts of checks with that tag.",
            example='[tags.batch]\nafter = "10m"',
        ),
        ConfigKey(
            name="maintenance",
            takes="tables by name",
            about="Times of planned work.",
            example='[maintenance.patching]\ncalendar = "Sun 03:00"\nduration = "2h"',
        ),
        ConfigKey(
            name="drill",
            takes="a table",
            about="A drill that comes by itself.",
            example='[drill]\ncalendar = "Mon *-*-1..7 10:00"',
        ),
        ConfigKey(
            name="watchdog",
            takes="tables by name",
            about="Who is to hear that PulseTUI itself is alive.",
            example='[watchdog.other]\nurl = "https://pulse.example.org/ping/9d1b/pulse"',
        ),
        ConfigKey(
            name="host",
            takes="a table",
            about="The crontabs and timers of the engine's host.",
            example="[host]\nwatch = false",
        ),
        ConfigKey(
            name="prove",
            takes="a table",
            about="What it takes to look for proof beside the checks themselves.",
            example='[prove]\nmanage = ["/srv/shop/.venv/bin/python", "/srv/shop/manage.py"]',
        ),
        ConfigKey(
            name="checks",
            takes="tables by slug",
            about="The checks.",
            example='[checks.backup]\ncron = "0 2 * * *"',
        ),
        ConfigKey(
            name="keys",
            takes="a table",
            about="Your own keys for the screen: `pulsetui help keys`.",
            example='[keys]\npause = "P"',
        ),
        ConfigKey(
            name="actions",
            takes="tables by name",
            about="What you want at hand for a check on the screen: log in, read a log, run it again.",
            example='[actions.log]\ncommand = "ssh {host} journalctl -n 100 -u {slug}"',
        ),
    ),
)

LISTENER = ConfigTable(
    name="listener",
    heading="[listener]",
    about=(
        'Where jobs report, and who may. The keys may be kept elsewhere: `"file:/run/secrets/key"`,'
        ' `"env:KEY"` (docs/hooks/secrets.md).'
    ),
    example="[listener]\n",
    keys=(
        ConfigKey(
            name="listen",
            takes='"HOST:PORT"',
            about=(
                "Where it listens. A loopback address is reached from this host only; `0.0.0.0` is every"
                " interface, and then slugs need `ping_key`. Port 0 is any free port. A change takes"
                " effect at the next start."
            ),
            default='"127.0.0.1:8787"',
            example='listen = "0.0.0.0:8787"',
        ),
        ConfigKey(
            name="ping_key",
            takes="a secret",
            about=(
                "Stands before the slug in ping URLs: `/ping/KEY/SLUG`. From other hosts a slug without"
                " it is refused."
            ),
            without="slugs from other hosts are refused, uuids are not",
            example='ping_key = "4f7c21ab9d"',
        ),
        ConfigKey(
            name="api_key",
            takes="a secret",
            about=(
                "With it the API reads and changes everything, and `pulsetui --attach` works from elsewhere."
            ),
            without="one is made, and kept in the state directory",
            example='api_key = "a-long-random-text"',
        ),
        ConfigKey(
            name="api_key_readonly",
            takes="a secret",
            about="With it the API only reads.",
            without="none",
            example='api_key_readonly = "another-random-text"',
        ),
        ConfigKey(
            name="hosts",
            takes="a list of host names",
            about=(
                "Names by which the API is called beside this host's own, as by a proxy that keeps its name."
            ),
            default="[]",
            example='hosts = ["pulse.example.org"]',
        ),
        ConfigKey(
            name="create_limit",
            takes="a whole number from 0",
            about="`create=1` in a ping makes no check once there are so many; 0: it never does.",
            default="1000",
            example="create_limit = 0",
        ),
        ConfigKey(
            name="public_url",
            takes="a URL",
            about=(
                "At which people reach the listener from outside: alerts then have links that"
                " acknowledge (docs/hooks/links.md)."
            ),
            default="",
            without="alerts have no links",
            example='public_url = "https://pulse.example.org"',
        ),
    ),
)

HOOK = ConfigTable(
    name="hooks",
    heading="[hooks.NAME]",
    about="A way to tell somebody. Each type has options of its own, and each takes the rules above.",
    example='[hooks.me]\ntype = "desktop"\n',
    page="alerts.md",
    keys=(
        ConfigKey(
            name="type",
            takes="a word",
            about="Which kind it is: `pulsetui help hooks` lists them. It has to be there.",
            example='type = "desktop"',
        ),
        ConfigKey(
            name="words",
            takes="a table of texts",
            about="What it says, in your own words, with placeholders that `pulsetui help hooks` lists.",
            without="PulseTUI's own words",
            example='words = { title = "{name}: {detail}" }',
        ),
    ),
)

DRILL = ConfigTable(
    name="drill",
    heading="[drill]",
    about=(
        "A drill by itself: a miss that did not happen is told, and how long it takes until somebody"
        " acknowledges it is measured. One of `calendar` and `cron` says when."
    ),
    example='[drill]\ncalendar = "Mon *-*-1..7 10:00"\n',
    page="alerts.md",
    keys=(
        ConfigKey(
            name="calendar",
            takes="OnCalendar",
            about="When it is held: here the first Monday of each month.",
            example='calendar = "Mon *-*-1..7 10:00"',
        ),
        ConfigKey(
            name="cron", takes="five fields", about="The same as cron has it.", example='cron = "0 10 1 * *"'
        ),
        ConfigKey(
            name="check",
            takes="a slug",
            about="It goes by the rules of that check.",
            without="every hook is told",
            example='check = "backup"',
        ),
        ConfigKey(
            name="wait",
            takes="a span, at most a day",
            about="How long it waits for somebody.",
            default='"10m"',
            example='wait = "30m"',
        ),
        ConfigKey(
            name="timezone",
            takes="a time zone",
            about="The zone of its times.",
            without="that of the file",
            example='timezone = "Europe/Riga"',
        ),
    ),
)

WATCHDOG = ConfigTable(
    name="watchdog",
    heading="[watchdog.NAME]",
    about="Another monitor that is to hear that PulseTUI is alive and well, and misses it when it is not.",
    example='[watchdog.other]\nurl = "https://pulse.example.org/ping/9d1b/pulse"\n',
    page="watchdog.md",
    keys=(
        ConfigKey(
            name="url",
            takes="a URL, a secret",
            about="Is asked while all is well. It has to be there.",
            example='url = "https://pulse.example.org/ping/9d1b/pulse"',
        ),
        ConfigKey(
            name="fail_url",
            takes="a URL, a secret",
            about="Is asked instead while something is wrong; `{reason}` in it says what.",
            default="",
            without="silence says it",
            example='fail_url = "https://pulse.example.org/ping/9d1b/pulse/fail"',
        ),
        ConfigKey(
            name="every",
            takes="a span, 1s to a day",
            about="How often.",
            default='"1m"',
            example='every = "5m"',
        ),
        ConfigKey(
            name="timeout",
            takes="a span, 1s to a minute",
            about="How long it waits for the answer.",
            default='"10s"',
            example='timeout = "20s"',
        ),
        ConfigKey(
            name="method",
            takes='"GET" or "POST"',
            about="How it asks. With POST the reason is the body.",
            default='"GET"',
            example='method = "POST"',
        ),
    ),
)

HOST = ConfigTable(
    name="host",
    heading="[host]",
    about="Whether PulseTUI looks at the crontabs and timers of the host that it runs on.",
    example="[host]\n",
    page="crontab.md",
    keys=(
        ConfigKey(
            name="watch",
            takes="true or false",
            about="It looks once a minute.",
            default="true",
            example="watch = false",
        ),
        ConfigKey(
            name="cron_log",
            takes="a whole path",
            about="The file in which cron's starts are logged.",
            without="where it usually is",
            example='cron_log = "/var/log/cron.log"',
        ),
    ),
)

PROVE = ConfigTable(
    name="prove",
    heading="[prove]",
    about="What it takes to look for proof beside the `prove` of the checks themselves.",
    example="[prove]\n",
    page="proof.md",
    keys=(
        ConfigKey(
            name="manage",
            takes="a list of the words of a command",
            about="How a Django project's manage.py is called, for proofs that begin with `django:`.",
            without="such proofs are not provable",
            example='manage = ["/srv/shop/.venv/bin/python", "/srv/shop/manage.py"]',
        ),
        ConfigKey(
            name="databases",
            takes="a table of addresses by name, secrets",
            about=(
                "PostgreSQL databases, for proofs like `sql:shop '…' < 25h`. Asking them takes"
                " `pulsetui[postgresql]`."
            ),
            without="a proof can name none",
            example='databases = { shop = "postgresql:///shop" }',
        ),
    ),
)
