from __future__ import annotations

from desktop.engine.market.sleep_watch import SleepWatch, Slept

NOW = 1_790_000_000_000


def test_looks_a_second_apart_are_no_sleep() -> None:
    watch = SleepWatch(NOW, 5_000)
    assert [watch.looked(NOW + 1_000 * n, 5_000 + 1_000 * n) for n in range(1, 60)] == [None] * 59


def test_utc_went_on_while_the_steady_clock_stood() -> None:
    watch = SleepWatch(NOW, 0)
    assert watch.looked(NOW + 1_000, 1_000) is None
    assert watch.looked(NOW + 3_600_000, 1_900) == Slept(NOW + 1_000, NOW + 3_600_000)
    assert watch.looked(NOW + 3_601_000, 2_900) is None


def test_nobody_looked_while_both_clocks_went_on() -> None:
    watch = SleepWatch(NOW, 0)
    assert watch.looked(NOW + 20_000, 20_000) == Slept(NOW, NOW + 20_000)


def test_a_short_stop_is_no_sleep_and_a_clock_set_back_is_none() -> None:
    watch = SleepWatch(NOW, 0)
    assert watch.looked(NOW + 19_999, 19_999) is None
    assert watch.looked(NOW - 60_000, 20_999) is None
    assert watch.looked(NOW + 20_500, 21_999) is None


def test_the_reason_names_both_ends() -> None:
    assert Slept(NOW, NOW + 3_600_000).words == "this computer slept from 14:13:20 to 15:13:20 UTC"
