"""Opens the live world: real venues, the real chain; an account only with a read-only key that the caller holds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from desktop.chain.live_sources import LiveSource
from desktop.chain.live_sources import live_sources as chain_sources
from desktop.domain.instrument import InstrumentTable
from desktop.domain.raw_frame import RawFrame
from desktop.engine.clock import WallClock
from desktop.engine.past.history_ports import HistorySource, PublicPast
from desktop.engine.ports import ChainSource
from desktop.storage.background_recorder import BackgroundRecorder
from desktop.storage.instrument_file import shipped_instruments
from desktop.storage.margin_tier_file import shipped_tiers
from desktop.storage.recording_shelf import FOLDER_NAME, RecordingShelf
from desktop.storage.settings import Settings
from desktop.venues.backfill import public_history
from desktop.venues.catalogue import LIVE_HOSTS, VenueHosts, feeds
from desktop.venues.context.coinglass_history import WithForcedClosings, coinglass_door
from desktop.venues.context.feed import ContextKeys, channels_of, context_feed, live_sources
from desktop.venues.outbound import Outbound
from desktop.venues.regional_hosts import moved_bases
from desktop.venues.venue_feed import Tap
from desktop.venues.withdrawal_feed import withdrawal_feed
from desktop.worlds.live_accounts import AccountKeys, Accounts
from desktop.worlds.world import World, no_devices

LABEL = ""


async def open_live(
    folder: Path,
    coins: Sequence[str] = ("BTC", "ETH", "SOL"),
    *,
    settings: Settings | None = None,
    keys: AccountKeys | None = None,
    context_keys: ContextKeys | None = None,
    proxy_login: str = "",
    history: HistorySource | None = None,
    device_paths: Callable[[], Sequence[str]] = no_devices,
    tap: Tap | None = None,
) -> World:
    """Open the live world; nothing is asked of the network before its feeds and ports are used.

    Of the settings proxy, hosts, node and recording count here; the world's `outbound` takes other proxies and hosts
    at any time. `proxy_login` is "name:password" for the proxy, if it wants one. Without a key there is no account,
    without one of `context_keys` no flow of funds. `tap` gets every raw frame. In `folder` it keeps recordings alone,
    if told to: journals and history are the caller's. Raise BadInput for hosts that are none of a venue's. Engine's
    loop.
    """
    settings = settings or Settings()
    async with AsyncExitStack() as opened:
        outbound = Outbound(WallClock(), settings.proxy, moved_bases(settings.hosts), login=proxy_login)
        hosts = LIVE_HOSTS
        instruments = shipped_instruments()
        recorder = await _recorder(folder, settings, opened) if settings.record_always else None
        own = Accounts(opened, hosts, instruments, outbound).open(settings, keys or AccountKeys())
        about, both = context_keys or ContextKeys(), _both(tap, recorder)
        told_by = live_sources(about, settings.eth_node)
        leaving = withdrawal_feed(coins, instruments, outbound, tap=both)
        return World(
            name="live",
            label=LABEL,
            clock=outbound.clock,
            feeds=feeds(hosts, coins, outbound.clock, instruments, tap=both, outbound=outbound),
            coins=tuple(coins),
            history=history,
            past=_past(opened, hosts, instruments, outbound, about),
            recording=None if recorder is None else recorder.view,
            chain=_chain(opened, settings, outbound),
            device_paths=device_paths,
            outbound=outbound,
            tier_tables=shipped_tiers(),
            instruments=instruments,
            venues_off=settings.venues_off,
            offline=settings.offline,
            context=[context_feed(told_by, outbound, keys=about, tap=both), leaving],
            context_channels=channels_of(told_by),
            **own._asdict(),  # exchanges, positions, keys, tiers, sample
            # The last of all: what the lines before opened goes along.
            aclose=opened.pop_all().aclose,
        )


def _chain(opened: AsyncExitStack, settings: Settings, outbound: Outbound) -> list[ChainSource]:
    found = chain_sources(lambda url: outbound.way_to(url).proxy, settings.eth_node)
    return [_kept(source, url, opened, outbound) for source, url in found]


def _kept(source: LiveSource, url: str, opened: AsyncExitStack, outbound: Outbound) -> ChainSource:
    async def renew() -> None:
        await source.take_proxy(outbound.way_to(url).proxy)

    opened.push_async_callback(source.close)
    opened.callback(outbound.joined(renew))
    return source


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
