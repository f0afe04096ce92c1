"""Untested interest: open interest by the price at which it would be liquidated, if the model is right.

A model, relative, never a precise price: most of what it knows is "opened since this price was last visited". Each
step of five minutes adds what open interest grew by at both sides, takes off in proportion what it shrank by, lets
everything fade (half in a week), and clears what the mark has traversed. Bands lie on a log grid of 5 bp.
Conserved: what is on the map = added - swept - closed - faded. USD float64; one thread; numpy.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from desktop.risk.untested.cascade_map import MassMap
from desktop.risk.untested.leverage_mix import DEFAULT_MIX, USUAL_RATE, Band, LeverageMix, new_bands

FloatArray = npt.NDArray[np.float64]

BAND: Final = 0.0005
"""Width of a band, as a fraction of its price."""
HALF_LIFE_H: Final = 168.0
STEP_MS: Final = 300_000
TILT: Final = 0.5
"""How far taker imbalance moves the split between sides: one-sided taking makes it 75 : 25 (judgement)."""
_LOG_BAND = math.log1p(BAND)
_BANDS = 4096
_KEEP_CENTRED = _BANDS // 8


class MapStep(msgspec.Struct, frozen=True):
    """What happened in one step. `low`, `high` of the mark and `price` at its end in USD; interest in coins.

    `coins_before` None: not known, nothing is added or taken off. `tilt` (-1..1) is taker buying less selling over
    both.
    """

    price: float
    low: float
    high: float
    coins_before: float | None = None
    coins_now: float | None = None
    hours: float = STEP_MS / 3_600_000
    tilt: float = 0.0


class Swept(NamedTuple):
    """What a traverse cleared: USD of each side, and the cleared bands as (lower edges, USD)."""

    long_usd: float
    short_usd: float
    long_bands: tuple[FloatArray, FloatArray]
    short_bands: tuple[FloatArray, FloatArray]


class UntestedMap:
    """The map of one coin. `added_usd`, `swept_usd`, `closed_usd`, `faded_usd` sum up since it began."""

    def __init__(self, price: float, mix: LeverageMix = DEFAULT_MIX, rate: float = USUAL_RATE) -> None:
        self.mix, self.rate = mix, rate
        self.added_usd = self.swept_usd = self.closed_usd = self.faded_usd = 0.0
        self.hours = 0.0
        self._first = _band_of(price) - _BANDS // 2
        self._long = np.zeros(_BANDS)
        self._short = np.zeros(_BANDS)

    @property
    def mass_usd(self) -> float:
        """Everything that is on the map now, in USD."""
        return float(self._long.sum() + self._short.sum())

    def step(self, step: MapStep) -> Swept:
        """Take in one step and return what it swept: first the traverse, then fading, then the change of interest."""
        self._centre(step.price)
        swept = self.traverse(min(step.low, step.price), max(step.high, step.price))
        self.faded_usd += self._scaled(0.5 ** (step.hours / HALF_LIFE_H))
        self.hours += step.hours
        before, now = step.coins_before, step.coins_now
        if before is not None and now is not None and before > 0:
            if now < before:
                self.closed_usd += self._scaled(max(0.0, now / before))
            elif now > before:
                self._open((now - before) * step.price, step.price, step.tilt)
        return swept

    def traverse(self, low: float, high: float) -> Swept:
        """Clear longs down to the low and shorts up to the high, both bands included."""
        below, above = self._index(low), self._index(high) + 1
        longs = self._clear(self._long, below, _BANDS)
        shorts = self._clear(self._short, 0, above)
        swept = Swept(float(longs[1].sum()), float(shorts[1].sum()), longs, shorts)
        self.swept_usd += swept.long_usd + swept.short_usd
        return swept

    def put(self, side: int, band: Band, price: float) -> None:
        """Add mass to one side; a long goes below the band of `price` and a short above it, whatever it says."""
        here = self._index(price)
        if side > 0:
            self._long[max(0, min(self._index(band.price), here - 1))] += band.usd
        else:
            self._short[min(_BANDS - 1, max(self._index(band.price), here + 1))] += band.usd
        self.added_usd += band.usd

    def edges(self) -> FloatArray:
        """Return the edges of all bands, ascending, in USD: one more than the masses."""
        return _prices(self._first, self._first + _BANDS)

    def around(self, price: float, reach: float) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return edges, long and short masses within `reach` (a fraction) of the price, as copies."""
        low, high = self._index(price * (1 - reach)), self._index(price * (1 + reach)) + 1
        return (
            _prices(self._first + low, self._first + high),
            self._long[low:high].copy(),
            self._short[low:high].copy(),
        )

    def below(self, price: float, reach: float) -> MassMap:
        """Return the longs below the price as distances for the cascade, nearest first."""
        last, first = self._index(price), self._index(price * (1 - reach))
        lower_edges = np.exp((self._first + np.arange(last - 1, first - 1, -1)) * _LOG_BAND)
        nearest = 1 - math.exp((self._first + last) * _LOG_BAND) / price
        distances = np.concatenate(([0.0], [nearest] if nearest > 0 else [], 1 - lower_edges / price))
        masses = self._long[first:last][::-1]
        return MassMap(distances, np.concatenate(([0.0], masses)) if nearest > 0 else masses)

    # --- inside ----------------------------------------------------------------------------------------------

    def _open(self, usd: float, price: float, tilt: float) -> None:
        share = 0.5 + 0.5 * TILT * max(-1.0, min(1.0, tilt))
        bands = new_bands(price, usd, self.mix, self.rate, long_share=share)
        for band in bands.long:
            self.put(1, band, price)
        for band in bands.short:
            self.put(-1, band, price)

    def _scaled(self, factor: float) -> float:
        """Scale everything and return what went."""
        gone = self.mass_usd * (1 - factor)
        self._long *= factor
        self._short *= factor
        return gone

    def _clear(self, side: FloatArray, first: int, end: int) -> tuple[FloatArray, FloatArray]:
        found = first + np.flatnonzero(side[first:end])
        cleared = side[found]
        side[found] = 0.0
        return np.exp((self._first + found) * _LOG_BAND), cleared

    def _index(self, price: float) -> int:
        return max(0, min(_BANDS - 1, _band_of(price) - self._first))

    def _centre(self, price: float) -> None:
        """Move the window along with the price; what falls off an end stays on its last band."""
        shift = _band_of(price) - self._first - _BANDS // 2
        if abs(shift) <= _KEEP_CENTRED:
            return
        self._first += shift
        self._long, self._short = _shifted(self._long, shift), _shifted(self._short, shift)


def _band_of(price: float) -> int:
    return math.floor(math.log(price) / _LOG_BAND)


def _prices(first: int, last: int) -> FloatArray:
    return np.asarray(np.exp(np.arange(first, last + 1) * _LOG_BAND), dtype=np.float64)


def _shifted(masses: FloatArray, shift: int) -> FloatArray:
    moved = np.zeros(_BANDS)
    places = np.clip(np.arange(_BANDS) - shift, 0, _BANDS - 1)
    np.add.at(moved, places, masses)
    return moved
