"""The filter of the table: words that all have to be found, some of them of one field only.

``billing`` looks in name, slug, tags and status word; ``tag:billing status:down -name:test`` says where, and
a minus in front turns a term round.
"""

from __future__ import annotations

from msgspec import Struct

from pulsetui.core.phrases import word_for
from pulsetui.core.status import Status
from pulsetui.monitor.view import CheckView

FIELDS = ("name", "slug", "tag", "status")


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
                terms.append(Term(field, rest, negated))
        return cls(text.strip(), tuple(terms))

    def matches(self, view: CheckView, status: Status, *, snoozed: bool = False) -> bool:
        """Whether the check, with the status it has now, is shown."""
        return all(_holds(term, view, status, snoozed=snoozed) != term.negated for term in self.terms)


def _holds(term: Term, view: CheckView, status: Status, *, snoozed: bool) -> bool:
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


def status_words(view: CheckView, status: Status, *, snoozed: bool = False) -> list[str]:
    """Every word that is true of it: ``down overdue acknowledged snoozed running``."""
    words = [str(status)]
    if status is Status.DOWN:
        words.append(word_for(status, view.reason))
        if view.incident is not None and view.incident.acknowledged_at is not None:
            words.append("acknowledged")
    if view.started:
        words.append("running")
    if snoozed:
        words.append("snoozed")
    if view.unwatched:
        words.append("unwatched")
    return words
