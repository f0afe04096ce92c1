"""What is kept of an indicator over a restart: days summed up, and hours in a row; and the minutes it is made of."""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Origin = Literal["own", "filled"]


class DayValue(msgspec.Struct, frozen=True, gc=False):
    """One UTC day of one indicator of one coin; `minutes` is how many minutes of it had a value (1..1440).

    `origin` is `own` for what Seawall measured itself, `filled` for what a venue's public history said later.
    """

    day_ms: int
    least: float
    most: float
    mean: float
    last: float
    minutes: int
    origin: Origin = "own"


class ValueHours(msgspec.Struct, frozen=True):
    """Hourly values by indicator from `first_ms` on (UTC, a full hour), without holes in time.

    Each array has one entry an hour: the hour's last value, NaN where there was none. Arrays are never written to.
    """

    first_ms: int
    values: dict[str, FloatArray]


class TradedMinutes(msgspec.Struct, frozen=True):
    """What was traded of one coin in each minute from `first_ms` on (UTC, a full minute), without holes in time.

    Prices as quoted; `turnover_usd` and `signed_usd` (what takers bought less what they sold) over all venues. Each
    array has one entry a minute, NaN where it is not known. Arrays are never written to.
    """

    first_ms: int
    high: FloatArray
    low: FloatArray
    close: FloatArray
    turnover_usd: FloatArray
    signed_usd: FloatArray
