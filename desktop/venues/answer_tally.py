"""How many of the lately asked questions a venue answered with an error, or not in time."""

from __future__ import annotations

from collections import deque
from typing import Final

WINDOW_MS: Final = 600_000
FEWEST: Final = 10
"""With fewer questions in the window the share says nothing: unknown is not zero."""
_MOST = 20_000


class AnswerTally:
    """Questions and failures of one venue over ten minutes. One event loop; times of the world's clock, UTC ms.

    A question that never left (offline, a pause that was asked for, no way to the host) is none.
    """

    def __init__(self) -> None:
        self._asked: deque[tuple[int, bool]] = deque(maxlen=_MOST)

    def note(self, now_ms: int, *, failed: bool) -> None:
        """Take one question that left, and whether it failed at the venue."""
        self._asked.append((now_ms, failed))

    def share(self, now_ms: int) -> float | None:
        """Return the share (0..1) that failed; None with fewer than ten questions in the window."""
        while self._asked and self._asked[0][0] <= now_ms - WINDOW_MS:
            self._asked.popleft()
        if len(self._asked) < FEWEST:
            return None
        return sum(failed for _, failed in self._asked) / len(self._asked)
