"""What OKX says only when asked: prices of all contracts, its list of perpetuals, maintenance that runs already."""

from __future__ import annotations

from collections.abc import Callable

from desktop.domain.raw_frame import RawFrame
from desktop.engine.ports import Clock
from desktop.venues.http import Question, RestDoor
from desktop.venues.okx.instruments import SWAPS
from desktop.venues.poll import Poll

TICKERS = Question("/api/v5/market/tickers", (("instType", "SWAP"),))
DATED_TICKERS = Question("/api/v5/market/tickers", (("instType", "FUTURES"),))
STATUS = Question("/api/v5/system/status")
TICKER_SECONDS = 60.0
STATUS_SECONDS = 300.0
DAY_SECONDS = 24 * 3600.0

Take = Callable[[RawFrame], None]


def tickers_poll(door: RestDoor, clock: Clock, take: Take) -> Poll:
    """Return the look at all last prices, of perpetuals and of dated contracts: two requests a minute."""
    return Poll("okx", door, clock, take, TICKER_SECONDS, lambda coins: (TICKERS, DATED_TICKERS))


def instruments_poll(door: RestDoor, clock: Clock, take: Take, after: Callable[[], None]) -> Poll:
    """Return the daily look at the list of contracts; `after` is called when it was read."""
    return Poll("okx", door, clock, take, DAY_SECONDS, lambda coins: (SWAPS,), after=after)


def status_poll(door: RestDoor, clock: Clock, take: Take) -> Poll:
    """Return the look at what is being maintained: the stream of it tells changes only."""
    return Poll("okx", door, clock, take, STATUS_SECONDS, lambda coins: (STATUS,))
