"""The composite of each coin and the fuel gauge, from readings to what the window shows."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from desktop.engine.desk_view import CompositeView, FamilyView, FuelView, ReasonView
from desktop.risk.composite import Score, composite, gauge
from desktop.risk.composite_track import (
    CompositeTrack,
    FamilyScore,
    Member,
    Standing,
    family_scores,
    fuel,
    may_be_critical,
    strongest,
)
from desktop.risk.indicators.catalogue import CATALOGUE, COIN_INDICATORS, MARKET_INDICATORS
from desktop.risk.indicators.indicator import Indicator
from desktop.risk.reading import Level, Reading, State
from desktop.risk.windows import MINUTE_MS

SPARK_SAMPLES = 180
_FUEL_VOTES = {"ETF_FLOW": 0.5}
_VOTING = tuple(i for i in CATALOGUE.values() if i.vote in ("full", "half"))
_FUEL = tuple(CATALOGUE[name] for name in (*COIN_INDICATORS, *MARKET_INDICATORS) if CATALOGUE[name].vote == "fuel")
_INTENSITIES = ("LIQ_INT_1H", "LIQ_INT_4H", "LIQ_INT_24H")

ReadingOf = Callable[[str], Reading]


class CoinComposite:
    """The composite of one coin over time. Engine thread; `now_ms` must not go back."""

    def __init__(self, coin: str) -> None:
        self._coin = coin
        self._track = CompositeTrack()
        self._spark: deque[float] = deque(maxlen=SPARK_SAMPLES)
        self._spark_minute = -1
        self.view = CompositeView(coin, None, Level.CALM, "unknown")

    def step(self, reading: ReadingOf, fuel_shift: float, season: float, now_ms: int, *, hard_rule: bool) -> None:
        """Take the readings as they are now; `reading` answers for coin and market."""
        known = {indicator.id: reading(indicator.id) for indicator in _VOTING}
        members = [m for indicator in _VOTING if (m := member(indicator, known[indicator.id])) is not None]
        families = family_scores(members)
        score = composite({f.family: None if f.standing is None else gauge(f.standing) for f in families})
        intensity = max(known[name].level for name in _INTENSITIES)
        critical = may_be_critical(score, intensity, known["BREADTH_F5_1H"].level, hard_rule=hard_rule)
        standing = self._track.step(score.score, now_ms, critical=critical, shift=fuel_shift, season=season)
        if standing.score is not None and now_ms // MINUTE_MS != self._spark_minute:
            self._spark_minute = now_ms // MINUTE_MS
            self._spark.append(round(standing.score, 2))
        self.view = self._frozen(score, standing, families, members, known)

    def _frozen(
        self,
        score: Score,
        standing: Standing,
        families: tuple[FamilyScore, ...],
        members: list[Member],
        known: dict[str, Reading],
    ) -> CompositeView:
        warming = any(reading.state is State.WARMING for reading in known.values())
        status = "live" if score.status == "ok" else "degraded"
        if score.score is None:
            status = "warming" if warming else "unknown"
        return CompositeView(
            coin=self._coin,
            score=standing.score,
            level=standing.level,
            status=status,  # type: ignore[arg-type]
            families=tuple(_family(family, known) for family in families),
            reasons=tuple(reason(m, self._coin, known[m.indicator]) for m in strongest(members)),
            since_ms=standing.since_ms,
            peak=standing.peak,
            leaves_below=standing.leaves_below,
            spark=tuple(self._spark),
        )


def member(indicator: Indicator, reading: Reading) -> Member | None:
    """Return what a reading says in the composite; None where it is not live or its standing cannot be told."""
    standing = standing_of(indicator, reading)
    return None if standing is None else Member(indicator.id, indicator.family, standing, indicator.vote == "half")


def standing_of(indicator: Indicator, reading: Reading) -> float | None:
    """Return how alarming a live reading is, 0..1; None where it has no vote."""
    if not reading.votes or reading.value is None or indicator.levels is None:
        return None
    judged = reading.times_usual if indicator.levels.kind == "times_usual" else reading.value
    return None if judged is None else indicator.standing(judged, reading.percentile, reading.level)


def reason(of: Member, coin: str, reading: Reading) -> ReasonView:
    """Return a member as a reason in words."""
    indicator = CATALOGUE[of.indicator]
    return ReasonView(
        indicator=of.indicator,
        coin=coin if indicator.where == "coin" else "",
        value=reading.value or 0.0,
        unit=indicator.unit,
        percentile=of.standing,
        level=reading.level,
        floor=reading.floor,
    )


def _family(family: FamilyScore, known: dict[str, Reading]) -> FamilyView:
    if family.standing is not None:
        return FamilyView(family.family, family.standing, family.indicator, State.LIVE)
    states = [r.state for name, r in known.items() if CATALOGUE[name].family == family.family]
    state = next((s for s in (State.STALE, State.WARMING) if s in states), State.UNKNOWN)
    return FamilyView(family.family, None, "", state)


def fuel_view(reading: ReadingOf) -> FuelView:
    """Return the fuel gauge of one coin (and of the market's part in it)."""
    known = {indicator.id: reading(indicator.id) for indicator in _FUEL}
    standings = [(i.id, s) for i in _FUEL if (s := standing_of(i, known[i.id])) is not None]
    gauge = fuel((standing, _FUEL_VOTES.get(name, 1.0)) for name, standing in standings)
    if gauge.score is None:
        states = {r.state for r in known.values()}
        state = State.WARMING if State.WARMING in states else State.UNKNOWN
        return FuelView(None, state, "funding, basis and leverage are not known yet")
    parts = tuple(sorted(standings, key=lambda part: -part[1]))
    return FuelView(gauge.score, State.LIVE, "", gauge.shift, parts)
