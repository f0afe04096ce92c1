"""Desk views as the engine makes them, and a door that keeps what was handed in. Figures are invented."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np

from desktop.alerts.incidents import Factor, Incident
from desktop.engine.commands import Command
from desktop.engine.desk_view import ChartView, CoinView, DeskView, DeviceView, FeedView, World
from desktop.engine.door import News
from desktop.risk.liquidations import TOO_FEW
from desktop.risk.reading import Level, Reading, State, unknown

NOW_MS = 1_769_872_360_000  # 31 January 2026, 15:12:40 UTC
MINUTE_MS = 60_000


class FakeEngineDoor:
    """A door whose view the test sets; keeps commands, and tells news when asked to."""

    def __init__(self, view: DeskView | None = None) -> None:
        self.latest = view
        self.commands: list[Command] = []
        self.listeners: list[Callable[[News], None]] = []

    def view(self) -> DeskView | None:
        """Return the view set last."""
        return self.latest

    def submit(self, command: Command) -> None:
        """Keep the command."""
        self.commands.append(command)

    def listen(self, listener: Callable[[News], None]) -> None:
        """Keep the listener."""
        self.listeners.append(listener)

    def tell(self, news: News) -> None:
        """Tell every listener, on the calling thread."""
        for listener in self.listeners:
            listener(news)


def live(
    value: float,
    *,
    level: Level = Level.CALM,
    age_ms: int = 400,
    floor: bool = False,
    percentile: float | None = None,
    coverage: float | None = None,
) -> Reading:
    """Return a live reading."""
    return Reading(value, State.LIVE, NOW_MS - age_ms, floor, coverage, percentile, level)


def stale(value: float, age_ms: int, reason: str = "no message") -> Reading:
    """Return a stale reading of this age."""
    return Reading(value, State.STALE, NOW_MS - age_ms, reason=reason)


def warming(reason: str, warm: float) -> Reading:
    """Return a reading that still warms up."""
    return Reading(None, State.WARMING, NOW_MS, reason=reason, warm=warm)


def spark(first: float, last: float, seed: int, points: int = 30) -> tuple[float, ...]:
    """Return a wandering line from `first` to `last`."""
    rng = np.random.default_rng(seed)
    path = np.cumsum(rng.normal(0, 1, points))
    path -= np.linspace(path[0], path[-1], points)
    ramp = first + (last - first) * np.linspace(0, 1, points) ** 3
    return tuple(float(v) for v in ramp + path * abs(last - first) * 0.03)


def storm_readings() -> dict[str, Reading]:
    """Return BTC's readings in a storm: one stale, one warming, the rest live."""
    return {
        "LIQ_VOL_LONG_1H": live(35_312_204, level=Level.WARNING, floor=True, percentile=0.992, age_ms=300),
        "LIQ_VOL_SHORT_1H": live(2_504_000, floor=True, percentile=0.61, age_ms=300),
        "LIQ_VOL_LONG_24H": live(61_800_000, level=Level.NOTABLE, floor=True, percentile=0.97),
        "LIQ_VOL_SHORT_24H": live(27_400_000, floor=True, percentile=0.7),
        "LIQ_INT_1H": live(0.0041, level=Level.WARNING, floor=True, percentile=0.992, age_ms=300),
        "LIQ_INT_4H": live(0.0052, level=Level.NOTABLE, floor=True, percentile=0.97),
        "LIQ_INT_24H": live(0.0073, floor=True, percentile=0.91),
        "LIQ_IMB_1H": live(0.87, level=Level.WARNING, age_ms=300, percentile=0.97),
        "OI_CHG_1H": live(-0.018, level=Level.NOTABLE, age_ms=22_000, percentile=0.03),
        "OI_CHG_4H": live(-0.031, level=Level.NOTABLE, age_ms=22_000, percentile=0.04),
        "OI_CHG_24H": warming("5 h 30 min left", 0.77),
        "FUND_OIW": stale(0.000031, 155_000),
        "LEVEL_24H": live(0.0045, level=Level.NOTABLE, age_ms=300),
        "LOW_BREAK_24H": live(-0.0021, level=Level.WARNING, age_ms=300),
    }


def calm_readings() -> dict[str, Reading]:
    """Return BTC's readings on a calm morning soon after the start: some warm up, one is unknown."""
    return {
        "LIQ_VOL_LONG_1H": live(403_000, floor=True, percentile=0.41, age_ms=200),
        "LIQ_VOL_SHORT_1H": live(512_000, floor=True, percentile=0.45, age_ms=200),
        "LIQ_VOL_LONG_24H": live(14_200_000, floor=True),
        "LIQ_VOL_SHORT_24H": live(11_800_000, floor=True),
        "LIQ_INT_1H": live(0.00004, floor=True, percentile=0.41, age_ms=200),
        "LIQ_INT_4H": live(0.0002, floor=True),
        "LIQ_INT_24H": live(0.0016, floor=True),
        "LIQ_IMB_1H": unknown(TOO_FEW, NOW_MS - 200),
        "OI_CHG_1H": live(0.001, age_ms=18_000),
        "OI_CHG_4H": live(0.002, age_ms=18_000),
        "OI_CHG_24H": warming("5 h 30 min left", 0.77),
        "FUND_OIW": live(0.000046, age_ms=11_000, percentile=0.52),
        "LEVEL_24H": live(0.018, age_ms=200),
        "LOW_BREAK_24H": live(0.009, age_ms=200),
    }


def blind_readings() -> dict[str, Reading]:
    """Return readings of a coin none of whose sources answers."""
    return {name: unknown("feed down", NOW_MS - 600_000) for name in storm_readings()}


def coin_view(coin: str, price: float, change: float, readings: dict[str, Reading], seed: int) -> CoinView:
    """Return a coin of the watch list with spark lines for what it knows."""
    sparks = {
        name: spark(reading.value * 0.3, reading.value, seed + place)
        for place, (name, reading) in enumerate(readings.items())
        if reading.value is not None
    }
    return CoinView(
        coin, live(price, age_ms=300), live(change), readings, spark(price * (1 - change), price, seed), sparks
    )


def chart_view(
    *, storm: bool = True, gap: bool = False, bars: int = 96, interval_ms: int = 300_000, version: int = 1
) -> ChartView:
    """Return a chart: a fall with liquidations near the end, or a calm stretch; `gap` leaves a hole in the middle."""
    rng = np.random.default_rng(7)
    last_open = NOW_MS // interval_ms * interval_ms
    bar_ms = last_open - interval_ms * np.arange(bars - 1, -1, -1, dtype=np.float64)
    t = np.linspace(0, 1, bars)
    wave = np.sin(t * 9) * 180
    drift = 84_000 - 2_900 * np.clip((t - 0.35) / 0.65, 0, 1) ** 2.2 if storm else 89_300 + wave
    close = drift + rng.normal(0, 45 if storm else 60, bars)
    if storm:
        close[-3:] += np.array([120.0, 380.0, 340.0])
    opened = np.concatenate(([close[0] - 20], close[:-1]))
    high = np.maximum(opened, close) + rng.gamma(2, 22, bars)
    low = np.minimum(opened, close) - rng.gamma(2, 22, bars)
    surge = 7.4e6 * np.exp(-(((t - 0.955) / 0.03) ** 2)) if storm else np.zeros(bars)
    long_usd = surge + rng.gamma(1.2, 9e4 if storm else 1.5e4, bars)
    short_usd = rng.gamma(1.2, 7e4 if storm else 1.2e4, bars)
    covered = np.full(bars, 1.0)
    if storm:
        covered[-3:] = 0.71
    columns = [opened, high, low, close, long_usd, short_usd]
    if gap:
        hole = slice(bars // 4, bars // 2)
        covered[hole] = 0.0
        for column in columns[4:]:
            column[hole] = np.nan
    prints = _prints(rng, bar_ms, low, high, long_usd, interval_ms) if storm else _few_prints(bar_ms, low, high)
    funding = np.full(bars, np.nan) if gap else 0.00006 - 0.00003 * t**2
    return ChartView(
        "BTC",
        interval_ms,
        version,
        bar_ms,
        *columns[:4],
        long_usd,
        short_usd,
        covered,
        funding,
        8.7e9 - 3.3e8 * t**4 + rng.normal(0, 8e6, bars),
        *prints,
        low_24h=81_118.0 if storm else 88_060.0,
    )


def _prints(
    rng: np.random.Generator,
    bar_ms: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    usd: np.ndarray,
    interval_ms: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    which = np.sort(rng.choice(np.arange(len(bar_ms) // 2, len(bar_ms)), 46))
    long_side = rng.random(46) < 0.88
    at = bar_ms[which] + rng.random(46) * interval_ms
    at = np.minimum(at, NOW_MS)
    price = np.where(long_side, low[which], high[which])
    size = np.where(long_side, usd[which] * rng.uniform(0.2, 0.7, 46), 9e4)
    return at, price, size, long_side


def _few_prints(
    bar_ms: np.ndarray, low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    which = np.array([8, 14, 60, 81])
    long_side = np.array([False, True, True, False])
    return bar_ms[which], np.where(long_side, low[which], high[which]), np.array([3e5, 3.4e5, 1e5, 9e4]), long_side


def cascade(**changes: object) -> Incident:
    """Return the open cascade of the storm."""
    made = Incident(
        id="cascade-started:BTC:1",
        rule="cascade-started",
        coin="BTC",
        level=Level.WARNING,
        peak=Level.WARNING,
        opened_ms=NOW_MS - 12 * MINUTE_MS - 40_000,
        at_ms=NOW_MS - 2_000,
        factors=(
            Factor("LIQ_INT_1H", 0.0041, 0.0033, 0.44, "fraction of OI"),
            Factor("LIQ_IMB_1H", 0.87, 0.6, 0.30, "ratio"),
            Factor("LOW_BREAK_24H", -0.0021, 0.0, 0.26, "fraction"),
        ),
        coverage=0.71,
    )
    return msgspec.structs.replace(made, **changes)


def silent_feed() -> Incident:
    """Return the incident of a feed that fell silent."""
    return Incident(
        "feed-dead:bybit:1",
        "feed-dead",
        "",
        Level.NOTABLE,
        Level.NOTABLE,
        NOW_MS - 10 * MINUTE_MS,
        NOW_MS - 10 * MINUTE_MS,
        (),
        None,
        venue="bybit",
        note="nothing heard for 10 min",
    )


def storm(*, world: World = "practice", **changes: object) -> DeskView:
    """Return a storm: a cascade in BTC, one feed stale, one coin blind."""
    feeds = (
        FeedView("binance", "live", 300, NOW_MS - 3_600_000, messages=12_000),
        FeedView("bybit", "stale", 14_000, NOW_MS - 14_000, "no message for 14 s", messages=9_000),
    )
    eth = storm_readings() | {"LIQ_VOL_LONG_1H": live(41_200_000, level=Level.NOTABLE, floor=True)}
    coins = (
        coin_view("BTC", 81_480, -0.041, storm_readings(), 3),
        coin_view("ETH", 2_452, -0.063, eth, 20),
        CoinView("SOL", unknown("feed down", NOW_MS - 600_000), unknown("feed down"), blind_readings()),
    )
    old = cascade(
        id="old",
        level=Level.NOTABLE,
        peak=Level.WARNING,
        opened_ms=NOW_MS - 50 * 3_600_000,
        closed_ms=NOW_MS - 48 * 3_600_000,
        acknowledged_ms=NOW_MS - 49 * 3_600_000,
    )
    made = DeskView(
        version=10,
        now_ms=NOW_MS,
        world=world,
        level=Level.WARNING,
        feeds=feeds,
        coins=coins,
        incidents=(cascade(), silent_feed(), old),
        device=DeviceView("ready", "OneKey Classic 1S", "Practice", "73c5da0a", has_keys=True),
        chart=chart_view(),
        coverage=0.71,
        suspended_rules=("cascade-started on SOL",),
        label="" if world == "live" else "synthetic storm, play money",
    )
    return msgspec.structs.replace(made, **changes)


def calm(*, world: World = "live", **changes: object) -> DeskView:
    """Return a calm morning soon after the start: warming tiles, an unknown one, a stretch not recorded."""
    made = DeskView(
        version=3,
        now_ms=NOW_MS,
        world=world,
        level=Level.CALM,
        feeds=(
            FeedView("binance", "live", 200, NOW_MS - 3_600_000),
            FeedView("bybit", "live", 300, NOW_MS - 3_600_000),
        ),
        coins=(
            coin_view("BTC", 89_640, 0.004, calm_readings(), 5),
            coin_view("ETH", 2_952, 0.007, calm_readings(), 31),
            coin_view("SOL", 128.6, -0.002, calm_readings(), 52),
        ),
        incidents=(cascade(id="old", level=Level.NOTABLE, opened_ms=NOW_MS - 2 * 86_400_000,
                           closed_ms=NOW_MS - 86_400_000, acknowledged_ms=NOW_MS - 86_400_000),),
        device=DeviceView("absent"),
        chart=chart_view(storm=False, gap=True),
        coverage=0.88,
    )  # fmt: skip
    return msgspec.structs.replace(made, **changes)


def blind(**changes: object) -> DeskView:
    """Return a desk that hears no feed at all: nothing is known, nothing is calm."""
    coins = tuple(
        CoinView(coin, unknown("feed down"), unknown("feed down"), blind_readings()) for coin in ("BTC", "ETH", "SOL")
    )
    feeds = (
        FeedView("binance", "down", 600_000, NOW_MS - 600_000, "connection refused"),
        FeedView("bybit", "down", None, NOW_MS - 600_000, "never answered"),
    )
    made = calm(coins=coins, feeds=feeds, incidents=(silent_feed(),), chart=None, coverage=None)
    return msgspec.structs.replace(made, **changes)
