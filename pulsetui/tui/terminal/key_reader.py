"""What a terminal sends, cut into keys, mouse reports, pastes, and answers that are none of these.

Textual's parser gives back, letter by letter, every escape sequence that it does not know and every one that
comes in two reads, and the letters of an answer (``ESC [ ? 62 ; 22 c``) are keys that pause or delete. Here a
sequence is first taken whole, by its grammar (ECMA-48 5.4, 5.6; xterm's ctlseqs), and only then shown to the
parser: what that does not know is dropped.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

from textual import constants
from textual._xterm_parser import XTermParser
from textual.events import Key, Paste
from textual.message import Message

log = logging.getLogger(__name__)

MAX_PASTE = 20_000
"""Characters of a paste that are kept: many times what any field takes."""
LATE_S = 10.0
"""A sequence or a paste that has certainly begun is waited for so long: a line may stall that much."""
RESUMED_S = 2.0
"""The rest of a sequence that was cut behind its first characters, which were taken for keys."""
TYPED_S = 1.0
"""A single character so long after the beginning of an answer was typed by a person."""

_PASTE, _PASTE_END = "\x1b[200~", "\x1b[201~"
_MAX_KNOWN = 32  # the parser gives back what is longer
_MAX_HELD = 4_096
_STRINGS = "]P_^X"
"""Behind ESC they begin a text of any length: OSC, DCS, APC, PM, SOS."""
_INTRODUCERS = "[O" + _STRINGS

_C1 = {
    0x8F: "\x1bO",
    0x90: "\x1bP",
    0x98: "\x1bX",
    0x9B: "\x1b[",
    0x9C: "\x1b\\",
    0x9D: "\x1b]",
    0x9E: "\x1b^",
    0x9F: "\x1b_",
}
_UNDECODED = "\ufffd"
_NOT_PASTED = {code: None for code in (*range(0x20), 0x7F, *range(0x80, 0xA0)) if chr(code) not in "\t\n\r"}

_WHOLE = re.compile(
    r"\x1b(?:"
    r"\[M.{3}"  # a mouse report of 1985; its bytes can be anything
    r"|\[\[."  # F1 to F5 of the Linux console
    r"|\[(?![M\[])[ -?]*[@-~]"
    r"|O[0-9;]*[ -/:<-~]"
    r"|\][^\x07\x1b]*(?:\x07|\x1b\\)"
    r"|[P_^X][^\x1b]*\x1b\\"
    r"|[^\x1b\[O\]P_^X]"  # Alt with a key
    r")",
    re.DOTALL,
)
_BEGUN = re.compile(
    r"\x1b(?:\[(?:M.{0,2}|\[|(?![M\[])[ -?]*)|O[0-9;]*|\][^\x07\x1b]*\x1b?|[P_^X][^\x1b]*\x1b?)?", re.DOTALL
)
_RXVT = re.compile(r"\x1b\[[0-9]+\$")
"""Shift with a key in rxvt ends with what is no end anywhere else."""


PASTE_CUT = "The paste was too long: only its beginning was kept"


class PasteCut(Message):
    """The paste before it was longer than ``MAX_PASTE``."""


class KeyReader:
    """Takes text as it comes and gives Textual's messages. Told the time, so that it can be tried without
    waiting: ``now`` is monotonic, in seconds."""

    def __init__(self, *, debug: bool = False) -> None:
        self._debug = debug
        self._parser = XTermParser(debug)
        self._held = ""  # a sequence that is not whole yet
        self._heard = 0.0  # when something came last
        self._cut = ("", 0.0)  # first characters that were taken for a key, until when
        self._pasted: str | None = None

    def feed(self, text: str, now: float) -> list[Message]:
        """What is whole with ``text``."""
        messages = self.tick(now)
        text = text.translate(_C1)
        if self._pasted is None:
            # Inside an answer ESC begins its end, or a person is tired of waiting.
            waited = now - self._heard >= constants.ESCAPE_DELAY
            if waited and self._held[2:].endswith("\x1b") and not text.startswith("\\"):
                self._held = ""
                messages += self._key("\x1b")
            text = self._joined(text, now)
        self._heard = now
        messages += self._read(text)
        return messages

    def tick(self, now: float) -> list[Message]:
        """What is whole since nothing more has come; to be called ten times a second."""
        if self._pasted is not None:
            return self._end_paste("") if now - self._heard >= LATE_S else []
        held = self._held
        if not held:
            return []
        waited = now - self._heard
        if _RXVT.fullmatch(held) and waited >= constants.ESCAPE_DELAY:
            self._held = ""
            return self._known(held)
        # The key Esc, or Alt with a letter that could have begun something. Nobody has Alt and [ for a key.
        if len(held) <= 2 and held != "\x1b[" and waited >= constants.ESCAPE_DELAY:
            self._held = ""
            self._cut = (held, self._heard + RESUMED_S)
            return self._key(held)
        if held.endswith("\x1b") and waited >= TYPED_S:
            self._held = ""
            self._cut = (held[:2] + "\x1b", self._heard + RESUMED_S)
            return self._key("\x1b")
        if waited >= LATE_S:
            log.debug("a sequence never ended")
            self._held = ""
        return []

    def _joined(self, text: str, now: float) -> str:
        """``text`` with what was there before it, where that belongs to it."""
        if self._held:
            held, self._held = self._held, ""
            typed = held[1:2] in _STRINGS and len(text) == 1 and now - self._heard >= TYPED_S
            ends = text in "\x1b\x07" or (text == "\\" and held.endswith("\x1b"))
            return text if typed and not ends else held + text
        (cut, until), self._cut = self._cut, ("", 0.0)
        if now > until:
            return text
        if len(cut) > 2:
            return text.removeprefix("\\")
        # More than one character at once is no key of a person.
        whole = _WHOLE.match(cut + text) if len(text) > 1 else None
        return cut + text if whole is not None and whole[0][1] in _INTRODUCERS else text

    def _read(self, text: str) -> list[Message]:
        messages: list[Message] = []
        at = 0
        while at < len(text):
            if self._pasted is not None:
                messages += self._paste(text[at:])
                break
            escape = text.find("\x1b", at)
            plain = text[at:] if escape < 0 else text[at:escape]
            messages += self._plain(plain)
            if escape < 0:
                break
            whole = _WHOLE.match(text, escape)
            if whole is not None:
                at = whole.end()
                messages += self._sequence(whole[0])
                continue
            begun = _BEGUN.match(text, escape)
            assert begun is not None  # ESC alone has begun
            at = begun.end()
            if at == len(text):
                # Nobody reads a long answer; only how it began and whether it is about to end counts.
                held = begun[0]
                self._held = held if len(held) <= _MAX_HELD else held[:2] + held[-1]
            elif begun[0] == "\x1b":
                messages += self._key("\x1b")
            elif begun[0].endswith("\x1b"):
                at -= 1  # ESC ends what went before it, and begins anew
            # Else a control character has broken the sequence off.
        return messages

    # What has come whole

    def _plain(self, text: str) -> Iterator[Message]:
        text = text.replace(_UNDECODED, "")
        return iter(self._parser.feed(text)) if text else iter(())

    def _sequence(self, sequence: str) -> list[Message]:
        if sequence == _PASTE:
            self._pasted = ""
            return []
        if sequence[1] in _STRINGS or sequence == _PASTE_END:
            return []
        return self._known(sequence) if sequence[1] in "[O" else self._key(sequence)

    def _known(self, sequence: str) -> list[Message]:
        """What the parser makes of a sequence; nothing when it does not know it."""
        if len(sequence) > _MAX_KNOWN:
            return []
        parser = self._parser
        try:
            # NUL is a key when the parser is done with the sequence, else swallowed as a part of it.
            messages = list(parser.feed(sequence + "\x00"))
        except Exception:
            log.debug("the parser failed", exc_info=True)
            messages = []
        if messages and isinstance(messages[-1], Key) and messages[-1].character == "\x00":
            return messages[:-1]
        self._parser = fresh = XTermParser(self._debug)
        fresh.last_x, fresh.last_y = parser.last_x, parser.last_y
        fresh.mouse_pixels, fresh.terminal_size = parser.mouse_pixels, parser.terminal_size
        fresh.terminal_pixel_size = parser.terminal_pixel_size
        return []

    def _key(self, characters: str) -> list[Message]:
        """Esc, or Alt with a key: only the end of the input tells the parser that there is no more."""
        parser = XTermParser(self._debug)
        known = list(parser.feed(characters))
        guessed = list(parser.feed(""))
        if characters != "\x1b":
            # The parser forgets Alt where the key has a name: Alt and ] would be ].
            guessed = [
                Key(f"alt+{event.key}", None)
                if isinstance(event, Key) and not event.key.startswith("alt+")
                else event
                for event in guessed
            ]
        return [*known, *guessed]

    # Pastes

    def _paste(self, text: str) -> list[Message]:
        assert self._pasted is not None
        # The end may come in two reads.
        kept = self._pasted + text
        end = kept.find(_PASTE_END, max(len(self._pasted) - len(_PASTE_END), 0))
        if end < 0:
            self._pasted = kept if len(kept) <= MAX_PASTE else kept[:MAX_PASTE] + kept[-len(_PASTE_END) :]
            return []
        self._pasted = kept[:end]
        return self._end_paste(kept[end + len(_PASTE_END) :])

    def _end_paste(self, rest: str) -> list[Message]:
        pasted, self._pasted = self._pasted or "", None
        text = pasted[:MAX_PASTE].translate(_NOT_PASTED)
        messages: list[Message] = [Paste(text)] if text else []
        if len(pasted) > MAX_PASTE:
            messages.append(PasteCut())
        return messages + self._read(rest)
