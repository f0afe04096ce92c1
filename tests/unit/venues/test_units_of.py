"""Coins into units of a contract: the quick way and the exact one agree."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from desktop.venues.wire import units_of


@given(st.decimals("0.000000000001", "1e20", allow_nan=False, places=12))
def test_a_contract_of_one_coin_counts_coins(coins: Decimal) -> None:
    text = format(coins, "f")
    assert units_of(text, Decimal(1)) == float(Decimal(text) / Decimal(1))


def test_a_contract_of_a_thousand_coins_is_a_thousandth() -> None:
    assert units_of("2500", Decimal(1000)) == 2.5


def test_more_digits_than_a_division_keeps_are_divided() -> None:
    text = "0." + "1" * 38
    assert units_of(text, Decimal(1)) == float(Decimal(text) / Decimal(1))
