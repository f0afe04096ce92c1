"""What Seawall would have measured in the thirty made-up days before the storm: volatility, books, premium."""

from __future__ import annotations

import math
from collections.abc import Sequence

from desktop.domain.market import HourBar
from desktop.risk.depth import Levels, depth, slippage_usd, spread_bps
from desktop.risk.indicators.catalogue_liquidity import SLIPPAGE_SIZES
from desktop.risk.minute_hours import values_by_hour
from desktop.worlds.practice.curves import chance
from desktop.worlds.practice.history_minutes import Bar, traded
from desktop.worlds.practice.made_book import MadeBook
from desktop.worlds.practice.storm_shape import SEED, VENUES, CoinShape

_WIDE_BPS = 100.0
_DIGITS = 5

Values = dict[str, list[float | None]]


def values_before(shape: CoinShape, hours: Sequence[HourBar], minutes: Sequence[Bar]) -> Values:
    """Return one value an hour of what needs minutes or books, the same ones every time; None is not known."""
    measured = values_by_hour(traded(shape, minutes)).values
    found: Values = {name: [_told(value) for value in row.tolist()] for name, row in measured.items()}
    found.update(_of_books(shape, hours))
    rng = chance(SEED, shape.coin, "premium")
    found["PREM"] = [_told(rng.gauss(-0.4, 1.1)) for _ in hours]
    return found


def _of_books(shape: CoinShape, hours: Sequence[HourBar]) -> Values:
    """Return depth, spread and slippage of quiet books that are now a little fuller and now a little thinner."""
    rng = chance(SEED, shape.coin, "quiet books")
    books = {venue: _quiet_book(shape, venue) for venue in VENUES}
    usual = {venue: depth(*book, _WIDE_BPS) for venue, book in books.items()}
    names = ["SPREAD", "DEPTH_OI", *(f"SLIP_{size}" for size in SLIPPAGE_SIZES), *(f"DEPTH_USD.{v}" for v in VENUES)]
    found: Values = {name: [] for name in names}
    losses = {size: _least_loss(books, usd) for size, usd in SLIPPAGE_SIZES.items()}
    spread = min(spread_bps(*book) or 0.0 for book in books.values())
    wave = 0.0
    for hour in hours:
        wave = 0.9 * wave + 0.05 * rng.gauss(0, 1)
        whole = 0.0
        for venue, rests in usual.items():
            usd = 0.0 if rests is None else rests.bid_usd * math.exp(wave + 0.04 * rng.gauss(0, 1))
            whole += usd
            found[f"DEPTH_USD.{venue}"].append(_told(usd))
        found["DEPTH_OI"].append(_told(whole / hour.oi_usd) if hour.oi_usd else None)
        found["SPREAD"].append(_told(spread * rng.lognormvariate(0, 0.1)))
        for size, least in losses.items():
            found[f"SLIP_{size}"].append(None if least is None else _told(least * math.exp(-wave)))
    return found


def _quiet_book(shape: CoinShape, venue: str) -> tuple[Levels, Levels]:
    book = MadeBook(shape, chance(SEED, shape.coin, venue, "quiet book"), shape.start_price)
    bids, asks = (
        sorted(((float(price), float(size)) for price, size in side.items()), reverse=falling)
        for side, falling in ((book.bids, True), (book.asks, False))
    )
    return tuple(bids), tuple(asks)


def _least_loss(books: dict[str, tuple[Levels, Levels]], usd: float) -> float | None:
    met = [slippage_usd(*book, "sell", usd) for book in books.values()]
    whole = [one.bps for one in met if one is not None and one.bps is not None and one.unfilled <= 0]
    return min(whole, default=None)


def _told(value: float) -> float | None:
    return None if value != value else float(f"{value:.{_DIGITS}g}")
