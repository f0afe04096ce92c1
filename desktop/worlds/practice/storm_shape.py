"""The shape of the practice storm: when what happens, how far and how much.

Modelled on the run of 31 January 2026 as a pattern (forced selling on one venue, the next follows, price through
the 24 h low, contracts closed, funding turning negative, a rebound that catches shorts); every number is our own.
Seconds count from the start of the storm; USD figures are what the feeds publish.
"""

from __future__ import annotations

from dataclasses import dataclass

from desktop.worlds.practice.curves import Curve, Knots, through

EPOCH_MS = 1_767_276_000_000
"""The made-up moment at which the recorded storm starts (UTC ms)."""

STORM_SECONDS = 600
SEED = "seawall practice storm 1"
VENUES = ("binance", "bybit")
NEXT_FUNDING_MS = EPOCH_MS + 2 * 3_600_000

# Fractions of the whole fall of the price: 1 is the trough near minute six.
_FALL: Knots = (
    (0, 0.0), (40, 0.006), (75, 0.012), (90, 0.035), (120, 0.10), (150, 0.175), (200, 0.33), (222, 0.29),
    (275, 0.55), (292, 0.51), (348, 1.0), (366, 0.92), (420, 0.74), (450, 0.79), (520, 0.66), (600, 0.64),
)  # fmt: skip
_ACTIVITY: Knots = (
    (0, 0.03), (75, 0.05), (90, 0.14), (150, 0.28), (220, 0.34), (300, 0.7), (348, 1.0), (400, 0.5), (480, 0.22),
    (600, 0.05),
)  # fmt: skip
_LONGS: dict[str, Knots] = {
    "binance": (
        (78, 0.0), (100, 0.022), (125, 0.065), (150, 0.125), (200, 0.29), (230, 0.37), (280, 0.58), (348, 0.90),
        (385, 0.965), (480, 1.0),
    ),
    "bybit": (
        (118, 0.0), (150, 0.055), (200, 0.22), (230, 0.31), (280, 0.54), (350, 0.91), (390, 0.97), (500, 1.0),
    ),
}  # fmt: skip
_SHORTS: Knots = ((0, 0.0), (75, 0.002), (340, 0.03), (360, 0.16), (420, 0.74), (460, 0.84), (540, 1.0))
_CLOSED: Knots = ((0, 0.0), (75, -0.02), (120, 0.04), (200, 0.25), (348, 0.86), (480, 1.0), (600, 0.97))
_FUNDING: Knots = (
    (0, 1.02e-4), (90, 0.93e-4), (200, 0.31e-4), (262, -0.12e-4), (348, -1.25e-4), (480, -1.84e-4), (600, -1.52e-4),
)  # fmt: skip

fall: Curve = through(_FALL)
activity: Curve = through(_ACTIVITY)
shorts_share: Curve = through(_SHORTS)
closed_share: Curve = through(_CLOSED)
binance_funding: Curve = through(_FUNDING)


@dataclass(frozen=True)
class CoinShape:
    """One coin of the storm. Money in USD, open interest in coins, one side counted once."""

    coin: str
    start_price: float
    fall: float
    lag_seconds: float
    tick: float
    price_decimals: int
    quantity_decimals: int
    oi_coins: dict[str, float]
    closed: float
    longs_usd: dict[str, float]
    shorts_usd: dict[str, float]
    forced_usd: float
    trade_usd: float
    trades_per_second: dict[str, float]
    low_under_start: float

    @property
    def symbol(self) -> str:
        """Return the contract's name, the same on both venues."""
        return self.coin + "USDT"

    def longs_closed(self, venue: str) -> Curve:
        """Return the USD of longs this venue has reported closed by force up to a second of the storm."""
        share, total, lag = through(_LONGS[venue]), self.longs_usd[venue], self.lag_seconds
        return lambda t: total * share(t - lag)

    def shorts_closed(self, venue: str) -> Curve:
        """Return the USD of shorts this venue has reported closed by force up to a second of the storm."""
        total = self.shorts_usd[venue]
        return lambda t: total * shorts_share(t)

    def open_coins(self, venue: str) -> Curve:
        """Return the open interest in coins at a second of the storm."""
        start, closed = self.oi_coins[venue], self.closed
        return lambda t: start * (1 - closed * closed_share(t))

    def price_text(self, price: float) -> str:
        """Return the price on the contract's tick, in the venue's number of decimals."""
        return f"{round(price / self.tick) * self.tick:.{self.price_decimals}f}"


SHAPES: dict[str, CoinShape] = {
    "BTC": CoinShape(
        "BTC", 84_050.0, 0.0715, 0.0, 0.1, 2, 3,
        oi_coins={"binance": 61_240.0, "bybit": 35_180.0}, closed=0.072,
        longs_usd={"binance": 74e6, "bybit": 55e6}, shorts_usd={"binance": 5.2e6, "bybit": 3.6e6},
        forced_usd=120_000.0, trade_usd=5_200.0, trades_per_second={"binance": 26.0, "bybit": 15.0},
        low_under_start=0.0046,
    ),
    "ETH": CoinShape(
        "ETH", 2_716.0, 0.1010, 6.0, 0.01, 2, 3,
        oi_coins={"binance": 1_560_000.0, "bybit": 742_000.0}, closed=0.094,
        longs_usd={"binance": 61e6, "bybit": 40e6}, shorts_usd={"binance": 4.6e6, "bybit": 2.9e6},
        forced_usd=90_000.0, trade_usd=3_600.0, trades_per_second={"binance": 20.0, "bybit": 11.0},
        low_under_start=0.0062,
    ),
    "SOL": CoinShape(
        "SOL", 117.4, 0.1120, 11.0, 0.01, 4, 2,
        oi_coins={"binance": 8_900_000.0, "bybit": 4_300_000.0}, closed=0.088,
        longs_usd={"binance": 13e6, "bybit": 8.4e6}, shorts_usd={"binance": 1.1e6, "bybit": 0.7e6},
        forced_usd=32_000.0, trade_usd=1_500.0, trades_per_second={"binance": 11.0, "bybit": 6.0},
        low_under_start=0.0071,
    ),
}  # fmt: skip
