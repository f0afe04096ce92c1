"""Untested interest of every coin as the window and the indicators see it, with the cascade on it as a range."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np

from desktop.domain.market import HourBar, Liquidation, Mark, Message
from desktop.engine.desk_view import UntestedView
from desktop.engine.market.market_notes import MarketNotes
from desktop.engine.own.coin_map import CoinMap
from desktop.engine.ports import PositionSample
from desktop.risk.reading import Reading, State, unknown
from desktop.risk.untested.cascade import MAP_END, USUAL_REALISED, Impact
from desktop.risk.untested.cascade_map import CascadeRange, cascade_range

SHOCK = 0.02
"""The multiplier is that of a first fall of two per cent."""
VIEW_REACH = 0.20
_CASCADE_PERIOD_MS = 5_000
# As much swept mass as a tenth of the map outweighs what was measured elsewhere.
_DOUBT = 0.1
_Range = tuple[float, float]


class CoinPicture:
    """A coin's map with the cascade on it. Engine thread; all calls take the engine's clock."""

    def __init__(self, coin: str, notes: MarketNotes) -> None:
        self.map = CoinMap(coin, notes)
        self._notes = notes
        self._drawn: UntestedView | None = None
        self._cascade: tuple[int, int, CascadeRange | str] | None = None

    def cascade(self, now_ms: int) -> CascadeRange | str:
        """Return the cascade on the map below the price, or the words why there is none; worked out every 5 s."""
        version, period = self.map.version, now_ms // _CASCADE_PERIOD_MS
        if self._cascade is None or self._cascade[:2] != (version, period):
            self._cascade = (version, period, self._new_cascade(now_ms))
        return self._cascade[2]

    def _new_cascade(self, now_ms: int) -> CascadeRange | str:
        mapped, price = self.map.map, self.map.price
        if mapped is None or price <= 0:
            return "no mark price yet"
        depth = self._notes.bid_depth(self.map.coin, now_ms)
        if depth is None:
            return "no live order book"
        realised = self.map.score.tally.realised_share(USUAL_REALISED, _DOUBT * mapped.mass_usd)
        return cascade_range(SHOCK, mapped.below(price, MAP_END), Impact(depth.usd), realised=realised)

    def reading(self, now_ms: int) -> Reading:
        """Return CASCADE_K: the amplification of a fall of 15 %, at the upper end of its band."""
        state, reason, warm = self.map.state(now_ms)
        as_of_ms = self.map.stepped_ms
        if state is State.UNKNOWN:
            return unknown(reason, as_of_ms)
        if state is State.WARMING:
            return Reading(None, state, as_of_ms, reason=reason, warm=warm)
        found = self.cascade(now_ms)
        if isinstance(found, str):
            return unknown(found, as_of_ms)
        return Reading(found.k[1], state, as_of_ms, reason=reason, coverage=self.map.interest_share)

    def view(self, now_ms: int) -> UntestedView:
        """Return the map for the chart; the same object while neither a step nor its state has changed."""
        state, reason, _ = self.map.state(now_ms)
        found = self.cascade(now_ms)
        if isinstance(found, str):
            k, multiplier, reason = None, None, reason or f"no cascade: {found}"
        else:
            k, multiplier = _coarse(found.k), None if found.multiplier is None else _coarse(found.multiplier)
        drawn, now = self._drawn, (self.map.version, state, k, multiplier)
        if drawn is None or (drawn.version, drawn.state, drawn.k, drawn.multiplier) != now:
            self._drawn = drawn = self._new_view(state, reason, k, multiplier)
        return drawn

    def _new_view(self, state: State, reason: str, k: _Range | None, multiplier: _Range | None) -> UntestedView:
        kept, mapped = self.map, self.map.map
        if mapped is None:
            empty = np.zeros(0)
            return UntestedView(kept.coin, empty, empty, empty, state, reason, version=kept.version)
        edges, long, short = mapped.around(kept.price, VIEW_REACH)
        return UntestedView(
            coin=kept.coin,
            edges=edges,
            long_usd=long,
            short_usd=short,
            state=state,
            reason=reason,
            added_usd=mapped.added_usd,
            coverage=kept.interest_share,
            below_usd=mapped.below(kept.price, MAP_END).within(MAP_END),
            k=k,
            multiplier=multiplier,
            score=kept.score.summary(),
            calibration=None if kept.calibration is None else (kept.calibration.positions, kept.calibration.coverage),
            version=kept.version,
        )


class UntestedDesk:
    """The maps of all followed coins. Engine thread."""

    def __init__(self, coins: Sequence[str], notes: MarketNotes) -> None:
        self._notes = notes
        self._maps = {coin: CoinPicture(coin, notes) for coin in coins}

    def watch(self, coin: str) -> None:
        """Follow this coin from now on."""
        self._maps.setdefault(coin, CoinPicture(coin, self._notes))

    def drop(self, coin: str) -> None:
        """Follow this coin no longer."""
        self._maps.pop(coin, None)

    def warm(self, coin: str, bars: Sequence[HourBar]) -> None:
        """Take the hours of a coin before now."""
        self.watch(coin)
        self._maps[coin].map.warm(bars)

    async def warm_slowly(self, coin: str, bars: Sequence[HourBar]) -> None:
        """Take the hours of a coin that is followed already, in slices between which everything else goes on."""
        if coin in self._maps:
            for _ in self._maps[coin].map.warming(bars):
                await asyncio.sleep(0)

    def calibrate(self, coin: str, sample: PositionSample, now_ms: int) -> None:
        """Take the known positions of a coin, weighed against the open interest they are a sample of."""
        if coin in self._maps:
            interest_usd = self._notes.interest_usd(coin, sample.venue, now_ms)
            self._maps[coin].map.calibrate(sample.known(coin), interest_usd)

    def fold(self, message: Message, now_ms: int) -> None:
        """Take one message, after the notes have taken it."""
        match message:
            case Mark() if message.coin in self._maps:
                self._maps[message.coin].map.mark(message, now_ms)
            case Liquidation() if message.coin in self._maps:
                self._maps[message.coin].map.liquidation(message)

    def tick(self, now_ms: int) -> None:
        """Let a second pass."""
        for mapped in self._maps.values():
            mapped.map.tick(now_ms)

    def reading(self, coin: str, now_ms: int) -> Reading:
        """Return CASCADE_K of a coin."""
        mapped = self._maps.get(coin)
        return unknown("not followed") if mapped is None else mapped.reading(now_ms)

    def view(self, coin: str, now_ms: int) -> UntestedView | None:
        """Return the map of a coin for the chart; None for one that is not followed."""
        mapped = self._maps.get(coin)
        return None if mapped is None else mapped.view(now_ms)


def _coarse(pair: _Range) -> _Range:
    """Return a range to two digits: more would be untrue, and would redraw the chart at every tick of the book."""
    return (float(f"{pair[0]:.2g}"), float(f"{pair[1]:.2g}"))
