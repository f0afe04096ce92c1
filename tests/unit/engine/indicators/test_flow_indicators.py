"""Forced selling as the desk reads it: what slows, and which venue was first."""

from __future__ import annotations

from desktop.engine.indicators.flow_indicators import IN_NO_ORDER, SLOWING
from desktop.risk.reading import Level, State
from tests.fakes.market_tape import Market, quiet_hours

_QUARTER_S = 900


def _market() -> Market:
    market = Market()
    market.desk.warm("BTC", quiet_hours(720))
    for venue in market.venues:
        market.mark(venue=venue)
        market.interest(5e5, venue)
    market.pass_seconds(5)
    return market


def _quarters(market: Market, *usd: float) -> None:
    """Let quarters of an hour pass with one forced closing in the middle of each."""
    for total in usd:
        market.pass_seconds(_QUARTER_S // 2)
        market.liquidation(total)
        market.pass_seconds(_QUARTER_S // 2)


def test_forced_selling_that_slows_takes_one_step_off_its_acceleration() -> None:
    market = _market()
    _quarters(market, 500_000.0, 300_000.0, 200_000.0)
    fast = market.reading("LIQ_ACC")
    assert (fast.level, fast.reason) == (Level.WARNING, "")
    _quarters(market, 10_000.0)
    slow = market.reading("LIQ_ACC")
    assert (slow.state, slow.level, slow.reason) == (State.LIVE, Level.NOTABLE, SLOWING)


def test_venues_are_named_in_order_only_where_the_gap_is_clear_of_their_delay() -> None:
    market = _market()
    market.liquidation(1e5, venue="bybit")
    market.pass_seconds(2)
    market.liquidation(1e5, venue="binance")
    found = market.reading("VENUE_SEQ")
    assert (found.value, found.venues, found.reason) == (2.0, ("bybit", "binance"), "")


def test_venues_that_cross_together_are_in_no_order() -> None:
    market = _market()
    for venue in ("bybit", "binance"):
        market.liquidation(1e5, venue=venue)
    found = market.reading("VENUE_SEQ")
    assert (found.value, found.venues, found.reason) == (2.0, ("binance", "bybit"), IN_NO_ORDER)


def test_self_excitation_is_told_with_its_interval_and_what_one_brings() -> None:
    market = _market()
    market.pass_seconds(1_800)
    for second in range(300):
        if second % 100 < 30:
            market.liquidation(1e3 + second)
        market.pass_seconds(1)
    market.pass_seconds(360)
    found = market.reading("HAWKES_N")
    assert found.value is not None
    assert found.reason.startswith("95 %: ")
    assert found.reason.endswith(f"one brings {1 / (1 - found.value):.1f} in all")
