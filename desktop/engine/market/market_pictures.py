"""What the window shows of the market: coins, feeds, chart, coverage, composite, fuel, context."""

from __future__ import annotations

from desktop.domain.coverage import completeness_of
from desktop.engine.desk_view import ChartView, CoinView, ContextView, FeedView, FuelView
from desktop.engine.market.market_floor import MarketFloor
from desktop.risk.open_interest import weighted_share
from desktop.risk.reading import Level, Reading, State
from desktop.risk.windows import DAY_MS

_EACH_FRAME = 3
_FRAMES = 50


class MarketPictures:
    """Frozen views of the floor. Engine thread; coins that nobody looks at closely are made anew less often."""

    def __init__(self, floor: MarketFloor) -> None:
        self._floor = floor
        self._kept: dict[str, CoinView] = {}
        self._turn = 0

    def coin_views(self, now_ms: int, chosen: str | None = None) -> tuple[CoinView, ...]:
        """Return all coins for the watch list; with `chosen`, some of the others may be a few frames old.

        Then three of them, or a fiftieth of many, are made anew with each frame.
        """
        coins = list(self._floor.coins)
        due = set(coins) if chosen is None else {chosen, *self._next(coins)}
        return tuple(self._coin(coin, now_ms, anew=coin in due) for coin in coins)

    def _next(self, coins: list[str]) -> list[str]:
        count = max(_EACH_FRAME, -(-len(coins) // _FRAMES))
        start = self._turn % len(coins) if coins else 0
        self._turn = start + count
        return (coins + coins)[start : start + count]

    def _coin(self, coin: str, now_ms: int, *, anew: bool) -> CoinView:
        kept = self._kept.get(coin)
        if kept is None or anew:
            kept = self._kept[coin] = self._floor.coins[coin].view(now_ms, self._floor.composites[coin].view)
        return kept

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
