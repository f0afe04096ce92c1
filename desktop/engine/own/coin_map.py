"""The map of one coin as messages build it: marks, open interest and forced closings in steps of five minutes."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Sequence

from desktop.domain.market import HourBar, Liquidation, Mark
from desktop.engine.market.market_notes import INTEREST_PERIOD_MS, MarketNotes
from desktop.engine.own.untested_score import MapScore, Print
from desktop.risk.freshness import age_words
from desktop.risk.reading import State
from desktop.risk.untested.leverage_mix import DEFAULT_MIX, Calibration, KnownPosition, LeverageMix, calibrated
from desktop.risk.untested.untested_interest import STEP_MS, MapStep, UntestedMap
from desktop.risk.windows import DAY_MS, HOUR_MS

WARM_HOURS = 168.0
_LATE_INTEREST_MS = 3 * INTEREST_PERIOD_MS
_QUIET_MARK_MS = 60_000
_LONGEST_JUDGED_MS = 2 * STEP_MS
_SLICE = 20


class CoinMap:
    """The map of one coin. Engine thread; all calls take the engine's clock.

    `version` counts steps; `interest_share` is the share of contracts whose open interest was known in the last one.
    """

    def __init__(self, coin: str, notes: MarketNotes) -> None:
        self.coin = coin
        self._notes = notes
        # Two hundred coins must not all make their step in the same turn of the loop.
        self._offset_ms = zlib.crc32(coin.encode()) % STEP_MS
        self.map: UntestedMap | None = None
        self.score = MapScore()
        self.price = self._low = self._high = 0.0
        self._source: tuple[str, str] | None = None
        self._marked_ms = 0
        self._before: dict[tuple[str, str], float] = {}
        self._prints: list[Print] = []
        self._step_no: int | None = None
        self.stepped_ms = 0
        self.interest_share: float | None = None
        self.calibration: Calibration | None = None
        self._interest_hours = 0.0
        self.version = 0

    # --- facts -----------------------------------------------------------------------------------------------

    def mark(self, message: Mark, now_ms: int) -> None:
        """Take a mark of the contract that is followed; another one is followed when it falls silent."""
        key = (message.venue, message.symbol)
        if key != self._source:
            if self._source is not None and now_ms - self._marked_ms < _QUIET_MARK_MS:
                return
            self._source = key
        said = self._notes.mark(self.coin, now_ms, *key)
        if said is None or said.price <= 0:
            return
        self._marked_ms, self.price = now_ms, said.price
        self._low = min(self._low or said.price, said.price)
        self._high = max(self._high, said.price)
        if self.map is None:
            self.map = UntestedMap(said.price, self._mix)

    def liquidation(self, message: Liquidation) -> None:
        """Keep a forced closing until the step is judged."""
        usd, price = message.usd, self._notes.per_coin(message.venue, message.symbol, float(message.price))
        if usd is not None and usd > 0 and math.isfinite(usd) and price > 0 and math.isfinite(price):
            self._prints.append(Print(1 if message.side == "long" else -1, price, usd))

    @property
    def _mix(self) -> LeverageMix:
        return DEFAULT_MIX if self.calibration is None else self.calibration.mix

    def calibrate(self, positions: Sequence[KnownPosition], interest_usd: float | None) -> None:
        """Take positions that are known and the interest they are a sample of: what is opened follows their mix."""
        if positions:
            self.calibration = calibrated(positions, interest_usd)
            if self.map is not None:
                self.map.mix = self.calibration.mix

    def warm(self, bars: Sequence[HourBar]) -> None:
        """Build the map from hours before now, oldest first; it replaces what there is."""
        for _ in self.warming(bars):
            pass

    def warming(self, bars: Sequence[HourBar]) -> Iterator[None]:
        """Build the map in small slices, a pause between each."""
        mapped: UntestedMap | None = None
        before: HourBar | None = None
        hours = 0.0
        for place, bar in enumerate(bars):
            if place % _SLICE == 0:
                yield
            if not 0 < bar.low <= bar.close <= bar.high < math.inf:
                continue
            mapped = mapped or UntestedMap(bar.close, self._mix)
            coins = None if before is None else _coins_before(before, bar)
            mapped.step(MapStep(bar.close, bar.low, bar.high, coins, bar.oi_coins, hours=1.0))
            hours += coins is not None and bar.oi_coins is not None
            before = bar
        if mapped is not None and before is not None:
            self.map, self.price = mapped, self.price or before.close
            self._interest_hours = hours
            self.stepped_ms = before.open_ms + HOUR_MS
            self.version += 1

    # --- steps -----------------------------------------------------------------------------------------------

    def tick(self, now_ms: int) -> None:
        """Make the step that has ended, if one has."""
        step_no = (now_ms + self._offset_ms) // STEP_MS
        if self._step_no is None:
            self._step_no = step_no
            self._before = self._known_interest(now_ms)
        elif step_no > self._step_no and self.map is not None:
            self._step(self.map, now_ms, (step_no - self._step_no) * STEP_MS)
            self._step_no = step_no

    def _step(self, mapped: UntestedMap, now_ms: int, length_ms: int) -> None:
        now = self._known_interest(now_ms)
        both = now.keys() & self._before.keys()
        before_coins = sum(self._before[key] for key in both) if both else None
        step = MapStep(
            price=self.price,
            low=self._low or self.price,
            high=self._high or self.price,
            coins_before=before_coins,
            coins_now=sum(now[key] for key in both) if both else None,
            hours=length_ms / HOUR_MS,
        )
        if length_ms <= _LONGEST_JUDGED_MS:
            self.score.judged(mapped, step, self._prints, now_ms)
        else:
            # The machine slept: where the mark went meanwhile is not known, so nothing is marked.
            mapped.step(step)
        self._interest_hours += step.hours if both else 0.0
        contracts = len(self._notes.interest(self.coin))
        self.interest_share = len(both) / contracts if contracts and self._before else None
        self._before = now or self._before
        self._prints, self._low, self._high = [], self.price, self.price
        self.stepped_ms = now_ms
        self.version += 1

    def _known_interest(self, now_ms: int) -> dict[tuple[str, str], float]:
        said = self._notes.interest(self.coin)
        return {key: one.coins for key, one in said.items() if now_ms - one.heard_ms <= _LATE_INTEREST_MS}

    def state(self, now_ms: int) -> tuple[State, str, float]:
        """Return how far the map can be trusted, why not, and how far warming has come (0..1)."""
        if self.map is None:
            return State.UNKNOWN, "no mark price yet", 0.0
        hours = self._interest_hours
        if hours < WARM_HOURS:
            words = f"open interest for {age_words(round(hours * HOUR_MS))} of {age_words(7 * DAY_MS)}"
            return State.WARMING, words, hours / WARM_HOURS
        if not self._marked_ms:
            return State.STALE, "no mark price yet", 1.0
        if now_ms - self._marked_ms > _QUIET_MARK_MS:
            return State.STALE, f"no mark for {age_words(now_ms - self._marked_ms)}", 1.0
        if not self._known_interest(now_ms):
            return State.STALE, "open interest is silent", 1.0
        return State.LIVE, "", 1.0


def _coins_before(before: HourBar, bar: HourBar) -> float | None:
    """Return what was open an hour before a bar, or None where the two hours cannot be compared."""
    if bar.open_ms - before.open_ms != HOUR_MS:
        return None
    # A venue more or less is nothing that was opened or closed.
    same = before.oi_venues == bar.oi_venues or not before.oi_venues or not bar.oi_venues
    return before.oi_coins if same else None
