"""What Bybit says only when asked: last prices of all contracts, its list of them, whether it is well."""

from __future__ import annotations

from collections.abc import Callable

from desktop.domain.raw_frame import RawFrame
from desktop.engine.ports import Clock
from desktop.venues.bybit.instruments import FIRST_PAGE, next_page
from desktop.venues.http import Question, RestDoor
from desktop.venues.poll import Poll

_TICKERS = "/v5/market/tickers"
LINEAR_TICKERS = Question(_TICKERS, (("category", "linear"),))
SPOT_TICKERS = tuple(
    Question(_TICKERS, (("category", "spot"), ("symbol", pair))) for pair in ("USDCUSDT", "USDEUSDT")
)
"""Spot pairs for the peg."""
STATUS = Question("/v5/system/status")
MINUTE_SECONDS = 60.0
STATUS_SECONDS = 300.0
DAY_SECONDS = 24 * 3600.0

Take = Callable[[RawFrame], None]


def tickers_polls(door: RestDoor, clock: Clock, take: Take) -> tuple[Poll, ...]:
    """Return the looks at all last prices and at the peg, once a minute."""
    return (
        Poll("bybit", door, clock, take, MINUTE_SECONDS, lambda coins: (LINEAR_TICKERS,)),
        Poll("bybit", door, clock, take, MINUTE_SECONDS, lambda coins: SPOT_TICKERS),
    )


def instruments_poll(door: RestDoor, clock: Clock, take: Take, after: Callable[[], None]) -> Poll:
    """Return the daily look at the list of contracts; `after` is called when it was read."""
    return Poll("bybit", door, clock, take, DAY_SECONDS, lambda coins: (FIRST_PAGE,), more=next_page, after=after)


def status_poll(door: RestDoor, clock: Clock, take: Take) -> Poll:
    """Return the look at what is being maintained: the stream of it tells changes only."""
    return Poll("bybit", door, clock, take, STATUS_SECONDS, lambda coins: (STATUS,))
