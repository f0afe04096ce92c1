"""An order book made up around a price: the further away, the more rests there; in a storm much of it is taken away.

Every number is our own. The book covers a little more than 2 % on each side, on a grid of one basis point.
"""

from __future__ import annotations

from random import Random

from desktop.worlds.practice.storm_shape import CoinShape

Level = tuple[str, str]

_GRID = 1e-4
_REACH = 0.0215
# USD resting on one step of the grid next to the price, as a multiple of the coin's usual trade, and how it grows.
_FIRST_STEP = 60.0
_GROWTH = 0.012
# What a storm leaves: a tenth of the quiet book.
_TAKEN_AWAY = 0.9
_RENEWED = 0.12


class MadeBook:
    """One venue's book of one coin. `move` returns what changed; zero sizes take levels away."""

    def __init__(self, shape: CoinShape, rng: Random, price: float) -> None:
        self._shape, self._rng = shape, rng
        self._step = max(shape.tick, round(shape.start_price * _GRID / shape.tick) * shape.tick)
        self._levels = int(_REACH * shape.start_price / self._step) + 1
        self.bids: dict[str, str] = {}
        self.asks: dict[str, str] = {}
        self.updates = 5_000_000_000 + rng.randrange(10**6)
        self.move(price, 0.0)

    def move(self, price: float, stress: float) -> tuple[list[Level], list[Level]]:
        """Follow the price (USD); `stress` 0..1 is how much of a storm there is. Return changed bids and asks."""
        place = int(price / self._step)
        bids = self._side(self.bids, range(place, place - self._levels, -1), stress)
        asks = self._side(self.asks, range(place + 1, place + 1 + self._levels), stress)
        self.updates += len(bids) + len(asks)
        return bids, asks

    def _side(self, side: dict[str, str], places: range, stress: float) -> list[Level]:
        changed: list[Level] = []
        wanted = {self._shape.price_text(place * self._step): away for away, place in enumerate(places)}
        for text in [text for text in side if text not in wanted]:
            del side[text]
            changed.append((text, f"{0:.{self._shape.quantity_decimals}f}"))
        for text, away in wanted.items():
            if text not in side or self._rng.random() < _RENEWED:
                side[text] = self._size(float(text), away, stress)
                changed.append((text, side[text]))
        return changed

    def _size(self, price: float, away: int, stress: float) -> str:
        usd = self._shape.trade_usd * _FIRST_STEP * (1 + _GROWTH * away) * (1 - _TAKEN_AWAY * stress)
        least = 10.0**-self._shape.quantity_decimals
        size = max(least, usd * self._rng.uniform(0.5, 1.5) / price)
        return f"{size:.{self._shape.quantity_decimals}f}"
