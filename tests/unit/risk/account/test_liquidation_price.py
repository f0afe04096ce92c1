"""Liquidation prices: worked examples of each venue, and that equity equals maintenance at every one of them."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from desktop.risk.account import liquidation_price as lp
from desktop.risk.account.account_margin import MovingAccount, TieredLeg, liquidation_bounds
from desktop.risk.account.liquidation_price import BybitIsolated, Leg
from desktop.risk.account.maintenance import Schedule, by_leverage, flat

SIDES = st.sampled_from([1, -1])
RATES = st.floats(0.002, 0.05)
TIERS = Schedule((0.0, 50_000.0, 250_000.0), (0.004, 0.005, 0.01), (0.0, 50.0, 1300.0))


def test_binance_of_worked_examples() -> None:
    long, short = Leg(1, 1, 80_000, 0.005, 50), Leg(-1, 1, 80_000, 0.005, 50)
    assert lp.binance(8_000, [long]) == pytest.approx(72311.55778894472)
    assert lp.binance(8_000, [short]) == pytest.approx(87611.94029850746)


def test_a_price_that_cannot_happen_is_none_and_the_raw_root_is_kept() -> None:
    covered = [Leg(1, 1, 80_000, 0.005, 50)]
    assert lp.binance(200_000, covered) is None
    assert lp.binance_raw(200_000, covered) == pytest.approx(-120653.26633165829)


def test_the_step_is_that_of_the_worth_at_the_liquidation_price() -> None:
    found = lp.binance_tiers(30_000, 1, 4, 70_000, TIERS)
    assert found.price == pytest.approx(62803.030303030304)
    assert (found.step, found.at_entry_step) == (3, None)
    lower = lp.binance_tiers(34_000, 1, 4, 70_000, TIERS)
    assert lower.step == 2
    assert lower.at_entry_step is not None


def test_bybit_names_two_conventions_that_differ() -> None:
    position = BybitIsolated(1, 1, 80_000, 10, 0.005)
    assert lp.bybit_isolated_entry_value(position) == pytest.approx(72_400)
    assert lp.bybit_isolated_mark_value(position) == pytest.approx(72361.80904522612)


def test_bybit_account_is_liquidated_at_a_hundred_per_cent() -> None:
    account = lp.bybit_account_margin(10_000, -6_000, [2_500, 1_400])
    assert account == (4_000, pytest.approx(0.975), False)
    assert lp.bybit_account_margin(10_000, -6_000, [2_600, 1_400]).liquidated
    assert lp.bybit_account_margin(1_000, -6_000, [2_600]) == (-5_000, None, True)


def test_okx_hyperliquid_and_inverse_of_worked_examples() -> None:
    assert lp.okx_isolated(-1, 1, 80_000, 8_000, 0.004, 0.0005) == pytest.approx(87605.77401692384)
    assert lp.hyperliquid(1, 1, 80_000, 8_000, 0, by_leverage([(0, 40)])) == pytest.approx(72911.39240506329)
    assert lp.inverse(1, 60_000, 50_000, 0.12, 0.005) == pytest.approx(45681.818181818184)
    assert lp.inverse(-1, 60_000, 50_000, 1.3, 0.005) is None


def test_hyperliquid_tiers_have_marginal_deductions() -> None:
    tiers = by_leverage([(0, 40), (150e6, 20)])
    assert tiers.deductions == (0.0, 1_875_000.0)
    assert tiers.maintenance(200e6) == 3_125_000.0


def test_coins_as_collateral_bring_the_price_nearer_than_their_cash() -> None:
    coins = lp.coin_collateral(0, 0.2, 0.05, 1, 70_000, 0.005)
    cash = lp.coin_collateral(0.2 * 70_000 * 0.95, 0, 0, 1, 70_000, 0.005)
    assert coins == pytest.approx(59_072, abs=1)
    assert cash == pytest.approx(56_985, abs=1)
    assert lp.coin_collateral(0, 1.2, 0.0, 1, 70_000, 0.005, side=-1) is None


@given(SIDES, st.floats(0.01, 50), st.floats(10, 1e5), RATES, st.floats(0.02, 0.9))
def test_equity_is_maintenance_at_the_price_of_binance(
    side: int, quantity: float, entry: float, rate: float, share: float
) -> None:
    wallet = quantity * entry * share
    price = lp.binance(wallet, [Leg(side, quantity, entry, rate)])
    assume(price is not None)
    assert price is not None
    equity = wallet + side * quantity * (price - entry)
    assert equity == pytest.approx(rate * quantity * price, rel=1e-9, abs=1e-6 * wallet)


@given(SIDES, st.floats(0.1, 20), st.floats(0.02, 0.9))
def test_the_fixed_point_over_tiers_is_the_root_of_bisection(side: int, quantity: float, share: float) -> None:
    entry = 70_000.0
    wallet = quantity * entry * share
    assume(wallet > 1.01 * TIERS.maintenance(quantity * entry))
    found = lp.binance_tiers(wallet, side, quantity, entry, TIERS).price
    bounds = liquidation_bounds(MovingAccount(wallet, (TieredLeg(side, quantity, entry, TIERS),)), entry)
    assert found == pytest.approx(bounds.below if side > 0 else bounds.above)


@given(SIDES, st.floats(0.1, 5), RATES, st.floats(0.0001, 0.001), st.floats(0.06, 0.5))
def test_closed_forms_agree_with_the_search(
    side: int, quantity: float, rate: float, fee: float, share: float
) -> None:
    entry, margin = 80_000.0, 80_000.0 * quantity * share
    okx = lp.okx_isolated(side, quantity, entry, margin, rate, fee)
    bybit = lp.bybit_isolated_mark_value(BybitIsolated(side, quantity, entry, 1 / share, rate, fee_rate=fee))
    account = MovingAccount(margin, (TieredLeg(side, quantity, entry, flat(rate), fee),))
    bounds = liquidation_bounds(account, entry)
    assert okx == pytest.approx(bounds.below if side > 0 else bounds.above)
    assert bybit == pytest.approx(okx)


@given(st.floats(0, 50_000), st.floats(0, 0.6), st.floats(0, 0.3), RATES)
def test_coin_collateral_agrees_with_the_search(usd: float, coins: float, haircut: float, rate: float) -> None:
    account = MovingAccount(usd, (TieredLeg(1, 1, 70_000, flat(rate)),), coins, haircut)
    assume(account.sound(70_000.0))
    found = lp.coin_collateral(usd, coins, haircut, 1, 70_000, rate)
    assert found == pytest.approx(liquidation_bounds(account, 70_000.0).below)


@given(SIDES, st.floats(1_000, 30_000), st.floats(0, 20_000))
def test_more_margin_never_brings_the_price_nearer(side: int, wallet: float, more: float) -> None:
    less = lp.binance_tiers(wallet, side, 3, 70_000, TIERS).price
    rich = lp.binance_tiers(wallet + more, side, 3, 70_000, TIERS).price
    if less is None:
        assert rich is None
    elif rich is not None:
        assert side * rich <= side * less + 1e-6


def test_an_account_that_is_not_sound_now_is_liquidated_at_the_mark() -> None:
    account = MovingAccount(100, (TieredLeg(1, 1, 70_000, flat(0.005)),))
    assert liquidation_bounds(account, 70_000) == (70_000, 70_000)


def test_a_hedged_account_can_be_liquidated_on_both_sides() -> None:
    legs = (TieredLeg(1, 1, 70_000, flat(0.01)), TieredLeg(-1, 1, 71_000, flat(0.01)))
    bounds = liquidation_bounds(MovingAccount(2_000, legs), 70_000)
    assert bounds.below is None
    assert bounds.above == pytest.approx(150_000)
