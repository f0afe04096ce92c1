"""A made-up market on days when nothing happens: prices, books, open interest, funding and a few forced closings.

Nothing in it is a record. Volatility (40 % a year for BTC), the hours of the day, open interest, depth and daily
liquidations are set to what is published as usual; volatility comes in spells, sizes of forced closings are
heavy-tailed, and everything thin or wild at once is left to chance. A day of storm can be put at a time.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from desktop.domain.market import (
    Book,
    HourBar,
    LiquidatedSide,
    Liquidation,
    Mark,
    Message,
    OpenInterest,
    Ticker,
    Trade,
)

HOUR_S, DAY_S = 3_600, 86_400
HOUR_MS = 3_600_000
_BTC_VOLATILITY = 0.40
_REST_BPS = (0.5, 2, 5, 10, 17, 25, 37, 50, 65, 80, 100, 130)
_ALTS = 40
_PRINTS_A_DAY = 500
_TAIL = 1.4


class Coin(NamedTuple):
    """How one coin is: USD of price, open interest, bids within 1 % over all venues, and its move against BTC's."""

    name: str
    price: float
    interest_usd: float
    depth_usd: float
    beta: float
    own: float


COINS = (
    Coin("BTC", 80_000.0, 8.0e9, 200e6, 1.0, 0.0),
    Coin("ETH", 2_500.0, 5.0e9, 110e6, 1.25, 0.25),
    Coin("SOL", 120.0, 1.3e9, 36e6, 1.35, 0.45),
)
VENUES = ("binance", "bybit", "okx", "hyperliquid")
_SHARES = {2: (0.6, 0.4), 3: (0.5, 0.3, 0.2), 4: (0.4, 0.25, 0.2, 0.15)}


class Storm(NamedTuple):
    """A cascade from `start_s` on: foreshocks for an hour, then a fall of `fall` within `fall_s`."""

    start_s: float
    fall: float = 0.085
    fall_s: float = 3 * HOUR_S
    forced_share: float = 0.02

    def push(self, at_s: float) -> float:
        """Return the share of the whole fall that belongs to one second now."""
        age = at_s - self.start_s
        if age < 0:
            return 0.0
        if age < HOUR_S:
            return 0.15 / HOUR_S
        age -= HOUR_S
        # Three waves, the second one the worst.
        wave = math.sin(3 * math.pi * age / self.fall_s) ** 2 * (1 + math.sin(math.pi * age / self.fall_s))
        return 0.85 * 1.02 * wave / self.fall_s if age < self.fall_s else 0.0


class _Wander:
    """A value that wanders about zero: standard deviation `size`, forgetting half in `half_s`."""

    def __init__(self, rng: Random, size: float, half_s: float) -> None:
        self._rng, self._size, self._half_s = rng, size, half_s
        self.value = rng.gauss(0, size)

    def step(self, dt_s: float) -> float:
        keep = 0.5 ** (dt_s / self._half_s)
        self.value = self.value * keep + self._size * math.sqrt(1 - keep * keep) * self._rng.gauss(0, 1)
        return self.value


class CoinSea:
    """One coin as it stands."""

    def __init__(self, rng: Random, coin: Coin, venues: int) -> None:
        self.coin, self.rng = coin, rng
        self.price = self.low = self.high = coin.price
        self.move = 0.0
        self.depth_share = self.storm_share = 1.0
        self.shares = _SHARES[venues]
        self._breath = _Wander(rng, 0.01, DAY_S / 2)
        self._depth = _Wander(rng, 0.12, 1_200)
        self.premium = _Wander(rng, 1.2, 900)
        self.funding = _Wander(rng, 0.35e-4, 2 * DAY_S)
        self._lean = _Wander(rng, 1.0, 600)
        self.closed_share = 1.0
        self.prints: list[tuple[LiquidatedSide, float]] = []

    @property
    def interest_coins(self) -> float:
        """Open interest over all venues in coins."""
        return self.coin.interest_usd / self.coin.price * (1 + self._breath.value) * self.closed_share

    def step(self, dt_s: float, market_move: float, spread: float, push: float, daily: float, busy: float) -> None:
        """Move by `market_move` (log return of BTC); `daily` is the share of interest closed by force in a day."""
        own = self.coin.own * spread * self.rng.gauss(0, 1)
        self.move = self.coin.beta * market_move + own
        before, self.price = self.price, self.price * math.exp(self.move)
        reach = spread * self.coin.beta * 0.5
        self.high = max(before, self.price) * (1 + reach * abs(self.rng.gauss(0, 1)))
        self.low = min(before, self.price) * (1 - reach * abs(self.rng.gauss(0, 1)))
        for wander in (self._breath, self._depth, self.premium, self.funding):
            wander.step(dt_s)
        self._lean.step(dt_s)
        self._lean.value += 0.8 * self.move / (spread * self.coin.beta) * math.sqrt(dt_s / 600)
        self.depth_share = math.exp(self._depth.value) * busy**-0.4 * self.storm_share
        self.prints = list(self._forced(dt_s, daily * busy * busy, push))

    def _forced(self, dt_s: float, daily: float, push: float) -> Iterator[tuple[LiquidatedSide, float]]:
        usd = self.interest_coins * self.price
        mean = usd * daily / _PRINTS_A_DAY
        for _ in range(_poisson(self.rng, _PRINTS_A_DAY * dt_s / DAY_S)):
            size = min(400.0, self.rng.paretovariate(_TAIL)) * mean * (_TAIL - 1) / _TAIL
            yield ("long" if self.rng.random() < 1 / (1 + math.exp(1.2 * self._lean.value)) else "short"), size
        if push > 0:
            count = 1 + _poisson(self.rng, dt_s * 0.6)
            for _ in range(count):
                yield "long", self.rng.lognormvariate(-0.5, 1.0) * usd * push * dt_s / count


class Sea:
    """All coins, second by second. `daily` (0.0005 to 0.002) is the share of interest closed by force in a day."""

    def __init__(self, seed: int, venues: int = 3, depth: float = 1.0, storm: Storm | None = None) -> None:
        self.rng = Random(seed)
        self.venues = VENUES[:venues]
        self.coins = [CoinSea(self.rng, c._replace(depth_usd=c.depth_usd * depth), venues) for c in COINS]
        self.storm = storm
        self._spell = _Wander(self.rng, 0.35, DAY_S / 4)
        self._day_spell = 0.0
        self._daily = 0.001
        self._alts = [1.0 + self.rng.random() * 9 for _ in range(_ALTS)]
        self._day = -1
        self.busy = 1.0
        self._numbered = 0

    def step(self, at_s: float, dt_s: float) -> None:
        """Let `dt_s` seconds pass, up to `at_s` (UTC)."""
        if at_s // DAY_S != self._day:
            self._day = int(at_s // DAY_S)
            self._day_spell = self.rng.gauss(0, 0.25)
            self._daily = self.rng.uniform(0.0004, 0.0016)
        push = 0.0 if self.storm is None else self.storm.push(at_s)
        hour = at_s % DAY_S / HOUR_S
        season = 1 + 0.25 * math.sin((hour - 9.5) / 24 * 2 * math.pi)
        weekend = 0.75 if int(at_s // DAY_S + 3) % 7 >= 5 else 1.0
        self.busy = math.exp(self._spell.step(dt_s) + self._day_spell - 0.09) * season * weekend
        spread = _BTC_VOLATILITY * math.sqrt(dt_s / (365 * DAY_S)) * self.busy * (1 + 60 * dt_s * push) ** 0.5
        fat = 2.5 if self.rng.random() < 0.03 else 1.0
        fall = 0.0 if self.storm is None else -self.storm.fall * push * dt_s
        move = 0.9 * fat * spread * self.rng.gauss(0, 1) + fall
        for one in self.coins:
            self._storm(one, push, dt_s)
            forced = 0.0 if self.storm is None else self.storm.forced_share * push
            one.step(dt_s, move, spread, forced, self._daily, self.busy)
        self._alts = [p * math.exp(1.3 * move + 0.8 * spread * self.rng.gauss(0, 1)) for p in self._alts]

    def _storm(self, one: CoinSea, push: float, dt_s: float) -> None:
        if self.storm is None or not push:
            one.storm_share += (1 - one.storm_share) * min(1.0, dt_s / 1_800)
            return
        one.storm_share += (0.3 - one.storm_share) * min(1.0, dt_s / 600)
        one.closed_share *= 1 - 0.12 * push * dt_s
        one.premium.value = min(one.premium.value, -10.0 - 25.0 * self.rng.random())

    # --- as messages -----------------------------------------------------------------------------------------

    def messages(self, at_ms: int) -> Iterator[Message]:
        """Yield what the venues say of the last step: forced orders, trades, marks, books; more once a minute."""
        minute = at_ms % 60_000 == 0
        for one in self.coins:
            yield from self._forced(one, at_ms)
            for place, venue in enumerate(self.venues):
                yield from self._traded(one, venue, one.shares[place], at_ms)
                if minute:
                    coins = one.interest_coins * one.shares[place]
                    yield OpenInterest(venue, f"{one.coin.name}USDT", one.coin.name, f"{coins:.3f}", None, at_ms)
        if minute:
            yield from self._tickers(at_ms)

    def _forced(self, one: CoinSea, at_ms: int) -> Iterator[Message]:
        for side, usd in one.prints:
            self._numbered += 1
            venue = self.rng.choices(self.venues, one.shares)[0]
            price = one.low if side == "long" else one.high
            at = at_ms - 1 - self._numbered % 997
            size = f"{usd / price:.8f}"
            symbol = f"{one.coin.name}USDT"
            yield Liquidation(venue, symbol, one.coin.name, side, size, f"{price:.6f}", "fill", usd, at)

    def _traded(self, one: CoinSea, venue: str, share: float, at_ms: int) -> Iterator[Message]:
        name, symbol, price = one.coin.name, f"{one.coin.name}USDT", one.price
        turnover = one.coin.interest_usd * 1.2 * self.busy / DAY_S * 10 * share
        lean = 0.5 + 0.35 * math.tanh(one.move / 5e-4) + 0.08 * self.rng.gauss(0, 1)
        for level, side in ((one.low, "sell"), (one.high, "buy"), (price, "sell")):
            part = turnover * (lean if side == "buy" else (1 - lean) / 2) * self.rng.lognormvariate(-0.3, 0.7)
            yield Trade(venue, symbol, name, side, f"{part / level:.8f}", f"{level:.6f}", at_ms)  # type: ignore[arg-type]
        mark = f"{price * (1 + one.premium.value / 1e4):.6f}"
        rate = 0.7e-4 + one.funding.value + 0.05e-4 * self.rng.gauss(0, 1)
        yield Mark(venue, symbol, name, mark, f"{price:.6f}", rate, 8.0, None, at_ms)
        depth = one.coin.depth_usd * share * one.depth_share
        sides = [tuple(_rest(self.rng, price, depth, way, self.busy)) for way in (-1, 1)]
        best = [f"{side[0][0]:.6f}" for side in sides]
        yield Book(venue, symbol, name, best[0], best[1], sides[0], sides[1], at_ms)

    def _tickers(self, at_ms: int) -> Iterator[Message]:
        for number, price in enumerate(self._alts):
            yield Ticker(self.venues[0], f"C{number}USDT", f"C{number}", "perp", f"{price:.6f}", 5e7, at_ms)
        for one in self.coins:
            spot = one.coin.interest_usd * 0.5 * self.busy
            name = one.coin.name
            yield Ticker(self.venues[0], f"{name}USDT", name, "spot", f"{one.price:.6f}", spot, at_ms)


def _rest(rng: Random, price: float, depth_usd: float, way: int, busy: float) -> Iterator[tuple[float, float]]:
    """Yield levels of a side that holds `depth_usd` within 1 %, more of it far from the middle."""
    before, shift = 0.0, 0.3 * busy * rng.lognormvariate(0, 0.3)
    for bps in _REST_BPS:
        held = (bps / 100) ** 0.87
        level = price * (1 + way * (bps - 0.5 + shift) / 1e4)
        yield level, depth_usd * (held - before) * rng.lognormvariate(-0.02, 0.2) / level
        before = held


def _poisson(rng: Random, mean: float) -> int:
    count, left = 0, rng.expovariate(1.0)
    while left < mean:
        count, left = count + 1, left + rng.expovariate(1.0)
    return count


def hours_of(sea: Sea, start_s: int, hours: int) -> dict[str, list[HourBar]]:
    """Let the sea pass so many hours by the minute, and return them as bars of each coin."""
    bars: dict[str, list[HourBar]] = {one.coin.name: [] for one in sea.coins}
    for hour in range(hours):
        opens = [one.price for one in sea.coins]
        lows, highs = list(opens), list(opens)
        forced = [{"long": 0.0, "short": 0.0} for _ in sea.coins]
        for minute in range(60):
            sea.step(start_s + hour * HOUR_S + minute * 60 + 60, 60.0)
            for place, one in enumerate(sea.coins):
                lows[place], highs[place] = min(lows[place], one.low), max(highs[place], one.high)
                for side, usd in one.prints:
                    forced[place][side] += usd
        for place, one in enumerate(sea.coins):
            coins = one.interest_coins
            bars[one.coin.name].append(
                HourBar(
                    (start_s + hour * HOUR_S) * 1_000,
                    opens[place],
                    highs[place],
                    lows[place],
                    one.price,
                    forced[place]["long"],
                    forced[place]["short"],
                    0.7e-4 + one.funding.value,
                    coins * one.price,
                    coins,
                    sea.venues,
                )
            )
    return bars
