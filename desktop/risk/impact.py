"""What trading costs in price: illiquidity and the slope of returns on flow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean

import msgspec

PER_BILLION = 1e9


def amihud(returns: Sequence[float], volumes_usd: Sequence[float]) -> float | None:
    """Return mean(|r| / USD volume) x 1e9, per billion USD; bars without volume say nothing. None without a bar."""
    parts = [abs(r) / volume for r, volume in zip(returns, volumes_usd, strict=True) if volume > 0]
    return fmean(parts) * PER_BILLION if parts else None


class FlowSlope(msgspec.Struct, frozen=True):
    """Slope of returns on signed flow, and the share (0..1) of their variance that the flow explains."""

    slope: float
    r2: float


def flow_slope(flow: Sequence[float], returns: Sequence[float]) -> FlowSlope | None:
    """Return the least-squares slope with intercept (Kyle's lambda); None where the flow never varied.

    With flow in million USD and returns in basis points it is basis points per million USD.
    """
    if len(flow) < 2:
        return None
    mean_x, mean_y = fmean(flow), fmean(returns)
    xx = math.fsum((x - mean_x) ** 2 for x in flow)
    xy = math.fsum((x - mean_x) * (y - mean_y) for x, y in zip(flow, returns, strict=True))
    yy = math.fsum((y - mean_y) ** 2 for y in returns)
    if xx <= 0:
        return None
    return FlowSlope(xy / xx, xy * xy / (xx * yy) if yy > 0 else 0.0)
