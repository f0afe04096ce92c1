"""Cost of reading a small frame, beside `orjson.loads` of the same bytes.

Prints, for each kind of message, the median over interleaved rounds of nanoseconds a frame for `orjson.loads`, for
the venue's parser (parse and normalise), for the whole way into the market desk (parse, normalise, fill in, fold),
and for that with the shipped rules judged in the turn of the message that asks for it, with the ratios. `mix` weighs
the kinds as in a storm. Frames come every 10 ms of event time, and each pass begins with a new desk, so that no
forced order was seen before. Changes of books are of about 1.6 kB: `depth` is applied to a book of 2,000 levels,
`depth, looked at` is told as a Book every second frame as well and folded. The ratios are the result; nanoseconds
depend on the machine.

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
    STEP_MS,
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
from desktop.storage.rule_files import shipped_rules
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
    """Return the ways of reading these frames; each reads all of them once."""
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

    bare, judging = _Desk(name, frames, channel, rules=False), _Desk(name, frames, channel, rules=True)
    return {
        "orjson": Way(loads),
        "parse": Way(parsed),
        "fold": Way(bare.fold, bare.begin),
        "judge": Way(judging.fold, judging.begin),
    }


class _Desk:
    """Reads frames of one kind and folds them into a market desk."""

    def __init__(self, name: str, frames: list[bytes], channel: str, *, rules: bool) -> None:
        self._venue = name.split()[0]
        self._is_depth = "depth" in name
        self._channel = channel
        self._rules = shipped_rules() if rules else ()
        step_ms = 0 if self._is_depth else STEP_MS
        self._frames = [(frame, AT_MS + step_ms * number) for number, frame in enumerate(frames)]
        self._anew()

    def _anew(self) -> None:
        self._reader = frame_reader(self._venue, shipped_instruments())
        self._desk = desk_with_history(self._rules, tuple(_PARSERS))

    def begin(self) -> None:
        """Forget the pass before. Books want frames that follow on each other, so theirs begins with a whole book."""
        if self._is_depth:
            self._reader.read(RawFrame(AT_MS * 1_000_000, self._venue, WHOLE_CHANNEL, whole_depth()))
        else:
            self._anew()

    def fold(self) -> None:
        """Read and fold all frames once."""
        read, fold, venue, channel = self._reader.read, self._desk.fold, self._venue, self._channel
        for frame, now_ms in self._frames:
            for message in read(RawFrame(now_ms * 1_000_000, venue, channel, frame)):
                fold(message, now_ms)


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
        for name, all_ways in work.items():
            for way, (run, begin) in all_ways.items():
                begin()
                taken[name, way].append(_per_frame_ns(run))
        gc.collect()
    print(f"{'':26}{'orjson':>9}" + "".join(f"{way:>9}{'ratio':>7}" for way in ("parse", "+ fold", "+ rules")))
    mix = dict.fromkeys(("orjson", "parse", "fold", "judge"), 0.0)
    for name in work:
        cost = {way: median(taken[name, way]) for way in mix}
        for way in mix:
            mix[way] += cost[way] * _MIX.get(name, 0) / sum(_MIX.values())
        print(_row(name, cost))
    print(_row("mix", mix))
    print(
        f"parse + normalise + fold takes {mix['fold'] / mix['orjson']:.2f} times orjson.loads (aim: at most {_BOUND})"
    )


def _row(name: str, cost: dict[str, float]) -> str:
    yardstick = cost["orjson"]
    rest = "".join(f"{cost[way]:9.0f}{cost[way] / yardstick:7.2f}" for way in ("parse", "fold", "judge"))
    return f"{name:26}{yardstick:9.0f}{rest}"


if __name__ == "__main__":
    main()
