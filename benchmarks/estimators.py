"""Cost of the running estimators, each fed with 1 and with 200 symbols, beside `orjson.loads` of a trade's frame.

Prints microseconds an event (median of interleaved rounds) and the ratio to the decoding; what is linear in symbols
would show as a second column that grows. Then the milliseconds of a refit of self-excitation by number of prints.

    python benchmarks/estimators.py [--rounds 7]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from statistics import median

import numpy as np
import orjson

from desktop.risk.book_board import BookBoard
from desktop.risk.funding import FundingPast
from desktop.risk.hawkes_fit import fit_likelihood
from desktop.risk.impact import MinuteImpact
from desktop.risk.live_breadth import MarketBreadth
from desktop.risk.print_counts import LargestPrint, PrintCounter
from desktop.risk.self_excitation import SelfExcitation
from desktop.risk.venue_sequence import VenueSequence
from desktop.risk.volatility import MinuteVolatility

_START_MS = 1_769_900_400_000
_EVENTS = 4_000
_FRAME = (
    b'{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":1769900400524,"a":3478018549,"s":"BTCUSDT",'
    b'"p":"80034.40","q":"0.016","f":8154045700,"l":8154045704,"T":1769900400500,"m":true}}'
)
_BIDS = tuple((80_000 - 0.1 * place, 0.5) for place in range(200))
_ASKS = tuple((80_000.1 + 0.1 * place, 0.5) for place in range(200))

Feed = Callable[[int, int], None]


def feeds(symbols: int) -> dict[str, Feed]:
    """Return by name what takes event number `n` of symbol `s`; every estimator has one instance a symbol."""
    volatility = [MinuteVolatility() for _ in range(symbols)]
    impact = [MinuteImpact() for _ in range(symbols)]
    counter = [PrintCounter() for _ in range(symbols)]
    largest = [LargestPrint() for _ in range(symbols)]
    excited = [SelfExcitation() for _ in range(symbols)]
    sequence = [VenueSequence() for _ in range(symbols)]
    funding = [FundingPast() for _ in range(symbols)]
    books = [BookBoard() for _ in range(symbols)]
    breadth = MarketBreadth()
    minute = 60_000
    return {
        "volatility, a minute": lambda n, s: volatility[s].add(n * minute, 101.0, 99.0, 100.0 + n % 7),
        "impact, a minute": lambda n, s: impact[s].add(n * minute, 100.0 + n % 7, 1e6, 1e5 * (n % 5 - 2)),
        "print count, a print": lambda n, s: counter[s].add("v", _START_MS + n * 50),
        "largest, a print": lambda n, s: largest[s].add(1e4 + n % 97, _START_MS + n * 50),
        "self-excitation, a print": lambda n, s: excited[s].add(_START_MS + n * 50, 1e4),
        "venue sequence, a print": lambda n, s: sequence[s].add("abcd"[n & 3], 1e4, _START_MS + n * 50),
        "funding, a mark": lambda n, s: funding[s].add(_START_MS + n * 1_000, 1e-4),
        "breadth, a ticker": lambda n, s: breadth.take(("v", str(s)), str(s), 100.0, 5e6, _START_MS + n * 1_000),
        "book of 2 x 200 levels": lambda n, s: books[s].take("v", _BIDS, _ASKS, _START_MS + n * 1_000),
    }


def micros(feed: Feed, symbols: int) -> float:
    """Return microseconds an event, the symbols taking turns."""
    begin = time.perf_counter_ns()
    for number in range(_EVENTS):
        feed(number // symbols, number % symbols)
    return (time.perf_counter_ns() - begin) / _EVENTS / 1e3


def yardstick() -> float:
    """Return microseconds of decoding one trade's frame."""
    begin = time.perf_counter_ns()
    for _ in range(_EVENTS):
        orjson.loads(_FRAME)
    return (time.perf_counter_ns() - begin) / _EVENTS / 1e3


def refits() -> None:
    """Print the milliseconds of one fit for more and more seconds with a print in 6 h."""
    chance = np.random.default_rng(1)
    for prints in (50, 1_000, 10_000, 21_600):
        seconds = np.sort(chance.choice(21_600, prints, replace=False)).astype(np.int64)
        begin = time.perf_counter_ns()
        fit_likelihood(seconds, 21_600)
        print(f"{'refit of ' + str(prints) + ' seconds':26} {(time.perf_counter_ns() - begin) / 1e6:9.2f} ms")


def main() -> None:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    spent: dict[tuple[str, int], list[float]] = {}
    decoding: list[float] = []
    for _ in range(rounds):
        decoding.append(yardstick())
        for symbols in (1, 200):
            for name, feed in feeds(symbols).items():
                spent.setdefault((name, symbols), []).append(micros(feed, symbols))
    unit = median(decoding)
    print(f"{'decoding, orjson':26} {unit:9.2f} us")
    for name in feeds(1):
        one, many = (median(spent[name, symbols]) for symbols in (1, 200))
        print(f"{name:26} {one:9.2f} us ({one / unit:5.1f} x)   200 symbols {many:9.2f} us ({many / unit:5.1f} x)")
    refits()


if __name__ == "__main__":
    main()
