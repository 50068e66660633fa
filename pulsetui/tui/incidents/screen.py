"""The incidents of all checks: what is open, what is over, who knew; each can be written down as a report."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from typing import ClassVar

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import BindingType

from pulsetui.client.client import EngineClient
from pulsetui.client.views import CheckDetails, CheckView, IncidentEntry
from pulsetui.core.text.phrases import instant_text
from pulsetui.errors import PulseError
from pulsetui.report.report import incident_id, incident_report
from pulsetui.report.text import to_markdown
from pulsetui.tui.base.screen import TickingScreen, fetch
from pulsetui.tui.base.situation import Situation
from pulsetui.tui.base.verbs import bindings_on
from pulsetui.tui.details.incidents import deliveries_of
from pulsetui.tui.details.plan import plan_texts, told_text
from pulsetui.tui.draw.clocks import with_zone
from pulsetui.tui.draw.filter_bar import FilterBar
from pulsetui.tui.draw.hints import Hint, Hints
from pulsetui.tui.draw.lines import Line, Span, plain, wrap, wrapped
from pulsetui.tui.draw.story_list import STORY_FROM, STORY_LINES, HeaderLine, Story, StoryList, TitleLine
from pulsetui.tui.incidents.model import EntryContext, EntryKey, grouped, header, matching, story

_LISTED = 500
_MIN_FETCH_S = 1.0


class IncidentsScreen(TickingScreen):
    """Shows at once what the table knows to be open, and the rest when the engine has answered."""

    SCOPE = "incidents"
    BINDINGS: ClassVar[list[BindingType]] = bindings_on("incidents")

    def __init__(self) -> None:
        super().__init__()
        self._entries: tuple[IncidentEntry, ...] | None = None
        self._text = ""
        self._problem = ""
        self._asked_at = 0.0  # time.monotonic()
        self._waits = False
        self._details: CheckDetails | None = None  # of the check under the cursor, once they are there

    def compose(self) -> ComposeResult:
        yield TitleLine(id="title")
        yield HeaderLine(id="header")
        yield StoryList(id="incidents")
        yield Story(id="story", base="surface")
        yield FilterBar(id="filter")
        yield Hints(id="hints")

    def on_mount(self) -> None:
        self.entries.focus()
        self._draw()
        self._fetch()

    @property
    def entries(self) -> StoryList:
        return self.query_one(StoryList)

    @property
    def entry(self) -> IncidentEntry | None:
        """The incident under the cursor."""
        key = self.entries.key
        return next(
            (one for one in self._known() if EntryKey(one.slug, one.incident.n) == key),
            None,
        )

    def targets(self) -> tuple[CheckView, ...]:
        entry = self.entry
        view = self.pulse.client.checks().get(entry.slug) if entry is not None else None
        return () if view is None else (view,)

    def situation(self) -> Situation:
        return replace(super().situation(), back="clear" if self._text else "")

    # The engine

    def _known(self) -> Sequence[IncidentEntry]:
        """What the engine said, and until then what the table knows; open ones always as they are now."""
        checks = self.pulse.client.checks()
        if self._entries is None:
            return [
                IncidentEntry(slug=view.slug, name=view.name, incident=view.incident)
                for view in checks.values()
                if view.incident is not None
            ]
        return self._entries

    def news(self, changed: frozenset[str], *, info: bool) -> None:
        if changed and not self._waits:
            self._waits = True
            self.set_timer(max(_MIN_FETCH_S - (time.monotonic() - self._asked_at), 0.01), self._fetch)
        self.refresh_hints()

    def _fetch(self) -> None:
        self._waits = False
        self._asked_at = time.monotonic()
        client = self.pulse.client
        fetch(self, lambda: client.incidents(_LISTED), self._got, group="incidents", fail=self._failed)

    def _got(self, entries: tuple[IncidentEntry, ...]) -> None:
        self._entries, self._problem = entries, ""
        self._draw()
        self._fetch_details()

    def _failed(self, problem: str) -> None:
        self._problem = problem
        self._draw()

    def tick(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    # Drawing

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        width = self.entries.scrollable_content_region.width or max(self.size.width - 1, 10)
        every = self._known()
        found = matching(every, self._text)
        self.query_one(TitleLine).show(self._title(every, len(found)))
        self.query_one(HeaderLine).show(header(width))
        problem = wrapped(self._problem, width, "error") if self._problem else []
        if found:
            lines, keys = grouped(found, width, self._entry_context)
            self.entries.show([*problem, *lines], [*([None] * len(problem)), *keys])
        else:
            self.entries.show([(), *problem, *self._nothing(width)])
        self._draw_story()
        self.refresh_hints()

    @property
    def _entry_context(self) -> EntryContext:
        return EntryContext(
            now=self.pulse.now(), zone=self.pulse.viewer_zone, ascii_only=self.pulse.ascii_only
        )

    def _title(self, every: Sequence[IncidentEntry], shown: int) -> Line:
        spans: list[Span] = [(" Incidents", "title")]
        open_ones = [one.incident for one in every if one.incident.ended_at is None]
        loud = sum(one.acknowledged_at is None for one in open_ones)
        if loud:
            spans += [("  ", "text"), (f" {loud} open ", "chip-down")]
        if len(open_ones) > loud:
            spans.append((f"  {len(open_ones) - loud} acknowledged", "calm"))
        if self._entries is not None:
            spans.append((f"  {len(every) - len(open_ones)} resolved", "muted"))
        if self._text:
            spans.append((f"   {shown} of {len(every)} shown", "accent"))
        return with_zone(tuple(spans), self.pulse.viewer_zone, self.size.width)

    def _nothing(self, width: int) -> list[Line]:
        if self._text:
            text = f'No incident matches "{plain(self._text)}". Esc shows all.'
        elif self._entries is None:
            if self._problem:
                return []  # that is all that is known
            text = "Reading…"
        else:
            text = "No check has ever been down. An incident begins when one is overdue or fails."
        return [((f"  {piece}", "muted"),) for piece in wrap(text, max(width - 4, 10))]

    def _draw_story(self) -> None:
        block = self.query_one(Story)
        entry = self.entry
        block.display = self.size.height >= STORY_FROM and entry is not None
        if entry is None:
            return
        lines = story(entry, self.size.width, self._entry_context, self._told_of(entry))
        if len(lines) > STORY_LINES:
            lines = [*lines[: STORY_LINES - 1], (("   … e exports all of it", "muted"),)]
        block.show(lines)

    def _told_of(self, entry: IncidentEntry) -> list[Span]:
        """Who was told of it and who will be, as soon as the engine has said so."""
        details, view = self._details, self.pulse.client.checks().get(entry.slug)
        if details is None or view is None or details.view.slug != entry.slug:
            return []
        now, context = self.pulse.now(), self._entry_context

        def say(at: datetime | None) -> str:
            return "" if at is None else instant_text(at, context.zone, now)

        told = told_text(deliveries_of(entry.incident, details.deliveries), now, say)
        plans = plan_texts(details, view, now, say) if entry.incident.ended_at is None else []
        return [(f"{text[:1].upper()}{text[1:]}", style) for text, style in (told, *plans) if text]

    def _fetch_details(self) -> None:
        """Of the check under the cursor, once it rests there."""
        entry = self.entry
        if entry is None:
            return
        client, slug = self.pulse.client, entry.slug
        fetch(self, lambda: client.details(slug), self._got_details, group="story", fail=lambda _: None)

    def _got_details(self, details: CheckDetails) -> None:
        self._details = details
        self._draw_story()

    # Verbs

    def own_verbs(self) -> dict[str, Callable[[], None]]:
        return super().own_verbs() | {
            "open": self.verb_open,
            "acknowledge": self.verb_acknowledge,
            "search": self.verb_search,
            "export": self.verb_export,
        }

    def verb_open(self) -> None:
        entry = self.entry
        if entry is None:
            return
        self.pulse.open_check(entry.slug, "Incidents")

    def verb_acknowledge(self) -> None:
        entry = self.entry
        if entry is not None and entry.incident.ended_at is not None:
            self.say("This incident is resolved: there is nothing to acknowledge", severity="warning")
        else:
            self.pulse.do("acknowledge", self.targets())

    def verb_search(self) -> None:
        self.query_one(FilterBar).open(self._text)
        self.call_after_refresh(self.refresh_hints)

    def verb_back(self) -> None:
        if self._text:
            self._filter("")
            self.query_one(FilterBar).close()
        else:
            self.dismiss()

    def verb_export(self) -> None:
        entry = self.entry
        if entry is None:
            return
        from pulsetui.tui.incidents.export import ExportDialog

        slug, n = entry.slug, entry.incident.n
        path = f"./{slug}-incident-{n}.md"
        self.app.push_screen(
            ExportDialog(incident_id(slug, n), path),
            lambda chosen: self._write(slug, n, chosen) if chosen is not None else None,
        )

    def _write(self, slug: str, n: int, path: Path) -> None:
        client = self.pulse.client
        fetch(
            self,
            lambda: write_report(client, slug, n, path, self.pulse.viewer_zone),
            lambda written: self.say(f"Report written to {written}"),
            group="export",
            fail=lambda problem: self.say(problem, severity="error"),
        )

    # The filter and the list

    def _filter(self, text: str) -> None:
        self._text = text
        self._draw()
        every = self._known()
        self.query_one(FilterBar).found(len(matching(every, text)), len(every))

    def on_filter_bar_typed(self, message: FilterBar.Typed) -> None:
        self._filter(message.text)

    def on_filter_bar_left(self, message: FilterBar.Left) -> None:
        if message.clear:
            self._filter("")
        self.entries.focus()
        self.refresh_hints()

    def on_line_list_chosen(self) -> None:
        self.action_verb("open")

    def on_story_list_moved(self) -> None:
        self._draw_story()
        self._fetch_details()
        self.refresh_hints()

    def refresh_hints(self) -> None:
        if self.is_mounted and self.query_one(FilterBar).has_focus_within:
            self.query_one(Hints).offer([Hint("Enter", "apply"), Hint("Esc", "clear")])
        else:
            super().refresh_hints()

    def hint_ids(self, situation: Situation) -> Sequence[str]:
        entry = self.entry
        ids = ["open", "export", "search", "timeline", "back"]
        if entry is not None and entry.incident.ended_at is None:
            ids.insert(0, "acknowledge")
        return (*ids, "help")


def write_report(client: EngineClient, slug: str, n: int, path: Path, zone: tzinfo) -> Path:
    """Writes the report of an incident with times in ``zone``; answers with the whole path.

    Blocks on the engine and the disk. Raises PulseError with what could not be done.
    """
    details, now = client.details(slug), client.now()
    incident = next((one for one in details.incidents if one.n == n), None)
    since = incident.started_at if incident is not None else now
    until = (incident.ended_at if incident is not None else None) or now
    unwatched = client.timeline([slug], since, until).unwatched
    text = to_markdown(incident_report(details, n, now, zone, unwatched=unwatched))
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise PulseError(f"{path}: {error.strerror or error}. Choose another place for the report") from error
    return path.absolute()
