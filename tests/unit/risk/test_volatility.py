"""Running volatility and impact equal their formulas on the whole window, whatever came before."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.risk.impact import MinuteImpact, amihud, flow_slope
from desktop.risk.volatility import (
    MINUTES_A_YEAR,
    MinuteVolatility,
    annualised,
    parkinson,
    realised_and_jumps,
)
from desktop.risk.windows import DAY_MS, HOUR_MS, MINUTE_MS

_START = 29_000_000
_MOVES = st.lists(st.integers(-500, 500).map(lambda bps: bps / 1e4), min_size=121, max_size=400)


def _closes(moves: list[float]) -> list[float]:
    closes = [100.0]
    for move in moves:
        closes.append(closes[-1] * math.exp(move))
    return closes


def _filled(closes: list[float]) -> tuple[MinuteVolatility, int]:
    volatility = MinuteVolatility()
    for place, close in enumerate(closes):
        volatility.add((_START + place) * MINUTE_MS, close * 1.01, close * 0.98, close)
    return volatility, (_START + len(closes)) * MINUTE_MS


@settings(max_examples=40, deadline=None)
@given(_MOVES)
def test_running_volatility_is_the_formula_over_the_last_hours(moves: list[float]) -> None:
    closes = _closes(moves)
    volatility, now_ms = _filled(closes)
    returns = [math.log(b / a) for a, b in pairwise(closes)]
    hour = realised_and_jumps(returns[-60:])
    realised = volatility.realised(HOUR_MS, now_ms).value
    assert realised == pytest.approx(math.sqrt(hour.realised / 60 * MINUTES_A_YEAR), rel=1e-9, abs=1e-9)
    expected = realised_and_jumps(returns[-120:]).share
    found = volatility.jump_share(now_ms).value
    assert found == (None if expected is None else pytest.approx(expected, rel=1e-9, abs=1e-9))


def test_range_volatility_is_per_hour_and_equals_the_formula() -> None:
    volatility, now_ms = _filled(_closes([0.001] * 60))
    per_minute = parkinson([101.0], [98.0])
    assert per_minute is not None
    assert volatility.parkinson(HOUR_MS, now_ms).value == pytest.approx(per_minute * math.sqrt(60))
    assert volatility.parkinson(6 * HOUR_MS, now_ms).value is None


def test_a_storm_leaves_nothing_behind_when_its_minutes_have_left() -> None:
    closes = _closes([0.5, -0.5] * 20 + [0.0] * 61)
    volatility, now_ms = _filled(closes)
    assert volatility.realised(HOUR_MS, now_ms).value == 0.0


def test_a_window_warms_to_seventy_percent_and_cools_when_minutes_stop() -> None:
    volatility, now_ms = _filled(_closes([0.001, -0.001] * 21))
    estimate = volatility.realised(HOUR_MS, now_ms)
    assert estimate.value is not None
    assert estimate.as_of_ms == now_ms
    assert volatility.realised(DAY_MS, now_ms).warm == pytest.approx(42 / (0.7 * 1440))
    assert volatility.realised(HOUR_MS, now_ms + 30 * MINUTE_MS).value is None
    assert volatility.realised(HOUR_MS, now_ms + 3 * HOUR_MS).warm == 0.0


def test_there_is_no_return_over_a_hole() -> None:
    volatility = MinuteVolatility()
    for minute in range(100):
        if minute != 50:
            close = 100.0 if minute < 50 else 50.0
            volatility.add(minute * MINUTE_MS, close, close, close)
    assert volatility.realised(HOUR_MS, 100 * MINUTE_MS).value == 0.0
    assert annualised(0.01, 1) == pytest.approx(0.01 * math.sqrt(8760))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(-99, 99), st.integers(-9, 9)), min_size=240, max_size=300))
def test_running_slope_is_the_formula_over_four_hours(rows: list[tuple[int, int]]) -> None:
    impact = MinuteImpact()
    close = 1e4
    impact.add(_START * MINUTE_MS, close, 1.0, 0.0)
    flow, returns, volumes = [], [], []
    for place, (flow_m, bps) in enumerate(rows, 1):
        moved = close * (1 + bps / 1e4)
        flow.append(float(flow_m))
        returns.append((moved / close - 1) * 1e4)
        volumes.append((abs(flow_m) + 1) * 1e6)
        close = moved
        impact.add((_START + place) * MINUTE_MS, close, volumes[-1], flow_m * 1e6)
    now_ms = (_START + len(rows) + 1) * MINUTE_MS
    expected = flow_slope(flow[-240:], returns[-240:])
    found = impact.slope(now_ms)
    assert (found is None) == (expected is None)
    if found is not None and expected is not None:
        assert found.slope == pytest.approx(expected.slope, rel=1e-6, abs=1e-9)
        assert found.r2 == pytest.approx(expected.r2, rel=1e-6, abs=1e-9)
        assert (impact.kyle(now_ms).value is None) == (found.r2 <= 0.05)
    parts = amihud([r / 1e4 for r in returns[-60:]], volumes[-60:])
    assert impact.amihud(now_ms).value == pytest.approx(parts, rel=1e-6)


def test_flow_that_explains_nothing_has_no_slope_to_show() -> None:
    impact = MinuteImpact()
    close = 100.0
    for minute in range(200):
        close *= 1.001 if minute % 2 else 0.999
        impact.add(minute * MINUTE_MS, close, 1e6, 5e5 if minute % 4 < 2 else -5e5)
    now_ms = 200 * MINUTE_MS
    assert impact.slope(now_ms) is not None
    assert impact.kyle(now_ms).value is None
    assert impact.kyle(now_ms).warm == 1.0


def test_a_flow_that_never_varied_has_no_slope() -> None:
    assert flow_slope([0.1] * 50, [1.0, -1.0] * 25) is None
    assert flow_slope([1.0], [1.0]) is None
