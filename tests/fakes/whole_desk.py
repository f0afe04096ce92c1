"""A desk with everything filled in: composite, fuel, context, exposure, untested interest. Figures are invented."""

from __future__ import annotations

import msgspec
import numpy as np

from desktop.engine.alerting.channel_plan import ChannelPlans, EmailPlan, NtfyPlan, TelegramPlan, WayOutView
from desktop.engine.desk_view import (
    ChannelView,
    ChartView,
    CompositeView,
    ContextView,
    DeskView,
    FamilyView,
    FeedView,
    FuelView,
    ReasonView,
    UntestedView,
)
from desktop.engine.own.own_views import AdviceView, ExposureView, HoldingView, PositionView
from desktop.risk.reading import Level, Reading, State
from tests.fakes import desk
from tests.fakes.desk import NOW_MS, live, spark, stale, unknown, warming

HOUR_MS = 3_600_000
PLANS = ChannelPlans(
    ntfy=NtfyPlan("seawall-k3v9q2"),
    telegram=TelegramPlan("123456789"),
    email=EmailPlan("mail.example.org", "me@example.org", "me@example.org"),
)
WAYS_OUT = (
    WayOutView("ntfy", "works", NOW_MS - 60_000, "answered 200: id m7"),
    WayOutView("telegram", "failed", NOW_MS - 60_000, trouble="Telegram answered 401", remedy="Check the token."),
    WayOutView("email", "unused"),
)


def storm_composite() -> CompositeView:
    """Return BTC's composite in the storm."""
    pcts = (("flow", 0.992, "LIQ_INT_1H"), ("vol", 0.96, "RV_1H"), ("delev", 0.95, "OI_CHG_4H"))
    families = tuple(FamilyView(name, pct, member, State.LIVE) for name, pct, member in pcts)
    return CompositeView(
        coin="BTC",
        score=83.0,
        level=Level.WARNING,
        status="live",
        families=(*families, FamilyView("liquidity", None), FamilyView("level", 0.97, "LEVEL_7D", State.LIVE)),
        reasons=(
            ReasonView("LIQ_INT_1H", "BTC", 0.0041, "fraction of OI", 0.992, Level.WARNING, floor=True),
            ReasonView("VENUE_SEQ", "BTC", 3.0, "count", 0.985, Level.WARNING),
            ReasonView("LEVEL_24H", "BTC", 0.0045, "fraction", 0.97, Level.WARNING),
        ),
        since_ms=NOW_MS - 760_000,
        peak=91.0,
        leaves_below=82.0,
        spark=spark(27, 83, 9),
    )


def storm_readings() -> dict[str, Reading]:
    """Return the readings of the whole table that the first screen shows."""
    return desk.storm_readings() | {
        "LIQ_ACC": live(12.5, level=Level.WARNING, age_ms=12_000),
        "HAWKES_N": live(0.58, percentile=0.94),
        "VENUE_SEQ": msgspec.structs.replace(live(3.0, level=Level.WARNING), reason="Binance → Bybit → OKX in 149 s"),
        "OI_PEAK": live(-0.19, age_ms=22_000),
        "FUND_7D": live(0.00004, percentile=0.74),
        "DEPTH_REL": live(0.46, level=Level.NOTABLE),
        "DEPTH_1PCT": live(38_200_000),
        "SLIP_100K": live(9.2),
        "RV_1H": live(1.18, level=Level.NOTABLE, percentile=0.986, age_ms=4_000),
        "JUMP": live(0.34),
        "LEVEL_7D": live(0.0045, level=Level.WARNING, age_ms=300),
        "OI_CHG_24H": live(-0.068),
    }


def untested(coin: str = "BTC", price: float = 81_480.0) -> UntestedView:
    """Return clusters above and below the price."""
    rng = np.random.default_rng(4)
    edges = price * np.exp(np.arange(-360, 361) * 5e-4)
    middles = (edges[1:] + edges[:-1]) / 2
    away = middles / price - 1
    below = 4e6 * np.exp(-(((away + 0.006) / 0.004) ** 2)) + 1.4e6 * np.exp(-(((away + 0.014) / 0.006) ** 2))
    above = 9e5 * np.exp(-(((away - 0.022) / 0.006) ** 2)) + 2e5
    noise = rng.gamma(3, 0.33, middles.size)
    return UntestedView(
        coin,
        edges,
        np.where(away < 0, below * noise, 0.0),
        np.where(away > 0, above * noise, 0.0),
        State.LIVE,
        added_usd=1.2e9,
        below_usd=410e6,
        k=(0.3, 1.1),
        multiplier=(1.3, 2.1),
        score=(14, 9, 2.4),
        version=3,
    )


def exposure() -> ExposureView:
    """Return an ETH long that fails the wick test, and idle coins."""
    eth = PositionView(
        "bybit", "ETH", "long", "38.00", 2_520.0, live(2_452.0), 2_163.0, "venue", 2_171.0,
        live(0.118, level=Level.WARNING, age_ms=2_000), 93_176.0, 11_800.0, False, 9.2, 7.9,
    )  # fmt: skip
    return ExposureView(
        positions=(eth,),
        holdings=(
            HoldingView("bybit", "BTC", "0.5915", 48_195.0, 48_195.0, 48_195.0),
            HoldingView("binance", "ETH", "4.2000", 10_298.0, 10_298.0, 10_298.0),
            HoldingView("binance", "SOL", "22.00", 2_384.0, 2_384.0, 2_384.0),
            HoldingView("okx", "BTC", "0.0749", 6_102.0, None, None, State.STALE, "14 s old"),
            HoldingView("hyperliquid", "USDC", "—", None, None, None, State.UNKNOWN, "feed down"),
        ),
        advice=(
            AdviceView(
                "bybit",
                "reduce",
                "First: cut the ETH long to 34.4 ETH or add $1.3K to survive the 10 % wick. Moving the idle BTC "
                "leaves the liquidation price where it is.",
                "equity(P × (1 − β·X)) > maintenance(P × (1 − β·X))",
                (("X", "10 %"), ("β ETH", "1.31"), ("equity", "$11.8K")),
                1_300.0,
            ),
        ),
        survives=False,
        nearest=eth,
    )


def context() -> tuple[ContextView, ...]:
    """Return the context strip: some live, one dated, one stale, one unknown."""
    return (
        ContextView("PEG_USDT", 0.9994, "USD", State.LIVE, NOW_MS - 20_000, "spot books"),
        ContextView("ETF_FLOW_BTC", -1.1e9, "USD", State.LIVE, NOW_MS - 30 * HOUR_MS, "person's key", dated=True),
        ContextView("GOLD", 4_871.0, "USD", State.LIVE, NOW_MS - 5_000, "Binance", "", False, Level.NOTABLE, -0.132),
        ContextView("SILVER", 101.0, "USD", State.LIVE, NOW_MS - 5_000, "Binance", change=-0.098),
        ContextView("VIX", 21.77, "index", State.STALE, NOW_MS - 40 * HOUR_MS, "cdn.cboe.com", dated=True),
        ContextView("FEAR_GREED", 20.0, "0-100", State.LIVE, NOW_MS - 9 * HOUR_MS, "api.alternative.me"),
        ContextView("BTC_FEE", None, "sat/vB", State.UNKNOWN, 0, "mempool.space", "no answer for 12 min"),
    )


def four_feeds() -> tuple[FeedView, ...]:
    """Return four venues: one live and sampled, one live, one stale, one down."""
    return (
        FeedView(
            "binance", "live", 300, NOW_MS - HOUR_MS, messages=512_000, latency_ms=96, completeness="sample",
            channels=(ChannelView("market", "live", 300), ChannelView("public", "live", 120)),
        ),
        FeedView("bybit", "live", 400, NOW_MS - HOUR_MS, messages=400_100, latency_ms=44, completeness="all",
            channels=(ChannelView("linear", "live", 400),)),
        FeedView("okx", "stale", 14_000, NOW_MS - 14_000, "no message for 14 s", 210_000, 2, 120, "sample",
            (ChannelView("public", "stale", 14_000, "no message for 14 s"),)),
        FeedView("hyperliquid", "down", 133_000, NOW_MS - 133_000, "Hyperliquid down for 2 min: connection refused",
            completeness="partial", channels=(ChannelView("ws", "down", 133_000, "connection refused"),)),
    )  # fmt: skip


def chart() -> ChartView:
    """Return the storm's chart with depth and slippage."""
    made = desk.chart_view()
    t = np.linspace(0, 1, made.bar_ms.size)
    rng = np.random.default_rng(2)
    depth = 80e6 - 42e6 * t**5 + rng.normal(0, 3e6, t.size)
    return msgspec.structs.replace(made, depth_usd=depth, slippage_bps=3 + 6 * t**6 + rng.gamma(2, 0.2, t.size),
                                   low_7d=81_118.0, low_24h=None)  # fmt: skip


def storm(**changes: object) -> DeskView:
    """Return the storm with everything that can be known."""
    view = desk.storm()
    btc = msgspec.structs.replace(view.coins[0], readings=storm_readings(), composite=storm_composite())
    filled = msgspec.structs.replace(
        view,
        feeds=four_feeds(),
        coins=(btc, *view.coins[1:]),
        chart=chart(),
        market={
            "BREADTH_F5_1H": msgspec.structs.replace(
                live(0.27, level=Level.WARNING, age_ms=38_000), reason="of 412 coins"
            ),
            "BREADTH_F3_1H": live(0.58, level=Level.NOTABLE, age_ms=38_000),
        },
        fuel=FuelView(62.0, State.LIVE, shift=2.0, parts=(("FUND_7D", 0.74),)),
        context=context(),
        untested=untested(),
        exposure=exposure(),
    )
    return msgspec.structs.replace(filled, **changes)


__all__ = ["stale", "storm", "unknown", "untested", "warming"]
