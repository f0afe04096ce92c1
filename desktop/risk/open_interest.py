"""Open interest over venues: how much is open, how it changed, and how much of it a set of venues holds."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec

from desktop.risk.windows import StepSeries

# The poll comes every few minutes at most; a value older than this at a window's start says nothing about it.
HOLDS_MS = 30 * 60_000


class InterestChange(msgspec.Struct, frozen=True):
    """A change of open contracts between two times over `venues`: those known at both ends."""

    fraction: float
    venues: tuple[str, ...]


class VenueInterest:
    """Open interest of one coin on one venue, in coins and USD, summed over its contracts."""

    __slots__ = ("_contracts", "at_ms", "coins", "usd")

    def __init__(self) -> None:
        self._contracts: dict[str, tuple[float, float | None]] = {}
        self.coins = StepSeries()
        self.usd = StepSeries()
        self.at_ms = 0

    def set(self, symbol: str, coins: float, usd: float | None, at_ms: int) -> None:
        """Note what a contract of this venue has open. Older news than what is known is left aside."""
        if at_ms < self.at_ms:
            return
        self.at_ms = at_ms
        self._contracts[symbol] = (coins, usd)
        if len(self._contracts) == 1:
            self.coins.set(at_ms, coins)
            if usd is not None:
                self.usd.set(at_ms, usd)
            return
        self.coins.set(at_ms, sum(c for c, _ in self._contracts.values()))
        sums = [u for _, u in self._contracts.values()]
        known = [u for u in sums if u is not None]
        if len(known) == len(sums):
            self.usd.set(at_ms, sum(known))


class InterestBook:
    """Open interest of one coin by venue."""

    __slots__ = ("by_venue",)

    def __init__(self, venues: Iterable[str]) -> None:
        self.by_venue = {venue: VenueInterest() for venue in venues}

    def weight(self, venue: str) -> float | None:
        """Return the venue's open interest in USD as last said, or None."""
        latest = self.by_venue[venue].usd.latest()
        return None if latest is None else latest[1]

    def usd(self, venues: Collection[str]) -> float | None:
        """Return the open interest of these venues in USD as last said; None if one is unknown."""
        weights = [self.weight(venue) for venue in venues]
        known = [weight for weight in weights if weight is not None]
        return sum(known) if known and len(known) == len(weights) else None

    def coins(self, venues: Collection[str]) -> float | None:
        """Return the open contracts of these venues in coins as last said; None if one is unknown."""
        latest = [self.by_venue[venue].coins.latest() for venue in venues]
        known = [sample[1] for sample in latest if sample is not None]
        return sum(known) if known and len(known) == len(latest) else None

    def usd_at(self, at_ms: int, venues: Collection[str]) -> float | None:
        """Return the open interest of these venues in USD at this time; None if one is unknown then."""
        values = [self.by_venue[venue].usd.at(at_ms, HOLDS_MS) for venue in venues]
        known = [value for value in values if value is not None]
        return sum(known) if known and len(known) == len(values) else None

    def usd_first_after(self, at_ms: int, venues: Collection[str]) -> float | None:
        """Return the first known open interest of these venues since this time; None if one never said."""
        series = [self.by_venue[venue].usd for venue in venues]
        values = [s.at(at_ms, HOLDS_MS) or s.earliest_after(at_ms) for s in series]
        known = [value for value in values if value is not None]
        return sum(known) if known and len(known) == len(values) else None

    def change(self, now_ms: int, window_ms: int, venues: Collection[str]) -> InterestChange | None:
        """Return the change in coins over the window, over those of `venues` known at both ends; None if none is."""
        now_coins = then_coins = 0.0
        both: list[str] = []
        for venue in venues:
            series = self.by_venue[venue].coins
            then, latest = series.at(now_ms - window_ms, HOLDS_MS), series.latest()
            if then is not None and latest is not None:
                then_coins, now_coins = then_coins + then, now_coins + latest[1]
                both.append(venue)
        if then_coins <= 0:
            return None
        return InterestChange(now_coins / then_coins - 1, tuple(both))


def change_since(now: float, then: float | None) -> float | None:
    """Return now / then - 1, for a time before or for the peak; None if then is unknown or zero."""
    return now / then - 1 if then else None


def implied_interest(change_usd: float, change_fraction: float) -> float | None:
    """Return the open interest before, of which the change is this fraction: tells whether two figures fit."""
    return change_usd / change_fraction if change_fraction else None


class InterestParts(msgspec.Struct, frozen=True):
    """A change of open interest in USD, split: P0 dQ from contracts, Q1 dP from price; `contracts` is Q1 / Q0 - 1."""

    usd: float
    contracts_usd: float
    price_usd: float
    contracts: float | None


def interest_parts(coins_then: float, price_then: float, coins_now: float, price_now: float) -> InterestParts:
    """Return how much of the change in USD comes from contracts and how much from price alone."""
    return InterestParts(
        usd=coins_now * price_now - coins_then * price_then,
        contracts_usd=price_then * (coins_now - coins_then),
        price_usd=coins_now * (price_now - price_then),
        contracts=change_since(coins_now, coins_then),
    )


def weighted_share(shares: dict[str, float], weights: dict[str, float | None]) -> float | None:
    """Return the mean of `shares` (0..1 by venue) weighted by open interest.

    None where a weight is unknown and the shares differ: then nobody can tell.
    """
    if not shares:
        return None
    values = list(shares.values())
    if min(values) == max(values):
        return values[0]
    known = {venue: weight for venue in shares if (weight := weights.get(venue)) is not None}
    whole = sum(known.values())
    if len(known) < len(shares) or whole <= 0:
        return None
    return sum(shares[venue] * known[venue] for venue in shares) / whole
