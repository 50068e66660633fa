"""What a run printed against what the last good one printed: as unified diff lines, or side by side.

Only line ends are made alike before comparing. The lines shown are safe; where a change cannot be seen in
safe text (a colour code, a no-break space), its lines are shown with escapes.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from msgspec import Struct

from pulsetui.core.text.clean import clean_lines
from pulsetui.tui.draw.body_text import MAX_COLUMNS, chunks, escaped, is_binary, split_lines
from pulsetui.tui.draw.lines import Line, Span, agreed_widths, pad

COMPARED = 1000
"""The last so many lines of each are compared: what matters stands at the end, and the time that comparing
takes grows with the square."""
SIDE_BY_SIDE_FROM = 120
"""Cells of the screen from which both outputs have room beside each other."""
_CONTEXT, _CONTEXT_BESIDE = 3, 12  # lines around a change: side by side there is room for more of them
_MAX_LENGTH = 4000  # characters of one line that are shown
_SIGN = 2  # cells
_REMOVED, _ADDED = "calm", "up"


class DiffBlock(Struct, frozen=True):
    """Neighbouring lines that stand in both, or a change: what the good run had there, and what this one."""

    good: tuple[str, ...]
    bad: tuple[str, ...]
    same: bool


class DiffHunk(Struct, frozen=True):
    """Changes that are near each other, and the lines around them. The ranges are as in a unified diff."""

    good_range: str
    bad_range: str
    blocks: tuple[DiffBlock, ...]


class OutputDiff(Struct, frozen=True):
    """Two outputs compared. Without hunks the notes say why."""

    notes: tuple[str, ...] = ()
    hunks: tuple[DiffHunk, ...] = ()
    wide_hunks: tuple[DiffHunk, ...] = ()  # the same with more lines around


def compare(good: bytes, bad: bytes) -> OutputDiff:
    """May take a while: on a thread."""
    if is_binary(good) or is_binary(bad):
        same = good == bad
        return OutputDiff(
            ("Both outputs are identical." if same else "Binary output: not compared line by line.",)
        )
    old, new = split_lines(good), split_lines(bad)
    notes: list[str] = []
    for whose, lines in (("the good run", old), ("this run", new)):
        if len(lines) > COMPARED:
            left_out = len(lines) - COMPARED
            first = "first line" if left_out == 1 else f"first {left_out} lines"
            notes.append(f"The {first} of {whose} {'is' if left_out == 1 else 'are'} left out.")
    old, new = old[-COMPARED:], new[-COMPARED:]
    if old == new:
        return OutputDiff((*notes, "The output is identical."))
    matcher = difflib.SequenceMatcher(None, old, new)
    # The matcher cuts what it has remembered to the lines around the first and the last change: most first.
    wide, near = (tuple(_hunks(matcher, old, new, context)) for context in (_CONTEXT_BESIDE, _CONTEXT))
    return OutputDiff(tuple(notes), near, wide)


def _hunks(
    matcher: difflib.SequenceMatcher[str], old: Sequence[str], new: Sequence[str], context: int
) -> Iterator[DiffHunk]:
    for group in matcher.get_grouped_opcodes(context):
        first, last = group[0], group[-1]
        yield DiffHunk(
            _range(first[1], last[2]),
            _range(first[3], last[4]),
            tuple(
                _block(tag, old[old_from:old_to], new[new_from:new_to])
                for tag, old_from, old_to, new_from, new_to in group
            ),
        )


def _block(tag: str, removed: Sequence[str], added: Sequence[str]) -> DiffBlock:
    if tag == "equal":
        lines = tuple(_shown(line) for line in removed)
        return DiffBlock(lines, lines, same=True)
    alike = {_shown(line) for line in removed} & {_shown(line) for line in added}
    good, bad = (tuple(_line(line, alike) for line in lines) for lines in (removed, added))
    return DiffBlock(good, bad, same=False)


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


# As lines


def unified_lines(difference: OutputDiff) -> Iterator[Span]:
    """``-`` lines stood in the good run only, ``+`` lines in this one only; notes say what was left out."""
    yield from ((note, "muted") for note in difference.notes)
    for hunk in difference.hunks:
        yield f"@@ -{hunk.good_range} +{hunk.bad_range} @@", "accent"
        for block in hunk.blocks:
            if block.same:
                yield from ((f"  {line}", "text") for line in block.good)
            else:
                yield from ((f"- {line}", _REMOVED) for line in block.good)
                yield from ((f"+ {line}", _ADDED) for line in block.bad)


def side_lines(
    difference: OutputDiff, titles: tuple[str, str], width: int, *, ascii_only: bool
) -> Iterator[Line]:
    """The good run on the left and this one on the right, the lines that stand in both on one height; the
    signs are those of a unified diff. Each line has at most ``width`` cells."""
    half = (width - 3) // 2
    edge = " | " if ascii_only else " │ "

    def row(left: Span, right: Span) -> Line:
        return (pad(left[0], half), left[1]), (edge, "border"), right

    yield row((f"- {titles[0]}", _REMOVED), (pad(f"+ {titles[1]}", half), _ADDED))
    yield from (((note, "muted"),) for note in difference.notes)
    for hunk in difference.wide_hunks:
        yield row((f"@@ {hunk.good_range}", "accent"), (f"@@ {hunk.bad_range}", "accent"))
        for block in hunk.blocks:
            for good, bad in zip_longest(block.good, block.bad):
                left = _cell(good, " " if block.same else "-", "text" if block.same else _REMOVED, half)
                right = _cell(bad, " " if block.same else "+", "text" if block.same else _ADDED, half)
                for pieces in zip_longest(left, right, fillvalue=("", "text")):
                    yield row(*pieces)


def _cell(line: str | None, sign: str, style: str, half: int) -> list[Span]:
    """One line as high as it needs to be; the sign stands before its first piece."""
    if line is None:
        return []
    pieces = chunks(line, half - _SIGN)
    return [(f"{sign if at == 0 else ' '} {piece}", style) for at, piece in enumerate(pieces)]
