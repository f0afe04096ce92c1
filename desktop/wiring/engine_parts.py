"""Joins a world and the profile's own files into an engine."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from desktop.engine.alerting.key_watch import KeyWatch
from desktop.engine.alerting.ways_out import WaysOut
from desktop.engine.engine import Engine
from desktop.engine.engine_parts import EngineParts
from desktop.engine.market.market_desk import MarketDesk
from desktop.engine.own.own_questions import OwnSources
from desktop.engine.own.own_side import OwnSide
from desktop.engine.past.history_ports import HistorySink, HistorySource, WatchList
from desktop.engine.ports import Notifier
from desktop.engine.preferences import PreferenceDesk, VenueAddresses
from desktop.engine.transfers.transfer_runner import TransferRunner
from desktop.hw.advice import Advice
from desktop.hw.carriers.bus_watch import BusWatch
from desktop.hw.carriers.discovery import connected
from desktop.hw.chain_needs import needs_of
from desktop.hw.device_worker import DeviceWorker
from desktop.hw.doctor import Wish
from desktop.hw.prompts import PromptDesk
from desktop.storage.hand_positions import HandPositionFile
from desktop.storage.incident_journal import IncidentFile
from desktop.storage.indicator_history import IndicatorHistory
from desktop.storage.instrument_file import shipped_instruments
from desktop.storage.last_seen import LastSeen
from desktop.storage.preferences import SettingsPreferences
from desktop.storage.rule_files import ProfileRules, shipped_rules
from desktop.storage.transfer_journal import SqliteTransferJournal
from desktop.storage.value_history import ValueHistory
from desktop.storage.watch_list import SettingsWatchList
from desktop.venues.catalogue import LIVE_HOSTS
from desktop.venues.regional_hosts import DOMAINS, chosen_hosts
from desktop.wiring.channels import ChannelMaker
from desktop.wiring.device_paths import install_shipped_rule, no_cable, present
from desktop.wiring.new_ways import NewWays
from desktop.wiring.wallet_desk import WalletDesk
from desktop.worlds.world import World

OpenWorld = Callable[[], Awaitable[World]]


async def open_engine(open_world: OpenWorld, folder: Path) -> Engine:
    """Open world, journals and device, and return an engine that is ready to run. Engine thread.

    Raises SeawallError when a file of the profile cannot be used; what was opened until then is closed again.
    """
    world = await open_world()
    closers: list[Callable[[], Awaitable[None]]] = [world.aclose]
    try:
        parts = await _parts(world, folder, closers)
    except BaseException:
        for closer in closers:
            await closer()
        raise
    return Engine(parts)


async def _parts(world: World, folder: Path, closers: list[Callable[[], Awaitable[None]]]) -> EngineParts:
    incidents = IncidentFile(folder / "incidents.sqlite")
    closers.insert(0, incidents.close)
    source, sink = await _history(world, folder, closers)
    values = ValueHistory(folder / "values.sqlite") if world.name == "live" else None
    if values is not None:
        closers.insert(0, values.close)
    venues = tuple(feed.venue for feed in world.feeds)
    feed_names = frozenset(feed.venue for feed in (*world.feeds, *world.context))
    parts = EngineParts(
        world=world.name,
        label=world.label,
        clock=world.clock,
        coins=world.coins,
        feeds=world.feeds,
        context=world.context,
        offline=world.offline,
        gate=set_offline if world.outbound is None else world.outbound.set_offline,
        take_ways=None if world.outbound is None else NewWays(world.outbound, feed_names).take,
        market=MarketDesk(world.coins, shipped_rules(), venues),
        own=_own_side(world, folder, source),
        history=source,
        history_sink=sink,
        values=values,
        value_source=world.values,
        past=world.past,
        recording=world.recording,
        instruments=world.instruments,
        watch_list=_watch_list(world, folder, closers),
        venues_off=world.venues_off,
        incidents=incidents,
        preferences=PreferenceDesk(SettingsPreferences(folder, addresses(), chosen_hosts)),
        keys=KeyWatch(world.keys, world.clock) if world.keys else None,
        rules=ProfileRules(folder),
        last_seen=LastSeen(folder) if world.name == "live" else None,
        notifier=notifier(),
        practice=world.practice,
        closers=closers,
    )
    parts.market.expect_context(world.context_channels)
    if world.name != "replay":
        await _add_custody(parts, world, folder)
        maker = ChannelMaker(folder, world.clock)
        parts.ways_out = WaysOut(world.clock, maker, maker.ping, lambda: is_heard(parts), sends=world.name == "live")
    return parts


def addresses() -> tuple[VenueAddresses, ...]:
    """Return the addresses of the venues that a person may replace."""
    found = []
    for venue, hosts in LIVE_HOSTS.items():
        named = {name: getattr(hosts, name) for name in ("ws", "rest", "spot_ws", "spot_rest")}
        found.append(VenueAddresses(venue, {name: url for name, url in named.items() if url}, DOMAINS[venue]))
    return tuple(found)


def set_offline(offline: bool) -> None:
    """Do nothing: this world asks no host."""


def is_heard(parts: EngineParts) -> bool:
    """Return whether any feed is heard now."""
    return any(feed.state == "live" for feed in parts.market.pictures.feed_views(parts.clock.now_ms()))


def _own_side(world: World, folder: Path, history: HistorySource | None) -> OwnSide:
    """Return the person's side; a recording has none of its own, but the map of untested interest all the same."""
    sources = OwnSources(
        hand=None if world.name == "replay" else HandPositionFile(folder),
        positions=world.positions,
        tables=world.tier_tables,
        tiers=world.tiers,
        history=history,
        sample=world.sample,
    )
    venues = tuple(feed.venue for feed in world.feeds)
    return OwnSide(world.coins, venues, world.clock, sources, shipped_instruments())


def _watch_list(world: World, folder: Path, closers: list[Callable[[], Awaitable[None]]]) -> WatchList | None:
    """Return where the person's coins are kept; None where they are fixed."""
    if world.instruments is None:
        return None
    kept = SettingsWatchList(folder)
    closers.insert(0, kept.close)
    return kept


async def _history(
    world: World, folder: Path, closers: list[Callable[[], Awaitable[None]]]
) -> tuple[HistorySource | None, HistorySink | None]:
    """Return where the hours before now come from and where finished ones go: live worlds keep their own."""
    if world.name != "live":
        return world.history, None
    kept = IndicatorHistory(folder / "history.sqlite")
    closers.insert(0, kept.close)
    return kept, kept


async def _add_custody(parts: EngineParts, world: World, folder: Path) -> None:
    journal = SqliteTransferJournal(folder / "transfers.sqlite", world.name)
    await journal.open()
    parts.closers.insert(0, journal.close)
    cabled = connected if world.name == "live" else no_cable
    live = world.name == "live"
    prompts = PromptDesk(lambda prompt: None)  # the window looks at every frame
    worker = DeviceWorker(
        lambda: [*cabled(), *present(world.device_paths())],
        lambda state: None,
        prompter=prompts,
        watch=BusWatch() if live else None,
        advice=Advice() if live else None,
    )
    device = WalletDesk(
        worker,
        practice_screen=world.practice_screen,
        install_rule=install_shipped_rule,
        prompts=prompts,
        wish=lambda: wallet_wish(parts),
    )
    parts.device = device
    parts.transfers = TransferRunner(
        clock=world.clock,
        journal=journal,
        device=device,
        exchanges=world.exchanges,
        chain=world.chain,
        world=world.name,
        positions=None if parts.own is None else parts.own.exposure,
    )
    worker.start()
    parts.closers.insert(0, device.close)


def wallet_wish(parts: EngineParts) -> Wish:
    """Return what the wallet is wanted for, as the journal's transfers tell."""
    if parts.transfers is None:
        return Wish()
    use = parts.transfers.wallet_use()
    return Wish(use.fingerprints, needs_of(use.chains))


def notifier() -> Notifier | None:
    """Return the desktop notifier of this platform, or None where there is none yet."""
    if sys.platform == "linux" and os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        from desktop.notify.linux_notifications import LinuxNotifier

        return LinuxNotifier()
    return None
