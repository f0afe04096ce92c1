"""Cost of all indicators and shipped rules beside decoding the frames that the same events come in.

For 3, 50 and 200 symbols some seconds are played: in each of them every symbol has some trades, a mark, a book of 50
levels a side and a ticker, every fifth an open interest, every tenth a forced order; after each second comes the tick
(rules, composites, samples) and one picture. Prints, for each number of symbols, CPU nanoseconds an event by kind,
the cost of a second's tick and picture, and the ratio of folds and ticks to `orjson.loads` of the same frames.

    python benchmarks/indicators.py [--seconds 20] [--trades 20]
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable

import orjson
from market_desk import kinds

from desktop.domain.market import Book, HourBar, Liquidation, Mark, Message, OpenInterest, Ticker, Trade
from desktop.engine.market.market_desk import MarketDesk
from desktop.storage.rule_files import shipped_rules

_START_MS = 1_769_900_400_000 // 3_600_000 * 3_600_000
_LEVELS = 50


def warm_desk(coins: tuple[str, ...]) -> MarketDesk:
    """Return a desk of two venues with 30 days of hours for each coin and all shipped rules."""
    desk = MarketDesk(coins, shipped_rules(), ("binance", "bybit"))
    hours = [
        HourBar(_START_MS - back * 3_600_000, 100.0, 101.0, 99.0 + back / 1e3, 100.0, back, 500.0, 1e-4, 1e8, 1e6)
        for back in range(720, 0, -1)
    ]
    for coin in coins:
        desk.warm(coin, hours)
    return desk


def second_of(coins: tuple[str, ...], second: int, trades: int) -> list[Message]:
    """Return the messages of one second of all coins, symbol after symbol."""
    at_ms = _START_MS + second * 1_000 + 500
    found: list[Message] = []
    for number, coin in enumerate(coins):
        symbol = f"{coin}USDT"
        price = 100.0 - 0.002 * second + (second * 7 + number) % 10 * 0.01
        for trade in range(trades):
            text = f"{price + trade % 3 * 0.001:.3f}"
            found.append(Trade("binance", symbol, coin, "buy" if trade % 2 else "sell", "1.5", text, at_ms))
        text = f"{price:.3f}"
        found.append(Mark("binance", symbol, coin, text, text, 1e-4, 8.0, None, at_ms))
        bids = tuple((price * (1 - 0.0002 * (level + 1)), 400.0) for level in range(_LEVELS))
        asks = tuple((price * (1 + 0.0002 * (level + 1)), 400.0) for level in range(_LEVELS))
        found.append(Book("binance", symbol, coin, text, text, bids, asks, at_ms))
        found.append(Ticker("binance", symbol, coin, "perp", text, 5e7, at_ms))
        if (second + number) % 5 == 0:
            found.append(OpenInterest("binance", symbol, coin, f"{1e6 - second}", None, at_ms))
        if (second + number) % 10 == 0:
            usd = 20_000.0 if number % 10 == 0 else 500.0 + second
            found.append(Liquidation("binance", symbol, coin, "long", f"{usd / 100}", text, "fill", usd, at_ms))
    return found


def frames() -> dict[type, bytes]:
    """Return a frame of the size in which each kind of message comes."""
    known = kinds()
    levels = [[f"{100 - n / 100:.2f}", "400.000"] for n in range(_LEVELS)]
    book = {"stream": "btcusdt@depth20@500ms", "data": {"e": "depthUpdate", "E": 1, "s": "BTCUSDT", "b": levels}}
    book["data"] = {**book["data"], "a": levels}  # type: ignore[dict-item]
    ticker = (
        b'{"e":"24hrMiniTicker","E":1769900400524,"s":"BTCUSDT","c":"80034.40","o":"81000.00","h":"82000.00",'
        b'"l":"79000.00","v":"250000.123","q":"20000000000.12"}'
    )
    return {
        Trade: known["trade"][1],
        Liquidation: known["forced order"][1],
        Mark: known["mark"][1],
        OpenInterest: known["open interest"][1],
        Book: orjson.dumps(book),
        Ticker: ticker,
    }


class Played:
    """What one run took, in nanoseconds."""

    def __init__(self, symbols: int) -> None:
        self.symbols = symbols
        self.folds: dict[type, list[int]] = defaultdict(lambda: [0, 0])
        self.tick = self.picture = 0
        self.seconds = 0

    def play(self, desk: MarketDesk, coins: tuple[str, ...], seconds: int, trades: int) -> None:
        """Play so many seconds; the first two only warm up."""
        for second in range(seconds + 2):
            messages = second_of(coins, second, trades)
            by_kind: dict[type, list[Message]] = defaultdict(list)
            for message in messages:
                by_kind[type(message)].append(message)
            now_ms = _START_MS + second * 1_000 + 600
            spent = {kind: _folded(desk, of_kind, now_ms) for kind, of_kind in by_kind.items()}
            tick = _spent(desk.tick, now_ms + 400)
            picture = _spent(desk.pictures.coin_views, now_ms + 400, coins[0])
            if second < 2:
                continue
            for kind, nanoseconds in spent.items():
                self.folds[kind][0] += nanoseconds
                self.folds[kind][1] += len(by_kind[kind])
            self.tick, self.picture, self.seconds = self.tick + tick, self.picture + picture, self.seconds + 1

    def report(self, decoding: dict[type, float]) -> None:
        """Print the table of this run."""
        events = sum(count for _, count in self.folds.values())
        folding = sum(spent for spent, _ in self.folds.values())
        decoded = sum(decoding[kind] * count for kind, (_, count) in self.folds.items())
        whole = folding + self.tick
        kinds_text = "  ".join(f"{kind.__name__} {spent / count:.0f}" for kind, (spent, count) in self.folds.items())
        print(f"{self.symbols:4} symbols  {events / self.seconds:6.0f} events a second")
        print(f"     fold ns an event: {folding / events:6.0f}   ({kinds_text})")
        tick, picture = self.tick / self.seconds / 1e6, self.picture / self.seconds / 1e6
        print(f"     tick {tick:.2f} ms a second, picture {picture:.2f} ms")
        each, decode = whole / events, decoded / events
        print(f"     folds and ticks {each:6.0f} ns an event, decoding {decode:5.0f}: {each / decode:.1f} x")


def _spent(work: Callable[..., object], *args: object) -> int:
    begin = time.thread_time_ns()
    work(*args)
    return time.thread_time_ns() - begin


def _folded(desk: MarketDesk, messages: list[Message], now_ms: int) -> int:
    fold = desk.fold
    begin = time.thread_time_ns()
    for message in messages:
        fold(message, now_ms)
    return time.thread_time_ns() - begin


def decoding_ns(rounds: int = 2_000) -> dict[type, float]:
    """Return nanoseconds of `orjson.loads` for each kind of frame."""
    loads = orjson.loads
    found = {}
    for kind, frame in frames().items():
        begin = time.thread_time_ns()
        for _ in range(rounds):
            loads(frame)
        found[kind] = (time.thread_time_ns() - begin) / rounds
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--trades", type=int, default=20)
    args = parser.parse_args()
    for symbols in (3, 50, 200):
        coins = tuple(f"C{number}" for number in range(symbols))
        run = Played(symbols)
        run.play(warm_desk(coins), coins, args.seconds, args.trades)
        run.report(decoding_ns())


if __name__ == "__main__":
    main()
