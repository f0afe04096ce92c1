"""What Binance says only when asked: open interest by symbol, and which symbols have unusual funding intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from desktop.domain.raw_frame import RawFrame
from desktop.engine.ports import Clock
from desktop.venues.http import Question, RestDoor
from desktop.venues.poll import Poll

OPEN_INTEREST = "/fapi/v1/openInterest"
FUNDING_INFO = "/fapi/v1/fundingInfo"
OPEN_INTEREST_SECONDS = 15.0
FUNDING_INFO_SECONDS = 4 * 3600.0


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
        Poll("binance", door, clock, take, FUNDING_INFO_SECONDS, lambda coins: (Question(FUNDING_INFO),)),
        Poll("binance", door, clock, take, OPEN_INTEREST_SECONDS, interest),
    )
