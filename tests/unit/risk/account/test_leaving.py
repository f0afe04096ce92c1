"""What a withdrawal does to open positions: prices that move, prices that do not, and nothing safe that fails."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from desktop.domain.position import Holdings, Position
from desktop.risk.account.exposure import stand
from desktop.risk.account.leaving import Leaving, leaving
from desktop.risk.account.wick import Shock
from tests.unit.risk.account.test_exposure import SHOCK, Around, account, coins, eth_long

MMR, HAIRCUT = 0.005, 0.05


def btc(side: int = 1, quantity: str = "1", entry: str = "80000", **changes: object) -> Position:
    """Return a cross position in bitcoin, without a fee in its maintenance."""
    return eth_long(
        venue="binance",
        symbol="BTCUSDT",
        coin="BTC",
        side=side,
        quantity=Decimal(quantity),
        entry=Decimal(entry),
        mode="cross",
        margin=None,
        leverage=None,
        **changes,
    )


def asked(positions: list[Position], holdings: list[object], coin: str, amount: str, **changes: object) -> Leaving:
    return leaving(account(positions, holdings), Around(), SHOCK, coin, Decimal(amount), **changes)  # type: ignore[arg-type]


def usdt(amount: str, **changes: object) -> object:
    return coins("USDT", amount, collateral=True, **changes)  # type: ignore[arg-type]


def test_without_a_position_nothing_is_touched() -> None:
    found = asked([], [coins("BTC", "1")], "BTC", "0.5")
    assert (found.effect, found.shifts, found.most, found.fails) == ("none", (), None, False)


def test_coins_beside_the_margin_move_no_price() -> None:
    found = asked([eth_long()], [coins("BTC", "0.5915")], "BTC", "0.5")
    (shift,) = found.shifts
    assert found.effect == "beside"
    assert not found.fails
    assert found.survives is False, "the long fails as it stands, and coins beside it change nothing"
    assert shift.before == shift.after
    assert shift.distance_after == pytest.approx(0.12, abs=0.01)


@pytest.mark.parametrize(("side", "told"), [(1, "64000"), (-1, "96000")])
def test_the_venues_own_price_moves_as_the_closed_form_says(side: int, told: str) -> None:
    position = btc(side, venue_liquidation=Decimal(told))
    found = asked([position], [usdt("20000")], "USDT", "2000")
    (shift,) = found.shifts
    assert (shift.before, shift.told) == (float(told), True)
    assert shift.after == pytest.approx(float(told) + side * 2000 / (1 - side * MMR), rel=1e-9)
    assert shift.distance_after is not None
    assert shift.distance_before is not None
    assert 0 < shift.distance_after < shift.distance_before


def test_collateral_in_the_positions_own_coin_is_weighed_with_its_haircut() -> None:
    holdings = [coins("BTC", "0.5", collateral=True)]
    found = asked([btc()], holdings, "BTC", "0.1")
    (shift,) = found.shifts
    bare = asked([btc()], [coins("BTC", "0.4", collateral=True)], "BTC", "0").shifts[0]
    assert shift.after == pytest.approx(bare.before, rel=1e-9)
    assert shift.before is not None
    assert shift.before < shift.after
    assert HAIRCUT > 0


def test_what_lies_beside_goes_first() -> None:
    holdings = [coins("USDT", "3000"), usdt("20000")]
    assert asked([btc()], holdings, "USDT", "3000").effect == "beside"
    touched = asked([btc()], holdings, "USDT", "3500")
    assert touched.effect == "margin"
    alone = asked([btc()], [usdt("20000")], "USDT", "500")
    assert touched.shifts[0].after == alone.shifts[0].after
    assert touched.most == 3000 + alone.most  # type: ignore[operator]


def test_a_withdrawal_that_fails_the_wick_is_named_with_the_most_that_does_not() -> None:
    found = asked([btc()], [usdt("20000")], "USDT", "15000")
    assert found.fails
    assert found.survives is True
    assert found.survives_after is False
    assert found.most is not None
    assert 0 < found.most < 15000
    assert not asked([btc()], [usdt("20000")], "USDT", str(found.most)).fails


def test_a_margin_that_fails_already_lets_no_collateral_go() -> None:
    found = asked([btc()], [usdt("6000"), coins("USDT", "100")], "USDT", "200")
    assert found.fails
    assert found.survives is False
    assert found.most == 100
    assert found.shifts[0].after > found.shifts[0].before  # type: ignore[operator]


def test_an_isolated_position_that_fails_holds_the_collateral_back() -> None:
    found = asked([btc(), eth_long()], [usdt("50000")], "USDT", "10")
    assert found.fails
    assert found.most == 0
    (cross, isolated) = found.shifts
    assert isolated.before == isolated.after
    assert cross.before != cross.after


def test_coins_that_are_not_known_there_make_it_unknown() -> None:
    found = asked([btc()], [usdt("20000")], "BTC", "0.1")
    assert (found.effect, found.most, found.survives_after) == ("unknown", None, None)
    assert "BTC is not among" in found.reason
    assert found.shifts[0].before is not None
    assert found.shifts[0].after is None


def test_more_than_is_known_there_is_unknown() -> None:
    assert asked([btc()], [usdt("20000")], "USDT", "20001").effect == "unknown"


def test_a_missing_table_makes_collateral_unknown_and_says_so() -> None:
    found = leaving(account([btc()], [usdt("20000")]), Around(tiers=None), SHOCK, "USDT", Decimal(10))  # type: ignore[list-item]
    assert found.effect == "unknown"
    assert "no margin tiers of BTCUSDT" in found.reason
    assert not found.fails


def test_a_failing_price_of_the_venue_holds_collateral_back_even_without_a_table() -> None:
    position = btc(venue_liquidation=Decimal(79_000))
    found = leaving(account([position], [usdt("20000")]), Around(tiers=None), SHOCK, "USDT", Decimal(10))  # type: ignore[list-item]
    assert found.fails
    assert found.most == 0


def test_a_wallet_apart_from_the_margin_touches_nothing() -> None:
    own = Holdings("binance", "key", (btc(),), (usdt("20000"),), "key", 7)  # type: ignore[arg-type]
    found = leaving(own, Around(), SHOCK, "BTC", Decimal("0.1"), apart=Decimal("0.5"))
    assert (found.effect, found.seen_ms, found.by_hand) == ("beside", 7, False)
    assert leaving(own, Around(), SHOCK, "USDT", Decimal(19_000), apart=Decimal(19_000)).effect == "beside"
    by_hand = leaving(
        account([btc()], [usdt("20000")]), Around(), SHOCK, "USDT", Decimal(19_000), apart=Decimal(19_000)
    )  # type: ignore[list-item]
    assert by_hand.fails, "what a person calls collateral is collateral"


@given(
    st.sampled_from((1, -1)),
    st.integers(2_000, 90_000),
    st.floats(0.0, 0.6),
    st.booleans(),
    st.floats(0.02, 0.3),
)
def test_the_most_never_fails_and_never_exceeds_what_the_panel_names(
    side: int, cash: int, locked: float, told: bool, wick: float
) -> None:
    shock = Shock(wick, 0.01)
    bare = account([btc(side)], [usdt(str(cash), locked=str(round(cash * locked, 2)))])  # type: ignore[list-item]
    price = stand(bare, Around(), shock).positions[0].computed
    assume(price is not None)
    nearer = (80_000 + 3 * price) / 4  # type: ignore[operator]
    position = btc(side, venue_liquidation=Decimal(round(nearer, 2)) if told else None)
    own = account([position], list(bare.holdings))
    standing = stand(own, Around(), shock)
    most = leaving(own, Around(), shock, "USDT", Decimal(0)).most
    assert most is not None
    assert 0 <= most <= Decimal(cash)
    assert not leaving(own, Around(), shock, "USDT", most).fails
    if standing.margin_withdrawable is not None:
        assert most <= standing.margin_withdrawable + Decimal("0.01")
