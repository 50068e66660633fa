"""All there is to know of one check: a sentence, the facts, its runs, pings, incidents and deliveries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from pulsetui.client.status_words import sentence
from pulsetui.client.views import CheckDetails, CheckView
from pulsetui.core.state.status import Status
from pulsetui.core.text.phrases import full_stop
from pulsetui.report.learned.proposal import Proposal
from pulsetui.tui.base.screen import TickingScreen, fetch
from pulsetui.tui.base.situation import Situation
from pulsetui.tui.base.verbs import BY_ID, bindings_on
from pulsetui.tui.details import panes
from pulsetui.tui.details.headline import progress_line, title_line
from pulsetui.tui.details.run_model import last_good_metrics
from pulsetui.tui.draw.clocks import check_zone, foreign, zone_note
from pulsetui.tui.draw.hints import Hints
from pulsetui.tui.draw.lines import pad, plain, width_of, wrap, wrapped
from pulsetui.tui.draw.paint import LineList, OneLine
from pulsetui.tui.draw.status import is_acknowledged, status_now

_SENTENCE_LINES = 3
_TAUGHT_BY = 20  # pings: a run has one or two


class _Title(OneLine):
    """The check's name and status."""


class _Tabs(OneLine):
    """The panes; the one that is shown stands out."""

    BASE = "panel"


class _Progress(OneLine):
    """The run that is going on; not there when none is."""


class _Sentence(LineList, can_focus=False):
    """How it stands, in words."""

    DEFAULT_CSS = "_Sentence { height: 1; }"


class DetailsScreen(TickingScreen):
    """Shows at once what the table knows, and the rest when the engine has answered."""

    SCOPE = "details"
    HINTS = ("back", "acknowledge", "pause", "edit", "copy", "help")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab,right,l", "pane(1)", "Next pane", tooltip="The next pane", id="details.next"),
        Binding(
            "shift+tab,left,h",
            "pane(-1)",
            "Previous pane",
            tooltip="The previous pane",
            id="details.previous",
        ),
        *(
            Binding(
                str(n + 1),
                f"show_pane({n})",
                pane.title,
                show=False,
                tooltip=f"Show {pane.title.lower()}",
                id=f"details.pane_{n + 1}",
            )
            for n, pane in enumerate(panes.PANES)
        ),
        *bindings_on("details"),
    ]

    def __init__(self, slug: str) -> None:
        super().__init__()
        self.slug = slug
        self.pane = 0
        self._details: CheckDetails | None = None
        self._problem = ""
        self._drawn: object = None  # what the pane was last drawn from
        self._learned: tuple[Proposal, ...] = ()
        self._learned_from: object = None  # what that depends on

    def compose(self) -> ComposeResult:
        yield _Title(id="title")
        yield _Sentence(id="sentence", base="surface")
        yield _Progress(id="progress")
        yield _Tabs(id="tabs")
        yield LineList(id="pane")
        yield Hints(id="hints")

    def on_mount(self) -> None:
        self.query_one("#pane", LineList).focus()
        self._fetch()

    @property
    def view(self) -> CheckView | None:
        """The check as it is now; None once it has been deleted."""
        return self.pulse.client.checks().get(self.slug)

    def targets(self) -> tuple[CheckView, ...]:
        view = self.view
        return () if view is None else (view,)

    def news(self, changed: frozenset[str], *, info: bool) -> None:
        if self.slug in changed:
            self._fetch()
            self._draw()
        self.refresh_hints()

    def tick(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    def _fetch(self) -> None:
        if self.view is None:
            return
        client, known, known_from = self.pulse.client, self._learned, self._learned_from
        host_tz = client.info().host_tz

        def ask() -> tuple[CheckDetails, tuple[Proposal, ...]]:
            details = client.details(self.slug)
            return details, known if _teaches(details) == known_from else _learn(details, host_tz)

        fetch(self, ask, self._got, group="details", fail=self._failed)

    def _got(self, answer: tuple[CheckDetails, tuple[Proposal, ...]]) -> None:
        self._details, self._learned = answer
        self._learned_from, self._problem = _teaches(self._details), ""
        self._draw()

    def _failed(self, problem: str) -> None:
        self._problem = problem
        self._draw()

    # Drawing

    def _draw(self) -> None:
        view = self.view
        if view is None:
            self._show_gone()
            return
        now, width, zone = self.pulse.now(), max(self.size.width, 10), self.pulse.viewer_zone
        ascii_only = self.pulse.ascii_only
        alarm = status_now(view, now) is Status.DOWN and not is_acknowledged(view)
        self.query_one(_Title).show(
            title_line(view, now, width, ascii_only=ascii_only), base="alarm" if alarm else "surface"
        )
        clock = zone_note(zone) if foreign([check_zone(view)], zone, now) else ""
        self._draw_sentence(view, width, "" if self._draw_tabs(clock) else clock)
        progress = progress_line(view, now, zone, width, ascii_only=ascii_only)
        self.query_one(_Progress).show(progress)
        self.query_one(_Progress).display = bool(progress)
        self._draw_pane(view)
        self.refresh_hints()

    def _draw_sentence(self, view: CheckView, width: int, clock: str) -> None:
        good = last_good_metrics(self._details) if self._details is not None else None
        said = sentence(view, self.pulse.now(), self.pulse.viewer_zone, good_metrics=good)
        whose_times = f" ({clock})" if clock else ""
        words = wrap(full_stop(plain(said) + whose_times), width - 4)[:_SENTENCE_LINES]
        lines = self.query_one(_Sentence)
        lines.styles.height = len(words)
        lines.show([(("   ", "text"), (text, "calm" if is_acknowledged(view) else "text")) for text in words])

    def _draw_tabs(self, clock: str) -> bool:
        """The panes, at the right end ``clock`` if there is room: answers whether there was."""
        width, known = self.size.width, self._details
        counts = [None if known is None else pane.count(known) for pane in panes.PANES]
        line = panes.tab_line(self.pane, counts, width)
        room = width - width_of(line)
        fits = cell_len(clock) + 2 <= room
        right = (pad(f"{clock} ", room, "right"), "muted")
        self.query_one(_Tabs).show([*line, right] if clock and fits else line)
        return fits

    def _draw_pane(self, view: CheckView) -> None:
        pane = self.query_one("#pane", LineList)
        if self._details is None:
            style = "error" if self._problem else "muted"
            pane.show([(), *wrapped(self._problem or "Reading…", pane.size.width, style)])
            self._drawn = None
            return
        shown = panes.PANES[self.pane]
        now = self.pulse.now()
        # What does not tick changes with the details, the room, the zone and the words of a day ("today").
        state = (
            self.pane,
            self._details,
            view,
            pane.size,
            self._problem,
            self._learned,
            now.replace(second=0, microsecond=0),
            str(self.pulse.viewer_zone),
        )
        if not shown.ticks and state == self._drawn:
            return
        self._drawn = state
        context = panes.PaneContext(
            now=now,
            width=max(pane.size.width - 1, 10),
            height=pane.size.height,
            zone=self.pulse.viewer_zone,
            info=self.pulse.client.info(),
            ascii_only=self.pulse.ascii_only,
            learned=self._learned,
            accept_key=self.pulse.key_of(BY_ID["accept"]),
        )
        lines, keys = shown.draw(self._details, view, context)
        if self._problem:
            problem = wrapped(self._problem, pane.size.width, "error")
            lines = [*problem, *lines]
            keys = [*([None] * len(problem)), *keys] if keys else []
        pane.show(lines, keys)

    def _show_gone(self) -> None:
        self.query_one(_Title).show([(f" {self.slug}", "strong"), ("  deleted", "muted")])
        self.query_one("#pane", LineList).show(
            [(), (("  This check is no longer in checks.toml. Esc goes back.", "text"),)]
        )
        self.refresh_hints()

    # Keys

    def own_verbs(self) -> dict[str, Callable[[], None]]:
        return super().own_verbs() | {"accept": self.verb_accept}

    def verb_accept(self) -> None:
        if self._details is None or not self._learned:
            self.say("Nothing was learned from the runs that the check does not say already")
            return
        first = self._learned[0]
        self.pulse.change(self.slug, self._details.fields, first.fields, first.written)

    def action_pane(self, by: int) -> None:
        self.action_show_pane((self.pane + by) % len(panes.PANES))

    def show_pane(self, title: str) -> None:
        """The pane of that title, or the first."""
        self.action_show_pane(next((at for at, one in enumerate(panes.PANES) if one.title == title), 0))

    def action_show_pane(self, number: int) -> None:
        self.pane = number
        pane = self.query_one("#pane", LineList)
        pane.scroll_to(y=0, animate=False)
        self._draw()

    def on_line_list_chosen(self, message: LineList.Chosen) -> None:
        if isinstance(message.key, panes.PingKey):
            from pulsetui.tui.details.body import BodyScreen

            self.app.push_screen(BodyScreen(self.slug, message.key.n))
        elif isinstance(message.key, panes.RunKey) and self._details is not None:
            from pulsetui.tui.details.run_screen import RunScreen

            self.app.push_screen(RunScreen(self.slug, message.key.n, self._details))

    def hint_ids(self, situation: Situation) -> Sequence[str]:
        view = self.view
        loud = view is not None and view.incident is not None and not is_acknowledged(view)
        ids = ["back", "pause", "edit", "copy", "delete", "undo" if situation.undo else "new"]
        if view is not None and view.incident is not None:
            ids.insert(0 if loud else 1, "acknowledge")
        if self._learned:
            ids.insert(1, "accept")
        return (*ids, "help")


def _teaches(details: CheckDetails) -> object:
    """What decides what can be learned; of the runs only every tenth or so is worth the trouble."""
    newest = details.runs[0].n // _TAUGHT_BY if details.runs else 0
    return details.fields, details.view.status, newest


def _learn(details: CheckDetails, host_tz: str) -> tuple[Proposal, ...]:
    """May take a tenth of a second: on a thread."""
    from pulsetui.report.learned.proposals import learned  # with all that judges checks behind it

    return learned(details, host_tz)
