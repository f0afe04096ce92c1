"""What the person watches: coins are found, added and removed while everything runs; venues are closed and opened."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from desktop.alerts.incidents import IncidentChange
from desktop.domain.errors import Refused
from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import Ticker
from desktop.domain.symbol_catalogue import SymbolCatalogue
from desktop.engine.commands import AddCoin, FindCoins, RemoveCoin, SetVenue
from desktop.engine.market.catalogue_view import CatalogueView
from desktop.engine.market.connections import Connections
from desktop.engine.market.market_desk import MarketDesk
from desktop.engine.past.history_ports import PublicPast, WatchList
from desktop.engine.ports import Clock, Feed

MOST_COINS = 60
BY_CHOICE = "you switched it off"
_ELSEWHERE = "Watch live to choose coins."
WatchCommand = AddCoin | RemoveCoin | FindCoins | SetVenue


@dataclass
class WatchParts:
    """What a change of the watch list reaches. `warm` gives a new coin its past; `watched` is told the coins at the
    end, `changed` what became of incidents.

    Without `instruments` (a recording, the practice world) coins are fixed.
    """

    clock: Clock
    market: MarketDesk
    feeds: Sequence[Feed]
    connections: Connections
    warm: Callable[[str], Awaitable[None]]
    watched: Callable[[tuple[str, ...]], None]
    changed: Callable[[Sequence[IncidentChange]], None]
    instruments: InstrumentTable | None = None
    past: PublicPast | None = None
    list: WatchList | None = None


class WatchDesk:
    """Keep the watch list. Engine thread; commands one after the other.

    A refused command raises Refused with the nearest coins; what was kept before stays. History of a removed coin
    stays on disk.
    """

    def __init__(self, coins: Sequence[str], parts: WatchParts) -> None:
        self.coins = tuple(coins)
        self._parts = parts
        self._catalogue = SymbolCatalogue()
        self._revision = -1
        self._words = ""
        self._off: set[str] = set()
        self.view: CatalogueView | None = None

    async def start(self, venues_off: Sequence[str]) -> None:
        """Close the venues that the person had closed."""
        for venue in venues_off:
            if any(feed.venue == venue for feed in self._parts.feeds):
                await self._set_venue(venue, on=False)

    def heard(self, ticker: Ticker) -> None:
        """Take a contract's turnover, for the order of what is found."""
        self._catalogue.heard(ticker)

    async def handle(self, command: WatchCommand) -> None:
        """Do it. Raise Refused with words, or what the disk says when it cannot keep the choice."""
        match command:
            case AddCoin():
                await self._add("".join(command.coin.upper().split()))
            case RemoveCoin():
                await self._remove(command.coin)
            case SetVenue():
                await self._choose_venue(command.venue, on=command.on)
            case FindCoins():
                self._words = command.words
                self._find()

    def _known(self) -> SymbolCatalogue:
        table = self._parts.instruments
        if table is None:
            raise Refused("this world has the coins it has", _ELSEWHERE, rule="fixed coins")
        if table.revision != self._revision:
            # The venues' own lists count as soon as they have come.
            self._revision = table.revision
            self._catalogue.take(table.all())
        return self._catalogue

    def _find(self) -> None:
        known = self._known()
        self.view = CatalogueView(self._words, known.search(self._words), self.coins, len(known))

    async def _add(self, coin: str) -> None:
        known = self._known()
        if coin in self.coins:
            return
        if not known.knows(coin):
            near = ", ".join(hit.coin for hit in known.search(coin, 3)) if coin else ""
            remedy = f"Did you mean {near}?" if near else "Search for it by name or symbol."
            raise Refused(f"no venue trades a perpetual on {coin or 'nothing'}", remedy, rule="unknown coin")
        if len(self.coins) >= MOST_COINS:
            words = f"{MOST_COINS} coins are watched already"
            raise Refused(words, "Remove one first: every coin costs requests.", rule="too many coins")
        self._parts.market.watch(coin)
        await self._spread((*self.coins, coin))
        await self._parts.warm(coin)
        await self._keep()

    async def _remove(self, coin: str) -> None:
        self._known()
        if coin not in self.coins:
            return
        if len(self.coins) == 1:
            raise Refused(f"{coin} is the only coin watched", "Add another one first.", rule="last coin")
        left = tuple(one for one in self.coins if one != coin)
        await self._spread(left)
        self._parts.changed(self._parts.market.drop(coin, self._parts.clock.now_ms()))
        await self._keep()

    async def _spread(self, coins: tuple[str, ...]) -> None:
        self.coins = coins
        for feed in self._parts.feeds:
            await feed.watch(coins)
        if self.view is not None:
            self._find()

    async def _keep(self) -> None:
        self._parts.watched(self.coins)
        if self._parts.list is not None:
            await self._parts.list.keep_coins(self.coins)

    async def _choose_venue(self, venue: str, *, on: bool) -> None:
        if self._parts.instruments is None:
            raise Refused("this world has the venues it has", "Watch live to choose venues.", rule="fixed venues")
        if all(feed.venue != venue for feed in self._parts.feeds):
            names = ", ".join(feed.venue for feed in self._parts.feeds)
            raise Refused(f"there is no venue called {venue!r}", f"Venues: {names}.", rule="unknown venue")
        await self._set_venue(venue, on=on)
        if self._parts.list is not None:
            await self._parts.list.keep_venues_off(tuple(sorted(self._off)))

    async def go_offline(self, offline: bool) -> None:
        """Close every connection, or open them again, also after the next start. Raise what the disk says."""
        await self._parts.connections.set_offline(offline)
        if self._parts.list is not None:
            await self._parts.list.keep_offline(offline)

    async def _set_venue(self, venue: str, *, on: bool) -> None:
        await self._parts.connections.set_venue(venue, on, BY_CHOICE)
        (self._off.discard if on else self._off.add)(venue)
        if self._parts.past is not None:
            self._parts.past.leave_out(self._off)
