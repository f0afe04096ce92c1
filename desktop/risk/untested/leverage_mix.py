"""Where a position of unknown leverage would be liquidated: the mix of leverages, and the prices that follow from it.

The shipped mix is a judgement. Positions of which the leverage is known (Hyperliquid shows them by address) pull it
toward what people really use, the more the more of them there are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

LeverageMix = Mapping[float, float]

DEFAULT_MIX: Final[LeverageMix] = {5.0: 0.10, 10.0: 0.30, 20.0: 0.25, 25.0: 0.15, 50.0: 0.12, 100.0: 0.08}
"""Share of new positions by leverage (judgement, to be calibrated)."""
USUAL_RATE: Final = 0.005
"""Maintenance rate of the first tier where the venue's table is not known."""
_DOUBT_POSITIONS = 50
_LEAST_MARGIN = 1e-3


class BandPrices(NamedTuple):
    """Liquidation prices of a long and a short, in USD."""

    long: float
    short: float


def band_prices(entry: float, leverage: float, rate: float) -> BandPrices:
    """Return E (1 - 1/L) / (1 - m) for a long and E (1 + 1/L) / (1 + m) for a short."""
    return BandPrices(entry * (1 - 1 / leverage) / (1 - rate), entry * (1 + 1 / leverage) / (1 + rate))


def implied_leverage(entry: float, liquidation: float, side: int, rate: float) -> float:
    """Return the leverage whose band is this liquidation price, at least 1: the inverse of `band_prices`."""
    share = side * (1 - liquidation * (1 - side * rate) / entry)
    return 1.0 if share >= 1 else 1 / max(share, _LEAST_MARGIN)


class Band(NamedTuple):
    """Some USD of positions that would be liquidated at this price."""

    price: float
    usd: float


class NewBands(NamedTuple):
    """Where added open interest would be liquidated: longs below the entry, shorts above it."""

    long: tuple[Band, ...]
    short: tuple[Band, ...]


def new_bands(entry: float, added_usd: float, mix: LeverageMix, rate: float, *, long_share: float = 0.5) -> NewBands:
    """Return the bands of added open interest, split over the sides and by the mix.

    A leverage at which nobody could open (1/L not above the maintenance rate) gives its share to the others.
    """
    possible = {leverage: share for leverage, share in mix.items() if 1 / leverage > rate and share > 0}
    whole = sum(possible.values())
    if whole <= 0:
        raise ValueError("no leverage of the mix can be opened at this maintenance rate")
    prices = {leverage: band_prices(entry, leverage, rate) for leverage in possible}
    each = {leverage: added_usd * share / whole for leverage, share in possible.items()}
    return NewBands(
        tuple(Band(prices[leverage].long, usd * long_share) for leverage, usd in each.items()),
        tuple(Band(prices[leverage].short, usd * (1 - long_share)) for leverage, usd in each.items()),
    )


class KnownPosition(msgspec.Struct, frozen=True):
    """A position somebody really has: entry price and worth in USD, leverage, `side` +1 long or -1 short."""

    entry: float
    leverage: float
    side: int
    worth_usd: float


class Calibration(NamedTuple):
    """A mix with its ground: how many positions it rests on and what share (0..1) of open interest they are."""

    mix: dict[float, float]
    positions: int
    coverage: float | None


def calibrated(
    positions: Sequence[KnownPosition], interest_usd: float | None, prior: LeverageMix = DEFAULT_MIX
) -> Calibration:
    """Return the mix pulled toward known positions, by worth; fifty positions weigh as much as the prior.

    Each position counts for the nearest leverage of the prior, by ratio. A leverage below 1 or a worth that is not
    above zero is left out.
    """
    sound = [one for one in positions if one.leverage >= 1 and one.worth_usd > 0 and math.isfinite(one.worth_usd)]
    worth = sum(one.worth_usd for one in sound)
    if not sound:
        return Calibration(dict(prior), 0, 0.0 if interest_usd else None)
    seen = dict.fromkeys(prior, 0.0)
    for one in sound:
        nearest = min(prior, key=lambda leverage: abs(math.log(leverage / one.leverage)))
        seen[nearest] += one.worth_usd / worth
    trust = len(sound) / (len(sound) + _DOUBT_POSITIONS)
    mix = {leverage: trust * seen[leverage] + (1 - trust) * share for leverage, share in prior.items()}
    return Calibration(mix, len(sound), min(1.0, worth / interest_usd) if interest_usd else None)
