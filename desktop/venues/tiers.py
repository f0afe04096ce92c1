"""Margin tiers of every venue, asked without a key, behind everything that is live."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from desktop.domain.instrument import InstrumentTable
from desktop.domain.margin_tiers import MarginTiers
from desktop.venues.binance.margin_tiers import keyless_tiers
from desktop.venues.bybit import margin_tiers as bybit
from desktop.venues.errors import SaysNo
from desktop.venues.feed_parts import VenueHosts, symbol_of
from desktop.venues.host_rules import GENERIC, VENUE_RULES
from desktop.venues.http import Question, RestDoor
from desktop.venues.hyperliquid import margin as hyperliquid
from desktop.venues.okx import margin as okx
from desktop.venues.outbound import Outbound

BINANCE_SITE = "https://www.binance.com"
"""The keyless list of brackets lies on the web site and is not documented: it lags behind for new contracts."""
_BRACKETS = Question("/bapi/futures/v1/friendly/future/common/brackets", body=b"{}")
_META = Question("/info", body=b'{"type":"meta"}', weight=20.0)

Ask = Callable[[Question], Awaitable[bytes]]
Read = Callable[[Ask, Sequence[str], int], Awaitable[list[MarginTiers]]]


class VenueTiers:
    """Fills the port `TierSource` for one venue. Engine thread."""

    def __init__(self, venue: str, door: RestDoor, outbound: Outbound, read: Read) -> None:
        self.venue = venue
        self._door, self._clock, self._read = door, outbound.clock, read

    async def tiers(self, coins: Sequence[str]) -> list[MarginTiers]:
        """Return the tiers of the perpetuals of these coins. Raise NetworkTrouble or Unreadable."""
        return await self._read(self._ask, coins, self._clock.now_ms())

    async def close(self) -> None:
        """Close all connections."""
        await self._door.close()

    async def _ask(self, question: Question) -> bytes:
        return await self._door.ask(question, "backfill")


def public_tiers(
    hosts: Mapping[str, VenueHosts], instruments: InstrumentTable, outbound: Outbound
) -> list[VenueTiers]:
    """Return a source for each venue of `hosts` that tells its tiers without a key."""
    made: list[VenueTiers] = []
    for venue, where in hosts.items():
        if venue == "binance":
            door = RestDoor(BINANCE_SITE, outbound.clock, rules=GENERIC, outbound=outbound)
            made.append(VenueTiers(venue, door, outbound, _binance))
        elif venue in _READERS and where.rest:
            door = RestDoor(where.rest, outbound.clock, rules=VENUE_RULES[venue], outbound=outbound)
            made.append(VenueTiers(venue, door, outbound, _READERS[venue](instruments)))
    return made


async def _binance(ask: Ask, coins: Sequence[str], now_ms: int) -> list[MarginTiers]:
    return keyless_tiers(await ask(_BRACKETS), now_ms)


async def _answers(ask: Ask, questions: Sequence[Question]) -> list[bytes]:
    """Return the good answers: a venue says no to a coin that it does not trade, and tells of the others.

    Raise SaysNo if it says no to each.
    """
    found: list[bytes] = []
    refused: SaysNo | None = None
    for question in questions:
        try:
            found.append(await ask(question))
        except SaysNo as error:
            refused = error
    if refused is not None and not found:
        raise refused
    return found


def _bybit(instruments: InstrumentTable) -> Read:
    async def read(ask: Ask, coins: Sequence[str], now_ms: int) -> list[MarginTiers]:
        questions = [bybit.question_of(symbol_of("bybit", coin, instruments)) for coin in coins]
        return [one for body in await _answers(ask, questions) for one in bybit.tiers(body, now_ms)]

    return read


def _okx(instruments: InstrumentTable) -> Read:
    async def read(ask: Ask, coins: Sequence[str], now_ms: int) -> list[MarginTiers]:
        questions = [okx.tiers_question(symbol_of("okx", coin, instruments)) for coin in coins]
        return [one for body in await _answers(ask, questions) for one in okx.tiers_of(body, instruments, now_ms)]

    return read


def _hyperliquid(instruments: InstrumentTable) -> Read:
    async def read(ask: Ask, coins: Sequence[str], now_ms: int) -> list[MarginTiers]:
        return hyperliquid.tiers_of(await ask(_META), now_ms)

    return read


_READERS: Mapping[str, Callable[[InstrumentTable], Read]] = {
    "bybit": _bybit,
    "okx": _okx,
    "hyperliquid": _hyperliquid,
}
