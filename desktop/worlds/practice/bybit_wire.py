"""Bybit v5 linear messages in the documented form of `/v5/public/linear` (allLiquidation, publicTrade, tickers,
orderbook)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import msgspec

_encode = msgspec.json.Encoder().encode

CHANNEL = "/v5/public/linear"


def liquidations(symbol: str, pushed_ms: int, orders: Sequence[tuple[int, str, str, str]]) -> str:
    """Return one push of (ms, position side, size, bankruptcy price): "Buy" is a long that was closed."""
    data = [{"T": at_ms, "s": symbol, "S": side, "v": size, "p": price} for at_ms, side, size, price in orders]
    frame = {"topic": f"allLiquidation.{symbol}", "type": "snapshot", "ts": pushed_ms, "data": data}
    return _encode(frame).decode()


def trades(symbol: str, seq: int, rows: Sequence[tuple[int, str, str, str, str]]) -> str:
    """Return one push of (ms, taker side, size, price, tick direction)."""
    data = [
        {
            "T": at_ms, "s": symbol, "S": side, "v": size, "p": price, "L": tick,
            "i": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{symbol}{seq}.{place}")), "BT": False, "RPI": False, "seq": seq,
        }
        for place, (at_ms, side, size, price, tick) in enumerate(rows)
    ]  # fmt: skip
    frame = {"topic": f"publicTrade.{symbol}", "type": "snapshot", "ts": rows[-1][0] + 3, "data": data}
    return _encode(frame).decode()


def ticker(symbol: str, kind: str, at_ms: int, sequence: int, fields: dict[str, str]) -> str:
    """Return a ticker message; `kind` is snapshot or delta, where an absent field means: unchanged."""
    frame = {
        "topic": f"tickers.{symbol}", "type": kind, "data": {"symbol": symbol, **fields}, "cs": sequence, "ts": at_ms,
    }  # fmt: skip
    return _encode(frame).decode()


def ticker_fields(
    last: str, mark: str, index: str, single_coins: float, funding: float, next_funding_ms: int
) -> dict[str, str]:
    """Return the fields of a ticker; open interest once as the sum of both sides and once single-sided."""
    value = single_coins * float(mark)
    return {
        "lastPrice": last, "markPrice": mark, "indexPrice": index,
        "openInterest": f"{2 * single_coins:.3f}", "openInterestValue": f"{2 * value:.2f}",
        "singleOpenInterest": f"{single_coins:.3f}", "singleOpenInterestValue": f"{value:.2f}",
        "fundingRate": f"{funding:.6f}", "nextFundingTime": str(next_funding_ms), "fundingIntervalHour": "8",
        "fundingCap": "0.005", "bid1Price": last, "ask1Price": last,
    }  # fmt: skip


def book_topic(symbol: str) -> str:
    """Return the topic of a book of 1,000 levels."""
    return f"orderbook.1000.{symbol}"


def order_book(
    symbol: str,
    kind: str,
    at_ms: int,
    number: int,
    bids: Sequence[tuple[str, str]],
    asks: Sequence[tuple[str, str]],
) -> str:
    """Return a push of a book; `kind` is snapshot or delta, levels are (price, size)."""
    data = {"s": symbol, "b": bids, "a": asks, "u": number, "seq": 7 * number}
    frame = {"topic": book_topic(symbol), "type": kind, "ts": at_ms + 2, "data": data, "cts": at_ms}
    return _encode(frame).decode()
