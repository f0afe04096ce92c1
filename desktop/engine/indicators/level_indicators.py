"""Where the price of one coin stands: the price itself, its change, and its distance to the lows before."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec

from desktop.engine.indicators.measured import Measure, warming
from desktop.engine.market.coin_track import CoinTrack
from desktop.engine.market.heard_feeds import CoinHeard
from desktop.risk.freshness import age_words, freshness
from desktop.risk.price_level import LEAST_KNOWN, WINDOWS_MS
from desktop.risk.reading import Reading, State, unknown
from desktop.risk.windows import DAY_MS, SECOND_MS

NO_MAP = "no map of untested interest yet"


class LevelIndicators:
    """Readings of price and levels. `cascade` is set by whoever keeps the map of untested interest."""

    def __init__(self, track: CoinTrack, heard: CoinHeard) -> None:
        self._track = track
        self._heard = heard
        self.cascade: Callable[[int], Reading] = lambda now_ms: unknown(NO_MAP)

    def measures(self) -> dict[str, Measure]:
        """Return the measure of each indicator by id."""
        day, week, month = WINDOWS_MS
        return {
            "LEVEL_24H": partial(self._distance, day),
            "LEVEL_7D": partial(self._distance, week),
            "LEVEL_30D": partial(self._distance, month),
            "LOW_BREAK_24H": self._break,
            "CASCADE_K": lambda now_ms: self.cascade(now_ms),
        }

    def price(self, now_ms: int) -> Reading:
        """Return the last price of the price source."""
        source = self._track.source
        if source is None:
            return unknown("no price yet")
        state = freshness(now_ms - source.heard_ms, SECOND_MS)
        if state is State.LIVE:
            return Reading(source.close, state, source.at_ms, venues=(source.venue,))
        age = age_words(now_ms - source.heard_ms)
        if state is State.UNKNOWN:
            return unknown(f"no price for {age}", source.at_ms)
        return Reading(source.close, state, source.at_ms, reason=f"price {age} old", venues=(source.venue,))

    def change_24h(self, now_ms: int) -> Reading:
        """Return the change of price over 24 h as a fraction."""
        price = self.price(now_ms)
        if price.value is None:
            return price
        then = self._track.minutes.close_at(now_ms - DAY_MS)
        if then is None:
            bar = self._heard.stored_hour(now_ms - DAY_MS)
            then = None if bar is None else bar.close
        if then is None:
            return warming("needs 24 h", 0.0, price.as_of_ms)
        return msgspec.structs.replace(price, value=price.value / then - 1)

    def lowest(self, window_ms: int, now_ms: int) -> float | None:
        """Return the lowest known price of the window before the last hour; None while too little of it is known."""
        lows = self._track.levels.at(now_ms, self._track.running_low(), window_ms)
        return lows.low if window_ms == DAY_MS or lows.known >= LEAST_KNOWN else None

    def _distance(self, window_ms: int, now_ms: int) -> Reading:
        price = self.price(now_ms)
        return price if price.value is None else self._against(price, price.value, window_ms, now_ms)

    def _break(self, now_ms: int) -> Reading:
        price = self.price(now_ms)
        if price.value is None:
            return price
        hour_low = self._track.levels.at(now_ms, self._track.running_low()).hour_low
        return self._against(price, price.value if hour_low is None else hour_low, DAY_MS, now_ms)

    def _against(self, price: Reading, value: float, window_ms: int, now_ms: int) -> Reading:
        lows = self._track.levels.at(now_ms, self._track.running_low(), window_ms)
        if lows.low is None or lows.known < LEAST_KNOWN:
            words = f"lows known for {age_words(round(lows.known * window_ms))} of {age_words(window_ms)}"
            return warming(words, lows.known / LEAST_KNOWN, price.as_of_ms)
        return msgspec.structs.replace(price, value=value / lows.low - 1)
