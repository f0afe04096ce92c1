"""The map of untested interest of every coin, kept in steps of five minutes, with its score and the cascade on it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from desktop.domain.market import HourBar, Liquidation, Mark, Message
from desktop.engine.desk_view import UntestedView
from desktop.engine.market_notes import INTEREST_PERIOD_MS, MarketNotes
from desktop.engine.untested_score import MapScore, Print
from desktop.risk.cascade import MAP_END, Impact
from desktop.risk.cascade_map import CascadeRange, cascade_range
from desktop.risk.freshness import age_words
from desktop.risk.reading import Reading, State, unknown
from desktop.risk.untested_interest import STEP_MS, MapStep, UntestedMap
from desktop.risk.windows import DAY_MS, HOUR_MS

SHOCK = 0.02
"""The multiplier is that of a first fall of two per cent."""
WARM_HOURS = 168.0
VIEW_REACH = 0.20
_LATE_INTEREST_MS = 3 * INTEREST_PERIOD_MS
_QUIET_MARK_MS = 60_000
_LONGEST_JUDGED_MS = 2 * STEP_MS
_CASCADE_PERIOD_MS = 5_000


class CoinMap:
    """The map of one coin. Engine thread; all calls take the engine's clock."""

    def __init__(self, coin: str, notes: MarketNotes) -> None:
        self.coin = coin
        self._notes = notes
        self._map: UntestedMap | None = None
        self._score = MapScore()
        self._price = self._low = self._high = 0.0
        self._source: tuple[str, str] | None = None
        self._marked_ms = 0
        self._before: dict[tuple[str, str], float] = {}
        self._prints: list[Print] = []
        self._step_no: int | None = None
        self._stepped_ms = 0
        self._interest_share: float | None = None
        self._interest_hours = 0.0
        self._version = 0
        self._drawn: UntestedView | None = None
        self._cascade: tuple[int, int, CascadeRange | str] | None = None

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
        self._marked_ms, self._price = now_ms, said.price
        self._low = min(self._low or said.price, said.price)
        self._high = max(self._high, said.price)
        if self._map is None:
            self._map = UntestedMap(said.price)

    def liquidation(self, message: Liquidation) -> None:
        """Keep a forced closing until the step is judged."""
        usd, price = message.usd, self._notes.per_coin(message.venue, message.symbol, float(message.price))
        if usd is not None and usd > 0 and math.isfinite(usd) and price > 0 and math.isfinite(price):
            self._prints.append(Print(1 if message.side == "long" else -1, price, usd))

    def warm(self, bars: Sequence[HourBar]) -> None:
        """Build the map from hours before now, oldest first; it replaces what there is."""
        mapped: UntestedMap | None = None
        before: HourBar | None = None
        hours = 0.0
        for bar in bars:
            if not 0 < bar.low <= bar.close <= bar.high < math.inf:
                continue
            mapped = mapped or UntestedMap(bar.close)
            known = before is not None and bar.open_ms - before.open_ms == HOUR_MS
            coins = before.oi_coins if before is not None and known else None
            mapped.step(MapStep(bar.close, bar.low, bar.high, coins, bar.oi_coins, hours=1.0))
            hours += coins is not None and bar.oi_coins is not None
            before = bar
        if mapped is not None and before is not None:
            self._map, self._price = mapped, self._price or before.close
            self._interest_hours = hours
            self._stepped_ms = before.open_ms + HOUR_MS
            self._version += 1

    # --- steps -----------------------------------------------------------------------------------------------

    def tick(self, now_ms: int) -> None:
        """Make the step that has ended, if one has."""
        step_no = now_ms // STEP_MS
        if self._step_no is None:
            self._step_no = step_no
            self._before = self._known_interest(now_ms)
        elif step_no > self._step_no and self._map is not None:
            self._step(self._map, now_ms, (step_no - self._step_no) * STEP_MS)
            self._step_no = step_no

    def _step(self, mapped: UntestedMap, now_ms: int, length_ms: int) -> None:
        now = self._known_interest(now_ms)
        both = now.keys() & self._before.keys()
        before_coins = sum(self._before[key] for key in both) if both else None
        step = MapStep(
            price=self._price,
            low=self._low or self._price,
            high=self._high or self._price,
            coins_before=before_coins,
            coins_now=sum(now[key] for key in both) if both else None,
            hours=length_ms / HOUR_MS,
        )
        if length_ms <= _LONGEST_JUDGED_MS:
            self._score.judged(mapped, step, self._prints, now_ms)
        else:
            # The machine slept: where the mark went meanwhile is not known, so nothing is marked.
            mapped.step(step)
        self._interest_hours += step.hours if both else 0.0
        contracts = len(self._notes.interest(self.coin))
        self._interest_share = len(both) / contracts if contracts and self._before else None
        self._before = now or self._before
        self._prints, self._low, self._high = [], self._price, self._price
        self._stepped_ms = now_ms
        self._version += 1

    def _known_interest(self, now_ms: int) -> dict[tuple[str, str], float]:
        said = self._notes.interest(self.coin)
        return {key: one.coins for key, one in said.items() if now_ms - one.heard_ms <= _LATE_INTEREST_MS}

    # --- pictures --------------------------------------------------------------------------------------------

    def cascade(self, now_ms: int) -> CascadeRange | str:
        """Return the cascade on the map below the price, or the words why there is none; worked out every 5 s."""
        period = now_ms // _CASCADE_PERIOD_MS
        if self._cascade is None or self._cascade[:2] != (self._version, period):
            self._cascade = (self._version, period, self._new_cascade(now_ms))
        return self._cascade[2]

    def _new_cascade(self, now_ms: int) -> CascadeRange | str:
        if self._map is None or self._price <= 0:
            return "no mark price yet"
        depth = self._notes.bid_depth(self.coin, now_ms)
        if depth is None:
            return "no live order book"
        below = self._map.below(self._price, MAP_END)
        return cascade_range(SHOCK, below, Impact(depth.usd))

    def reading(self, now_ms: int) -> Reading:
        """Return CASCADE_K: the greatest amplification to 15 % below, with the stressed withdrawal of depth."""
        state, reason, warm = self._state(now_ms)
        if state is State.UNKNOWN:
            return unknown(reason, self._stepped_ms)
        if state is State.WARMING:
            return Reading(None, state, self._stepped_ms, reason=reason, warm=warm)
        found = self.cascade(now_ms)
        if isinstance(found, str):
            return unknown(found, self._stepped_ms)
        return Reading(found.k[1], state, self._stepped_ms, reason=reason, coverage=self._interest_share)

    def view(self, now_ms: int) -> UntestedView:
        """Return the map for the chart; the same object while neither a step nor its state has changed."""
        state, reason, _ = self._state(now_ms)
        found = self.cascade(now_ms)
        known = not isinstance(found, str)
        drawn = self._drawn
        k = _coarse(found.k) if not isinstance(found, str) else None
        multiplier = found.multiplier if not isinstance(found, str) else None
        times = None if multiplier is None else _coarse(multiplier)
        if drawn is not None and (drawn.version, drawn.state, drawn.k, drawn.multiplier) == (
            self._version,
            state,
            k,
            times,
        ):
            return drawn
        words = reason if known or reason else f"no cascade: {found}"
        self._drawn = self._view(state, words, k, times)
        return self._drawn

    def _view(
        self, state: State, reason: str, k: tuple[float, float] | None, multiplier: tuple[float, float] | None
    ) -> UntestedView:
        mapped = self._map
        if mapped is None:
            empty = np.zeros(0)
            return UntestedView(self.coin, empty, empty, empty, state, reason, version=self._version)
        edges, long, short = mapped.around(self._price, VIEW_REACH)
        return UntestedView(
            coin=self.coin,
            edges=edges,
            long_usd=long,
            short_usd=short,
            state=state,
            reason=reason,
            added_usd=mapped.added_usd,
            coverage=self._interest_share,
            below_usd=mapped.below(self._price, MAP_END).within(MAP_END),
            k=k,
            multiplier=multiplier,
            score=self._score.summary(),
            version=self._version,
        )

    def _state(self, now_ms: int) -> tuple[State, str, float]:
        mapped = self._map
        if mapped is None:
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


class UntestedDesk:
    """The maps of all followed coins. Engine thread."""

    def __init__(self, coins: Sequence[str], notes: MarketNotes) -> None:
        self._notes = notes
        self._maps = {coin: CoinMap(coin, notes) for coin in coins}

    def watch(self, coin: str) -> None:
        """Follow this coin from now on."""
        self._maps.setdefault(coin, CoinMap(coin, self._notes))

    def drop(self, coin: str) -> None:
        """Follow this coin no longer."""
        self._maps.pop(coin, None)

    def warm(self, coin: str, bars: Sequence[HourBar]) -> None:
        """Take the hours of a coin before now."""
        self.watch(coin)
        self._maps[coin].warm(bars)

    def fold(self, message: Message, now_ms: int) -> None:
        """Take one message, after the notes have taken it."""
        match message:
            case Mark() if message.coin in self._maps:
                self._maps[message.coin].mark(message, now_ms)
            case Liquidation() if message.coin in self._maps:
                self._maps[message.coin].liquidation(message)

    def tick(self, now_ms: int) -> None:
        """Let a second pass."""
        for mapped in self._maps.values():
            mapped.tick(now_ms)

    def reading(self, coin: str, now_ms: int) -> Reading:
        """Return CASCADE_K of a coin."""
        mapped = self._maps.get(coin)
        return unknown("not followed") if mapped is None else mapped.reading(now_ms)

    def view(self, coin: str, now_ms: int) -> UntestedView | None:
        """Return the map of a coin for the chart; None for one that is not followed."""
        mapped = self._maps.get(coin)
        return None if mapped is None else mapped.view(now_ms)


def _coarse(pair: tuple[float, float]) -> tuple[float, float]:
    """Return a range to two digits: more would be untrue, and would redraw the chart at every tick of the book."""
    return (float(f"{pair[0]:.2g}"), float(f"{pair[1]:.2g}"))
