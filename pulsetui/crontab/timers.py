"""systemd's timers: as this host's manager tells of them, or as their files say.

``systemctl`` is asked four times at most, however many there are. Where no systemd runs, there are none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from pulsetui.crontab.programs import ProgramOutput, output_of
from pulsetui.crontab.reports import reports_of
from pulsetui.crontab.shell import read_shell
from pulsetui.crontab.units import UnitFile, read_unit

VENDOR = ("/lib/systemd/", "/usr/lib/systemd/")
"""Where packages put their units."""

_TIMER_KEYS = (
    *("Id", "LoadState", "ActiveState", "UnitFileState", "FragmentPath", "Unit"),
    *("TimersCalendar", "TimersMonotonic", "Persistent", "RandomizedDelayUSec"),
)
_SERVICE_KEYS = (
    *(
        "Id",
        "LoadState",
        "ActiveState",
        "UnitFileState",
        "FragmentPath",
        "Type",
        "TimeoutStartUSec",
        "OnFailure",
    ),
    *("ExecStart", "ExecStartPost", "ExecStopPost", "Result", "ExecMainStatus"),
)
_CALENDAR = re.compile(r"OnCalendar=(.*?) ; next_elapse=")
_ARGV = re.compile(r"argv\[\]=(.*?) ; ignore_errors=")
_UNITS_S: Mapping[str, float] = {
    word: seconds
    for words, seconds in (
        ("us", 1e-6),
        ("ms", 1e-3),
        ("s sec second seconds", 1.0),
        ("m min minute minutes", 60.0),
        ("h hr hour hours", 3600.0),
        ("d day days", 86_400.0),
        ("w week weeks", 604_800.0),
        ("month months", 2_629_800.0),
        ("y year years", 31_557_600.0),
    )
    for word in words.split()
} | {"": 1.0}
_SPAN = re.compile(r"([0-9.]+)\s*([a-z]*)")


class TimedService(Struct, frozen=True, kw_only=True):
    """What a timer starts."""

    unit: str
    is_loaded: bool = True
    state: str = ""  # of its file: enabled, disabled, static, masked, …
    type: str = "simple"
    start_timeout: str = ""  # as systemd writes it: "infinity", "1min 30s"; "" where that is not known
    on_failure: str = ""
    command: str = ""
    reports: str = ""  # the commands around it that may report: ExecStartPost, ExecStopPost
    result: str = ""  # of the last run: success, exit-code, timeout, …
    exit_status: int | None = None
    file: UnitFile | None = None


class Timer(Struct, frozen=True, kw_only=True):
    """One timer. Instants are UTC."""

    unit: str
    path: Path
    calendar: tuple[str, ...] = ()  # what stands behind OnCalendar=
    has_spans: bool = False  # it also, or only, counts from something (OnBootSec)
    state: str = ""  # of its file: enabled, disabled, masked, static, …; "" where only the file is known
    is_active: bool = False
    is_live: bool = False  # a manager told of it
    persistent: bool = False
    delay_s: float = 0.0
    last: datetime | None = None
    next: datetime | None = None
    service: TimedService
    file: UnitFile | None = None

    @property
    def name(self) -> str:
        """Without ``.timer``."""
        return self.unit.removesuffix(".timer")

    @property
    def is_packaged(self) -> bool:
        """Whether a package of the distribution brought it."""
        return str(self.path).startswith(VENDOR)


def live_timers() -> tuple[Timer, ...]:
    """The timers of this host; none where no systemd runs, or it does not answer in time."""
    listed = output_of(["systemctl", "list-timers", "--all", "--no-pager", "--output=json"])
    files = output_of(["systemctl", "list-unit-files", "--type=timer", "--no-pager", "--output=json"])
    runs = {_text(each, "unit"): each for each in _records(listed)}
    units = sorted({*runs, *(_text(each, "unit_file") for each in _records(files))} - {""})
    units = [unit for unit in units if "@." not in unit]
    if listed.code or not units:
        return ()
    told = _shown(units, _TIMER_KEYS)
    services = {_service_of(unit, told.get(unit, {}), runs.get(unit, {})) for unit in units}
    told_services = _shown(sorted(services), _SERVICE_KEYS)
    return tuple(
        _timer(unit, told[unit], runs.get(unit, {}), told_services) for unit in units if unit in told
    )


def timer_in_file(path: Path, text: str, service_text: str | None = None) -> Timer:
    """A timer as its file says, with its service where that file is known."""
    file = read_unit(path, text)
    unit = file.value("Timer", "Unit") or path.name.removesuffix(".timer") + ".service"
    service = TimedService(unit=unit, is_loaded=service_text is not None)
    if service_text is not None:
        service = _service_in_file(unit, read_unit(path.with_name(unit), service_text))
    spans = ("OnActiveSec", "OnBootSec", "OnStartupSec", "OnUnitActiveSec", "OnUnitInactiveSec")
    return Timer(
        unit=path.name,
        path=path,
        calendar=tuple(" ".join(key.value.split()) for key in file.values("Timer", "OnCalendar")),
        has_spans=any(file.values("Timer", key) for key in spans),
        persistent=file.value("Timer", "Persistent").lower() in ("yes", "true", "1", "on"),
        delay_s=span_seconds(file.value("Timer", "RandomizedDelaySec")),
        service=service,
        file=file,
    )


def span_seconds(text: str) -> float:
    """``5min 30s`` of systemd in seconds; 0 for what is none."""
    if text == "infinity":
        return timedelta.max.total_seconds()
    return sum(
        float(number) * _UNITS_S.get(unit, 0) for number, unit in _SPAN.findall(text) if number.strip(".")
    )


def _service_in_file(unit: str, file: UnitFile) -> TimedService:
    around = (key.value for name in ("ExecStartPost", "ExecStopPost") for key in file.values("Service", name))
    return TimedService(
        unit=unit,
        type=file.value("Service", "Type") or "simple",
        start_timeout=file.value("Service", "TimeoutStartSec") or file.value("Service", "TimeoutSec"),
        on_failure=file.value("Unit", "OnFailure"),
        command=file.value("Service", "ExecStart"),
        reports="\n".join(around),
        file=file,
    )


def _records(output: ProgramOutput) -> Sequence[Mapping[str, Any]]:
    try:
        found = msgspec.json.decode(output.text)
    except msgspec.DecodeError:
        return ()
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else ()


def _text(record: Mapping[str, Any], key: str) -> str:
    value = record.get(key)
    return value if isinstance(value, str) else ""


def _shown(units: Sequence[str], keys: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
    """``systemctl show`` of many units: blocks of ``Key=value`` with an empty line between."""
    if not units:
        return {}
    output = output_of(["systemctl", "show", "--no-pager", f"--property={','.join(keys)}", "--", *units])
    blocks: dict[str, Mapping[str, str]] = {}
    for block in output.text.split("\n\n"):
        pairs: dict[str, str] = {}
        for line in block.splitlines():
            key, _, value = line.partition("=")
            # One key may come several times: TimersCalendar does, one for each line.
            pairs[key] = f"{pairs[key]}\n{value}" if key in pairs else value
        if "Id" in pairs:
            blocks[pairs["Id"]] = pairs
    return blocks


def _service_of(unit: str, told: Mapping[str, str], run: Mapping[str, Any]) -> str:
    return told.get("Unit") or _text(run, "activates") or unit.removesuffix(".timer") + ".service"


def _timer(
    unit: str,
    told: Mapping[str, str],
    run: Mapping[str, Any],
    services: Mapping[str, Mapping[str, str]],
) -> Timer:
    name = _service_of(unit, told, run)
    return Timer(
        unit=unit,
        path=Path(told.get("FragmentPath") or f"/etc/systemd/system/{unit}"),
        calendar=tuple(_CALENDAR.findall(told.get("TimersCalendar", ""))),
        has_spans=bool(told.get("TimersMonotonic")),
        state="masked" if told.get("LoadState") == "masked" else told.get("UnitFileState", ""),
        is_active=told.get("ActiveState") == "active",
        is_live=True,
        persistent=told.get("Persistent") == "yes",
        delay_s=span_seconds(told.get("RandomizedDelayUSec", "")),
        last=_instant(run.get("last")),
        next=_instant(run.get("next")),
        service=_service(name, services.get(name, {})),
    )


def _service(unit: str, told: Mapping[str, str]) -> TimedService:
    status = told.get("ExecMainStatus", "")
    return TimedService(
        unit=unit,
        is_loaded=told.get("LoadState", "loaded") == "loaded",
        state=told.get("UnitFileState", ""),
        type=told.get("Type", ""),
        start_timeout=told.get("TimeoutStartUSec", ""),
        on_failure=told.get("OnFailure", ""),
        command=" ; ".join(_ARGV.findall(told.get("ExecStart", ""))),
        reports="\n".join(_ARGV.findall(told.get("ExecStartPost", "") + told.get("ExecStopPost", ""))),
        result=told.get("Result", ""),
        exit_status=int(status) if status.isdigit() else None,
    )


def _instant(microseconds: object) -> datetime | None:
    """systemd counts from 1970; 0 and its largest number mean never."""
    if not isinstance(microseconds, int) or isinstance(microseconds, bool) or microseconds <= 0:
        return None
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
    except OverflowError:
        return None


def check_of(timer: Timer) -> str:
    """The slug or uuid that its service reports to; "" where it reports to none that is named."""
    for text in (timer.service.command, *timer.service.reports.splitlines()):
        # What "sh -c" is given is read as if it stood there itself.
        for report in reports_of(read_shell(text.lstrip("-@:+!").replace("'", " "))):
            return report.check or report.url
    return ""
