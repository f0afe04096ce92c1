"""Takes a step of the map and marks what it had predicted against what was really closed by force."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from desktop.risk.untested.map_score import ClusterBook, LiftTally
from desktop.risk.untested.untested_interest import MapStep, UntestedMap

FloatArray = npt.NDArray[np.float64]
_REACH = 0.15
_NOTE_EVERY_MS = 3_600_000


class Print(NamedTuple):
    """A position closed by force: side (+1: a long), price, USD."""

    side: int
    price: float
    usd: float


class MapScore:
    """How the map of one coin did. One thread."""

    def __init__(self) -> None:
        self.clusters = ClusterBook()
        self.tally = LiftTally()
        self._noted_ms = 0
        self._before: float | None = None

    def judged(self, mapped: UntestedMap, step: MapStep, prints: Sequence[Print], now_ms: int) -> None:
        """Let the map make this step; mark the bands it traversed as they stood before."""
        before = self._before or step.price
        edges, long, short = mapped.around(before, _REACH)
        below, above = edges[1:] <= before, edges[:-1] >= before
        self._mark_side(edges, long, below, below & (edges[1:] >= step.low), [p for p in prints if p.side > 0])
        self._mark_side(edges, short, above, above & (edges[:-1] <= step.high), [p for p in prints if p.side < 0])
        for one in prints:
            self.clusters.realised(one.side, one.price, one.usd)
        mapped.step(step)
        after, long, short = mapped.around(step.price, 2 * _REACH)
        left = {1: (after, long), -1: (after, short)}
        self.clusters.judge(min(step.low, step.price), max(step.high, step.price), now_ms, left)
        if now_ms - self._noted_ms >= _NOTE_EVERY_MS:
            self._note(mapped, step.price, now_ms)
        self._before = step.price

    def summary(self) -> tuple[int, int, float | None] | None:
        """Return how many clusters were swept and missed and the lift; None before any has ended."""
        swept, missed = self.clusters.counts()
        lift = self.tally.lift().lift
        return (swept, missed, lift) if swept + missed or lift is not None else None

    def _mark_side(
        self,
        edges: FloatArray,
        masses: FloatArray,
        side: npt.NDArray[np.bool_],
        crossed: npt.NDArray[np.bool_],
        prints: Sequence[Print],
    ) -> None:
        places = np.flatnonzero(crossed)
        if not len(places):
            return
        closed = np.zeros(len(masses))
        for one in prints:
            # A print may lie beyond what the mark traversed: it belongs to the nearest band that it did.
            at = int(np.searchsorted(edges, one.price)) - 1
            closed[min(max(at, places[0]), places[-1])] += one.usd
        self.tally.traversed(masses[crossed], closed[crossed], masses[side])

    def _note(self, mapped: UntestedMap, price: float, now_ms: int) -> None:
        edges, long, short = mapped.around(price, _REACH)
        self.clusters.note(1, edges, long, now_ms)
        self.clusters.note(-1, edges, short, now_ms)
        self._noted_ms = now_ms
