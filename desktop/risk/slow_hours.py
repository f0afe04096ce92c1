"""What changes with the hour and not with the print: weeks of liquidations, funding and open interest."""

from __future__ import annotations

from desktop.domain.market import HourBar
from desktop.risk.age_bands import AgeBands
from desktop.risk.funding import FundingPast
from desktop.risk.history import LEAST_SHARE
from desktop.risk.windows import DAY_MS, HOUR_MS, SlidingLow, SlidingSum

WEEK_MS, MONTH_MS, PEAK_MS = 7 * DAY_MS, 30 * DAY_MS, 90 * DAY_MS
_LEAST_PEAK_HOURS = 720 * LEAST_SHARE


class SlowHours:
    """Sums, lows and peaks over 7, 30 and 90 days of one coin, fed with finished hours. O(1) amortised an hour."""

    __slots__ = ("_coins", "_forced", "_heard", "_lows", "_newest_ms", "_priced", "funding")

    def __init__(self) -> None:
        self._newest_ms = -1
        self._forced = {"long": AgeBands(_WINDOWS), "short": AgeBands(_WINDOWS)}
        self._heard = AgeBands(_WINDOWS)
        self._priced = AgeBands(_WINDOWS)
        self._lows = {window_ms: SlidingLow(window_ms) for window_ms, _ in _WINDOWS}
        self.funding = FundingPast()
        # By the venues whose open interest it is: one venue more or less is no change of what is open.
        self._coins: dict[tuple[str, ...], tuple[SlidingLow, SlidingSum]] = {}

    def take(self, bar: HourBar) -> bool:
        """Take a finished hour; return False, and change nothing, if it is not newer than the newest."""
        if bar.open_ms <= self._newest_ms:
            return False
        self._newest_ms = bar.open_ms
        end_ms = bar.open_ms + HOUR_MS
        self._priced.add(end_ms, 1)
        for low in self._lows.values():
            low.add(end_ms, bar.low)
        if bar.long_usd is not None and bar.short_usd is not None:
            self._forced["long"].add(end_ms, bar.long_usd)
            self._forced["short"].add(end_ms, bar.short_usd)
            self._heard.add(end_ms, 1)
        if bar.funding_8h is not None:
            self.funding.add(end_ms - 1, bar.funding_8h)
        self._take_coins(bar, end_ms)
        return True

    def _take_coins(self, bar: HourBar, end_ms: int) -> None:
        coins = coins_open(bar)
        if coins is not None:
            most, count = self._coins.setdefault(bar.oi_venues, (SlidingLow(PEAK_MS), SlidingSum(PEAK_MS)))
            most.add(end_ms, -coins)
            count.add(end_ms, 1)

    def forced_usd(self, side: str, window_ms: int, now_ms: int) -> float | None:
        """Return the USD closed by force in the hours of 7 or 30 days; None while fewer than 70 % were heard."""
        if self._heard.total(window_ms, now_ms) < LEAST_SHARE * window_ms / HOUR_MS:
            return None
        return self._forced[side].total(window_ms, now_ms)

    def low(self, window_ms: int, now_ms: int) -> float | None:
        """Return the lowest price of 7 or 30 days of finished hours; None while fewer than 70 % are known."""
        if self._priced.total(window_ms, now_ms) < LEAST_SHARE * window_ms / HOUR_MS:
            return None
        return self._lows[window_ms].lowest(now_ms)

    def peak_venues(self, now_ms: int) -> tuple[str, ...]:
        """Return the venues of which the most hours are known; empty where the hours do not say."""
        return max(self._coins, key=lambda venues: self._coins[venues][1].total(now_ms), default=())

    def peak_hours(self, venues: tuple[str, ...], now_ms: int) -> float:
        """Return how many hours of the last 90 days these venues' open interest is known for."""
        return self._coins[venues][1].total(now_ms) if venues in self._coins else 0.0

    def from_peak(
        self, coins: float, now_ms: int, venues: tuple[str, ...] = (), of_days: tuple[float | None, int] = (None, 0)
    ) -> tuple[float | None, float]:
        """Return the open coins of these venues against the most of 90 days (themselves included), and warmth.

        `of_days` are the most at the end of a day and how many days are known. None before 70 % of 30 days are.
        """
        day_peak, days = of_days
        lowest = self._coins[venues][0].lowest(now_ms) if venues in self._coins else None
        warm = min(1.0, max(self.peak_hours(venues, now_ms), 24.0 * days) / _LEAST_PEAK_HOURS)
        known = [most for most in (None if lowest is None else -lowest, day_peak) if most is not None]
        if warm < 1 or not known:
            return None, warm
        peak = max(*known, coins)
        return (coins / peak - 1 if peak > 0 else None), warm


_WINDOWS = ((WEEK_MS, HOUR_MS), (MONTH_MS, HOUR_MS))


def coins_open(bar: HourBar) -> float | None:
    """Return the open contracts in coins; where only USD is known, at the bar's close."""
    if bar.oi_coins is not None:
        return bar.oi_coins
    return None if bar.oi_usd is None or bar.close <= 0 else bar.oi_usd / bar.close
