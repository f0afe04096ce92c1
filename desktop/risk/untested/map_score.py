"""How well the map did: the model marked against what really happened, so that nobody has to believe it.

Three marks. *Clusters*: a heavy stretch is noted when it first stands out, and later called swept (the mark went
through all of it) or missed (a week passed, or its mass went, before that). *Lift*: of the price range traversed, the
bands that were in the heaviest tenth of the map; their share of realised liquidations over their share of the range.
*Slope*: the log-log slope of realised on predicted USD, 1 if the map is right up to a factor.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Fate = Literal["open", "swept", "missed"]

TOP_SHARE: Final = 0.1
CLUSTER_LIFE_MS: Final = 168 * 3_600_000
_STRETCH = 10
"""Bands of 5 bp in the stretch that is judged as one: half a per cent of price."""
_MOST_CLUSTERS = 400
_MOST_PAIRS = 4000
_FEWEST_PAIRS = 20
_GONE = 0.1
_LEAST_REALISED = 0.02


class Lift(NamedTuple):
    """Over what was traversed: `capture` of realised USD by the top bands, `coverage` of the range they took."""

    lift: float | None
    capture: float | None
    coverage: float | None


def map_lift(usd_in_top: float, range_top: float, usd_total: float, range_total: float) -> Lift:
    """Return (USD in top bands / their range) / (all USD / the whole range); None where nothing can be divided."""
    capture = usd_in_top / usd_total if usd_total > 0 else None
    coverage = range_top / range_total if range_total > 0 else None
    lift = capture / coverage if capture is not None and coverage else None
    return Lift(lift, capture, coverage)


def log_slope(predicted: Iterable[float], realised: Iterable[float]) -> float | None:
    """Return the slope of ln(realised) on ln(predicted) over pairs above zero; None with fewer than twenty."""
    pairs = [(p, r) for p, r in zip(predicted, realised, strict=True) if p > 0 and r > 0]
    if len(pairs) < _FEWEST_PAIRS:
        return None
    x, y = np.log(np.array(pairs)).T
    x = x - x.mean()
    spread = float(x @ x)
    return float(x @ y) / spread if spread > 0 else None


class LiftTally:
    """Sums over traverses. Feed it each traverse with the masses as they stood BEFORE it."""

    def __init__(self) -> None:
        self.usd_top = self.usd_all = self.predicted_all = 0.0
        self.bands_top = self.bands_all = 0
        self._pairs: deque[tuple[float, float]] = deque(maxlen=_MOST_PAIRS)

    def traversed(self, predicted: FloatArray, realised: FloatArray, whole_side: FloatArray) -> None:
        """Take in the bands of one side that were traversed: predicted and realised USD in each.

        `whole_side` are all bands of that side in reach: the heaviest tenth of them is the top.
        """
        if not len(predicted):
            return
        bar = float(np.quantile(whole_side, 1 - TOP_SHARE)) if len(whole_side) else 0.0
        top = (predicted >= bar) & (predicted > 0)
        self.usd_top += float(realised[top].sum())
        self.bands_top += int(top.sum())
        self.usd_all += float(realised.sum())
        self.predicted_all += float(predicted.sum())
        self.bands_all += len(predicted)
        self._pairs.append((float(predicted.sum()), float(realised.sum())))

    def lift(self) -> Lift:
        """Return capture, coverage and lift so far."""
        return map_lift(self.usd_top, self.bands_top, self.usd_all, self.bands_all)

    def realised_share(self, usual: float, doubt_usd: float) -> float:
        """Return what share (0.02..1) of the predicted mass fired; `usual` weighs as much as `doubt_usd` of it."""
        share = (usual * doubt_usd + self.usd_all) / (doubt_usd + self.predicted_all) if doubt_usd > 0 else usual
        return min(1.0, max(_LEAST_REALISED, share))

    def slope(self) -> float | None:
        """Return the calibration slope over the latest traverses."""
        return log_slope((p for p, _ in self._pairs), (r for _, r in self._pairs))


class Cluster(msgspec.Struct, frozen=True):
    """A heavy stretch between two prices, noted at `noted_ms` with so much USD; what became of it, and when."""

    side: int
    low: float
    high: float
    usd: float
    noted_ms: int
    fate: Fate = "open"
    ended_ms: int | None = None
    realised_usd: float = 0.0

    def through(self, low: float, high: float) -> bool:
        """Return whether a traverse reached the cluster's far end."""
        return low <= self.low if self.side > 0 else high >= self.high

    def holds(self, price: float) -> bool:
        """Return whether a price lies in it."""
        return self.low <= price <= self.high


class ClusterBook:
    """Clusters that were noted, open ones and the latest that ended."""

    def __init__(self) -> None:
        self.open: list[Cluster] = []
        self.ended: deque[Cluster] = deque(maxlen=_MOST_CLUSTERS)

    def note(self, side: int, edges: FloatArray, masses: FloatArray, now_ms: int) -> None:
        """Note the stretches of half a per cent that are in the heaviest tenth, where none is noted yet."""
        count = len(masses) // _STRETCH
        if count < 2:
            return
        sums = masses[: count * _STRETCH].reshape(count, _STRETCH).sum(axis=1)
        bar = float(np.quantile(sums, 1 - TOP_SHARE))
        for at in np.flatnonzero((sums >= bar) & (sums > 0)):
            low, high = float(edges[at * _STRETCH]), float(edges[(at + 1) * _STRETCH])
            if len(self.open) < _MOST_CLUSTERS and not any(
                one.side == side and one.low < high and low < one.high for one in self.open
            ):
                self.open.append(Cluster(side, low, high, float(sums[at]), now_ms))

    def realised(self, side: int, price: float, usd: float) -> None:
        """Add a liquidation to the open clusters in which its price lies."""
        for place, one in enumerate(self.open):
            if one.side == side and one.holds(price):
                self.open[place] = msgspec.structs.replace(one, realised_usd=one.realised_usd + usd)

    def judge(self, low: float, high: float, now_ms: int, left: dict[int, tuple[FloatArray, FloatArray]]) -> None:
        """Close clusters that the traverse went through, that are a week old, or whose mass went without a visit.

        `left` gives edges and masses of each side as they stand after the traverse.
        """
        still: list[Cluster] = []
        for one in self.open:
            fate = self._fate(one, low, high, now_ms, left)
            if fate == "open":
                still.append(one)
            else:
                self.ended.append(msgspec.structs.replace(one, fate=fate, ended_ms=now_ms))
        self.open = still

    def counts(self) -> tuple[int, int]:
        """Return how many of the ended clusters were swept and missed."""
        swept = sum(1 for one in self.ended if one.fate == "swept")
        return swept, len(self.ended) - swept

    def _fate(
        self, one: Cluster, low: float, high: float, now_ms: int, left: dict[int, tuple[FloatArray, FloatArray]]
    ) -> Fate:
        if one.through(low, high):
            return "swept"
        if now_ms - one.noted_ms >= CLUSTER_LIFE_MS:
            return "missed"
        edges, masses = left[one.side]
        inside = masses[(edges[:-1] >= one.low * (1 - 1e-9)) & (edges[1:] <= one.high * (1 + 1e-9))]
        visited = low <= one.high if one.side > 0 else high >= one.low
        return "missed" if not visited and float(inside.sum()) < _GONE * one.usd else "open"
