"""Market messages: what a venue said, in one form for all venues.

Quantities and prices keep the venue's own digits (text, in coins); `usd` and rates are float64 estimates.
Times are UTC milliseconds of the venue (`at_ms`); `received_ns` is our own UTC clock at the socket.
None in a field means: this message does not say. It never means zero.
"""

from __future__ import annotations

from typing import Literal

import msgspec

LiquidatedSide = Literal["long", "short"]
TakerSide = Literal["buy", "sell"]
PriceKind = Literal["fill", "order", "bankruptcy"]


class Liquidation(msgspec.Struct, frozen=True, gc=False):
    """A position closed by force. `side` is whose position it was, whatever the venue calls it.

    `quantity` and `usd` are None where they need a contract size that is not known. `price` is as the venue quotes
    it: per thousand coins for a symbol such as 1000PEPEUSDT.
    """

    venue: str
    symbol: str
    coin: str
    side: LiquidatedSide
    quantity: str | None
    price: str
    price_kind: PriceKind
    usd: float | None
    at_ms: int
    received_ns: int = 0


class Trade(msgspec.Struct, frozen=True, gc=False):
    """A public trade; `side` is the taker's. `quantity` and `price` as in Liquidation."""

    venue: str
    symbol: str
    coin: str
    side: TakerSide
    quantity: str | None
    price: str
    at_ms: int
    received_ns: int = 0


class TradeRun(msgspec.Struct, frozen=True, gc=False):
    """Public trades of one contract that came together within one minute of the venue's time, and what they come to.

    `first`, `last`, `low` and `high` are prices as the venue quotes them; `bought` and `sold` by takers are sums of
    coins times that price, float64. `at_ms` is the time of the last one received, `from_ms` and `to_ms` are the least
    and the greatest of their times.
    """

    venue: str
    symbol: str
    coin: str
    count: int
    first: float
    last: float
    low: float
    high: float
    bought: float
    sold: float
    from_ms: int
    to_ms: int
    at_ms: int
    received_ns: int = 0


class Mark(msgspec.Struct, frozen=True, gc=False):
    """Mark price, index price and the funding of the running interval (`funding_rate` is a fraction)."""

    venue: str
    symbol: str
    coin: str
    mark: str | None
    index: str | None
    funding_rate: float | None
    funding_interval_h: float | None
    next_funding_ms: int | None
    at_ms: int
    received_ns: int = 0


class OpenInterest(msgspec.Struct, frozen=True, gc=False):
    """Open contracts, one side counted once, in coins; `usd` is None where no price is known."""

    venue: str
    symbol: str
    coin: str
    coins: str
    usd: float | None
    at_ms: int
    received_ns: int = 0


class Book(msgspec.Struct, frozen=True):
    """An order book as it stood at `at_ms`, sent at most once a period, never once a frame.

    `bids` and `asks` are (price, size), best first, float64, such that price times size is USD: prices as the venue
    quotes them, sizes in the unit that is quoted (thousands of coins for 1000PEPE, USD / price for inverse ones).
    `bid` and `ask` keep the venue's digits. Levels are left out where nobody knows their sizes. With `gap` the
    sequence broke: nothing is known until the next good one. `low` and `high` are the prices between which the book
    is whole, None where the venue does not say; beyond them only levels are known that have changed.
    """

    venue: str
    symbol: str
    coin: str
    bid: str | None
    ask: str | None
    bids: tuple[tuple[float, float], ...]
    asks: tuple[tuple[float, float], ...]
    at_ms: int
    received_ns: int = 0
    gap: bool = False
    low: float | None = None
    high: float | None = None


MarketPart = Literal["perp", "dated", "spot", "metal", "index"]
"""`perp` is a perpetual on a coin; `metal` one on gold or silver, `index` one on shares: no sum over coins may."""


class Ticker(msgspec.Struct, frozen=True, gc=False):
    """A contract's last price and its turnover of 24 h in USD: for breadth, volume, the peg and metals."""

    venue: str
    symbol: str
    coin: str
    part: MarketPart
    last: str
    turnover_usd: float | None
    at_ms: int
    received_ns: int = 0


class InsurancePool(msgspec.Struct, frozen=True, gc=False):
    """How near a venue is to closing profitable positions (ADL): `drop` is the pool's fall as a fraction (0..1)."""

    venue: str
    pool: str
    state: Literal["normal", "warning", "adl"]
    balance_usd: float | None
    drop: float | None
    at_ms: int
    received_ns: int = 0


class VenueNotice(msgspec.Struct, frozen=True, gc=False):
    """What a venue says about itself as a whole."""

    venue: str
    state: Literal["normal", "maintenance"]
    detail: str
    at_ms: int


class WithdrawalStatus(msgspec.Struct, frozen=True, gc=False):
    """Whether a venue lets a coin out over a network, as it says without a key; `open` None: it does not say."""

    venue: str
    coin: str
    network: str
    open: bool | None
    at_ms: int
    detail: str = ""


class ContextPoint(msgspec.Struct, frozen=True, gc=False):
    """A fact from outside the venues, such as an index or a fee. `as_of_ms` is the date it speaks of.

    `name` is one of `desktop.domain.context_names`; the unit follows from it. `source` is the host that said it.
    """

    name: str
    value: float
    as_of_ms: int
    source: str
    at_ms: int
    venue: str = "context"


class Gap(msgspec.Struct, frozen=True, gc=False):
    """From `since_ms` to `at_ms` nothing of this channel can be trusted; `reason` says why."""

    venue: str
    channel: str
    reason: str
    since_ms: int
    at_ms: int


class FeedStatus(msgspec.Struct, frozen=True, gc=False):
    """A socket or poll came up, went down, or said something about itself (heartbeat, acknowledgement)."""

    venue: str
    channel: str
    event: Literal["connected", "closed", "alive", "note"]
    detail: str
    at_ms: int


class Unparsed(msgspec.Struct, frozen=True, gc=False):
    """A message that could not be read; `offset` is the byte where reading stopped."""

    venue: str
    channel: str
    reason: str
    offset: int | None
    at_ms: int


MarketEvent = Liquidation | Trade | TradeRun | Mark | OpenInterest | Book | Ticker
VenueWord = InsurancePool | VenueNotice | WithdrawalStatus
Message = MarketEvent | VenueWord | ContextPoint | Gap | FeedStatus | Unparsed


class HourBar(msgspec.Struct, frozen=True, gc=False):
    """One hour of one coin over the contributing venues. `open_ms` is the bar's open; it is known one hour later.

    `oi_venues` are the venues whose open interest is in it (empty: not said): only bars over the same ones compare.
    """

    open_ms: int
    open: float
    high: float
    low: float
    close: float
    long_usd: float | None = None
    short_usd: float | None = None
    funding_8h: float | None = None
    oi_usd: float | None = None
    oi_coins: float | None = None
    oi_venues: tuple[str, ...] = ()
