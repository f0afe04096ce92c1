"""Opens the live world: real venues, the real chain; an account only with a read-only key that the caller holds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple

from desktop.chain.bitcoin import LIVE_SOURCES, EsploraSource
from desktop.domain.instrument import InstrumentTable
from desktop.domain.raw_frame import RawFrame
from desktop.engine.clock import WallClock
from desktop.engine.past.history_ports import HistorySource, PublicPast
from desktop.engine.ports import ChainSource, ExchangeRecords
from desktop.storage.background_recorder import BackgroundRecorder
from desktop.storage.instrument_file import shipped_instruments
from desktop.storage.margin_tier_file import shipped_tiers
from desktop.storage.recording_shelf import FOLDER_NAME, RecordingShelf
from desktop.storage.settings import Settings
from desktop.venues.backfill import public_history
from desktop.venues.binance.account import BinanceAccount
from desktop.venues.binance.positions import BinancePositions, key_header
from desktop.venues.catalogue import VenueHosts, feeds
from desktop.venues.context.coinglass_history import WithForcedClosings, coinglass_door
from desktop.venues.context.feed import ContextKeys, channels_of, context_feed, live_sources
from desktop.venues.host_rules import VENUE_RULES
from desktop.venues.http import RestDoor
from desktop.venues.hyperliquid.positions import HyperliquidAddress
from desktop.venues.hyperliquid.sampled_positions import SampledPositions
from desktop.venues.outbound import Outbound
from desktop.venues.regional_hosts import chosen_hosts
from desktop.venues.tiers import VenueTiers, public_tiers
from desktop.venues.venue_feed import Tap
from desktop.venues.withdrawal_feed import withdrawal_feed
from desktop.worlds.world import World, no_devices

LABEL = ""


class ReadOnlyKey(NamedTuple):
    """A key that may only read, and its secret. Held in memory only."""

    key: str
    secret: str


async def open_live(
    folder: Path,
    coins: Sequence[str] = ("BTC", "ETH", "SOL"),
    *,
    settings: Settings | None = None,
    binance_key: ReadOnlyKey | None = None,
    context_keys: ContextKeys | None = None,
    history: HistorySource | None = None,
    device_paths: Callable[[], Sequence[str]] = no_devices,
    tap: Tap | None = None,
) -> World:
    """Open the live world; nothing is asked of the network before its feeds and ports are used.

    Of the settings proxy, hosts, node and recording count here. Without a key there is no exchange account, without
    one of `context_keys` no flow of funds. `tap` gets every raw frame. In `folder` the live world keeps recordings
    alone, if it is told to: journals and history are the caller's. Raise BadInput for hosts that are none of a
    venue's. Call on the engine's loop.
    """
    settings = settings or Settings()
    async with AsyncExitStack() as opened:
        clock = WallClock()
        outbound = Outbound(clock, settings.proxy)
        hosts = chosen_hosts(settings.hosts)
        recorder = await _recorder(folder, settings, opened) if settings.record_always else None
        both = _both(tap, recorder)
        keys = context_keys or ContextKeys()
        told_by = live_sources(keys, settings.eth_node)
        instruments = shipped_instruments()
        own = _own_accounts(settings, hosts, instruments, outbound, binance_key)
        for one in (*own.positions, *own.tiers, own.sample):
            opened.push_async_callback(one.close)
        return World(
            name="live",
            label=LABEL,
            clock=clock,
            feeds=feeds(hosts, coins, clock, instruments, tap=both, outbound=outbound),
            coins=tuple(coins),
            history=history,
            past=_past(opened, hosts, instruments, outbound, keys),
            recording=None if recorder is None else recorder.view,
            exchanges=_exchanges(opened, outbound, binance_key),
            chain=_chain(opened, settings),
            device_paths=device_paths,
            outbound=outbound,
            positions=own.positions,
            tiers=own.tiers,
            tier_tables=shipped_tiers(),
            sample=own.sample,
            instruments=instruments,
            venues_off=settings.venues_off,
            offline=settings.offline,
            context=[
                context_feed(told_by, outbound, keys=keys, tap=both),
                withdrawal_feed(coins, instruments, outbound, tap=both),
            ],
            context_channels=channels_of(told_by),
            # The last of all: what the lines before opened goes along.
            aclose=opened.pop_all().aclose,
        )


def _exchanges(
    opened: AsyncExitStack, outbound: Outbound, binance_key: ReadOnlyKey | None
) -> dict[str, ExchangeRecords]:
    if binance_key is None:
        return {}
    account = BinanceAccount(binance_key.key, binance_key.secret, outbound.clock, outbound=outbound)
    opened.push_async_callback(account.close)
    return {account.venue: account}


def _chain(opened: AsyncExitStack, settings: Settings) -> list[ChainSource]:
    sources: list[ChainSource] = []
    for name, base_url in LIVE_SOURCES:
        source = EsploraSource(name, base_url, proxy=settings.proxy)
        opened.push_async_callback(source.close)
        sources.append(source)
    return sources


def _past(
    opened: AsyncExitStack,
    hosts: Mapping[str, VenueHosts],
    instruments: InstrumentTable,
    outbound: Outbound,
    keys: ContextKeys,
) -> PublicPast:
    past = public_history(hosts, instruments, outbound)
    opened.push_async_callback(past.close)
    if not keys.coinglass:
        return past
    with_closings = WithForcedClosings(past, coinglass_door(keys.coinglass, outbound))
    opened.push_async_callback(with_closings.close)
    return with_closings


class _OwnAccounts(NamedTuple):
    positions: list[HyperliquidAddress | BinancePositions]
    tiers: list[VenueTiers]
    sample: SampledPositions


def _own_accounts(
    settings: Settings,
    hosts: Mapping[str, VenueHosts],
    instruments: InstrumentTable,
    outbound: Outbound,
    binance_key: ReadOnlyKey | None,
) -> _OwnAccounts:
    """Return what tells of the person's positions, and of the margin tiers they are weighed by."""
    clock = outbound.clock
    positions: list[HyperliquidAddress | BinancePositions] = []
    where = hosts["hyperliquid"].rest
    for address in settings.hyperliquid_addresses:
        door = RestDoor(where, clock, rules=VENUE_RULES["hyperliquid"], outbound=outbound)
        positions.append(HyperliquidAddress(address, door, instruments))
    if binance_key is not None:
        key, secret = binance_key
        rules, headers = VENUE_RULES["binance"], key_header(key)
        door = RestDoor(hosts["binance"].rest, clock, rules=rules, outbound=outbound, headers=headers)
        positions.append(BinancePositions(secret, door, clock, instruments))
    door = RestDoor(where, clock, rules=VENUE_RULES["hyperliquid"], outbound=outbound)
    sample = SampledPositions(door, instruments)
    return _OwnAccounts(positions, public_tiers(hosts, instruments, outbound), sample)


async def _recorder(folder: Path, settings: Settings, opened: AsyncExitStack) -> BackgroundRecorder:
    recorder = BackgroundRecorder(RecordingShelf(folder / FOLDER_NAME, settings.recordings_budget_mb), "live")
    recorder.start()
    opened.push_async_callback(asyncio.to_thread, recorder.close)
    return recorder


def _both(tap: Tap | None, recorder: BackgroundRecorder | None) -> Tap | None:
    if recorder is None:
        return tap
    if tap is None:
        return recorder.tap

    def to_both(raw: RawFrame) -> None:
        recorder.tap(raw)
        tap(raw)

    return to_both
