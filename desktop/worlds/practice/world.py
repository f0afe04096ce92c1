"""Opens the practice world: venues, exchange, chain and device on 127.0.0.1, used by the same code as real ones."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from desktop.engine.ports import Feed
from desktop.hw.emulator.device import Emulator
from desktop.storage.instrument_file import shipped_instruments
from desktop.storage.recorded_past import RecordedValues
from desktop.storage.resource_files import resource
from desktop.venues.binance.account import BinanceAccount
from desktop.venues.catalogue import VenueHosts, feeds
from desktop.venues.context.feed import channels_of, context_feed
from desktop.venues.outbound import Outbound
from desktop.venues.socket_session import SessionLimits
from desktop.worlds.played_past import PlayedPast
from desktop.worlds.practice.chain_sources import PracticeChains, open_server, open_sources
from desktop.worlds.practice.context_server import SAID_BY, PracticeContext, practice_sources
from desktop.worlds.practice.desk import Desk
from desktop.worlds.practice.exchange import VENUE, Lesson, PracticeExchange
from desktop.worlds.practice.exchange_door import ExchangeDoor
from desktop.worlds.practice.positions import TIERS, PracticePositions
from desktop.worlds.practice.practice_clock import PracticeClock
from desktop.worlds.practice.practice_store import PracticeStore
from desktop.worlds.practice.storm_recording import read_storm
from desktop.worlds.practice.venue_servers import VenueServers
from desktop.worlds.world import World

LABEL = "synthetic storm, play money"
MNEMONIC = "all all all all all all all all all all all all"
"""A phrase the whole world knows: nothing of worth may ever lie on it."""

_DEVICE_LABEL = "PRACTICE play money"


async def open_practice(
    folder: Path,
    *,
    speed: float = 1.0,
    coins: Sequence[str] = ("BTC", "ETH", "SOL"),
    storm: Path | None = None,
    lesson: Lesson | None = None,
) -> World:
    """Open the practice world kept in `folder`; `speed` scales servers and engine clock together.

    A world that was closed or killed is found as it was: balances, address book, withdrawals, chain, device. The
    storm begins anew when the first feed listens. Raise BadInput for a damaged recording, WrongUsage for a speed that
    is none. Call on the engine's loop.
    """
    async with AsyncExitStack() as opened:
        store = PracticeStore(folder / "practice.sqlite")
        opened.callback(store.close)
        clock = PracticeClock(speed, store)
        clock.start()
        opened.push_async_callback(clock.close)
        servers = VenueServers(read_storm(storm or resource("practice/storm.jsonl.zst")), clock)
        opened.push_async_callback(servers.close)
        await servers.start()
        exchange = PracticeExchange(store, clock, lesson)
        chains = PracticeChains(_genesis_ms(store, clock), exchange.withdrawals)
        account = await _open_account(opened, store, clock, exchange, chains)
        sources = await open_sources(opened, chains, clock)
        device = _open_device(opened, store)
        past = servers.past()
        told_by = practice_sources((await open_server(opened, PracticeContext(clock).answer)).url)
        desk = Desk(exchange, device)
        return World(
            name="practice",
            label=LABEL,
            clock=clock,
            feeds=_feeds(servers, coins, clock),
            coins=tuple(coins),
            aclose=opened.pop_all().aclose,
            history=servers,
            past=PlayedPast(past.minutes),
            values=RecordedValues(past.values),
            exchanges={VENUE: account},
            chain=sources,
            practice=desk,
            device_paths=lambda: (device.path,),
            practice_screen=desk.screen,
            positions=(PracticePositions(exchange, clock),),
            tier_tables=(TIERS,),
            context=[context_feed(told_by, Outbound(clock), said_by=SAID_BY)],
            context_channels=channels_of(told_by),
        )


def _feeds(servers: VenueServers, coins: Sequence[str], clock: PracticeClock) -> list[Feed]:
    hosts = {
        "binance": VenueHosts(
            servers.binance_sockets.url, servers.binance_rest.url, parts=frozenset({"books", "tickers"})
        ),
        "bybit": VenueHosts(servers.bybit_sockets.url, parts=frozenset({"books"})),
    }
    # In a fast world a pause of the machine is long by the clock: patience has a floor in real time.
    usual = SessionLimits()
    patient = SessionLimits(silent_s=max(usual.silent_s, 3 * clock.speed), idle_s=max(usual.idle_s, 3 * clock.speed))
    return feeds(hosts, coins, clock, shipped_instruments(), limits=patient)


async def _open_account(
    opened: AsyncExitStack,
    store: PracticeStore,
    clock: PracticeClock,
    exchange: PracticeExchange,
    chains: PracticeChains,
) -> BinanceAccount:
    key, secret = _kept(store, "api_key", secrets.token_hex(32)), _kept(store, "api_secret", secrets.token_hex(32))
    door = ExchangeDoor(exchange, chains.by_network, clock, key, secret, speed=clock.speed)
    server = await open_server(opened, door.answer)
    account = BinanceAccount(key, secret, clock, base_url=server.url)
    opened.push_async_callback(account.close)
    return account


def _open_device(opened: AsyncExitStack, store: PracticeStore) -> Emulator:
    device = Emulator(_kept(store, "mnemonic", MNEMONIC), label=_DEVICE_LABEL, port=0)
    device.start()
    opened.callback(device.stop)
    return device


def _genesis_ms(store: PracticeStore, clock: PracticeClock) -> int:
    return int(_kept(store, "genesis_ms", str(clock.now_ms())))


def _kept(store: PracticeStore, name: str, first: str) -> str:
    """Return what is kept under this name; the first time `first` is kept."""
    value = store.setting(name)
    if value is None:
        store.keep_setting(name, first)
        value = first
    return value
