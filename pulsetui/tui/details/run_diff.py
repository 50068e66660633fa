"""What a run printed against what the last good one printed, as unified diff lines to show.

Only line ends are made alike before comparing. The lines shown are safe; where a change cannot be seen in
safe text (a colour code, a no-break space), its lines are shown with escapes.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from pulsetui.core.text.clean import clean_lines
from pulsetui.tui.draw.body_text import MAX_COLUMNS, escaped, is_binary, split_lines
from pulsetui.tui.draw.lines import Span, agreed_widths

COMPARED = 1000
"""The last so many lines of each are compared: what matters stands at the end, and the time that comparing
takes grows with the square."""
_CONTEXT = 3
_MAX_LENGTH = 4000  # characters of one line that are shown


def diff_lines(good: bytes, bad: bytes) -> list[Span]:
    """``-`` lines stood in the good run only, ``+`` lines in this one only; notes say what was left out."""
    if is_binary(good) or is_binary(bad):
        same = good == bad
        return [
            (
                "Both outputs are identical." if same else "Binary output: not compared line by line.",
                "muted",
            )
        ]
    old, new = split_lines(good), split_lines(bad)
    notes: list[Span] = []
    for whose, lines in (("the good run", old), ("this run", new)):
        if len(lines) > COMPARED:
            left_out = len(lines) - COMPARED
            first = "first line" if left_out == 1 else f"first {left_out} lines"
            notes.append((f"The {first} of {whose} {'is' if left_out == 1 else 'are'} left out.", "muted"))
    old, new = old[-COMPARED:], new[-COMPARED:]
    if old == new:
        return [*notes, ("The output is identical.", "muted")]
    return [*notes, *_unified(old, new)]


def _unified(old: Sequence[str], new: Sequence[str]) -> Iterator[Span]:
    matcher = difflib.SequenceMatcher(None, old, new)
    for group in matcher.get_grouped_opcodes(_CONTEXT):
        first, last = group[0], group[-1]
        yield f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@", "accent"
        for tag, old_from, old_to, new_from, new_to in group:
            if tag == "equal":
                yield from ((f"  {_shown(line)}", "text") for line in old[old_from:old_to])
                continue
            removed, added = old[old_from:old_to], new[new_from:new_to]
            alike = {_shown(line) for line in removed} & {_shown(line) for line in added}
            yield from ((f"- {_line(line, alike)}", "calm") for line in removed)
            yield from ((f"+ {_line(line, alike)}", "up") for line in added)


def _range(start: int, stop: int) -> str:
    """As in a unified diff: the first line and how many, counted from one."""
    length = stop - start
    if length == 1:
        return str(start + 1)
    return f"{start + 1 if length else start},{length}"


def _line(line: str, alike: set[str]) -> str:
    shown = _shown(line)
    return escaped(line[:_MAX_LENGTH]).replace(" ", "·") if shown in alike else shown


def _shown(line: str) -> str:
    return agreed_widths("".join(clean_lines(line[:_MAX_LENGTH], 1, MAX_COLUMNS)))
