"""Fills the past of what is measured by the minute (volatility, range, illiquidity) from minutes the venues tell."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from desktop.domain.errors import SeawallError
from desktop.domain.kept_values import FloatArray, TradedMinutes, ValueHours
from desktop.engine.market.market_desk import MarketDesk
from desktop.engine.past.history_ports import PublicPast, ValueStore
from desktop.engine.ports import Clock
from desktop.risk.minute_hours import FROM_MINUTES, values_by_hour

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
PIECES, PIECE_HOURS = 8, 90
"""Thirty days in pieces that one question to the past can hold, and behind which a gap need not wait long."""

_HOURS = PIECES * PIECE_HOURS
# A past that is known for most of its hours is not asked for again.
_KNOWN_SHARE = 0.7
_OF_ALL = "RV_1H"


class MinutePast:
    """Asks for thirty days of minutes of a coin, the newest piece first, and takes their hours in. Engine thread.

    Each piece is in the percentiles as soon as it is told. Hours Seawall measured itself win. What is told is kept in
    `values`, so that it is asked for once; `on_trouble` gets what the disk says.
    """

    def __init__(self, clock: Clock, market: MarketDesk, past: PublicPast, values: ValueStore | None) -> None:
        self._clock = clock
        self._market = market
        self._past = past
        self._values = values
        self._told: dict[str, tuple[int, dict[int, TradedMinutes]]] = {}
        self.on_trouble: Callable[[SeawallError], None] = lambda error: None

    async def fill(self, coin: str, piece: int) -> None:
        """Ask for one piece (0 is the newest) and take it in. Raise NetworkTrouble if no venue answers."""
        if coin not in self._told:
            if self._market.known_values(coin, _OF_ALL) >= _KNOWN_SHARE * _HOURS:
                return
            self._told[coin] = self._clock.now_ms() // HOUR_MS * HOUR_MS, {}
        until_ms, told = self._told[coin]
        begin_ms = until_ms - (piece + 1) * PIECE_HOURS * HOUR_MS
        told[piece] = await self._past.traded(coin, begin_ms, begin_ms + PIECE_HOURS * HOUR_MS)
        hours = values_by_hour(_whole(until_ms, told))
        if np.isnan(hours.values[_OF_ALL]).all():
            return
        try:
            self._market.fill_values(coin, await self._with_own(coin, hours))
            if len(told) == PIECES and self._values is not None:
                await self._values.fill_hours(coin, hours)
        except SeawallError as error:
            self.on_trouble(error)
        if len(told) == PIECES:
            # The coin may be watched anew some day; then it is known.
            del self._told[coin]

    def forget(self, coin: str) -> None:
        """Let go of what was told of a coin that is watched no longer."""
        self._told.pop(coin, None)

    async def _with_own(self, coin: str, hours: ValueHours) -> ValueHours:
        """Return the hours with those that Seawall measured itself in the place of what was told of them."""
        if self._values is None:
            return hours
        until_ms = hours.first_ms + _HOURS * HOUR_MS
        own = (await self._values.value_hours(coin, hours.first_ms, until_ms)).values
        merged = {name: _first_known(own.get(name), hours.values[name]) for name in FROM_MINUTES}
        return ValueHours(hours.first_ms, merged)


def _first_known(own: FloatArray | None, told: FloatArray) -> FloatArray:
    return told if own is None else np.where(np.isnan(own), told, own)


def _whole(until_ms: int, told: dict[int, TradedMinutes]) -> TradedMinutes:
    """Return the thirty days with what is told of them; the rest is not known."""
    length = PIECE_HOURS * HOUR_MS // MINUTE_MS
    unknown = np.full(length, np.nan)
    pieces = [told.get(piece) for piece in reversed(range(PIECES))]
    rows = [
        np.concatenate([unknown if piece is None else getattr(piece, column) for piece in pieces])
        for column in ("high", "low", "close", "turnover_usd", "signed_usd")
    ]
    return TradedMinutes(until_ms - _HOURS * HOUR_MS, *rows)
