"""Flows of spot funds: five days with a figure, for each fund that has them."""

from __future__ import annotations

import pytest

from desktop.domain.market import ContextPoint
from desktop.engine.market.market_wide import MarketWide
from desktop.risk.reading import Reading, State
from desktop.risk.windows import DAY_MS

_FIRST_DAY = 20_000


def _flow(btc_days: int, eth_days: int) -> Reading:
    wide = MarketWide({})
    now_ms = (_FIRST_DAY + max(btc_days, eth_days)) * DAY_MS
    for name, days in (("ETF_FLOW_BTC", btc_days), ("ETF_FLOW_ETH", eth_days)):
        for day in range(days):
            at_ms = (_FIRST_DAY + day) * DAY_MS
            wide.take_point(ContextPoint(name, 10.0 * (day + 1), at_ms, "funds.example", at_ms), now_ms)
    return wide.measured("ETF_FLOW", now_ms)


def test_the_last_five_days_of_both_funds_are_summed() -> None:
    found = _flow(7, 5)
    assert found.state is State.LIVE
    assert found.value == pytest.approx((30 + 40 + 50 + 60 + 70) + (10 + 20 + 30 + 40 + 50))


def test_a_fund_of_too_few_days_is_left_out_not_counted_short() -> None:
    assert _flow(5, 3).value == pytest.approx(150)
    few = _flow(4, 2)
    assert (few.value, few.state) == (None, State.WARMING)
    assert few.warm == pytest.approx(0.8)
