"""Breadth from tickers: at full hours it is the rule on hourly bars, between them it slides."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.risk.breadth import breadth
from desktop.risk.live_breadth import WARM_MS, MarketBreadth
from desktop.risk.windows import HOUR_MS, MINUTE_MS

_START_MS = 480_000 * HOUR_MS
_COINS = ("A", "B", "C")


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.integers(85, 110), min_size=3, max_size=3), min_size=36, max_size=36))
def test_at_a_full_hour_it_is_the_rule_on_hourly_bars(rows: list[list[int]]) -> None:
    live = MarketBreadth()
    for place, prices in enumerate(rows):
        for coin, price in zip(_COINS, prices, strict=True):
            live.take(("v", coin), coin, price, 5e6, _START_MS + place * 5 * MINUTE_MS)
    now_ms = _START_MS + 36 * 5 * MINUTE_MS
    lows = {coin: min(row[place] for row in rows[24:]) for place, coin in enumerate(_COINS)}
    closes = {coin: rows[23][place] for place, coin in enumerate(_COINS)}
    expected = breadth(lows, closes)
    found = live.at(now_ms)
    assert (found.f3, found.f5, found.coins) == (expected.f3, expected.f5, 3)


def _fed(prices: dict[str, tuple[float, float]], turnover_usd: float | None = 5e6) -> tuple[MarketBreadth, int]:
    """Return breadth after three hours at the first price of each coin and one ticker at the second."""
    live = MarketBreadth()
    for minute in range(180):
        for coin, (before, _) in prices.items():
            live.take(("v", coin), coin, before, turnover_usd, _START_MS + minute * MINUTE_MS)
    now_ms = _START_MS + 180 * MINUTE_MS
    for coin, (_, after) in prices.items():
        live.take(("v", coin), coin, after, turnover_usd, now_ms)
    return live, now_ms


def test_a_fall_counts_the_moment_it_is_seen_and_leaves_after_an_hour() -> None:
    live, now_ms = _fed({"A": (100, 94), "B": (100, 96.5), "C": (100, 100), "D": (100, 101)})
    found = live.at(now_ms)
    assert (found.f3, found.f5) == (0.5, 0.25)
    for minute in range(1, 64):
        for coin, price in (("A", 94.0), ("B", 96.5), ("C", 100.0), ("D", 101.0)):
            live.take(("v", coin), coin, price, 5e6, now_ms + minute * MINUTE_MS)
    later = live.at(now_ms + 63 * MINUTE_MS)
    assert (later.f3, later.f5) == (0.0, 0.0)


def test_small_and_silent_contracts_do_not_count() -> None:
    live, now_ms = _fed({"A": (100, 90)}, turnover_usd=9e5)
    assert live.at(now_ms).f5 is None
    unknown, now_ms = _fed({"A": (100, 90)}, turnover_usd=None)
    assert unknown.at(now_ms).coins == 0
    heard, now_ms = _fed({"A": (100, 90), "B": (100, 100)})
    heard.take(("v", "B"), "B", 100, 5e6, now_ms + 6 * MINUTE_MS)
    assert heard.at(now_ms + 6 * MINUTE_MS).coins == 1


def test_nothing_is_said_in_the_first_two_hours() -> None:
    live = MarketBreadth()
    assert live.at(_START_MS).warm == 0.0
    for minute in range(120):
        live.take(("v", "A"), "A", 100, 5e6, _START_MS + minute * MINUTE_MS)
    early = live.at(_START_MS + WARM_MS - 1)
    assert early.f5 is None
    assert 0.9 < early.warm < 1
    assert live.at(_START_MS + WARM_MS).f5 == 0.0


def test_a_coin_counts_once_by_its_largest_contract() -> None:
    live = MarketBreadth()
    for minute in range(181):
        at_ms = _START_MS + minute * MINUTE_MS
        live.take(("small", "PEPE"), "PEPE", 1.0, 2e6, at_ms)
        live.take(("large", "1000PEPE"), "PEPE", 1000.0 if minute < 180 else 900.0, 9e6, at_ms)
    found = live.at(_START_MS + 180 * MINUTE_MS)
    assert (found.coins, found.f5) == (1, 1.0)
    live.forget(("large", "1000PEPE"))
    assert live.at(_START_MS + 181 * MINUTE_MS).coins == 0
    live.take(("small", "PEPE"), "PEPE", 1.0, 2e6, _START_MS + 181 * MINUTE_MS)
    assert live.at(_START_MS + 181 * MINUTE_MS).f5 == 0.0


def test_a_price_of_nothing_and_an_older_one_are_left_aside() -> None:
    live, now_ms = _fed({"A": (100, 100)})
    live.take(("v", "A"), "A", 0.0, 5e6, now_ms + 1)
    live.take(("v", "A"), "A", 50.0, 5e6, now_ms - 1)
    assert live.at(now_ms).f5 == pytest.approx(0.0)
