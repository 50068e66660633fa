"""Which commands there are: for each its handler, what its help says, its words and options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Argument(NamedTuple):
    """A word or option of a command. ``keywords`` are those of ``argparse.ArgumentParser.add_argument``."""

    name: str
    keywords: Mapping[str, object]


class CommandSpec(NamedTuple):
    """A command as the person types it.

    ``handler`` is ``module:function`` below ``cli.commands``; None for a command with a parser of its own,
    which ``main`` runs before anything here is loaded. ``more`` stands at the end of the command's help.
    """

    handler: str | None
    about: str
    arguments: tuple[Argument, ...] = ()
    more: str = ""


def _argument(name: str, **keywords: object) -> Argument:
    return Argument(name, keywords)


_TMUX = """\
in ~/.tmux.conf (tmux runs it once every status-interval seconds):
  set -g status-interval 10
  set -g status-right-length 60
  set -g status-right '#(pulsetui status --format tmux) %H:%M'
If tmux does not find pulsetui, write its full path. Names of checks are shown as text, never interpreted.
"""

_HOOKS = """\
test sends a message that says it is a test, the way a real alert goes: through the outbox of the running
engine. It prints how long each hook took, or what went wrong.
pause holds the alerts for these hooks until resume; none is lost.
drill tells of a miss that did not happen, by the hooks that would tell of one of that check, and waits for
somebody to acknowledge it. Nothing of the check changes.
replay says what the rules in checks.toml, as it is now, would have told of what happened since then. Nothing
is sent.
"""

_CRONTAB = """\
lint prints FILE:LINE: CODE message, and below it the corrected line. It exits with 1 if it has anything
to say.
A comment "# pulsetui: ignore CODE" at the end of a line, or alone above it, silences a rule there.
The rules are listed in docs/crontab.md.
import makes a check of each job that reports to none; --write also puts the report into its line, after a
backup. Both are shown first and asked for.
diff says where jobs and checks do not agree. It exits with 1 if they do not.
"""

_DEPLOY = """\
the command stands behind --:
  pulsetui deploy --tag shop -- ./deploy.sh
It keeps its output, its signals and its exit code, and runs also where no engine can be reached.
"""

_CATCH_UP = """\
The command is the check's in checks.toml, like
  command = "manage.py sync_invoices --date {slot:%Y-%m-%d}"
else what the line of this host's crontab runs. --run stops at the first that fails. Each run is marked as
the catch-up for its slot: it ends no incident, and the regular run is expected as before.
"""

_HELP = """\
pulsetui help config grace says what may stand there. The manual page: pulsetui help --man | man -l -
"""

_COMPLETION = """\
for this shell: source <(pulsetui completion bash)       fish: pulsetui completion fish | source
for all of them: the first lines of the script say where to put it
"""

_JSON = _argument("--json", action="store_true", help="print JSON on standard output")
_TZ = _argument("--tz", metavar="ZONE", help="say times in this zone (default: that of checks.toml)")
_SLUG = _argument("slug", metavar="SLUG", help="the check")
_SLUGS = _argument("slugs", metavar="SLUG", nargs="+", help="the checks")
_PAIRS = _argument(
    "pairs", metavar="KEY=VALUE", nargs="*", help="any key of the check's table in checks.toml"
)

LISTEN = _argument("--listen", metavar="HOST:PORT", help="where to listen for pings; port 0: any free port")
_WALL = _argument(
    "--wall",
    action="store_true",
    help="show a wallboard instead of the table: one word for all, and what is wrong",
)
OF_SCREEN: tuple[Argument, ...] = (LISTEN, _WALL)
"""What ``pulsetui`` takes without a command."""

COMMON: tuple[Argument, ...] = (
    _argument(
        "--config",
        metavar="FILE",
        help="checks.toml (default: PULSETUI_CONFIG, else yours; pulsetui help files says where)",
    ),
    _argument(
        "--state-dir",
        metavar="DIR",
        help="the engine's state directory (default: PULSETUI_STATE_DIR, else yours)",
    ),
    _argument("--attach", metavar="URL", action="append", default=[], help="use the engine at this address"),
    _argument("--api-key", metavar="KEY", help="its API key (default: PULSETUI_API_KEY)"),
)
"""What every command takes, before or after its name."""

COMMANDS: Mapping[str, CommandSpec] = {
    "serve": CommandSpec("serve:serve", "run the engine without a screen, for a service manager", (LISTEN,)),
    "ping": CommandSpec(None, "report that a job started, finished or failed"),
    "run": CommandSpec(None, "run a job and report its start, end, exit code, duration and output"),
    "list": CommandSpec(
        "listing:list_checks",
        "list all checks with their status",
        (
            _argument("--status", metavar="STATUS", action="append", help="only these (up, late, down, …)"),
            _argument("--tag", metavar="TAG", action="append", help="only checks with this tag"),
            _JSON,
        ),
    ),
    "show": CommandSpec(
        "show:show", "show one check: its runs, incidents, missed and next runs", (_SLUG, _TZ, _JSON)
    ),
    "pause": CommandSpec("verbs:operate", "stop watching until resumed", (_SLUGS, _JSON)),
    "resume": CommandSpec("verbs:operate", "resume watching", (_SLUGS, _JSON)),
    "ack": CommandSpec(
        "verbs:acknowledge",
        "acknowledge an open incident",
        (
            _SLUGS,
            _argument("--note", metavar="TEXT", default="", help="why, or what is being done"),
            _argument(
                "--any-reason",
                action="store_true",
                help="stay acknowledged until it recovers, whatever else goes wrong",
            ),
            _argument("--undo", action="store_true", help="withdraw the acknowledgement"),
            _JSON,
        ),
    ),
    "snooze": CommandSpec(
        "snooze:snooze",
        "silence alerts for checks, tags or everything for a while; without arguments: list snoozes",
        (
            _argument("slugs", metavar="SLUG", nargs="*", help="the checks"),
            _argument("--tag", metavar="TAG", action="append", dest="tags", help="checks with this tag"),
            _argument("--all", action="store_true", dest="everything", help="every check"),
            _argument("--for", metavar="SPAN", dest="span", help="20m, 1h30m, 2d, …"),
            _argument(
                "--until",
                metavar="WHEN",
                help="tomorrow (08:00), monday, 14:30, 'fri 18:00', 2026-11-20T14:30",
            ),
            _argument("--note", metavar="TEXT", default="", help="why"),
            _argument("--end", action="store_true", help="end the snooze now"),
            _JSON,
        ),
    ),
    "deploy": CommandSpec(
        "deploy.command:deploy",
        "run a deploy: its checks are snoozed meanwhile, and listed until each was good once on the release",
        (
            _argument("slugs", metavar="SLUG", nargs="*", help="the checks that get new code"),
            _argument("--tag", metavar="TAG", action="append", dest="tags", help="checks with this tag"),
            _argument("--all", action="store_true", dest="everything", help="every check"),
            _argument(
                "--release", metavar="TEXT", help="what the new code is called (default: git's commit here)"
            ),
            _argument("--wait", action="store_true", help="until each was good once; 1 if one was not"),
            _argument("--status", action="store_true", help="how each job stands on the last release"),
            _JSON,
        ),
        more=_DEPLOY,
    ),
    "add": CommandSpec(
        "verbs:add",
        "add a check to checks.toml",
        (
            _SLUG,
            _argument("--cron", metavar="EXPR", help='five fields: "0 2 * * *"'),
            _argument("--every", metavar="SPAN", help="a period: 15m, 1h30m, 2d"),
            _argument("--calendar", metavar="EXPR", help='systemd OnCalendar: "Mon..Fri 06:00"'),
            _argument("--timezone", metavar="ZONE", help="the schedule's time zone"),
            _argument("--grace", metavar="SPAN", help="how long after due a success is still in time"),
            _argument("--max-runtime", metavar="SPAN", help="a longer run counts as hung"),
            _argument("--name", metavar="TEXT", help="shown instead of the slug"),
            _argument("--desc", metavar="TEXT", help="what the job does"),
            _argument("--tag", metavar="TAG", action="append", dest="tags", help="may be repeated"),
            _argument(
                "--hook",
                metavar="NAME",
                action="append",
                dest="hooks",
                help="notified; may be repeated",
            ),
            _argument("--expect", metavar="TEXT", action="append", help='"records >= 1", "duration < 20m"'),
            _PAIRS,
            _JSON,
        ),
    ),
    "edit": CommandSpec(
        "verbs:edit",
        "change keys of a check: pulsetui edit backup grace=45m tags=nightly,billing max_runtime=",
        (
            _SLUG,
            _PAIRS,
            _argument("--rename", metavar="SLUG", help="give the check another slug"),
            _JSON,
        ),
    ),
    "remove": CommandSpec("verbs:remove", "remove a check from checks.toml", (_SLUG, _JSON)),
    "status": CommandSpec(
        "status:status",
        "print one line; the exit code says whether anything is down",
        (
            _argument(
                "--format",
                choices=["text", "json", "tmux", "nagios"],
                default="text",
                help="text (the default), json, tmux or nagios",
            ),
            _argument(
                "--json", action="store_const", const="json", dest="format", help="same as --format json"
            ),
        ),
        more=_TMUX,
    ),
    "hooks": CommandSpec(
        "hooks:hooks",
        "list the hooks that tell people, test or pause them, hold a drill, replay what would have been told",
        (
            _argument(
                "action",
                metavar="ACTION",
                choices=["list", "test", "pause", "resume", "drill", "replay"],
                nargs="?",
                default="list",
                help="list (the default), test, pause, resume, drill or replay",
            ),
            _argument("names", metavar="NAME", nargs="*", help="the hooks; test: all by default"),
            _argument("--check", metavar="SLUG", help="drill, replay: that check"),
            _argument("--tag", metavar="TAG", help="replay: checks with this tag"),
            _argument("--since", metavar="WHEN", help="replay: from then on: monday, 2d, 14:30, 2026-11-20"),
            _argument("--until", metavar="WHEN", help="replay: up to then (default: now)"),
            _argument("--wait", metavar="SPAN", help="test: for delivery (1m); drill: for a person (10m)"),
            _argument(
                "--format",
                choices=["text", "json"],
                default="text",
                help="text (the default) or json",
            ),
            _argument(
                "--json", action="store_const", const="json", dest="format", help="same as --format json"
            ),
        ),
        more=_HOOKS,
    ),
    "today": CommandSpec(
        "reports.today:today",
        "print a page for the morning: what is wrong, what happened since last evening, what is to come",
        (
            _argument(
                "--since", metavar="TIME", help="fri, 2026-11-20, 17:00, 2d (default: yesterday at 18:00)"
            ),
            _JSON,
        ),
    ),
    "report": CommandSpec(
        "reports.report:report",
        "print the audit trail of a check or of one incident, or how reliable all checks were",
        (
            _argument("what", metavar="SLUG[#N]", nargs="?", help="the check, or its incident number N"),
            _argument(
                "--all", action="store_true", help="of all checks: what was expected, and what became of it"
            ),
            _argument("--tag", metavar="TAG", help="the same of the checks with this tag"),
            _argument(
                "--since", metavar="TIME", help="with --all or --tag: mon, 2026-11-20, 3d (default: 7d)"
            ),
            _argument(
                "--format", choices=["md", "json", "csv"], default="md", help="md (the default), json or csv"
            ),
            _argument("--after", metavar="ISO", help="leave out what ended before this time"),
            _argument("--before", metavar="ISO", help="leave out what began after this time"),
            _TZ,
        ),
    ),
    "catch-up": CommandSpec(
        "catch_up:catch_up",
        "list the slots that a check missed, with the command for each; run them one by one",
        (
            _SLUG,
            _argument("--since", metavar="WHEN", help="all since then: monday, 2d, 2026-11-20"),
            _argument(
                "--slot", metavar="TIME", action="append", dest="slots", help="that slot; may be repeated"
            ),
            _argument("--run", action="store_true", help="run the commands; asks first"),
            _argument("--yes", action="store_true", help="do not ask"),
            _JSON,
        ),
        more=_CATCH_UP,
    ),
    "learn": CommandSpec(
        "learn:learn",
        "propose schedule, grace, run times and expectations by what the runs have been",
        (
            _argument("slugs", metavar="SLUG", nargs="*", help="the checks (default: all)"),
            _argument("--write", action="store_true", help="accept what is proposed, into checks.toml"),
            _JSON,
        ),
    ),
    "schedule": CommandSpec(
        "schedule:schedule",
        "explain a cron, OnCalendar or period expression and list when it fires next",
        (
            _argument("expression", metavar="EXPR", help='like "0 2 * * *", "Mon..Fri 06:00" or 15m'),
            _argument("--timezone", metavar="ZONE", help="default: that of checks.toml, else UTC"),
            _argument("--after", metavar="ISO", help="list times after this one (default: now)"),
            _argument("--count", metavar="N", type=int, default=5, help="how many (default: 5)"),
            _JSON,
        ),
    ),
    "crontab": CommandSpec(
        "crontab:crontab",
        "judge crontabs and systemd timers, make checks of their jobs, compare both",
        (
            _argument(
                "action", metavar="ACTION", choices=["lint", "import", "diff"], help="lint, import or diff"
            ),
            _argument(
                "files",
                metavar="FILE",
                nargs="*",
                help="crontabs, NAME.timer, or - for standard input (default: all of this host)",
            ),
            _argument("--users", action="store_true", help="the lines name a user, as in /etc/crontab"),
            _argument("--write", action="store_true", help="import: put the reports into the lines"),
            _argument("--yes", action="store_true", help="import: do not ask"),
            _argument(
                "--level",
                choices=["error", "warning", "note"],
                default="warning",
                help="lint: the least that is shown: error, warning (the default) or note",
            ),
            _argument("--ignore", metavar="CODE", action="append", default=[], help="lint; may be repeated"),
            _argument(
                "--format",
                choices=["text", "json", "sarif", "github"],
                default="text",
                help="text (the default), json, sarif or github",
            ),
            _argument(
                "--json", action="store_const", const="json", dest="format", help="same as --format json"
            ),
        ),
        more=_CRONTAB,
    ),
    "validate": CommandSpec(
        "validate:validate",
        "validate checks.toml and report every problem",
        (_argument("file", metavar="FILE", nargs="?", help="default: that of --config"), _JSON),
    ),
    "init": CommandSpec(
        "init:init",
        "write a first checks.toml; with --systemd the service that runs the engine",
        (
            _argument(
                "--systemd", action="store_true", help="write a unit for systemd, and say what to do next"
            ),
            _argument(
                "--user", action="store_true", help="--systemd: a service of your own, not the system's"
            ),
            _argument("--run-as", metavar="USER", help="--systemd: whom it runs as (default: pulsetui)"),
            _argument("--print", action="store_true", help="--systemd: print the unit, write nothing"),
        ),
    ),
    "help": CommandSpec(
        "help.command:help_",
        "print the help of a command, or about config (checks.toml), keys, files, hooks",
        (
            _argument("topic", metavar="TOPIC", nargs="?", help="a command, config, keys or files"),
            _argument("words", metavar="WORD", nargs="*", help="config: tables or keys of checks.toml"),
            _argument("--man", action="store_true", help="print the manual page"),
        ),
        more=_HELP,
    ),
    "completion": CommandSpec(
        "completion.command:completion",
        "print the script that makes bash, zsh or fish complete commands, options and slugs",
        (
            _argument(
                "shell", metavar="SHELL", nargs="?", help="bash, zsh or fish (default: what SHELL says)"
            ),
        ),
        more=_COMPLETION,
    ),
    "version": CommandSpec("version:version", "print the version"),
}
