"""What Binance says only when asked: open interest, funding intervals, its list of contracts, whether it is well."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from desktop.domain.raw_frame import RawFrame
from desktop.engine.ports import Clock
from desktop.venues.binance.instruments import EXCHANGE_INFO
from desktop.venues.http import Question, RestDoor
from desktop.venues.poll import Poll

OPEN_INTEREST = "/fapi/v1/openInterest"
FUNDING_INFO = Question("/fapi/v1/fundingInfo")
# Not confirmed by the venue's futures documentation: without an answer it is a gap of this path, and nothing else.
STATUS = Question("/sapi/v1/system/status")
OPEN_INTEREST_SECONDS = 15.0
FUNDING_INFO_SECONDS = 4 * 3600.0
DAY_SECONDS = 24 * 3600.0
STATUS_SECONDS = 300.0
# The whole book costs the venue's dearest weight.
_LEVELS, _LEVELS_WEIGHT = "1000", 20.0


def polls(
    door: RestDoor,
    clock: Clock,
    take: Callable[[RawFrame], None],
    symbols: Callable[[Sequence[str]], Sequence[str]],
) -> tuple[Poll, ...]:
    """Return the polls of a watch list: weight 1 a symbol each 15 s, and the funding intervals every 4 hours."""

    def interest(coins: Sequence[str]) -> list[Question]:
        return [Question(OPEN_INTEREST, (("symbol", symbol),)) for symbol in symbols(coins)]

    return (
        Poll("binance", door, clock, take, FUNDING_INFO_SECONDS, lambda coins: (FUNDING_INFO,)),
        Poll("binance", door, clock, take, OPEN_INTEREST_SECONDS, interest),
    )


def instruments_poll(
    door: RestDoor, clock: Clock, take: Callable[[RawFrame], None], after: Callable[[], None]
) -> Poll:
    """Return the daily look at the list of contracts; `after` is called when it was read."""
    return Poll("binance", door, clock, take, DAY_SECONDS, lambda coins: (EXCHANGE_INFO,), after=after)


def status_poll(door: RestDoor, clock: Clock, take: Callable[[RawFrame], None]) -> Poll:
    """Return the look at the venue's own word about itself, by the spot market's door."""
    return Poll("binance", door, clock, take, STATUS_SECONDS, lambda coins: (STATUS,))


def whole_book(symbol: str) -> Question:
    """Return the question for a symbol's whole book."""
    return Question("/fapi/v1/depth", (("symbol", symbol), ("limit", _LEVELS)), weight=_LEVELS_WEIGHT)
