"""Maintenance margin by tier: what must remain of a position's worth before it is closed by force."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import msgspec

from desktop.domain.margin_tiers import MarginTiers


class Schedule(msgspec.Struct, frozen=True):
    """Tiers as float64: `lower` bounds ascending (the first is 0), and for each step rate and deduction in USD.

    With `by_coins` the step follows from the size in coins, else from the worth in USD.
    """

    lower: tuple[float, ...]
    rates: tuple[float, ...]
    deductions: tuple[float, ...]
    by_coins: bool = False

    def step(self, worth_usd: float, coins: float = 0.0) -> int:
        """Return the index of the step this position stands on; a lower bound belongs to its own step."""
        size = coins if self.by_coins else worth_usd
        return max(0, bisect_right(self.lower, size) - 1)

    def maintenance(self, worth_usd: float, coins: float = 0.0) -> float:
        """Return the maintenance margin in USD of a position of this worth, never below zero."""
        step = self.step(worth_usd, coins)
        return max(0.0, worth_usd * self.rates[step] - self.deductions[step])


def flat(rate: float, deduction: float = 0.0) -> Schedule:
    """Return a schedule of a single step."""
    return Schedule((0.0,), (rate,), (deduction,))


def schedule(table: MarginTiers) -> Schedule:
    """Return a venue's table as a schedule."""
    return Schedule(
        lower=tuple(float(tier.lower) for tier in table.tiers),
        rates=tuple(float(tier.maintenance_rate) for tier in table.tiers),
        deductions=tuple(float(tier.deduction) for tier in table.tiers),
        by_coins=table.unit == "coins",
    )


def by_leverage(tiers: Sequence[tuple[float, float]]) -> Schedule:
    """Return the schedule of (lower bound in USD, greatest leverage) pairs, ascending, as Hyperliquid says them.

    The rate is half of the initial margin at the greatest leverage, 1 / (2 x leverage); the deduction makes the sum
    continuous: ded_n = ded_(n-1) + lower_n (rate_n - rate_(n-1)).
    """
    rates = [1 / (2 * leverage) for _, leverage in tiers]
    deductions = [0.0]
    for (lower, _), rate, before in zip(tiers[1:], rates[1:], rates, strict=False):
        deductions.append(deductions[-1] + lower * (rate - before))
    return Schedule(tuple(lower for lower, _ in tiers), tuple(rates), tuple(deductions))
