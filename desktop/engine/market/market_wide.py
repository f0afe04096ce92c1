"""The market as a whole: breadth, pegs, funds, other assets, mood, and how well the venues are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import pairwise

import msgspec

from desktop.domain.kept_values import DayValue, ValueHours
from desktop.domain.market import ContextPoint, InsurancePool, Ticker, VenueNotice, WithdrawalStatus
from desktop.domain.number_text import number
from desktop.engine.indicators.context_board import ContextBoard
from desktop.engine.indicators.measured import Measure, aged, warming
from desktop.engine.indicators.own_past import OwnPast
from desktop.engine.indicators.peg_board import PegBoard
from desktop.engine.market.market_state import VenueFeed
from desktop.engine.market.venue_health import Complaint, VenueHealth
from desktop.risk.context import FLOW_DAYS, flow_sum
from desktop.risk.freshness import age_words
from desktop.risk.history import OwnHistory, robust_z
from desktop.risk.indicators.catalogue import CATALOGUE, MARKET_INDICATORS
from desktop.risk.live_breadth import WARM_MS, MarketBreadth
from desktop.risk.reading import Level, Reading, State, unknown
from desktop.risk.windows import DAY_MS, HOUR_MS, MINUTE_MS

_FUNDS = ("ETF_FLOW_BTC", "ETF_FLOW_ETH")
_ASSETS = {"gold": "GOLD", "silver": "SILVER", "equities": "EQUITIES"}
_ASSET_COINS = {
    **dict.fromkeys(("PAXG", "XAUT", "XAU", "GOLD"), "gold"),
    **dict.fromkeys(("XAG", "SILVER"), "silver"),
    **dict.fromkeys(("SPX500", "US500", "SP500"), "equities"),
}
# Proxies of one thing lie some tenths of a per cent apart: one of them is followed while it speaks.
_BY_PRICE = frozenset({"perp", "metal", "index"})
_PROXY_HOLDS_MS = 10 * MINUTE_MS
_RARE_Z = 3.0
_LEAST_MOVES = 90
_MOST_MOVE = 0.69


class MarketWide:
    """Everything that belongs to no single coin. Engine thread; O(1) a message."""

    def __init__(self, feeds: Mapping[str, VenueFeed]) -> None:
        self._feeds = feeds
        self.context = ContextBoard()
        self.pegs = PegBoard()
        self.breadth = MarketBreadth()
        self.health: dict[str, VenueHealth] = {}
        self.histories = {name: OwnHistory() for name in MARKET_INDICATORS}
        self.past = OwnPast("", MARKET_INDICATORS)
        self._assets: dict[str, tuple[float, int, tuple[str, str]]] = {}
        self._coins: frozenset[str] = frozenset()
        self._minute = -1
        self._sampled: dict[str, float | None] = {}
        self._kept: dict[str, tuple[int, Reading]] = {}
        self._measures: dict[str, Measure] = {
            "BREADTH_F3_1H": partial(self._breadth, five=False),
            "BREADTH_F5_1H": partial(self._breadth, five=True),
            "PEG": self._peg,
            "ETF_FLOW": self._flow,
            "XASSET": self._others,
            "FNG": lambda now_ms: self.context.reading("FEAR_GREED", now_ms),
            "VENUE_HEALTH": self._venues,
        }

    # --- messages ----------------------------------------------------------------------------------------------

    def take_ticker(self, ticker: Ticker, now_ms: int) -> None:
        """Take any contract's ticker, whether its coin is followed or not."""
        if ticker.part in _BY_PRICE:
            last = number(ticker.last)
            if last < math.inf:
                key, at_ms = (ticker.venue, ticker.symbol), min(ticker.at_ms, now_ms)
                if ticker.part == "perp":
                    self.breadth.take(key, ticker.coin, last, ticker.turnover_usd, at_ms)
                asset = _ASSET_COINS.get(ticker.coin)
                if asset is not None and last > 0:
                    self._take_asset(asset, last, at_ms, key)
        elif self.pegs.take_ticker(ticker, now_ms):
            self._kept.pop("PEG", None)

    def _take_asset(self, asset: str, last: float, at_ms: int, source: tuple[str, str]) -> None:
        known = self._assets.get(asset)
        if known is None or known[2] == source or at_ms - known[1] > _PROXY_HOLDS_MS:
            self._assets[asset] = (last, at_ms, source)

    def take_point(self, point: ContextPoint, now_ms: int) -> None:
        """Take a fact from outside the venues."""
        self.context.take(point)
        self.pegs.take_point(point, now_ms)
        self._kept.clear()

    def take_word(self, word: InsurancePool | VenueNotice | WithdrawalStatus) -> None:
        """Take what a venue says about itself."""
        health = self._health(word.venue)
        if isinstance(word, InsurancePool):
            health.take_pool(word)
        elif isinstance(word, WithdrawalStatus):
            health.take_way(word)
        else:
            health.notice = word
        self._kept.pop("VENUE_HEALTH", None)

    def _health(self, venue: str) -> VenueHealth:
        found = self.health.get(venue)
        if found is None:
            found = self.health[venue] = VenueHealth(self._feeds.get(venue) or VenueFeed(venue))
        return found

    def follow(self, coins: frozenset[str], apart: Mapping[str, float], now_ms: int) -> None:
        """Take the coins that are followed, and how far each venue's marks are from the others'; once a second."""
        self._coins = coins
        for venue in self._feeds:
            self._health(venue).apart(apart.get(venue), now_ms)

    # --- readings ----------------------------------------------------------------------------------------------

    def measured(self, name: str, now_ms: int) -> Reading:
        """Return an indicator without percentile and level; it holds for a second."""
        kept = self._kept.get(name)
        if kept is not None and 0 <= now_ms - kept[0] < 1_000:
            return kept[1]
        found = self._measures[name](now_ms)
        self._kept[name] = (now_ms, found)
        return found

    def reading(self, name: str, now_ms: int) -> Reading:
        """Return an indicator with percentile and level."""
        measured = self.measured(name, now_ms)
        value = measured.value
        if value is None or measured.state is not State.LIVE:
            return measured
        indicator = CATALOGUE[name]
        percentile, baseline = self.past.percentile(indicator, value, self.histories[name])
        level = Level.CALM if indicator.levels is None else indicator.levels.of(value, percentile)
        return msgspec.structs.replace(measured, percentile=percentile, level=level, baseline=baseline)

    def readings(self, now_ms: int) -> dict[str, Reading]:
        """Return all of them by id."""
        return {name: self.reading(name, now_ms) for name in MARKET_INDICATORS}

    def sample(self, now_ms: int) -> None:
        """Take one sample a minute, for whoever keeps them."""
        if now_ms // MINUTE_MS != self._minute:
            self._minute = now_ms // MINUTE_MS
            self._sampled = {name: self.measured(name, now_ms).value for name in MARKET_INDICATORS}

    def minute(self) -> dict[str, float | None]:
        """Return the last sample; empty before the first one."""
        return dict(self._sampled)

    def end_hour(self, now_ms: int) -> None:
        """Take the hour that has just ended into the past."""
        found = {name: self.measured(name, now_ms) for name in MARKET_INDICATORS}
        values = {name: r.value if r.state is State.LIVE else None for name, r in found.items()}
        self.past.end_hour(now_ms // HOUR_MS * HOUR_MS, values, self.histories)

    def warm_values(self, hours: ValueHours, days: Mapping[str, Sequence[DayValue]]) -> None:
        """Take stored hours and days into the past."""
        self.past.warm_hours(hours, self.histories)
        self.past.warm_days(days)

    def complaints(self, now_ms: int) -> list[Complaint]:
        """Return what is wrong with venues, the most serious first."""
        found = [c for health in self.health.values() for c in health.complaints(self._coins, now_ms)]
        return sorted(found, key=lambda complaint: -complaint.level)

    def hard_rule(self, now_ms: int) -> bool:
        """Return whether a rule holds that allows critical on its own: a venue in trouble or a peg broken."""
        return any(self.reading(name, now_ms).level is Level.CRITICAL for name in ("VENUE_HEALTH", "PEG"))

    def _breadth(self, now_ms: int, *, five: bool) -> Reading:
        found = self.breadth.at(now_ms)
        value = found.f5 if five else found.f3
        if not found.as_of_ms:
            return unknown("no tickers of all contracts are read")
        if value is None:
            if found.warm >= 1:
                return unknown("no contract with a turnover and an hour behind it", found.as_of_ms)
            return warming(f"needs {age_words(WARM_MS)}", found.warm, found.as_of_ms)
        reading = Reading(value, State.LIVE, found.as_of_ms, reason=f"{found.coins} coins")
        return aged(reading, now_ms, CATALOGUE["BREADTH_F5_1H"].period_ms, "tickers")

    def _peg(self, now_ms: int) -> Reading:
        found = self.pegs.worst(now_ms)
        if found is None:
            return unknown("no stablecoin's price is read")
        words = found.coin
        if found.peg.status == "venue_local":
            words = f"{found.coin}; on {found.peg.worst_venue} alone {found.peg.worst_bps:+.0f} bp"
        return Reading(found.peg.median_bps, State.LIVE, found.as_of_ms, reason=words, venues=found.sources)

    def _flow(self, now_ms: int) -> Reading:
        newest = [self.context.reading(name, now_ms) for name in _FUNDS]
        known = [reading for reading in newest if reading.value is not None]
        if not known:
            return newest[0]
        sums = [found for name in _FUNDS if (found := flow_sum(self.context.days(name))) is not None]
        if not sums:
            days = max(len(self.context.days(name)) for name in _FUNDS)
            return warming(f"{days} of {FLOW_DAYS} days", days / FLOW_DAYS, known[0].as_of_ms)
        return msgspec.structs.replace(known[0], value=math.fsum(found.value for found in sums))

    def _others(self, now_ms: int) -> Reading:
        rare: list[str] = []
        warm, newest_ms, judged = 0.0, 0, 0
        for asset, name in _ASSETS.items():
            moves, now, at_ms = self._moves(asset, name)
            warm, newest_ms = max(warm, len(moves) / _LEAST_MOVES), max(newest_ms, at_ms)
            if now is None or len(moves) < _LEAST_MOVES:
                continue
            judged += 1
            z = robust_z(moves, now)
            if z is not None and abs(z) > _RARE_Z:
                rare.append(f"{asset} {now:+.1%}")
        if not judged:
            return warming("needs 90 days", warm, newest_ms) if newest_ms else unknown("no other market is read")
        return Reading(float(len(rare)), State.LIVE, newest_ms, reason=", ".join(rare))

    def _moves(self, asset: str, name: str) -> tuple[list[float], float | None, int]:
        """Return the daily moves before the newest, the newest move, and its time."""
        told = [(day, value) for day, value in self.context.days(name) if value > 0]
        live = self._assets.get(asset)
        if live is not None:
            told = [(day, value) for day, value in told if day < live[1] // DAY_MS]
        moves = [math.log(later / sooner) for (_, sooner), (_, later) in pairwise(told)]
        if live is not None and told:
            # A proxy in another unit (an index against its fund) is no move: nothing doubles or halves in a day.
            now = math.log(live[0] / told[-1][1])
            return moves, (now if abs(now) < _MOST_MOVE else None), live[1]
        return moves[:-1], (moves[-1] if moves else None), told[-1][0] * DAY_MS if told else 0

    def _venues(self, now_ms: int) -> Reading:
        if not self._feeds:
            return unknown("no venue is followed")
        found = self.complaints(now_ms)
        shut = sum(1 for health in self.health.values() if health.shut_in(self._coins, now_ms))
        worst = max((int(complaint.level) for complaint in found), default=0)
        if shut >= 2:
            worst = int(Level.CRITICAL)
        words = "; ".join(complaint.words for complaint in found[:2])
        return Reading(float(worst), State.LIVE, now_ms, reason=words, venues=tuple(self._feeds))
