"""The channels of OKX v5: which ones, for which contracts.

Liquidations are subscribed by type of contract and come for all of them. A connection is cut after 30 s without a
push, and pings of the websocket protocol do not count: the text `ping` does.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from desktop.venues.feed_parts import ALL_PARTS, Part
from desktop.venues.socket_plan import SocketPlan

_PING = b"ping"
PING_SECONDS = 20.0
_ARGS_A_REQUEST = 100
# 480 requests an hour are allowed on a connection; those of a new one are left over.
_REQUESTS_AN_HOUR = 400
_BY_CONTRACT = ("trades", "mark-price", "funding-rate", "open-interest")
_LIQUIDATIONS = "liquidation-orders SWAP"
_STATUS = "status"
_PUBLIC = "/ws/v5/public"
BOOKS_CHANNEL = f"books {_PUBLIC}"


def public_plan(ws_base: str, symbols: Sequence[str], parts: frozenset[Part] = ALL_PARTS) -> SocketPlan:
    """Return the connection for these perpetuals: `BTC-USDT-SWAP`."""
    topics = topics_of(symbols, parts)
    return SocketPlan(
        ws_base + _PUBLIC,
        ping=_PING,
        ping_s=PING_SECONDS,
        topics=topics,
        words=subscription,
        most_an_hour=_REQUESTS_AN_HOUR,
    )


def topics_of(symbols: Sequence[str], parts: frozenset[Part]) -> tuple[str, ...]:
    """Return every channel wanted for these perpetuals, those that speak of all contracts first."""
    topics = [_LIQUIDATIONS, _STATUS] if "status" in parts else [_LIQUIDATIONS]
    for symbol in symbols:
        pair = symbol.removesuffix("-SWAP")
        topics.extend(f"{name} {symbol}" for name in _BY_CONTRACT)
        topics.append(f"index-tickers {pair}")
        if "insurance" in parts:
            topics.append(f"adl-warning {pair}")
    return tuple(topics)


def book_topic(symbol: str) -> str:
    """Return the topic of a symbol's book: 400 levels, ten times a second."""
    return f"books {symbol}"


def books_plan(ws_base: str, symbols: Sequence[str]) -> SocketPlan:
    """Return the connection for these symbols' books."""
    topics = tuple(book_topic(symbol) for symbol in symbols)
    return SocketPlan(
        ws_base + _PUBLIC,
        ping=_PING,
        ping_s=PING_SECONDS,
        channel=BOOKS_CHANNEL,
        topics=topics,
        words=subscription,
        most_an_hour=_REQUESTS_AN_HOUR,
    )


def subscription(topics: Sequence[str], wanted: bool) -> list[bytes]:
    """Return the requests that begin or end these topics, each of at most 100."""
    op = "subscribe" if wanted else "unsubscribe"
    args = [_arg(topic) for topic in topics]
    return [
        msgspec.json.encode({"op": op, "args": args[at : at + _ARGS_A_REQUEST]})
        for at in range(0, len(args), _ARGS_A_REQUEST)
    ]


def _arg(topic: str) -> dict[str, str]:
    name, _, whom = topic.partition(" ")
    match name:
        case "liquidation-orders":
            return {"channel": name, "instType": whom}
        case "adl-warning":
            return {"channel": name, "instType": "SWAP", "instFamily": whom}
        case "status":
            return {"channel": name}
        case _:
            return {"channel": name, "instId": whom}
