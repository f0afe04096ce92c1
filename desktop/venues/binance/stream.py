"""The streams of Binance: which ones, on which route.

USD-M forced orders, aggregated trades, mark prices and tickers travel on `/market`, books on `/public`. The old route
without either still connects and still acknowledges, and stays mute for all but the books.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from desktop.venues.socket_plan import SocketPlan

_KINDS = ("aggTrade", "markPrice@1s", "forceOrder")
# The venue takes ten messages a second and 1,024 streams a connection; a message of 200 names is about 5 kB.
_STREAMS_A_MESSAGE = 200
# The spot market takes five messages a second.
_SPOT_MESSAGES_A_SECOND = 4
SPOT_PAIRS = ("USDCUSDT", "FDUSDUSDT", "PAXGUSDT")
"""Spot pairs that are watched whatever the coins: two for the peg of USDT, one for gold."""


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


def books_plan(ws_base: str, symbols: Sequence[str]) -> SocketPlan:
    """Return the stream of changes of these symbols' books, twice a second: they are looked at once a second."""
    streams = tuple(f"{symbol.lower()}@depth@500ms" for symbol in symbols)
    return SocketPlan(f"{ws_base}/public/stream", channel="books /public/stream", topics=streams, words=subscription)


def tickers_plan(ws_base: str) -> SocketPlan:
    """Return the stream of the last prices of all contracts, each second those that changed."""
    path = "/market/stream?streams=!miniTicker@arr"
    return SocketPlan(ws_base + path, channel=f"tickers {path}")


def spot_plan(ws_base: str, coins: Sequence[str]) -> SocketPlan:
    """Return the stream of spot prices and turnovers of these coins, and of the pairs for peg and gold."""
    pairs = dict.fromkeys([*SPOT_PAIRS, *(f"{coin}USDT" for coin in coins)])
    streams = tuple(f"{pair.lower()}@miniTicker" for pair in pairs)
    return SocketPlan(
        f"{ws_base}/stream",
        channel="spot /stream",
        topics=streams,
        words=subscription,
        most_a_second=_SPOT_MESSAGES_A_SECOND,
    )
