"""What OKX says only when asked: the prices of all perpetuals, and maintenance that runs when we come."""

from __future__ import annotations

from collections.abc import Callable

from desktop.domain.raw_frame import RawFrame
from desktop.engine.ports import Clock
from desktop.venues.http import Question, RestDoor
from desktop.venues.poll import Poll

TICKERS = Question("/api/v5/market/tickers", (("instType", "SWAP"),))
STATUS = Question("/api/v5/system/status")
TICKER_SECONDS = 60.0
STATUS_SECONDS = 300.0


def polls(door: RestDoor, clock: Clock, take: Callable[[RawFrame], None]) -> tuple[Poll, ...]:
    """Return the polls: one request for all tickers a minute, one for the status every five."""
    return (
        Poll("okx", door, clock, take, TICKER_SECONDS, lambda coins: (TICKERS,)),
        Poll("okx", door, clock, take, STATUS_SECONDS, lambda coins: (STATUS,)),
    )
