"""The practice storm: repeatable, in the venues' form, and strong enough to trip rule A at the right time."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import zstandard

from desktop.storage.resource_files import resource
from desktop.worlds.practice.storm import LABEL, main
from desktop.worlds.practice.storm_shape import EPOCH_MS

HOUR_MS = 3_600_000


class Forced(NamedTuple):
    second: float
    venue: str
    long: bool
    usd: float


@cache
def lines() -> list[dict[str, Any]]:
    packed = resource("practice/storm.jsonl.zst").read_bytes()
    text = zstandard.ZstdDecompressor().decompressobj().decompress(packed)
    return [json.loads(line) for line in text.splitlines()]


def history(coin: str) -> list[list[float]]:
    [hours] = [line["hours"] for line in lines() if line.get("event") == "history" and line["coin"] == coin]
    return hours


def frames() -> list[tuple[float, str, dict[str, Any]]]:
    rows = [line for line in lines() if "frame" in line]
    return [((r["received_ns"] / 1e6 - EPOCH_MS) / 1000, r["venue"], json.loads(r["frame"])) for r in rows]


def forced(symbol: str) -> list[Forced]:
    found = []
    for second, venue, frame in frames():
        if frame.get("stream") == f"{symbol.lower()}@forceOrder":
            o = frame["data"]["o"]
            found.append(Forced(second, venue, o["S"] == "SELL", float(o["ap"]) * float(o["z"])))
        elif frame.get("topic") == f"allLiquidation.{symbol}":
            for row in frame["data"]:
                found.append(Forced(second, venue, row["S"] == "Buy", float(row["p"]) * float(row["v"])))
    return found


def prices(symbol: str) -> list[tuple[float, float]]:
    stream = f"{symbol.lower()}@aggTrade"
    return [(s, float(f["data"]["p"])) for s, _, f in frames() if f.get("stream") == stream]


def rule_a(coin: str) -> tuple[float | None, float | None, float]:
    """Return the second of the trip, of 1.2 % of open interest, and the share in the end."""
    bars = history(coin)
    shares = [after[5] / before[8] for before, after in pairwise(bars)]
    threshold = max(0.0015, float(np.percentile(shares, 97.5)))
    low_24h, open_usd = min(bar[3] for bar in bars[-24:]), bars[-1][8]
    trades, longs, shorts, low, trip, critical = iter(prices(coin + "USDT")), 0.0, 0.0, float("inf"), None, None
    trade = next(trades)
    for order in forced(coin + "USDT"):
        while trade and trade[0] <= order.second:
            low = min(low, trade[1])
            trade = next(trades, None)  # type: ignore[assignment]
        longs, shorts = longs + order.usd * order.long, shorts + order.usd * (not order.long)
        share, leaning = longs / open_usd, (longs - shorts) / (longs + shorts)
        if trip is None and share >= threshold and leaning >= 0.6 and low < low_24h:
            trip = order.second
        if critical is None and share >= 0.012:
            critical = order.second
    return trip, critical, longs / open_usd


def test_the_same_bytes_every_time_and_the_shipped_file_is_one_of_them(tmp_path: Path) -> None:
    digests = set()
    for name in ("a.jsonl.zst", "b.jsonl.zst"):
        assert main(["--out", str(tmp_path / name)]) == 0
        digests.add(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
    assert len(digests) == 1
    again = zstandard.ZstdDecompressor().decompressobj().decompress((tmp_path / "a.jsonl.zst").read_bytes())
    shipped = resource("practice/storm.jsonl.zst")
    assert zstandard.ZstdDecompressor().decompressobj().decompress(shipped.read_bytes()) == again
    assert shipped.stat().st_size < 2_000_000


def test_the_file_says_that_it_is_synthetic() -> None:
    assert lines()[0] == {
        "seawall_recording": 1, "world": "synthetic", "label": LABEL, "started_ns": EPOCH_MS * 1_000_000,
    }  # fmt: skip
    assert "SYNTHETIC" in LABEL


def test_messages_stand_in_order_of_arrival_and_stay_under_a_few_hundred_a_second() -> None:
    arrivals = [line["received_ns"] for line in lines() if "frame" in line]
    assert arrivals == sorted(arrivals)
    a_second = np.bincount([(at - arrivals[0]) // 1_000_000_000 for at in arrivals])
    assert 50 < a_second.max() < 400


def test_rule_a_trips_for_bitcoin_between_minute_two_and_three_and_goes_on_to_critical() -> None:
    trip, critical, share = rule_a("BTC")
    assert trip is not None
    assert 120 <= trip <= 180
    assert critical is not None
    assert 270 <= critical <= 360
    assert share >= 0.014


@pytest.mark.parametrize("coin", ["ETH", "SOL"])
def test_rule_a_trips_later_for_the_other_coins(coin: str) -> None:
    bitcoin, _, _ = rule_a("BTC")
    trip, _, _ = rule_a(coin)
    assert bitcoin is not None
    assert trip is not None
    assert bitcoin < trip < 200


def test_forced_selling_starts_on_binance_and_reaches_bybit_forty_seconds_later() -> None:
    longs = [order for order in forced("BTCUSDT") if order.long]
    first = {venue: min(o.second for o in longs if o.venue == venue) for venue in ("binance", "bybit")}
    assert 75 <= first["binance"] <= 90
    assert 30 <= first["bybit"] - first["binance"] <= 50


def test_binance_shows_at_most_one_forced_order_a_second_and_symbol() -> None:
    streams = [
        (f["stream"], f["data"]["o"]["T"] // 1000) for _, _, f in frames() if "@forceOrder" in f.get("stream", "")
    ]
    assert len(streams) == len(set(streams))


@pytest.mark.parametrize("symbol", ["btcusdt", "ethusdt", "solusdt"])
def test_no_trade_is_missing_or_overtaken(symbol: str) -> None:
    numbers = [f["data"]["a"] for _, _, f in frames() if f.get("stream") == f"{symbol}@aggTrade"]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_a_forced_sale_fills_above_its_limit_as_real_ones_do() -> None:
    sales = [f["data"]["o"] for _, _, f in frames() if "@forceOrder" in f.get("stream", "")]
    assert all(float(o["p"]) < float(o["ap"]) for o in sales if o["S"] == "SELL")
    assert all(float(o["l"]) <= float(o["z"]) for o in sales)


def test_the_price_leaves_a_calm_sea_falls_under_the_daily_low_and_rebounds_in_part() -> None:
    path, low_24h = prices("BTCUSDT"), min(bar[3] for bar in history("BTC")[-24:])
    assert min(p for s, p in path if s < 75) > low_24h
    second, low = min(((s, p) for s, p in path), key=lambda at: at[1])
    assert 300 <= second <= 380
    assert 77_000 < low < 79_000
    assert low * 1.01 < path[-1][1] < path[0][1] * 0.98


def test_contracts_close_and_funding_turns_negative() -> None:
    coins = [float(f["openInterest"]) for _, _, f in frames() if f.get("symbol") == "BTCUSDT"]
    assert coins[-1] < 0.95 * coins[0]
    rates = [float(f["data"]["r"]) for _, _, f in frames() if f.get("stream") == "btcusdt@markPrice@1s"]
    assert rates[0] > 0 > rates[-1]


def test_bybit_counts_open_interest_twice_and_once() -> None:
    tickers = [f["data"] for _, _, f in frames() if f.get("topic") == "tickers.BTCUSDT"]
    assert float(tickers[0]["openInterest"]) == pytest.approx(2 * float(tickers[0]["singleOpenInterest"]))
    assert any("openInterest" not in ticker for ticker in tickers[1:])


def test_shorts_are_caught_in_the_rebound() -> None:
    shorts = [order for order in forced("BTCUSDT") if not order.long]
    late = sum(order.usd for order in shorts if order.second > 340)
    assert late > 3e6
    assert late > 0.8 * sum(order.usd for order in shorts)


@pytest.mark.parametrize("coin", ["BTC", "ETH", "SOL"])
def test_thirty_days_of_hours_end_where_the_storm_begins(coin: str) -> None:
    bars = history(coin)
    assert [bar[0] for bar in bars] == [EPOCH_MS - back * HOUR_MS for back in range(720, 0, -1)]
    assert all(bar[3] <= min(bar[1], bar[4]) and bar[2] >= max(bar[1], bar[4]) for bar in bars)
    first_price = prices(coin + "USDT")[0][1]
    assert bars[-1][4] == pytest.approx(first_price, rel=0.001)
    assert 0.003 < 1 - min(bar[3] for bar in bars[-24:]) / first_price < 0.008
    shares = np.array([bar[5] / bar[8] for bar in bars])
    assert np.percentile(shares, 99) > 50 * np.percentile(shares, 50)
