"""Books as the desk reads them: swept, filled again, and depth against the open interest of the same venues."""

from __future__ import annotations

import pytest

from desktop.domain.market import Book
from desktop.risk.reading import State
from desktop.risk.windows import HOUR_MS, MINUTE_MS
from tests.fakes.market_tape import START_MS, Market

_SIDES = tuple((100 - 0.05 - 0.1 * n, 100 + 0.05 + 0.1 * n) for n in range(30))


def _book(market: Market, venue: str, size: float) -> None:
    bids, asks = (tuple((pair[side], size) for pair in _SIDES) for side in (0, 1))
    market.desk.fold(Book(venue, "BTCUSDT", "BTC", "99.95", "100.05", bids, asks, market.now_ms), market.now_ms)


def _hours_of_books(market: Market, hours: int) -> None:
    for _ in range(hours):
        market.now_ms += HOUR_MS
        _book(market, "binance", 100.0)


def test_what_is_warming_says_how_far_it_is_and_when_it_will_be_there() -> None:
    market = Market()
    for hours in range(6):
        _book(market, "binance", 100.0)
        market.pass_seconds(10)
        _book(market, "binance", 100.0)
        depth = market.reading("DEPTH_REL")
        assert (depth.state, depth.value) == (State.WARMING, None)
        assert depth.warm == pytest.approx(hours / 6)
        left = {4: "119 min", 5: "59 min"}.get(hours, f"{6 - hours} h")
        assert depth.reason == f"needs 6 hours of books, there in {left}"
        season = market.reading("SEASON")
        assert season.reason == "needs 14 days of books, there in 14 days"
        market.now_ms = (market.now_ms // HOUR_MS + 1) * HOUR_MS
    _book(market, "binance", 100.0)
    market.pass_seconds(10)
    _book(market, "binance", 50.0)
    assert market.reading("DEPTH_REL").state is State.LIVE


def test_a_swept_book_says_so_and_how_fast_it_filled_again() -> None:
    market = Market()
    _hours_of_books(market, 8)
    said = []
    for seconds, size in ((1, 100.0), (1, 40.0), (6, 40.0), (4, 90.0)):
        market.now_ms += seconds * 1_000
        _book(market, "binance", size)
        said.append(market.reading("DEPTH_REL").reason)
    assert said == ["", "swept by half 0 s ago", "swept by half 6 s ago", "filled again within 10 s"]


def test_depth_of_a_venue_without_open_interest_is_not_held_against_that_of_others() -> None:
    market = Market()
    market.mark()
    market.interest(1e6)
    for minute in range(60):
        market.now_ms = START_MS + minute * MINUTE_MS
        for venue in ("binance", "bybit"):
            _book(market, venue, 100.0)
        market.pass_seconds(1)
    found = market.reading("DEPTH_OI")
    assert found.value == pytest.approx(sum(bid for bid, _ in _SIDES[:10]) * 100 / 1e8, rel=1e-6)
