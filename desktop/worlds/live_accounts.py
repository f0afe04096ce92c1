"""The person's own accounts in the live world: what read-only keys and public addresses show."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import NamedTuple

from desktop.domain.instrument import InstrumentTable
from desktop.engine.alerting.key_watch import KeySource
from desktop.engine.ports import ExchangeRecords, PositionSource
from desktop.storage.settings import Settings
from desktop.venues.binance.account import BinanceAccount
from desktop.venues.binance.positions import BinancePositions, key_header
from desktop.venues.bybit.account_door import BybitAccountDoor
from desktop.venues.bybit.positions import BybitPositions
from desktop.venues.catalogue import VenueHosts
from desktop.venues.host_rules import VENUE_RULES
from desktop.venues.http import RestDoor
from desktop.venues.hyperliquid.positions import HyperliquidAddress
from desktop.venues.hyperliquid.sampled_positions import SampledPositions
from desktop.venues.outbound import Outbound
from desktop.venues.tiers import VenueTiers, public_tiers


class ReadOnlyKey(NamedTuple):
    """A key that may only read, and its secret. Held in memory only."""

    key: str
    secret: str


class AccountKeys(NamedTuple):
    """The read-only keys there are, by venue."""

    binance: ReadOnlyKey | None = None
    bybit: ReadOnlyKey | None = None


class OwnAccounts(NamedTuple):
    """What tells of the person's coins, positions and keys, and of the margin tiers they are weighed by."""

    exchanges: dict[str, ExchangeRecords]
    positions: list[PositionSource]
    keys: list[KeySource]
    tiers: list[VenueTiers]
    sample: SampledPositions


class Accounts:
    """Opens accounts; whatever it opens is closed with `opened`. Engine thread; nothing is asked yet."""

    def __init__(
        self,
        opened: AsyncExitStack,
        hosts: Mapping[str, VenueHosts],
        instruments: InstrumentTable,
        outbound: Outbound,
    ) -> None:
        self._opened, self._hosts = opened, hosts
        self._instruments, self._outbound = instruments, outbound

    def open(self, settings: Settings, held: AccountKeys) -> OwnAccounts:
        """Return the accounts of the keys and addresses that are there."""
        positions: list[PositionSource] = [self._address(one) for one in settings.hyperliquid_addresses]
        exchanges: dict[str, ExchangeRecords] = {}
        keys: list[KeySource] = []
        if held.binance is not None:
            account = self._binance(held.binance)
            positions.append(self._binance_positions(held.binance))
            exchanges[account.venue] = account
            keys.append(account)
        if held.bybit is not None:
            own = self._bybit(held.bybit)
            positions.append(own)
            keys.append(own)
        tiers = public_tiers(self._hosts, self._instruments, self._outbound)
        for one in tiers:
            self._opened.push_async_callback(one.close)
        sample = SampledPositions(self._door("hyperliquid"), self._instruments)
        self._opened.push_async_callback(sample.close)
        return OwnAccounts(exchanges, positions, keys, tiers, sample)

    def _door(self, venue: str, headers: Mapping[str, str] | None = None) -> RestDoor:
        where, rules = self._hosts[venue].rest, VENUE_RULES[venue]
        return RestDoor(where, self._outbound.clock, rules=rules, outbound=self._outbound, headers=headers)

    def _address(self, address: str) -> HyperliquidAddress:
        made = HyperliquidAddress(address, self._door("hyperliquid"), self._instruments)
        self._opened.push_async_callback(made.close)
        return made

    def _binance_positions(self, key: ReadOnlyKey) -> BinancePositions:
        door = self._door("binance", key_header(key.key))
        made = BinancePositions(key.secret, door, self._outbound.clock, self._instruments)
        self._opened.push_async_callback(made.close)
        return made

    def _bybit(self, key: ReadOnlyKey) -> BybitPositions:
        clock = self._outbound.clock
        made = BybitPositions(BybitAccountDoor(*key, self._door("bybit"), clock), clock, self._instruments)
        self._opened.push_async_callback(made.close)
        return made

    def _binance(self, key: ReadOnlyKey) -> BinanceAccount:
        made = BinanceAccount(key.key, key.secret, self._outbound.clock, outbound=self._outbound)
        self._opened.push_async_callback(made.close)
        return made
