"""What the person's side asks for by itself: margin tiers, betas, and which leverages strangers use."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

from desktop.domain.errors import SeawallError
from desktop.domain.margin_tiers import MarginTiers
from desktop.engine.own.betas import betas
from desktop.engine.own.exposure_desk import ExposureDesk
from desktop.engine.own.untested_map import UntestedDesk
from desktop.engine.past.history_ports import HistorySource
from desktop.engine.ports import Clock, HandPositions, PositionSample, PositionSource, TierSource
from desktop.risk.windows import HOUR_MS

_TIERS_EVERY_MS = 6 * HOUR_MS
_LOOK_SECONDS = 120.0
_SAMPLE_SECONDS = 20.0
_ROUND_SECONDS = 600.0


@dataclass(frozen=True)
class OwnSources:
    """Where it all comes from.

    `positions` and `hand` tell what the person holds, `tables` are margin tiers known from the start, `tiers` are
    asked for newer ones, `history` has the days that betas are measured on, `sample` shows leverages in use.
    """

    hand: HandPositions | None = None
    positions: Sequence[PositionSource] = ()
    tables: Sequence[MarginTiers] = ()
    tiers: Sequence[TierSource] = ()
    history: HistorySource | None = None
    sample: PositionSample | None = None


class OwnQuestions:
    """Asks until cancelled, and nothing while the person is offline. Engine thread; `coins` is read at each turn."""

    def __init__(
        self, sources: OwnSources, clock: Clock, coins: Sequence[str], exposure: ExposureDesk, untested: UntestedDesk
    ) -> None:
        self._sources, self._clock, self._coins = sources, clock, coins
        self._exposure, self._untested = exposure, untested

    async def run(self) -> None:
        """Ask everything, each at its own pace."""
        sources = self._sources
        async with asyncio.TaskGroup() as group:
            if sources.history is not None:
                group.create_task(self._measure_betas(sources.history), name="betas")
            if sources.sample is not None:
                group.create_task(self._calibrate(sources.sample), name="calibration")
            for source in sources.tiers:
                group.create_task(self._follow_tiers(source), name=f"tiers {source.venue}")

    async def _follow_tiers(self, source: TierSource) -> None:
        """Ask for tiers every six hours, and within two minutes for a coin that a position brings in."""
        asked: frozenset[str] = frozenset()
        due_ms = 0
        while True:
            wanted = frozenset(self._coins) | self._exposure.coins()
            # Without an answer positions there say that their tiers are missing; the question is asked again.
            with contextlib.suppress(SeawallError):
                if not self._exposure.offline() and (wanted - asked or self._clock.now_ms() >= due_ms):
                    self._exposure.around.take_tiers(await source.tiers(sorted(wanted)))
                    asked, due_ms = wanted, self._clock.now_ms() + _TIERS_EVERY_MS
            await self._clock.sleep(_LOOK_SECONDS)

    async def _measure_betas(self, history: HistorySource) -> None:
        # A disk that cannot be read is told by the history; 1.5 is assumed.
        with contextlib.suppress(SeawallError):
            self._exposure.around.take_betas(await betas(history, self._coins, self._clock.now_ms()))

    async def _calibrate(self, sample: PositionSample) -> None:
        """Sample one coin after the other, each at most every ten minutes: new interest follows what is seen."""
        while True:
            for coin in list(self._coins):
                with contextlib.suppress(SeawallError):
                    if not self._exposure.offline():
                        await sample.sample(coin)
                self._untested.calibrate(coin, sample, self._clock.now_ms())
                await self._clock.sleep(_SAMPLE_SECONDS)
            rest_seconds = _ROUND_SECONDS - len(self._coins) * _SAMPLE_SECONDS
            await self._clock.sleep(max(_SAMPLE_SECONDS, rest_seconds))
