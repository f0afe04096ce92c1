"""The plain signals a rule must beat: what anyone tries first. Each gives the closes of bars in which it holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from desktop.domain.market import HourBar
from desktop.risk.windows import HOUR_MS

Signal = Callable[[Sequence[HourBar]], list[int]]
_WEEK_ROWS = 168


def _closes(bars: Sequence[HourBar], holds: Callable[[int], bool]) -> list[int]:
    return [bar.open_ms + HOUR_MS for place, bar in enumerate(bars) if holds(place)]


def liquidated_over(usd: float) -> Signal:
    """Return the signal 'longs of more than so many USD closed by force within the hour'."""
    return lambda bars: _closes(bars, lambda n: (bars[n].long_usd or 0.0) > usd)


def interest_fell(share: float) -> Signal:
    """Return the signal 'open interest in USD fell by more than this share in 4 h'."""

    def holds(bars: Sequence[HourBar], n: int) -> bool:
        then = _hours_before(bars, n, 4)
        now_usd = bars[n].oi_usd
        return (
            then is not None
            and bool(then.oi_usd)
            and now_usd is not None
            and now_usd / (then.oi_usd or 1) < 1 - share
        )

    return lambda bars: _closes(bars, lambda n: holds(bars, n))


def price_fell(share: float) -> Signal:
    """Return the signal 'the price fell by more than this share in 4 h'."""

    def holds(bars: Sequence[HourBar], n: int) -> bool:
        then = _hours_before(bars, n, 4)
        return then is not None and bars[n].close / then.close < 1 - share

    return lambda bars: _closes(bars, lambda n: holds(bars, n))


def near_week_low(share: float) -> Signal:
    """Return the signal 'the close is within this share over the lowest low of the 168 rows before, or under it'."""

    def holds(bars: Sequence[HourBar], n: int) -> bool:
        before = bars[max(0, n - _WEEK_ROWS) : n]
        return len(before) == _WEEK_ROWS and bars[n].close <= min(bar.low for bar in before) * (1 + share)

    return lambda bars: _closes(bars, lambda n: holds(bars, n))


def _hours_before(bars: Sequence[HourBar], n: int, hours: int) -> HourBar | None:
    wanted_ms = bars[n].open_ms - hours * HOUR_MS
    return next((bar for bar in reversed(bars[max(0, n - hours) : n]) if bar.open_ms == wanted_ms), None)


PLAIN_SIGNALS: dict[str, Signal] = {
    "long liquidations 1 h > 25 M USD": liquidated_over(25e6),
    "long liquidations 1 h > 10 M USD": liquidated_over(10e6),
    "open interest 4 h < -1.5 %": interest_fell(0.015),
    "return 4 h < -1.5 %": price_fell(0.015),
    "within 0.5 % of the 7-day low": near_week_low(0.005),
}
