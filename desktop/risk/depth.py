"""What the visible book holds: spread, depth within a distance, slippage of an order walked through it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

BPS = 1e4
Levels = Sequence[tuple[float, float]]
OrderSide = Literal["buy", "sell"]
DISTANCES_BPS = (10, 25, 50, 100, 200)

# 99 against a middle of 100 is 100 bp away, but not in binary floating point.
_ON_THE_EDGE = 1e-12


def middle(bids: Levels, asks: Levels) -> float | None:
    """Return the price between best bid and best ask; None if a side is empty or the book is crossed."""
    if not bids or not asks or bids[0][0] > asks[0][0]:
        return None
    return (bids[0][0] + asks[0][0]) / 2


def spread_bps(bids: Levels, asks: Levels) -> float | None:
    """Return (ask - bid) / middle in basis points, or None without a middle."""
    mid = middle(bids, asks)
    return (asks[0][0] - bids[0][0]) / mid * BPS if mid else None


class Depth(msgspec.Struct, frozen=True):
    """USD resting within a distance of the middle, by side; `imbalance` is (bid - ask) / (bid + ask)."""

    bid_usd: float
    ask_usd: float

    @property
    def imbalance(self) -> float | None:
        """Return -1..1, or None where nothing rests."""
        whole = self.bid_usd + self.ask_usd
        return (self.bid_usd - self.ask_usd) / whole if whole > 0 else None


def depth(bids: Levels, asks: Levels, bps: float) -> Depth | None:
    """Return sum(p q) with |p / middle - 1| <= bps (the edge included); None without a middle."""
    mid = middle(bids, asks)
    if not mid:
        return None
    return Depth(_within(bids, mid, (bps,))[0], _within(asks, mid, (bps,))[0])


def depth_profile(bids: Levels, asks: Levels, distances_bps: Sequence[int]) -> dict[int, Depth] | None:
    """Return the depth within each of these distances (ascending), in one pass; None without a middle."""
    mid = middle(bids, asks)
    if not mid:
        return None
    sides = zip(_within(bids, mid, distances_bps), _within(asks, mid, distances_bps), strict=True)
    return {bps: Depth(bid, ask) for bps, (bid, ask) in zip(distances_bps, sides, strict=True)}


def _within(levels: Levels, mid: float, distances_bps: Sequence[float]) -> list[float]:
    sums: list[float] = []
    far = [mid * (distance / BPS + _ON_THE_EDGE) for distance in distances_bps]
    whole, place, last = 0.0, 0, len(far) - 1
    for price, size in levels:
        away = mid - price if price < mid else price - mid
        while away > far[place]:
            sums.append(whole)
            if place == last:
                return sums
            place += 1
        whole += price * size
    return sums + [whole] * (last + 1 - place)


def reach_bps(bids: Levels, asks: Levels) -> float:
    """Return how far from the middle the book is seen on its shorter side; depth beyond that is a floor."""
    mid = middle(bids, asks)
    return min(1 - bids[-1][0] / mid, asks[-1][0] / mid - 1) * BPS if mid else 0.0


class Slippage(msgspec.Struct, frozen=True):
    """An order walked through the visible book, never beyond it.

    `filled` and `unfilled` in the unit that was asked for (quantity or USD); `bps` against the middle is for the
    filled part; `worst` is the last price touched.
    """

    filled: float
    unfilled: float
    vwap: float | None
    bps: float | None
    worst: float | None

    @property
    def status(self) -> Literal["ok", "insufficient_depth"]:
        """Return whether the visible book could take all of it."""
        return "insufficient_depth" if self.unfilled > 0 else "ok"


def slippage(bids: Levels, asks: Levels, side: OrderSide, quantity: float) -> Slippage | None:
    """Return what a market order of this quantity would meet; None without a middle."""
    return _walk(bids, asks, side, quantity, in_usd=False)


def slippage_usd(bids: Levels, asks: Levels, side: OrderSide, usd: float) -> Slippage | None:
    """Return what a market order worth this many USD would meet; None without a middle."""
    return _walk(bids, asks, side, usd, in_usd=True)


def _walk(bids: Levels, asks: Levels, side: OrderSide, wanted: float, *, in_usd: bool) -> Slippage | None:
    mid = middle(bids, asks)
    if not mid:
        return None
    left, coins, usd = wanted, 0.0, 0.0
    worst = None
    for price, size in bids if side == "sell" else asks:
        if left <= 0:
            break
        taken = min(size, left / price if in_usd else left)
        coins, usd, worst = coins + taken, usd + taken * price, price
        # What a level could not take, to the last bit: a rest of rounding is no rest.
        left = 0.0 if taken < size else left - (taken * price if in_usd else taken)
    if coins <= 0:
        return Slippage(0.0, wanted, None, None, None)
    vwap = usd / coins
    lost = mid - vwap if side == "sell" else vwap - mid
    return Slippage(wanted - left, max(0.0, left), vwap, lost / mid * BPS, worst)


def depth_of_interest(bid_usd: float, interest_usd: float | None) -> float | None:
    """Return the bid depth as a share of the open interest; None if that is unknown."""
    return bid_usd / interest_usd if interest_usd else None
