"""How wide a fall is: the share of coins under their previous close."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

F3, F5 = -0.03, -0.05


class Breadth(msgspec.Struct, frozen=True):
    """Shares (0..1) of `coins` coins whose low is more than 3 and 5 % under the previous close."""

    f3: float | None
    f5: float | None
    coins: int


def breadth(lows: Mapping[str, float], previous_closes: Mapping[str, float]) -> Breadth:
    """Return how many coins fell, among those with a low and a previous close; shares are None if there are none."""
    falls = [low / close - 1 for coin, low in lows.items() if (close := previous_closes.get(coin)) is not None]
    f3, f5 = (share_fallen(len(falls), sum(1 for fall in falls if fall < limit)) for limit in (F3, F5))
    return Breadth(f3, f5, len(falls))


def share_fallen(coins: int, fallen: int) -> float | None:
    """Return which share (0..1) of the coins has fallen; None of no coins."""
    return fallen / coins if coins > 0 else None
