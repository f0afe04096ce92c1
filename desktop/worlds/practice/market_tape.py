"""What the two venues send during the storm, coin by coin, as (ms since start, venue, channel, frame)."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from desktop.worlds.practice import binance_wire, bybit_wire
from desktop.worlds.practice.curves import chance
from desktop.worlds.practice.forced_orders import ForcedOrder, every_order, largest_each_second
from desktop.worlds.practice.price_path import PricePath
from desktop.worlds.practice.storm_shape import (
    EPOCH_MS,
    NEXT_FUNDING_MS,
    SEED,
    STORM_SECONDS,
    CoinShape,
    activity,
    binance_funding,
)

_OPEN_INTEREST_SECONDS = 5


class Sent(NamedTuple):
    """One message of a venue; `at_ms` counts from the start of the storm to its arrival."""

    at_ms: int
    venue: str
    channel: str
    frame: str


def messages(shape: CoinShape, binance_channel: str) -> Iterator[Sent]:
    """Yield every message of both venues about one coin, feed after feed (not in order of time)."""
    path = PricePath(shape)
    for feed in (_binance_trades, _binance_marks, _binance_forced):
        for at_ms, frame in _in_order(feed(shape, path)):
            yield Sent(at_ms, "binance", binance_channel, frame)
    channel = binance_wire.open_interest_channel(shape.symbol)
    for at_ms, frame in _binance_open_interest(shape):
        yield Sent(at_ms, "binance", channel, frame)
    for feed in (_bybit_trades, _bybit_liquidations, _bybit_tickers):
        for at_ms, frame in _in_order(feed(shape, path)):
            yield Sent(at_ms, "bybit", bybit_wire.CHANNEL, frame)


def _in_order(feed: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Let nothing overtake within a stream: a socket keeps the order in which the venue sent."""
    latest_ms = 0
    for at_ms, frame in feed:
        latest_ms = max(latest_ms, at_ms)
        yield latest_ms, frame


def _quantity(shape: CoinShape, usd: float, price: float) -> str:
    smallest = 10.0**-shape.quantity_decimals
    return f"{max(smallest, usd / price):.{shape.quantity_decimals}f}"


def _moments(rng: Random, calm: float, peak: float) -> Iterator[float]:
    second = 0.0
    while True:
        second += rng.expovariate(calm + (peak - calm) * activity(second))
        if second >= STORM_SECONDS:
            return
        yield second


def _taker_sells(rng: Random, path: PricePath, second: float) -> bool:
    drift = path.at(second + 2) / path.at(second) - 1
    return rng.random() < min(0.85, max(0.2, 0.5 - 120 * drift))


def _trade_usd(rng: Random, shape: CoinShape) -> float:
    return shape.trade_usd * rng.lognormvariate(-0.9, 1.35)


def _binance_trades(shape: CoinShape, path: PricePath) -> Iterator[tuple[int, str]]:
    rng, number = chance(SEED, shape.coin, "binance trades"), 3_100_000_000
    peak = shape.trades_per_second["binance"]
    for second in _moments(rng, 0.12 * peak, peak):
        at_ms, sold = int(second * 1000), _taker_sells(rng, path, second)
        price = path.at(second) * (1 - 0.00001 if sold else 1 + 0.00001)
        quantity = _quantity(shape, _trade_usd(rng, shape), price)
        number += 1
        frame = binance_wire.agg_trade(
            shape.symbol, EPOCH_MS + at_ms, number, shape.price_text(price), quantity, taker_sold=sold
        )
        yield at_ms + rng.randrange(60, 110), frame


def _binance_marks(shape: CoinShape, path: PricePath) -> Iterator[tuple[int, str]]:
    for second in range(STORM_SECONDS):
        frame = binance_wire.mark_price(
            shape.symbol,
            EPOCH_MS + second * 1000,
            path.mark(second),
            path.index(second),
            binance_funding(second - shape.lag_seconds),
            NEXT_FUNDING_MS,
        )
        yield second * 1000 + 80, frame


def _both_sides(shape: CoinShape, venue: str) -> Iterator[ForcedOrder]:
    report = largest_each_second if venue == "binance" else every_order
    typical = shape.forced_usd if venue == "binance" else 0.4 * shape.forced_usd
    longs, shorts = chance(SEED, shape.coin, venue, "longs"), chance(SEED, shape.coin, venue, "shorts")
    yield from report(longs, "long", shape.longs_closed(venue), typical)
    yield from report(shorts, "short", shape.shorts_closed(venue), 0.3 * typical)


def _binance_forced(shape: CoinShape, path: PricePath) -> Iterator[tuple[int, str]]:
    rng = chance(SEED, shape.coin, "binance fills")
    taken: set[int] = set()
    for order in sorted(_both_sides(shape, "binance"), key=lambda order: (order.at_ms // 1000, -order.usd)):
        second = order.at_ms // 1000
        if second in taken:
            continue  # the venue shows the largest order of a second and symbol, and no other
        taken.add(second)
        away = -1 if order.side == "long" else 1
        average = path.at(order.at_ms / 1000) * (1 + away * rng.uniform(0.0001, 0.0009))
        limit = average * (1 + away * rng.uniform(0.0024, 0.0068))
        quantity = _quantity(shape, order.usd, average)
        last = quantity if rng.random() < 0.4 else _quantity(shape, order.usd * rng.uniform(0.1, 0.9), average)
        frame = binance_wire.force_order(
            shape.symbol,
            EPOCH_MS + order.at_ms,
            EPOCH_MS + second * 1000 + 1000,
            "SELL" if order.side == "long" else "BUY",
            quantity,
            shape.price_text(limit),
            shape.price_text(average),
            last,
        )
        yield second * 1000 + 1000 + rng.randrange(60, 110), frame


def _binance_open_interest(shape: CoinShape) -> Iterator[tuple[int, str]]:
    coins = shape.open_coins("binance")
    for second in range(0, STORM_SECONDS, _OPEN_INTEREST_SECONDS):
        at_ms = second * 1000
        yield at_ms, binance_wire.open_interest(shape.symbol, EPOCH_MS + at_ms, f"{coins(second):.3f}")


def _bybit_trades(shape: CoinShape, path: PricePath) -> Iterator[tuple[int, str]]:
    rng, seq = chance(SEED, shape.coin, "bybit trades"), 41_000_000_000
    peak = shape.trades_per_second["bybit"]
    for second in _moments(rng, 0.12 * peak, peak):
        at_ms, sold = int(second * 1000), _taker_sells(rng, path, second)
        price = path.at(second, "bybit")
        rows = []
        for _ in range(1 + (rng.random() < 0.25) + (rng.random() < 0.1)):
            quantity = _quantity(shape, _trade_usd(rng, shape), price)
            rows.append(
                (EPOCH_MS + at_ms, "Sell" if sold else "Buy", quantity, shape.price_text(price), "ZeroMinusTick")
            )
            price += -shape.tick if sold else shape.tick
        seq += rng.randrange(3, 40)
        yield at_ms + rng.randrange(50, 90), bybit_wire.trades(shape.symbol, seq, rows)


def _bybit_liquidations(shape: CoinShape, path: PricePath) -> Iterator[tuple[int, str]]:
    rng = chance(SEED, shape.coin, "bybit bankruptcies")
    pushes: dict[int, list[tuple[int, str, str, str]]] = {}
    for order in sorted(_both_sides(shape, "bybit"), key=lambda order: order.at_ms):
        away = -1 if order.side == "long" else 1
        bankruptcy = path.at(order.at_ms / 1000, "bybit") * (1 + away * rng.uniform(0.0022, 0.0052))
        row = (
            EPOCH_MS + order.at_ms,
            "Buy" if order.side == "long" else "Sell",
            _quantity(shape, order.usd, bankruptcy),
            shape.price_text(bankruptcy),
        )
        pushes.setdefault((order.at_ms // 500 + 1) * 500, []).append(row)
    for pushed_ms, rows in pushes.items():
        yield pushed_ms + 40, bybit_wire.liquidations(shape.symbol, EPOCH_MS + pushed_ms, rows)


def _bybit_tickers(shape: CoinShape, path: PricePath) -> Iterator[tuple[int, str]]:
    coins, sequence = shape.open_coins("bybit"), 52_000_000_000
    said: dict[str, str] = {}
    at_ms = 0
    while at_ms < STORM_SECONDS * 1000:
        second = at_ms / 1000
        # The slow fields are refreshed each second only, as the venue does.
        slow = second - second % 1
        fields = bybit_wire.ticker_fields(
            shape.price_text(path.at(second, "bybit")),
            shape.price_text(path.mark(slow)),
            shape.price_text(path.index(slow)),
            round(coins(slow), 3),
            round(0.9 * binance_funding(slow - slow % 10 - shape.lag_seconds), 6),
            NEXT_FUNDING_MS,
        )
        sequence += 17
        changed = {name: text for name, text in fields.items() if said.get(name) != text}
        yield (
            at_ms + 30,
            bybit_wire.ticker(shape.symbol, "delta" if said else "snapshot", EPOCH_MS + at_ms, sequence, changed),
        )
        said = fields
        at_ms += 1000 if activity(second) < 0.1 else 500
