"""How many pings the engine takes, from the differences of its count."""

from __future__ import annotations

from collections import deque

from pulsetui.core.text.phrases import count_text, span_text

_SPAN_S = 60.0
"""The rate is the mean over so many seconds."""
_FIRST_S = 5.0
"""Sooner there is nothing to say."""


class PingRate:
    """Fed once a second with the count since the engine started."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()  # seconds, count

    def see(self, at_s: float, count: int) -> None:
        """``at_s`` is the engine's clock. When it or the count falls (a clock that was set, another engine)
        the rate begins anew."""
        if self._seen and (count < self._seen[-1][1] or at_s < self._seen[-1][0]):
            self._seen.clear()
        if not self._seen or at_s - self._seen[-1][0] >= 1:
            self._seen.append((at_s, count))
        while len(self._seen) > 2 and at_s - self._seen[1][0] >= _SPAN_S:
            self._seen.popleft()  # what is left spans the whole minute still

    @property
    def text(self) -> str:
        """``3.2 pings/s``, ``12 pings in the last minute``; "" while it is not known. Until there is a minute
        of them it says of how many seconds they are: four in ten seconds are not 24 in a minute."""
        if not self._seen:
            return ""
        (first_s, first), (last_s, last) = self._seen[0], self._seen[-1]
        span = last_s - first_s
        if span < _FIRST_S:
            return ""
        a_second = (last - first) / span
        if a_second >= 9.95:
            return f"{a_second:.0f} pings/s"
        if a_second >= 1:
            return f"{a_second:.1f} pings/s"
        if span < _SPAN_S:
            return f"{count_text(last - first, 'ping')} in the last {span_text(span)}"
        return f"{count_text(round(a_second * 60), 'ping')} in the last minute"
