"""What venues said of a coin is worked out when somebody looks, and then it is whole."""

from __future__ import annotations

import math

import pytest

from desktop.domain.market import Mark, OpenInterest
from desktop.engine.indicators.coin_boards import CoinBoards
from desktop.engine.market.coin_track import CoinTrack
from desktop.engine.market.market_state import Tape, VenueFeed

_NOW_MS = 1_769_900_400_000


def _mark(mark: str | None, *, symbol: str = "BTCUSDT", index: str | None = None, rate: float | None = None) -> Mark:
    return Mark("binance", symbol, "BTC", mark, index, rate, None if rate is None else 8.0, None, _NOW_MS)


def _track() -> CoinTrack:
    track = CoinTrack("BTC", {"binance": VenueFeed("binance")})
    track.tapes["binance"] = tape = Tape("binance", "BTCUSDT", "BTC")
    tape.at_ms = _NOW_MS
    return track


def test_of_many_marks_of_a_contract_the_last_one_stands() -> None:
    track = _track()
    for number in range(50):
        track.mark(_mark(f"{80_000 + number}", index="80000", rate=number / 1e6), _NOW_MS + number)
    assert track.boards.marks.mark("binance") == 80_049.0
    assert track.boards.funding.by_venue["binance"].rate_8h == pytest.approx(49e-6)
    assert track.boards.marks.index(_NOW_MS + 50) == 80_000.0


def test_of_two_contracts_the_one_that_spoke_last_stands_whichever_was_first() -> None:
    track = _track()
    for number, symbol in enumerate(("BTCUSDT", "BTCUSDC", "BTCUSDT")):
        track.mark(_mark(f"{80_000 + number}", symbol=symbol), _NOW_MS + number)
    assert track.boards.marks.mark("binance") == 80_002.0


@pytest.mark.parametrize("text", ["nonsense", "0", "1e999", "-5", None])
def test_what_is_no_price_changes_none_but_its_funding_counts(text: str | None) -> None:
    track = _track()
    track.mark(_mark("80000"), _NOW_MS)
    assert track.boards.marks.mark("binance") == 80_000.0
    track.mark(_mark(text, rate=1e-4), _NOW_MS + 1)
    assert track.boards.marks.mark("binance") == 80_000.0
    assert track.boards.funding.by_venue["binance"].rate_8h == pytest.approx(1e-4)


def test_funding_that_is_no_number_is_left_aside() -> None:
    track = _track()
    track.mark(_mark("80000", rate=math.nan), _NOW_MS)
    assert track.boards.funding.by_venue == {}


def test_open_interest_is_valued_at_a_mark_that_nobody_has_looked_at() -> None:
    track = _track()
    track.mark(_mark("80000"), _NOW_MS)
    track.open_interest(OpenInterest("binance", "BTCUSDT", "BTC", "10", None, _NOW_MS), _NOW_MS)
    assert track.boards.interest.weight("binance") == 800_000.0


def test_the_known_open_interest_follows_every_change() -> None:
    boards = CoinBoards(("binance", "bybit"))
    assert boards.known_interest_usd == 0.0
    for venue, usd, known in (("binance", 5e6, 5e6), ("bybit", 1e6, 6e6), ("binance", 2e6, 3e6)):
        told = OpenInterest(venue, "BTCUSDT", "BTC", "10", usd, _NOW_MS)
        boards.told_interest[venue, "BTCUSDT"] = (_NOW_MS, told, 0.0)
        assert boards.known_interest_usd == known


@pytest.mark.parametrize("coins", ["-1", "nan", "inf", "ten"])
def test_open_interest_that_is_no_amount_changes_nothing(coins: str) -> None:
    boards = CoinBoards(("binance",))
    for amount in ("10", coins):
        told = OpenInterest("binance", "BTCUSDT", "BTC", amount, 5e6, _NOW_MS)
        boards.told_interest["binance", "BTCUSDT"] = (_NOW_MS, told, 0.0)
        assert boards.interest.weight("binance") == 5e6
        assert boards.interest.coins(["binance"]) == 10.0


def test_lateness_is_sampled_every_half_second() -> None:
    feed = VenueFeed("binance")
    assert feed.timed_next_ms == 0
    feed.timed(_NOW_MS - 200, _NOW_MS)
    assert (feed.latency_ms, feed.timed_next_ms) == (200.0, _NOW_MS + 500)


def test_a_forced_order_beats_for_its_venue() -> None:
    feed = VenueFeed("binance")
    feed.start(_NOW_MS)
    feed.told_ms = _NOW_MS
    assert feed.state(_NOW_MS) == "live"
    assert feed.state(_NOW_MS + 31_000) == "down"
