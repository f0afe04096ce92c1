"""Positions that real people have on Hyperliquid, sampled: from the latest trades to what both sides hold.

Everything asked is public. The sample leans toward those who trade much; it serves to see which leverages are in use,
and nothing of it is kept on disk. Forms by the venue's documentation of its info endpoint, 2026.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from desktop.domain.errors import NetworkTrouble
from desktop.domain.instrument import InstrumentTable
from desktop.domain.position import Position
from desktop.risk.untested.leverage_mix import USUAL_RATE, KnownPosition, implied_leverage
from desktop.venues.feed_parts import symbol_of
from desktop.venues.http import Question, RestDoor
from desktop.venues.hyperliquid.positions import ADDRESS, VENUE, holdings_of
from desktop.venues.wire import DECODE_FAILURES

_PATH = "/info"
_TRADES_WEIGHT, _STATE_WEIGHT = 20.0, 2.0
_MOST_ADDRESSES = 20
_MOST_REMEMBERED = 3_000
_NO_SPOT = b'{"balances":[]}'
_REMEDY = "It is asked again later; the shipped mix of leverages is used meanwhile."


class _Trade(msgspec.Struct):
    users: list[str] = []


_trades = msgspec.json.Decoder(list[_Trade]).decode


class SampledPositions:
    """Fills the port `PositionSample`. Engine thread; all questions go behind everything that is live."""

    venue = VENUE

    def __init__(self, door: RestDoor, instruments: InstrumentTable) -> None:
        self._door, self._instruments = door, instruments
        self._seen: dict[str, list[tuple[str, KnownPosition]]] = {}

    async def sample(self, coin: str) -> None:
        """Look at some more addresses that traded this coin just now. Raise NetworkTrouble."""
        symbol = symbol_of(VENUE, coin, self._instruments)
        body = await self._asked({"type": "recentTrades", "coin": symbol}, _TRADES_WEIGHT)
        try:
            users = [user.lower() for trade in _trades(body) for user in trade.users if ADDRESS.match(user)]
        except DECODE_FAILURES as error:
            raise NetworkTrouble(f"Hyperliquid's trades are not as documented: {error}", _REMEDY) from error
        for user in list(dict.fromkeys(users))[:_MOST_ADDRESSES]:
            state = await self._asked({"type": "clearinghouseState", "user": user}, _STATE_WEIGHT)
            self._keep(user, state)

    def known(self, coin: str) -> Sequence[KnownPosition]:
        """Return the positions in this coin among all addresses seen lately, each address as it was seen last."""
        return [position for held in self._seen.values() for of, position in held if of == coin]

    async def close(self) -> None:
        """Close all connections."""
        await self._door.close()

    def _keep(self, user: str, state: bytes) -> None:
        try:
            held = holdings_of(state, _NO_SPOT, user, self._instruments, together=False)
        except DECODE_FAILURES as error:
            raise NetworkTrouble(f"Hyperliquid's account is not as documented: {error}", _REMEDY) from error
        self._seen.pop(user, None)
        self._seen[user] = [(one.coin, _known(one)) for one in held.positions]
        while len(self._seen) > _MOST_REMEMBERED:
            del self._seen[next(iter(self._seen))]

    async def _asked(self, question: dict[str, str], weight: float) -> bytes:
        return await self._door.ask(Question(_PATH, body=msgspec.json.encode(question), weight=weight), "backfill")


def _known(position: Position) -> KnownPosition:
    """Return the position with the leverage that its liquidation price implies: a cross one's setting says little."""
    entry = float(position.entry)
    told = position.venue_liquidation
    leverage = 1.0 if told is None else implied_leverage(entry, float(told), position.side, USUAL_RATE)
    mark = entry if position.venue_mark is None else float(position.venue_mark)
    return KnownPosition(entry, leverage, position.side, float(position.quantity) * mark)
