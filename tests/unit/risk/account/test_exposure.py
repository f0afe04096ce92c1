"""My exposure and the advice: every row of the table, unknown inputs, and that no line lets the wick test fail."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.position import Holding, Holdings, Position
from desktop.risk.account.advice import Circumstances, advise
from desktop.risk.account.exposure import Standing, stand
from desktop.risk.account.exposure_pool import HoldingFacts, PositionFacts
from desktop.risk.account.maintenance import Schedule, flat
from desktop.risk.account.wick import Shock
from desktop.risk.account.withdrawable import TimeBudget
from desktop.risk.reading import Level

PRICES = {"BTC": 80_000.0, "ETH": 2_500.0, "USDT": 1.0}
BETAS = {"BTC": 1.0, "ETH": 1.5, "USDT": 0.0}
SHOCK = Shock(0.10)
TIERS = flat(0.005)
CALM, WARNING = Circumstances(Level.CALM), Circumstances(Level.WARNING)


@dataclass
class Around:
    """A market of two coins; `tiers` None is a table that was never loaded."""

    tiers: Schedule | None = TIERS
    prices: dict[str, float] = field(default_factory=lambda: PRICES)
    slippage: float | None = 0.001

    def of_position(self, position: Position) -> PositionFacts:
        """Return the facts of a position."""
        mark = self.prices.get(position.coin)
        return PositionFacts(mark, self.tiers, BETAS[position.coin], self.slippage, 0.0001, 0.0005)

    def of_holding(self, holding: Holding) -> HoldingFacts:
        """Return the facts of a holding."""
        return HoldingFacts(self.prices.get(holding.coin), BETAS[holding.coin])


def eth_long(**changes: object) -> Position:
    """Return an isolated long of 38 ETH at 2,500 with 7.9 times leverage."""
    position = Position(
        "bybit",
        "ETHUSDT",
        "ETH",
        1,
        Decimal(38),
        Decimal(2500),
        "isolated",
        "hand",
        0,
        Decimal("7.9"),
        Decimal(12_000),
    )
    return msgspec.structs.replace(position, **changes)


def coins(coin: str, amount: str, *, collateral: bool = False, locked: str = "0") -> Holding:
    """Return a holding on Bybit."""
    return Holding("bybit", coin, Decimal(amount), collateral, "hand", 0, Decimal(locked))


def account(positions: list[Position], holdings: list[Holding]) -> Holdings:
    """Return an account on Bybit."""
    return Holdings("bybit", "main", tuple(positions), tuple(holdings), "hand", 0)


def test_an_eth_long_that_fails_the_wick_is_told_by_how_much_to_shrink() -> None:
    standing = stand(account([eth_long()], [coins("BTC", "0.5915")]), Around(), SHOCK)
    (position,) = standing.positions
    assert position.survives is False
    assert position.distance == pytest.approx(0.12, abs=0.01)
    assert (position.liquidation, position.source) == (position.computed, "computed")
    (cut,) = standing.cuts
    assert Decimal(20) < cut.keep < Decimal(38)
    first, second = advise(standing, WARNING)
    assert (first.kind, first.amount_usd) == ("reduce", None)
    assert f"to {cut.keep}" in first.words
    assert "Do not withdraw" in first.words
    assert (second.kind, second.amount_usd) == ("move_now", Decimal("47320.00"))


def test_the_smaller_size_and_the_added_margin_really_pass() -> None:
    held = account([eth_long()], [])
    standing = stand(held, Around(slippage=None), SHOCK)
    smaller = eth_long(quantity=standing.cuts[0].keep)
    assert stand(account([smaller], []), Around(), SHOCK).survives
    assert standing.margin_to_add is not None
    richer = eth_long(margin=Decimal(12_000) + standing.margin_to_add)
    assert stand(account([richer], []), Around(), SHOCK).survives
    poorer = eth_long(margin=Decimal(12_000) + standing.margin_to_add - 1)
    assert not stand(account([poorer], []), Around(), SHOCK).survives


def test_the_venues_own_price_comes_first_and_the_stricter_one_decides() -> None:
    strict = eth_long(venue_liquidation=Decimal(2_200), margin=Decimal(40_000))
    standing = stand(account([strict], []), Around(), SHOCK)
    (position,) = standing.positions
    assert (position.liquidation, position.source) == (2_200.0, "venue")
    assert position.computed is not None
    assert position.computed < 2_000
    assert "from the venue's" in position.reason
    assert standing.survives is False
    kind = eth_long(venue_liquidation=Decimal(1_000))
    assert stand(account([kind], []), Around(), SHOCK).survives is False


def test_without_tiers_the_venues_price_still_gives_a_verdict_but_no_amount() -> None:
    position = eth_long(venue_liquidation=Decimal(2_300), mode="cross", margin=None)
    standing = stand(account([position], [coins("USDT", "9000", collateral=True)]), Around(tiers=None), SHOCK)
    assert standing.survives is False
    assert standing.cuts == ()
    (line,) = advise(standing, CALM)
    assert line.kind == "reduce"
    assert "unknown: no margin tiers of ETHUSDT" in line.words


def test_a_coin_margined_position_is_judged_by_its_price_and_lets_nothing_out() -> None:
    position = eth_long(symbol="ETHUSD", quantity=Decimal(24), margin=Decimal(6_000))

    class Inverse(Around):
        def of_position(self, position: Position) -> PositionFacts:
            return msgspec.structs.replace(super().of_position(position), inverse=True)

    standing = stand(account([position], [coins("USDT", "500", collateral=True)]), Inverse(), SHOCK)
    (found,) = standing.positions
    assert found.computed == pytest.approx(60_000 * 1.005 / (24 + 2.4))
    assert (found.source, found.survives) == ("computed", False)
    assert "margined in ETH" in found.reason
    assert standing.margin_withdrawable == 0
    assert advise(standing, WARNING)[0].amount_usd is None


def test_what_is_missing_makes_the_advice_unknown() -> None:
    standing = stand(account([eth_long()], []), Around(prices={"BTC": 1.0}), SHOCK)
    assert standing.survives is None
    (line,) = advise(standing, WARNING)
    assert (line.kind, line.amount_usd) == ("unknown", None)
    assert "no mark price of ETH" in line.words
    unpriced = stand(account([], [coins("BTC", "1")]), Around(prices={}), SHOCK)
    assert advise(unpriced, CALM)[0].kind == "unknown"


def _cross(cash: str) -> Standing:
    position = eth_long(mode="cross", margin=None, quantity=Decimal(10))
    return stand(account([position], [coins("USDT", cash, collateral=True)]), Around(), SHOCK)


def test_every_row_of_the_table() -> None:
    free = stand(account([], [coins("BTC", "0.5")]), Around(), SHOCK)
    assert [line.kind for line in advise(free, CALM)] == ["routine"]
    assert [line.kind for line in advise(free, WARNING)] == ["move_now"]
    assert [line.kind for line in advise(free, Circumstances(Level.CALM, venue_critical=True))] == ["move_now"]
    rich, poor, enough = _cross("30000"), _cross("3000"), _cross("4000")
    assert rich.survives
    (only,) = advise(rich, WARNING)
    assert (only.kind, only.amount_usd) == ("move_only", rich.margin_withdrawable)
    assert advise(rich, CALM)[0].kind == "routine"
    assert advise(poor, CALM)[0].kind == "reduce"
    paused = Circumstances(Level.CRITICAL, impaired=True)
    assert advise(poor, paused)[0].kind == "reduce_on_venue"
    assert "limit orders" in advise(poor, paused)[0].words
    assert enough.survives
    assert advise(enough, WARNING)[0].kind == "nothing"
    late = Circumstances(Level.WARNING, budget=TimeBudget(105, False))
    assert advise(rich, late)[0].kind == "reduce_on_venue"


def test_every_line_shows_formula_and_inputs() -> None:
    for line in (*advise(_cross("30000"), WARNING), *advise(_cross("3000"), CALM), *advise(_cross("4000"), CALM)):
        assert line.formula
        assert dict(line.inputs)["wick X"] == "10 %"
        assert line.words.endswith(".")


def test_locked_coins_do_not_leave_and_little_is_left_alone() -> None:
    held = stand(account([], [coins("BTC", "1", locked="0.75")]), Around(), SHOCK)
    assert held.holdings[0].withdrawable_usd == Decimal("20000.00")
    crumbs = stand(account([], [coins("USDT", "99")]), Around(), SHOCK)
    assert advise(crumbs, WARNING)[0].kind == "nothing"
    assert advise(stand(account([], []), Around(), SHOCK), WARNING) == ()


LEVELS = st.sampled_from([None, *Level])
SITUATIONS = st.builds(
    Circumstances,
    level=LEVELS,
    impaired=st.sampled_from([None, False, True]),
    venue_critical=st.booleans(),
    budget=st.sampled_from([None, TimeBudget(105, False), TimeBudget(60, True)]),
)
DECIMALS = st.decimals(min_value=Decimal("0.01"), max_value=50, places=2)


@given(
    st.sampled_from([1, -1]),
    DECIMALS,
    st.sampled_from(["cross", "isolated"]),
    st.decimals(min_value=0, max_value=60_000, places=2),
    st.decimals(min_value=0, max_value=2, places=4),
    st.sampled_from([None, Decimal(1_900), Decimal(2_300), Decimal(2_900)]),
    st.sampled_from([Shock(0.05), Shock(0.1, 0.01), Shock(0.3)]),
    SITUATIONS,
)
def test_no_advice_ever_lets_the_wick_test_fail(
    side: int,
    quantity: Decimal,
    mode: str,
    cash: Decimal,
    bitcoin: Decimal,
    told: Decimal | None,
    shock: Shock,
    now: Circumstances,
) -> None:
    position = eth_long(side=side, quantity=quantity, mode=mode, venue_liquidation=told)
    held = [coins("USDT", str(cash), collateral=True), coins("BTC", str(bitcoin), collateral=True)]
    standing = stand(account([position], held), Around(), shock)
    for line in advise(standing, now):
        if line.amount_usd is not None:
            assert standing.survives
            assert standing.margin_withdrawable is not None
            assert line.amount_usd <= standing.margin_withdrawable
    _leaves_a_passing_account(position, standing, shock)


def _leaves_a_passing_account(position: Position, standing: Standing, shock: Shock) -> None:
    """Take out what was said may leave, of each coin, and test again."""
    left = []
    for one in standing.holdings:
        assert one.withdrawable_usd is not None
        gone = one.withdrawable_usd / Decimal(PRICES[one.holding.coin])
        left.append(msgspec.structs.replace(one.holding, amount=one.holding.amount - gone))
    if sum(one.withdrawable_usd or 0 for one in standing.holdings) > 0:
        again = stand(account([position], left), Around(), shock)
        # The venue's own price would move with the withdrawal; ours is computed anew.
        bare = stand(account([msgspec.structs.replace(position, venue_liquidation=None)], left), Around(), shock)
        assert bare.survives
        assert again.positions[0].survives is not None


def test_more_withdrawn_never_takes_liquidation_farther_away() -> None:
    rooms = [_cross(str(cash)).positions[0].distance for cash in (30_000, 20_000, 10_000, 5_000, 3_000)]
    known = [room for room in rooms if room is not None]
    assert known == sorted(known, reverse=True)
    assert len(known) >= 3


def test_a_cross_account_is_tested_as_one() -> None:
    long = eth_long(mode="cross", margin=None, quantity=Decimal(10))
    short = msgspec.structs.replace(long, symbol="BTCUSDT", coin="BTC", side=-1, entry=Decimal(80_000))
    hedge = msgspec.structs.replace(short, quantity=Decimal("0.46"))
    cash = [coins("USDT", "3000", collateral=True)]
    assert stand(account([long], cash), Around(), SHOCK).survives is False
    assert stand(account([long, hedge], cash), Around(), SHOCK).survives is True
