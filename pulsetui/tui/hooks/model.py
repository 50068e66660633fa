"""The hooks as lines: how each is doing, by which rules it tells, and what trials found out. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from pulsetui.client.hook_words import is_trouble, state_text
from pulsetui.client.hooks import HookState
from pulsetui.client.trials import TrialView
from pulsetui.client.views import DeliveryView
from pulsetui.core.text.phrases import count_text, duration_text, instant_text, span_text
from pulsetui.tui.draw.lines import Line, Span, fit, pad, plain, wrap
from pulsetui.tui.draw.list_columns import ListColumn, ListContext, entry_cells, titles

EXAMPLE = ("[hooks.desktop]", 'type = "desktop"')
_TRIALS_SHOWN = 20


class HookKey(Struct, frozen=True):
    """Names a hook of the list."""

    name: str


class TrialKey(Struct, frozen=True):
    """Names a test or a drill of the list."""

    key: str


def _name(hook: HookState, _: ListContext) -> Span:
    return plain(hook.name), "strong" if is_trouble(hook) else "text"


def _type(hook: HookState, _: ListContext) -> Span:
    return plain(hook.type), "muted"


def _state(hook: HookState, context: ListContext) -> Span:
    return plain(state_text(hook, context.now)), style_of(hook)


def _waiting(hook: HookState, _: ListContext) -> Span:
    return (str(hook.waiting), "late") if hook.waiting else ("–", "muted")


def _told(hook: HookState, _: ListContext) -> Span:
    return (str(hook.told), "text") if hook.told else ("–", "muted")


def _rules(hook: HookState, _: ListContext) -> Span:
    return plain(hook.rules) or "at once", "muted"


_COLUMNS: tuple[ListColumn[HookState, ListContext], ...] = (
    ListColumn("HOOK", 0, 14, _name),
    ListColumn("TYPE", 60, 12, _type),
    ListColumn("STATE", 0, 0, _state),
    ListColumn("WAITING", 50, 7, _waiting, "right"),
    ListColumn("TOLD", 70, 5, _told, "right"),
    ListColumn("RULES", 100, 0, _rules),
)


def header(width: int) -> Line:
    """The titles of the columns."""
    return titles(_COLUMNS, width)


def hook_line(hook: HookState, width: int, context: ListContext) -> Line:
    """One hook in exactly ``width`` cells."""
    glyph = glyph_of(hook, ascii_only=context.ascii_only)
    return entry_cells(_COLUMNS, glyph, hook, width, context)


def glyph_of(hook: HookState, *, ascii_only: bool = False) -> Span:
    """Works, fails, held, or not tried yet: told apart without colour."""
    if hook.paused_at is not None:
        return ("=" if ascii_only else "‖"), "calm"
    if is_trouble(hook):
        return ("x" if ascii_only else "✖"), "down"
    if hook.ok:
        return ("*" if ascii_only else "●"), "up"
    return ("o" if ascii_only else "○"), "muted"


def style_of(hook: HookState) -> str:
    if hook.paused_at is not None:
        return "calm"
    return "down" if is_trouble(hook) else "text" if hook.ok else "muted"


def hook_lines(
    hooks: Sequence[HookState], trials: Sequence[TrialView], width: int, context: ListContext
) -> tuple[list[Line], list[object]]:
    """The hooks, then the newest tests and drills; with their keys."""
    lines: list[Line] = [hook_line(hook, width, context) for hook in hooks]
    keys: list[object] = [HookKey(hook.name) for hook in hooks]
    if trials:
        lines += [(), ((" Tests and drills", "title"),)]
        keys += [None, None]
    for view in trials[:_TRIALS_SHOWN]:
        lines.append(trial_line(view, width, context))
        keys.append(TrialKey(view.trial.key))
    return lines, keys


def trial_line(view: TrialView, width: int, context: ListContext) -> Line:
    """One test or drill in exactly ``width`` cells."""
    trial = view.trial
    told = sum(one is not None and one.delivered_at is not None for one in map(view.first, trial.hooks))
    all_told = told == len(trial.hooks)
    glyph, letter, style = ("●", "*", "up") if all_told else ("✖", "x", "down")
    if trial.ended_at is None and not (trial.kind == "test" and all_told):
        glyph, letter, style = "◐", "~", "late"
    what = f"{trial.kind} of {plain(trial.slug)}" if trial.slug else trial.kind
    spans: list[Span] = [
        (" ", "text"),
        (letter if context.ascii_only else glyph, style),
        (f" {pad(instant_text(trial.begun_at, context.zone, context.now), 17)}", "muted"),
        (f"{what}  ", "text"),
        (f"told by {told} of {count_text(len(trial.hooks), 'hook')}", "text" if all_told else style),
    ]
    if trial.kind == "drill":
        spans.append(_reaction(view, context))
    return tuple(fit(spans, width))


def _reaction(view: TrialView, context: ListContext) -> Span:
    trial = view.trial
    if trial.acknowledged_at is not None:
        took = duration_text(view.seconds_to(trial.acknowledged_at))
        return f"  acknowledged by {plain(trial.acknowledged_by)} after {took}", "accent"
    if not trial.is_open_drill:
        return "  nobody reacted", "down"
    left = 0.0 if trial.ends_at is None else (trial.ends_at - context.now).total_seconds()
    how_long = f" {span_text(left)} more" if left > 0 else ""
    return f"  waits{how_long} for somebody: press a", "late"


def hook_story(hook: HookState, width: int, context: ListContext) -> list[Line]:
    """The hook in full, for the panel under the list."""
    facts: list[Span] = [
        (state_text(hook, context.now), style_of(hook)),
        (f"Tells {plain(hook.rules) or 'at once'}.", "text"),
        (_queue(hook, context), "text"),
    ]
    if hook.answers_error:
        facts.append((f"Takes no answers: {hook.answers_error}", "warning"))
    elif hook.listening:
        facts.append(("Takes answers: buttons in its messages work.", "muted"))
    head = [(" ", "text"), glyph_of(hook, ascii_only=context.ascii_only)]
    head += [(f" {plain(hook.name)}", "strong"), (f"  {plain(hook.type)}", "muted")]
    return [tuple(fit(head, width)), *_wrapped(facts, width)]


def _queue(hook: HookState, context: ListContext) -> str:
    parts = [f"{count_text(hook.waiting, 'alert')} waiting" if hook.waiting else "Nothing waits"]
    if hook.next_try is not None:
        parts.append(f"next try {instant_text(hook.next_try, context.zone, context.now)}")
    parts.append(f"since the start {hook.told} told, {hook.given_up} given up")
    return ", ".join(parts)


def trial_story(view: TrialView, width: int, context: ListContext) -> list[Line]:
    """A test or a drill in full: how each hook did."""
    trial = view.trial
    who = f" by {plain(trial.by)}" if trial.by else " by the calendar"
    what = f"{trial.kind.capitalize()}{f' of {plain(trial.slug)}' if trial.slug else ''}"
    begun = instant_text(trial.begun_at, context.zone, context.now)
    facts: list[Span] = [
        (f"{plain(hook)}: {told_text(view, view.first(hook))}", _told_style(view.first(hook)))
        for hook in trial.hooks
    ]
    if trial.kind == "drill":
        text, style = _reaction(view, context)
        facts.insert(0, (text.strip().capitalize(), style))
    head: list[Span] = [(f" {what}", "strong"), (f"  {begun}{who}", "muted")]
    return [tuple(fit(head, width)), *_wrapped(facts, width)]


def told_text(view: TrialView, delivery: DeliveryView | None) -> str:
    """What came of it by one hook."""
    if delivery is None:
        return "not sent yet"
    if delivery.delivered_at is not None:
        return f"delivered after {duration_text(view.seconds_to(delivery.delivered_at))}"
    if delivery.error:
        return f"{'failed' if delivery.tries else 'not delivered'}: {delivery.error}"
    return "not sent yet"


def _told_style(delivery: DeliveryView | None) -> str:
    if delivery is None or not (delivery.error or delivery.delivered_at):
        return "late"
    return "text" if delivery.delivered_at is not None else "down"


def _wrapped(facts: Sequence[Span], width: int) -> list[Line]:
    return [
        ((f"   {piece}", style),) for text, style in facts for piece in wrap(plain(text), max(width - 4, 2))
    ]


def empty_lines(width: int) -> list[Line]:
    """Nobody is told: how to change that."""
    text = "No hooks yet: nobody is told when a check goes down. Add one to checks.toml, for instance:"
    lines: list[Line] = [((f"  {piece}", "text"),) for piece in wrap(text, max(width - 4, 10))]
    lines.append(())
    lines += [((f"    {line}", "accent"),) for line in EXAMPLE]
    lines.append(())
    more = "It counts within two seconds. docs/hooks has a page for each type."
    return lines + [((f"  {piece}", "muted"),) for piece in wrap(more, max(width - 4, 10))]
