"""Counts, the largest print and the pace of forced selling against sums made by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.risk.acceleration import Deceleration, acceleration
from desktop.risk.liquidations import LiquidationTally, closed_within
from desktop.risk.print_counts import LargestPrint, PrintCounter
from desktop.risk.windows import DAY_MS, HOUR_MS, MINUTE_MS

_PRINTS = st.lists(
    st.tuples(st.integers(0, 200_000), st.sampled_from(["a", "b", "c"]), st.integers(1, 10**6)), max_size=60
)


@given(_PRINTS, st.integers(0, 260_000))
def test_prints_are_those_of_the_last_minute_in_any_order(prints: list[tuple[int, str, int]], now_ms: int) -> None:
    counter = PrintCounter()
    for at_ms, symbol, _ in prints:
        counter.add(symbol, at_ms)
    assert counter.at(now_ms).prints == len([at for at, *_ in prints if at > now_ms - MINUTE_MS])


@given(_PRINTS, st.integers(0, 260))
def test_counts_are_those_of_the_last_minute_at_full_seconds(prints: list[tuple[int, str, int]], now_s: int) -> None:
    now_ms = now_s * 1000
    counter, largest = PrintCounter(), LargestPrint()
    for at_ms, symbol, usd in prints:
        counter.add(symbol, at_ms)
        largest.add(float(usd), at_ms)
    inside = [(at, symbol) for at, symbol, _ in prints if at > now_ms - MINUTE_MS]
    seconds = {symbol: len({-(-at // 1000) for at, name in inside if name == symbol}) for symbol in "abc"}
    found = counter.at(now_ms)
    assert (found.prints, found.symbols) == (len(inside), len({symbol for _, symbol in inside}))
    assert found.saturation == min(1.0, max(seconds.values()) / 60)
    hour = [usd for at, _, usd in prints if at > now_ms - HOUR_MS]
    assert largest.at(HOUR_MS, now_ms).usd == max(hour, default=None)


def test_a_feed_that_prints_every_second_is_full() -> None:
    counter = PrintCounter()
    for second in range(60):
        counter.add("binance BTCUSDT", second * 1000)
        counter.add("okx BTC-USDT-SWAP", second % 3 * 1000)
    assert counter.at(59_999).saturation == 1.0
    assert counter.at(100_000).saturation == pytest.approx(19 / 60)


def test_the_largest_of_the_day_has_a_share_only_while_it_is_of_this_hour() -> None:
    largest = LargestPrint()
    largest.add(75.0, 0)
    largest.add(25.0, 10)
    assert largest.at(DAY_MS, HOUR_MS - 1, 100.0).share_of_hour == 0.75
    assert largest.at(DAY_MS, HOUR_MS - 1).share_of_hour is None
    largest.add(40.0, HOUR_MS + 20)
    assert largest.at(HOUR_MS, HOUR_MS + 20, 40.0).share_of_hour == 1.0
    day = largest.at(DAY_MS, HOUR_MS + 20, 40.0)
    assert (day.usd, day.share_of_hour) == (75.0, None)
    assert largest.at(HOUR_MS, 3 * DAY_MS).usd is None


@given(st.lists(st.tuples(st.integers(0, 40 * HOUR_MS), st.sampled_from(["long", "short"]), st.integers(1, 10**7))))
def test_the_running_sums_are_those_of_the_whole_day(prints: list[tuple[int, str, int]]) -> None:
    tally = LiquidationTally()
    now_ms = 40 * HOUR_MS
    for at_ms, side, usd in prints:
        tally.add("long" if side == "long" else "short", usd, at_ms)
    events = [(at_ms, "long" if side == "long" else "short", float(usd)) for at_ms, side, usd in prints]
    day_long, day_short = closed_within(events, DAY_MS, now_ms)
    assert tally.long_usd(DAY_MS, now_ms) == pytest.approx(day_long)
    assert tally.short_usd(DAY_MS, now_ms) == pytest.approx(day_short)


def test_the_floor_keeps_a_quiet_day_from_making_a_storm_of_one_print() -> None:
    assert acceleration(1e6, 0.0) == pytest.approx(10)
    assert acceleration(0.0, 0.0, 0.0) is None


def _quarters(*totals: float) -> tuple[Deceleration, int]:
    slowing = Deceleration()
    for place, usd in enumerate(totals):
        slowing.add(usd, (place * 15 + 7) * MINUTE_MS)
    return slowing, len(totals) * 15 * MINUTE_MS


@pytest.mark.parametrize(
    ("totals", "slows"),
    [
        ((100, 80, 60, 40), True),
        ((100, 80, 60, 55), False),
        ((100, 80, 85, 40), False),
        ((10, 100, 60, 40), False),
        ((500, 100, 90, 80, 70), True),
    ],
)
def test_it_slows_only_after_three_falls_to_under_half_of_the_peak(totals: tuple[float, ...], slows: bool) -> None:
    slowing, now_ms = _quarters(*totals)
    assert slowing.quarters(now_ms) == tuple(reversed(totals[-4:]))
    assert slowing.slows(now_ms) is slows


def test_a_storm_that_ebbs_away_holds_its_peak_by_the_minute() -> None:
    slowing = Deceleration()
    for place in range(20_000):
        slowing.add(max(1.0, 20_000.0 - place), place * 500)
    assert len(slowing._peak._queue) <= 20_000 / 120 + 1
    assert slowing.slows(20_000 * 500)


def test_a_quiet_day_does_not_slow() -> None:
    assert not Deceleration().slows(DAY_MS)
