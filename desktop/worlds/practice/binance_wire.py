"""Binance USD-M messages in the documented form of the combined `/market/stream` (aggTrade, mark price, forced order)
and of `GET /fapi/v1/openInterest`. Prices and quantities come in as text."""

from __future__ import annotations

import msgspec

_encode = msgspec.json.Encoder().encode

CHANNEL_PATH = "/market/stream?streams="


def _combined(stream: str, data: dict[str, object]) -> str:
    return _encode({"stream": stream, "data": data}).decode()


def agg_trade(symbol: str, at_ms: int, number: int, price: str, quantity: str, *, taker_sold: bool) -> str:
    """Return an aggregated trade; `number` is consecutive per symbol."""
    first = 7_000_000_000 + 3 * number
    data: dict[str, object] = {
        "e": "aggTrade", "E": at_ms + 34, "a": number, "s": symbol, "p": price, "q": quantity, "nq": quantity,
        "f": first, "l": first + 2, "T": at_ms, "m": taker_sold, "st": 1,
    }  # fmt: skip
    return _combined(f"{symbol.lower()}@aggTrade", data)


def mark_price(symbol: str, at_ms: int, mark: float, index: float, funding: float, next_funding_ms: int) -> str:
    """Return a mark price update; `funding` is the fraction of the running interval."""
    data: dict[str, object] = {
        "e": "markPriceUpdate", "E": at_ms, "s": symbol, "p": f"{mark:.8f}", "i": f"{index:.8f}",
        "P": f"{(mark + index) / 2:.8f}", "r": f"{funding:.8f}", "T": next_funding_ms, "st": 1,
    }  # fmt: skip
    return _combined(f"{symbol.lower()}@markPrice@1s", data)


def force_order(
    symbol: str, at_ms: int, pushed_ms: int, side: str, quantity: str, limit: str, average: str, last: str
) -> str:
    """Return a forced order. `side` is the order's: SELL closes a long. `last` is the last fill's quantity."""
    order = {
        "s": symbol, "S": side, "o": "LIMIT", "f": "IOC", "q": quantity, "p": limit, "ap": average, "X": "FILLED",
        "l": last, "z": quantity, "T": at_ms, "ps": symbol, "st": 1,
    }  # fmt: skip
    return _combined(f"{symbol.lower()}@forceOrder", {"e": "forceOrder", "E": pushed_ms, "o": order})


def open_interest(symbol: str, at_ms: int, coins: str) -> str:
    """Return the answer of the open interest endpoint."""
    return _encode({"openInterest": coins, "symbol": symbol, "time": at_ms}).decode()


def open_interest_channel(symbol: str) -> str:
    """Return the recording's channel for that answer."""
    return f"GET /fapi/v1/openInterest?symbol={symbol}"
