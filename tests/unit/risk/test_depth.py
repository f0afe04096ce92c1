"""Books: depth, slippage, medians that must hold, what is usual at this hour, and how fast a book fills again."""

from __future__ import annotations

from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.risk.book_board import BookBoard
from desktop.risk.depth import DISTANCES_BPS, depth, depth_profile, reach_bps, slippage, slippage_usd
from desktop.risk.held_median import HeldMedian
from desktop.risk.resilience import Refill, Resilience
from desktop.risk.season import HourOfWeek
from desktop.risk.windows import DAY_MS, HOUR_MS, MINUTE_MS

_SIZES = st.lists(st.integers(1, 50), min_size=1, max_size=30)


def _book(bid_sizes: list[int], ask_sizes: list[int]) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    bids = [(99.95 - 0.1 * place, float(size)) for place, size in enumerate(bid_sizes)]
    asks = [(100.05 + 0.1 * place, float(size)) for place, size in enumerate(ask_sizes)]
    return bids, asks


@given(_SIZES, _SIZES)
def test_one_pass_gives_what_each_distance_gives_alone(bid_sizes: list[int], ask_sizes: list[int]) -> None:
    bids, asks = _book(bid_sizes, ask_sizes)
    profile = depth_profile(bids, asks, DISTANCES_BPS)
    assert profile is not None
    for bps in DISTANCES_BPS:
        alone = depth(bids, asks, bps)
        brute = sum(p * q for p, q in bids if abs(p / 100 - 1) <= bps / 1e4 + 1e-12)
        assert alone is not None
        assert profile[bps].bid_usd == pytest.approx(alone.bid_usd)
        assert alone.bid_usd == pytest.approx(brute)


@given(_SIZES, _SIZES, st.integers(1, 2_000))
def test_an_order_never_finds_more_than_is_visible(bid_sizes: list[int], ask_sizes: list[int], coins: int) -> None:
    bids, asks = _book(bid_sizes, ask_sizes)
    sold = slippage(bids, asks, "sell", coins)
    assert sold is not None
    assert sold.filled == min(coins, sum(bid_sizes))
    assert sold.filled + sold.unfilled == coins
    assert (sold.status == "ok") == (coins <= sum(bid_sizes))
    assert sold.vwap is not None
    assert sold.worst is not None
    assert sold.worst <= sold.vwap + 1e-9 <= 99.95 + 1e-6


@given(_SIZES, st.integers(1, 100_000))
def test_a_bigger_order_slips_more(bid_sizes: list[int], usd: int) -> None:
    bids, asks = _book(bid_sizes, [1])
    small, big = (slippage_usd(bids, asks, "sell", size) for size in (usd, 2 * usd))
    assert small is not None
    assert big is not None
    assert small.bps is not None
    assert big.bps is not None
    assert small.bps <= big.bps + 1e-9
    assert small.filled <= usd + 1e-6


def test_an_empty_or_crossed_book_says_nothing() -> None:
    assert depth([], [(1.0, 1.0)], 100) is None
    assert slippage([(101.0, 1.0)], [(100.0, 1.0)], "buy", 1) is None
    assert reach_bps([(99.0, 1.0)], [(101.0, 1.0), (103.0, 1.0)]) == pytest.approx(100)


@given(st.lists(st.tuples(st.integers(0, 20_000), st.integers(-9, 9)), min_size=1, max_size=60))
def test_held_median_is_the_mildest_median_of_its_time(steps: list[tuple[int, int]]) -> None:
    held = HeldMedian(3 * MINUTE_MS, low_is_bad=True)
    now_ms, samples, middles = 0, [], []
    for step_ms, value in steps:
        now_ms += step_ms
        samples.append((now_ms, float(value)))
        held.add(now_ms, float(value))
        middles.append((now_ms, median(v for t, v in samples if t > now_ms - MINUTE_MS)))
        assert held.median(now_ms) == middles[-1][1]
    mildest = max(m for t, m in middles if t > now_ms - 3 * MINUTE_MS)
    expected = mildest if now_ms - samples[0][0] >= 3 * MINUTE_MS else None
    assert held.held(now_ms) == expected


def test_what_was_held_is_not_known_after_a_silence() -> None:
    held = HeldMedian(MINUTE_MS, low_is_bad=False)
    for second in range(0, 120, 10):
        held.add(second * 1000, 5.0)
    assert held.held(110_000) == 5.0
    assert held.held(200_000) is None
    held.add(200_000, 5.0)
    assert held.held(200_000) is None


def test_hours_of_the_week_are_compared_with_themselves_after_fourteen_days() -> None:
    season = HourOfWeek()
    for hour in range(15 * 24):
        season.add_hour(hour * HOUR_MS, 50.0 if hour % 168 == 3 else 100.0)
    thin = season.usual((2 * 168 + 24 * 7 + 3) * HOUR_MS)
    assert (thin.value, thin.of) == (50.0, "hour_of_week")
    assert season.multiplier((3 * 168 + 3) * HOUR_MS) == pytest.approx(1.1)
    assert season.multiplier((3 * 168 + 4) * HOUR_MS) == 1.0


def test_before_fourteen_days_the_last_day_stands_in_and_before_six_hours_nothing() -> None:
    season = HourOfWeek()
    for hour in range(5):
        season.add_hour(hour * HOUR_MS, 10.0)
    assert season.usual(5 * HOUR_MS).of == "nothing"
    season.add_hour(5 * HOUR_MS, 40.0)
    usual = season.usual(6 * HOUR_MS)
    assert (usual.value, usual.of) == (10.0, "day")
    assert usual.warm == pytest.approx(6 / (14 * 24))
    assert season.multiplier(6 * HOUR_MS) == 1.0


def test_an_hour_is_the_median_of_its_samples_and_old_hours_leave() -> None:
    season = HourOfWeek()
    for place, value in enumerate((5.0, 1.0, 9.0)):
        assert season.sample(place * 10_000, value) is None
    assert season.sample(HOUR_MS, 7.0) == (0, 5.0)
    for hour in range(1, 31 * 24 + 1):
        season.add_hour(hour * HOUR_MS, 2.0)
    assert season.usual(31 * DAY_MS).value == 2.0


def test_a_swept_book_is_timed_until_four_fifths_are_back() -> None:
    resilience = Resilience()
    for second in range(30):
        resilience.add(second * 1000, 100.0)
    resilience.add(30_000, 50.0)
    resilience.add(45_000, 79.0)
    assert resilience.fallen_ms(45_000) == 15_000
    resilience.add(50_000, 80.0)
    assert resilience.last == Refill(30_000, 20_000)
    assert resilience.fallen_ms(50_000) is None


def test_a_book_that_stays_thin_is_given_up_after_half_an_hour() -> None:
    resilience = Resilience()
    resilience.add(0, 100.0)
    resilience.add(1_000, 10.0)
    resilience.add(31 * MINUTE_MS, 10.0)
    assert resilience.last == Refill(1_000, None)


def _board(hours: int) -> BookBoard:
    board = BookBoard()
    bids, asks = _book([10] * 30, [10] * 30)
    for hour in range(hours):
        board.take("a", bids, asks, hour * HOUR_MS)
    return board


def test_a_thin_book_counts_only_after_three_minutes() -> None:
    board = _board(8)
    thin = _book([2] * 30, [10] * 30)
    start_ms = 8 * HOUR_MS
    for second in range(0, 181, 5):
        board.take("a", *thin, start_ms + second * 1000)
        relative = board.relative(start_ms + second * 1000)
        assert relative.ratio == pytest.approx(0.2)
        assert relative.usual.of == "day"
        if second < 180:
            assert relative.held is None
    assert relative.held == pytest.approx(0.2)


def test_a_silent_book_is_not_a_thin_one() -> None:
    board = _board(8)
    now_ms = 7 * HOUR_MS + 11_000
    assert board.relative(now_ms).ratio is None
    assert board.depth(100, now_ms) is None
    assert board.spread(now_ms) is None
    assert board.deepest(now_ms) is None
    assert board.sell("a", 1e3, now_ms) is None


def test_a_second_venue_without_a_past_does_not_make_the_book_look_deeper() -> None:
    board = _board(8)
    bids, asks = _book([10] * 30, [10] * 30)
    board.take("b", bids, asks, 8 * HOUR_MS)
    board.take("a", bids, asks, 8 * HOUR_MS)
    relative = board.relative(8 * HOUR_MS)
    assert relative.ratio == pytest.approx(1.0)
    assert relative.venues == ("a", "b")
    whole = board.depth(100, 8 * HOUR_MS)
    assert whole is not None
    assert relative.usd == whole.bid_usd
    assert board.spread(8 * HOUR_MS) == pytest.approx(10.0)


def test_after_a_gap_the_book_is_unknown_until_the_next_good_one() -> None:
    board = _board(1)
    board.lose("a")
    assert board.live(0) == []
    board.take("a", [], [], 1)
    assert board.live(1) == []
    board.take("a", *_book([1], [1]), 2)
    assert board.live(2) == ["a"]
    assert board.relative(2).floor


def test_the_depth_of_some_venues_is_theirs_alone() -> None:
    board = BookBoard()
    board.take("a", *_book([10] * 30, [10] * 30), 0)
    board.take("b", *_book([1] * 30, [1] * 30), 0)
    alone, both = board.depth(100, 0, ["b", "c"]), board.depth(100, 0)
    assert alone is not None
    assert both is not None
    assert both.bid_usd == pytest.approx(11 * alone.bid_usd)
    assert board.depth(100, 0, []) is None


def test_a_sweep_of_any_live_book_is_told_while_it_lasts_and_after() -> None:
    board = BookBoard()
    whole, thin = _book([10] * 30, [10] * 30), _book([2] * 30, [10] * 30)
    for second in range(10):
        board.take("a", *whole, second * 1000)
        board.take("b", *whole, second * 1000)
    assert board.swept_ms(9_000) is None
    board.take("a", *thin, 10_000)
    board.take("b", *whole, 14_000)
    assert board.swept_ms(14_000) == 4_000
    board.take("a", *whole, 16_000)
    assert board.swept_ms(16_000) is None
    assert board.last_refill(16_000) == Refill(10_000, 6_000)
    assert board.last_refill(60_000) is None
