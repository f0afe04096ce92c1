"""Events after the fact, what was left of them, and scores beside plain signals and random alarms."""

from __future__ import annotations

import msgspec
import pytest

from desktop.alerts.backtest_report import scores
from desktop.alerts.cascade_events import cascade_events, is_flash, left_at
from desktop.alerts.plain_signals import interest_fell, liquidated_over, near_week_low, price_fell
from desktop.domain.market import HourBar
from desktop.risk.windows import HOUR_MS

_T0 = 1_764_547_200_000


def _hour(n: int, low: float = 100.0, close: float = 100.0, longs: float | None = 0.0, oi: float = 1e9) -> HourBar:
    return HourBar(_T0 + n * HOUR_MS, 100.0, 101.0, low, close, long_usd=longs, short_usd=0.0, oi_usd=oi)


def _cascade(at: int, count: int = 60) -> list[HourBar]:
    """Return calm hours with one event: 1 M, 2 M, 6 M, 3 M of longs, a low of 96 in its third hour."""
    shape = {0: (99.0, 99.2, 1e6), 1: (98.0, 98.5, 2e6), 2: (96.0, 97.0, 6e6), 3: (96.8, 98.0, 3e6)}
    return [
        _hour(n, *shape[n - at]) if n - at in shape else _hour(n, 99.9, 98.0 if n > at + 3 else 100.0)
        for n in range(count)
    ]


def test_an_event_begins_with_the_first_hour_of_a_quarter_of_the_largest() -> None:
    for kind in ("moderate", "severe"):
        (event,) = cascade_events(_cascade(30), kind)
        assert (event.onset_ms - _T0) // HOUR_MS == 31, "1 M is under a quarter of 6 M, 2 M is not"
        assert (event.price_before, event.low, (event.low_ms - _T0) // HOUR_MS) == (99.2, 96.0, 32)
        assert event.long_usd == 11e6
        assert event.flash is None


def test_bounds_of_liquidations_and_fall_are_both_needed_and_holes_make_no_event() -> None:
    bars = _cascade(30)
    assert cascade_events([_hour_with(bar, oi_usd=2.6e9) for bar in bars], "moderate") == ()
    shallow = [_hour_with(bar, low=max(bar.low, 98.2)) for bar in bars]
    assert cascade_events(shallow, "moderate") == ()
    assert cascade_events(bars[:31] + bars[33:], "moderate") == ()
    assert cascade_events([_hour_with(bar, long_usd=None) for bar in bars], "moderate") == ()


def _hour_with(bar: HourBar, **fields: float | None) -> HourBar:
    return msgspec.structs.replace(bar, **fields)


def test_events_lie_twelve_hours_apart() -> None:
    first, second = _cascade(20, 28), _cascade(8, 40)
    shifted = [_hour_with(bar, open_ms=bar.open_ms + 28 * HOUR_MS) for bar in second]
    assert len(cascade_events(first + shifted, "moderate")) == 2
    close = [_hour_with(bar, open_ms=bar.open_ms + 28 * HOUR_MS) for bar in _cascade(1, 40)]
    assert len(cascade_events(first + close, "moderate")) == 1


@pytest.mark.parametrize(
    ("known_h", "drop", "liquidations", "hours"),
    [(25, 1.0, 1.0, 7.0), (32, 2.5 / 3.2, 9 / 11, 0.0), (33, 0.2 / 3.2, 3 / 11, 0.0), (40, 0.0, 0.0, 0.0)],
)
def test_what_was_left_is_measured_from_the_close_at_which_it_was_known(
    known_h: int, drop: float, liquidations: float, hours: float
) -> None:
    bars = _cascade(30)
    (event,) = cascade_events(bars, "moderate")
    left = left_at(event, _T0 + known_h * HOUR_MS, bars)
    assert (left.drop, left.liquidations, left.hours_to_low) == (
        pytest.approx(drop),
        pytest.approx(liquidations),
        hours,
    )


def test_a_flash_has_most_of_its_fall_within_a_quarter_of_an_hour() -> None:
    minute = 60_000
    slow = [(n * minute, 100.0 - n / 10) for n in range(61)]
    fast = [(n * minute, 100.0 if n < 30 else 94.5) for n in range(61)]
    assert not is_flash(slow, 100.0, 94.0)
    assert is_flash(fast, 100.0, 94.5)
    assert is_flash([(0, 94.0)], 100.0, 94.0)
    assert not is_flash([], 100.0, 94.0)


def test_plain_signals_hold_where_they_say() -> None:
    bars = _cascade(30)
    hours = {
        name: [(at_ms - _T0) // HOUR_MS - 1 for at_ms in signal(bars)]
        for name, signal in (
            ("usd", liquidated_over(2.5e6)),
            ("price", price_fell(0.015)),
            ("low", near_week_low(0.005)),
        )
    }
    assert hours["usd"] == [32, 33]
    assert hours["price"] == [32, 33]
    assert hours["low"] == []
    flushed = [_hour_with(bar, oi_usd=1e9 if n < 30 else 0.98e9) for n, bar in enumerate(bars)]
    assert [(at_ms - _T0) // HOUR_MS - 1 for at_ms in interest_fell(0.015)(flushed)] == [30, 31, 32, 33]


def test_scores_count_alarms_after_cooling_down_and_give_wilson_s_interval() -> None:
    bars = _cascade(30)
    alarms = [_T0 + hour * HOUR_MS for hour in (33, 34, 50)]
    rows = {(s.event, s.mode, s.signal): s for s in scores("mine", alarms, bars)}
    mine = rows["moderate", "detect", "mine"]
    assert (mine.events, mine.alarms, mine.precision, mine.recall) == (1, 2, 0.5, 1.0)
    assert (mine.precision_low, mine.precision_high) == (
        pytest.approx(0.0945, abs=1e-3),
        pytest.approx(0.9055, abs=1e-3),
    )
    assert mine.median_lead_h == -2.0
    assert mine.drop_left == pytest.approx(0.2 / 3.2, abs=1e-3)
    ahead = rows["moderate", "predict", "mine"]
    assert (ahead.precision, ahead.recall) == (0.0, 0.0)
    assert {signal for _, _, signal in rows} >= {"mine", "random", "return 4 h < -1.5 %"}


def test_random_alarms_are_the_same_for_the_same_bars_and_as_many_as_the_rule_s() -> None:
    bars = _cascade(30)
    alarms = [_T0 + hour * HOUR_MS for hour in (10, 20, 33)]
    runs = [[s for s in scores("mine", alarms, bars) if s.signal == "random"] for _ in range(2)]
    assert runs[0] == runs[1]
    assert {s.alarms for s in runs[0]} == {3}
    predicted = next(s for s in runs[0] if (s.event, s.mode) == ("moderate", "predict"))
    # 24 of the 60 closes lie within the day before the onset.
    assert predicted.precision == pytest.approx(24 / 60, abs=0.08)


def test_without_events_or_alarms_nothing_is_divided() -> None:
    calm = [_hour(n) for n in range(60)]
    rows = list(scores("mine", [], calm))
    assert {s.recall for s in rows} == {None}
    assert {s.precision for s in rows if s.signal == "mine"} == {None}
