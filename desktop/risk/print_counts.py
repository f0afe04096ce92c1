"""How many forced orders there are, how full the feed is, and how large the largest is."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from desktop.risk.timed_parts import TimedParts
from desktop.risk.windows import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, SlidingLow, SlidingSum

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

    For one coin or for a whole market, as it is fed. Late prints find their place. Symbols and saturation
    are exact to the second.
    """

    __slots__ = ("_prints", "_symbols")

    def __init__(self) -> None:
        self._prints = SlidingSum(MINUTE_MS)
        self._symbols: dict[str, TimedParts] = {}

    def add(self, symbol: str, at_ms: int) -> None:
        """Add a print; `symbol` names venue and contract."""
        self.add_second(symbol, [at_ms])

    def add_second(self, symbol: str, times: Sequence[int]) -> None:
        """Add prints of one second (ending with the full one) of a contract, by their times."""
        self._prints.count(times)
        seconds = self._symbols.get(symbol)
        if seconds is None:
            seconds = self._symbols[symbol] = TimedParts()
        seconds.add(-(-times[0] // SECOND_MS), len(times))

    def at(self, now_ms: int) -> PrintCount:
        """Return the counts over `(now - 1 min, now]`."""
        edge = (now_ms - MINUTE_MS) // SECOND_MS
        for symbol, seconds in list(self._symbols.items()):
            if seconds.oldest_ms <= edge:
                seconds.leave(edge)
                if not seconds:
                    del self._symbols[symbol]
        kept = self._symbols.values()
        fullest = max((len(seconds) for seconds in kept), default=0)
        # Prints dated ahead of the clock can fill a second more.
        saturation = min(1.0, fullest * SECOND_MS / MINUTE_MS)
        return PrintCount(round(self._prints.total(now_ms)), len(kept), saturation)


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
