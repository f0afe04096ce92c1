"""Frames for the benchmarks in the venues' documented form, no two alike. Made up.

They speak of twelve coins as in a storm: of Bitcoin most, of Ether often, of the others seldom.
"""

from __future__ import annotations

import json
import random

AT_MS = 1_769_900_400_500
COUNT = 2_000
STEP_MS = 1
STORM_COUNT, STORM_MS = 20_000, 1_000
LEVELS_A_SIDE = 36
WHOLE_CHANNEL = "GET /fapi/v1/depth?symbol=BTCUSDT&limit=1000"
_FIRST_UPDATE = 7_000_000_000
COINS = ("BTC", "ETH", "SOL", "XRP", "DOGE", "BNB", "ADA", "LINK", "AVAX", "LTC", "BCH", "SUI")
_WEIGHTS = (36, 20, 8, *(4,) * 9)


def coins(rng: random.Random, count: int = COUNT) -> list[str]:
    """Return the coin of each frame."""
    return rng.choices(COINS, _WEIGHTS, k=count)


def _text(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def binance_frames(rng: random.Random, count: int = COUNT, span_ms: int = COUNT * STEP_MS) -> dict[str, list[bytes]]:
    """Return so many frames of each kind in the documented form, no two alike, over so much event time."""
    trades, orders, marks = [], [], []
    for number, coin in enumerate(coins(rng, count)):
        symbol = f"{coin}USDT"
        at_ms = AT_MS + span_ms * number // count
        price, size = f"{rng.uniform(79_000, 81_000):.2f}", f"{rng.uniform(0.001, 3):.3f}"
        trade = {
            "e": "aggTrade", "E": at_ms + 34, "a": 3_000_000_000 + number, "s": symbol, "p": price, "q": size,
            "nq": size, "f": 7_000_000_000 + number, "l": 7_000_000_002 + number, "T": at_ms,
            "m": rng.random() < 0.5, "st": 1,
        }  # fmt: skip
        order = {
            "s": symbol, "S": "SELL", "o": "LIMIT", "f": "IOC", "q": size, "p": "78000.00", "ap": price,
            "X": "FILLED", "l": "0.001", "z": size, "T": at_ms, "ps": symbol, "st": 1,
        }  # fmt: skip
        mark = {
            "e": "markPriceUpdate", "E": at_ms, "s": symbol, "p": price + "000000", "i": price + "000000",
            "P": price + "000000", "r": f"{rng.uniform(-1, 1) / 1e4:.8f}", "T": AT_MS + 3_600_000, "st": 1,
        }  # fmt: skip
        trades.append(_text({"stream": f"{symbol.lower()}@aggTrade", "data": trade}))
        forced = {"e": "forceOrder", "E": at_ms + 900, "o": order}
        orders.append(_text({"stream": f"{symbol.lower()}@forceOrder", "data": forced}))
        marks.append(_text({"stream": f"{symbol.lower()}@markPrice@1s", "data": mark}))
    return {"binance aggTrade": trades, "binance forceOrder": orders, "binance markPrice": marks}


def bybit_frames(rng: random.Random, count: int = COUNT, span_ms: int = COUNT * STEP_MS) -> dict[str, list[bytes]]:
    """Return so many frames of each kind in the documented form, no two alike, over so much event time."""
    trades, prints, tickers = [], [], []
    for number, coin in enumerate(coins(rng, count)):
        symbol = f"{coin}USDT"
        at_ms = AT_MS + span_ms * number // count
        price, size = f"{rng.uniform(79_000, 81_000):.2f}", f"{rng.uniform(0.001, 3):.3f}"
        row: dict[str, object] = {"T": at_ms, "s": symbol, "S": "Buy", "v": size, "p": price}
        trade = {**row, "L": "PlusTick", "i": f"{number:08x}-aaaa", "BT": False, "RPI": False, "seq": number}
        ticker = {"symbol": symbol, "markPrice": price, "indexPrice": price}
        shape = {"type": "snapshot", "ts": at_ms + 3}
        trades.append(_text({"topic": f"publicTrade.{symbol}", **shape, "data": [trade]}))
        prints.append(_text({"topic": f"allLiquidation.{symbol}", **shape, "data": [row]}))
        tickers.append(_text({"topic": f"tickers.{symbol}", "type": "delta", "data": ticker, "cs": 1, "ts": at_ms}))
    return {"bybit publicTrade": trades, "bybit allLiquidation": prints, "bybit tickers": tickers}


def storm(rng: random.Random, venue: str, shares: dict[str, float]) -> list[bytes]:
    """Return a second of a storm of 20,000 frames, each kind with its share, mixed as they come."""
    make = binance_frames if venue == "binance" else bybit_frames
    found = []
    for name, share in shares.items():
        frames = make(rng, round(STORM_COUNT * share), STORM_MS)[name]
        found += [(place / len(frames), frame) for place, frame in enumerate(frames)]
    return [frame for _, frame in sorted(found)]


def trade_frame(rng: random.Random, symbol: str, number: int) -> bytes:
    """Return an aggregated trade of this symbol."""
    price, size = f"{rng.uniform(79_000, 81_000):.2f}", f"{rng.uniform(0.001, 3):.3f}"
    trade = {
        "e": "aggTrade", "E": AT_MS + 34, "a": number, "s": symbol, "p": price, "q": size, "nq": size,
        "f": number, "l": number, "T": AT_MS, "m": rng.random() < 0.5, "st": 1,
    }  # fmt: skip
    return _text({"stream": f"{symbol.lower()}@aggTrade", "data": trade})


def open_interest_frames(rng: random.Random) -> list[bytes]:
    """Return answers of Binance's open interest."""
    return [
        _text(
            {
                "openInterest": f"{rng.uniform(60_000, 62_000):.3f}",
                "symbol": "BTCUSDT",
                "time": AT_MS + STEP_MS * number,
            }
        )
        for number in range(COUNT)
    ]


def mini_ticker_frames(rng: random.Random, symbols: list[str]) -> list[bytes]:
    """Return pushes of the last prices of these symbols."""
    return [
        _text(
            {
                "stream": "!miniTicker@arr",
                "data": [_mini_ticker(rng, one, AT_MS + STEP_MS * number) for one in symbols],
            }
        )
        for number in range(COUNT)
    ]


def _mini_ticker(rng: random.Random, symbol: str, at_ms: int) -> dict[str, object]:
    price = f"{rng.uniform(1, 1000):.4f}"
    return {
        "e": "24hrMiniTicker", "E": at_ms, "s": symbol, "c": price, "o": price, "h": price, "l": price,
        "v": f"{rng.uniform(1e6, 1e8):.0f}", "q": f"{rng.uniform(1e6, 1e9):.2f}", "st": 1,
    }  # fmt: skip


def _levels(rng: random.Random, start: int, step: int) -> list[tuple[str, str]]:
    places = sorted(rng.sample(range(800), LEVELS_A_SIDE))
    return [
        (f"{(start + step * place) / 10:.1f}", "0.000" if rng.random() < 0.2 else f"{rng.uniform(0.001, 9):.3f}")
        for place in places
    ]


def whole_depth() -> bytes:
    """Return a whole Binance book of 1,000 levels a side."""
    bids = [(f"{(800_000 - place) / 10:.1f}", "1.500") for place in range(1000)]
    asks = [(f"{(800_001 + place) / 10:.1f}", "1.500") for place in range(1000)]
    return _text({"lastUpdateId": _FIRST_UPDATE, "E": AT_MS, "T": AT_MS, "bids": bids, "asks": asks})


def depth_frames(rng: random.Random, step_ms: int) -> list[bytes]:
    """Return changes of that book of about 1.6 kB each, one after the other every `step_ms` of event time."""
    frames, before = [], _FIRST_UPDATE
    for number in range(COUNT):
        at_ms, last = AT_MS - AT_MS % 1000 + 500 + step_ms * number, before + 90
        data = {
            "e": "depthUpdate", "E": at_ms + 4, "T": at_ms, "s": "BTCUSDT", "U": before + 1, "u": last, "pu": before,
            "b": _levels(rng, 800_000, -1), "a": _levels(rng, 800_001, 1), "st": 1,
        }  # fmt: skip
        frames.append(_text({"stream": "btcusdt@depth@500ms", "data": data}))
        before = last
    return frames


def okx_frames(rng: random.Random) -> dict[str, list[bytes]]:
    """Return frames of each kind in the documented form, no two alike."""
    trades, prints, marks = [], [], []
    for number, coin in enumerate(coins(rng)):
        symbol = f"{coin}-USDT-SWAP"
        at = str(AT_MS + STEP_MS * number)
        price, size = f"{rng.uniform(79_000, 81_000):.1f}", f"{rng.uniform(0.1, 300):.2f}"
        trade = {
            "instId": symbol, "tradeId": str(number), "px": price, "sz": size, "side": "sell", "ts": at,
            "count": "2", "source": "0", "seqId": number,
        }  # fmt: skip
        detail = {
            "bkLoss": "0", "bkPx": price, "ccy": "", "posSide": "long", "side": "sell", "sz": size, "ts": at,
        }  # fmt: skip
        order = {
            "details": [detail], "instFamily": f"{coin}-USDT", "instId": symbol, "instType": "SWAP",
            "uly": f"{coin}-USDT",
        }  # fmt: skip
        mark = {"instType": "SWAP", "instId": symbol, "markPx": price, "ts": at}
        trades.append(_text({"arg": {"channel": "trades", "instId": symbol}, "data": [trade]}))
        prints.append(_text({"arg": {"channel": "liquidation-orders", "instType": "SWAP"}, "data": [order]}))
        marks.append(_text({"arg": {"channel": "mark-price", "instId": symbol}, "data": [mark]}))
    return {"okx trades": trades, "okx liquidations": prints, "okx mark-price": marks}


def hyperliquid_frames(rng: random.Random) -> dict[str, list[bytes]]:
    """Return frames of each kind in the documented form, no two alike."""
    trades, contexts, books = [], [], []
    for number, coin in enumerate(coins(rng)):
        at_ms = AT_MS + STEP_MS * number
        middle, size = rng.uniform(79_000, 81_000), f"{rng.uniform(0.001, 3):.5f}"
        price = f"{middle:.1f}"
        trade = {
            "coin": coin, "side": "A", "px": price, "sz": size, "hash": f"0x{number:064x}", "time": at_ms,
            "tid": number, "users": [f"0x{number:040x}", f"0x{number + 1:040x}"],
        }  # fmt: skip
        context = {
            "funding": "0.0000125", "openInterest": size, "prevDayPx": price, "dayNtlVlm": "1000000.5",
            "premium": "0.0", "oraclePx": price, "markPx": price, "midPx": price, "impactPxs": [price, price],
        }  # fmt: skip
        levels = [
            [{"px": f"{middle + side * step:.1f}", "sz": size, "n": 3} for step in range(1, 21)] for side in (-1, 1)
        ]
        trades.append(_text({"channel": "trades", "data": [trade]}))
        contexts.append(_text({"channel": "activeAssetCtx", "data": {"coin": coin, "ctx": context}}))
        books.append(_text({"channel": "l2Book", "data": {"coin": coin, "time": at_ms, "levels": levels}}))
    return {"hyperliquid trades": trades, "hyperliquid ctx": contexts, "hyperliquid l2Book": books}
