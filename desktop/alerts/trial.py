"""A rule tried on the past before it is kept: its firings, its noise budget, and a slider's points. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, tzinfo

import msgspec

from desktop.alerts.backtest import BacktestRun, Firing, GoOn, evaluated_coin, feedable, threshold_sweep
from desktop.alerts.noise_budget import NoiseBudget, SweepPoint, first_threshold, is_night
from desktop.alerts.rules import Rule
from desktop.domain.market import HourBar
from desktop.risk.reading import Level
from desktop.risk.windows import HOUR_MS

FACTORS = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0)


class TriedFiring(msgspec.Struct, frozen=True):
    """One firing: the value of its first reason, and how the price changed in the next hour (lowest, a fraction)."""

    coin: str
    level: Level
    known_ms: int
    price: float | None
    value: float | None
    next_hour: float | None
    night: bool


class Trial(msgspec.Struct, frozen=True):
    """What a rule would have done on these bars. `budgets` are by coin, `sweep` sums all of them by factor.

    `reason` says why nothing could be tried; `complete` is False where the run was stopped.
    """

    rule: str
    budgets: tuple[tuple[str, NoiseBudget], ...] = ()
    firings: tuple[TriedFiring, ...] = ()
    sweep: tuple[SweepPoint, ...] = ()
    per_week: float = 0.0
    threshold: float | None = None
    reason: str = ""
    complete: bool = True


def try_rule(
    rule: Rule,
    bars: Mapping[str, Sequence[HourBar]],
    zone: tzinfo | None = UTC,
    go_on: GoOn = lambda done: True,
    since_ms: int = 0,
) -> Trial:
    """Return what the rule would have done with each coin's bars from `since_ms` on; those before only warm it up.

    `go_on` is asked after every bar.
    """
    rule = msgspec.structs.replace(rule, off=False)
    if not feedable(rule, "coin"):
        return Trial(rule.id, reason="It rests on facts that no bars hold: it is judged live only.")
    known = {coin: of for coin, of in bars.items() if of and rule.speaks_of(coin)}
    if not known:
        return Trial(rule.id, reason="No hours of these coins are known yet.")
    watch = _Watch(go_on)
    budgets: list[tuple[str, NoiseBudget]] = []
    firings: list[TriedFiring] = []
    for coin, of in known.items():
        run = BacktestRun((rule,), coin=coin, zone=zone, since_ms=since_ms)
        after = {bar.open_ms: bar for bar in of}
        firings += [_tried(f, after.get(f.known_ms), zone) for f in run.over(evaluated_coin(of), watch)]
        budgets.append((coin, run.budget(rule.id)))
    return Trial(
        rule=rule.id,
        budgets=tuple(budgets),
        firings=tuple(sorted(firings, key=lambda f: (f.known_ms, f.coin))),
        sweep=_summed([_swept(rule, of, zone, watch, since_ms) for of in known.values()]),
        per_week=round(sum(budget.per_week for _, budget in budgets), 2),
        threshold=first_threshold(rule),
        complete=not watch.stopped,
    )


def _swept(
    rule: Rule, bars: Sequence[HourBar], zone: tzinfo | None, go_on: GoOn, since_ms: int
) -> tuple[SweepPoint, ...]:
    plain = msgspec.structs.replace(rule, coins=(), not_coins=())
    return threshold_sweep(plain, bars, FACTORS, zone, go_on, since_ms)


class _Watch:
    """Passes the question on, and remembers a no."""

    def __init__(self, go_on: GoOn) -> None:
        self._go_on = go_on
        self._done = 0
        self.stopped = False

    def __call__(self, done: int) -> bool:
        self._done += 1
        self.stopped = self.stopped or not self._go_on(self._done)
        return not self.stopped


def _tried(firing: Firing, after: HourBar | None, zone: tzinfo | None) -> TriedFiring:
    factors = firing.judgement.factors
    return TriedFiring(
        coin=firing.coin,
        level=firing.level,
        known_ms=firing.known_ms,
        price=firing.price,
        value=factors[0].value if factors else None,
        next_hour=None if after is None or not firing.price else after.low / firing.price - 1,
        night=is_night(firing.known_ms, zone),
    )


def _summed(sweeps: Sequence[tuple[SweepPoint, ...]]) -> tuple[SweepPoint, ...]:
    """Add up the sweeps of several coins; per 30 days they add, too."""
    return tuple(
        msgspec.structs.replace(
            points[0],
            budget=msgspec.structs.replace(
                points[0].budget,
                firings=sum(p.budget.firings for p in points),
                per_30_days=round(sum(p.budget.per_30_days for p in points), 2),
                at_night=sum(p.budget.at_night for p in points),
                followed=sum(p.budget.followed or 0 for p in points),
                incidents=sum(p.budget.incidents for p in points),
                rings=sum(p.budget.rings for p in points),
            ),
        )
        for points in zip(*sweeps, strict=True)
    )


def missed_firings(
    rules: Sequence[Rule], coin: str, bars: Sequence[HourBar], since_ms: int, until_ms: int, zone: tzinfo | None
) -> list[Firing]:
    """Return the firings of a stretch nobody watched, known within it; of hours in a row only the first."""
    run = BacktestRun([rule for rule in rules if feedable(rule, "coin")], coin=coin, zone=zone)
    found: list[Firing] = []
    last: dict[str, Firing] = {}
    for firing in run.over(evaluated_coin(bars)):
        before = last.get(firing.rule)
        last[firing.rule] = firing
        if since_ms < firing.known_ms <= until_ms and (before is None or _is_new(firing, before, since_ms)):
            found.append(firing)
    return found


def _is_new(firing: Firing, before: Firing, since_ms: int) -> bool:
    """Return whether it is more than the hour before going on, as far as that was told."""
    in_a_row = firing.open_ms - before.open_ms <= HOUR_MS
    return not in_a_row or firing.level > before.level or before.known_ms <= since_ms
