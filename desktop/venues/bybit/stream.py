"""The topics of Bybit v5: linear contracts, their books, forced closings of inverse ones, insurance pools, the state
of the venue."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from desktop.venues.socket_plan import SocketPlan

_TOPICS = ("allLiquidation", "publicTrade", "tickers")
_ARGS_A_REQUEST = 200
_PING = b'{"op":"ping"}'
PING_SECONDS = 20.0
# Of a deep book a level far away matters as much as the best: 1,000 levels, five times a second.
_BOOK = "orderbook.1000"
_POOLS = ("adlAlert.USDT", "insurance.USDT")
# A pong comes every 20 s; two missed ones are enough.
_QUIET_PATIENCE_SECONDS = 50.0
_LINEAR = "/v5/public/linear"
_INVERSE = "/v5/public/inverse"
_STATUS = "/v5/public/misc/status"
BOOKS_CHANNEL = f"books {_LINEAR}"


def subscription(topics: Sequence[str], wanted: bool) -> list[bytes]:
    """Return the requests that begin or end these topics, each of at most 200."""
    op = "subscribe" if wanted else "unsubscribe"
    requests = [topics[at : at + _ARGS_A_REQUEST] for at in range(0, len(topics), _ARGS_A_REQUEST)]
    return [
        msgspec.json.encode({"op": op, "args": args, "req_id": str(number)})
        for number, args in enumerate(requests, start=1)
    ]


def linear_plan(ws_base: str, symbols: Sequence[str]) -> SocketPlan:
    """Return the connection for these symbols, with a ping every 20 s."""
    topics = tuple(f"{topic}.{symbol}" for symbol in symbols for topic in _TOPICS)
    return SocketPlan(ws_base + _LINEAR, ping=_PING, ping_s=PING_SECONDS, topics=topics, words=subscription)


def book_topic(symbol: str) -> str:
    """Return the topic of a symbol's book."""
    return f"{_BOOK}.{symbol}"


def books_plan(ws_base: str, symbols: Sequence[str]) -> SocketPlan:
    """Return the connection for these symbols' books."""
    topics = tuple(book_topic(symbol) for symbol in symbols)
    return SocketPlan(
        ws_base + _LINEAR, ping=_PING, ping_s=PING_SECONDS, channel=BOOKS_CHANNEL, topics=topics, words=subscription
    )


def inverse_plan(ws_base: str, symbols: Sequence[str]) -> SocketPlan:
    """Return the connection for the forced closings of these inverse contracts, which may be silent for hours.

    Nothing else is asked of them: price, funding and open interest of a coin are those of its linear contract.
    """
    return SocketPlan(
        ws_base + _INVERSE,
        ping=_PING,
        ping_s=PING_SECONDS,
        channel=f"inverse {_INVERSE}",
        topics=tuple(f"allLiquidation.{symbol}" for symbol in symbols),
        words=one_by_one,
        quiet=True,
        patience_s=_QUIET_PATIENCE_SECONDS,
    )


def one_by_one(topics: Sequence[str], wanted: bool) -> list[bytes]:
    """Return a request for each topic, so that one that the venue refuses takes no other with it."""
    return [request for topic in topics for request in subscription((topic,), wanted)]


def pools_plan(ws_base: str) -> SocketPlan:
    """Return the connection for insurance pools and the warnings of deleveraging."""
    channel = f"insurance {_LINEAR}"
    return SocketPlan(
        ws_base + _LINEAR, ping=_PING, ping_s=PING_SECONDS, channel=channel, topics=_POOLS, words=subscription
    )


def status_plan(ws_base: str) -> SocketPlan:
    """Return the connection on which the venue tells of maintenance; it is silent while there is nothing to tell."""
    return SocketPlan(
        ws_base + _STATUS,
        ping=_PING,
        ping_s=PING_SECONDS,
        channel=f"status {_STATUS}",
        topics=("system.status",),
        words=subscription,
        quiet=True,
        patience_s=_QUIET_PATIENCE_SECONDS,
    )
