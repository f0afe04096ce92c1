"""What the books of one coin hold: depth against the usual, spread, slippage, and depth against open interest."""

from __future__ import annotations

import math
from collections import deque
from functools import partial
from statistics import median

from desktop.engine.indicators.coin_boards import CoinBoards
from desktop.engine.indicators.measured import Judge, Measure, warming
from desktop.risk.book_board import WIDE_BPS
from desktop.risk.depth import depth_of_interest
from desktop.risk.freshness import age_words
from desktop.risk.indicators.catalogue import CATALOGUE
from desktop.risk.indicators.catalogue_liquidity import MY_SIZE, SLIPPAGE_SIZES
from desktop.risk.reading import Level, Reading, State, unknown
from desktop.risk.season import LEAST_DAY_HOURS
from desktop.risk.windows import DAY_MS, HOUR_MS, MINUTE_MS

_SHARES = 60


class LiquidityIndicators:
    """Readings of the books. A lost or old book is unknown, never thin."""

    def __init__(self, boards: CoinBoards) -> None:
        self._boards = boards
        self._books = boards.books
        self._shares: deque[tuple[int, float]] = deque(maxlen=_SHARES)

    def measures(self) -> dict[str, Measure]:
        """Return the measure of each indicator by id."""
        slips: dict[str, Measure] = {
            f"SLIP_{size}": partial(self._slippage, size) for size in (*SLIPPAGE_SIZES, MY_SIZE)
        }
        return {
            **slips,
            "DEPTH_REL": self._relative,
            "SPREAD": self._spread,
            "DEPTH_OI": self._of_interest,
            "SEASON": self._season,
        }

    def judges(self) -> dict[str, Judge]:
        """Return by id what decides about a level besides its bounds."""
        return {"DEPTH_REL": self._held}

    def _lost(self) -> Reading:
        newest_ms = max((book.at_ms for book in self._books.venues.values()), default=0)
        return unknown("the book is lost or older than 10 s" if newest_ms else "no order book yet", newest_ms)

    def _live(self, value: float | None, now_ms: int, venues: tuple[str, ...], *, floor: bool = False) -> Reading:
        live = self._books.live(now_ms)
        if value is None or not live:
            return self._lost()
        newest_ms = max(self._books.venues[venue].at_ms for venue in live)
        return Reading(value, State.LIVE, newest_ms, floor=floor, venues=venues)

    def _relative(self, now_ms: int) -> Reading:
        found = self._books.relative(now_ms)
        if found.usd is None:
            return self._lost()
        if found.ratio is None and found.usual.value is not None:
            return warming("the first books are being read", 0.0, now_ms)
        if found.ratio is None:
            words = f"needs {LEAST_DAY_HOURS} hours of books, there in {_still(found.usual.day_ms, now_ms)}"
            return warming(words, found.usual.day_hours / LEAST_DAY_HOURS, now_ms)
        baseline = "" if found.usual.of == "hour_of_week" else "24 h"
        reading = self._live(found.ratio, now_ms, found.venues, floor=found.floor)
        return Reading(
            reading.value,
            reading.state,
            reading.as_of_ms,
            floor=found.floor,
            reason=self._refill(now_ms),
            venues=found.venues,
            warm=found.usual.warm,
            baseline=baseline,
        )

    def _refill(self, now_ms: int) -> str:
        """Say how the book fares after it was swept: within the last hour, else nothing."""
        swept_ms, last = self._books.swept_ms(now_ms), self._books.last_refill(now_ms)
        if swept_ms is not None:
            return f"swept by half {age_words(swept_ms)} ago"
        if last is None or now_ms - last.fell_ms > HOUR_MS:
            return ""
        return "not filled again" if last.back_ms is None else f"filled again within {age_words(last.back_ms)}"

    def _held(self, reading: Reading, level: Level, now_ms: int) -> Level:
        """Grant what has held for 3 min."""
        held, levels = self._books.relative(now_ms).held, CATALOGUE["DEPTH_REL"].levels
        return Level.CALM if held is None or levels is None else min(level, levels.of(held, None))

    def _spread(self, now_ms: int) -> Reading:
        return self._live(self._books.spread(now_ms), now_ms, tuple(self._books.live(now_ms)))

    def _slippage(self, size: str, now_ms: int) -> Reading:
        slips = self._boards.slips
        if size == MY_SIZE and slips.mine_usd is None:
            return unknown("my size is not known")
        live = self._books.live(now_ms)
        if live and size in slips.too_thin:
            return unknown("the visible books do not hold that much", now_ms)
        venue = slips.venues.get(size)
        reading = self._live(slips.bps(size, now_ms), now_ms, () if venue is None else (venue,))
        if reading.value is None:
            return reading
        times = slips.times_usual(size, now_ms)
        return Reading(reading.value, reading.state, reading.as_of_ms, venues=reading.venues, times_usual=times)

    def sample(self, now_ms: int) -> None:
        """Take the minute's share of depth in open interest, for the median of an hour."""
        known = [v for v in self._books.live(now_ms) if self._boards.interest.weight(v)]
        depth, usd = self._books.depth(WIDE_BPS, now_ms, known), self._boards.interest.usd(known)
        share = None if depth is None else depth_of_interest(depth.bid_usd, usd)
        if share is not None:
            self._shares.append((now_ms, share))

    def depths(self, now_ms: int) -> dict[str, float]:
        """Return by venue the bid depth within 1 % (USD) of the books that are live."""
        return {venue: self._books.venues[venue].depth[WIDE_BPS].bid_usd for venue in self._books.live(now_ms)}

    def _of_interest(self, now_ms: int) -> Reading:
        recent = [share for at_ms, share in self._shares if at_ms > now_ms - _SHARES * MINUTE_MS]
        if not recent:
            return self._lost() if self._books.depth(WIDE_BPS, now_ms) is None else unknown("open interest unknown")
        live = tuple(self._books.live(now_ms))
        warm = min(1.0, len(recent) / (0.7 * _SHARES))
        if warm < 1:
            return warming(f"{len(recent)} min of {age_words(_SHARES * MINUTE_MS)}", warm, now_ms)
        floor = any(self._books.venues[venue].reach_bps < WIDE_BPS for venue in live)
        return self._live(median(recent), now_ms, live, floor=floor)

    def _season(self, now_ms: int) -> Reading:
        venue = self._books.deepest(now_ms)
        if venue is None:
            return self._lost()
        season = self._books.venues[venue].season
        usual = season.usual(now_ms)
        if usual.of != "hour_of_week":
            return warming(f"needs 14 days of books, there in {_still(usual.warm_ms, now_ms)}", usual.warm, now_ms)
        return Reading(season.multiplier(now_ms), State.LIVE, now_ms, venues=(venue,))

    def season(self, now_ms: int) -> float:
        """Return by what the hour of the week multiplies the composite (0.9 to 1.1); 1 while that is not known."""
        reading = self._season(now_ms)
        return 1.0 if reading.value is None else reading.value


def _still(until_ms: int, now_ms: int) -> str:
    """Say how long it takes at least, if books are read all the time."""
    left_ms = max(0, until_ms - now_ms)
    if left_ms > 2 * DAY_MS:
        return f"{math.ceil(left_ms / DAY_MS)} days"
    return f"{math.ceil(left_ms / HOUR_MS)} h" if left_ms > 2 * HOUR_MS else age_words(left_ms)
