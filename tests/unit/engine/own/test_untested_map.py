"""The map as the engine keeps it: warming, steps, the cascade on the book, the score, and what it says when blind."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from desktop.domain.market import Book, Liquidation, Mark, OpenInterest
from desktop.engine.market.market_notes import MarketNotes
from desktop.engine.own.untested_map import UntestedDesk
from desktop.risk.reading import State
from desktop.risk.untested.leverage_mix import KnownPosition
from desktop.risk.untested.untested_interest import STEP_MS
from desktop.risk.windows import HOUR_MS
from tests.fakes.market_tape import START_MS, quiet_hours


class Told:
    """A desk of one coin, and a clock."""

    def __init__(self) -> None:
        self.notes = MarketNotes(("binance", "bybit"))
        self.desk = UntestedDesk(("BTC",), self.notes)
        self.now_ms = START_MS

    def mark(self, price: float, venue: str = "binance", symbol: str = "BTCUSDT") -> None:
        """Say a mark."""
        self._hear(Mark(venue, symbol, "BTC", repr(price), None, None, None, None, self.now_ms))

    def interest(self, coins: float, venue: str = "binance") -> None:
        """Say an open interest."""
        self._hear(OpenInterest(venue, "BTCUSDT", "BTC", repr(coins), None, self.now_ms))

    def book(self, price: float, size: float) -> None:
        """Say a book that reaches one per cent."""
        bids = tuple((price * (1 - 0.001 * step), size) for step in range(1, 12))
        asks = tuple((price * (1 + 0.001 * step), size) for step in range(1, 12))
        self._hear(Book("binance", "BTCUSDT", "BTC", None, None, bids, asks, self.now_ms))

    def liquidation(self, price: float, usd: float) -> None:
        """Say that a long was closed by force."""
        self._hear(Liquidation("binance", "BTCUSDT", "BTC", "long", "1", repr(price), "fill", usd, self.now_ms))

    def steps(self, count: int, price: float, coins: float) -> None:
        """Let so many steps pass at this price and interest."""
        for _ in range(count):
            self.now_ms += STEP_MS
            self.mark(price)
            self.interest(coins)
            self.desk.tick(self.now_ms)

    def _hear(self, message: Mark | OpenInterest | Book | Liquidation) -> None:
        self.notes.fold(message, self.now_ms)
        self.desk.fold(message, self.now_ms)


def _warm() -> Told:
    told = Told()
    hours = quiet_hours(400)
    grown = [type(bar)(bar.open_ms, 100.0, 101.0, 99.5, 100.0, oi_coins=1e6 + 500 * n) for n, bar in enumerate(hours)]
    told.desk.warm("BTC", grown)
    told.mark(100.0)
    told.interest(1.2e6)
    told.desk.tick(told.now_ms)
    return told


def test_a_venue_whose_past_begins_later_has_opened_nothing() -> None:
    hours = [type(bar)(bar.open_ms, 100.0, 101.0, 99.5, 100.0, oi_coins=1e6) for bar in quiet_hours(400)]
    one, both = ("okx",), ("binance", "okx")
    told = [
        msgspec.structs.replace(bar, oi_venues=one if n < 200 else both, oi_coins=1e6 if n < 200 else 3e6)
        for n, bar in enumerate(hours)
    ]
    masses = []
    for bars in (told, [msgspec.structs.replace(bar, oi_coins=1e6, oi_venues=one) for bar in hours]):
        desk = Told().desk
        desk.warm("BTC", bars)
        mapped = desk._maps["BTC"].map.map
        assert mapped is not None
        masses.append(mapped.mass_usd)
    assert masses[0] == pytest.approx(masses[1])


def test_before_the_first_mark_nothing_is_known() -> None:
    told = Told()
    view = told.desk.view("BTC", told.now_ms)
    assert view is not None
    assert (view.state, view.reason, len(view.edges)) == (State.UNKNOWN, "no mark price yet", 0)
    assert told.desk.reading("BTC", told.now_ms).value is None
    assert told.desk.view("ETH", told.now_ms) is None
    assert told.desk.reading("ETH", told.now_ms).state is State.UNKNOWN


def test_it_warms_for_a_week_of_open_interest() -> None:
    told = Told()
    told.mark(100.0)
    told.interest(1000.0)
    told.desk.tick(told.now_ms)
    told.steps(12, 100.0, 1000.0)
    view = told.desk.view("BTC", told.now_ms)
    assert view is not None
    assert view.state is State.WARMING
    assert "of 168 h" in view.reason
    reading = told.desk.reading("BTC", told.now_ms)
    assert (reading.value, reading.state) == (None, State.WARMING)
    assert 0 < reading.warm < 0.01


def test_growth_of_interest_lies_on_both_sides_of_the_price() -> None:
    told = _warm()
    before = told.desk.view("BTC", told.now_ms)
    told.steps(1, 100.0, 1.3e6)
    view = told.desk.view("BTC", told.now_ms)
    assert before is not None
    assert view is not None
    assert view.state is State.LIVE
    assert view.added_usd - before.added_usd == pytest.approx(1e5 * 100.0)
    assert (view.edges[1:][view.long_usd > 0] <= 100.0).all()
    assert (view.edges[:-1][view.short_usd > 0] >= 100.0).all()
    assert view.below_usd is not None
    assert view.below_usd > before.long_usd.sum() * 0.1


def test_without_a_book_there_is_a_map_but_no_cascade() -> None:
    told = _warm()
    view = told.desk.view("BTC", told.now_ms)
    assert view is not None
    assert (view.k, view.multiplier) == (None, None)
    assert view.reason == "no cascade: no live order book"
    assert told.desk.reading("BTC", told.now_ms).reason == "no live order book"


def test_the_cascade_is_a_range_and_a_thinner_book_makes_it_worse() -> None:
    told = _warm()
    told.book(100.0, 5e4)
    deep = told.desk.reading("BTC", told.now_ms)
    view = told.desk.view("BTC", told.now_ms)
    assert view is not None
    assert view.k is not None
    assert view.multiplier is not None
    assert view.k[0] < view.k[1]
    assert view.multiplier[0] <= view.multiplier[1]
    told.now_ms += 5_000
    told.book(100.0, 1e4)
    told.mark(100.0)
    thin = told.desk.reading("BTC", told.now_ms)
    assert deep.value is not None
    assert thin.value == pytest.approx(5 * deep.value)


def test_a_fall_sweeps_the_longs_and_marks_the_map() -> None:
    told = _warm()
    told.steps(13, 100.0, 1.2e6)
    view = told.desk.view("BTC", told.now_ms)
    assert view is not None
    below = view.long_usd.sum()
    told.liquidation(99.2, 1e6)
    told.steps(3, 96.0, 1.1e6)
    fallen = told.desk.view("BTC", told.now_ms)
    assert fallen is not None
    assert fallen.long_usd.sum() < below
    assert fallen.score is not None
    swept, _, lift = fallen.score
    assert swept >= 1
    assert lift is not None


def test_a_silent_mark_makes_it_stale_and_nothing_is_drawn_twice() -> None:
    told = _warm()
    assert told.desk.view("BTC", told.now_ms) is told.desk.view("BTC", told.now_ms + 900)
    late = told.desk.view("BTC", told.now_ms + 2 * 60_000)
    assert late is not None
    assert (late.state, late.reason[:11]) == (State.STALE, "no mark for")


def test_after_a_sleep_time_passes_but_nothing_is_marked() -> None:
    told = _warm()
    told.steps(2, 100.0, 1.2e6)
    before = told.desk.view("BTC", told.now_ms)
    told.now_ms += 10 * HOUR_MS
    told.mark(100.0)
    told.interest(1.2e6)
    told.desk.tick(told.now_ms)
    after = told.desk.view("BTC", told.now_ms)
    assert before is not None
    assert after is not None
    assert after.long_usd.sum() == pytest.approx(before.long_usd.sum() * 0.5 ** (10 / 168), rel=0.02)
    assert after.score == before.score


def test_another_contract_is_followed_only_when_the_first_falls_silent() -> None:
    told = _warm()
    told.mark(90.0, "bybit")
    told.steps(1, 100.0, 1.2e6)
    view = told.desk.view("BTC", told.now_ms)
    assert view is not None
    assert np.isclose(view.edges.mean(), 100.0, rtol=0.05)


class Sample:
    """Strangers who all use five times leverage."""

    venue = "binance"

    async def sample(self, coin: str) -> None:
        """Look at no more of them."""

    def known(self, coin: str) -> list[KnownPosition]:
        """Return 950 positions."""
        return [KnownPosition(100.0, 5.0, 1, 1e4)] * 950


def test_known_positions_change_where_new_interest_lies() -> None:
    told = _warm()
    before = told.desk.view("BTC", told.now_ms)
    assert before is not None
    assert before.calibration is None
    told.desk.calibrate("BTC", Sample(), told.now_ms)
    told.steps(1, 100.0, 2.2e6)
    view = told.desk.view("BTC", told.now_ms)
    assert view is not None
    assert view.calibration == (950, pytest.approx(9.5e6 / 1.2e8))
    far = view.edges[:-1] < 81.0
    added = view.added_usd - before.added_usd
    assert view.long_usd[far].sum() > 0.9 * added / 2


def test_symbols_quoted_per_thousand_are_brought_to_one_coin() -> None:
    notes = MarketNotes(("binance",))
    notes.fold(Mark("binance", "1000PEPEUSDT", "PEPE", "12.5", None, 0.0001, 8.0, None, 0), 0)
    said = notes.mark("PEPE", 0)
    assert said is not None
    assert said.price == pytest.approx(0.0125)
    notes.fold(Mark("binance", "1000PEPEUSDT", "PEPE", "nan", None, None, None, None, 0), 0)
    assert notes.mark("PEPE", 0) == said
    assert notes.mark("PEPE", 10 * 60_000) is None
