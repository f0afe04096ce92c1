"""What comes together leaves the market as it would have left it one after the other."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest

from desktop.domain.market import TradeRun
from desktop.domain.raw_frame import RawFrame
from desktop.engine.market.market_desk import MarketDesk
from desktop.risk.windows import DAY_MS, HOUR_MS, MINUTE_MS
from desktop.storage.instrument_file import shipped_instruments
from desktop.storage.rule_files import shipped_rules
from desktop.venues.reading import frame_reader

START_MS = 480_000 * HOUR_MS
CHANNEL = "/market/stream"
PRICES = {"BTCUSDT": 80_000.0, "ETHUSDT": 3_000.0, "1000PEPEUSDT": 0.012, "SOLUSDT": 150.0}
COINS = ("BTC", "ETH", "PEPE")


def frame(rng: random.Random, now_ms: int) -> bytes:
    """Return a trade, a forced order or a mark of a moment ago, of a watched coin or of another."""
    symbol = rng.choice(list(PRICES))
    price = f"{PRICES[symbol] * rng.uniform(0.98, 1.02):.8f}"
    at_ms = now_ms - rng.choice((0, 0, 3, 40, 900)) + rng.choice((0, 0, 0, 2_000))
    if rng.random() < 0.01:
        at_ms -= 61_000
    size, kind = f"{rng.uniform(0.1, 9):.3f}", rng.choice(("trade", "trade", "trade", "forced", "mark"))
    data: dict[str, object]
    if kind == "trade":
        data = {"e": "aggTrade", "s": symbol, "p": price, "q": size, "T": at_ms, "m": rng.random() < 0.5}
    elif kind == "forced":
        side = rng.choice(("SELL", "BUY"))
        data = {"e": "forceOrder", "E": at_ms, "o": {"s": symbol, "S": side, "ap": price, "z": size, "T": at_ms}}
    else:
        data = {"e": "markPriceUpdate", "E": now_ms, "s": symbol, "p": price, "i": price, "r": "0.0001", "T": 0}
    return json.dumps({"stream": "x", "data": data}, separators=(",", ":")).encode()


def trade_of(symbol: str, at_ms: int) -> bytes:
    data = {"e": "aggTrade", "s": symbol, "p": f"{PRICES[symbol]}", "q": "1", "T": at_ms, "m": True}
    return json.dumps({"stream": "x", "data": data}, separators=(",", ":")).encode()


def moments(seed: int) -> list[tuple[int, list[bytes]]]:
    """Return what came when: a few minutes of it, with silence between and late words in it."""
    rng = random.Random(seed)
    now_ms = START_MS
    told = [(now_ms, [trade_of(symbol, now_ms) for symbol in PRICES])]
    for _ in range(120):
        now_ms += rng.choice((5, 10, 700, 4_000))
        told.append((now_ms, [frame(rng, now_ms) for _ in range(rng.randint(1, 90))]))
    return told


def picture(desk: MarketDesk, now_ms: int) -> dict[str, object]:
    found: dict[str, object] = {}
    for coin in COINS:
        track = desk._floor.coins[coin].track
        measures = track.boards.orders.measures
        sums = [measures.tally.long_usd(window, now_ms) for window in (MINUTE_MS, HOUR_MS, DAY_MS)]
        sums += [measures.tally.short_usd(window, now_ms) for window in (MINUTE_MS, HOUR_MS, DAY_MS)]
        found[coin] = {
            "minute": track.running(now_ms)[0],
            "row": list(track.running(now_ms)[1]),
            "sums": sums,
            "prints": measures.counter.at(now_ms),
            "largest": measures.largest.at(HOUR_MS, now_ms),
            "mark": track.boards.marks.mark("binance"),
            "tape": [(tape.symbol, tape.close, tape.at_ms, tape.heard_ms) for tape in track.contracts],
            "takers": [part for tape in track.contracts for part in (tape.bought, tape.sold)],
        }
    view = desk._floor.feeds["binance"].view(now_ms)
    found["feed"] = (view.messages, view.unparsed, view.age_ms, view.state)
    found["incidents"] = sorted((one.coin, one.level, one.rule) for one in desk.incidents())
    return found


def assert_alike(one: object, other: object, where: str) -> None:
    """Sums of many numbers may differ in their last digits, since they are added in another order."""
    if isinstance(one, dict) and isinstance(other, dict):
        assert one.keys() == other.keys()
        for key in one:
            assert_alike(one[key], other[key], f"{where} {key}")
    elif isinstance(one, list) and one and isinstance(one[0], float):
        assert one == pytest.approx(other, nan_ok=True), where
    else:
        assert one == other, where


@pytest.mark.parametrize("seed", range(12))
def test_the_market_stands_alike(seed: int) -> None:
    desks = [MarketDesk(COINS, shipped_rules(), ("binance",)) for _ in range(2)]
    single, many = (frame_reader("binance", shipped_instruments()) for _ in range(2))
    runs = 0
    for now_ms, frames in moments(seed):
        for one in frames:
            for message in single.read(RawFrame(now_ms * 1_000_000, "binance", CHANNEL, one)):
                desks[0].fold(message, now_ms)
        together = many.read_all(frames, CHANNEL, now_ms * 1_000_000)
        runs += sum(isinstance(one, TradeRun) for one in together)
        desks[1].fold_all(together, now_ms)
        assert_alike(picture(desks[1], now_ms), picture(desks[0], now_ms), f"{now_ms - START_MS} ms")
    minutes = [
        np.nan_to_num(desk._floor.coins[coin].track.minutes.finished(), nan=-1) for desk in desks for coin in COINS
    ]
    for place in range(len(COINS)):
        assert minutes[place] == pytest.approx(minutes[place + len(COINS)])
    assert runs > 50


def test_a_venue_that_nobody_expects_moves_nothing() -> None:
    desk = MarketDesk(("BTC",), (), ("bybit",))
    reader = frame_reader("binance", shipped_instruments())
    rng = random.Random(1)
    desk.fold_all(reader.read_all([frame(rng, START_MS) for _ in range(40)], CHANNEL, 0), START_MS)
    track = desk._floor.coins["BTC"].track
    assert track.contracts == []
    assert track.boards.orders.measures.tally.long_usd(DAY_MS, START_MS) == 0.0
