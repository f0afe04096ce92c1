"""The price of one coin through the storm: the planned fall with the market's own nervousness on top."""

from __future__ import annotations

import math

from desktop.worlds.practice.curves import chance
from desktop.worlds.practice.storm_shape import SEED, STORM_SECONDS, CoinShape, activity, fall

_STEP_SECONDS = 0.25
_CALM_NOISE = 0.000035
_STORM_NOISE = 0.00042
_PULL = 0.06


class PricePath:
    """Prices over the seconds of the storm. The second venue trails the first by a fraction of a second."""

    def __init__(self, shape: CoinShape) -> None:
        self._shape = shape
        self._noise = _noise(shape.coin)

    def at(self, second: float, venue: str = "binance") -> float:
        """Return the traded price at this second on this venue."""
        if venue == "bybit":
            second -= 0.2
        place = min(max(second, 0.0), STORM_SECONDS) / _STEP_SECONDS
        i = min(int(place), len(self._noise) - 2)
        noise = self._noise[i] + (self._noise[i + 1] - self._noise[i]) * (place - i)
        return self._shape.start_price * (1 - self._shape.fall * fall(second)) * math.exp(noise)

    def mark(self, second: float) -> float:
        """Return the mark price: the traded price smoothed over three seconds."""
        return sum(self.at(second - back) for back in (0, 1, 2, 3)) / 4

    def index(self, second: float) -> float:
        """Return the spot index: above the contract while contracts are sold by force."""
        return self.mark(second) * (1 + 0.0009 * (activity(second) - 0.12))


def _noise(coin: str) -> list[float]:
    common, own = chance(SEED, "market noise"), chance(SEED, coin, "noise")
    value, path = 0.0, [0.0]
    for step in range(int(STORM_SECONDS / _STEP_SECONDS)):
        swing = _CALM_NOISE + _STORM_NOISE * activity(step * _STEP_SECONDS)
        value += -_PULL * value + swing * (0.8 * common.gauss(0, 1) + 0.6 * own.gauss(0, 1))
        path.append(value)
    return path
