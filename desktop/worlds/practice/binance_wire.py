"""Binance USD-M messages in the documented form of the combined `/market/stream` (aggTrade, mark price, forced order,
last prices), of `/public/stream` (books), and of `GET /fapi/v1/openInterest` and `/fapi/v1/depth`. Prices and
quantities come in as text."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

_encode = msgspec.json.Encoder().encode

CHANNEL_PATH = "/market/stream?streams="
ALL_TICKERS = "!miniTicker@arr"


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


def depth_stream(symbol: str) -> str:
    """Return the stream of a book's changes."""
    return f"{symbol.lower()}@depth@500ms"


def depth_update(
    symbol: str,
    at_ms: int,
    first: int,
    last: int,
    before: int,
    bids: Sequence[tuple[str, str]],
    asks: Sequence[tuple[str, str]],
) -> str:
    """Return a change of a book: updates `first` to `last`, after `before`. Levels are (price, size)."""
    data: dict[str, object] = {
        "e": "depthUpdate", "E": at_ms + 4, "T": at_ms, "s": symbol, "U": first, "u": last, "pu": before,
        "b": bids, "a": asks, "st": 1,
    }  # fmt: skip
    return _combined(depth_stream(symbol), data)


def whole_depth(at_ms: int, number: int, bids: Sequence[tuple[str, str]], asks: Sequence[tuple[str, str]]) -> str:
    """Return the answer of the depth endpoint."""
    return _encode({"lastUpdateId": number, "E": at_ms, "T": at_ms, "bids": bids, "asks": asks}).decode()


def mini_tickers(at_ms: int, rows: Sequence[tuple[str, float, float]]) -> str:
    """Return the last prices of all contracts: (symbol, price, USD turned over in 24 h)."""
    data = [
        {
            "e": "24hrMiniTicker", "E": at_ms, "s": symbol, "c": f"{price:.8f}", "o": f"{price:.8f}",
            "h": f"{price:.8f}", "l": f"{price:.8f}", "v": f"{usd / price:.0f}", "q": f"{usd:.2f}", "st": 1,
        }
        for symbol, price, usd in rows
    ]  # fmt: skip
    return _encode({"stream": ALL_TICKERS, "data": data}).decode()
