"""What a call of a vector file looks like from inside: typed arguments, results by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

Results = dict[str, object]
Call = Callable[..., Results]
Number = float | None
Side = Literal["BUY", "SELL", 1, -1]
PriceLevels = list[tuple[float, float]]


def none_of(*names: str) -> Results:
    """Return these results as unknown."""
    return dict.fromkeys(names)


def known(values: list[Any]) -> list[float]:
    """Return the values that are not null."""
    return [value for value in values if value is not None]
