"""Cost of folding one message into the market desk, beside `orjson.loads` of the frame it came from.

Prints nanoseconds a message (median of interleaved rounds) and the ratio fold / orjson for trades within the running
minute, forced orders (with the cascade rule judged on each), marks and open interest; then the cost of a tick and of
the pictures.

    python benchmarks/market_desk.py [--rounds 15]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from statistics import median

import orjson

from desktop.alerts.rules import Rule
from desktop.domain.market import HourBar, Liquidation, Mark, Message, OpenInterest, Trade
from desktop.engine.market.market_desk import MarketDesk
from desktop.storage.rule_files import shipped_rules

_START_MS = 1_769_900_400_000 // 3_600_000 * 3_600_000
_COUNT = 2_000


def desk_with_history(
    rules: Sequence[Rule] = shipped_rules(),
    venues: Sequence[str] = ("binance", "bybit"),
    coins: Sequence[str] = ("BTC", "ETH", "SOL"),
) -> MarketDesk:
    """Return a desk with 30 days of hours and these rules; the first two venues have spoken."""
    desk = MarketDesk(coins, rules, venues)
    for coin in coins:
        hours = [
            HourBar(_START_MS - back * 3_600_000, 8e4, 8.1e4, 7.9e4 + back, 8e4, back * 1e3, 5e5, 1e-4, 8e9, 1e5)
            for back in range(720, 0, -1)
        ]
        desk.warm(coin, hours)
    for venue in ("binance", "bybit"):
        desk.fold(Mark(venue, "BTCUSDT", "BTC", "80000", "80000", 1e-4, 8.0, None, _START_MS), _START_MS)
        desk.fold(OpenInterest(venue, "BTCUSDT", "BTC", "50000", None, _START_MS), _START_MS)
    for coin in coins:
        for price in ("80000", "80200", "79950"):
            desk.fold(Trade("binance", f"{coin}USDT", coin, "buy", "1", price, _START_MS), _START_MS)
    desk.tick(_START_MS)
    desk.pictures.coin_views(_START_MS)  # stored hours find their places when they are first asked for
    return desk


def kinds() -> dict[str, tuple[list[Message], bytes]]:
    """Return messages by kind with a frame of the size they come in."""
    at_ms = _START_MS + 500
    trades: list[Message] = [
        Trade("binance", "BTCUSDT", "BTC", "buy", "0.016", f"{80_000 + n % 150}.10", at_ms) for n in range(_COUNT)
    ]
    prints: list[Message] = [
        Liquidation("binance", "BTCUSDT", "BTC", "long", "0.19", f"{80_000 + n}", "fill", 15_200.0, at_ms)
        for n in range(_COUNT)
    ]
    marks: list[Message] = [
        Mark("binance", "BTCUSDT", "BTC", f"{80_000 + n % 150}", "80010", 1e-4, 8.0, None, at_ms)
        for n in range(_COUNT)
    ]
    interest: list[Message] = [
        OpenInterest("binance", "BTCUSDT", "BTC", f"{50_000 + n % 100}", None, at_ms) for n in range(_COUNT)
    ]
    trade = (
        '{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":1769900400524,"a":3478018549,"s":"BTCUSDT",'
        '"p":"80034.40","q":"0.016","f":8154045700,"l":8154045704,"T":1769900400500,"m":true}}'
    )
    forced = (
        '{"stream":"btcusdt@forceOrder","data":{"e":"forceOrder","E":1769900400524,"o":{"s":"BTCUSDT","S":"SELL",'
        '"o":"LIMIT","f":"IOC","q":"0.190","p":"79000.00","ap":"80012.10","X":"FILLED","l":"0.1","z":"0.190",'
        '"T":1769900400500}}}'
    )
    mark = (
        '{"stream":"btcusdt@markPrice@1s","data":{"e":"markPriceUpdate","E":1769900400000,"s":"BTCUSDT",'
        '"p":"80034.40000000","i":"80030.10000000","P":"80032.0","r":"0.00010000","T":1769904000000}}'
    )
    answer = '{"openInterest":"50000.123","symbol":"BTCUSDT","time":1769900400500}'
    return {
        "trade": (trades, trade.encode()),
        "forced order": (prints, forced.encode()),
        "mark": (marks, mark.encode()),
        "open interest": (interest, answer.encode()),
    }


def per_call_ns(work: Callable[[], object], calls: int) -> float:
    """Return nanoseconds a call of `work`, which makes so many."""
    begin = time.perf_counter_ns()
    work()
    return (time.perf_counter_ns() - begin) / calls


def _folding(desk: MarketDesk, messages: list[Message]) -> Callable[[], None]:
    def work() -> None:
        fold = desk.fold
        for message in messages:
            fold(message, _START_MS + 600)

    return work


def _decoding(frame: bytes) -> Callable[[], None]:
    def work() -> None:
        loads = orjson.loads
        for _ in range(_COUNT):
            loads(frame)

    return work


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    print(f"{'':16}{'fold ns':>10}{'orjson ns':>11}{'ratio':>8}")
    for kind, (messages, frame) in kinds().items():
        folds, decodes = [], []
        for _ in range(rounds):
            # A fresh desk each round: repeated prints would be recognised and left aside.
            folds.append(per_call_ns(_folding(desk_with_history(), messages), _COUNT))
            decodes.append(per_call_ns(_decoding(frame), _COUNT))
        fold, decode = median(folds), median(decodes)
        print(f"{kind:16}{fold:10.0f}{decode:11.0f}{fold / decode:8.2f}")
    desk = desk_with_history()
    for name, work in (
        ("tick", lambda: desk.tick(_START_MS + 700)),
        ("coin_views", lambda: desk.pictures.coin_views(_START_MS + 700)),
        ("chart unchanged", lambda: desk.pictures.chart("BTC", 60_000, _START_MS + 700)),
    ):
        spent = median(per_call_ns(work, 1) for _ in range(200))
        print(f"{name:16}{spent / 1000:9.1f} µs")
    print(f"{'chart moving':16}{_moving_chart() / 1000:9.1f} µs  (a day of minutes)")


def _moving_chart() -> float:
    desk = desk_with_history()
    now_ms = _START_MS
    for step in range(1_440 * 6):
        now_ms = _START_MS + step * 10_000
        desk.fold(Trade("binance", "BTCUSDT", "BTC", "buy", "1", "80000", now_ms), now_ms)
    costs = []
    for number in range(200):
        desk.fold(Trade("binance", "BTCUSDT", "BTC", "buy", "1", f"{80_000 + number}", now_ms), now_ms)
        costs.append(per_call_ns(lambda: desk.pictures.chart("BTC", 60_000, now_ms), 1))
    return median(costs)


if __name__ == "__main__":
    main()
