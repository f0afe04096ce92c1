"""The market side of the engine: messages in, incidents out, pictures on request."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from desktop.alerts.incidents import Incident, IncidentChange
from desktop.alerts.judgement import Facts
from desktop.alerts.rules import Rule
from desktop.domain.market import (
    FeedStatus,
    Gap,
    HourBar,
    Liquidation,
    Mark,
    Message,
    OpenInterest,
    Trade,
    Unparsed,
)
from desktop.engine.alert_loop import NO_FACTS, AlertLoop
from desktop.engine.coin_track import CoinTrack
from desktop.engine.desk_view import ChartView, CoinView, FeedView
from desktop.engine.indicator_loop import CoinIndicators
from desktop.engine.market_state import Tape, VenueFeed
from desktop.engine.sleep_watch import Slept
from desktop.risk.open_interest import weighted_share
from desktop.risk.windows import MINUTE_MS

NOTHING: tuple[IncidentChange, ...] = ()
_PRINT = frozenset(
    f"LIQ_{name}" for name in ("VOL_LONG_1H", "VOL_SHORT_1H", "VOL_LONG_24H", "VOL_SHORT_24H", "INT_1H", "INT_4H")
) | {"LIQ_INT_24H", "LIQ_IMB_1H"}
_LOW = frozenset({"LEVEL_24H", "LOW_BREAK_24H"})
_INTEREST = frozenset({"OI_CHG_1H", "OI_CHG_4H", "OI_CHG_24H", "LIQ_INT_1H", "LIQ_INT_4H", "LIQ_INT_24H"})
_FUNDING = frozenset({"FUND_OIW"})


class MarketDesk:
    """Folds messages, judges rules in the same turn, and keeps what the window shows. Engine thread.

    `venues` in the order in which they may carry the price. `now_ms` is the engine's clock and must not go back.
    Rules on the 24 h low are judged when a trade makes a new low of its minute, and with all others at each tick.
    """

    def __init__(self, coins: Sequence[str], rules: Sequence[Rule], venues: Sequence[str]) -> None:
        self._feeds = {venue: VenueFeed(venue) for venue in venues}
        self._tapes: dict[str, dict[str, Tape]] = {venue: {} for venue in venues}
        self._desks: dict[str, CoinIndicators] = {}
        self._alerts = AlertLoop(rules)
        for coin in coins:
            self.watch(coin)
        self._on_print = self._depending_on(_PRINT)
        self._on_low = self._depending_on(_LOW)
        self._on_interest = self._depending_on(_INTEREST)
        self._on_funding = self._depending_on(_FUNDING)

    def _depending_on(self, indicators: frozenset[str]) -> tuple[Rule, ...]:
        return tuple(rule for rule in self._alerts.rules if rule.each == "coin" and rule.indicators & indicators)

    def watch(self, coin: str) -> None:
        """Follow this coin from now on."""
        if coin not in self._desks:
            desk = CoinIndicators(CoinTrack(coin, self._feeds), self._feeds)
            self._desks[coin] = desk

    def expect(self, venue: str) -> None:
        """Expect messages of this venue from now on."""
        if venue not in self._feeds:
            self._feeds[venue] = VenueFeed(venue)
            self._tapes[venue] = {}
            for desk in self._desks.values():
                desk.track.add_venue(venue)

    def rest(self, venue: str, reason: str, now_ms: int) -> None:
        """Show this venue as off, for `reason`; what is known of it stays and grows old."""
        if venue in self._feeds:
            self._feeds[venue].rest(reason, now_ms)
            self._forget()

    def resume(self, venue: str, now_ms: int) -> None:
        """Expect messages of a venue again that was off."""
        if venue in self._feeds:
            self._feeds[venue].resume(now_ms)
            self._forget()

    def slept(self, slept: Slept, now_ms: int) -> tuple[IncidentChange, ...]:
        """Take it that this computer slept: no feed is blamed for what it could not say meanwhile."""
        for feed in self._feeds.values():
            if feed.state(now_ms) != "off":
                feed.resume(now_ms)
        self._forget()
        return NOTHING

    # --- messages ----------------------------------------------------------------------------------------------

    def fold(self, message: Message, now_ms: int) -> tuple[IncidentChange, ...]:
        """Take one message and return what it changed among the incidents. O(1) but for late events."""
        if type(message) is Trade:
            try:
                tape = self._tapes[message.venue][message.symbol]
                price = float(message.price)
            except (KeyError, ValueError):
                return self._fold_slow(message, now_ms)
            tape.heard_ms = now_ms
            tape.messages += 1
            at_ms = message.at_ms
            if tape.low <= price <= tape.high and tape.from_ms <= at_ms < tape.to_ms:
                tape.close = price
                tape.at_ms = at_ms
                return NOTHING
            return self._new_extreme(tape, message.coin, price, at_ms, now_ms)
        return self._fold_slow(message, now_ms)

    def _fold_slow(self, message: Message, now_ms: int) -> tuple[IncidentChange, ...]:
        feed = self._feeds.get(message.venue)
        if feed is None:
            return NOTHING
        feed.start(now_ms)
        feed.messages += 1
        try:
            return self._fold_into(message, feed, now_ms)
        except ValueError:
            # A number that is none slipped through the parser: count it, keep what is known, go on.
            feed.unparsed += 1
            return NOTHING

    def _fold_into(self, message: Message, feed: VenueFeed, now_ms: int) -> tuple[IncidentChange, ...]:
        match message:
            case Mark():
                return self._mark(message, feed, now_ms)
            case Liquidation():
                return self._liquidation(message, feed, now_ms)
            case OpenInterest():
                return self._open_interest(message, now_ms)
            case Trade():
                return self._first_trade(message, feed, now_ms)
            case Gap():
                feed.gap(message, now_ms)
                self._forget()
            case FeedStatus():
                feed.status(message, now_ms)
                self._forget()
            case Unparsed():
                feed.unparsed += 1
        return NOTHING

    def _new_extreme(
        self, tape: Tape, coin: str, price: float, at_ms: int, now_ms: int
    ) -> tuple[IncidentChange, ...]:
        made_low = self._desks[coin].track.price(tape, price, at_ms, now_ms)
        return self._judge(self._on_low, coin, now_ms) if made_low and self._on_low else NOTHING

    def _first_trade(self, message: Trade, feed: VenueFeed, now_ms: int) -> tuple[IncidentChange, ...]:
        feed.beat(now_ms)
        tape = self._tape(message.venue, message.symbol, message.coin)
        if tape is None:
            return NOTHING
        tape.heard_ms = now_ms
        return self._new_extreme(tape, message.coin, float(message.price), message.at_ms, now_ms)

    def _tape(self, venue: str, symbol: str, coin: str) -> Tape | None:
        """Return the tape of a contract, a new one at its first message; None for coins that are not followed.

        A coin's price on a venue comes from the first contract of it that was heard there.
        """
        desk = self._desks.get(coin)
        if desk is None:
            return None
        tapes = self._tapes[venue]
        tape = tapes.get(symbol)
        if tape is None:
            tape = tapes[symbol] = Tape(venue, symbol)
            self._feeds[venue].tapes.append(tape)
            desk.track.tapes.setdefault(venue, tape)
        return tape

    def _mark(self, message: Mark, feed: VenueFeed, now_ms: int) -> tuple[IncidentChange, ...]:
        feed.beat(now_ms)
        feed.timed(message.at_ms, now_ms)
        tape = self._tape(message.venue, message.symbol, message.coin)
        if tape is None:
            return NOTHING
        tape.heard_ms = now_ms
        made_low = self._desks[message.coin].track.mark(message, now_ms)
        rules = self._on_low + self._on_funding if made_low else self._on_funding
        return self._judge(rules, message.coin, now_ms)

    def _liquidation(self, message: Liquidation, feed: VenueFeed, now_ms: int) -> tuple[IncidentChange, ...]:
        feed.beat(now_ms)
        desk = self._desks.get(message.coin)
        if desk is None or not desk.track.liquidation(message, now_ms):
            return NOTHING
        return self._judge(self._on_print, message.coin, now_ms)

    def _open_interest(self, message: OpenInterest, now_ms: int) -> tuple[IncidentChange, ...]:
        tape = self._tape(message.venue, message.symbol, message.coin)
        if tape is None or not self._desks[message.coin].track.open_interest(message, now_ms):
            return NOTHING
        return self._judge(self._on_interest, message.coin, now_ms)

    def _judge(self, rules: tuple[Rule, ...], coin: str, now_ms: int) -> tuple[IncidentChange, ...]:
        return self._alerts.touch(rules, coin, self._facts(coin, now_ms), now_ms) if rules else NOTHING

    def _facts(self, coin: str, now_ms: int) -> Facts:
        desk = self._desks[coin]
        return Facts(
            reading=lambda name: desk.measured(name, now_ms),
            histories=desk.track.hourly.histories,
            factory=True,
            graded=lambda name: desk.reading(name, now_ms),
        )

    def _forget(self) -> None:
        for desk in self._desks.values():
            desk.forget()

    # --- time --------------------------------------------------------------------------------------------------

    def tick(self, now_ms: int) -> tuple[IncidentChange, ...]:
        """Let a second of the clock pass: facts age, feeds die, incidents update, step down and close."""
        for feed in self._feeds.values():
            feed.start(now_ms)
            feed.collect()
        self._forget()
        changes = self._alerts.watch_feeds(self._feeds, now_ms)
        for coin, desk in self._desks.items():
            desk.track.choose_source(now_ms)
            desk.track.advance(now_ms)
            desk.sample(now_ms)
            changes += self._alerts.tick(coin, self._facts(coin, now_ms), now_ms)
        changes += self._alerts.tick_market(NO_FACTS, now_ms)
        return changes

    def warm(self, coin: str, bars: Sequence[HourBar]) -> None:
        """Take up to 30 days of hours of a coin, so that percentiles and day windows are warm from the start."""
        self.watch(coin)
        self._desks[coin].track.warm(bars)
        self._desks[coin].forget()

    async def warm_slowly(self, coin: str, bars: Sequence[HourBar]) -> None:
        """Take hours of a coin that is live already, in slices between which everything else goes on."""
        desk = self._desks.get(coin)
        if desk is not None:
            for _ in desk.track.warming(bars):
                await asyncio.sleep(0)
            desk.forget()

    def known_hours(self, coin: str) -> frozenset[int]:
        """Return the opens of the hours that are known of a coin."""
        desk = self._desks.get(coin)
        return frozenset() if desk is None else frozenset(bar.open_ms for bar in desk.track.hours)

    def missing_minutes(self, coin: str, since_ms: int, until_ms: int) -> tuple[int, int] | None:
        """Return since when and until when (UTC ms, not included) minutes of a coin have no price, or None."""
        desk = self._desks.get(coin)
        holes = None if desk is None else desk.track.minutes.missing(since_ms // MINUTE_MS, until_ms // MINUTE_MS)
        return None if holes is None else (holes[0] * MINUTE_MS, (holes[1] + 1) * MINUTE_MS)

    def refill(self, coin: str, minutes: Sequence[HourBar]) -> None:
        """Take prices of minutes that nobody heard; forced closings of that time stay unknown."""
        desk = self._desks.get(coin)
        if desk is not None:
            desk.track.refill(minutes)
            desk.forget()

    def finished_hours(self) -> list[tuple[str, HourBar]]:
        """Return the hours that ended since this was last asked."""
        found = []
        for coin, desk in self._desks.items():
            found += [(coin, bar) for bar in desk.track.fresh_hours]
            desk.track.fresh_hours.clear()
        return found

    def minute_values(self) -> list[tuple[str, dict[str, float | None]]]:
        """Return every indicator of every coin as it was sampled at the last full minute; None is unknown."""
        return [(coin, desk.minute()) for coin, desk in self._desks.items()]

    # --- pictures ----------------------------------------------------------------------------------------------

    def coin_views(self, now_ms: int) -> tuple[CoinView, ...]:
        """Return all coins for the watch list."""
        return tuple(desk.view(now_ms) for desk in self._desks.values())

    def feed_views(self, now_ms: int) -> tuple[FeedView, ...]:
        """Return the health of all feeds."""
        return tuple(feed.view(now_ms) for feed in self._feeds.values())

    def chart(self, coin: str, interval_ms: int, now_ms: int) -> ChartView | None:
        """Return the chart of a coin with bars of `interval_ms` (whole minutes); None while there is no bar.

        The same object comes back while nothing in it has changed.
        """
        desk = self._desks.get(coin)
        if desk is None:
            return None
        track = desk.track
        lows = track.levels.at(now_ms, track.running_low())
        return track.chart.view(interval_ms, track.running(now_ms), lows.low)

    def coverage(self, now_ms: int) -> float | None:
        """Return the share of the open interest whose liquidations are heard now; None where nobody can tell."""
        live = {venue: float(feed.state(now_ms) == "live") for venue, feed in self._feeds.items()}
        weights: dict[str, float | None] = {}
        for venue in self._feeds:
            known = [w for desk in self._desks.values() if (w := desk.track.interest.weight(venue)) is not None]
            weights[venue] = sum(known) if known else None
        return weighted_share(live, weights)

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

    def channel_failed(self, name: str, reason: str, now_ms: int) -> tuple[IncidentChange, ...]:
        """Take that a channel does not deliver: that is an incident itself."""
        return self._alerts.channel_failed(name, reason, now_ms)

    def channel_well(self, name: str, now_ms: int) -> tuple[IncidentChange, ...]:
        """Take that a channel delivers again."""
        return self._alerts.channel_well(name, now_ms)

    def restore(self, incidents: Sequence[Incident]) -> None:
        """Take incidents of an earlier run: open ones go on under their id, and none is news."""
        self._alerts.restore(incidents)
