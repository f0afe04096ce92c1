"""A person's own side of one account: distance to liquidation, wick test, what may leave and what is idle.

The venue's own liquidation price comes first and ours stands beside it. For the wick test and for what may leave the
stricter of the two counts, so that a model which is too kind never lets money out. What is not known stays None, with
the words why.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from typing import Literal, NamedTuple, Protocol

import msgspec

from desktop.domain.position import Holding, Holdings, Position
from desktop.risk.account import liquidation_price
from desktop.risk.account.exposure_pool import HoldingFacts, Pool, PositionFacts, pools_of
from desktop.risk.account.wick import Shock, room_after_wick, worst_wick
from desktop.risk.account.withdrawable import (
    CENT,
    NEED_WICK,
    buffer_usd,
    margin_to_add,
    passing_share,
    reduced,
    safe_withdrawal,
)

LiquidationSource = Literal["venue", "computed", "none"]
_ONE_TO = Decimal(10)


class Surroundings(Protocol):
    """What the market says about positions and holdings now."""

    def of_position(self, position: Position) -> PositionFacts:
        """Return mark, tiers, beta and closing costs of a position."""

    def of_holding(self, holding: Holding) -> HoldingFacts:
        """Return price, beta and haircut of a holding."""


class PositionStanding(msgspec.Struct, frozen=True):
    """A position with what is computed of it. `liquidation` is the venue's own, or `computed` where it says none.

    `equity_usd` is of the margin it shares, `shock` how far the wick moves this coin; `reason` says what is missing.
    Prices and USD float64, fractions.
    """

    position: Position
    mark: float | None
    worth_usd: float | None
    equity_usd: float | None
    liquidation: float | None
    source: LiquidationSource
    computed: float | None
    distance: float | None
    survives: bool | None
    slippage: float | None
    shock: float
    reason: str = ""


class HoldingStanding(msgspec.Struct, frozen=True):
    """Coins with their worth, what is idle and what may leave: USD of today to the cent, jointly for all holdings."""

    holding: Holding
    usd: float | None
    idle_usd: Decimal | None
    withdrawable_usd: Decimal | None
    reason: str = ""


class Cut(NamedTuple):
    """The size a position should have for the wick test to pass."""

    position: Position
    keep: Decimal


class Standing(msgspec.Struct, frozen=True):
    """One account on one venue as it stands under a wick of `wick`.

    `survives` is False as soon as one position fails, None while that is not known. `margin_*` speak of collateral
    and `apart_*` of coins beside it; None is unknown. `equity_*` and `maintenance_after` are of the tightest margin.
    """

    venue: str
    account: str
    wick: float
    positions: tuple[PositionStanding, ...]
    holdings: tuple[HoldingStanding, ...]
    survives: bool | None
    margin_idle: Decimal | None
    margin_withdrawable: Decimal | None
    apart_idle: Decimal | None
    cuts: tuple[Cut, ...]
    margin_to_add: Decimal | None
    equity_before: float | None
    equity_after: float | None
    maintenance_after: float | None
    buffer: float | None
    missing: tuple[str, ...]

    @property
    def left_after_wick(self) -> float | None:
        """What the tightest margin has left after the wick, as a share of its equity; at or under 0: liquidated."""
        before, after, needed = self.equity_before, self.equity_after, self.maintenance_after
        if before is None or after is None or needed is None or before <= 0:
            return None
        return (after - needed) / before

    @property
    def slippage(self) -> float | None:
        """The dearest slippage of closing among the positions, as a fraction; None where the book is not known."""
        known = [one.slippage for one in self.positions if one.slippage is not None]
        return max(known) if known else None


def stand(holdings: Holdings, around: Surroundings, shock: Shock) -> Standing:
    """Return how an account stands. What is missing makes its own line unknown, not the others."""
    pools = pools_of(holdings, around.of_position, around.of_holding)
    judged = [(pool, survives(pool, shock)) for pool in pools]
    positions = tuple(_position(pool, at, shock, fine) for pool, fine in judged for at in range(len(pool.positions)))
    fine = _all([fine for pool, fine in judged if pool.positions])
    held = _holdings(holdings, pools[0], around, shock, fine)
    known = [pool for pool in pools if pool.account is not None and pool.positions]
    outcomes = [worst_wick(pool.account, shock) for pool in known if pool.account is not None]
    tight = min(outcomes, key=lambda outcome: outcome.slack, default=None)
    cuts, added = _remedies([pool for pool, fine in judged if fine is False], shock)
    return Standing(
        venue=holdings.venue,
        account=holdings.account,
        wick=shock.wick,
        positions=positions,
        holdings=held,
        survives=fine if positions else True,
        margin_idle=_sum([one.idle_usd for one in held if one.holding.collateral]),
        margin_withdrawable=_sum([one.withdrawable_usd for one in held if one.holding.collateral]),
        apart_idle=_sum([one.idle_usd for one in held if not one.holding.collateral]),
        cuts=cuts,
        margin_to_add=added,
        equity_before=None if tight is None else tight.equity_before,
        equity_after=None if tight is None else tight.equity_after,
        maintenance_after=None if tight is None else tight.maintenance_after,
        buffer=sum(buffer_usd(pool.account, pool.costs) for pool in known if pool.account) if known else None,
        missing=tuple(dict.fromkeys(word for pool in pools for word in pool.missing)),
    )


# --- positions --------------------------------------------------------------------------------------------------


def survives(pool: Pool, shock: Shock) -> bool | None:
    """Return whether every position of a margin lives through the wick, by our account and the venue's own prices.

    None while that is not known, also for a margin without positions.
    """
    told = [_told_survives(pool, at, shock) for at in range(len(pool.positions))]
    if pool.account is not None:
        return worst_wick(pool.account, shock).survives and False not in told
    return _all(told) if pool.positions else None


def _told_survives(pool: Pool, at: int, shock: Shock) -> bool | None:
    position, facts, told = pool.positions[at], pool.facts[at], pool.positions[at].venue_liquidation
    # A coin-margined position has no account of ours: our own price stands in where the venue says none.
    price = float(told) if told is not None else pool.computed[at] if facts.inverse else None
    if price is None or facts.mark is None:
        return None
    return room_after_wick(facts.mark, price, min(1.0, facts.beta * shock.wick), position.side) > 0


def _position(pool: Pool, at: int, shock: Shock, fine: bool | None) -> PositionStanding:
    position, facts = pool.positions[at], pool.facts[at]
    mark, computed = facts.mark, pool.computed[at]
    venue = None if position.venue_liquidation is None else float(position.venue_liquidation)
    shown = computed if venue is None else venue
    source: LiquidationSource = "venue" if venue is not None else "none" if computed is None else "computed"
    return PositionStanding(
        position=position,
        mark=mark,
        worth_usd=None if mark is None else float(position.quantity) * mark,
        equity_usd=pool.equity_usd,
        liquidation=shown,
        source=source,
        computed=computed,
        distance=None if mark is None or shown is None else liquidation_price.distance(mark, shown, position.side),
        survives=fine,
        slippage=facts.slippage,
        shock=facts.beta * shock.wick,
        reason=_reason(pool, venue, computed),
    )


def _reason(pool: Pool, venue: float | None, computed: float | None) -> str:
    if pool.missing:
        return "; ".join(pool.missing)
    if venue is not None and computed is not None:
        apart = round((computed - venue) / venue * 100, 2)
        return f"our own figure is {apart:+.2f} % from the venue's" if apart else "our own figure agrees"
    return "" if computed is not None or venue is not None else "no price at which it would be liquidated"


def _remedies(failing: list[Pool], shock: Shock) -> tuple[tuple[Cut, ...], Decimal | None]:
    """Return the sizes that pass, and the margin to add instead; None where the account is not known."""
    cuts: list[Cut] = []
    added: Decimal | None = Decimal(0)
    for pool in failing:
        if pool.account is None:
            added = None
            continue
        share = passing_share(pool.account, shock, pool.costs)
        if share is not None:
            cuts += [Cut(one, reduced(one.quantity, share, _step(one.quantity))) for one in pool.positions]
        added = None if added is None else added + margin_to_add(pool.account, shock)
    return tuple(cuts), added if failing else None


def _step(quantity: Decimal) -> Decimal:
    """Return a step of four digits of this size: finer is no help to anybody."""
    return _ONE_TO ** (quantity.adjusted() - 3)


# --- holdings ---------------------------------------------------------------------------------------------------


def _holdings(
    holdings: Holdings, pool: Pool, around: Surroundings, shock: Shock, survives: bool | None
) -> tuple[HoldingStanding, ...]:
    """Return each holding; what leaves of one is gone when the next is asked, so that the sum may leave as well."""
    rest, needed = pool, pool
    found: list[HoldingStanding] = []
    for holding in holdings.holdings:
        price = around.of_holding(holding).price
        usd = None if price is None else float(holding.amount) * price
        if price is None:
            found.append(HoldingStanding(holding, None, None, None, f"no price of {holding.coin}"))
            continue
        free = _free(holding, price)
        if not holding.collateral:
            found.append(HoldingStanding(holding, usd, free, free))
            continue
        reason = _held_back(pool, survives)
        if reason:
            amount = Decimal(0) if survives is False else None
            found.append(HoldingStanding(holding, usd, amount, amount, reason))
            continue
        out, rest = _taken(rest, holding, shock, free)
        idle, needed = _taken(needed, holding, Shock(max(NEED_WICK, shock.wick), shock.peg), free)
        found.append(HoldingStanding(holding, usd, idle, out))
    return tuple(found)


def _held_back(pool: Pool, survives: bool | None) -> str:
    if survives is False:
        return "a position here fails the wick test: nothing may leave"
    if survives is None:
        return "the wick test cannot be done here: " + ("; ".join(pool.missing) or "a figure is missing")
    return "; ".join(pool.missing) if pool.account is None else ""


def _taken(pool: Pool, holding: Holding, shock: Shock, free: Decimal) -> tuple[Decimal, Pool]:
    assert pool.account is not None
    kind = pool.stake(holding.coin)
    buffer = buffer_usd(pool.account, pool.costs)
    amount = safe_withdrawal(pool.account, shock, buffer=buffer, free_usd=float(free), kind=kind)
    return amount, pool.without(float(amount), kind)


def _free(holding: Holding, price: float) -> Decimal:
    free = max(Decimal(0), holding.amount - holding.locked)
    return (free * Decimal(price)).quantize(CENT, rounding=ROUND_DOWN)


def _all(verdicts: list[bool | None]) -> bool | None:
    if False in verdicts:
        return False
    return None if None in verdicts else True


def _sum(amounts: list[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if len(known) == len(amounts) else None
