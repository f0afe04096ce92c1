"""What stands beside the market desk and hears the same messages: notes, untested interest, the person's exposure."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence

from desktop.domain.errors import SeawallError
from desktop.domain.instrument import InstrumentTable
from desktop.domain.margin_tiers import MarginTiers
from desktop.domain.market import HourBar, Message, Trade
from desktop.engine.commands import (
    ChooseWick,
    Command,
    DropHandHolding,
    DropHandPosition,
    KeepHandHolding,
    KeepHandPosition,
)
from desktop.engine.desk_view import ExposureView, UntestedView
from desktop.engine.exposure_desk import ExposureDesk
from desktop.engine.exposure_facts import ExposureFact, exposure_facts
from desktop.engine.market_notes import MarketNotes
from desktop.engine.ports import Clock, HandPositions, HistorySource, PositionSource, TierSource
from desktop.engine.untested_map import UntestedDesk
from desktop.risk.reading import Level, Reading, unknown
from desktop.risk.wick import BETA_DAYS, measured_beta
from desktop.risk.windows import DAY_MS, HOUR_MS

_TIERS_EVERY_MS = 6 * HOUR_MS
_LOOK_SECONDS = 120.0
MARKET_COIN = "BTC"


class OwnSide:
    """Folds every message but trades. Engine thread; `venues` in the order in which they may carry a price.

    `sources` and `hand` tell what the person holds, `tables` are margin tiers known from the start, `tier_sources`
    are asked for newer ones every six hours; `history` has the days that betas are measured on.
    """

    def __init__(
        self,
        coins: Sequence[str],
        venues: tuple[str, ...],
        clock: Clock,
        *,
        instruments: InstrumentTable | None = None,
        hand: HandPositions | None = None,
        sources: Sequence[PositionSource] = (),
        tables: Sequence[MarginTiers] = (),
        tier_sources: Sequence[TierSource] = (),
        history: HistorySource | None = None,
    ) -> None:
        self.coins, self._clock, self._hand = list(coins), clock, hand
        self._tier_sources, self._history = tuple(tier_sources), history
        self._told: set[tuple[str, str]] = set()
        self.notes = MarketNotes(venues, instruments)
        self.untested = UntestedDesk(coins, self.notes)
        self.exposure = ExposureDesk(self.notes, clock, hand=hand, sources=sources)
        self.exposure.around.take_tiers(tables)
        self.exposure.impaired = self.notes.impaired

    async def run(self) -> None:
        """Follow the person's accounts and the venues' margin tiers until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.exposure.run(), name="exposure")
            group.create_task(self._measure_betas(), name="betas")
            for source in self._tier_sources:
                group.create_task(self._follow_tiers(source), name=f"tiers {source.venue}")

    async def _follow_tiers(self, source: TierSource) -> None:
        """Ask for tiers every six hours, and within two minutes for a coin that a position brings in."""
        asked: frozenset[str] = frozenset()
        due_ms = 0
        while True:
            wanted = frozenset(self.coins) | self.exposure.coins()
            # Without an answer positions there say that their tiers are missing; the question is asked again.
            with contextlib.suppress(SeawallError):
                if not self.exposure.offline() and (wanted - asked or self._clock.now_ms() >= due_ms):
                    self.exposure.around.take_tiers(await source.tiers(sorted(wanted)))
                    asked, due_ms = wanted, self._clock.now_ms() + _TIERS_EVERY_MS
            await self._clock.sleep(_LOOK_SECONDS)

    def listen(
        self,
        *,
        level: Callable[[], Level],
        on_trouble: Callable[[SeawallError], None],
        offline: Callable[[], bool] = lambda: False,
    ) -> None:
        """Take how serious it is now, where troubles of hand entry go, and whether nothing may be asked."""
        self.exposure.level, self.exposure.on_trouble = level, on_trouble
        self.exposure.offline = offline

    # --- the market ------------------------------------------------------------------------------------------

    def fold(self, message: Message, now_ms: int) -> None:
        """Take one message."""
        if type(message) is Trade:
            return
        self.notes.fold(message, now_ms)
        self.untested.fold(message, now_ms)

    def tick(self, now_ms: int) -> None:
        """Let a second of the clock pass."""
        self.untested.tick(now_ms)

    def watch(self, coin: str) -> None:
        """Follow this coin from now on."""
        if coin not in self.coins:
            self.coins.append(coin)
        self.untested.watch(coin)

    def keep_to(self, coins: Sequence[str]) -> None:
        """Follow these coins and no others from now on."""
        for gone in set(self.coins).difference(coins):
            self.coins.remove(gone)
            self.untested.drop(gone)
        for coin in coins:
            self.watch(coin)

    def warm(self, coin: str, bars: Sequence[HourBar]) -> None:
        """Take the hours of a coin before now."""
        self.watch(coin)
        self.untested.warm(coin, bars)

    async def _measure_betas(self) -> None:
        """Measure how far each coin moves with bitcoin, over up to 90 days of hours; with too few 1.5 is assumed."""
        history = self._history
        if history is None:
            return
        since_ms = self._clock.now_ms() - BETA_DAYS * DAY_MS
        try:
            hours = {coin: await history.hours(coin, since_ms) for coin in {*self.coins, MARKET_COIN}}
        except SeawallError:
            return  # a disk that cannot be read is told by the history; 1.5 is assumed
        closes = {coin: _daily_closes(bars) for coin, bars in hours.items()}
        market = closes[MARKET_COIN]
        found = {coin: _beta(closes[coin], market) for coin in closes if coin != MARKET_COIN}
        self.exposure.around.take_betas({coin: beta for coin, beta in found.items() if beta is not None})

    # --- the person ------------------------------------------------------------------------------------------

    async def handle(self, command: Command) -> bool:
        """Do what the command asks; return False for one that is not meant for this side. Raise SeawallError."""
        match command:
            case ChooseWick():
                self.exposure.choose_wick(command.wick)
            case KeepHandPosition() | DropHandPosition() | KeepHandHolding() | DropHandHolding():
                await self._by_hand(command)
            case _:
                return False
        return True

    async def _by_hand(self, command: Command) -> None:
        hand = self._hand
        if hand is None:
            return
        match command:
            case KeepHandPosition():
                await hand.keep_position(command.position)
            case DropHandPosition():
                await hand.drop_position(command.venue, command.symbol, command.side)
            case KeepHandHolding():
                await hand.keep_holding(command.holding)
            case DropHandHolding():
                await hand.drop_holding(command.venue, command.coin, command.collateral)
        await self.exposure.reload()

    # --- pictures --------------------------------------------------------------------------------------------

    def cascade(self, coin: str, now_ms: int) -> Reading:
        """Return CASCADE_K of a coin, for the indicators."""
        return self.untested.reading(coin, now_ms)

    def untested_of(self, coin: str, now_ms: int) -> UntestedView | None:
        """Return the map of a coin for the chart."""
        return self.untested.view(coin, now_ms)

    def facts(self, now_ms: int) -> list[ExposureFact]:
        """Return what the rules may know of the person's side."""
        facts = exposure_facts(self.exposure.fresh_standings(), now_ms)
        # What was told once and is no more must not stand as it was: a closed position would ring for ever.
        told = {(fact.name, fact.subject) for fact in facts}
        gone = [ExposureFact(*key, unknown("not known any more", now_ms)) for key in sorted(self._told - told)]
        self._told |= told
        return [*facts, *gone]

    def exposure_now(self, now_ms: int) -> ExposureView:
        """Return the person's side."""
        return self.exposure.view(now_ms)


def _daily_closes(bars: Sequence[HourBar]) -> dict[int, float]:
    """Return the last close of each UTC day."""
    return {(bar.open_ms + HOUR_MS - 1) // DAY_MS: bar.close for bar in bars}


def _beta(coin: dict[int, float], market: dict[int, float]) -> float | None:
    days = sorted(coin.keys() & market.keys())
    pairs = [(day, day - 1) for day in days if day - 1 in coin and day - 1 in market]
    return measured_beta(
        [coin[day] / coin[before] - 1 for day, before in pairs],
        [market[day] / market[before] - 1 for day, before in pairs],
    )
