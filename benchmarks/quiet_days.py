"""What a person hears in weeks when nothing happens: composite, levels, firings and rings on made-up quiet days.

Thirty days of made-up hours warm the desk, as a venue's public history does at the first start; then it lives through
days of marks, trades, books, open interest and forced orders in event time, at full speed. Everything is judged by
the shipped rules. The first ten days are told apart from the time after: until then much has no past of its own. With
`--storm` a cascade closes the run, to see that it still rises in time. Made-up days are kinder than real ones: what
shouts here will shout more outside.

    python benchmarks/quiet_days.py [--days 14] [--venues 3] [--seed 1] [--depth 1.0] [--storm]
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from datetime import UTC, datetime
from statistics import median

from quiet_sea import COINS, DAY_S, HOUR_S, Sea, Storm, hours_of

from desktop.alerts.incidents import IncidentChange
from desktop.engine.market.market_desk import MarketDesk
from desktop.engine.market.market_notes import MarketNotes
from desktop.engine.own.untested_map import UntestedDesk
from desktop.risk.reading import Level, State
from desktop.storage.rule_files import shipped_rules

_START_S = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp())
_WARM_HOURS = 720
_STEP_S, _TICK_S, _LOOK_S = 10, 30, 300
_FIRST_DAYS = 10


class Tally:
    """What was seen and heard over some days."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.seconds = 0
        self.scores: dict[str, list[float]] = defaultdict(list)
        self.levels: dict[str, Counter[Level]] = defaultdict(Counter)
        self.standing: dict[str, Counter[Level]] = defaultdict(Counter)
        self.leading: Counter[str] = Counter()
        self.fired: set[tuple[str, str, int]] = set()
        self.rings: Counter[str] = Counter()
        self.k: list[float] = []

    def look(self, desk: MarketDesk, now_ms: int) -> None:
        """Note where everything stands."""
        for view in desk.pictures.coin_views(now_ms):
            composite = view.composite
            if composite is not None and composite.score is not None:
                self.scores[view.coin].append(composite.score)
                self.levels[view.coin][composite.level] += 1
                if composite.level and composite.reasons:
                    self.leading[composite.reasons[0].indicator] += 1
            for name, reading in view.readings.items():
                if reading.state is State.LIVE:
                    self.standing[name][reading.level] += 1
            k = view.readings["CASCADE_K"].value
            if k is not None:
                self.k.append(k)

    def hear(self, changes: tuple[IncidentChange, ...]) -> None:
        """Note what opened or changed an incident, and what rang."""
        for change in changes:
            incident = change.incident
            self.fired |= {(m.rule, m.subject, m.since_ms) for m in incident.members}
            if change.rings:
                self.rings[f"{incident.cause} ({incident.level.name.lower()})"] += 1

    def report(self) -> None:
        """Print everything."""
        days = self.seconds / DAY_S
        print(f"\n== {self.name}: {days:.1f} days")
        for coin, scores in self.scores.items():
            shares = " ".join(
                f"{level.name.lower()} {100 * self.levels[coin][level] / len(scores):.1f} %" for level in Level
            )
            print(f"{coin}: composite {_spread(scores, 0)}; {shares}")
        if self.k:
            print(f"CASCADE_K {_spread(self.k, 2)}")
        print("levels above calm are led by: " + ", ".join(f"{n} {c}" for n, c in self.leading.most_common(6)))
        print(f"{'indicator':18}{'notable':>9}{'warning':>9}{'critical':>9}  % of the time")
        for name, levels in sorted(
            self.standing.items(), key=lambda item: -sum(c for at, c in item[1].items() if at)
        ):
            whole = sum(levels.values())
            if any(levels[level] for level in Level if level):
                cells = "".join(f"{100 * levels[level] / whole:9.2f}" for level in Level if level)
                print(f"{name:18}{cells}")
        for rule, count in Counter(rule for rule, _, _ in self.fired).most_common():
            print(f"{rule:24}{30 * count / days:8.1f} firings in 30 days")
        print(f"rings a week: {7 * sum(self.rings.values()) / days:.2f}")
        for rule, count in self.rings.most_common():
            print(f"   {rule:40}{7 * count / days:8.2f} a week")


def _spread(values: list[float], digits: int) -> str:
    ordered = sorted(values)
    far = ordered[int(0.95 * (len(ordered) - 1))]
    return f"median {median(ordered):.{digits}f}, 95th {far:.{digits}f}, most {ordered[-1]:.{digits}f}"


class Run:
    """A desk on a made-up sea; with `shown` it prints what opens and rises."""

    def __init__(self, sea: Sea) -> None:
        coins, venues = tuple(c.name for c in COINS), sea.venues
        self.sea, self.shown = sea, False
        self.desk = MarketDesk(coins, shipped_rules(), venues)
        self._notes = MarketNotes(venues)
        self._untested = UntestedDesk(coins, self._notes)
        self.desk.use_cascade(self._untested.reading)
        for coin, bars in hours_of(sea, _START_S - _WARM_HOURS * HOUR_S, _WARM_HOURS).items():
            self.desk.warm(coin, bars)
            self._untested.warm(coin, bars)

    def live(self, tally: Tally, from_s: int, until_s: int) -> None:
        """Live from one second to another."""
        for at_s in range(from_s + _STEP_S, until_s + 1, _STEP_S):
            now_ms = at_s * 1_000
            self.sea.step(at_s, _STEP_S)
            changes: tuple[IncidentChange, ...] = ()
            for message in self.sea.messages(now_ms):
                changes += self.desk.fold(message, now_ms)
                self._notes.fold(message, now_ms)
                self._untested.fold(message, now_ms)
            if at_s % _TICK_S == 0:
                changes += self.desk.tick(now_ms)
                self._untested.tick(now_ms)
            tally.hear(changes)
            if self.shown:
                self._show(changes, now_ms)
            if at_s % _LOOK_S == 0:
                tally.look(self.desk, now_ms)
        tally.seconds += until_s - from_s

    def _show(self, changes: tuple[IncidentChange, ...], now_ms: int) -> None:
        views = self.desk.pictures.coin_views(now_ms)
        scores = " ".join(f"{v.coin} {v.composite.score or 0:.0f}" for v in views if v.composite is not None)
        moment = datetime.fromtimestamp(now_ms / 1_000, UTC)
        for change in changes:
            if change.change in ("opened", "raised"):
                one = change.incident
                print(f"{moment:%d %H:%M:%S} {change.change} {one.level.name} by {one.cause} {one.coin} | {scores}")


def main() -> None:
    """Live and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--venues", type=int, choices=(2, 3, 4), default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--depth", type=float, default=1.0, help="multiply the depth of all books")
    parser.add_argument("--storm", action="store_true", help="close with a day of a cascade")
    args = parser.parse_args()
    end_s = _START_S + args.days * DAY_S
    storm = Storm(end_s + 13 * HOUR_S) if args.storm else None
    run = Run(Sea(args.seed, args.venues, args.depth, storm))
    first, later = Tally("first ten days"), Tally("after the first ten days")
    parted_s = min(end_s, _START_S + _FIRST_DAYS * DAY_S)
    run.live(first, _START_S, parted_s)
    first.report()
    if end_s > parted_s:
        run.live(later, parted_s, end_s)
        later.report()
    if storm is not None:
        print("\n== the storm")
        run.shown = True
        stormy = Tally("the day of the storm")
        run.live(stormy, end_s, end_s + DAY_S)
        stormy.report()


if __name__ == "__main__":
    main()
