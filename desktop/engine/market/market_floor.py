"""What stands on the market floor: feeds, tapes, followed coins and their composites, the market as a whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from desktop.domain.market import FeedStatus, Gap, Ticker
from desktop.engine.desk_view import FuelView
from desktop.engine.indicators.composite_desk import CoinComposite, ReadingOf, fuel_view
from desktop.engine.indicators.indicator_loop import CoinIndicators
from desktop.engine.market.coin_track import CoinTrack
from desktop.engine.market.forced_orders import ForcedOrders
from desktop.engine.market.heard_feeds import HeardFeeds
from desktop.engine.market.market_state import Tape, VenueFeed
from desktop.engine.market.market_wide import MarketWide
from desktop.engine.market.venue_health import marks_apart
from desktop.risk.indicators.catalogue import CATALOGUE
from desktop.risk.liquidations import SeenPrints
from desktop.risk.reading import Reading

_COMPOSITE_MS = 5_000
_FUEL_MS = 60_000


class MarketFloor:
    """Feeds, tapes, coins and the market, without any rule. Engine thread."""

    def __init__(self, venues: Sequence[str]) -> None:
        self.feeds = {venue: VenueFeed(venue) for venue in venues}
        self.tapes: dict[str, dict[str, Tape]] = {venue: {} for venue in venues}
        self.heard = HeardFeeds(self.feeds)
        self.wide = MarketWide(self.feeds)
        self.coins: dict[str, CoinIndicators] = {}
        self.orders: dict[str, ForcedOrders] = {}
        self.seen = SeenPrints()
        self.composites: dict[str, CoinComposite] = {}
        self.fuels: dict[str, FuelView] = {}
        self._composite_ms: dict[str, int] = {}
        self._fuel_ms: dict[str, int] = {}
        self.cascade: Callable[[str, int], Reading] | None = None
        self._turn = 0

    def watch(self, coin: str) -> None:
        """Follow this coin from now on."""
        if coin not in self.coins:
            self.coins[coin] = CoinIndicators(CoinTrack(coin, self.feeds), self.heard, self.wide.context)
            self.orders[coin] = self.coins[coin].track.boards.orders
            self.composites[coin] = CoinComposite(coin)
            if self.cascade is not None:
                self.coins[coin].level.cascade = partial(self.cascade, coin)

    def drop(self, coin: str) -> bool:
        """Follow this coin no longer; return whether it was followed."""
        if self.coins.pop(coin, None) is None:
            return False
        for by_coin in (self.orders, self.composites, self.fuels, self._composite_ms, self._fuel_ms):
            by_coin.pop(coin, None)
        for venue, tapes in self.tapes.items():
            for tape in [tape for tape in tapes.values() if tape.coin == coin]:
                del tapes[tape.symbol]
                self.feeds[venue].forget(tape)
        return True

    def expect(self, venue: str) -> None:
        """Expect messages of this venue from now on."""
        if venue not in self.feeds:
            self.feeds[venue] = VenueFeed(venue)
            self.tapes[venue] = {}
            for desk in self.coins.values():
                desk.track.add_venue(venue)
            self.heard.forget()

    def tape(self, venue: str, symbol: str, coin: str) -> Tape | None:
        """Return the tape of a contract, a new one at its first message; None for coins that are not followed.

        A coin's price on a venue comes from the first contract of it that was heard there.
        """
        desk = self.coins.get(coin)
        if desk is None:
            return None
        tapes = self.tapes[venue]
        tape = tapes.get(symbol)
        if tape is None:
            tape = tapes[symbol] = Tape(venue, symbol, coin, self.feeds[venue])
            tape.told, tape.touched = desk.track.boards.told, desk.touched
            self.feeds[venue].tapes.append(tape)
            desk.track.contracts.append(tape)
            desk.track.tapes.setdefault(venue, tape)
        return tape

    def ticker(self, ticker: Ticker, now_ms: int) -> None:
        """Take a ticker: of any perpetual for breadth, of spot pairs and dated futures for the coins followed."""
        self.wide.take_ticker(ticker, now_ms)
        desk = None if ticker.part == "perp" else self.coins.get(ticker.coin)
        if desk is not None:
            desk.track.boards.tickers.take(ticker, now_ms)
            desk.touched("ticker")

    def word_of_feed(self, word: Gap | FeedStatus, feed: VenueFeed, now_ms: int) -> None:
        """Take a word of a connection about itself, or a hole in what it told."""
        if isinstance(word, Gap):
            feed.gap(word, now_ms)
        else:
            feed.status(word, now_ms)
        self.heard.forget()

    def reading_of(self, coin: str, now_ms: int) -> ReadingOf:
        """Return what answers for the indicators of a coin and of the market."""
        desk, wide = self.coins[coin], self.wide
        return lambda name: (
            desk.reading(name, now_ms) if CATALOGUE[name].where == "coin" else wide.reading(name, now_ms)
        )

    # --- time --------------------------------------------------------------------------------------------------

    def tick(self, now_ms: int) -> None:
        """Let a second pass: minutes end, samples are taken, composites step; one coin's slow fit is renewed."""
        for feed in self.feeds.values():
            feed.start(now_ms)
            feed.collect()
        apart: dict[str, float] = {}
        for desk in self.coins.values():
            track = desk.track
            track.choose_source(now_ms)
            track.advance(now_ms)
            desk.sample(now_ms)
            marks = track.boards.marks
            for venue, share in marks_apart(marks.fresh(marks.marks, now_ms)).items():
                apart[venue] = max(share, apart.get(venue, 0.0))
        self.wide.follow(frozenset(self.coins), apart, now_ms)
        self.wide.sample(now_ms)
        self._step_composites(now_ms)
        self._renew_one(now_ms)

    def _step_composites(self, now_ms: int) -> None:
        due = [coin for coin in self.coins if now_ms - self._composite_ms.get(coin, 0) >= _COMPOSITE_MS]
        hard_rule = self.wide.hard_rule(now_ms) if due else False
        # A fifth of the coins in each second, so that no tick has to carry all of them.
        for coin in due[: max(3, -(-len(self.coins) * 1_000 // _COMPOSITE_MS))]:
            self._composite_ms[coin] = now_ms
            reading = self.reading_of(coin, now_ms)
            if coin not in self.fuels or now_ms - self._fuel_ms[coin] >= _FUEL_MS:
                self._fuel_ms[coin] = now_ms
                self.fuels[coin] = fuel_view(reading)
            season = self.coins[coin].liquidity.season(now_ms)
            self.composites[coin].step(reading, self.fuels[coin].shift, season, now_ms, hard_rule=hard_rule)

    def _renew_one(self, now_ms: int) -> None:
        if self.coins:
            self._turn = (self._turn + 1) % len(self.coins)
            tuple(self.coins.values())[self._turn].flow.refitted(now_ms)

    def end_hour(self, now_ms: int) -> None:
        """Take the hour that has just ended into the past of every indicator."""
        for desk in self.coins.values():
            desk.end_hour(now_ms)
        self.wide.end_hour(now_ms)
