"""Every indicator from hourly bars: the warm-up of live percentiles and the back-test use this same code."""

from __future__ import annotations

from collections import deque

from desktop.domain.market import HourBar
from desktop.risk.catalogue import CATALOGUE, COIN_INDICATORS
from desktop.risk.history import HISTORY_HOURS, OwnHistory
from desktop.risk.liquidations import LEAST_HEARD, imbalance, imbalance_floor_usd, intensity
from desktop.risk.reading import Level, Reading, State, unknown
from desktop.risk.windows import HOUR_MS

_ROWS_BEFORE = 24


class HourlyIndicators:
    """Indicators of one coin, bar by bar, each with its own history.

    "Rows before" are the bars that exist: a missing hour is skipped, not filled. Windows of several hours are sums
    over the bars within that time, and warming while fewer than 70 % of them exist.
    """

    def __init__(self, rows: int = HISTORY_HOURS) -> None:
        self.histories = {name: OwnHistory(rows) for name in COIN_INDICATORS}
        self._before: deque[HourBar] = deque(maxlen=_ROWS_BEFORE + 1)

    def readings(self, bar: HourBar) -> dict[str, Reading]:
        """Return the readings known when this bar has closed. Nothing is remembered; call `remember` after it."""
        known_ms = bar.open_ms + HOUR_MS
        measured = {name: self._measured(name, bar) for name in COIN_INDICATORS}
        return {name: self._read(name, value, known_ms) for name, value in measured.items()}

    def remember(self, bar: HourBar, readings: dict[str, Reading]) -> None:
        """Take the bar and its readings into the past."""
        for name, reading in readings.items():
            self.histories[name].add(reading.value)
        self._before.append(bar)

    def _read(self, name: str, value: float | None, at_ms: int) -> Reading:
        if value is None:
            return unknown("not in these bars", at_ms)
        levels = CATALOGUE[name].levels
        percentile = self.histories[name].percentile(value)
        return Reading(
            value=value,
            state=State.LIVE,
            as_of_ms=at_ms,
            floor=name.startswith(("LIQ_VOL", "LIQ_INT")),
            percentile=percentile,
            level=Level.CALM if levels is None else levels.of(value, percentile),
        )

    def _measured(self, name: str, bar: HourBar) -> float | None:
        hours = CATALOGUE[name].window_ms // HOUR_MS
        if name.startswith("LIQ_VOL"):
            return self._sum("long_usd" if "LONG" in name else "short_usd", bar, hours)
        if name.startswith("LIQ_INT"):
            return intensity(self._sum("long_usd", bar, hours), self._interest_before(bar, hours))
        if name.startswith("OI_CHG"):
            return self._interest_change(bar, hours)
        match name:
            case "LIQ_IMB_1H":
                return imbalance(bar.long_usd, bar.short_usd, imbalance_floor_usd(self._interest_before(bar, 1)))
            case "FUND_OIW":
                return bar.funding_8h
            case "LEVEL_24H":
                return self._against_day_low(bar.close)
            case "LOW_BREAK_24H":
                return self._against_day_low(bar.low)
        return None

    def _sum(self, column: str, bar: HourBar, hours: int) -> float | None:
        values: list[float | None] = [getattr(bar, column)]
        if hours > 1:
            since_ms = bar.open_ms - (hours - 1) * HOUR_MS
            values += [getattr(past, column) for past in self._before if past.open_ms >= since_ms]
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
        now_coins, then_coins = _coins(bar), None if then is None else _coins(then)
        return None if now_coins is None or not then_coins else now_coins / then_coins - 1

    def _against_day_low(self, price: float) -> float | None:
        rows = list(self._before)[-_ROWS_BEFORE:]
        if len(rows) < _ROWS_BEFORE:
            return None
        return price / min(row.low for row in rows) - 1


def _coins(bar: HourBar) -> float | None:
    """Return the open contracts in coins; where only USD is known, at the bar's close."""
    if bar.oi_coins is not None:
        return bar.oi_coins
    return None if bar.oi_usd is None or bar.close <= 0 else bar.oi_usd / bar.close
