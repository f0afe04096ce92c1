"""What perpetuals and dated futures cost against the index: premium and annualised basis."""

from __future__ import annotations

BPS = 1e4


def premium_bps(mark: float, index: float) -> float | None:
    """Return (mark - index) / index in basis points; None without an index."""
    return (mark - index) / index * BPS if index > 0 else None


def dated_basis(futures: float, spot: float, days: float) -> float | None:
    """Return (F / S - 1) x 365 / days as a fraction a year; None on the day of expiry or without a spot price."""
    return (futures / spot - 1) * 365 / days if spot > 0 and days > 0 else None
