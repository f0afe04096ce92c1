"""What the venues send when the storm is over: quiet trading that never ends, so that no feed dies."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import count
from random import Random

import msgspec

from desktop.worlds.practice import binance_wire, bybit_wire
from desktop.worlds.practice.curves import chance
from desktop.worlds.practice.market_tape import Sent
from desktop.worlds.practice.storm_recording import StormRecording
from desktop.worlds.practice.storm_shape import SEED, SHAPES, CoinShape

_FUNDING_MS = 8 * 3_600_000
_OPEN_INTEREST_SECONDS = 5


class _Quiet:
    """One coin that trades quietly around the price at which the recording left it."""

    def __init__(self, shape: CoinShape, storm: StormRecording, last: dict[str, str]) -> None:
        symbol, stream = shape.symbol, shape.symbol.lower()
        self._shape, self._started_ms = shape, storm.started_ms
        self._rng: Random = chance(SEED, shape.coin, "calm sea")
        self._channel = next(m.channel for m in storm.messages if m.venue == "binance" and m.channel.startswith("/"))
        mark = msgspec.json.decode(last[f"{stream}@markPrice@1s"])["data"]
        self._price, self._funding, self._next_funding_ms = float(mark["p"]), float(mark["r"]), int(mark["T"])
        self._number = int(msgspec.json.decode(last[f"{stream}@aggTrade"])["data"]["a"])
        self._coins = float(msgspec.json.decode(last[symbol])["openInterest"])
        self._bybit_coins = shape.open_coins("bybit")(600)
        self._seq = 42_000_000_000
        self._swing = 0.0

    def second(self, second: int) -> Iterator[Sent]:
        """Yield what both venues send about this coin in one second."""
        at_ms = second * 1000
        self._swing += -0.01 * self._swing + 0.00012 * self._rng.gauss(0, 1)
        price = self._price * math.exp(self._swing)
        if self._started_ms + at_ms >= self._next_funding_ms:
            self._next_funding_ms += _FUNDING_MS
        yield from self._binance(at_ms, price)
        yield from self._bybit(at_ms, price)
        if second % _OPEN_INTEREST_SECONDS == 0:
            symbol = self._shape.symbol
            frame = binance_wire.open_interest(symbol, self._started_ms + at_ms, f"{self._coins:.3f}")
            yield Sent(at_ms, "binance", binance_wire.open_interest_channel(symbol), frame)

    def _binance(self, at_ms: int, price: float) -> Iterator[Sent]:
        symbol, now_ms = self._shape.symbol, self._started_ms + at_ms
        mark = binance_wire.mark_price(symbol, now_ms, price, price, self._funding, self._next_funding_ms)
        yield Sent(at_ms + 80, "binance", self._channel, mark)
        for after_ms in (self._rng.randrange(100, 500), self._rng.randrange(500, 900)):
            self._number += 1
            frame = binance_wire.agg_trade(
                symbol, now_ms + after_ms, self._number, self._shape.price_text(price), self._size(price),
                taker_sold=self._rng.random() < 0.5,
            )  # fmt: skip
            yield Sent(at_ms + after_ms + 60, "binance", self._channel, frame)

    def _bybit(self, at_ms: int, price: float) -> Iterator[Sent]:
        symbol, now_ms, text = self._shape.symbol, self._started_ms + at_ms, self._shape.price_text(price)
        self._seq += 7
        fields = bybit_wire.ticker_fields(
            text, text, text, self._bybit_coins, 0.9 * self._funding, self._next_funding_ms
        )
        yield Sent(
            at_ms + 30, "bybit", bybit_wire.CHANNEL, bybit_wire.ticker(symbol, "delta", now_ms, self._seq, fields)
        )
        side = "Buy" if self._rng.random() < 0.5 else "Sell"
        row = (now_ms + 400, side, self._size(price), text, "ZeroPlusTick")
        yield Sent(at_ms + 450, "bybit", bybit_wire.CHANNEL, bybit_wire.trades(symbol, self._seq, [row]))

    def _size(self, price: float) -> str:
        usd = self._shape.trade_usd * self._rng.lognormvariate(-0.9, 1.0)
        return f"{max(10.0**-self._shape.quantity_decimals, usd / price):.{self._shape.quantity_decimals}f}"


def calm_after(storm: StormRecording) -> Iterator[Sent]:
    """Yield messages in order of arrival, for ever, from the second after the last one of the storm."""
    last = _last_words(storm)
    coins = [_Quiet(shape, storm, last) for shape in SHAPES.values() if shape.symbol in last]
    first_second = storm.messages[-1].at_ms // 1000 + 1 if storm.messages else 0
    for second in count(first_second):
        yield from sorted((sent for coin in coins for sent in coin.second(second)), key=lambda sent: sent.at_ms)


def _last_words(storm: StormRecording) -> dict[str, str]:
    """Return the last frame by Binance stream, and by symbol for the polled open interest."""
    last: dict[str, str] = {}
    for sent in storm.messages:
        if sent.venue == "binance":
            last[stream_of(sent)] = sent.frame
    return last


def stream_of(sent: Sent) -> str:
    """Return the Binance stream, the Bybit topic, or the symbol of a polled answer."""
    if sent.channel.startswith("GET "):
        return sent.channel.rpartition("=")[2]
    return sent.frame.split('"', 4)[3]
