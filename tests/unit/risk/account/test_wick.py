"""The wick test and what may leave: worked examples, monotonicity, and the rule that no offer fails the test."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.risk.account.collateral import is_stable, stake_of
from desktop.risk.account.liquidation_price import distance
from desktop.risk.account.maintenance import flat
from desktop.risk.account.wick import (
    Exposed,
    Shock,
    Stake,
    StressAccount,
    beta_of,
    isolated_survives,
    joint_wick,
    measured_beta,
    room_after_wick,
    worst_wick,
)
from desktop.risk.account.withdrawable import (
    Costs,
    buffer_usd,
    idle_collateral,
    margin_to_add,
    needed_usd,
    passing_share,
    reduced,
    safe_withdrawal,
    scaled,
    single_withdrawable,
    time_budget,
    without,
)

USD = st.floats(0, 1e6)
SHOCKS = st.builds(Shock, wick=st.sampled_from([0.05, 0.1, 0.2, 0.3]), peg=st.sampled_from([0.0, 0.01]))
STAKES = st.builds(
    Stake,
    value_usd=USD,
    haircut=st.floats(0, 0.3),
    beta=st.floats(1, 2),
    kind=st.sampled_from(["stable", "coin", "staked"]),
)
POSITIONS = st.builds(
    Exposed,
    side=st.sampled_from([1, -1]),
    worth_usd=st.floats(100, 1e6),
    tiers=st.builds(flat, st.floats(0.003, 0.05)),
    beta=st.floats(1, 2),
    fee_rate=st.sampled_from([0.0, 0.0005]),
)
ACCOUNTS = st.builds(
    StressAccount,
    usd=USD,
    stakes=st.lists(STAKES, max_size=2).map(tuple),
    positions=st.lists(POSITIONS, min_size=1, max_size=3).map(tuple),
)
COSTS = st.builds(Costs, slippage=st.floats(0, 0.02), funding=st.floats(-0.002, 0.002), fee=st.floats(0, 0.001))


def test_distance_and_the_strict_test_of_worked_examples() -> None:
    assert distance(70_000, 63_000, 1) == pytest.approx(0.1)
    assert distance(70_000, 77_000, -1) == pytest.approx(0.1)
    assert not isolated_survives(70_000, 63_000, 0.1)
    assert room_after_wick(70_000, 63_000, 0.1) == 0.0
    assert isolated_survives(70_000, 62_999, 0.1)
    assert not isolated_survives(70_000, 77_000, 0.1, side=-1)


def test_withdrawable_idle_and_time_of_worked_examples() -> None:
    found = single_withdrawable((30_000, 0, 0), (1, 70_000, 70_000, 0.005), 0.2, buffer=1_000, free_margin=25_000)
    assert found == (56_000, pytest.approx(14_720))
    bound = single_withdrawable((30_000, 0, 0), (1, 70_000, 70_000, 0.005), 0.2, buffer=1_000, free_margin=9_000)
    assert bound.usd == 9_000
    assert idle_collateral(50_000, 18_000, 2_000) == (30_000, pytest.approx(0.6))
    assert idle_collateral(0, 18_000) == (0, None)
    assert time_budget(10, 30, 15, 45) == (55, False)
    assert not time_budget(10, 20, 15, 45).feasible


def test_correlated_collateral_falls_with_the_position() -> None:
    long = Exposed(1, 70_000, flat(0.005), beta=1.5)
    cash = joint_wick(StressAccount(20_000, (), (long,)), Shock(0.1))
    assert cash.equity_after == pytest.approx(20_000 - 10_500)
    assert cash.maintenance_after == pytest.approx(70_000 * 0.85 * 0.005)
    coins = joint_wick(StressAccount(0, (Stake(20_000, 0.0, 1.5),), (long,)), Shock(0.1))
    assert coins.equity_after == pytest.approx(20_000 * 0.85 - 10_500)


def test_stablecoins_lose_their_peg_and_staked_coins_a_tenth() -> None:
    assert Stake(100.0, kind="stable").counted(Shock(0.3, peg=0.01), -1) == pytest.approx(99)
    assert Stake(100.0, kind="staked").counted(Shock(0.1), -1) == pytest.approx(81)
    assert stake_of("USDC", 5.0, beta=1.5).kind == "stable"
    assert stake_of("STETH", 5.0, beta=1.5).kind == "staked"
    assert stake_of("SOL", 5.0, beta=1.5).haircut == 0.15
    assert is_stable("USDT")


def test_a_short_dies_in_a_rise() -> None:
    short = StressAccount(8_000, (), (Exposed(-1, 80_000, flat(0.005)),))
    assert joint_wick(short, Shock(0.1), -1).survives
    assert not worst_wick(short, Shock(0.1)).survives


def test_equal_is_liquidated() -> None:
    assert not joint_wick(StressAccount(100.0, (), (Exposed(1, 1_000, flat(0.0)),)), Shock(0.1)).survives
    assert joint_wick(StressAccount(0.0), Shock(0.1)).survives


def test_beta_is_measured_over_enough_days_and_never_below_one() -> None:
    market = [0.01 * (-1) ** day for day in range(90)]
    assert measured_beta([2 * step for step in market], market) == pytest.approx(2)
    assert measured_beta([0.1 * step for step in market], market) == 1.0
    assert measured_beta(market[:20], market[:20]) is None
    assert measured_beta([0.0] * 90, [0.0] * 90) is None
    assert (beta_of("BTC", 3.0), beta_of("ETH"), beta_of("ETH", 1.2)) == (1.0, 1.5, 1.2)


@given(ACCOUNTS, SHOCKS, COSTS, USD)
def test_no_withdrawal_offered_fails_the_test(
    account: StressAccount, shock: Shock, costs: Costs, free_usd: float
) -> None:
    for kind in (None, *account.stakes):
        most = free_usd if kind is None else min(free_usd, kind.value_usd)
        offered = safe_withdrawal(account, shock, buffer=buffer_usd(account, costs), free_usd=most, kind=kind)
        assert 0 <= offered <= Decimal(most)
        if offered > 0:
            assert worst_wick(account, shock).survives
            assert worst_wick(without(account, float(offered), kind), shock).survives


@given(ACCOUNTS, SHOCKS, USD)
def test_nothing_may_leave_an_account_that_fails(account: StressAccount, shock: Shock, free_usd: float) -> None:
    if not worst_wick(account, shock).survives:
        assert safe_withdrawal(account, shock, buffer=0.0, free_usd=free_usd) == 0


@given(ACCOUNTS, SHOCKS, USD)
def test_more_withdrawn_never_leaves_more_room(account: StressAccount, shock: Shock, usd: float) -> None:
    assert worst_wick(without(account, usd), shock).slack <= worst_wick(account, shock).slack


@given(ACCOUNTS, st.floats(0.01, 0.3), st.floats(1, 3))
def test_a_harder_wick_never_leaves_more_room(account: StressAccount, wick: float, more: float) -> None:
    hard = worst_wick(account, Shock(min(0.5, wick * more))).slack
    assert hard <= worst_wick(account, Shock(wick)).slack + 1e-6


@given(ACCOUNTS, SHOCKS, COSTS, USD, USD)
def test_a_larger_buffer_never_lets_more_out(
    account: StressAccount, shock: Shock, costs: Costs, free_usd: float, more: float
) -> None:
    buffer = buffer_usd(account, costs)
    small = safe_withdrawal(account, shock, buffer=buffer, free_usd=free_usd)
    assert safe_withdrawal(account, shock, buffer=buffer + more, free_usd=free_usd) <= small


@given(ACCOUNTS, SHOCKS, COSTS)
def test_the_smaller_size_passes_and_so_does_the_margin_to_add(
    account: StressAccount, shock: Shock, costs: Costs
) -> None:
    share = passing_share(account, shock, costs)
    if share is None:
        assert not worst_wick(account, shock).survives
    elif share < 1:
        assert worst_wick(scaled(account, share, costs.share), shock).survives
        assert not worst_wick(scaled(account, min(1.0, share * 1.01 + 1e-6), costs.share), shock).survives
    added = margin_to_add(account, shock)
    assert worst_wick(without(account, -float(added)), shock).survives
    assert (added == 0) == worst_wick(account, shock).survives


@given(ACCOUNTS, SHOCKS, COSTS)
def test_what_is_needed_and_what_may_leave_are_two_sides_of_one_sum(
    account: StressAccount, shock: Shock, costs: Costs
) -> None:
    buffer = buffer_usd(account, costs)
    outcome = worst_wick(account, shock)
    needed = needed_usd(account, shock, buffer=buffer)
    free = float(safe_withdrawal(account, shock, buffer=buffer, free_usd=1e9))
    if free > 0:
        assert needed + free == pytest.approx(max(outcome.equity_before, free), abs=0.02)


def test_a_size_is_rounded_down_to_the_step() -> None:
    assert reduced(Decimal("2.5"), 0.7777, Decimal("0.01")) == Decimal("1.94")
    assert reduced(Decimal("2.5"), 1.0, Decimal("0.01")) == Decimal("2.5")
    assert reduced(Decimal("2.5"), 0.0, Decimal("0.01")) == 0
