"""What stands beside the market desk and hears the same messages: notes, untested interest, the person's exposure."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from desktop.domain.errors import SeawallError
from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import HourBar, Message
from desktop.engine.commands import (
    ChooseWick,
    Command,
    DropHandHolding,
    DropHandPosition,
    KeepHandHolding,
    KeepHandPosition,
)
from desktop.engine.desk_view import UntestedView
from desktop.engine.market.market_notes import MarketNotes
from desktop.engine.own.exposure_desk import ExposureDesk
from desktop.engine.own.exposure_facts import ExposureFact, exposure_facts
from desktop.engine.own.own_questions import OwnQuestions, OwnSources
from desktop.engine.own.own_views import ExposureView
from desktop.engine.own.untested_map import UntestedDesk
from desktop.engine.ports import Clock
from desktop.risk.reading import Level, Reading, unknown


class OwnSide:
    """Folds every message but trades. Engine thread; `venues` in the order in which they may carry a price."""

    def __init__(
        self,
        coins: Sequence[str],
        venues: tuple[str, ...],
        clock: Clock,
        sources: OwnSources,
        instruments: InstrumentTable | None = None,
    ) -> None:
        self.coins, self._hand = list(coins), sources.hand
        self._told: set[tuple[str, str]] = set()
        self.notes = MarketNotes(venues, instruments)
        self.untested = UntestedDesk(coins, self.notes)
        self.exposure = ExposureDesk(self.notes, clock, hand=sources.hand, sources=sources.positions)
        self.exposure.around.take_tiers(sources.tables)
        self.exposure.impaired = self.notes.impaired
        self._questions = OwnQuestions(sources, clock, self.coins, self.exposure, self.untested)

    async def run(self) -> None:
        """Follow the person's accounts and the venues' margin tiers until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.exposure.run(), name="exposure")
            group.create_task(self._questions.run(), name="questions")

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

    async def warm_slowly(self, coin: str, bars: Sequence[HourBar]) -> None:
        """Take hours of a coin that were told while everything else goes on."""
        await self.untested.warm_slowly(coin, bars)

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

    def long_sizes(self, now_ms: int) -> dict[str, float]:
        """Return by coin what the person's long positions are worth in USD, as far as that is known."""
        sizes: dict[str, float] = {}
        for position in self.exposure_now(now_ms).positions:
            if position.side == "long" and position.notional_usd:
                sizes[position.coin] = sizes.get(position.coin, 0.0) + position.notional_usd
        return sizes

    def exposure_now(self, now_ms: int) -> ExposureView:
        """Return the person's side."""
        return self.exposure.view(now_ms)
