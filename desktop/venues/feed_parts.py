"""What feeds are made of: where a venue listens, what of it a world has, and which contracts its coins are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import msgspec

from desktop.domain.instrument import InstrumentTable
from desktop.engine.ports import Clock
from desktop.venues.outbound import Outbound
from desktop.venues.socket_session import SessionLimits
from desktop.venues.venue_feed import Tap

Part = Literal["books", "tickers", "insurance", "status", "instruments", "inverse"]
ALL_PARTS: frozenset[Part] = frozenset({"books", "tickers", "insurance", "status", "instruments", "inverse"})


class VenueHosts(msgspec.Struct, frozen=True):
    """Where a venue listens: base addresses without a slash at the end.

    `rest`, `spot_ws` and `spot_rest` may be empty where they are not asked. `parts` are the channels beside the main
    stream that exist there; what is not among them is off, and nobody misses it.
    """

    ws: str
    rest: str = ""
    spot_ws: str = ""
    spot_rest: str = ""
    parts: frozenset[Part] = frozenset()

    @property
    def urls(self) -> tuple[str, ...]:
        """Return every address that is set."""
        return tuple(url for url in (self.ws, self.rest, self.spot_ws, self.spot_rest) if url)


class FeedParts(NamedTuple):
    """What every feed of a world is made of."""

    outbound: Outbound
    instruments: InstrumentTable
    tap: Tap | None
    limits: SessionLimits | None

    @property
    def clock(self) -> Clock:
        """Return the world's clock."""
        return self.outbound.clock

    def symbols(self, venue: str, coins: Sequence[str]) -> list[str]:
        """Return the venue's contracts of these coins, without those that its own list does not have."""
        found = [symbol_of(venue, coin, self.instruments) for coin in coins]
        if not self.instruments.is_complete(venue):
            return found
        return [symbol for symbol in found if self.instruments.trades(venue, symbol)]


def symbol_of(venue: str, coin: str, instruments: InstrumentTable) -> str:
    """Return the venue's USDT contract of a coin (Hyperliquid's only one): PEPE is traded by the thousand."""
    if venue == "okx":
        return f"{coin}-USDT-SWAP"
    if venue == "hyperliquid":
        return f"k{coin}" if instruments.knows(venue, f"k{coin}") else coin
    for prefix, suffix in (("", ""), ("1000", ""), ("", "1000"), ("10000", ""), ("1000000", ""), ("1M", "")):
        symbol = f"{prefix}{coin}{suffix}USDT"
        if instruments.knows(venue, symbol):
            return symbol
    return f"{coin}USDT"
