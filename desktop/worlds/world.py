"""A world: everything the engine needs from outside, from live adapters, a recording, or the practice servers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from desktop.domain.instrument import InstrumentTable
from desktop.domain.margin_tiers import MarginTiers
from desktop.engine.alerting.key_watch import KeySource
from desktop.engine.desk_view import World as WorldName
from desktop.engine.past.history_ports import HistorySource, PublicPast, ValueSource
from desktop.engine.past.history_view import RecordingView
from desktop.engine.ports import (
    ChainSource,
    Clock,
    ExchangeRecords,
    Feed,
    PositionSample,
    PositionSource,
    PracticeDesk,
    TierSource,
)
from desktop.venues.outbound import Outbound

PracticeScreen = Callable[[], tuple[Sequence[str], bool]]


def no_devices() -> Sequence[str]:
    """Return no device path: this world has no wallet."""
    return ()


@dataclass(frozen=True)
class World:
    """One of the three worlds, open. Belongs to the event loop that opened it.

    `label` is what every window of this world says. `device_paths` names the wallets that can be opened now, such as
    `udp:127.0.0.1:21324`; any thread. `practice_screen` gives the on-screen device's words and whether it asks; any
    thread. `values` are what was measured before, in worlds that keep none. `outbound` is how more may be asked of
    the same hosts. `positions` tell what the person holds, `keys` when the person's keys end, `tiers` the venues'
    margin tiers, `tier_tables` those known from the start, `sample` shows strangers' positions. With `instruments`
    coins and venues can be chosen; `venues_off` begin closed. `aclose` lets go of everything the world opened, feeds
    excepted: whoever runs them closes them first.
    """

    name: WorldName
    label: str
    clock: Clock
    feeds: Sequence[Feed]
    coins: tuple[str, ...]
    aclose: Callable[[], Awaitable[None]]
    history: HistorySource | None = None
    past: PublicPast | None = None
    values: ValueSource | None = None
    recording: Callable[[], RecordingView] | None = None
    exchanges: Mapping[str, ExchangeRecords] = field(default_factory=dict)
    chain: Sequence[ChainSource] = ()
    practice: PracticeDesk | None = None
    device_paths: Callable[[], Sequence[str]] = no_devices
    practice_screen: PracticeScreen | None = None
    outbound: Outbound | None = None
    positions: Sequence[PositionSource] = ()
    keys: Sequence[KeySource] = ()
    tiers: Sequence[TierSource] = ()
    tier_tables: Sequence[MarginTiers] = ()
    sample: PositionSample | None = None
    instruments: InstrumentTable | None = None
    venues_off: Sequence[str] = ()
    context: Sequence[Feed] = ()
    context_channels: Mapping[str, frozenset[str]] = field(default_factory=dict)
    offline: bool = False
