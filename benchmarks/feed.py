"""Cost of reading a small frame, beside `orjson.loads` of the same bytes.

Prints, for each kind of message, the median over interleaved rounds of nanoseconds a frame for `orjson.loads`, for
the venue's parser (parse and normalise), and for the whole way into the market desk (parse, normalise, fill in,
fold), with the ratios. `mix` weighs the kinds as in a storm. The ratios are the result; nanoseconds depend on
the machine.

    python benchmarks/feed.py [--rounds 15]
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import time
from collections.abc import Callable
from statistics import median

import orjson
from market_desk import desk_with_history

from desktop.domain.raw_frame import RawFrame
from desktop.storage.instrument_file import shipped_instruments
from desktop.venues.binance import parse as binance
from desktop.venues.bybit import parse as bybit
from desktop.venues.reading import Parse, frame_reader

_AT_MS = 1_769_900_400_500
_COUNT = 2_000
_MIX = {"binance aggTrade": 50, "bybit publicTrade": 30, "binance forceOrder": 4, "bybit allLiquidation": 6,
        "binance markPrice": 4, "bybit tickers": 6}  # fmt: skip
_BOUND = 2.5


def _text(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def binance_frames(rng: random.Random) -> dict[str, list[bytes]]:
    """Return frames of each kind in the documented form, no two alike."""
    trades, orders, marks = [], [], []
    for number in range(_COUNT):
        price, size = f"{rng.uniform(79_000, 81_000):.2f}", f"{rng.uniform(0.001, 3):.3f}"
        trade = {
            "e": "aggTrade", "E": _AT_MS + 34, "a": 3_000_000_000 + number, "s": "BTCUSDT", "p": price, "q": size,
            "nq": size, "f": 7_000_000_000 + number, "l": 7_000_000_002 + number, "T": _AT_MS,
            "m": rng.random() < 0.5, "st": 1,
        }  # fmt: skip
        order = {
            "s": "BTCUSDT", "S": "SELL", "o": "LIMIT", "f": "IOC", "q": size, "p": "78000.00", "ap": price,
            "X": "FILLED", "l": "0.001", "z": size, "T": _AT_MS, "ps": "BTCUSDT", "st": 1,
        }  # fmt: skip
        mark = {
            "e": "markPriceUpdate", "E": _AT_MS, "s": "BTCUSDT", "p": price + "000000", "i": price + "000000",
            "P": price + "000000", "r": f"{rng.uniform(-1, 1) / 1e4:.8f}", "T": _AT_MS + 3_600_000, "st": 1,
        }  # fmt: skip
        trades.append(_text({"stream": "btcusdt@aggTrade", "data": trade}))
        forced = {"e": "forceOrder", "E": _AT_MS + 900, "o": order}
        orders.append(_text({"stream": "btcusdt@forceOrder", "data": forced}))
        marks.append(_text({"stream": "btcusdt@markPrice@1s", "data": mark}))
    return {"binance aggTrade": trades, "binance forceOrder": orders, "binance markPrice": marks}


def bybit_frames(rng: random.Random) -> dict[str, list[bytes]]:
    """Return frames of each kind in the documented form, no two alike."""
    trades, prints, tickers = [], [], []
    for number in range(_COUNT):
        price, size = f"{rng.uniform(79_000, 81_000):.2f}", f"{rng.uniform(0.001, 3):.3f}"
        row: dict[str, object] = {"T": _AT_MS, "s": "BTCUSDT", "S": "Buy", "v": size, "p": price}
        trade = {**row, "L": "PlusTick", "i": f"{number:08x}-aaaa", "BT": False, "RPI": False, "seq": number}
        ticker = {"symbol": "BTCUSDT", "markPrice": price, "indexPrice": price}
        shape = {"type": "snapshot", "ts": _AT_MS + 3}
        trades.append(_text({"topic": "publicTrade.BTCUSDT", **shape, "data": [trade]}))
        prints.append(_text({"topic": "allLiquidation.BTCUSDT", **shape, "data": [row]}))
        tickers.append(_text({"topic": "tickers.BTCUSDT", "type": "delta", "data": ticker, "cs": 1, "ts": _AT_MS}))
    return {"bybit publicTrade": trades, "bybit allLiquidation": prints, "bybit tickers": tickers}


def _per_frame_ns(work: Callable[[], None]) -> float:
    begin = time.perf_counter_ns()
    work()
    return (time.perf_counter_ns() - begin) / _COUNT


def ways(name: str, frames: list[bytes]) -> dict[str, Callable[[], None]]:
    """Return the three ways of reading these frames; each reads all of them once."""
    venue = name.split()[0]
    table = shipped_instruments()
    parse: Parse = binance.parse if venue == "binance" else bybit.parse
    received_ns = _AT_MS * 1_000_000

    def loads() -> None:
        for frame in frames:
            orjson.loads(frame)

    def parsed() -> None:
        for frame in frames:
            parse(frame, channel="/", received_ns=received_ns, instruments=table)

    desk = desk_with_history()
    read, fold = frame_reader(venue, table).read, desk.fold

    def folded() -> None:
        for frame in frames:
            for message in read(RawFrame(received_ns, venue, "/", frame)):
                fold(message, _AT_MS)

    return {"orjson": loads, "parse": parsed, "whole": folded}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    rng = random.Random(7)
    work = {name: ways(name, frames) for name, frames in {**binance_frames(rng), **bybit_frames(rng)}.items()}
    taken: dict[tuple[str, str], list[float]] = {(name, way): [] for name in work for way in work[name]}
    gc.disable()
    for _ in range(rounds):
        for name, three in work.items():
            for way, run in three.items():
                taken[name, way].append(_per_frame_ns(run))
        gc.collect()
    print(
        f"{'':22} {'orjson':>8} {'parse':>8} {'ratio':>6} {'+ fold':>8} {'ratio':>6}   (ns a frame, {rounds} rounds)"
    )
    mix = dict.fromkeys(("orjson", "parse", "whole"), 0.0)
    for name in work:
        cost = {way: median(taken[name, way]) for way in mix}
        for way in mix:
            mix[way] += cost[way] * _MIX[name] / sum(_MIX.values())
        print(_row(name, cost))
    print(_row("mix", mix))
    whole = mix["whole"] / mix["orjson"]
    print(f"parse + normalise + fold takes {whole:.2f} times orjson.loads (aim: at most {_BOUND})")


def _row(name: str, cost: dict[str, float]) -> str:
    loads, parsed, whole = cost["orjson"], cost["parse"], cost["whole"]
    return f"{name:22} {loads:8.0f} {parsed:8.0f} {parsed / loads:6.2f} {whole:8.0f} {whole / loads:6.2f}"


if __name__ == "__main__":
    main()
