"""A line of bash as its words."""

from __future__ import annotations


def split_line(line: str) -> list[str]:
    """The words of a line that may end anywhere, also inside of quotes. The last one is the one at the
    cursor: empty where a blank stands before it."""
    words: list[str] = []
    word, quote, escaped, inside = "", "", False, False
    for character in line:
        if escaped:
            word, escaped, inside = word + character, False, True
        elif character == "\\" and quote != "'":
            escaped = inside = True
        elif quote:
            word, quote = (word, "") if character == quote else (word + character, quote)
        elif character in "'\"":
            quote, inside = character, True
        elif character.isspace():
            if inside:
                words.append(word)
            word, inside = "", False
        else:
            word, inside = word + character, True
    return [*words, word]
