"""Sliding windows against sums made by hand, also with late and repeated events."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.risk.windows import HeardTime, SlidingLow, SlidingSum, StepSeries

_EVENTS = st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 10**9)), max_size=60)


@given(_EVENTS, st.lists(st.integers(0, 6_000), min_size=1, max_size=8))
def test_window_sum_equals_brute_force_in_any_order_of_arrival(
    events: list[tuple[int, int]], nows: list[int]
) -> None:
    window = SlidingSum(1_000)
    for at_ms, cents in events:
        window.add(at_ms, cents / 100)
    for now_ms in sorted(nows):
        expected = sum(cents for at_ms, cents in events if at_ms > now_ms - 1_000)
        assert window.total(now_ms) == pytest.approx(expected / 100, abs=1e-9)


@given(_EVENTS)
def test_streaming_equals_batch(events: list[tuple[int, int]]) -> None:
    streamed = SlidingSum(700)
    for number, (at_ms, cents) in enumerate(sorted(events)):
        streamed.add(at_ms, cents / 100)
        so_far = sorted(events)[: number + 1]
        assert streamed.total(at_ms) == pytest.approx(sum(c for t, c in so_far if t > at_ms - 700) / 100, abs=1e-9)


def test_window_is_open_at_its_start_and_closed_at_its_end() -> None:
    window = SlidingSum(3_600)
    for at_ms, usd in ((0, 100.0), (1, 50.0), (3_600, 5.0)):
        window.add(at_ms, usd)
    assert window.total(3_600) == 55.0


def test_nothing_remains_of_a_billion_that_left() -> None:
    window = SlidingSum(10)
    window.add(0, 1e12 + 0.1)
    window.add(5, 0.1)
    assert window.total(12) == 0.1
    assert window.total(20) == 0.0


@given(_EVENTS, st.integers(0, 6_000))
def test_window_low_equals_brute_force_in_any_order_of_arrival(events: list[tuple[int, int]], now_ms: int) -> None:
    window = SlidingLow(1_000)
    for at_ms, value in events:
        window.add(at_ms, float(value))
    expected = min((float(v) for t, v in events if t > now_ms - 1_000), default=None)
    assert window.lowest(now_ms) == expected


def test_time_between_near_beats_is_heard_and_a_long_silence_is_not() -> None:
    heard = HeardTime(silence_ms=10_000)
    for second in (0, 5, 10, 30, 40):
        heard.beat(second * 1_000)
    assert heard.share(40_000, 40_000) == pytest.approx(20 / 40)


def test_a_closed_connection_leaves_a_hole_however_soon_it_is_back() -> None:
    heard = HeardTime(silence_ms=10_000)
    heard.beat(0)
    heard.beat(10_000)
    heard.end()
    heard.beat(14_000)
    heard.beat(20_000)
    assert heard.share(20_000, 20_000) == pytest.approx(16 / 20)


def test_a_gap_is_taken_back_and_what_follows_counts_again() -> None:
    heard = HeardTime(silence_ms=10_000)
    for second in range(0, 61, 5):
        heard.beat(second * 1_000)
    heard.cut(20_000, 30_000)
    assert heard.share(60_000, 60_000) == pytest.approx(50 / 60)
    heard.beat(65_000)
    assert heard.share(65_000, 5_000) == 1.0


def test_a_gap_up_to_now_ends_what_is_heard_until_the_next_beat() -> None:
    heard = HeardTime(silence_ms=10_000)
    heard.beat(0)
    heard.beat(8_000)
    heard.cut(5_000, 9_000)
    assert heard.share(9_000, 9_000) == pytest.approx(5 / 9)
    assert heard.since_ms() is None


def test_a_feed_that_was_never_heard_has_heard_nothing() -> None:
    assert HeardTime().share(1_000_000, 3_600_000) == 0.0


def test_a_step_holds_until_the_next_and_not_for_ever() -> None:
    series = StepSeries()
    series.set(60_000, 5.0)
    series.set(180_000, 7.0)
    assert series.at(150_000, within_ms=120_000) == 5.0
    assert series.at(59_999, within_ms=120_000) is None
    assert series.at(400_000, within_ms=120_000) is None
    assert series.earliest_after(60_000) == 7.0


def test_older_news_does_not_replace_newer() -> None:
    series = StepSeries()
    assert series.set(60_000, 5.0)
    assert not series.set(50_000, 4.0)
    assert series.latest() == (60_000, 5.0)


def test_a_long_series_forgets_what_is_out_of_reach() -> None:
    series = StepSeries(keep_ms=60 * 60_000)
    for minute in range(2_000):
        series.set(minute * 60_000, float(minute))
    assert series.at(1_950 * 60_000, within_ms=60_000) == 1_950.0
    assert series.at(10 * 60_000, within_ms=60_000) is None
