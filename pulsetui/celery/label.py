"""What beat writes on a task, in a header of its message, so that the worker knows whose run it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import NAMESPACE_URL, UUID, uuid5

from pulsetui.core.slug import check_slug, slug_for
from pulsetui.errors import UsageError

HEADER = "pulsetui"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskLabel:
    """The check of a task, and when it was due and queued, and when its first try started; Unix seconds,
    None where nobody knows."""

    slug: str
    due: float | None = None
    queued: float | None = None
    started: float | None = None

    def started_at(self, instant: float) -> TaskLabel:
        """With its start."""
        return replace(self, started=instant)

    @property
    def metrics(self) -> tuple[tuple[str, float], ...]:
        """``late_s``, how long after it was due beat queued it, and ``queue_s``, how long it waited there."""
        found = []
        if self.due is not None and self.queued is not None:
            found.append(("late_s", round(max(0.0, self.queued - self.due), 3)))
        if self.queued is not None and self.started is not None:
            found.append(("queue_s", round(max(0.0, self.started - self.queued), 3)))
        return tuple(found)

    def text(self) -> str:
        """The header's value: text, since not every broker keeps numbers as they are."""
        return json.dumps(
            {"slug": self.slug, "due": self.due, "queued": self.queued, "started": self.started}
        )


def read_label(value: object) -> TaskLabel | None:
    """The label in a header; None for anything that is not one."""
    if not isinstance(value, str):
        return None
    try:
        record = json.loads(value)
        return TaskLabel(
            slug=check_slug(record["slug"]), **{name: _instant(record.get(name)) for name in _INSTANTS}
        )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, UsageError):
        return None


_INSTANTS = ("due", "queued", "started")


def _instant(value: object) -> float | None:
    is_one = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e11
    return float(value) if is_one else None  # type: ignore[arg-type]


def label_in(headers: object) -> TaskLabel | None:
    """The label in the headers of a message, or in the request of a task."""
    return read_label(headers.get(HEADER)) if isinstance(headers, Mapping) else None


def slug_of(name: str) -> str:
    """The slug for an entry of beat or a task: ``shop.sync_invoices`` is ``shop-sync-invoices``."""
    return slug_for(name) or "task"


def run_id_of(task_id: str) -> str:
    """The task's id as a run id; an id that is not a uuid gets one, always the same."""
    try:
        return str(UUID(task_id))
    except (ValueError, AttributeError, TypeError):
        return str(uuid5(NAMESPACE_URL, str(task_id)))
