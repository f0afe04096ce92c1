"""A message as plain facts by name: what `inspect` prints, and what the conformance corpus expects."""

from __future__ import annotations

import msgspec

from desktop.domain.market import (
    Book,
    ContextPoint,
    FeedStatus,
    Gap,
    InsurancePool,
    Liquidation,
    Mark,
    Message,
    OpenInterest,
    Ticker,
    Trade,
    Unparsed,
    VenueNotice,
    WithdrawalStatus,
)

_KINDS: dict[type, str] = {
    Liquidation: "liquidation",
    Trade: "trade",
    Mark: "mark",
    OpenInterest: "open_interest",
    Book: "book",
    Ticker: "ticker",
    InsurancePool: "insurance",
    VenueNotice: "notice",
    WithdrawalStatus: "withdrawals",
    ContextPoint: "context",
}
# The levels of a book are for sums; a person reads its best prices.
_LEFT_OUT = frozenset({"venue", "symbol", "at_ms", "received_ns", "bids", "asks"})


def facts_of(message: Message) -> dict[str, object]:
    """Return kind, venue, symbol and time, then what the message says, in the form of the command line's contract.

    Bare messages carry no time of receipt, so what only has that one has None.
    """
    facts: dict[str, object] = {
        "kind": "",
        "venue": message.venue,
        "symbol": getattr(message, "symbol", None),
        "at_ms": message.at_ms or None,
    }
    match message:
        case Unparsed():
            facts |= {"kind": "unparsed", "channel": message.channel, "reason": message.reason}
            facts["offset"] = message.offset
        case FeedStatus():
            facts |= {"kind": "status", "channel": message.channel, "event": message.event, "detail": message.detail}
        case Gap():
            facts |= {"kind": "status", "channel": message.channel, "event": "gap", "detail": message.reason}
            facts["since_ms"] = message.since_ms
        case _:
            facts["kind"] = _KINDS[type(message)]
            fields = msgspec.structs.asdict(message)
            facts |= {name: value for name, value in fields.items() if name not in _LEFT_OUT}
    return facts
