"""At a bar's close the live windows hold exactly what the back-test computes from the bars, over made-up tapes."""

from __future__ import annotations

import random

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from desktop.risk.hourly import HOURLY, HourlyIndicators
from desktop.risk.reading import Reading
from desktop.risk.windows import HOUR_MS
from tests.fakes.market_tape import START_MS, Market, quiet_hours

_STEP_S = 5
_HOURS = 2
# These are worked out when the hour has ended, a few seconds later, and hold for the hour that follows.
_BY_THE_HOUR = frozenset({"FUND_7D", "FUND_PERSIST", "OI_PEAK"})


def _play_hour(market: Market, rng: random.Random) -> None:
    """Play one hour up to its end: trades, forced orders, funding and open interest of one venue."""
    for step in range(HOUR_MS // 1000 // _STEP_S):
        market.now_ms += _STEP_S * 500
        market.price = round(market.price * (1 + rng.gauss(-0.00002, 0.0006)), 4)
        market.trade(market.price)
        if rng.random() < 0.05:
            market.liquidation(rng.random() * 9e4, rng.choice(("long", "long", "short")))
        if step % 12 == 0:
            market.mark(rng.gauss(0.0001, 0.0001))
            market.interest(round(1e6 * (1 - rng.random() * 0.05), 3))
        market.now_ms += _STEP_S * 500
        market.desk.tick(market.now_ms)


def _readings(market: Market) -> dict[str, Reading]:
    return market.desk.pictures.coin_views(market.now_ms)[0].readings


# A seed cannot be made smaller in any useful way: no shrinking.
@settings(max_examples=3, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_at_a_full_hour_live_windows_equal_the_hourly_bars(seed: int) -> None:
    rng = random.Random(seed)
    market = Market(venues=("binance",))
    past = [msgspec.structs.replace(bar, oi_venues=("binance",)) for bar in quiet_hours(720)]
    market.desk.warm("BTC", past)
    market.mark()
    market.interest(1e6)
    batch = HourlyIndicators()
    for bar in past:
        batch.live_through(bar)
    for hour in range(1, _HOURS + 1):
        _play_hour(market, rng)
        assert market.now_ms == START_MS + hour * HOUR_MS
        live = _readings(market)
        market.now_ms += 6_000
        market.desk.tick(market.now_ms)
        live |= {name: reading for name, reading in _readings(market).items() if name in _BY_THE_HOUR}
        ((_, bar),) = market.desk.finished_hours()
        expected = batch.readings(bar)
        batch.remember(bar, expected)
        _compare(live, expected)
        market.now_ms -= 6_000


def _compare(live: dict[str, Reading], expected: dict[str, Reading]) -> None:
    for name in sorted(HOURLY):
        value, of_bars = live[name].value, expected[name].value
        if of_bars is None:
            assert value is None, name
        else:
            # Live sums are kept to a ten-thousandth of a dollar, and a stored hour in sixty pieces.
            assert value == pytest.approx(of_bars, rel=1e-6, abs=1e-2 if "VOL" in name else 1e-9), name
