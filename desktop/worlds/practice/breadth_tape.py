"""Last prices of the practice venue's other contracts: they follow BTC through the storm, most of them harder."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from desktop.worlds.practice import binance_wire
from desktop.worlds.practice.curves import chance
from desktop.worlds.practice.storm_shape import SEED, SHAPES

# Symbol, price in quiet times, how many times as hard as BTC it falls, USD turned over in a day. All made up.
_OTHERS = (
    ("XRPUSDT", 1.72, 1.25, 2.1e9), ("DOGEUSDT", 0.117, 1.6, 1.2e9), ("BNBUSDT", 861.0, 0.85, 6.4e8),
    ("ADAUSDT", 0.331, 1.5, 4.1e8), ("LINKUSDT", 11.4, 1.45, 3.2e8), ("AVAXUSDT", 11.2, 1.5, 2.7e8),
    ("LTCUSDT", 64.2, 1.1, 2.2e8), ("SUIUSDT", 1.31, 1.75, 5.2e8), ("HYPEUSDT", 28.9, 1.4, 4.6e8),
    ("TRXUSDT", 0.291, 0.5, 9.1e7), ("BCHUSDT", 541.0, 1.05, 1.9e8), ("DOTUSDT", 1.74, 1.55, 1.4e8),
    ("TONUSDT", 1.42, 1.2, 8.8e7), ("UNIUSDT", 4.51, 1.5, 1.3e8), ("AAVEUSDT", 148.0, 1.5, 1.6e8),
    ("NEARUSDT", 1.38, 1.6, 1.5e8), ("XLMUSDT", 0.199, 1.2, 1.1e8), ("1000PEPEUSDT", 0.00474, 1.8, 6.1e8),
    ("1000SHIBUSDT", 0.00752, 1.5, 1.2e8), ("1000BONKUSDT", 0.00823, 1.85, 1.7e8),
    ("1000FLOKIUSDT", 0.0384, 1.7, 7.7e7), ("1MBABYDOGEUSDT", 0.00058, 1.6, 2.1e7),
)  # fmt: skip
_TURNOVERS = {"BTCUSDT": 1.9e10, "ETHUSDT": 1.4e10, "SOLUSDT": 4.2e9}
_PAST_MINUTES = 130
_NOISE = 0.0006


class BreadthTape:
    """Makes the frames of `!miniTicker@arr` from the prices of the storm's own coins (by symbol)."""

    def __init__(self) -> None:
        self._rng = chance(SEED, "breadth")

    def frame(self, prices: Mapping[str, float], at_ms: int) -> str:
        """Return the last prices of all contracts."""
        btc = SHAPES["BTC"]
        fallen = math.log(prices.get(btc.symbol, btc.start_price) / btc.start_price)
        rows = [(symbol, price, _TURNOVERS.get(symbol, 1e9)) for symbol, price in prices.items()]
        for symbol, price, harder, turnover in _OTHERS:
            rows.append((symbol, price * math.exp(harder * fallen + self._rng.gauss(0, _NOISE)), turnover))
        return binance_wire.mini_tickers(at_ms, rows)

    def past(self, until_ms: int) -> Iterator[str]:
        """Yield quiet frames of the two hours before, one a minute, so that nobody waits two hours for breadth."""
        quiet = {shape.symbol: shape.start_price for shape in SHAPES.values()}
        for back in range(_PAST_MINUTES, 0, -1):
            yield self.frame(quiet, until_ms - back * 60_000)
