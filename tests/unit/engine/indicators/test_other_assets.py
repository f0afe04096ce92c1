"""Gold and shares among the last prices: they move beside the coins and never count as coins."""

from desktop.domain.market import ContextPoint, MarketPart, Ticker
from desktop.engine.market.market_wide import MarketWide
from desktop.risk.reading import State
from desktop.risk.windows import DAY_MS

NOW_MS = 1_790_000_000_000
DAY = NOW_MS // DAY_MS


def ticker(symbol: str, coin: str, part: MarketPart, last: float, at_ms: int = NOW_MS, venue: str = "okx") -> Ticker:
    return Ticker(venue, symbol, coin, part, str(last), 1e9, at_ms)


def wide() -> MarketWide:
    made = MarketWide({})
    for ago in range(100, 0, -1):
        at_ms = (DAY - ago) * DAY_MS
        made.take_point(ContextPoint("GOLD", 4000.0 + 5 * (ago * ago % 17), at_ms, "host.example", NOW_MS), NOW_MS)
    return made


def test_a_leap_of_gold_is_seen_by_its_contract() -> None:
    market = wide()
    market.take_ticker(ticker("XAU-USDT-SWAP", "XAU", "metal", 4700.0), NOW_MS)
    reading = market.measured("XASSET", NOW_MS)
    assert (reading.state, reading.value) == (State.LIVE, 1.0)
    assert "gold +1" in reading.reason


def test_ninety_weekdays_of_closes_are_enough_without_any_proxy() -> None:
    market = MarketWide({})
    closes = [4000.0 + 5 * (n * n % 17) for n in range(91)]
    for place, close in enumerate([*closes, 4700.0]):
        assert market.measured("XASSET", NOW_MS).state is not State.LIVE
        at_ms = (DAY - 91 + place) * DAY_MS
        market.take_point(ContextPoint("GOLD", close, at_ms, "host.example", NOW_MS), NOW_MS)
    reading = market.measured("XASSET", NOW_MS)
    assert (reading.state, reading.value) == (State.LIVE, 1.0)


def test_one_proxy_is_followed_while_it_speaks() -> None:
    market = wide()
    market.take_ticker(ticker("XAU-USDT-SWAP", "XAU", "metal", 4010.0), NOW_MS)
    market.take_ticker(ticker("xyz:GOLD", "GOLD", "metal", 4700.0, venue="hyperliquid"), NOW_MS)
    assert market.measured("XASSET", NOW_MS).value == 0.0
    later_ms = NOW_MS + 11 * 60_000
    market.take_ticker(ticker("xyz:GOLD", "GOLD", "metal", 4700.0, later_ms, "hyperliquid"), later_ms)
    assert market.measured("XASSET", later_ms).value == 1.0
