"""The streams of Binance USD-M: which ones, on which route.

Forced orders, aggregated trades and mark prices travel on `/market`. The old route without it still connects and
still acknowledges, and stays mute for all three.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from desktop.venues.socket_plan import SocketPlan

_KINDS = ("aggTrade", "markPrice@1s", "forceOrder")
# The venue takes ten messages a second and 1,024 streams a connection; a message of 200 names is about 5 kB.
_STREAMS_A_MESSAGE = 200


def subscription(streams: Sequence[str], wanted: bool) -> list[bytes]:
    """Return the messages that begin or end these streams."""
    method = "SUBSCRIBE" if wanted else "UNSUBSCRIBE"
    parts = [streams[at : at + _STREAMS_A_MESSAGE] for at in range(0, len(streams), _STREAMS_A_MESSAGE)]
    return [
        msgspec.json.encode({"method": method, "params": part, "id": number})
        for number, part in enumerate(parts, start=1)
    ]


def market_plan(ws_base: str, symbols: Sequence[str]) -> SocketPlan:
    """Return the combined stream of these symbols, subscribed by message so that symbols can come and go."""
    streams = tuple(f"{symbol.lower()}@{kind}" for symbol in symbols for kind in _KINDS)
    return SocketPlan(f"{ws_base}/market/stream", topics=streams, words=subscription)
