"""What the exchanges say about accounts: idle coins, open networks, address books. Asked, kept with their age."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from decimal import Decimal

import msgspec

from desktop.custody.amount_guards import in_whole_units
from desktop.custody.reports import SavedAddress, VenueNetwork
from desktop.domain.errors import Refused, SeawallError
from desktop.domain.venue_names import venue_name
from desktop.engine.ports import Clock, ExchangeRecords

FRESH_MS = 10_000
KEPT_MS = 120_000
ANSWER_SECONDS = 30.0


class Account(msgspec.Struct, frozen=True):
    """One coin at one venue as it was answered at `at_ms`; `trouble` is why there is no newer answer."""

    networks: tuple[VenueNetwork, ...] | None = None
    saved: tuple[SavedAddress, ...] | None = None
    idle: Decimal | None = None
    at_ms: int = 0
    trouble: str = ""


class Accounts:
    """Ask the exchanges and keep their answers for two minutes at most. Engine thread."""

    def __init__(self, exchanges: Mapping[str, ExchangeRecords], clock: Clock) -> None:
        self._exchanges = exchanges
        self._clock = clock
        self._known: dict[tuple[str, str], Account] = {}

    def exchange(self, venue: str) -> ExchangeRecords:
        """Return the venue's records. Raise Refused if no key for it is set up."""
        found = self._exchanges.get(venue)
        if found is None:
            words = f"No read-only key for {venue_name(venue)} is set up."
            raise Refused(words, "Add one in the settings.", rule="G9")
        return found

    def known(self, venue: str, coin: str) -> Account:
        """Return what is known now; an answer that has grown too old is not known any more."""
        account = self._known.get((venue, coin), Account())
        if account.networks is not None and self._clock.now_ms() - account.at_ms > KEPT_MS:
            return Account(trouble=account.trouble or "Its last answer is too old.")
        return account

    async def fresh(self, venue: str, coin: str) -> Account:
        """Return an answer that is ten seconds old at most, if the venue gives one; otherwise what is known."""
        known = self.known(venue, coin)
        if known.networks is not None and not known.trouble and self._clock.now_ms() - known.at_ms <= FRESH_MS:
            return known
        return await self.ask(venue, coin)

    async def ask(self, venue: str, coin: str) -> Account:
        """Ask the venue now and return what is known then. Trouble is kept in words, not raised."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                account = await self._answer(venue, coin)
        except (SeawallError, TimeoutError) as error:
            words = (
                error.message if isinstance(error, SeawallError) else f"{venue_name(venue)} did not answer in time."
            )
            account = msgspec.structs.replace(self._known.get((venue, coin), Account()), trouble=words)
        self._known[venue, coin] = account
        return self.known(venue, coin)

    async def _answer(self, venue: str, coin: str) -> Account:
        exchange = self.exchange(venue)
        networks = [in_whole_units(venue, network) for network in await exchange.networks(coin)]
        balances = await exchange.balances()
        saved: tuple[SavedAddress, ...] | None
        try:
            saved = tuple(await exchange.saved_addresses(coin))
        except Refused:
            saved = None  # some keys may not read the address book: not known is not empty
        return Account(tuple(networks), saved, balances.get(coin, Decimal(0)), self._clock.now_ms())
