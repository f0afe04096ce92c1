"""The person's rules: kept whole or not at all, tried on the past in a thread of their own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import tzinfo

from desktop.alerts.incidents import IncidentChange
from desktop.alerts.rules import Rule
from desktop.alerts.trial import Trial, try_rule
from desktop.domain.errors import BadInput
from desktop.domain.market import HourBar
from desktop.engine.alerting.rule_views import RulesView, RuleTrialView
from desktop.engine.market.market_desk import MarketDesk
from desktop.engine.ports import Clock, RuleKeeper
from desktop.risk.windows import HOUR_MS

Bars = Callable[[], Awaitable[Mapping[str, Sequence[HourBar]]]]
_DAY_MS = 86_400_000
TRIED_DAYS = 30


class RuleDesk:
    """Engine thread. A text that cannot be read changes nothing: the rules before stay in force, and it says why."""

    def __init__(self, keeper: RuleKeeper, market: MarketDesk, clock: Clock, bars: Bars) -> None:
        self._keeper = keeper
        self._market = market
        self._clock = clock
        self._bars = bars
        self._trouble = ""
        self._stop = threading.Event()
        self._view: RulesView | None = None
        self.zone: tzinfo | None = None

    async def load(self) -> tuple[IncidentChange, ...]:
        """Take the person's own rules into force; where they cannot be read the shipped ones stay, as an incident."""
        now_ms = self._clock.now_ms()
        try:
            rules = await self._keeper.load()
        except BadInput as error:
            self._trouble = error.message
            return self._market.alerts.watch.rules_refused(f"{error.message}: the shipped rules stand.", now_ms)
        return self._market.use_rules(rules, now_ms)

    async def keep(self, text: str) -> tuple[IncidentChange, ...]:
        """Keep this text and judge by it from now on. Raise BadInput, with nothing changed, if it cannot be read."""
        try:
            rules = await self._keeper.keep(text)
        except BadInput as error:
            self._trouble, self._view = error.message, None
            raise
        self._trouble, self._view = "", None
        now_ms = self._clock.now_ms()
        return (*self._market.alerts.watch.rules_taken(now_ms), *self._market.use_rules(rules, now_ms))

    async def tried(self, text: str) -> RuleTrialView:
        """Return what the rules of this text would have done in the last 30 days. A newer trial stops this one."""
        self._stop.set()
        self._stop = stop = threading.Event()
        now_ms = self._clock.now_ms()
        since_ms = now_ms - TRIED_DAYS * _DAY_MS
        try:
            rules = self._keeper.read(text)
        except BadInput as error:
            return RuleTrialView(text, error=error.message, remedy=error.remedy, since_ms=since_ms, until_ms=now_ms)
        bars = await self._bars()
        trials = await asyncio.to_thread(_tried, rules, bars, self.zone, stop, since_ms)
        prices = tuple((coin, _prices(of)) for coin, of in bars.items())
        return RuleTrialView(text, trials, since_ms=since_ms, until_ms=now_ms, prices=prices)

    def stop(self) -> None:
        """End a trial under way."""
        self._stop.set()

    def view(self) -> RulesView:
        """Return the rules in force; the same object until they change."""
        if self._view is None or self._view.rules is not self._market.alerts.rules:
            own = tuple(rule.id for rule in self._keeper.own)
            self._view = RulesView(self._market.alerts.rules, self._keeper.text, own, self._trouble)
        return self._view


def _tried(
    rules: Sequence[Rule],
    bars: Mapping[str, Sequence[HourBar]],
    zone: tzinfo | None,
    stop: threading.Event,
    since_ms: int,
) -> tuple[Trial, ...]:
    return tuple(try_rule(rule, bars, zone, lambda done: not stop.is_set(), since_ms) for rule in rules)


def _prices(bars: Sequence[HourBar]) -> tuple[tuple[int, float], ...]:
    return tuple((bar.open_ms + HOUR_MS, bar.close) for bar in bars)
