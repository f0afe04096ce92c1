"""How many forced orders there are, how full the feed is, and how large the largest is."""

from __future__ import annotations

from collections import Counter, deque

import msgspec

from desktop.risk.windows import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, SlidingLow

SATURATED = 0.8


class PrintCount(msgspec.Struct, frozen=True):
    """Prints and distinct symbols of the last minute; `saturation` is the fullest symbol's share (0..1) of seconds.

    A feed that tells of at most one order a second saturates in a cascade: over 0.8 the count says only "at least".
    """

    prints: int
    symbols: int
    saturation: float


class PrintCounter:
    """LIQ_N: prints of the last minute, O(1) amortised a print. No warm-up of its own; percentiles need 7 d.

    For one coin or for a whole market, as it is fed. Late prints find their place.
    """

    __slots__ = ("_prints", "_seconds", "_symbols")

    def __init__(self) -> None:
        self._prints: deque[tuple[int, str]] = deque()
        self._seconds: Counter[tuple[str, int]] = Counter()
        self._symbols: Counter[str] = Counter()

    def add(self, symbol: str, at_ms: int) -> None:
        """Add a print; `symbol` names venue and contract."""
        prints = self._prints
        place = len(prints)
        while place and prints[place - 1][0] > at_ms:
            place -= 1
        prints.insert(place, (at_ms, symbol)) if place < len(prints) else prints.append((at_ms, symbol))
        second = (symbol, at_ms // SECOND_MS)
        self._seconds[second] += 1
        if self._seconds[second] == 1:
            self._symbols[symbol] += 1

    def at(self, now_ms: int) -> PrintCount:
        """Return the counts over `(now - 1 min, now]`."""
        prints = self._prints
        while prints and prints[0][0] <= now_ms - MINUTE_MS:
            at_ms, symbol = prints.popleft()
            self._leave(symbol, at_ms // SECOND_MS)
        fullest = max(self._symbols.values(), default=0)
        # A minute that does not begin on a full second touches 61 of them.
        return PrintCount(len(prints), len(self._symbols), min(1.0, fullest * SECOND_MS / MINUTE_MS))

    def _leave(self, symbol: str, second: int) -> None:
        key = (symbol, second)
        self._seconds[key] -= 1
        if not self._seconds[key]:
            del self._seconds[key]
            self._symbols[symbol] -= 1
            if not self._symbols[symbol]:
                del self._symbols[symbol]


class Largest(msgspec.Struct, frozen=True):
    """The largest print (USD) of a window and its share (0..1) of the hour's total; None where it is unknown."""

    usd: float | None
    share_of_hour: float | None


class LargestPrint:
    """LIQ_MAX: the largest single print over 1 h and 24 h, either side, O(1) amortised. Percentiles need 30 d."""

    __slots__ = ("_largest",)

    def __init__(self) -> None:
        self._largest = {window_ms: SlidingLow(window_ms) for window_ms in (HOUR_MS, DAY_MS)}

    def add(self, usd: float, at_ms: int) -> None:
        """Add a print."""
        for window in self._largest.values():
            window.add(at_ms, -usd)

    def at(self, window_ms: int, now_ms: int, hour_usd: float = 0.0) -> Largest:
        """Return the largest of 1 h or 24 h; where it lies within the hour, also its share of `hour_usd`."""
        lowest = self._largest[window_ms].lowest(now_ms)
        if lowest is None:
            return Largest(None, None)
        in_hour = self._largest[HOUR_MS].lowest(now_ms)
        share = min(1.0, -in_hour / hour_usd) if in_hour is not None and in_hour == lowest and hour_usd > 0 else None
        return Largest(-lowest, share)
