"""An account under a moving price: equity, maintenance margin, and the prices at which they meet.

Bybit's unified account and OKX's cross account are liquidated when maintenance (with the fee of closing) reaches the
margin balance. Along the price of one coin equity is a line and maintenance bends upward, so the account is sound on
one interval of prices at most: there is one liquidation price below and one above, found by bisection.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from desktop.risk.account.maintenance import Schedule

_HALVINGS = 200
_FARTHEST = 1e6


class TieredLeg(msgspec.Struct, frozen=True):
    """One position whose maintenance follows its worth at each price. `fee_rate` is the fee of closing it."""

    side: int
    quantity: float
    entry: float
    tiers: Schedule
    fee_rate: float = 0.0

    def profit(self, price: float) -> float:
        """Return the unrealised PnL in USD at this price."""
        return self.side * self.quantity * (price - self.entry)

    def maintenance(self, price: float) -> float:
        """Return maintenance margin and closing fee in USD at this price."""
        worth = self.quantity * price
        return self.tiers.maintenance(worth, self.quantity) + worth * self.fee_rate


class MovingAccount(msgspec.Struct, frozen=True):
    """An account along the price of one coin; everything else stands still.

    `usd` is cash and what other coins are worth after haircuts, `other_pnl` and `other_maintenance` come from the
    positions in other coins at their marks. `coins` of the moving coin count at (1 - `haircut`).
    """

    usd: float
    legs: tuple[TieredLeg, ...]
    coins: float = 0.0
    haircut: float = 0.0
    other_pnl: float = 0.0
    other_maintenance: float = 0.0

    def equity(self, price: float) -> float:
        """Return the margin balance in USD at this price."""
        stake = self.coins * price * (1 - self.haircut)
        return self.usd + self.other_pnl + stake + sum(leg.profit(price) for leg in self.legs)

    def maintenance(self, price: float) -> float:
        """Return the sum of maintenance margins and closing fees in USD at this price."""
        return self.other_maintenance + sum(leg.maintenance(price) for leg in self.legs)

    def sound(self, price: float) -> bool:
        """Return whether equity is above maintenance; equal counts as liquidated."""
        return self.equity(price) > self.maintenance(price)


class Bounds(NamedTuple):
    """Prices at which the account is liquidated, falling and rising; None where it never is."""

    below: float | None
    above: float | None


def liquidation_bounds(account: MovingAccount, mark: float) -> Bounds:
    """Return the liquidation prices on both sides of the mark; an account that is not sound now gives the mark.

    `mark` in USD, above zero. The search above ends at a million times the mark.
    """
    if not account.sound(mark):
        return Bounds(mark, mark)
    below = None if account.sound(0.0) else _edge(account.sound, mark, 0.0)
    far = 2 * mark
    while account.sound(far) and far < _FARTHEST * mark:
        far *= 2
    above = None if account.sound(far) else _edge(account.sound, mark, far)
    return Bounds(below, above)


def _edge(sound: Callable[[float], bool], inside: float, outside: float) -> float:
    """Return the last price that is not sound, to the float64's own precision."""
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        if middle in (inside, outside):
            break
        if sound(middle):
            inside = middle
        else:
            outside = middle
    return outside
