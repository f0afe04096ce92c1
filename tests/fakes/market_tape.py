"""A small market to fold: messages of made-up venues with a clock of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from desktop.alerts.incidents import IncidentChange
from desktop.alerts.rules import Rule
from desktop.domain.market import (
    Book,
    FeedStatus,
    Gap,
    HourBar,
    Liquidation,
    Mark,
    MarketPart,
    Message,
    OpenInterest,
    Ticker,
    Trade,
)
from desktop.engine.desk_view import CompositeView
from desktop.engine.market.market_desk import MarketDesk
from desktop.risk.reading import Reading
from desktop.risk.windows import HOUR_MS

START_MS = 1_769_900_400_000 // HOUR_MS * HOUR_MS


def quiet_hours(count: int, end_ms: int = START_MS, price: float = 100.0, interest: float = 1e6) -> list[HourBar]:
    """Return calm hours up to `end_ms`: prices within 1 %, few liquidations, `interest` coins open."""
    bars = []
    for back in range(count, 0, -1):
        wiggle = (back * 37 % 100) / 100
        bars.append(
            HourBar(
                open_ms=end_ms - back * HOUR_MS,
                open=price,
                high=price * 1.01,
                low=price * (0.992 + 0.004 * wiggle),
                close=price,
                long_usd=interest * price * 1e-5 * (1 + wiggle),
                short_usd=interest * price * 1e-5,
                funding_8h=0.0001,
                oi_usd=interest * price,
                oi_coins=interest,
            )
        )
    return bars


class Market:
    """Drives a desk as the engine would: messages in, a tick each second, all changes kept."""

    def __init__(self, rules: Sequence[Rule] = (), venues: Sequence[str] = ("binance", "bybit")) -> None:
        self.desk = MarketDesk(("BTC",), rules, venues)
        self.venues = tuple(venues)
        self.now_ms = START_MS
        self.changes: list[IncidentChange] = []
        self.price = 100.0

    def trade(self, price: float, venue: str = "binance", late_ms: int = 0) -> None:
        """Fold a trade."""
        at_ms = self.now_ms - late_ms
        self._fold(Trade(venue, "BTCUSDT", "BTC", "sell", "0.1", repr(price), at_ms))

    def liquidation(self, usd: float, side: str = "long", venue: str = "binance", late_ms: int = 0) -> None:
        """Fold a forced closing of this size at the last price."""
        quantity = usd / self.price
        at_ms = self.now_ms - late_ms
        self._fold(
            Liquidation(venue, "BTCUSDT", "BTC", side, repr(quantity), repr(self.price), "fill", usd, at_ms)  # type: ignore[arg-type]
        )

    def mark(self, rate: float = 0.0001, hours: float = 8.0, venue: str = "binance") -> None:
        """Fold a mark price with funding."""
        text = repr(self.price)
        self._fold(Mark(venue, "BTCUSDT", "BTC", text, text, rate, hours, None, self.now_ms))

    def interest(self, coins: float, venue: str = "binance") -> None:
        """Fold an open interest; its USD follows from the mark."""
        self._fold(OpenInterest(venue, "BTCUSDT", "BTC", repr(coins), None, self.now_ms))

    def book(self, mid: float | None = None, size: float = 100.0, venue: str = "binance", gap: bool = False) -> None:
        """Fold a book of 40 levels a side, one basis point apart, each of this many coins."""
        mid = self.price if mid is None else mid
        bids = tuple((mid * (1 - 1e-4 * (level + 0.5) * 5), size) for level in range(40))
        asks = tuple((mid * (1 + 1e-4 * (level + 0.5) * 5), size) for level in range(40))
        sides = ((), ()) if gap else (bids, asks)
        text = None if gap else repr(mid)
        self._fold(Book(venue, "BTCUSDT", "BTC", text, text, *sides, self.now_ms, gap=gap))

    def ticker(
        self,
        last: float,
        symbol: str = "BTCUSDT",
        coin: str = "BTC",
        part: MarketPart = "perp",
        turnover: float | None = 5e7,
        venue: str = "binance",
    ) -> None:
        """Fold a ticker."""
        self._fold(Ticker(venue, symbol, coin, part, repr(last), turnover, self.now_ms))

    def say(self, word: Message) -> None:
        """Fold any other message."""
        self._fold(word)

    def status(self, event: str, venue: str = "binance", channel: str = "/market") -> None:
        """Fold a word of the connection."""
        self._fold(FeedStatus(venue, channel, event, "told by the test", self.now_ms))  # type: ignore[arg-type]

    def gap(self, since_ms: int, venue: str = "binance") -> None:
        """Fold a gap up to now."""
        self._fold(Gap(venue, "/market", "sequence jumped", since_ms, self.now_ms))

    def pass_seconds(self, seconds: int, alive: Iterable[str] | None = None) -> None:
        """Let seconds pass; venues in `alive` (all by default) send a trade at the last price in each."""
        heard = self.venues if alive is None else tuple(alive)
        for _ in range(seconds):
            self.now_ms += 1_000
            for venue in heard:
                self.trade(self.price, venue)
            self.changes += self.desk.tick(self.now_ms)

    def reading(self, name: str) -> Reading:
        """Return a reading of BTC as the watch list would show it."""
        return self.desk.pictures.coin_views(self.now_ms)[0].readings[name]

    def composite(self) -> CompositeView:
        """Return the composite of BTC."""
        found = self.desk.pictures.coin_views(self.now_ms)[0].composite
        assert found is not None
        return found

    def _fold(self, message: Message) -> None:
        self.changes += self.desk.fold(message, self.now_ms)
