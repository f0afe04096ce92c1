"""What is measured by the minute in one coin: volatility, jumps, illiquidity, the price of flow."""

from __future__ import annotations

from functools import partial

from desktop.engine.indicators.coin_boards import CoinBoards
from desktop.engine.indicators.measured import Measure, of_estimate
from desktop.risk.impact import LEAST_R2
from desktop.risk.reading import Reading
from desktop.risk.windows import DAY_MS, HOUR_MS

_NO_MINUTES = "no minute has ended yet"


class VolatilityIndicators:
    """Readings that rest on finished minutes."""

    def __init__(self, boards: CoinBoards) -> None:
        self._boards = boards

    def measures(self) -> dict[str, Measure]:
        """Return the measure of each indicator by id."""
        return {
            "RV_1H": partial(self._realised, "RV_1H", HOUR_MS),
            "RV_24H": partial(self._realised, "RV_24H", DAY_MS),
            "PARK_1H": partial(self._range, "PARK_1H", HOUR_MS),
            "PARK_6H": partial(self._range, "PARK_6H", 6 * HOUR_MS),
            "JUMP": self._jumps,
            "AMIHUD": self._amihud,
            "KYLE": self._kyle,
        }

    def _realised(self, name: str, window_ms: int, now_ms: int) -> Reading:
        return of_estimate(name, self._boards.volatility.realised(window_ms, now_ms), now_ms, _NO_MINUTES)

    def _range(self, name: str, window_ms: int, now_ms: int) -> Reading:
        return of_estimate(name, self._boards.volatility.parkinson(window_ms, now_ms), now_ms, _NO_MINUTES)

    def _jumps(self, now_ms: int) -> Reading:
        return of_estimate("JUMP", self._boards.volatility.jump_share(now_ms), now_ms, "the price has not moved")

    def _amihud(self, now_ms: int) -> Reading:
        return of_estimate("AMIHUD", self._boards.impact.amihud(now_ms), now_ms, "no trades are read")

    def _kyle(self, now_ms: int) -> Reading:
        words = f"flow explains less than {LEAST_R2:.0%} of the returns"
        return of_estimate("KYLE", self._boards.impact.kyle(now_ms), now_ms, words)
