"""The topics of Bybit v5 linear contracts."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from desktop.venues.socket_plan import SocketPlan

_TOPICS = ("allLiquidation", "publicTrade", "tickers")
_ARGS_A_REQUEST = 200
_PING = b'{"op":"ping"}'
PING_SECONDS = 20.0


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
    return SocketPlan(
        f"{ws_base}/v5/public/linear", ping=_PING, ping_s=PING_SECONDS, topics=topics, words=subscription
    )
