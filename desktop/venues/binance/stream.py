"""The streams of Binance USD-M: which ones, on which route.

Forced orders, aggregated trades and mark prices travel on `/market`. The old route without it still connects and
still acknowledges, and stays mute for all three.
"""

from __future__ import annotations

from collections.abc import Sequence

from desktop.venues.socket_session import SocketPlan


def market_plan(ws_base: str, symbols: Sequence[str]) -> SocketPlan:
    """Return the combined stream of these symbols; the subscription stands in the address."""
    streams = [
        f"{symbol.lower()}@{kind}" for symbol in symbols for kind in ("aggTrade", "markPrice@1s", "forceOrder")
    ]
    return SocketPlan(f"{ws_base}/market/stream?streams={'/'.join(streams)}")
