"""Cost of reading a small frame, beside `orjson.loads` of the same bytes.

Prints, for each kind of message, the median over interleaved rounds of nanoseconds a frame for `orjson.loads`, for
the venue's parser (parse and normalise), and for the whole way into the market desk (parse, normalise, fill in,
fold), with the ratios. `mix` weighs the kinds as in a storm. Changes of books are of about 1.6 kB: `depth` is applied
to a book of 2,000 levels, `depth, looked at` is told as a Book every second frame as well and folded. The ratios are
the result; nanoseconds depend on the machine.

    python benchmarks/feed.py [--rounds 15]
"""

from __future__ import annotations

import argparse
import gc
import random
import time
from collections.abc import Callable
from statistics import median
from typing import NamedTuple

import orjson
from feed_frames import (
    AT_MS,
    COUNT,
    WHOLE_CHANNEL,
    binance_frames,
    bybit_frames,
    depth_frames,
    hyperliquid_frames,
    mini_ticker_frames,
    okx_frames,
    open_interest_frames,
    whole_depth,
)
from market_desk import desk_with_history

from desktop.domain.raw_frame import RawFrame
from desktop.storage.instrument_file import shipped_instruments
from desktop.venues.binance import parse as binance
from desktop.venues.bybit import parse as bybit
from desktop.venues.hyperliquid.parse import HyperliquidParser
from desktop.venues.okx import parse as okx
from desktop.venues.reading import Parse, frame_reader

_MIX = {"binance aggTrade": 50, "bybit publicTrade": 30, "binance forceOrder": 4, "bybit allLiquidation": 6,
        "binance markPrice": 4, "bybit tickers": 6}  # fmt: skip
_BOUND = 2.5
_PARSERS: dict[str, Callable[[], Parse]] = {
    "binance": lambda: binance.parse,
    "bybit": lambda: bybit.parse,
    "okx": lambda: okx.parse,
    "hyperliquid": HyperliquidParser,
}


def _per_frame_ns(work: Callable[[], None]) -> float:
    begin = time.perf_counter_ns()
    work()
    return (time.perf_counter_ns() - begin) / COUNT


def ways(name: str, frames: list[bytes]) -> dict[str, Way]:
    """Return the three ways of reading these frames; each reads all of them once."""
    venue = name.split()[0]
    table = shipped_instruments()
    parse = _PARSERS[venue]()
    received_ns = AT_MS * 1_000_000
    channel = "GET /fapi/v1/openInterest?symbol=BTCUSDT" if "openInterest" in name else "/"

    def loads() -> None:
        for frame in frames:
            orjson.loads(frame)

    def parsed() -> None:
        for frame in frames:
            parse(frame, channel=channel, received_ns=received_ns, instruments=table)

    desk = desk_with_history()
    reader, fold = frame_reader(venue, table), desk.fold

    def begin() -> None:
        # Books want frames that follow on each other: each pass begins with the whole book.
        if "depth" in name:
            reader.read(RawFrame(received_ns, venue, WHOLE_CHANNEL, whole_depth()))

    def folded() -> None:
        read = reader.read
        for frame in frames:
            for message in read(RawFrame(received_ns, venue, channel, frame)):
                fold(message, AT_MS)

    return {"orjson": Way(loads), "parse": Way(parsed), "whole": Way(folded, begin)}


class Way(NamedTuple):
    """One way of reading all frames; `begin` is not timed."""

    run: Callable[[], None]
    begin: Callable[[], None] = lambda: None


def every_kind(rng: random.Random) -> dict[str, list[bytes]]:
    """Return the frames of every kind that is measured."""
    symbols = ["BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT", "DOGEUSDT", "BNBUSDT", "ADAUSDT", "LINKUSDT", "AVAXUSDT"]
    return {
        **binance_frames(rng),
        **bybit_frames(rng),
        **okx_frames(rng),
        **hyperliquid_frames(rng),
        "binance openInterest": open_interest_frames(rng),
        "binance miniTicker x9": mini_ticker_frames(rng, symbols),
        "binance depth": depth_frames(rng, 0),
        "binance depth, looked at": depth_frames(rng, 500),
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    rng = random.Random(7)
    work = {name: ways(name, frames) for name, frames in every_kind(rng).items()}
    taken: dict[tuple[str, str], list[float]] = {(name, way): [] for name in work for way in work[name]}
    gc.disable()
    for _ in range(rounds):
        for name, three in work.items():
            for way, (run, begin) in three.items():
                begin()
                taken[name, way].append(_per_frame_ns(run))
        gc.collect()
    print(
        f"{'':26} {'orjson':>8} {'parse':>8} {'ratio':>6} {'+ fold':>8} {'ratio':>6}   (ns a frame, {rounds} rounds)"
    )
    mix = dict.fromkeys(("orjson", "parse", "whole"), 0.0)
    for name in work:
        cost = {way: median(taken[name, way]) for way in mix}
        for way in mix:
            mix[way] += cost[way] * _MIX.get(name, 0) / sum(_MIX.values())
        print(_row(name, cost))
    print(_row("mix", mix))
    whole = mix["whole"] / mix["orjson"]
    print(f"parse + normalise + fold takes {whole:.2f} times orjson.loads (aim: at most {_BOUND})")


def _row(name: str, cost: dict[str, float]) -> str:
    loads, parsed, whole = cost["orjson"], cost["parse"], cost["whole"]
    return f"{name:26} {loads:8.0f} {parsed:8.0f} {parsed / loads:6.2f} {whole:8.0f} {whole / loads:6.2f}"


if __name__ == "__main__":
    main()
