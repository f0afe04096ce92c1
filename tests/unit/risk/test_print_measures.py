"""Prints taken second by second say what they say one by one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.market import LiquidatedSide
from desktop.risk.liquidations import closed_within
from desktop.risk.print_measures import Print, PrintMeasures
from desktop.risk.windows import DAY_MS, HOUR_MS, MINUTE_MS

_NOW_MS = 40 * HOUR_MS
_SIDES: st.SearchStrategy[LiquidatedSide] = st.sampled_from(("long", "short"))
_PRINTS = st.lists(
    st.tuples(
        st.integers(_NOW_MS - 2 * HOUR_MS, _NOW_MS),
        st.integers(1, 10**7).map(float),
        _SIDES,
        st.sampled_from(("binance", "bybit")),
        st.sampled_from(("BTCUSDT", "BTCUSDC")),
    ),
    max_size=50,
)


@given(_PRINTS, st.integers(1, 9))
def test_sums_and_counts_do_not_depend_on_how_many_come_at_once(prints: list[Print], at_once: int) -> None:
    single, many = PrintMeasures(), PrintMeasures()
    for one in prints:
        single.take([one])
    for start in range(0, len(prints), at_once):
        many.take(prints[start : start + at_once])
    for measures in (single, many):
        for window_ms in (MINUTE_MS, 5 * MINUTE_MS, HOUR_MS, DAY_MS):
            long_usd, short_usd = closed_within([(at, side, usd) for at, usd, side, *_ in prints], window_ms, _NOW_MS)
            assert measures.tally.long_usd(window_ms, _NOW_MS) == pytest.approx(long_usd)
            assert measures.tally.short_usd(window_ms, _NOW_MS) == pytest.approx(short_usd)
        hour = [usd for at, usd, *_ in prints if at > _NOW_MS - HOUR_MS]
        assert measures.largest.at(HOUR_MS, _NOW_MS).usd == max(hour, default=None)
        minute = [one for one in prints if one[0] > _NOW_MS - MINUTE_MS]
        counted = measures.counter.at(_NOW_MS)
        assert (counted.prints, counted.symbols) == (len(minute), len({one[3:] for one in minute}))
        assert measures.excitation.at(_NOW_MS).prints == len(prints)
        assert measures.slowing.quarters(_NOW_MS) == pytest.approx(single.slowing.quarters(_NOW_MS))


def test_a_venue_crosses_at_the_print_that_passed_its_limit_not_at_the_end_of_its_second() -> None:
    measures = PrintMeasures()
    for venue in ("binance", "bybit"):
        measures.sequence.interest(venue, 1e9)
    start_ms = 40 * HOUR_MS
    prints: list[Print] = [(start_ms + 100 * place, 3e5, "long", "bybit", "BTCUSDT") for place in range(1, 9)]
    prints += [(start_ms + 100 * place, 3e5, "long", "binance", "BTCUSDT") for place in range(5, 10)]
    measures.take(prints)
    found = measures.sequence.at(start_ms + 1_000, {"binance": 100.0, "bybit": 100.0})
    assert (found.venues, found.span_ms, found.ordered) == (("bybit", "binance"), 400, True)


def test_what_is_a_minute_old_has_left_to_the_millisecond() -> None:
    measures = PrintMeasures()
    measures.take([(_NOW_MS + 1, 5.0, "long", "binance", "BTCUSDT"), (_NOW_MS, 7.0, "long", "binance", "BTCUSDT")])
    for later_ms, usd, prints in ((0, 5.0, 1), (1, 0.0, 0)):
        now_ms = _NOW_MS + MINUTE_MS + later_ms
        assert (measures.tally.long_usd(MINUTE_MS, now_ms), measures.counter.at(now_ms).prints) == (usd, prints)


@given(st.lists(st.tuples(st.integers(0, 1_200), st.integers(1, 9)), min_size=1, max_size=80))
def test_venues_pass_their_limits_alike_print_by_print_and_second_by_second(told: list[tuple[int, int]]) -> None:
    single, many = PrintMeasures(), PrintMeasures()
    start_ms = 40 * HOUR_MS
    for measures in (single, many):
        for venue in ("binance", "bybit"):
            measures.sequence.interest(venue, 1e7)
    prints: list[Print] = [
        (start_ms + at * 250, usd * 1e3, "long", ("binance", "bybit")[usd % 2], "BTCUSDT") for at, usd in sorted(told)
    ]
    for one in prints:
        single.take([one])
    many.take(prints)
    now_ms = prints[-1][0]
    assert many.sequence.at(now_ms) == single.sequence.at(now_ms)
