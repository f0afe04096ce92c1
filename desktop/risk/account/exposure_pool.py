"""What is margined together on a venue: the cross account with its collateral, and each isolated position alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from desktop.domain.position import Holding, Holdings, Position
from desktop.risk.account.account_margin import MovingAccount, TieredLeg, liquidation_bounds
from desktop.risk.account.collateral import stake_of
from desktop.risk.account.liquidation_price import inverse
from desktop.risk.account.maintenance import Schedule
from desktop.risk.account.wick import Exposed, Stake, StressAccount
from desktop.risk.account.withdrawable import Costs, without

_FEE_IN_MAINTENANCE: Final = frozenset({"okx", "bybit"})
"""Venues that count the fee of closing as part of what must remain."""


class PositionFacts(msgspec.Struct, frozen=True):
    """What surrounds a position: its mark in USD per coin, tiers, beta, and costs of closing as fractions.

    `slippage` None: the book is not known, and the buffer goes without it. `funding` is of one settlement. `inverse`
    contracts count in USD and are margined in the coin: they have a price of ours, but no account to test.
    """

    mark: float | None
    tiers: Schedule | None
    beta: float = 1.0
    slippage: float | None = None
    funding: float = 0.0
    fee_rate: float = 0.0
    inverse: bool = False


class HoldingFacts(msgspec.Struct, frozen=True):
    """What surrounds a holding: its price in USD, beta, and the venue's haircut (None: assumed)."""

    price: float | None
    beta: float = 1.0
    haircut: float | None = None


class Pool(msgspec.Struct, frozen=True):
    """A margin: its positions with their surroundings, our liquidation prices, and the account for the wick test.

    `account` is None while something is `missing`. `equity_usd` is what the margin is worth now. `along` is a cross
    margin along the price of each position's coin.
    """

    positions: tuple[Position, ...]
    facts: tuple[PositionFacts, ...]
    computed: tuple[float | None, ...]
    account: StressAccount | None
    costs: Costs
    equity_usd: float | None
    missing: tuple[str, ...]
    stakes: dict[str, Stake] = {}
    along: tuple[MovingAccount, ...] = ()

    def stake(self, coin: str) -> Stake | None:
        """Return the collateral of this coin in the account."""
        return self.stakes.get(coin)

    def without(self, usd: float, kind: Stake | None) -> Pool:
        """Return the margin after so much has left it."""
        if self.account is None:
            return self
        return msgspec.structs.replace(self, account=without(self.account, usd, kind))


def pools_of(
    holdings: Holdings,
    of_position: Callable[[Position], PositionFacts],
    of_holding: Callable[[Holding], HoldingFacts],
) -> tuple[Pool, ...]:
    """Return the cross margin of the account (first, also when it has no position) and every isolated one."""
    cross = [one for one in holdings.positions if one.mode == "cross"]
    collateral = [(one, of_holding(one)) for one in holdings.holdings if one.collateral]
    alone = (one for one in holdings.positions if one.mode == "isolated")
    return (
        _cross(cross, [of_position(one) for one in cross], collateral),
        *(_isolated(one, of_position(one)) for one in alone),
    )


# --- the two kinds ----------------------------------------------------------------------------------------------


def _isolated(position: Position, facts: PositionFacts) -> Pool:
    margin = _margin(position)
    missing = _missing(position, facts)
    if margin is None:
        missing.append(f"no margin of {position.symbol}")
    if missing or margin is None or facts.mark is None:
        computed = _inverse(position, facts, margin)
        return Pool((position,), (facts,), (computed,), None, _costs([position], [facts]), None, tuple(missing))
    moving = MovingAccount(margin, (_leg(position, facts),))
    correction = _too_kind(moving, position)
    computed = nearest(moving, position, facts.mark)
    equity = moving.equity(facts.mark)
    account = StressAccount(equity - correction, (), (_exposed(position, facts),))
    return Pool((position,), (facts,), (computed,), account, _costs([position], [facts]), equity, ())


def _cross(
    positions: Sequence[Position], facts: Sequence[PositionFacts], collateral: Sequence[tuple[Holding, HoldingFacts]]
) -> Pool:
    missing = [word for one, of in zip(positions, facts, strict=True) for word in _missing(one, of)]
    missing += [f"no price of {one.coin}" for one, of in collateral if of.price is None]
    costs = _costs(positions, facts)
    if missing:
        return Pool(tuple(positions), tuple(facts), (None,) * len(positions), None, costs, None, tuple(missing))
    stakes = _stakes(collateral)
    movings = [_along(one.coin, positions, facts, stakes) for one in positions]
    computed = [nearest(m, one, of.mark or 0.0) for m, one, of in zip(movings, positions, facts, strict=True)]
    profit = sum(_leg(one, of).profit(of.mark or 0.0) for one, of in zip(positions, facts, strict=True))
    correction = max((_too_kind(m, one) for m, one in zip(movings, positions, strict=True)), default=0.0)
    exposed = tuple(_exposed(one, of) for one, of in zip(positions, facts, strict=True))
    account = StressAccount(profit - correction, tuple(stakes.values()), exposed)
    equity = profit + sum(stake.value_usd * (1 - stake.haircut) for stake in stakes.values())
    return Pool(tuple(positions), tuple(facts), tuple(computed), account, costs, equity, (), stakes, tuple(movings))


def _stakes(collateral: Sequence[tuple[Holding, HoldingFacts]]) -> dict[str, Stake]:
    stakes: dict[str, Stake] = {}
    for one, of in collateral:
        stake = stake_of(one.coin, float(one.amount) * (of.price or 0.0), beta=of.beta, haircut=of.haircut)
        before = stakes.get(one.coin)
        worth = stake.value_usd + (before.value_usd if before is not None else 0.0)
        stakes[one.coin] = msgspec.structs.replace(stake, value_usd=worth)
    return stakes


def _along(
    coin: str, positions: Sequence[Position], facts: Sequence[PositionFacts], stakes: dict[str, Stake]
) -> MovingAccount:
    """Return the account along the price of one coin, everything else at its mark."""
    pairs = list(zip(positions, facts, strict=True))
    own = [(one, of) for one, of in pairs if one.coin == coin]
    others = [(_leg(one, of), of.mark or 0.0) for one, of in pairs if one.coin != coin]
    mark = own[0][1].mark or 1.0
    moving = stakes.get(coin)
    fixed = sum(one.value_usd * (1 - one.haircut) for name, one in stakes.items() if name != coin)
    return MovingAccount(
        usd=fixed,
        legs=tuple(_leg(one, of) for one, of in own),
        coins=0.0 if moving is None else moving.value_usd / mark,
        haircut=0.0 if moving is None else moving.haircut,
        other_pnl=sum(leg.profit(at) for leg, at in others),
        other_maintenance=sum(leg.maintenance(at) for leg, at in others),
    )


# --- pieces -----------------------------------------------------------------------------------------------------


def nearest(account: MovingAccount, position: Position, mark: float) -> float | None:
    """Return the price at which a position of this account is liquidated; None where it never is."""
    bounds = liquidation_bounds(account, mark)
    return bounds.below if position.side > 0 else bounds.above


def _too_kind(account: MovingAccount, position: Position) -> float:
    """Return by how many USD our account is richer than the venue's own liquidation price says; 0 where it is not."""
    if position.venue_liquidation is None:
        return 0.0
    price = float(position.venue_liquidation)
    return max(0.0, account.equity(price) - account.maintenance(price))


def _margin(position: Position) -> float | None:
    if position.margin is not None:
        return float(position.margin)
    if position.leverage is None or position.leverage <= 0:
        return None
    return float(position.quantity * position.entry / position.leverage)


def _missing(position: Position, facts: PositionFacts) -> list[str]:
    words = [] if facts.mark is not None else [f"no mark price of {position.coin}"]
    if facts.inverse:
        words.append(
            f"{position.symbol} is margined in {position.coin}: the wick test rests on its liquidation price"
        )
    return words if facts.tiers is not None else [*words, f"no margin tiers of {position.symbol}"]


def _inverse(position: Position, facts: PositionFacts, margin: float | None) -> float | None:
    """Return our price of a coin-margined position, its margin in USD at the entry; None for any other."""
    if not facts.inverse or facts.tiers is None or margin is None:
        return None
    entry = float(position.entry)
    worth = float(position.quantity) * entry
    rate = facts.tiers.rates[facts.tiers.step(worth, float(position.quantity))]
    return inverse(position.side, worth, entry, margin / entry, rate)


def _leg(position: Position, facts: PositionFacts) -> TieredLeg:
    assert facts.tiers is not None
    fee_rate = facts.fee_rate if position.venue in _FEE_IN_MAINTENANCE else 0.0
    return TieredLeg(position.side, float(position.quantity), float(position.entry), facts.tiers, fee_rate)


def _exposed(position: Position, facts: PositionFacts) -> Exposed:
    leg = _leg(position, facts)
    assert facts.mark is not None
    return Exposed(leg.side, leg.quantity * facts.mark, leg.tiers, facts.beta, leg.quantity, leg.fee_rate)


def _costs(positions: Sequence[Position], facts: Sequence[PositionFacts]) -> Costs:
    """Return the dearest costs among the positions."""
    return Costs(
        slippage=max((of.slippage or 0.0 for of in facts), default=0.0),
        funding=max((abs(of.funding) for of in facts), default=0.0),
        fee=max((of.fee_rate for of in facts), default=0.0),
    )
