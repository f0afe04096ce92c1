"""Cost of reading a small frame, beside `orjson.loads` of the same bytes.

Prints, for each kind of message and for the mix of a storm, the median over interleaved rounds of ns a frame:

* `orjson`: `orjson.loads`, the yardstick;
* `parse`: the venue's parser by itself, frame by frame;
* `single`, `few`, `storm`: the whole way into the market desk (parse, normalise, fill in, fold) with 1, 10 and 100
  frames at a time, as they come at some hundred, a thousand and ten thousand a second from one venue;
* `judge`: `storm` with the shipped rules judged in the turn of the messages that ask for it.

Frames speak of twelve coins. Each pass begins with a new desk, so that no forced order was seen before; in each
second of event time somebody looks once at what forced orders, marks and open interest have come to. Frames of one
kind come every millisecond of event time, those of a storm twenty a millisecond. Changes of books are of about
1.6 kB: `depth` is applied to a book of 2,000 levels, `depth, looked at` is told as a Book every second frame as well
and folded; they come by a socket of their own, frame by frame. The ratios are the result; nanoseconds depend on the
machine.

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
    COINS,
    STEP_MS,
    WHOLE_CHANNEL,
    binance_frames,
    bybit_frames,
    depth_frames,
    hyperliquid_frames,
    mini_ticker_frames,
    okx_frames,
    open_interest_frames,
    storm,
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

_STORMS = {
    "binance storm": {"binance aggTrade": 0.86, "binance forceOrder": 0.07, "binance markPrice": 0.07},
    "bybit storm": {"bybit publicTrade": 0.70, "bybit allLiquidation": 0.15, "bybit tickers": 0.15},
}
_SHARES = {"binance storm": 0.58, "bybit storm": 0.42}
_BOUND, _AIM = 2.5, 1.5
_FEW, _MANY = 10, 100
_WAYS = ("orjson", "parse", "single", "few", "storm", "judge")
_PARSERS: dict[str, Callable[[], Parse]] = {
    "binance": lambda: binance.parse,
    "bybit": lambda: bybit.parse,
    "okx": lambda: okx.parse,
    "hyperliquid": HyperliquidParser,
}


class Way(NamedTuple):
    """One way of reading all frames; `begin` is not timed."""

    run: Callable[[], None]
    begin: Callable[[], None] = lambda: None


class _Desk:
    """Reads frames of one kind and folds them into a market desk."""

    def __init__(self, name: str, frames: list[bytes], channel: str, *, rules: bool) -> None:
        self._venue = name.split()[0]
        self._is_depth = "depth" in name
        self._channel = channel
        self._rules = shipped_rules() if rules else ()
        a_ms = 20 if "storm" in name else 1
        step_ms = 0 if self._is_depth else STEP_MS
        self._frames = [(frame, AT_MS + step_ms * number // a_ms) for number, frame in enumerate(frames)]
        self._anew()

    def _anew(self) -> None:
        self._reader = frame_reader(self._venue, shipped_instruments())
        self._desk = desk_with_history(self._rules, tuple(_PARSERS), COINS)
        self._looked_ms = AT_MS

    def begin(self) -> None:
        """Forget the pass before. Books want frames that follow on each other, so theirs begins with a whole book."""
        if self._is_depth:
            self._reader.read(RawFrame(AT_MS * 1_000_000, self._venue, WHOLE_CHANNEL, whole_depth()))
        else:
            self._anew()

    def fold_all(self, together: int) -> None:
        """Read and fold all frames once, so many at a time."""
        read, fold, channel, frames = self._reader.read_all, self._desk.fold_all, self._channel, self._frames
        for start in range(0, len(frames), together):
            some = frames[start : start + together]
            now_ms = some[-1][1]
            fold(read([frame for frame, _ in some], channel, now_ms * 1_000_000), now_ms)
            if now_ms >= self._looked_ms + 1_000:
                self._look(now_ms)
        self._look(frames[-1][1])

    def _look(self, now_ms: int) -> None:
        self._looked_ms = now_ms
        self._desk.settle()


def ways(name: str, frames: list[bytes]) -> dict[str, Way]:
    """Return the ways of reading these frames; each reads all of them once."""
    venue = name.split()[0]
    table = shipped_instruments()
    parse = _PARSERS[venue]()
    received_ns = AT_MS * 1_000_000
    channel = "/"
    if "openInterest" in name:
        channel = "GET /fapi/v1/openInterest?symbol=BTCUSDT"
    elif "depth" in name:
        channel = "books /stream"

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
        "single": Way(lambda: bare.fold_all(1), bare.begin),
        "few": Way(lambda: bare.fold_all(_FEW), bare.begin),
        "storm": Way(lambda: bare.fold_all(_MANY), bare.begin),
        "judge": Way(lambda: judging.fold_all(_MANY), judging.begin),
    }


def every_kind(rng: random.Random) -> dict[str, list[bytes]]:
    """Return the frames of every kind that is measured."""
    return {
        **binance_frames(rng),
        **bybit_frames(rng),
        **okx_frames(rng),
        **hyperliquid_frames(rng),
        "binance openInterest": open_interest_frames(rng),
        "binance miniTicker x9": mini_ticker_frames(rng, [f"{coin}USDT" for coin in COINS[:9]]),
        "binance depth": depth_frames(rng, 0),
        "binance depth, looked at": depth_frames(rng, 500),
        **{name: storm(rng, name.split()[0], shares) for name, shares in _STORMS.items()},
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", default="", help="measure only kinds with this word in their name")
    options = parser.parse_args()
    frames = {name: some for name, some in every_kind(random.Random(7)).items() if options.only in name}
    work = {name: ways(name, some) for name, some in frames.items()}
    taken: dict[tuple[str, str], list[float]] = {(name, way): [] for name in work for way in work[name]}
    gc.disable()
    for _ in range(options.rounds):
        for name, all_ways in work.items():
            all_ways["orjson"].run()  # what was collected before is not its cost
            for way, (run, begin) in all_ways.items():
                begin()
                start = time.perf_counter_ns()
                run()
                taken[name, way].append((time.perf_counter_ns() - start) / len(frames[name]))
        gc.collect()
    print(f"{'':26}{'orjson':>9}" + "".join(f"{way:>9}{'ratio':>7}" for way in _WAYS[1:]))
    costs = {name: {way: median(taken[name, way]) for way in _WAYS} for name in work}
    for name, cost in costs.items():
        print(_row(name, cost))
    if _SHARES.keys() <= costs.keys():
        _print_mix({way: sum(share * costs[name][way] for name, share in _SHARES.items()) for way in _WAYS})


def _print_mix(mix: dict[str, float]) -> None:
    print(_row("mix", mix))
    print(
        f"parse + normalise + fold takes {mix['storm'] / mix['orjson']:.2f} times orjson.loads in the mix of a storm "
        f"(at most {_BOUND}, aim {_AIM}); frame by frame {mix['single'] / mix['orjson']:.2f}"
    )


def _row(name: str, cost: dict[str, float]) -> str:
    yardstick = cost["orjson"]
    rest = "".join(f"{cost[way]:9.0f}{cost[way] / yardstick:7.2f}" for way in _WAYS[1:])
    return f"{name:26}{yardstick:9.0f}{rest}"


if __name__ == "__main__":
    main()
