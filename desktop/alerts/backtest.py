"""Rules over past bars, by the same standing and book that judge live. Pure; a generator a caller may stop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, tzinfo

import msgspec

from desktop.alerts.facts import FACTS, known_fact
from desktop.alerts.incident_book import IncidentBook
from desktop.alerts.judgement import Facts, Judgement, suspension
from desktop.alerts.noise_budget import (
    FOLLOWED_BY,
    NoiseBudget,
    SweepPoint,
    first_threshold,
    noise_budget,
    scaled,
)
from desktop.alerts.rules import Rule
from desktop.alerts.standing import HOURLY_CLOCK, Step, SubjectRules
from desktop.domain.market import HourBar
from desktop.risk.breadth import breadth
from desktop.risk.hourly import HourlyIndicators
from desktop.risk.liquidations import TOO_FEW
from desktop.risk.reading import Level, Reading, State, unknown
from desktop.risk.windows import HOUR_MS

_ABSENT = "not in these bars"
_VOLUME = "LIQ_VOL_LONG_1H"
GoOn = Callable[[int], bool]
"""Called with how many bars are done; returning False stops the run."""


class Evaluated(msgspec.Struct, frozen=True):
    """What can be known when a bar has closed. `price` and `low` are None for the market as a whole."""

    open_ms: int
    price: float | None
    low: float | None
    facts: Facts


class Firing(msgspec.Struct, frozen=True):
    """A bar at whose close a rule holds, its hold time included."""

    rule: str
    coin: str
    level: Level
    open_ms: int
    known_ms: int
    price: float | None
    judgement: Judgement


def evaluated_coin(bars: Iterable[HourBar]) -> Iterator[Evaluated]:
    """Yield what is known at the close of each bar of one coin. It must be used before the next one is asked for."""
    indicators = HourlyIndicators()
    for bar in bars:
        readings = indicators.readings(bar)
        read = _reader(readings)
        yield Evaluated(
            bar.open_ms, bar.close, bar.low, Facts(read, indicators.histories, factory=False, graded=read)
        )
        indicators.remember(bar, readings)


def evaluated_market(hours: Iterable[tuple[int, Mapping[str, HourBar]]]) -> Iterator[Evaluated]:
    """Yield what is known of the whole market at the close of each hour, given as (open, bars by symbol)."""
    closes: dict[str, float] = {}
    before_ms = 0
    for open_ms, bars in hours:
        # A close of any other hour than the one before says nothing about a fall within the hour.
        previous = closes if open_ms - before_ms == HOUR_MS else {}
        found = breadth({symbol: bar.low for symbol, bar in bars.items()}, previous)
        read = _reader(
            {
                "BREADTH_F3_1H": _share(found.f3, open_ms + HOUR_MS),
                "BREADTH_F5_1H": _share(found.f5, open_ms + HOUR_MS),
            }
        )
        yield Evaluated(open_ms, None, None, Facts(read, {}, factory=False, graded=read))
        closes, before_ms = {symbol: bar.close for symbol, bar in bars.items()}, open_ms


def _reader(readings: Mapping[str, Reading]) -> Callable[[str], Reading]:
    def read(name: str) -> Reading:
        reading = readings.get(name) or unknown(_ABSENT)
        if reading.value is None and name.startswith("LIQ_IMB") and readings[_VOLUME].votes:
            return unknown(TOO_FEW, reading.as_of_ms)  # a calm hour, not a missing one
        return reading

    return read


def _share(value: float | None, at_ms: int) -> Reading:
    return unknown("no bar before", at_ms) if value is None else Reading(value, State.LIVE, at_ms)


class BacktestRun:
    """One run of some rules over one tape. Iterate over it for the firings; afterwards ask for the budgets.

    Bars that open before `since_ms` warm the rules up: they are judged, and not counted.
    """

    def __init__(self, rules: Sequence[Rule], coin: str = "", zone: tzinfo | None = UTC, since_ms: int = 0) -> None:
        self.rules = tuple(rules)
        self._zone = zone
        self._since_ms = since_ms
        self._coin = coin
        self._judged = SubjectRules(coin, self.rules, msgspec.structs.replace(HOURLY_CLOCK, zone=zone))
        self._books = {rule.id: IncidentBook([rule], zone) for rule in rules}
        self._counts = {rule.id: _Count() for rule in rules}
        self._bars = self._start_ms = self._end_ms = 0
        self._has_price = False

    def over(self, tape: Iterable[Evaluated], go_on: GoOn = lambda done: True) -> Iterator[Firing]:
        """Yield the firings in order. Where `go_on` says no it stops: budgets are then those of what was seen."""
        done = 0
        for moment in tape:
            done += 1
            if moment.open_ms < self._since_ms:
                self._warm(moment)
                if not go_on(done):
                    return
                continue
            self._bars += 1
            self._start_ms = self._start_ms or moment.open_ms
            self._end_ms = moment.open_ms + HOUR_MS
            self._look_back(moment)
            yield from self._fired(moment)
            if not go_on(done):
                return

    def _warm(self, moment: Evaluated) -> None:
        now_ms = moment.open_ms + HOUR_MS
        for step in self._judged.tick(moment.facts, now_ms):
            self._books[step.rule.id].take(step, now_ms)

    def _fired(self, moment: Evaluated) -> Iterator[Firing]:
        for rule in self.rules:
            if suspension(rule, moment.facts):
                self._counts[rule.id].not_judged += 1
        for step in self._judged.tick(moment.facts, self._end_ms):
            count = self._counts[step.rule.id]
            self._take(step, count)
            if step.fires > Level.CALM:
                count.known_ms.append(self._end_ms)
                count.waiting = moment.price
                yield Firing(
                    rule=step.rule.id,
                    coin=self._coin,
                    level=step.fires,
                    open_ms=moment.open_ms,
                    known_ms=self._end_ms,
                    price=moment.price,
                    judgement=step.judgement,
                )

    def _take(self, step: Step, count: _Count) -> None:
        for change in self._books[step.rule.id].take(step, self._end_ms):
            count.incidents += change.change == "opened"
            count.rings += change.rings

    def _look_back(self, moment: Evaluated) -> None:
        """Count which firings of the bar before were followed by a fall within this one."""
        self._has_price = moment.price is not None
        for count in self._counts.values():
            last = count.known_ms[-1] if count.known_ms else None
            if count.waiting is not None and last == moment.open_ms and moment.low is not None:
                count.followed += moment.low < count.waiting * (1 - FOLLOWED_BY)
            count.waiting = None

    def budget(self, rule_id: str) -> NoiseBudget:
        """Return the noise budget of one rule over the bars seen so far."""
        count = self._counts[rule_id]
        plain = noise_budget(count.known_ms, self._start_ms, self._end_ms, self._bars, self._zone)
        return msgspec.structs.replace(
            plain,
            followed=count.followed if self._has_price else None,
            incidents=count.incidents,
            rings=count.rings,
            not_judged=count.not_judged,
        )


class _Count:
    """What is counted of one rule."""

    def __init__(self) -> None:
        self.known_ms: list[int] = []
        self.waiting: float | None = None
        self.followed = self.incidents = self.rings = self.not_judged = 0


def feedable(rule: Rule, each: str) -> bool:
    """Return whether bars can tell anything this rule needs: it speaks of `each` and names no told fact."""
    told = any(name in FACTS or known_fact(name).where != each for name in rule.indicators)
    return rule.each == each and not rule.off and not told


def threshold_sweep(
    rule: Rule,
    bars: Sequence[HourBar],
    factors: Sequence[float],
    zone: tzinfo | None = UTC,
    go_on: GoOn = lambda done: True,
    since_ms: int = 0,
) -> tuple[SweepPoint, ...]:
    """Return what the rule would have done with its first threshold times each factor, in one pass over the bars.

    Empty where the rule's first condition has no number to move.
    """
    threshold = first_threshold(rule)
    if threshold is None:
        return ()
    by_factor = {factor: scaled(rule, factor) for factor in factors}
    run = BacktestRun(tuple(by_factor.values()), zone=zone, since_ms=since_ms)
    for _ in run.over(evaluated_coin(bars), go_on):
        pass
    return tuple(SweepPoint(f, threshold * f, run.budget(scaled_rule.id)) for f, scaled_rule in by_factor.items())
