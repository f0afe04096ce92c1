"""The rules over the market floor: which of them a message can move, what they are judged on, their incidents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from desktop.alerts.incident_words import with_next_step
from desktop.alerts.incidents import Incident, IncidentChange
from desktop.alerts.judgement import Facts
from desktop.alerts.rules import Rule
from desktop.alerts.supports import WINDOWS, supports
from desktop.engine.alerting.alert_loop import AlertLoop
from desktop.engine.market.market_floor import MarketFloor
from desktop.engine.market.market_past import MarketPast
from desktop.risk.indicators.catalogue import touched_by
from desktop.risk.indicators.indicator import Touch
from desktop.risk.reading import Reading

NOTHING: tuple[IncidentChange, ...] = ()
LOWS = frozenset({*WINDOWS, "LOW_BREAK_24H"})
_IN_TURN: tuple[Touch, ...] = ("print", "price")
_JUDGED_AT_ONCE = 60


class MarketRules(MarketPast):
    """Judges the rules on what the floor measures, and keeps their incidents. Engine thread."""

    def __init__(self, floor: MarketFloor, rules: Sequence[Rule]) -> None:
        super().__init__(floor)
        self._alerts = AlertLoop(rules)
        self._alerts.market = self._market_facts
        self._alerts.book.shelf.words = self._worded
        self._on = self._dependencies()
        self._judged_next = 0

    def _dependencies(self) -> dict[Touch, tuple[Rule, ...]]:
        """Return the rules of coins by the kind of message that can move what they name."""
        coin_rules = [rule for rule in self._alerts.rules if rule.each == "coin"]
        return {
            touch: tuple(rule for rule in coin_rules if rule.indicators & touched_by(touch)) for touch in _IN_TURN
        }

    def _judge(self, touch: Touch, coin: str, now_ms: int) -> tuple[IncidentChange, ...]:
        rules = self._on[touch]
        return self._alerts.touch(rules, coin, self._facts(coin, now_ms), now_ms) if rules else NOTHING

    def _next_coins(self) -> list[str]:
        """Return the coins whose turn it is at this tick: all, or sixty of more, one after the other."""
        coins = list(self._floor.coins)
        if len(coins) <= _JUDGED_AT_ONCE:
            return coins
        start = self._judged_next % len(coins)
        self._judged_next = start + _JUDGED_AT_ONCE
        return (coins + coins)[start : start + _JUDGED_AT_ONCE]

    def _facts(self, coin: str, now_ms: int) -> Facts:
        desk = self._floor.coins[coin]
        return Facts(
            reading=lambda name: desk.measured(name, now_ms),
            histories=desk.track.hourly.histories,
            factory=True,
            graded=lambda name: desk.reading(name, now_ms),
            before=desk.before,
        )

    def _market_facts(self, now_ms: int) -> Facts:
        wide = self._floor.wide
        return Facts(
            reading=lambda name: wide.measured(name, now_ms),
            histories=wide.histories,
            factory=True,
            graded=lambda name: wide.reading(name, now_ms),
        )

    def tell(self, facts: Iterable[tuple[str, str, Reading]]) -> None:
        """Take facts the market does not say, as (name, coin or venue, reading): the person's own exposure."""
        for name, subject, reading in facts:
            self._alerts.told.tell(name, subject, reading)

    def _worded(self, incident: Incident) -> Incident:
        """Add the next step, and where an incident speaks of lows which they are and whether they are broken."""
        incident = with_next_step(incident)
        desk = self._floor.coins.get(incident.coin)
        if desk is None or not any(factor.name in LOWS for one in incident.members for factor in one.factors):
            return incident
        now_ms = incident.at_ms
        levels = supports(desk.level.price(now_ms).value, lambda name: desk.measured(name, now_ms))
        return msgspec.structs.replace(incident, supports=tuple(level.words for level in levels))

    # --- incidents ---------------------------------------------------------------------------------------------

    def incidents(self) -> tuple[Incident, ...]:
        """Return the incidents as they stand, newest first: all open ones and the last closed ones."""
        return self._alerts.incidents()

    def suspended_rules(self) -> tuple[str, ...]:
        """Return the rules that cannot be judged now, with the reason."""
        return self._alerts.suspended()

    def acknowledge(self, incident_id: str, now_ms: int) -> tuple[IncidentChange, ...]:
        """Note that the person has seen this incident; all open ones if the id is empty."""
        return self._alerts.change(incident_id, acknowledged_ms=now_ms)

    def snooze(self, incident_id: str, until_ms: int) -> tuple[IncidentChange, ...]:
        """Stay quiet about this incident until then; all open ones if the id is empty."""
        return self._alerts.change(incident_id, snoozed_until_ms=until_ms)

    @property
    def coins(self) -> tuple[str, ...]:
        """The coins that are followed now."""
        return tuple(self._floor.coins)

    @property
    def alerts(self) -> AlertLoop:
        """The loop that judges the rules: told facts, quiet stretches, incidents of the watch itself."""
        return self._alerts

    def use_rules(self, rules: Sequence[Rule], now_ms: int) -> tuple[IncidentChange, ...]:
        """Judge by these rules from now on."""
        changes = self._alerts.use(rules, now_ms)
        self._on = self._dependencies()
        return changes

    def channel_failed(self, name: str, reason: str, now_ms: int) -> tuple[IncidentChange, ...]:
        """Take that a channel does not deliver: that is an incident itself."""
        return self._alerts.watch.channel_failed(name, reason, now_ms)

    def channel_well(self, name: str, now_ms: int) -> tuple[IncidentChange, ...]:
        """Take that a channel delivers again."""
        return self._alerts.watch.channel_well(name, now_ms)

    def restore(self, incidents: Sequence[Incident]) -> None:
        """Take incidents of an earlier run: open ones go on under their id, and none is news."""
        self._alerts.restore(incidents)
