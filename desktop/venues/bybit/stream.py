"""The topics of Bybit v5 linear contracts."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from desktop.venues.socket_session import SocketPlan

_TOPICS = ("allLiquidation", "publicTrade", "tickers")
_ARGS_A_REQUEST = 200
_PING = b'{"op":"ping"}'
PING_SECONDS = 20.0


def linear_plan(ws_base: str, symbols: Sequence[str]) -> SocketPlan:
    """Return the connection for these symbols: subscriptions in requests of at most 200, a ping every 20 s."""
    topics = [f"{topic}.{symbol}" for symbol in symbols for topic in _TOPICS]
    requests = [topics[at : at + _ARGS_A_REQUEST] for at in range(0, len(topics), _ARGS_A_REQUEST)]
    opening = tuple(
        msgspec.json.encode({"op": "subscribe", "args": args, "req_id": str(number)})
        for number, args in enumerate(requests, start=1)
    )
    return SocketPlan(f"{ws_base}/v5/public/linear", opening, _PING, PING_SECONDS)
