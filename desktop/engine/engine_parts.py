"""What an engine is made of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from desktop.domain.instrument import InstrumentTable
from desktop.engine.alerting.key_watch import KeyWatch
from desktop.engine.alerting.my_facts import MyFacts
from desktop.engine.alerting.ways_out import WaysOut
from desktop.engine.desk_view import World
from desktop.engine.market.market_desk import MarketDesk
from desktop.engine.own.own_side import OwnSide
from desktop.engine.past.history_ports import (
    HistorySink,
    HistorySource,
    PublicPast,
    ValueSource,
    ValueStore,
    WatchList,
)
from desktop.engine.past.history_view import RecordingView
from desktop.engine.ports import (
    Clock,
    DeviceDesk,
    Feed,
    IncidentJournal,
    LastSeen,
    Notifier,
    PracticeDesk,
    RuleKeeper,
)
from desktop.engine.preferences import PreferenceDesk, TakeWays
from desktop.engine.transfers.transfer_runner import TransferRunner


@dataclass
class EngineParts:
    """Everything an engine is made of; filled in by the wiring, once per world."""

    world: World
    label: str
    clock: Clock
    coins: tuple[str, ...]
    feeds: Sequence[Feed]
    market: MarketDesk
    context: Sequence[Feed] = ()
    offline: bool = False
    gate: Callable[[bool], None] = lambda offline: None
    take_ways: TakeWays | None = None
    instruments: InstrumentTable | None = None
    watch_list: WatchList | None = None
    venues_off: Sequence[str] = ()
    transfers: TransferRunner | None = None
    keys: KeyWatch | None = None
    preferences: PreferenceDesk | None = None
    device: DeviceDesk | None = None
    history: HistorySource | None = None
    history_sink: HistorySink | None = None
    values: ValueStore | None = None
    value_source: ValueSource | None = None
    past: PublicPast | None = None
    recording: Callable[[], RecordingView] | None = None
    incidents: IncidentJournal | None = None
    rules: RuleKeeper | None = None
    last_seen: LastSeen | None = None
    notifier: Notifier | None = None
    practice: PracticeDesk | None = None
    own: OwnSide | None = None
    ways_out: WaysOut | None = None
    closers: list[Callable[[], Awaitable[None]]] = field(default_factory=list)


def mine_of(parts: EngineParts) -> MyFacts:
    """Return what tells the rules of the person, as far as this world has it."""
    own, device, transfers = parts.own, parts.device, parts.transfers
    return MyFacts(
        parts.market.alerts.told,
        exposure=None if own is None else own.exposure_now,
        standings=None if own is None else lambda: [standing for standing, _ in own.exposure.standings()],
        device=None if device is None else device.view,
        board=None if transfers is None else transfers.board,
        keys=None if parts.keys is None else parts.keys.days_left,
    )
