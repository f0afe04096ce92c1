"""What the window shows of the market: coins, feeds, chart, coverage, composite, fuel, context."""

from __future__ import annotations

from desktop.domain.coverage import completeness_of
from desktop.engine.desk_view import ChartView, CoinView, ContextView, FeedView, FuelView
from desktop.engine.market_floor import MarketFloor
from desktop.risk.open_interest import weighted_share
from desktop.risk.reading import Level, Reading, State
from desktop.risk.windows import DAY_MS, SECOND_MS

_BACKGROUND_MS = SECOND_MS
_MANY = 30


class MarketPictures:
    """Frozen views of the floor. Engine thread; views of coins that nobody looks at closely are made less often."""

    def __init__(self, floor: MarketFloor) -> None:
        self._floor = floor
        self._kept: dict[str, tuple[int, CoinView]] = {}

    def coin_views(self, now_ms: int, chosen: str | None = None) -> tuple[CoinView, ...]:
        """Return all coins for the watch list; with `chosen`, all but that one may be up to a second old.

        With more than thirty coins the others may be five seconds old.
        """
        hold_ms = 0 if chosen is None else _BACKGROUND_MS * (5 if len(self._floor.coins) > _MANY else 1)
        return tuple(self._coin(coin, now_ms, 0 if coin == chosen else hold_ms) for coin in self._floor.coins)

    def _coin(self, coin: str, now_ms: int, hold_ms: int) -> CoinView:
        kept = self._kept.get(coin)
        # A different phase for each coin: not all of them in one frame.
        if kept is not None and hold_ms and now_ms - kept[0] < hold_ms:
            return kept[1]
        view = self._floor.coins[coin].view(now_ms, self._floor.composites[coin].view)
        self._kept[coin] = (now_ms, view)
        return view

    def feed_views(self, now_ms: int) -> tuple[FeedView, ...]:
        """Return the health of all feeds."""
        coins = frozenset(self._floor.coins)
        found = []
        for venue, feed in self._floor.feeds.items():
            health = self._floor.wide.health.get(venue)
            notice = "" if health is None or health.notice is None else health.notice.detail
            shut = () if health is None else health.shut_networks(coins, now_ms)
            found.append(feed.view(now_ms, completeness_of(venue), notice, shut))
        return tuple(found)

    def chart(self, coin: str, interval_ms: int, now_ms: int) -> ChartView | None:
        """Return the chart of a coin with bars of `interval_ms` (whole minutes); None while there is no bar.

        The same object comes back while nothing in it has changed.
        """
        desk = self._floor.coins.get(coin)
        if desk is None:
            return None
        lows = (desk.level.lowest(DAY_MS, now_ms), desk.level.lowest(7 * DAY_MS, now_ms))
        return desk.track.chart.view(interval_ms, desk.track.running(now_ms), lows)

    def coverage(self, now_ms: int) -> float | None:
        """Return the share of the open interest whose liquidations are heard now; None where nobody can tell."""
        live = {venue: float(feed.state(now_ms) == "live") for venue, feed in self._floor.feeds.items()}
        weights: dict[str, float | None] = {}
        for venue in self._floor.feeds:
            books = [desk.track.boards.interest for desk in self._floor.coins.values()]
            known = [weight for book in books if (weight := book.weight(venue)) is not None]
            weights[venue] = sum(known) if known else None
        return weighted_share(live, weights)

    def market(self, now_ms: int) -> dict[str, Reading]:
        """Return the readings of the market as a whole by id."""
        return self._floor.wide.readings(now_ms)

    def fuel(self, coin: str) -> FuelView:
        """Return the fuel gauge as it stands for a coin."""
        return self._floor.fuels.get(coin) or FuelView(None, State.UNKNOWN, "not measured yet")

    def context(self, now_ms: int) -> tuple[ContextView, ...]:
        """Return the facts from outside the venues."""
        return self._floor.wide.context.views(now_ms)

    def level(self) -> Level:
        """Return the highest level among the composites of the followed coins."""
        return max((composite.view.level for composite in self._floor.composites.values()), default=Level.CALM)
