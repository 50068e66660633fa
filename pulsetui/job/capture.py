"""What a job prints inside its own process, kept while it is printed."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pulsetui.core.text.output import Output


class Capture:
    """Keeps what is written to ``sys.stdout`` and ``sys.stderr`` as text from ``start`` to ``stop``.

    The streams stay the objects they are, so whoever holds one (a logging handler, Django's wrappers) is
    heard, too, and notices nothing. A stream that lets nobody listen is left alone.
    """

    def __init__(self, output: Output) -> None:
        self._output = output
        self._streams: list[tuple[Any, Any]] = []

    def start(self) -> None:
        """Listens from now on."""
        streams: list[Any] = [sys.stdout, sys.stderr]
        for stream in {id(each): each for each in streams}.values():
            try:
                before = vars(stream).get("write")
                stream.write = self._listening(stream.write)
            except (AttributeError, TypeError):
                continue
            self._streams.append((stream, before))

    def stop(self) -> None:
        """Leaves the streams as they were."""
        for stream, before in reversed(self._streams):
            if before is not None:
                stream.write = before
            else:
                vars(stream).pop("write", None)
        self._streams.clear()

    def _listening(self, write: Any) -> Any:
        output = self._output

        def listening(text: str) -> Any:
            written = write(text)
            try:
                output.add(text.encode("utf-8", "replace"))
            except Exception:  # noqa: BLE001, S110 - whatever it was, the job has printed it
                pass
            return written

        return listening
