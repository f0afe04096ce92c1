"""The forms of numbers, ages and levels."""

from __future__ import annotations

import pytest

from desktop.alerts.incidents import Factor
from desktop.risk.reading import Level
from desktop.ui import wording


@pytest.mark.parametrize(
    ("usd", "words"),
    [
        (1.234e9, "$1.23B"),
        (12.34e9, "$12.3B"),
        (788e6, "$788M"),
        (35_312_204, "$35.3M"),
        (4_500, "$4.5K"),
        (999_999, "$1.0M"),
        (12, "$12"),
        (-4_500, "−$4.5K"),
    ],
)
def test_dollars_are_said_in_three_figures(usd: float, words: str) -> None:
    assert wording.dollars(usd) == words


@pytest.mark.parametrize(
    ("fraction", "words"),
    [
        (0.0041, "0.41 %"),
        (-0.031, "−3.1 %"),
        (0.00004, "0.0040 %"),
        (0.0000045, "0.00045 %"),
        (1.0, "100 %"),
        (0.0, "0.00 %"),
    ],
)
def test_small_percentages_keep_two_digits_that_mean_something(fraction: float, words: str) -> None:
    assert wording.percent(fraction) == words


def test_a_small_loss_is_not_written_as_minus_zero() -> None:
    assert wording.percent(-0.00001, 2) == "0.00 %"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (81_480.4, "81,480"),
        (108.4, "108.40"),
        (1.632, "1.632"),
        (0.1082, "0.1082"),
        (0.00001234, "0.00001234"),
        (0.000999, "0.0009990"),
        (0.0082, "0.008200"),
        (0.0, "0.000000"),
        (float("nan"), "unknown"),
    ],
)
def test_prices_have_the_digits_their_size_asks_for(value: float, words: str) -> None:
    assert wording.price(value) == words


@pytest.mark.parametrize(
    ("ms", "words"),
    [(0, "0.1 s"), (300, "0.3 s"), (3_000, "3 s"), (14_200, "14 s"), (600_000, "10 min"), (3 * 3_600_000, "3 h")],
)
def test_ages_are_short(ms: int, words: str) -> None:
    assert wording.age(ms) == words


def test_funding_is_per_eight_hours_with_its_yearly_rate() -> None:
    assert wording.funding(0.000031) == "+0.0031 %"
    assert wording.funding(-0.00016) == "−0.0160 %"
    assert wording.yearly(0.000031) == "3.4 %"


def test_a_percentile_at_the_edge_claims_no_more_than_is_known() -> None:
    assert wording.percentile(0.992) == "99.2 pct"
    assert wording.percentile(1.0) == "> 99.9 pct"
    assert wording.percentile(0.0) == "< 0.1 pct"


def test_calm_is_never_called_all_clear() -> None:
    assert wording.level_word(Level.CALM) == "Risk lower"


def test_a_threshold_says_on_which_side_it_counts() -> None:
    low = Factor("LOW_BREAK_24H", -0.002, 0.0, 0.3, "fraction")
    share = Factor("LIQ_INT_1H", 0.004, 0.0033, 0.4, "fraction of OI")
    assert wording.factor_threshold(low) == "below 0"
    assert wording.factor_threshold(share) == "from 0.33 %"


def test_hidden_amounts_keep_their_coins() -> None:
    assert wording.amounts({"BTC": "0.5", "ETH": "4"}, hidden=True) == "••• BTC · ••• ETH"
