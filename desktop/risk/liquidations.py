"""What was closed by force: by side and window, as a floor."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from desktop.domain.market import HourBar, LiquidatedSide
from desktop.risk.age_bands import AgeBands
from desktop.risk.windows import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS

_BANDS = (
    (MINUTE_MS, 1),
    (5 * MINUTE_MS, 100),
    (15 * MINUTE_MS, SECOND_MS),
    (HOUR_MS, SECOND_MS),
    (3 * HOUR_MS, MINUTE_MS),
    (4 * HOUR_MS, MINUTE_MS),
    (DAY_MS, MINUTE_MS),
    (7 * DAY_MS, HOUR_MS),
    (30 * DAY_MS, HOUR_MS),
)
WINDOWS_MS = tuple(window_ms for window_ms, _ in _BANDS)
LEAST_HEARD = 0.7
TOO_FEW = "too few liquidations to compare"

# An imbalance of tiny totals is decided by one print. 1 M USD an hour is the floor for BTC; as a share of open
# interest it serves smaller coins as well.
IMBALANCE_FLOOR_OF_OI = 1e-4
IMBALANCE_FLOOR_USD = 1e6

PrintKey = tuple[str, str, str, int, str, str | None]


class LiquidationTally:
    """USD of long and short positions closed by force over each of `WINDOWS_MS` of event time.

    Edges are exact to the second up to an hour, to the minute up to a day, beyond that to the hour.
    """

    __slots__ = ("_long", "_short")

    def __init__(self) -> None:
        self._long = AgeBands(_BANDS)
        self._short = AgeBands(_BANDS)

    def add(self, side: LiquidatedSide, usd: float, at_ms: int) -> None:
        """Add one print."""
        self.add_all(side, ((at_ms, usd),))

    def add_all(self, side: LiquidatedSide, prints: Sequence[tuple[int, float]]) -> None:
        """Add prints as (time, USD); at least one."""
        (self._long if side == "long" else self._short).add_all(prints)

    def add_hour(self, bar: HourBar, pieces: int = 60) -> None:
        """Add an hour known only as a sum: it is spread evenly over so many pieces of it, minutes by default."""
        step_ms = HOUR_MS // pieces
        for side, usd in (("long", bar.long_usd), ("short", bar.short_usd)):
            if usd:
                bands = self._long if side == "long" else self._short
                for piece in range(1, pieces + 1):
                    bands.add(bar.open_ms + piece * step_ms, usd / pieces)

    def long_usd(self, window_ms: int, now_ms: int) -> float:
        """Return the USD of longs closed within the window."""
        return self._long.total(window_ms, now_ms)

    def short_usd(self, window_ms: int, now_ms: int) -> float:
        """Return the USD of shorts closed within the window."""
        return self._short.total(window_ms, now_ms)


class SeenPrints:
    """Recognises a print that a venue sends twice: repeats after a new subscription, or over two lines at once.

    It knows at least the last `keep` prints and at most twice as many, by 64 bits of each: among a billion prints,
    two different ones are taken for one with a chance of one in millions, and then the sum stays a floor.
    """

    __slots__ = ("_before", "_keep", "_newest")

    def __init__(self, keep: int = 20_000) -> None:
        self._keep = keep
        self._newest: set[int] = set()
        self._before: set[int] = set()

    def is_new(self, key: PrintKey) -> bool:
        """Return whether this print has not been seen among the last ones, and remember it."""
        mark = hash(key)
        if mark in self._newest or mark in self._before:
            return False
        self._newest.add(mark)
        if len(self._newest) >= self._keep:
            self._before, self._newest = self._newest, set()
        return True

    def all_new(self, keys: Sequence[PrintKey]) -> bool:
        """Return whether all these prints are new and unlike each other, and then remember them; else do nothing."""
        marks = set(map(hash, keys))
        if len(marks) < len(keys) or not self._newest.isdisjoint(marks) or not self._before.isdisjoint(marks):
            return False
        self._newest |= marks
        if len(self._newest) >= self._keep:
            self._before, self._newest = self._newest, set()
        return True


def intensity(long_usd: float | None, interest_usd: float | None) -> float | None:
    """Return long liquidations as a share of the open interest at the window's start; None if either is unknown."""
    if long_usd is None or interest_usd is None or interest_usd <= 0:
        return None
    return long_usd / interest_usd


def imbalance(long_usd: float | None, short_usd: float | None, floor_usd: float = 0.0) -> float | None:
    """Return (L - S) / (L + S), or None if a side is unknown or L + S does not pass the floor. Never 0/0, never 0."""
    if long_usd is None or short_usd is None:
        return None
    total = long_usd + short_usd
    if total <= 0 or total < floor_usd:
        return None
    return (long_usd - short_usd) / total


def long_share(long_usd: float | None, short_usd: float | None) -> float | None:
    """Return L / (L + S), or None if a side is unknown or nothing was closed."""
    if long_usd is None or short_usd is None or long_usd + short_usd <= 0:
        return None
    return long_usd / (long_usd + short_usd)


def share_of(part: float | None, whole: float | None) -> float | None:
    """Return part / whole, such as a venue's share of a total; None if either is unknown or the whole is 0."""
    return None if part is None or not whole else part / whole


def rest_of(whole: float | None, parts: Iterable[float | None]) -> float | None:
    """Return what remains of a total beside these parts; None if any of them is unknown."""
    known = list(parts)
    if whole is None or None in known:
        return None
    return whole - sum(part for part in known if part is not None)


def closed_within(
    prints: Iterable[tuple[float, LiquidatedSide, float]], window: float, now: float
) -> tuple[float, float]:
    """Return the USD of (longs, shorts) closed in `(now - window, now]`; the whole-window twin of LiquidationTally.

    `prints` are (time, side, USD); times and window in one unit, whichever.
    """
    inside = [(side, usd) for at, side, usd in prints if now - window < at <= now]
    sums = [sum(usd for side, usd in inside if side == wanted) for wanted in ("long", "short")]
    return sums[0], sums[1]


def imbalance_floor_usd(interest_usd: float | None) -> float:
    """Return the total under which an hour's imbalance means nothing."""
    return IMBALANCE_FLOOR_USD if interest_usd is None else IMBALANCE_FLOOR_OF_OI * interest_usd
