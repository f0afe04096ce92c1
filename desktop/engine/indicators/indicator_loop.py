"""Every indicator of one coin as it stands now: value, state, floor, coverage, percentile, level."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping, Sequence

import msgspec

from desktop.domain.kept_values import DayValue, ValueHours
from desktop.engine.desk_view import CoinView, CompositeView
from desktop.engine.indicators.context_board import ContextBoard
from desktop.engine.indicators.delev_indicators import DelevIndicators
from desktop.engine.indicators.flow_indicators import FlowIndicators
from desktop.engine.indicators.fuel_indicators import FuelIndicators
from desktop.engine.indicators.level_indicators import LevelIndicators
from desktop.engine.indicators.liquidity_indicators import LiquidityIndicators
from desktop.engine.indicators.measured import Judge, Measure
from desktop.engine.indicators.own_past import OwnPast
from desktop.engine.indicators.volatility_indicators import VolatilityIndicators
from desktop.engine.market.coin_track import CoinTrack
from desktop.engine.market.heard_feeds import CoinHeard, HeardFeeds
from desktop.risk.indicators.catalogue import CATALOGUE, COIN_INDICATORS, touched_by
from desktop.risk.indicators.catalogue_liquidity import SLIPPAGE_SIZES
from desktop.risk.indicators.indicator import Touch
from desktop.risk.reading import Level, Reading, State
from desktop.risk.windows import HOUR_MS, MINUTE_MS

SPARK_SAMPLES = 180
_AT_ONCE_MS = 5_000
_HELD_SHARE = 12
_DEPTH_OF, _OPEN_OF = "DEPTH_USD.", "OI_COINS."


class CoinIndicators:
    """Readings of one coin. Engine thread; all calls take the engine's clock.

    What prints and prices move is measured when asked. Slower indicators are measured once for a twelfth of their
    period, or until a message touches them.
    """

    def __init__(self, track: CoinTrack, heard: HeardFeeds, context: ContextBoard) -> None:
        self.track = track
        self.past = OwnPast(track.coin, COIN_INDICATORS)
        coin_heard = CoinHeard(track, heard)
        self.level = LevelIndicators(track, coin_heard)
        self.liquidity = LiquidityIndicators(track.boards)
        self.flow = FlowIndicators(track, coin_heard)
        delev = DelevIndicators(track, coin_heard)
        fuel, volatility = FuelIndicators(track, context), VolatilityIndicators(track.boards)
        families = (self.flow, delev, fuel, volatility, self.level, self.liquidity)
        self._measures: dict[str, Measure] = {k: m for family in families for k, m in family.measures().items()}
        self._judges: dict[str, Judge] = {**self.flow.judges(), **delev.judges(), **self.liquidity.judges()}
        self._kept: dict[str, tuple[int, Reading]] = {}
        self._touches: set[Touch] = set()
        self.touched: Callable[[Touch], None] = self._touches.add
        """Drop what a message of this kind can have moved, before it is asked for again."""
        self._sparks: dict[str, deque[float]] = {name: deque(maxlen=SPARK_SAMPLES) for name in COIN_INDICATORS}
        self._prices: deque[float] = deque(maxlen=SPARK_SAMPLES)
        self._drawn: tuple[int, dict[str, tuple[float, ...]]] = (-1, {})
        self._depths: dict[str, float] = {}
        self._opens: dict[str, float] = {}
        self._sampled_minute = -1

    def forget(self) -> None:
        """Drop what is kept for a while: a feed has changed, or the past has."""
        self._kept.clear()

    def measured(self, name: str, now_ms: int) -> Reading:
        """Return an indicator without percentile and level: what rules are judged on."""
        held_ms = _HELD_MS[name]
        if not held_ms:
            return self._measures[name](now_ms)
        if self._touches:
            self._drop_touched()
        kept = self._kept.get(name)
        if kept is not None and 0 <= now_ms - kept[0] < held_ms:
            return kept[1]
        found = self._measures[name](now_ms)
        self._kept[name] = (now_ms, found)
        return found

    def _drop_touched(self) -> None:
        kept = self._kept
        for touch in self._touches:
            for name in _KEPT_BY_TOUCH[touch]:
                kept.pop(name, None)
        self._touches.clear()

    def reading(self, name: str, now_ms: int) -> Reading:
        """Return an indicator with its own percentile and level."""
        measured = self.measured(name, now_ms)
        value = measured.value
        if value is None or measured.state is not State.LIVE:
            return measured
        indicator = CATALOGUE[name]
        hours = self.track.hourly.histories[name]
        percentile, baseline = self.past.percentile(indicator, value, hours)
        z = self.past.z(indicator, value, hours)
        graded = msgspec.structs.replace(measured, percentile=percentile, baseline=measured.baseline or baseline, z=z)
        level = self._level(name, graded, now_ms)
        return graded if level is Level.CALM else msgspec.structs.replace(graded, level=level)

    def _level(self, name: str, graded: Reading, now_ms: int) -> Level:
        indicator = CATALOGUE[name]
        levels = indicator.levels
        judged = graded.times_usual if levels is not None and levels.kind == "times_usual" else graded.value
        level = Level.CALM if levels is None or judged is None else levels.of(judged, graded.percentile)
        judge = self._judges.get(name)
        if judge is not None:
            level = judge(graded, level, now_ms)
        if level and indicator.beside and self.reading(indicator.beside, now_ms).level < Level.NOTABLE:
            return Level.CALM
        return level

    # --- the past ----------------------------------------------------------------------------------------------

    def before(self, name: str, ago_ms: int) -> float | None:
        """Return the value so long ago, by the minute samples of the last three hours; None where it is not known."""
        samples = self._sparks.get(name)
        back = round(ago_ms / MINUTE_MS)
        if samples is None or not 0 < back <= len(samples):
            return None
        value = samples[-back]
        return None if math.isnan(value) else value

    def end_hour(self, now_ms: int) -> None:
        """Take the hour that has just ended into the past of what no hourly bar defines."""
        self.forget()
        found = {name: self.measured(name, now_ms) for name in COIN_INDICATORS}
        values = {name: r.value if r.state is State.LIVE else None for name, r in found.items()}
        self.past.end_hour(now_ms // HOUR_MS * HOUR_MS, values, self.track.hourly.histories)
        for venue, coins in self._open_coins(now_ms).items():
            # The last hour of a day is its end; until then the day is not looked at.
            self.track.boards.interest_days.take(venue, now_ms // HOUR_MS * HOUR_MS - HOUR_MS, coins)

    def warm_values(self, hours: ValueHours, days: Mapping[str, Sequence[DayValue]]) -> None:
        """Take stored hours and days of the indicators themselves into the past, and the usual hours of the week."""
        self.past.warm_hours(hours, self.track.hourly.histories)
        self.past.warm_days(days)
        for name, told in days.items():
            if name.startswith(_OPEN_OF):
                for day in told:
                    self.track.boards.interest_days.take(name.removeprefix(_OPEN_OF), day.day_ms, day.last)
        for size in SLIPPAGE_SIZES:
            for place, value in enumerate(hours.values.get(f"SLIP_{size}", ())):
                if value == value:
                    self.track.boards.slips.add_usual(size, hours.first_ms + place * HOUR_MS, float(value))
        for name, values in hours.values.items():
            if name.startswith(_DEPTH_OF):
                book = self.track.boards.books.book(name.removeprefix(_DEPTH_OF))
                for place, value in enumerate(values):
                    if value == value:
                        book.season.add_hour(hours.first_ms + place * HOUR_MS, float(value))
        self.forget()

    def fill_hours(self, told: ValueHours) -> None:
        """Take hours of indicators that were measured of a past this program did not live through."""
        self.past.fill_hours(told, self.track.hourly.histories)
        self.forget()

    # --- for the window ----------------------------------------------------------------------------------------

    def sample(self, now_ms: int) -> None:
        """Take one sample a minute for the spark lines; what is not live leaves a hole."""
        minute = now_ms // MINUTE_MS
        if minute == self._sampled_minute:
            return
        self._sampled_minute = minute
        self.liquidity.sample(now_ms)
        self.flow.sample(now_ms)
        for name, samples in self._sparks.items():
            samples.append(_drawn(self.measured(name, now_ms)))
        self._prices.append(_drawn(self.level.price(now_ms)))
        self._depths, self._opens = self.liquidity.depths(now_ms), self._open_coins(now_ms)

    def minute(self) -> dict[str, float | None]:
        """Return the last sample of every indicator and of the price (`PRICE`); empty before the first one."""
        if not self._prices:
            return {}
        sampled = {name: samples[-1] for name, samples in self._sparks.items()} | {"PRICE": self._prices[-1]}
        values = {name: None if math.isnan(value) else value for name, value in sampled.items()}
        # What is usual at an hour of the week needs the depth itself, venue by venue, over a restart.
        # So does the peak of ninety days the open interest.
        depths = {_DEPTH_OF + venue: usd for venue, usd in self._depths.items()}
        return {**values, **depths, **{_OPEN_OF + venue: coins for venue, coins in self._opens.items()}}

    def _open_coins(self, now_ms: int) -> dict[str, float]:
        boards = self.track.boards
        found = {venue: boards.interest.coins((venue,)) for venue in boards.interest_venues(now_ms)}
        return {venue: coins for venue, coins in found.items() if coins is not None}

    def view(self, now_ms: int, composite: CompositeView | None = None) -> CoinView:
        """Return the coin for the watch list."""
        if self._drawn[0] != self._sampled_minute:
            sparks = {name: tuple(samples) for name, samples in self._sparks.items()}
            self._drawn = (self._sampled_minute, sparks)
        return CoinView(
            coin=self.track.coin,
            price=self.level.price(now_ms),
            change_24h=self.level.change_24h(now_ms),
            readings={name: self.reading(name, now_ms) for name in COIN_INDICATORS},
            spark=tuple(self._prices),
            sparks=self._drawn[1],
            composite=composite,
        )


def _drawn(reading: Reading) -> float:
    return math.nan if reading.value is None else reading.value


def _held_ms(name: str) -> int:
    indicator = CATALOGUE[name]
    at_once = indicator.period_ms <= _AT_ONCE_MS and not {"book", "mark"} & set(indicator.touched_by)
    return 0 if at_once else max(1_000, indicator.period_ms // _HELD_SHARE)


_HELD_MS = {name: _held_ms(name) for name in COIN_INDICATORS}
_TOUCHES: tuple[Touch, ...] = ("print", "price", "mark", "interest", "book", "ticker", "context", "minute")
_KEPT_BY_TOUCH: dict[Touch, tuple[str, ...]] = {
    touch: tuple(name for name in COIN_INDICATORS if name in touched_by(touch) and _HELD_MS[name])
    for touch in _TOUCHES
}
