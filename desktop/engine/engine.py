"""The engine: feeds in, alerts and pictures out. It lives on one asyncio loop and never waits for the window."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

from desktop.alerts.incidents import IncidentChange
from desktop.domain.errors import Refused, SeawallError
from desktop.domain.market import Gap, Message, Ticker, Trade, TradeRun
from desktop.domain.sentences import told
from desktop.engine.alerting import alert_delivery
from desktop.engine.alerting.alert_delivery import AlertDelivery
from desktop.engine.alerting.alert_desk import AlertDesk
from desktop.engine.alerting.incident_keeper import IncidentKeeper
from desktop.engine.commands import (
    Acknowledge,
    AddCoin,
    AnswerDevice,
    CancelOnDevice,
    Command,
    ExportIncidents,
    FindCoins,
    KeepChannels,
    KeepPreferences,
    KeepRules,
    MendDevice,
    PracticeSaveAddress,
    PracticeWithdraw,
    PressDeviceKey,
    RemoveCoin,
    SetOffline,
    SetVenue,
    Snooze,
    TryChannel,
    TryRule,
    WatchCoin,
)
from desktop.engine.desk_view import DeskView
from desktop.engine.door import News, PersonWantsTransfer
from desktop.engine.engine_parts import EngineParts, mine_of
from desktop.engine.market.connections import Connections
from desktop.engine.market.watch_desk import WatchDesk, WatchParts
from desktop.engine.past.past_desk import PastDesk
from desktop.engine.picture import Picture, worst_open
from desktop.engine.preferences import PreferenceDesk

_log = logging.getLogger(__name__)

FRAME_SECONDS = 1 / 30
NEW_WAY = "the way there was changed in the settings"
_TRADES = frozenset({Trade, TradeRun})


class Engine:
    """Fold the feeds, judge, deliver, and freeze a picture at most 30 times a second. Engine thread."""

    def __init__(self, parts: EngineParts) -> None:
        self._parts = parts
        self._market = parts.market
        self._incidents = IncidentKeeper(parts.incidents)
        self._delivery = AlertDelivery(self._incidents, parts.notifier)
        self._changes: asyncio.Queue[IncidentChange] = asyncio.Queue()
        self._commands: asyncio.Queue[Command] = asyncio.Queue()
        feeds = [*parts.feeds, *parts.context]
        self._connections = Connections(
            feeds, parts.market, parts.clock, self._fold, offline=parts.offline, gate=parts.gate
        )
        self._past = PastDesk(parts)
        self._picture = Picture(parts, self._past.view)
        self.alerts = AlertDesk(parts.market, parts.clock, parts.history, parts.rules, parts.last_seen)
        self._watching = WatchDesk(parts.coins, self._watch_parts())
        self.view: DeskView | None = None
        self.on_news: Callable[[News], None] = lambda news: None
        self._loop = asyncio.get_running_loop()
        self._join()

    def _join(self) -> None:
        """Let the parts hear of each other."""
        parts, note = self._parts, self._picture.note
        self._past.on_trouble = self._incidents.on_trouble = note
        self.alerts.mine = mine_of(parts)
        self.alerts.tell = self._tell_changes
        self.alerts.news = lambda news: self.on_news(news)
        self._picture.rules = self.alerts.view
        self._picture.catalogue = lambda: self._watching.view
        self._picture.offline = lambda: self._connections.offline
        if parts.transfers is not None:
            parts.transfers.on_refused = note
            if parts.own is not None:
                parts.own.exposure.sought = parts.transfers.leaves
        if parts.ways_out is not None:
            parts.ways_out.on_refused = note
            self._delivery.ways_out = parts.ways_out
            parts.ways_out.desk.on_failed = self._channel_failed
            parts.ways_out.desk.on_well = self._channel_well
        if parts.own is not None:
            parts.market.use_cascade(parts.own.cascade)
            parts.own.listen(
                level=lambda: worst_open(parts.market.incidents()),
                on_trouble=note,
                offline=lambda: self._connections.offline,
            )
        if parts.keys is not None:
            parts.keys.offline = lambda: self._connections.offline
        if parts.notifier is not None:
            parts.notifier.on_action = self._on_notification_action

    def _watch_parts(self) -> WatchParts:
        parts = self._parts
        return WatchParts(
            clock=parts.clock,
            market=parts.market,
            feeds=parts.feeds,
            connections=self._connections,
            warm=self._past.warm,
            watched=self._watched,
            changed=self._tell_changes,
            instruments=parts.instruments,
            past=parts.past,
            list=parts.watch_list,
        )

    def take(self, command: Command) -> None:
        """Queue a command. Engine thread."""
        self._commands.put_nowait(command)

    async def run(self) -> None:
        """Run until cancelled or closed. Raises what no part of it could handle."""
        parts = self._parts
        self._delivery.tell = lambda news: self.on_news(news)
        await self._restore()
        async with asyncio.TaskGroup() as group:
            await self._watching.start(parts.venues_off)
            await self._connections.start()
            for feed in (*parts.feeds, *parts.context):
                group.create_task(self._connections.follow(feed), name=f"feed {feed.venue}")
            group.create_task(self._tick(), name="tick")
            group.create_task(self.alerts.run(), name="alerts")
            group.create_task(self._freeze(), name="freeze")
            group.create_task(self._deliver(), name="deliver")
            group.create_task(self._obey(), name="commands")
            self._past.watch(parts.coins)
            group.create_task(self._past.run(), name="past")
            if parts.transfers is not None:
                group.create_task(parts.transfers.run(), name="transfers")
            if parts.ways_out is not None:
                group.create_task(parts.ways_out.run(), name="ways out")
            if parts.own is not None:
                group.create_task(parts.own.run(), name="own side")
            if parts.keys is not None:
                group.create_task(parts.keys.run(), name="keys")

    async def close(self) -> None:
        """Close every part, in the order in which they depend on each other."""
        parts = self._parts
        for feed in (*parts.feeds, *parts.context):
            await feed.close()
        if parts.transfers is not None:
            await parts.transfers.close()
        if parts.notifier is not None:
            await parts.notifier.close()
        if parts.ways_out is not None:
            await parts.ways_out.close()
        await self._incidents.close()
        for closer in parts.closers:
            await closer()

    async def _restore(self) -> None:
        parts = self._parts
        await self.alerts.start()
        if parts.preferences is not None:
            await parts.preferences.start()
        # Restored incidents are history: they are shown, and never ring as news.
        self._market.restore(await self._incidents.recent(50))
        if parts.transfers is not None:
            await parts.transfers.restore()
        await self._past.restore(parts.coins)

    def _watched(self, coins: tuple[str, ...]) -> None:
        self._picture.keep_to(coins)
        self._past.watch(coins)
        if self._parts.own is not None:
            self._parts.own.keep_to(coins)

    def _fold(self, messages: Sequence[Message], now_ms: int) -> None:
        self._tell_changes(self._market.fold_all(messages, now_ms))
        own = self._parts.own
        for message in messages:
            if type(message) in _TRADES:
                continue
            if type(message) is Ticker:
                self._watching.heard(message)
            elif type(message) is Gap:
                self._past.gap(message)
            if own is not None:
                own.fold(message, now_ms)

    async def _tick(self) -> None:
        parts = self._parts
        # A fast clock must not turn the tick into a busy loop: at least 50 ms of real time lie between two.
        pause_seconds = max(1.0, 0.05 * parts.clock.speed)
        while True:
            if parts.world == "live":  # the other worlds have times of their own
                self._tell_changes(await self._connections.wake())
            now_ms = parts.clock.now_ms()
            self._connections.tell_errors(now_ms)
            self.alerts.tick(now_ms)
            self._tell_changes(self._market.tick(now_ms))
            if parts.own is not None:
                parts.own.tick(now_ms)
                self._market.tell(parts.own.facts(now_ms))
                self._market.use_sizes(parts.own.long_sizes(now_ms))
            self._past.hand_over(now_ms)
            await parts.clock.sleep(pause_seconds)

    async def _deliver(self) -> None:
        while True:
            change = await self._changes.get()
            await self._delivery.deliver(change, self._parts.clock.now_ms())

    async def _freeze(self) -> None:
        while True:
            view = self._picture.taken(self.view, quiet_until_ms=self._delivery.quiet_until_ms)
            if view is not None:
                self.view = view
            await asyncio.sleep(FRAME_SECONDS)

    async def _obey(self) -> None:
        # Transfers wait for device and person: they run beside the other commands, in their own order.
        transfers: asyncio.Queue[Command] = asyncio.Queue()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._obey_transfers(transfers))
            while True:
                command = await self._commands.get()
                try:
                    if not await self._handled(command):
                        transfers.put_nowait(command)
                except SeawallError as error:
                    self._picture.note(error)

    async def _obey_transfers(self, commands: asyncio.Queue[Command]) -> None:
        while True:
            command = await commands.get()
            if self._parts.transfers is not None:
                await self._parts.transfers.handle(command)

    async def _handled(self, command: Command) -> bool:
        now_ms = self._parts.clock.now_ms()
        match command:
            case WatchCoin():
                self._picture.watch(command.coin, command.interval_ms)
            case Acknowledge():
                await self._acknowledge(command.incident_id, now_ms)
            case Snooze():
                await self._snooze(command, now_ms)
            case AddCoin() | RemoveCoin() | FindCoins() | SetVenue():
                await self._watching.handle(command)
            case SetOffline():
                if self._parts.world == "replay":
                    raise Refused("a recording needs no network", "There is nothing to switch off.", rule="replay")
                await self._watching.go_offline(command.offline)
            case PressDeviceKey() | PracticeSaveAddress() | PracticeWithdraw():
                await self._practise(command)
            case CancelOnDevice() if self._parts.device is not None:
                await self._parts.device.cancel()
            case AnswerDevice() if self._parts.device is not None:
                self._parts.device.answer(command.id, command.way, command.secret)
            case MendDevice() if self._parts.device is not None:
                await self._parts.device.mend()
            case KeepRules() | TryRule() | ExportIncidents():
                await self.alerts.handle(command)
            case KeepPreferences() if self._parts.preferences is not None:
                await self._keep_preferences(self._parts.preferences, command)
            case TryChannel() | KeepChannels() if self._parts.ways_out is not None:
                await self._parts.ways_out.handle(command)
            case _:
                return self._parts.own is not None and await self._parts.own.handle(command)
        return True

    async def _keep_preferences(self, desk: PreferenceDesk, command: KeepPreferences) -> None:
        parts, before = self._parts, "" if desk.view is None else desk.view.kept.proxy
        try:
            await desk.keep(command.preferences)
        except SeawallError as error:
            desk.refused(told(error))
            return
        if parts.take_ways is not None and (feeds := await parts.take_ways(command.preferences)):
            # What goes another way is opened anew; what is known stays.
            await self._connections.renew(NEW_WAY, feeds)
        if parts.ways_out is not None and command.preferences.proxy != before:
            await parts.ways_out.open()

    def _channel_failed(self, name: str, reason: str) -> None:
        self._tell_changes(self._market.channel_failed(name, reason, self._parts.clock.now_ms()))

    def _channel_well(self, name: str) -> None:
        self._tell_changes(self._market.channel_well(name, self._parts.clock.now_ms()))

    def _tell_changes(self, changes: Sequence[IncidentChange]) -> None:
        for change in changes:
            self._changes.put_nowait(change)

    async def _acknowledge(self, incident_id: str, now_ms: int) -> None:
        for incident in self._market.incidents():
            if incident.acknowledged_ms is None and incident_id in ("", incident.id):
                self._market.acknowledge(incident.id, now_ms)
                await self._delivery.take_away(incident.id)
        await self._keep_incidents(incident_id)

    async def _snooze(self, command: Snooze, now_ms: int) -> None:
        until_ms = now_ms + command.seconds * 1000
        if command.incident_id:
            self._market.snooze(command.incident_id, until_ms)
            await self._delivery.take_away(command.incident_id)
        else:
            self._delivery.quiet_until_ms = until_ms
        await self._keep_incidents(command.incident_id)

    async def _keep_incidents(self, incident_id: str) -> None:
        for incident in self._market.incidents():
            if incident_id in ("", incident.id):
                await self._incidents.keep(incident)

    async def _practise(self, command: Command) -> None:
        practice = self._parts.practice
        if practice is None:
            return
        match command:
            case PressDeviceKey():
                practice.press(yes=command.yes)
            case PracticeSaveAddress():
                await practice.save_address(command.coin, command.address)
            case PracticeWithdraw():
                await practice.withdraw(command.coin, command.amount)

    def _on_notification_action(self, key: str, action: str) -> None:
        """Turn a pressed notification button into a command or news. Called from the notifier's own context."""
        match action:
            case alert_delivery.ACTION_TRANSFER:
                news = PersonWantsTransfer(key)
                self._loop.call_soon_threadsafe(lambda: self.on_news(news))
            case alert_delivery.ACTION_SNOOZE:
                self._loop.call_soon_threadsafe(self.take, Snooze(seconds=3600, incident_id=key))
            case alert_delivery.ACTION_ACKNOWLEDGE:
                self._loop.call_soon_threadsafe(self.take, Acknowledge(key))
