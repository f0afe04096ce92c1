"""The wick test: would an account live through a sudden move of X in everything at once?

All assets move together, each by beta times X, collateral with them; stablecoins lose their peg stress, staked and
wrapped coins a tenth. Both ways are tried, because a short dies in a rise. An account survives only if its equity
stays ABOVE its maintenance margin: equal is liquidated. USD float64, fractions; pure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

import msgspec
import numpy as np

from desktop.risk.account.maintenance import Schedule

DEFAULT_WICK: Final = 0.10
WICKS: Final = (0.05, 0.10, 0.20, 0.30)
"""What is offered: 5, 10, 20 and 30 per cent."""
ALT_BETA: Final = 1.5
LEAST_BETA: Final = 1.0
BETA_DAYS: Final = 90
STAKED_FACTOR: Final = 0.9
PEG_STRESS: Final = 0.01
"""Judgement: a fall of a hundred basis points is the peg indicator's own warning."""
_FEWEST_DAYS = 60

StakeKind = Literal["stable", "coin", "staked"]


class Shock(msgspec.Struct, frozen=True):
    """How hard the test is: `wick` X as a fraction, `peg` the loss of stablecoins as a fraction."""

    wick: float = DEFAULT_WICK
    peg: float = 0.0


class Stake(msgspec.Struct, frozen=True):
    """Collateral: what it is worth now in USD, the venue's haircut, and how it moves with the market."""

    value_usd: float
    haircut: float = 0.0
    beta: float = 1.0
    kind: StakeKind = "coin"

    def counted(self, shock: Shock, way: int) -> float:
        """Return what the venue counts of it after the shock; `way` is -1 for a fall, +1 for a rise."""
        value = self.value_usd * (1 - self.haircut)
        if self.kind == "stable":
            return value * (1 - shock.peg)
        moved = value * max(0.0, 1 + way * self.beta * shock.wick)
        return moved * STAKED_FACTOR if self.kind == "staked" else moved


class Exposed(msgspec.Struct, frozen=True):
    """A position at its mark: worth in USD and size in coins, both above zero, `side` +1 long, -1 short."""

    side: int
    worth_usd: float
    tiers: Schedule
    beta: float = 1.0
    coins: float = 0.0
    fee_rate: float = 0.0

    def profit(self, shock: Shock, way: int) -> float:
        """Return what the shock adds to the account, in USD."""
        return self.side * self.worth_usd * max(-1.0, way * self.beta * shock.wick)

    def maintenance(self, shock: Shock, way: int) -> float:
        """Return maintenance and closing fee at the dearer of the shocked price and the position's own bad price."""
        factor = max(0.0, 1 + way * self.beta * shock.wick, 1 - self.side * self.beta * shock.wick)
        worth = self.worth_usd * factor
        return self.tiers.maintenance(worth, self.coins) + worth * self.fee_rate


class StressAccount(msgspec.Struct, frozen=True):
    """What is margined together: `usd` is cash with unrealised PnL at the marks; collateral in coins stands apart."""

    usd: float
    stakes: tuple[Stake, ...] = ()
    positions: tuple[Exposed, ...] = ()


class WickOutcome(NamedTuple):
    """An account before and after a shock, in USD; `exposed` says whether it has positions at all."""

    equity_before: float
    equity_after: float
    maintenance_after: float
    exposed: bool

    @property
    def slack(self) -> float:
        """Equity less maintenance after the shock; the account survives while it is above zero."""
        return self.equity_after - self.maintenance_after

    @property
    def survives(self) -> bool:
        """Whether equity stays strictly above maintenance; without a position nothing can be liquidated."""
        return not self.exposed or self.equity_after > self.maintenance_after


def joint_wick(account: StressAccount, shock: Shock, way: int = -1) -> WickOutcome:
    """Return the account after the shock one way: -1 everything falls, +1 everything rises, 0 prices stand still."""
    before = account.usd + sum(stake.value_usd * (1 - stake.haircut) for stake in account.stakes)
    after = account.usd + sum(stake.counted(shock, way) for stake in account.stakes)
    after += sum(position.profit(shock, way) for position in account.positions)
    needed = sum(position.maintenance(shock, way) for position in account.positions)
    return WickOutcome(before, after, needed, bool(account.positions))


def worst_wick(account: StressAccount, shock: Shock) -> WickOutcome:
    """Return the outcome of the way that leaves less above maintenance."""
    return min((joint_wick(account, shock, way) for way in (-1, 1)), key=lambda outcome: outcome.slack)


def isolated_survives(mark: float, price: float, wick: float, side: int = 1) -> bool:
    """Return whether a wick of the mark stays short of the liquidation price; reaching it counts as liquidated."""
    return room_after_wick(mark, price, wick, side) > 0


def room_after_wick(mark: float, price: float, wick: float, side: int = 1) -> float:
    """Return what is left between the wick's end and the liquidation price, in USD; below zero: gone past it."""
    return side * (mark * (1 - side * wick) - price)


def measured_beta(coin_returns: Sequence[float], market_returns: Sequence[float]) -> float | None:
    """Return the slope of a coin's daily returns on bitcoin's, at least 1; None with fewer than 60 common days.

    Both of the same days, at most the last 90 are used; days on which either is not a number are left out.
    """
    pairs = list(zip(coin_returns, market_returns, strict=True))[-BETA_DAYS:]
    known = np.array([pair for pair in pairs if all(math.isfinite(value) for value in pair)])
    if len(known) < _FEWEST_DAYS:
        return None
    coin, market = known[:, 0] - known[:, 0].mean(), known[:, 1] - known[:, 1].mean()
    spread = float(market @ market)
    return max(LEAST_BETA, float(coin @ market) / spread) if spread > 0 else None


def beta_of(coin: str, measured: float | None = None) -> float:
    """Return how far a coin moves when bitcoin moves by one: 1 for bitcoin, measured, or 1.5 where it is not."""
    if coin == "BTC":
        return 1.0
    return ALT_BETA if measured is None else max(LEAST_BETA, measured)
