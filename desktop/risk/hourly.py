"""Every indicator from hourly bars: the warm-up of live percentiles and the back-test use this same code."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from desktop.domain.market import HourBar
from desktop.risk.acceleration import BEFORE_HOURS, RECENT_HOURS, acceleration
from desktop.risk.history import HISTORY_HOURS, OwnHistory
from desktop.risk.indicators.catalogue import CATALOGUE, COIN_INDICATORS
from desktop.risk.liquidations import LEAST_HEARD, imbalance, imbalance_floor_usd, intensity
from desktop.risk.reading import Level, Reading, State, unknown
from desktop.risk.slow_hours import MONTH_MS, WEEK_MS, SlowHours, coins_open
from desktop.risk.windows import HOUR_MS

_ROWS_BEFORE = 24
_NOT_THERE = "not in these bars"

HOURLY = frozenset(
    (
        *(f"LIQ_VOL_{side}_{window}" for side in ("LONG", "SHORT") for window in ("1H", "24H", "7D", "30D")),
        *(f"LIQ_INT_{window}" for window in ("1H", "4H", "24H")),
        *("LIQ_IMB_1H", "LIQ_IMB_24H", "LIQ_ACC"),
        *(f"OI_CHG_{window}" for window in ("1H", "4H", "24H")),
        *("OI_PEAK", "FUND_OIW", "FUND_7D", "FUND_PERSIST"),
        *("LEVEL_24H", "LEVEL_7D", "LEVEL_30D", "LOW_BREAK_24H"),
    )
)
"""What hourly bars define. The rest needs trades, books or minutes, and is remembered as it was lived."""


class HourlyIndicators:
    """Indicators of one coin, bar by bar, each with its own history.

    "Rows before" are the bars that exist: a missing hour is skipped, not filled. Windows of several hours are sums
    over the bars within that time, and unknown while fewer than 70 % of them exist.
    """

    def __init__(self, rows: int = HISTORY_HOURS) -> None:
        self._rows = rows
        self.histories = {name: OwnHistory(rows) for name in COIN_INDICATORS}
        self.slow = SlowHours()
        self._before: deque[HourBar] = deque(maxlen=_ROWS_BEFORE + 1)

    def anew(self) -> HourlyIndicators:
        """Return indicators without any bar; what no bar defines keeps the past it has, and goes on sharing it."""
        fresh = HourlyIndicators(self._rows)
        fresh.histories |= {name: past for name, past in self.histories.items() if name not in HOURLY}
        return fresh

    def readings(self, bar: HourBar) -> dict[str, Reading]:
        """Return the readings known when this bar has closed; call `remember` after it, before the next bar."""
        known_ms = bar.open_ms + HOUR_MS
        measured = self._measured(bar)
        return {name: self._read(name, measured.get(name), known_ms) for name in COIN_INDICATORS}

    def remember(self, bar: HourBar, readings: dict[str, Reading]) -> None:
        """Take the bar and its readings into the past."""
        for name in HOURLY:
            self.histories[name].add(readings[name].value)
        self._past(bar)

    def live_through(self, bar: HourBar) -> None:
        """Take a bar and what it measures into the past, without making readings of it."""
        measured = self._measured(bar)
        for name in HOURLY:
            self.histories[name].add(measured.get(name))
        self._past(bar)

    def _past(self, bar: HourBar) -> None:
        self._before.append(bar)
        self.slow.take(bar)

    def _read(self, name: str, value: float | None, at_ms: int) -> Reading:
        if value is None:
            return unknown(_NOT_THERE, at_ms)
        indicator = CATALOGUE[name]
        levels = indicator.levels
        percentile = self.histories[name].percentile(value)
        return Reading(
            value=value,
            state=State.LIVE,
            as_of_ms=at_ms,
            floor=indicator.floor,
            percentile=percentile,
            level=Level.CALM if levels is None else levels.of(value, percentile),
        )

    def _measured(self, bar: HourBar) -> dict[str, float | None]:
        found = self._forced(bar)
        # Lows are those before this bar, sums are those with it.
        for window, window_ms in (("7D", WEEK_MS), ("30D", MONTH_MS)):
            low = self.slow.low(window_ms, bar.open_ms)
            found[f"LEVEL_{window}"] = None if low is None else bar.close / low - 1
        self.slow.take(bar)
        end_ms = bar.open_ms + HOUR_MS
        for window, window_ms in (("7D", WEEK_MS), ("30D", MONTH_MS)):
            for side in ("long", "short"):
                found[f"LIQ_VOL_{side.upper()}_{window}"] = self.slow.forced_usd(side, window_ms, end_ms)
        for hours in (1, 4, 24):
            found[f"OI_CHG_{hours}H"] = self._interest_change(bar, hours)
        coins = coins_open(bar)
        found["OI_PEAK"] = None if coins is None else self.slow.from_peak(coins, end_ms, bar.oi_venues)[0]
        found["FUND_OIW"] = bar.funding_8h
        found["FUND_7D"] = self.slow.funding.week(end_ms).value
        run = self.slow.funding.persistence(end_ms)
        found["FUND_PERSIST"] = None if run is None else run.run
        found["LEVEL_24H"] = self._against_day_low(bar.close)
        found["LOW_BREAK_24H"] = self._against_day_low(bar.low)
        return found

    def _forced(self, bar: HourBar) -> dict[str, float | None]:
        longs = {hours: self._sum(_long_usd, bar, hours) for hours in (1, RECENT_HOURS, 4, 24)}
        shorts = {hours: self._sum(_short_usd, bar, hours) for hours in (1, 24)}
        interest = {hours: self._interest_before(bar, hours) for hours in (1, 4, 24)}
        found: dict[str, float | None] = {}
        for hours in (1, 24):
            found[f"LIQ_VOL_LONG_{hours}H"], found[f"LIQ_VOL_SHORT_{hours}H"] = longs[hours], shorts[hours]
            floor_usd = imbalance_floor_usd(interest[hours]) * hours
            found[f"LIQ_IMB_{hours}H"] = imbalance(longs[hours], shorts[hours], floor_usd)
        for hours in (1, 4, 24):
            found[f"LIQ_INT_{hours}H"] = intensity(longs[hours], interest[hours])
        recent, day = longs[RECENT_HOURS], longs[RECENT_HOURS + BEFORE_HOURS]
        if recent is not None and day is not None:
            found["LIQ_ACC"] = acceleration(recent, max(0.0, day - recent))
        return found

    def _sum(self, column: Callable[[HourBar], float | None], bar: HourBar, hours: int) -> float | None:
        values = [column(bar)]
        if hours > 1:
            since_ms = bar.open_ms - (hours - 1) * HOUR_MS
            values += [column(past) for past in self._before if past.open_ms >= since_ms]
        known = [value for value in values if value is not None]
        return sum(known) if len(known) >= LEAST_HEARD * hours else None

    def _interest_before(self, bar: HourBar, hours: int) -> float | None:
        # For one hour it is the row before, whatever its hour; for longer windows the last row before their start.
        if hours == 1:
            return self._before[-1].oi_usd if self._before else None
        start_ms = bar.open_ms - (hours - 1) * HOUR_MS
        rows = [past for past in self._before if past.open_ms < start_ms]
        if not rows or rows[-1].open_ms < start_ms - 2 * HOUR_MS:
            return None
        return rows[-1].oi_usd

    def _interest_change(self, bar: HourBar, hours: int) -> float | None:
        then_ms = bar.open_ms - hours * HOUR_MS
        then = next((past for past in self._before if past.open_ms == then_ms), None)
        if then is not None and then.oi_venues != bar.oi_venues and then.oi_venues and bar.oi_venues:
            return None  # a venue more or less is no change of what is open
        now_coins, then_coins = coins_open(bar), None if then is None else coins_open(then)
        return None if now_coins is None or not then_coins else now_coins / then_coins - 1

    def _against_day_low(self, price: float) -> float | None:
        rows = list(self._before)[-_ROWS_BEFORE:]
        if len(rows) < _ROWS_BEFORE:
            return None
        return price / min(row.low for row in rows) - 1


def _long_usd(bar: HourBar) -> float | None:
    return bar.long_usd


def _short_usd(bar: HourBar) -> float | None:
    return bar.short_usd
