"""Each rule speaks at its own wrong lines, and is silent at its right ones; both stand in docs/crontab.md."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from pulsetui.crontab.findings import Finding, KnownCheck, LintFile, Rule
from pulsetui.crontab.host import FileFacts
from pulsetui.crontab.lint import GROUPS, RULES, lint
from pulsetui.crontab.timers import TimedService, Timer, timer_in_file
from tests.crontab.host import CHECKS, NOW, WORLD, FakeHost, known, lint_file

SYSTEM = {"PT101", "PT103", "PT401", "PT402", "PT403"}
"""Rules of files whose lines name a user."""


def example_file(rule: Rule, text: str, *, wrong: bool) -> LintFile:
    """The example, where cron would read it; what is no text of a file is made wrong here."""
    path = "/etc/cron.d/jobs" if rule.code in SYSTEM else "/var/spool/cron/crontabs/root"
    facts = None
    if rule.code == "PT101" and wrong:
        path = "/etc/cron.d/jobs.sh"
    if rule.code == "PT103" and wrong:
        facts = FileFacts("root", 0o666)
    return lint_file(text, path, facts=facts)


def example_timer(rule: Rule, text: str, *, wrong: bool) -> Timer:
    path = Path("/etc/systemd/system/backup.timer")
    if text.startswith("state="):
        service = TimedService(unit="backup.service", on_failure="tell.service")
        return Timer(
            unit=path.name, path=path, state=text[6:], is_live=True, is_active=not wrong, service=service
        )
    if text.startswith("last="):
        last = NOW - (timedelta(days=3) if wrong else timedelta(hours=1))
        service = TimedService(unit="backup.service", on_failure="tell.service")
        return Timer(
            unit=path.name,
            path=path,
            calendar=("*-*-* *:00:00" if not wrong else "daily",),
            state="enabled",
            is_active=True,
            is_live=True,
            persistent=True,
            last=last,
            service=service,
        )
    timer, _, service_text = text.partition("---\n")
    return timer_in_file(path, timer, service_text)


def codes(rule: Rule, text: str, *, wrong: bool) -> set[str]:
    if rule.code.startswith("PT8"):
        return {one.code for one in lint((), [example_timer(rule, text, wrong=wrong)], WORLD)}
    return {one.code for one in lint([example_file(rule, text, wrong=wrong)], (), WORLD)}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_speaks_at_what_is_wrong_and_not_at_what_is_right(rule: Rule) -> None:
    assert rule.code in codes(rule, rule.wrong, wrong=True)
    assert rule.code not in codes(rule, rule.right, wrong=False)


def test_codes_are_unique_and_stand_in_the_hundred_of_their_group() -> None:
    assert len(RULES) == sum(map(len, GROUPS.values()))
    for hundred, rules in enumerate(GROUPS.values(), 1):
        assert all(rule.code.startswith(f"PT{hundred}") for rule in rules)


def found(text: str | bytes, path: str = "/var/spool/cron/crontabs/root") -> list[Finding]:
    return list(lint([lint_file(text, path)], (), WORLD))


def fixes(text: str, code: str, path: str = "/var/spool/cron/crontabs/root") -> str:
    return next(one.fix for one in found(text, path) if one.code == code)


PING = "curl -fsS -m 10 --retry 3 -o /dev/null http://127.0.0.1:8787/ping/backup"


@pytest.mark.parametrize(
    ("code", "wrong", "right"),
    [
        ("PT301", "0 25 * * * /usr/bin/true", "0 1 * * * /usr/bin/true"),
        ("PT303", "0 20-4 * * *\t/usr/bin/true", "0 20-23,0-4 * * *\t/usr/bin/true"),
        ("PT308", "* 2 * * * /usr/bin/true", "0 2 * * * /usr/bin/true"),
        ("PT313", "0 2 * * 7 /usr/bin/true", "0 2 * * 0 /usr/bin/true"),
        ("PT315", "0 0 2 * * * /usr/bin/true", "0 2 * * * /usr/bin/true"),
        ("PT317", "10/20 * * * * /usr/bin/true", "10-59/20 * * * * /usr/bin/true"),
        ("PT203", "MAILTO=", 'MAILTO=""'),
        ("PT202", "MAILTO=ops # us", "MAILTO=ops"),
        ("PT501", "0 2 * * * date +%F_\\%H", "0 2 * * * date +\\%F_\\%H"),
        ("PT502", "0 2 * * * restic check", "0 2 * * * /usr/local/bin/restic check"),
        ("PT507", "0 2 * * * '~/bin/backup' -v", "0 2 * * * ~/bin/backup -v"),
        ("PT603", f"0 2 * * * backup ; {PING}", f"0 2 * * * backup && {PING}"),
        ("PT603", f"0 2 * * * backup & {PING}", f"0 2 * * * backup && {PING}"),
        ("PT603", f"0 2 * * * backup || {PING}", f"0 2 * * * backup && {PING}"),
        ("PT605", f"0 2 * * * backup && {PING}s", f"0 2 * * * backup && {PING}"),
        (
            "PT606",
            "0 2 * * * a && curl -s http://x/ping/b",
            "0 2 * * * a && curl -f -m 10 --retry 3 -s http://x/ping/b",
        ),
        ("PT404", "0 2 * * * root /usr/bin/true", "0 2 * * * /usr/bin/true"),
    ],
)
def test_the_corrected_line_is_the_line_with_that_corrected(code: str, wrong: str, right: str) -> None:
    assert fixes(f"{wrong}\n", code) == right
    assert code not in {one.code for one in found(f"{right}\n")}


@pytest.mark.parametrize(
    "text",
    [
        f"0 2 * * * backup && {PING}",
        f"0 2 * * * {PING}/start; /usr/local/bin/backup; {PING}/$?",
        f"0 2 * * * /usr/local/bin/backup && {PING} || {PING}/fail",
        f"0 2 * * * cd /srv/app && ./backup.sh && {PING}",
        f"0 2 * * * if /usr/local/bin/backup; then {PING}; else {PING}/fail; fi",
        "0 2 * * * pulsetui run backup -- /usr/local/bin/backup",
        "0 2 * * * flock -n /tmp/l pulsetui run backup -- /usr/local/bin/backup",
        "0 2 * * * pulsetui ping backup --start; /usr/local/bin/backup; pulsetui ping backup --exit-code $?",
        f"0 2 * * * [ -x /usr/local/bin/gone ] && /usr/local/bin/gone && {PING}",
        "0 2 * * * echo it is 10\\% done | mail -s x root && pulsetui ping backup",
        f"0 2 * * * FOO=1 /usr/local/bin/backup >/var/log/b.log 2>&1 && {PING}",
        f"0 2 * * * {{ /usr/local/bin/backup; }} && {PING}",
    ],
)
def test_what_is_usual_and_right_raises_no_alarm(text: str) -> None:
    path = "/usr/local/sbin:/usr/local/bin:/usr/bin:/bin"
    said = [one for one in found(f"PATH={path}\n{text}\n") if one.level != "note"]
    assert said == []


DEBIAN_CRONTAB = """\
# /etc/crontab: system-wide crontab
SHELL=/bin/sh
PATH=/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin

# .---------------- minute (0 - 59)
# *  *  *  *  * user-name command to be executed
17 *\t* * *\troot\tcd / && run-parts --report /etc/cron.hourly
25 6\t* * *\troot\ttest -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }
47 6\t* * 7\troot\ttest -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.weekly; }
52 6\t1 * *\troot\ttest -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.monthly; }
#
"""
PACKAGED = {
    "e2scrub_all": "30 3 * * 0 root test -e /run/systemd/system || SERVICE_MODE=1"
    " /usr/lib/e2fsprogs/e2scrub_all_cron\n"
    "10 3 * * * root test -e /run/systemd/system || SERVICE_MODE=1 /sbin/e2scrub_all -A -r\n",
    "anacron": "SHELL=/bin/sh\nPATH=/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin\n\n"
    "30 7-23 * * *   root\t[ -x /etc/init.d/anacron ] && if [ ! -d /run/systemd/system ]; then"
    " /usr/sbin/invoke-rc.d anacron start >/dev/null; fi\n",
    "certbot": "SHELL=/bin/sh\nPATH=/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin\n\n0"
    " */12 * * * root"
    " test -x /usr/bin/certbot -a \\! -d /run/systemd/system && perl -e 'sleep int(rand(43200))' &&"
    " certbot -q renew"
    " --no-random-sleep-on-renew\n",
    "php": "09,39 *     * * *     root   [ -x /usr/lib/php/sessionclean ] && if [ ! -d"
    " /run/systemd/system ]; then"
    " /usr/lib/php/sessionclean; fi\n",
    "sysstat": "PATH=/usr/lib/sysstat:/usr/sbin:/usr/sbin:/usr/bin:/sbin:/bin\n5-55/10 * * * * root"
    " command -v debian-sa1"
    " > /dev/null && debian-sa1 1 1\n59 23 * * * root command -v debian-sa1 > /dev/null && debian-sa1 60 2\n",
    "mdadm": "57 0 * * 0 root if [ -x /usr/share/mdadm/checkarray ] && [ $(date +\\%d) -le 7 ]; then"
    " /usr/share/mdadm/checkarray --cron --all --idle --quiet; fi\n",
    "popularity-contest": "SHELL=/bin/sh\n30 5 * * *   root    test -x /etc/cron.daily/popularity-contest &&"
    " /etc/cron.daily/popularity-contest --crond\n",
}


def test_debians_own_files_raise_no_alarm() -> None:
    assert found(DEBIAN_CRONTAB, "/etc/crontab") == []
    files = [lint_file(text, f"/etc/cron.d/{name}", is_packaged=True) for name, text in PACKAGED.items()]
    assert lint(files, (), WORLD) == ()


@pytest.mark.parametrize("path", [Path("/etc/crontab"), *sorted(Path("/etc/cron.d").glob("[!.]*"))], ids=str)
def test_the_files_of_this_host_raise_no_alarm(path: Path) -> None:
    if not path.is_file() or path.name.startswith("pulsetui"):
        pytest.skip("not on this host")
    assert lint([lint_file(path.read_bytes(), str(path), is_packaged=True)], (), WORLD) == ()


def test_a_code_is_ignored_in_its_line_and_below_its_comment_only() -> None:
    bare = "0 2 * * * /usr/local/bin/backup"
    text = (
        f"{bare} # pulsetui: ignore PT601\n# pulsetui: ignore pt601, PT701\n{bare}\n{bare}\n# pulsetui:"
        " ignore\n"
    )
    said = [(one.code, one.line) for one in found(text)]
    assert ("PT601", 4) in said
    assert ("PT701", 4) in said
    assert not {line for code, line in said if code == "PT601"} & {1, 3}


def test_a_code_that_is_mistyped_is_said_with_the_nearest() -> None:
    (one,) = [
        one for one in found("0 2 * * * true # pulsetui: ignore PT610 PT6O1 PT699\n") if one.code == "PT110"
    ]
    assert one.message.startswith("there is no rule PT699; did you mean PT6")


def test_a_check_that_expects_the_line_raises_no_alarm_whatever_its_kind() -> None:
    line = f"*/15 * * * * backup && {PING}\n"
    cases: tuple[tuple[KnownCheck, bool], ...] = (
        (known("backup", "15m", kind="every"), True),
        (known("backup", "10m", kind="every", grace=60.0), False),
        (known("backup", "*:0/15", kind="calendar"), True),
        (known("backup", "*:0/20", kind="calendar"), False),
        (known("backup", "0,15,30,45 * * * *", tz="Asia/Tokyo"), True),
        (known("backup", "*/15 8-20 * * *"), False),
    )
    for check, fits in cases:
        world = msgspec.structs.replace(WORLD, checks=(check,))
        said = {one.code for one in lint([lint_file(line)], (), world)}
        assert ("PT609" not in said) == fits, check


def test_the_zone_of_the_check_counts_and_not_only_its_expression() -> None:
    world = msgspec.structs.replace(WORLD, checks=(known("backup", tz="Asia/Tokyo"),))
    (one,) = [
        one for one in lint([lint_file(f"0 2 * * * backup && {PING}\n")], (), world) if one.code == "PT609"
    ]
    assert "timezone=Europe/Berlin" in one.message


def test_reports_to_another_host_are_not_held_against_our_checks() -> None:
    text = "0 2 * * * backup && curl -fsS -m 10 --retry 3 https://hc-ping.com/ping/elsewhere\n"
    assert {one.code for one in found(text)} & {"PT605", "PT601"} == set()


def test_programs_and_users_are_asked_for_only_where_cron_reads_the_file() -> None:
    text = "0 2 * * * nobody-knows /opt/gone\n"
    there = lint_file(text, "/etc/cron.d/jobs")
    here = lint_file(text, "/srv/repo/cron.d/jobs", is_installed=False)
    assert {"PT402"} <= {one.code for one in lint([there], (), WORLD)}
    assert not {"PT402", "PT502"} & {one.code for one in lint([here], (), WORLD)}


def test_cron_tz_is_right_for_cronie() -> None:
    text = "CRON_TZ=Asia/Tokyo\n0 2 * * * /usr/bin/true\n"
    on_cronie = msgspec.structs.replace(WORLD, host=FakeHost(cron="cronie"))
    assert "PT208" not in {one.code for one in lint([lint_file(text)], (), on_cronie)}
    wrong = msgspec.structs.replace(on_cronie, host=FakeHost(cron="cronie"))
    said = lint([lint_file("CRON_TZ=Asia/Tokio\n0 2 * * * x\n")], (), wrong)
    assert any(one.code == "PT208" and "Asia/Tokyo" in one.message for one in said)


def test_the_same_command_in_a_timer_is_said() -> None:
    service = TimedService(unit="b.service", command="/usr/local/bin/backup", on_failure="x")
    timer = Timer(unit="b.timer", path=Path("/etc/systemd/system/b.timer"), state="enabled", service=service)
    said = lint([lint_file("0 2 * * * /usr/local/bin/backup\n")], [timer], WORLD)
    assert any(one.code == "PT701" and "b.timer" in one.message for one in said)


def test_timers_of_packages_are_judged_only_by_whether_they_run() -> None:
    timer = Timer(
        unit="apt-daily.timer",
        path=Path("/usr/lib/systemd/system/apt-daily.timer"),
        calendar=("*-*-* 6,18:00",),
        state="enabled",
        is_live=True,
        is_active=True,
        delay_s=12 * 3600,
        last=NOW - timedelta(hours=20),
        service=TimedService(unit="apt-daily.service", type="oneshot", start_timeout="infinity"),
    )
    assert lint((), [timer], WORLD) == ()
    stopped = msgspec.structs.replace(timer, last=NOW - timedelta(days=4))
    assert [one.code for one in lint((), [stopped], WORLD)] == ["PT807"]
    assert lint((), [msgspec.structs.replace(timer, state="disabled")], WORLD) == ()


def test_known_checks_of_these_tests_are_those_the_examples_name() -> None:
    assert {check.slug for check in CHECKS} == {"backup", "slow"}
