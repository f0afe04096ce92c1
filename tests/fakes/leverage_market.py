"""A market whose positions are known: what a map of untested interest should see, and what really is liquidated."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from desktop.risk.untested.leverage_mix import band_prices
from desktop.risk.untested.untested_interest import MapStep

TRUE_MIX = {5.0: 0.05, 10.0: 0.15, 20.0: 0.3, 25.0: 0.2, 50.0: 0.2, 100.0: 0.1}
RATE = 0.004


@dataclass
class Opened:
    """A position that was opened: side, liquidation price, USD."""

    side: int
    price: float
    usd: float


@dataclass
class MarketStep:
    """One step: what a map is told, what was opened, and the (side, price, USD) that were liquidated."""

    told: MapStep
    opened: list[Opened]
    liquidated: list[tuple[int, float, float]]


@dataclass
class LeverageMarket:
    """A random walk with traders of known leverage; every position is liquidated where its price is reached."""

    seed: int
    price: float = 80_000.0
    coins: float = 100_000.0
    alive: list[Opened] = field(default_factory=list)

    def run(self, steps: int) -> list[MarketStep]:
        """Return so many steps of five minutes."""
        self._random = np.random.default_rng(self.seed)
        return [self._step() for _ in range(steps)]

    def _step(self) -> MarketStep:
        random, before = self._random, self.coins
        path = self.price * np.exp(np.cumsum(random.standard_t(3, 5) * 0.0012))
        low, high = float(min(path.min(), self.price)), float(max(path.max(), self.price))
        self.price = float(path[-1])
        alive, gone = [], []
        for one in self.alive:
            reached = one.price >= low if one.side > 0 else one.price <= high
            (gone if reached else alive).append(one)
        self.alive = alive
        opened = self._opened(float(random.gamma(0.5, 4e6)))
        self.alive.extend(opened)
        self.coins += (sum(one.usd for one in opened) - sum(one.usd for one in gone)) / self.price
        told = MapStep(self.price, low, high, before, self.coins)
        return MarketStep(told, opened, [(one.side, one.price, one.usd) for one in gone])

    def _opened(self, usd: float) -> list[Opened]:
        leverages = list(TRUE_MIX)
        picked = self._random.choice(len(leverages), size=6, p=list(TRUE_MIX.values()))
        opened = []
        for place, choice in enumerate(picked):
            prices = band_prices(self.price, leverages[choice], RATE)
            side = 1 if place % 2 == 0 else -1
            opened.append(Opened(side, prices.long if side > 0 else prices.short, usd / 6))
        return opened
