"""The filter of the table: words that all have to be found, some of them of one field only.

``billing`` looks in name, slug, tags and status word; ``tag:billing status:down -name:test`` says where, and
a minus in front turns a term round.
"""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from pulsetui.client.glance import Glance
from pulsetui.client.status_words import word_for
from pulsetui.core.state.status import Reason, Status
from pulsetui.core.text.nearest import nearest

FIELDS = ("name", "slug", "tag", "status")
STATUS_WORDS = tuple(
    dict.fromkeys(
        (
            *map(str, Status),
            *(word_for(Status.DOWN, reason) for reason in Reason),
            "acknowledged",
            "running",
            "snoozed",
            "unwatched",
        )
    )
)
"""All that ``status_words`` may answer with."""
_ALIASES = {"unmet": "bad result"}
"""Words of scripts and of earlier versions that the screen says in another way."""


class Term(Struct, frozen=True):
    """One word of the filter, casefolded. ``field`` "" looks everywhere."""

    field: str
    text: str
    negated: bool


class Filter(Struct, frozen=True):
    """All terms must match. No terms match everything."""

    text: str
    terms: tuple[Term, ...]

    @classmethod
    def parse(cls, text: str) -> Filter:
        """Reads a filter as it is typed; nothing is an error, a half-typed term matches everything."""
        terms: list[Term] = []
        for word in text.casefold().split():
            negated = len(word) > 1 and word[0] in "-!"
            field, colon, rest = word.lstrip("-!").partition(":")
            if not colon or field not in FIELDS:
                field, rest = "", word.lstrip("-!") if negated else word
            if rest:
                terms.append(Term(field, _ALIASES.get(rest, rest) if field == "status" else rest, negated))
        return cls(text.strip(), tuple(terms))

    def matches(self, view: Glance, status: Status, *, snoozed: bool = False) -> bool:
        """Whether the check, with the status it has now, is shown."""
        return all(_holds(term, view, status, snoozed=snoozed) != term.negated for term in self.terms)


def doubts(text: str, tags: Collection[str]) -> list[str]:
    """Why some terms of a filter can match nothing, with what was probably meant; a sentence for each.
    ``tags`` are those in use. What was typed is in them as it came: unsafe text."""
    return [doubt for word in text.casefold().split() if (doubt := _doubt(word, tags))]


def _doubt(word: str, tags: Collection[str]) -> str:
    field, colon, value = word.lstrip("-!").partition(":")
    if not field or not colon or not value:
        return ""
    if field not in FIELDS:
        # Somebody who asks for "reason:hung" means a status.
        meant = "status" if _among(_ALIASES.get(value, value), STATUS_WORDS) else nearest(field, FIELDS)
        asked = f'Did you mean "{meant}:{value}"?' if meant else f"Use {': '.join(FIELDS)}:"
        return f'Unknown term "{field}:". {asked}'
    if field == "status" and not _among(_ALIASES.get(value, value), STATUS_WORDS):
        meant = nearest(value, STATUS_WORDS)
        asked = f'Did you mean "status:{meant}"?' if meant else f"Use {', '.join(STATUS_WORDS)}"
        return f'Unknown status "{value}". {asked}'
    known = [tag.casefold() for tag in tags]
    if field == "tag" and not _among(value, known):
        meant = nearest(value, known)
        return f'No check has the tag "{value}".' + (f' Did you mean "tag:{meant}"?' if meant else "")
    return ""


def _among(beginning: str, words: Collection[str]) -> bool:
    return any(word.startswith(beginning) for word in words)


def _holds(term: Term, view: Glance, status: Status, *, snoozed: bool) -> bool:
    match term.field:
        case "name":
            return term.text in view.name.casefold()
        case "slug":
            return term.text in view.slug
        case "tag":
            return any(tag.casefold().startswith(term.text) for tag in view.tags)
        case "status":
            return any(word.startswith(term.text) for word in status_words(view, status, snoozed=snoozed))
        case _:
            return (
                term.text in view.name.casefold()
                or term.text in view.slug
                or any(term.text in tag.casefold() for tag in view.tags)
                or any(word.startswith(term.text) for word in status_words(view, status, snoozed=snoozed))
            )


def status_words(view: Glance, status: Status, *, snoozed: bool = False) -> list[str]:
    """Every word that is true of it: ``down overdue acknowledged snoozed running``."""
    words = [str(status)]
    if status is Status.DOWN:
        words.append(word_for(status, view.reason))
        if view.acknowledged:
            words.append("acknowledged")
    if view.is_running:
        words.append("running")
    if snoozed:
        words.append("snoozed")
    if view.unwatched:
        words.append("unwatched")
    return words
