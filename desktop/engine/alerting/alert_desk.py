"""What surrounds the alerts in a running engine: rules of one's own, digests, words about me, export, the stall."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from pathlib import Path

import msgspec

from desktop.alerts import dead_man, incident_words
from desktop.alerts.incidents import Incident, IncidentChange
from desktop.domain.errors import BadInput
from desktop.domain.market import HourBar
from desktop.engine.alerting.absence import Absence
from desktop.engine.alerting.my_facts import MyFacts
from desktop.engine.alerting.rule_desk import TRIED_DAYS, RuleDesk
from desktop.engine.alerting.rule_views import RulesView
from desktop.engine.commands import Command, ExportIncidents, KeepRules, TryRule
from desktop.engine.door import News, RuleTried
from desktop.engine.market.market_desk import MarketDesk
from desktop.engine.market.sleep_watch import Slept
from desktop.engine.past.history_ports import HistorySource
from desktop.engine.ports import Clock, LastSeen, RuleKeeper

_DAY_MS = 86_400_000
_LOOK_SECONDS = 5.0
_SEEN_EVERY_MS = 60_000


class AlertDesk:
    """Engine thread. Quiet hours and schedules follow the clocks of `zone` (None: the machine's own).

    `tell` takes changes of incidents, `news` what the window should hear.
    """

    def __init__(
        self,
        market: MarketDesk,
        clock: Clock,
        history: HistorySource | None = None,
        rules: RuleKeeper | None = None,
        last_seen: LastSeen | None = None,
        zone: tzinfo | None = None,
    ) -> None:
        self._market, self._clock = market, clock
        self._history, self._last_seen = history, last_seen
        self.rules = None if rules is None else RuleDesk(rules, market, clock, self._bars)
        self._absence = Absence(market.alerts, self._bars, zone)
        market.alerts.in_zone(zone)
        self._seen_ms = 0
        self._trial: asyncio.Task[None] | None = None
        self.tell: Callable[[Sequence[IncidentChange]], None] = lambda changes: None
        self.news: Callable[[News], None] = lambda news: None
        self.mine = MyFacts(market.alerts.told)
        self._plain = market.alerts.book.shelf.words
        market.alerts.book.shelf.words = self._worded
        market.on_slept = self.slept

    async def start(self) -> None:
        """Take the person's rules into force, and remember since when nobody watched."""
        if self.rules is not None:
            self.tell(await self.rules.load())
        if self._last_seen is not None:
            seen_ms = await self._last_seen.read()
            if seen_ms is not None:
                self._absence.stopped(seen_ms, self._clock.now_ms())

    async def run(self) -> None:
        """Tell digests when they are due, and note that somebody watches, until cancelled."""
        try:
            while True:
                now_ms = self._clock.now_ms()
                self.tell(await self._absence.told(now_ms))
                if self._last_seen is not None and now_ms - self._seen_ms >= _SEEN_EVERY_MS:
                    self._seen_ms = now_ms
                    await self._last_seen.keep(now_ms)
                await self._clock.sleep(_LOOK_SECONDS)
        finally:
            self._stop_trial()

    def tick(self, now_ms: int) -> None:
        """Let a second of the clock pass, before the rules are judged."""
        self.mine.tick(now_ms)

    def slept(self, slept: Slept) -> None:
        """Take a sleep of this computer: one digest will tell what was missed."""
        self._absence.slept(slept.since_ms, slept.until_ms)

    def stood_still(self, seconds: float) -> None:
        """Take that this engine judged nothing for so long; it goes on now."""
        now_ms = self._clock.now_ms()
        since_ms = now_ms - round(seconds * 1000 * self._clock.speed)
        self.tell(self._market.alerts.watch.put(*dead_man.engine_stalled(since_ms, seconds, now_ms), now_ms))

    async def handle(self, command: Command) -> None:
        """Do what the window asks about rules and incidents. Raise BadInput where it cannot be done."""
        match command:
            case KeepRules() if self.rules is not None:
                self.tell(await self.rules.keep(command.text))
            case TryRule() if self.rules is not None:
                self._stop_trial()
                self._trial = asyncio.create_task(self._try(self.rules, command.text))
            case ExportIncidents():
                await asyncio.to_thread(_export, Path(command.path), self._market.incidents())

    async def _try(self, rules: RuleDesk, text: str) -> None:
        self.news(RuleTried(await rules.tried(text)))

    def _stop_trial(self) -> None:
        if self.rules is not None:
            self.rules.stop()
        if self._trial is not None:
            self._trial.cancel()

    def view(self) -> RulesView | None:
        """Return the rules in force; the same object until they change."""
        return None if self.rules is None else self.rules.view()

    async def _bars(self) -> Mapping[str, Sequence[HourBar]]:
        if self._history is None:
            return {}
        # Twice the days: the first half makes the past against which the second is judged.
        since_ms = self._clock.now_ms() - 2 * TRIED_DAYS * _DAY_MS
        return {coin: await self._history.hours(coin, since_ms) for coin in self._market.coins}

    def _worded(self, incident: Incident) -> Incident:
        """Add what is known of me, and the next step."""
        incident = self._plain(incident)
        coin = incident.coin
        ready = self.mine.ready(coin, incident.at_ms) if coin else None
        return msgspec.structs.replace(
            incident,
            exposure=self.mine.exposure_words(coin) if coin else "",
            readiness="" if ready is None else ready.words,
            next_step=incident_words.next_step(incident, "" if ready is None else ready.first),
        )


def _export(path: Path, incidents: Sequence[Incident]) -> None:
    lines = [msgspec.json.encode(incident) for incident in reversed(incidents)]
    try:
        path.write_bytes(b"".join(line + b"\n" for line in lines))
    except OSError as error:
        raise BadInput(
            f"the incidents cannot be written: {error.strerror}", "Choose another place.", where=str(path)
        ) from error
