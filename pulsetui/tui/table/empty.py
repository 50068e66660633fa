"""What stands where the table would be empty: how to begin, or why nothing matches."""

from __future__ import annotations

from collections.abc import Sequence

from pulsetui.client.views import EngineInfo
from pulsetui.core.text.phrases import count_text
from pulsetui.tui.draw.lines import Line, plain, wrap
from pulsetui.tui.ways.example import EXAMPLE, EXAMPLE_UUID

_JOB = "/usr/local/bin/sync"


def first_ping(info: EngineInfo) -> str:
    """The line that makes a first check and pings it; "" where none can: without a listener, or by uuid."""
    if not info.base_url or info.ping_key is None:
        return ""
    return f"curl -fsS -m 10 -o /dev/null '{plain(info.ping_url(EXAMPLE, EXAMPLE_UUID))}?create=1'"


def crontab_lines(info: EngineInfo) -> tuple[str, str]:
    """The example's line of the crontab, as cron can run it: with curl behind the job, and wrapped."""
    from pulsetui.recipes.recipes import BY_ID, JOB
    from pulsetui.tui.ways.target import example_target

    target = example_target(info)
    after, wrapped = (BY_ID[way].text(target).replace(JOB, _JOB) for way in ("cron", "run"))
    return after, wrapped


def _first_step(info: EngineInfo) -> tuple[str, str]:
    if line := first_ping(info):
        return "1  Add a check: press n, or let the first ping create it (y copies it)", line
    return "1  Add a check", "press n"


def empty_lines(info: EngineInfo, width: int) -> list[Line]:
    """No check yet: the ping URL, one curl line, one crontab line, the key to add a check."""
    if not info.base_url:
        steps: list[tuple[str, str]] = [("Add a check", "press n")]
    else:
        after, wrapped = crontab_lines(info)
        steps = [
            _first_step(info),
            ("2  Let the job report that it finished: one more command in its crontab line", after),
            ("3  Wrapped, a job also reports its duration, exit code and output", wrapped),
        ]
    lines: list[Line] = [
        (),
        *_wrapped("No checks yet.", "strong", width),
        *_wrapped("Each job reports when it finishes. If one does not, its row turns red.", "muted", width),
        (),
    ]
    for text, command in steps:
        lines += _wrapped(text, "text", width)
        # Commands are broken, never cut: they are there to be copied.
        lines += _wrapped(command, "accent", width, indent="     ")
        lines.append(())
    if info.base_url:
        lines += _wrapped(f"Ping URL   {plain(info.ping_url('<slug>', '<uuid>'))}", "muted", width)
    lines += _wrapped(
        f"Checks are kept in {plain(info.config_path)}; edit it by hand whenever you like.", "muted", width
    )
    return lines


def no_match_lines(text: str, subset: str, total: int, width: int, doubts: Sequence[str] = ()) -> list[Line]:
    """Nothing is shown: which filter and which view let nothing through, and the way out. ``doubts`` say
    what in the filter can match nothing at all."""
    if not text:
        return [
            (),
            *_wrapped(f"None of {count_text(total, 'check')} is in the {subset} view.", "strong", width),
            *_wrapped("1 shows all checks.", "muted", width),
        ]
    within = f" in the {subset} view" if subset else ""
    return [
        (),
        *_wrapped(f'None of {count_text(total, "check")} matches "{plain(text)}"{within}.', "strong", width),
        *(line for doubt in doubts for line in _wrapped(plain(doubt), "warning", width)),
        *_wrapped(
            "Esc clears the filter. Terms: tag:billing  status:down  name:sync  -tag:test", "muted", width
        ),
    ]


def _wrapped(text: str, style: str, width: int, indent: str = "  ") -> list[Line]:
    return [((indent, "text"), (line, style)) for line in wrap(text, max(width - len(indent) - 2, 10))]
