"""Freezes what the window shows: one new `DeskView` when something changed, otherwise none."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from desktop.alerts.incidents import Incident
from desktop.domain.errors import SeawallError
from desktop.domain.sentences import told
from desktop.engine.alerting.rule_views import RulesView
from desktop.engine.desk_view import (
    ChartView,
    CoinView,
    ContextView,
    DeskView,
    DeviceView,
    FeedView,
    FuelView,
    UntestedView,
)
from desktop.engine.market.catalogue_view import CatalogueView
from desktop.engine.own.own_views import ExposureView
from desktop.engine.past.history_view import HistoryView
from desktop.risk.reading import Level, Reading

if TYPE_CHECKING:
    from desktop.engine.engine_parts import EngineParts

NO_DEVICE = DeviceView(state="absent", trouble="No wallet is set up in this world.")
MARKET_PERIOD_SECONDS = 0.1


class Picture:
    """Compose the desk view from the engine's parts. Engine thread.

    The market's numbers are read ten times a second at most, device and transfers at every frame: a key pressed on
    the device is seen at once, while no eye follows a price faster than that.
    """

    def __init__(self, parts: EngineParts, history: Callable[[int], HistoryView]) -> None:
        self._parts = parts
        self._history = history
        self.rules: Callable[[], RulesView | None] = lambda: None
        self._coin = parts.coins[0]
        self._interval_ms = 60_000
        self._notes: tuple[str, ...] = ()
        self._market_due = 0.0
        self._coins: tuple[CoinView, ...] = ()
        self._feeds: tuple[FeedView, ...] = ()
        self._chart: ChartView | None = None
        self._coverage: float | None = None
        self._wide: dict[str, Reading] = {}
        self._fuel: FuelView | None = None
        self._context: tuple[ContextView, ...] = ()
        self._untested: UntestedView | None = None
        self._exposure: ExposureView | None = None
        self.catalogue: Callable[[], CatalogueView | None] = lambda: None
        self.offline: Callable[[], bool] = lambda: False

    def watch(self, coin: str, interval_ms: int) -> None:
        """Show this coin in the chart from now on."""
        self._coin, self._interval_ms = coin, interval_ms
        self._market_due = 0.0

    def keep_to(self, coins: Sequence[str]) -> None:
        """Show the first of these coins if the one in the chart is none of them."""
        if self._coin not in coins:
            self._coin = coins[0]
        self._market_due = 0.0

    def note(self, error: SeawallError) -> None:
        """Keep a refusal for the window to say."""
        self._notes = (*self._notes[-4:], told(error))

    def taken(self, before: DeskView | None, *, quiet_until_ms: int | None) -> DeskView | None:
        """Return a new view, or None when nothing but the time has changed within the same second."""
        parts = self._parts
        now_ms = parts.clock.now_ms()
        self._read_market(now_ms)
        incidents = parts.market.incidents()
        view = DeskView(
            version=0 if before is None else before.version + 1,
            now_ms=now_ms,
            world=parts.world,
            level=max(worst_open(incidents), parts.market.pictures.level()),
            feeds=self._feeds,
            coins=self._coins,
            incidents=incidents,
            device=NO_DEVICE if parts.device is None else parts.device.view(),
            transfers=() if parts.transfers is None else parts.transfers.views(),
            chart=self._chart,
            exchange_page=None if parts.practice is None else parts.practice.page(),
            coverage=self._coverage,
            market=self._wide,
            fuel=self._fuel,
            context=self._context,
            snoozed_until_ms=quiet_until_ms if quiet_until_ms is not None and quiet_until_ms > now_ms else None,
            suspended_rules=parts.market.suspended_rules(),
            speed=parts.clock.speed,
            notes=self._notes,
            label=parts.label,
            ways_out=() if parts.ways_out is None else parts.ways_out.views(),
            plans=None if parts.ways_out is None else parts.ways_out.plans,
            history=self._history(now_ms),
            rules=self.rules(),
            untested=self._untested,
            exposure=self._exposure,
            catalogue=self.catalogue(),
            offline=self.offline(),
            preferences=None if parts.preferences is None else parts.preferences.view,
        )
        return None if before is not None and _same(before, view) else view

    def _read_market(self, now_ms: int) -> None:
        if time.monotonic() < self._market_due:
            return
        market = self._parts.market.pictures
        self._coins = market.coin_views(now_ms, self._coin)
        self._feeds = market.feed_views(now_ms)
        self._chart = market.chart(self._coin, self._interval_ms, now_ms)
        self._coverage = market.coverage(now_ms)
        self._wide = market.market(now_ms)
        self._fuel = market.fuel(self._coin)
        self._context = market.context(now_ms)
        own = self._parts.own
        self._untested = None if own is None else own.untested_of(self._coin, now_ms)
        self._exposure = None if own is None else own.exposure_now(now_ms)
        self._market_due = time.monotonic() + MARKET_PERIOD_SECONDS


def worst_open(incidents: tuple[Incident, ...]) -> Level:
    """Return the highest level among the market's incidents that still go on; one's own are another question."""
    return max((i.level for i in incidents if i.closed_ms is None and not i.is_own), default=Level.CALM)


def _same(before: DeskView, view: DeskView) -> bool:
    return (
        before.now_ms // 1000 == view.now_ms // 1000
        and before.coins is view.coins
        and before.incidents == view.incidents
        and before.device == view.device
        and before.transfers == view.transfers
        and before.exchange_page == view.exchange_page
        and before.notes == view.notes
        and before.snoozed_until_ms == view.snoozed_until_ms
        and before.ways_out == view.ways_out
        and before.rules is view.rules
        and before.catalogue is view.catalogue
        and before.offline is view.offline
        and before.preferences is view.preferences
    )
