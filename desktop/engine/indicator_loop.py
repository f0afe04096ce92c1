"""Every indicator of one coin as it stands now: value, state, floor, coverage, percentile, level."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping

import msgspec

from desktop.domain.market import HourBar
from desktop.engine.coin_track import CoinTrack
from desktop.engine.desk_view import CoinView
from desktop.engine.market_state import VenueFeed, as_state
from desktop.risk.catalogue import CATALOGUE, COIN_INDICATORS
from desktop.risk.freshness import age_words, freshness
from desktop.risk.liquidations import LEAST_HEARD, TOO_FEW, WINDOWS_MS, imbalance, imbalance_floor_usd, intensity
from desktop.risk.open_interest import weighted_share
from desktop.risk.price_level import LEAST_KNOWN
from desktop.risk.reading import Level, Reading, State, unknown
from desktop.risk.windows import DAY_MS, HOUR_MS

SPARK_SAMPLES = 180
_SECOND_MS = 1_000
_LATE_HOUR_MS = 2 * HOUR_MS


class _Heard(msgspec.Struct):
    """How well the liquidation feeds of a coin were heard over one window; it holds for a second."""

    at_ms: int
    state: State
    reason: str
    share: float
    coverage: float | None
    interest_usd: float | None


class CoinIndicators:
    """Readings of one coin. Engine thread; all calls take the engine's clock."""

    def __init__(self, track: CoinTrack, feeds: Mapping[str, VenueFeed]) -> None:
        self.track = track
        self._feeds = feeds
        self._heard: dict[int, _Heard] = {}
        self._sparks: dict[str, deque[float]] = {name: deque(maxlen=SPARK_SAMPLES) for name in COIN_INDICATORS}
        self._prices: deque[float] = deque(maxlen=SPARK_SAMPLES)
        self._drawn: tuple[int, dict[str, tuple[float, ...]]] = (-1, {})
        self._sampled_minute = -1

    def forget(self) -> None:
        """Drop what was worked out for this second: a feed has changed."""
        self._heard.clear()

    def reading(self, name: str, now_ms: int) -> Reading:
        """Return an indicator with its own percentile and level."""
        measured = self.measured(name, now_ms)
        value = measured.value
        if value is None or measured.state is not State.LIVE:
            return measured
        percentile = self.track.hourly.histories[name].percentile(value)
        levels = CATALOGUE[name].levels
        level = Level.CALM if levels is None else levels.of(value, percentile)
        if name == "LIQ_IMB_1H" and level and self.reading("LIQ_INT_1H", now_ms).level < Level.NOTABLE:
            level = Level.CALM
        return msgspec.structs.replace(measured, percentile=percentile, level=level)

    def measured(self, name: str, now_ms: int) -> Reading:
        """Return an indicator without percentile and level: what rules are judged on."""
        if CATALOGUE[name].row == "LIQ_VOL_side" and CATALOGUE[name].window_ms in WINDOWS_MS:
            return self._volume(name, now_ms)
        if name.startswith("LIQ_INT"):
            return self._intensity(name, now_ms)
        if name.startswith("OI_CHG"):
            return self._interest_change(name, now_ms)
        match name:
            case "LIQ_IMB_1H":
                return self._imbalance(now_ms)
            case "FUND_OIW":
                return self._funding(now_ms)
            case "LEVEL_24H" | "LOW_BREAK_24H":
                return self._low(name, now_ms)
        return unknown("not measured live")

    # --- forced closings ---------------------------------------------------------------------------------------

    def _heard_over(self, window_ms: int, now_ms: int) -> _Heard:
        kept = self._heard.get(window_ms)
        if kept is not None and 0 <= now_ms - kept.at_ms < _SECOND_MS:
            return kept
        feeds = self._feeds
        stored = self.track.stored.share(now_ms, window_ms)
        shares = {venue: min(1.0, feed.heard.share(now_ms, window_ms) + stored) for venue, feed in feeds.items()}
        states = [as_state(feed.state(now_ms)) for feed in feeds.values()]
        troubles = [words for feed in feeds.values() if (words := feed.trouble(now_ms))]
        best = next((s for s in (State.LIVE, State.STALE) if s in states), State.UNKNOWN)
        heard = [venue for venue, share in shares.items() if share > stored]
        found = _Heard(
            at_ms=now_ms,
            state=best,
            reason=", ".join(troubles) or ("" if feeds else "no feed"),
            share=max(shares.values(), default=0.0),
            coverage=weighted_share(shares, self.track.weights()),
            interest_usd=self._interest_at(now_ms - window_ms, heard or list(feeds)),
        )
        self._heard[window_ms] = found
        return found

    def _interest_at(self, at_ms: int, venues: list[str]) -> float | None:
        """Return the open interest at a window's start: as said then, as stored then, or the first known since."""
        book = self.track.interest
        usd = book.usd_at(at_ms, venues)
        if usd is None:
            bar = self._stored_hour(at_ms)
            usd = None if bar is None else bar.oi_usd
        return book.usd_first_after(at_ms, venues) if usd is None else usd

    def _stored_hour(self, at_ms: int) -> HourBar | None:
        """Return the stored hour that ended last before this time, unless it is too long ago."""
        for bar in reversed(self.track.hours):
            ended_ms = bar.open_ms + HOUR_MS
            if ended_ms <= at_ms:
                return bar if at_ms - ended_ms <= _LATE_HOUR_MS else None
        return None

    def _volume(self, name: str, now_ms: int) -> Reading:
        window_ms = CATALOGUE[name].window_ms
        tally = self.track.tally
        usd = (tally.long_usd if "LONG" in name else tally.short_usd)(window_ms, now_ms)
        return self._of_prints(usd, window_ms, now_ms)

    def _of_prints(self, usd: float, window_ms: int, now_ms: int) -> Reading:
        """Return a sum of prints as a floor. A sum of nothing counts as zero only where the feed was heard."""
        heard = self._heard_over(window_ms, now_ms)
        newest_ms = self.track.tally.newest_ms() or 0
        if heard.state is State.UNKNOWN:
            return unknown(heard.reason, newest_ms)
        warm = min(1.0, heard.share / LEAST_HEARD)
        if usd <= 0 and warm < 1:
            words = f"heard for {age_words(round(heard.share * window_ms))} of {age_words(window_ms)}"
            return Reading(None, State.WARMING, now_ms, coverage=heard.coverage, reason=words, warm=warm)
        return Reading(
            usd, heard.state, newest_ms or now_ms, floor=True, coverage=heard.coverage, reason=heard.reason, warm=warm
        )

    def _intensity(self, name: str, now_ms: int) -> Reading:
        window_ms = CATALOGUE[name].window_ms
        volume = self._of_prints(self.track.tally.long_usd(window_ms, now_ms), window_ms, now_ms)
        if volume.value is None:
            return volume
        share = intensity(volume.value, self._heard_over(window_ms, now_ms).interest_usd)
        if share is None:
            return unknown("open interest unknown", volume.as_of_ms)
        return msgspec.structs.replace(volume, value=share)

    def _imbalance(self, now_ms: int) -> Reading:
        tally = self.track.tally
        long_usd, short_usd = tally.long_usd(HOUR_MS, now_ms), tally.short_usd(HOUR_MS, now_ms)
        both = self._of_prints(long_usd + short_usd, HOUR_MS, now_ms)
        if both.value is None:
            return both
        floor_usd = imbalance_floor_usd(self._heard_over(HOUR_MS, now_ms).interest_usd)
        ratio = imbalance(long_usd, short_usd, floor_usd)
        if ratio is None:
            return unknown(TOO_FEW, both.as_of_ms)
        return msgspec.structs.replace(both, value=ratio, floor=False)

    # --- open interest, funding, price --------------------------------------------------------------------------

    def _interest_change(self, name: str, now_ms: int) -> Reading:
        indicator = CATALOGUE[name]
        book = self.track.interest
        ages = {venue: now_ms - of.at_ms for venue, of in book.by_venue.items() if of.at_ms}
        states = {venue: freshness(age_ms, indicator.period_ms) for venue, age_ms in ages.items()}
        as_of_ms = max((of.at_ms for of in book.by_venue.values()), default=0)
        for state in (State.LIVE, State.STALE):
            venues = [venue for venue, found in states.items() if found is state]
            if venues:
                return self._change(now_ms, indicator.window_ms, venues, state, as_of_ms)
        return unknown(
            f"open interest {age_words(now_ms - as_of_ms)} old" if ages else "no open interest yet", as_of_ms
        )

    def _change(self, now_ms: int, window_ms: int, venues: list[str], state: State, as_of_ms: int) -> Reading:
        book = self.track.interest
        found = book.change(now_ms, window_ms, venues)
        if found is not None:
            seen = {venue: float(venue in found.venues) for venue in book.by_venue}
            coverage = weighted_share(seen, self.track.weights())
            return Reading(found.fraction, state, as_of_ms, coverage=coverage)
        then = self._stored_hour(now_ms - window_ms)
        if then is not None and then.oi_coins and set(then.oi_venues) <= book.by_venue.keys():
            # A venue whose past nobody knows counts at neither end.
            now_coins = book.coins(then.oi_venues or list(book.by_venue))
            if now_coins is not None:
                return Reading(now_coins / then.oi_coins - 1, state, as_of_ms, reason="against a stored hour")
        firsts = [first for venue in venues if (first := book.by_venue[venue].coins.first_ms()) is not None]
        warm = min(1.0, max(0.0, (now_ms - min(firsts)) / window_ms)) if firsts else 0.0
        return Reading(None, State.WARMING, as_of_ms, reason=f"needs {age_words(window_ms)}", warm=warm)

    def _funding(self, now_ms: int) -> Reading:
        said = self.track.funding.by_venue
        as_of_ms = max((rate.at_ms for rate in said.values()), default=0)
        if not said:
            return unknown("no funding yet")
        period_ms = CATALOGUE["FUND_OIW"].period_ms
        states = {venue: freshness(now_ms - rate.at_ms, period_ms) for venue, rate in said.items()}
        for state in (State.LIVE, State.STALE):
            venues = [venue for venue, found in states.items() if found is state]
            if venues:
                value = self.track.funding.weighted(venues, self.track.weights())
                if value is None:
                    return unknown("open interest unknown", as_of_ms)
                seen = {venue: float(venue in venues) for venue in self._feeds}
                return Reading(value, state, as_of_ms, coverage=weighted_share(seen, self.track.weights()))
        return unknown(f"funding {age_words(now_ms - as_of_ms)} old", as_of_ms)

    def price(self, now_ms: int) -> Reading:
        """Return the last price of the price source."""
        source = self.track.source
        if source is None:
            return unknown("no price yet")
        state = freshness(now_ms - source.heard_ms, _SECOND_MS)
        age = age_words(now_ms - source.heard_ms)
        if state is State.UNKNOWN:
            return unknown(f"no price for {age}", source.at_ms)
        reason = "" if state is State.LIVE else f"price {age} old"
        return Reading(source.close, state, source.at_ms, reason=reason)

    def change_24h(self, now_ms: int) -> Reading:
        """Return the change of price over 24 h as a fraction."""
        price = self.price(now_ms)
        if price.value is None:
            return price
        then = self.track.minutes.close_at(now_ms - DAY_MS) or self._stored_close(now_ms - DAY_MS)
        if then is None:
            return Reading(None, State.WARMING, price.as_of_ms, reason="needs 24 h", warm=0.0)
        return msgspec.structs.replace(price, value=price.value / then - 1)

    def _stored_close(self, at_ms: int) -> float | None:
        for bar in reversed(self.track.hours):
            if bar.open_ms + HOUR_MS <= at_ms:
                return bar.close if at_ms - bar.open_ms <= _LATE_HOUR_MS else None
        return None

    def _low(self, name: str, now_ms: int) -> Reading:
        price = self.price(now_ms)
        if price.value is None:
            return price
        lows = self.track.levels.at(now_ms, self.track.running_low())
        if lows.low is None or lows.known < LEAST_KNOWN:
            warm = min(1.0, lows.known / LEAST_KNOWN)
            words = f"lows known for {age_words(round(lows.known * DAY_MS))} of 24 h"
            return Reading(None, State.WARMING, price.as_of_ms, reason=words, warm=warm)
        lowest = price.value if name == "LEVEL_24H" or lows.hour_low is None else lows.hour_low
        return msgspec.structs.replace(price, value=lowest / lows.low - 1)

    # --- for the window ----------------------------------------------------------------------------------------

    def sample(self, now_ms: int) -> None:
        """Take one sample a minute for the spark lines; what is not live leaves a hole."""
        minute = now_ms // 60_000
        if minute == self._sampled_minute:
            return
        self._sampled_minute = minute
        for name, samples in self._sparks.items():
            samples.append(_drawn(self.measured(name, now_ms)))
        self._prices.append(_drawn(self.price(now_ms)))

    def minute(self) -> dict[str, float | None]:
        """Return the last sample of every indicator and of the price (`PRICE`); empty before the first one."""
        if not self._prices:
            return {}
        sampled = {name: samples[-1] for name, samples in self._sparks.items()} | {"PRICE": self._prices[-1]}
        return {name: None if math.isnan(value) else value for name, value in sampled.items()}

    def view(self, now_ms: int) -> CoinView:
        """Return the coin for the watch list."""
        if self._drawn[0] != self._sampled_minute:
            sparks = {name: tuple(samples) for name, samples in self._sparks.items()}
            self._drawn = (self._sampled_minute, sparks)
        return CoinView(
            coin=self.track.coin,
            price=self.price(now_ms),
            change_24h=self.change_24h(now_ms),
            readings={name: self.reading(name, now_ms) for name in COIN_INDICATORS},
            spark=tuple(self._prices),
            sparks=self._drawn[1],
        )


def _drawn(reading: Reading) -> float:
    return math.nan if reading.value is None else reading.value
