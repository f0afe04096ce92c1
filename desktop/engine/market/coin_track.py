"""One coin as the venues' messages shape it: the running minute, forced closings, open interest, funding, lows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from desktop.domain.market import HourBar, Liquidation, Mark, OpenInterest
from desktop.domain.number_text import number
from desktop.engine.indicators.coin_boards import CoinBoards
from desktop.engine.market.chart_series import ChartSeries
from desktop.engine.market.market_state import ANY_HIGH, ANY_LOW, Tape, VenueFeed
from desktop.engine.market.minute_bars import NOT_RECORDED, Column, MinuteBars
from desktop.risk.book_board import WIDE_BPS
from desktop.risk.freshness import STREAM_STALE_MS
from desktop.risk.hourly import HourlyIndicators
from desktop.risk.price_level import PriceLevels
from desktop.risk.volatility import MinuteVolatility
from desktop.risk.windows import DAY_MS, HOUR_MS, MINUTE_MS, HeardTime

_NO_MINUTE = -1
_GRACE_MS = 5_000
KEEP_HOURS = 745
_SLICE = 10
_MINUTE_SLICE = 60
DRAWN_SIZE = "100K"


class CoinTrack:
    """Everything folded about one coin. Engine thread; `now_ms` must not go back.

    The price comes from the first venue, in the order of the feeds, that was heard within 10 s and has a price; its
    trades make the running minute, its marks only where it has had no trade for 10 s.
    """

    def __init__(self, coin: str, feeds: Mapping[str, VenueFeed]) -> None:
        self.coin = coin
        self._feeds = feeds
        self.tapes: dict[str, Tape] = {}
        self.source: Tape | None = None
        self.contracts: list[Tape] = []
        self.boards = CoinBoards(feeds)
        # Bound once: every mark comes by here.
        self._told = self.boards.told
        self.boards.orders.on_settled = self._take_orders
        self.levels = PriceLevels()
        self.hourly = HourlyIndicators()
        self.hours: list[HourBar] = []
        self.stored = HeardTime()
        self.minutes = MinuteBars()
        self.chart = ChartSeries(coin, self.minutes)
        self.chart.per_coin = self._per_coin
        self.fresh_hours: list[HourBar] = []
        self._minute = self._first_lived = _NO_MINUTE
        self._open = 0.0
        self._long = 0.0
        self._short = 0.0
        self._ahead: list[Liquidation] = []
        self._ended_hours: list[int] = []

    def add_venue(self, venue: str) -> None:
        """Expect this venue as well; its feed is among the feeds already."""
        self.boards.add_venue(venue)

    # --- price -------------------------------------------------------------------------------------------------

    def price(self, tape: Tape, price: float, at_ms: int, now_ms: int) -> bool:
        """Take a quoted price that the fast path could not; return whether it made a new low of its minute."""
        price *= tape.per_coin
        if not ANY_LOW <= price <= ANY_HIGH:
            return False
        if self.source is None:
            self._follow(tape, price)
        if tape is not self.source:
            tape.close, tape.at_ms = price, at_ms
            return False
        minute = min(at_ms, now_ms) // MINUTE_MS
        if minute < self._minute:
            return self._late_price(minute, price)
        if minute > self._minute:
            self.roll(minute)
        tape.close, tape.at_ms = price, at_ms
        if not self._open:
            self._open = tape.low = tape.high = price
            return True
        tape.high = max(tape.high, price)
        made_low = price < tape.low
        tape.low = min(tape.low, price)
        return made_low

    def _late_price(self, minute: int, price: float) -> bool:
        if not self.minutes.late_price(minute, price):
            return False
        self.levels.lower(minute * MINUTE_MS, price)
        return True

    def _follow(self, tape: Tape, price: float) -> None:
        """Let this tape carry the running minute from now on."""
        before = self.source
        self.source = tape
        if before is None or not self._open:
            self._open = tape.low = tape.high = price
        else:
            tape.low, tape.high = min(before.low, price), max(before.high, price)
        if before is not None:
            before.release()
        self._bound()

    def _bound(self) -> None:
        if self.source is not None and self._minute != _NO_MINUTE:
            self.source.bound(self._minute * MINUTE_MS, (self._minute + 1) * MINUTE_MS)

    def choose_source(self, now_ms: int) -> None:
        """Let the first venue that is heard and has a price carry the minute, if it is not the one that does."""
        for venue in self._feeds:
            tape = self.tapes.get(venue)
            if tape is not None and tape.close > 0 and now_ms - tape.heard_ms <= STREAM_STALE_MS:
                if tape is not self.source:
                    self._follow(tape, tape.close)
                return

    def running_low(self) -> float | None:
        """Return the low of the minute that has not ended, or None if it has no price."""
        return self.source.low if self.source is not None and self._open else None

    # --- other facts -------------------------------------------------------------------------------------------

    def _per_coin(self) -> dict[str, float]:
        return {venue: tape.per_coin for venue, tape in self.tapes.items() if tape.per_coin != 1.0}

    def _take_orders(self, orders: Sequence[Liquidation]) -> None:
        """Take forced closings into the chart and their minutes."""
        self.chart.add_prints(orders)
        self._sum_orders(orders)

    def _sum_orders(self, orders: Sequence[Liquidation]) -> None:
        begin_ms, end_ms = self._minute * MINUTE_MS, (self._minute + 1) * MINUTE_MS
        for one in [one for one in orders if one.at_ms < begin_ms]:
            self.minutes.late_print(one.at_ms // MINUTE_MS, one.side, one.usd or 0.0)
        running = [one for one in orders if begin_ms <= one.at_ms < end_ms]
        self._long += sum([one.usd or 0.0 for one in running if one.side == "long"])
        self._short += sum([one.usd or 0.0 for one in running if one.side == "short"])
        # The clock may be in a minute that no price and no tick has begun yet.
        self._ahead.extend([one for one in orders if one.at_ms >= end_ms])

    def mark(self, message: Mark, now_ms: int) -> bool:
        """Take mark price and funding; return whether the mark had to stand in for trades and made a new low."""
        venue = message.venue
        self._told[venue, message.symbol] = (now_ms, message)
        tape = self.tapes[venue]
        if now_ms - tape.at_ms <= STREAM_STALE_MS or message.mark is None:
            return False
        return self.price(tape, number(message.mark), message.at_ms, now_ms)

    def open_interest(self, message: OpenInterest, now_ms: int) -> None:
        """Take a venue's open interest."""
        last_trade = self.tapes[message.venue].close
        self.boards.told_interest[message.venue, message.symbol] = (now_ms, message, last_trade)

    # --- time --------------------------------------------------------------------------------------------------

    def roll(self, minute: int) -> None:
        """End the running minute and begin this one."""
        self.boards.orders.settle()
        if self._minute != _NO_MINUTE:
            self._end_minute()
        self._minute = minute
        self._open = self._long = self._short = 0.0
        if self._ahead:
            ahead, self._ahead = self._ahead, []
            self._sum_orders(ahead)
        if self.source is not None:
            self.source.low, self.source.high = ANY_HIGH, ANY_LOW
            self._bound()

    def advance(self, now_ms: int) -> None:
        """Let the clock end minutes in which nothing was said, and hours a few seconds after their end."""
        minute = now_ms // MINUTE_MS
        if minute > self._minute:
            self.roll(minute)
        while self._ended_hours and now_ms >= self._ended_hours[0] + HOUR_MS + _GRACE_MS:
            self._end_hour(self._ended_hours.pop(0))

    def running(self, now_ms: int) -> tuple[int, tuple[float, ...]]:
        """Return the minute that has not ended and its values so far in the order of `Column`."""
        so_far_ms = max(1, min(MINUTE_MS, now_ms - self._minute * MINUTE_MS))
        return self._minute, self._row(round(self.covered(now_ms, so_far_ms), 2), now_ms)

    def covered(self, now_ms: int, window_ms: int) -> float:
        """Return which share of the window the venues were heard, on average."""
        shares = [feed.heard.share(now_ms, window_ms) for feed in self._feeds.values()]
        return sum(shares) / len(shares) if shares else 0.0

    def _row(self, covered: float, now_ms: int) -> tuple[float, ...]:
        self.boards.orders.settle()
        source = self.source
        prices: tuple[float, ...] = (NOT_RECORDED,) * 4
        if source is not None and self._open:
            prices = (self._open, source.high, source.low, source.close)
        boards = self.boards
        usd, coins = boards.interest_now(now_ms)
        depth = boards.books.depth(WIDE_BPS, now_ms)
        bids = None if depth is None else depth.bid_usd
        rest = (boards.funding_now(now_ms), usd, coins, bids, boards.slips.bps(DRAWN_SIZE, now_ms))
        told = covered > 0 or self._long or self._short
        forced = (self._long, self._short) if told else (NOT_RECORDED, NOT_RECORDED)
        return (*prices, *forced, covered, *(NOT_RECORDED if value is None else value for value in rest))

    def _end_minute(self) -> None:
        minute, end_ms = self._minute, (self._minute + 1) * MINUTE_MS
        for feed in self._feeds.values():
            feed.collect()
        row = self._row(self.covered(end_ms, MINUTE_MS), end_ms)
        self.minutes.append(minute, row)
        if self._first_lived == _NO_MINUTE:
            self._first_lived = minute
        self._take_minute(minute * MINUTE_MS, row)
        hour_ms = minute * MINUTE_MS // HOUR_MS * HOUR_MS
        if not self._ended_hours or self._ended_hours[-1] != hour_ms:
            self._ended_hours.append(hour_ms)

    def _take_minute(self, open_ms: int, row: tuple[float, ...]) -> None:
        """Let a finished minute into what is measured by the minute; one without a price is a hole."""
        turnover = signed = 0.0
        for tape in self.contracts:
            turnover += (tape.bought + tape.sold) * tape.per_coin
            signed += (tape.bought - tape.sold) * tape.per_coin
            tape.bought = tape.sold = 0.0
        if not self._open:
            return
        high, low, close = row[Column.HIGH], row[Column.LOW], row[Column.CLOSE]
        self.levels.add(open_ms, low)
        self.boards.volatility.add(open_ms, high, low, close)
        if math.isfinite(turnover) and math.isfinite(signed):
            self.boards.impact.add(open_ms, close, turnover, signed)

    # --- hours -------------------------------------------------------------------------------------------------

    def warm(self, bars: Sequence[HourBar]) -> None:
        """Take stored hours into percentiles, sums and lows, at once; see `warming`."""
        for _ in self.warming(bars):
            pass

    def warming(self, bars: Sequence[HourBar]) -> Iterator[None]:
        """Take stored hours in small slices, a pause between each. Hours known and hours lived stay as they are."""
        known = {bar.open_ms for bar in self.hours} | set(self._ended_hours)
        fresh = [b for b in bars if b.open_ms not in known and _is_sound(b) and not self._lived(b.open_ms)]
        hours = sorted([*self.hours, *fresh], key=lambda bar: bar.open_ms)[-KEEP_HOURS:]
        past = self.hourly.anew()
        for place, bar in enumerate(hours):
            if place % _SLICE == 0:
                yield
            past.live_through(bar)
        # Hours may have ended while this went on.
        ended = [bar for bar in self.hours if not hours or bar.open_ms > hours[-1].open_ms]
        for bar in ended:
            past.live_through(bar)
        self.hours, self.hourly = [*hours, *ended][-KEEP_HOURS:], past
        newest_ms = self.hours[-1].open_ms if self.hours else 0
        for bar in fresh:
            self._warm_windows(bar, newest_ms)
        self.chart.set_hours(self.hours)

    def _lived(self, open_ms: int) -> bool:
        """Return whether minutes that were lived through make a whole hour of it; filled ones alone make none."""
        lived_ms = self._first_lived * MINUTE_MS
        reaches = open_ms + HOUR_MS > lived_ms > 0 and open_ms < self.minutes.next_minute * MINUTE_MS
        return reaches and self.minutes.hour(open_ms) is not None

    def refilling(self, minutes: Sequence[HourBar]) -> Iterator[None]:
        """Take prices of minutes that nobody heard, in small slices, a pause between each.

        Minutes with a price and the running one stay as they are. Volatility is measured anew from the day's minutes.
        """
        hours = {bar.open_ms for bar in self.hours}
        taken = self.minutes.fill([bar for bar in minutes if _is_sound(bar)], before=self._minute)
        for place, bar in enumerate(taken):
            if place % _MINUTE_SLICE == 0:
                yield
            if bar.open_ms // HOUR_MS * HOUR_MS not in hours:
                self.levels.add(bar.open_ms, bar.low)
        if taken:
            yield from self._measuring_volatility()

    def _measuring_volatility(self) -> Iterator[None]:
        fresh = MinuteVolatility()
        # The longest window, and the close before it. Minutes may end while this goes on.
        minute = max(self.minutes.first_minute, self.minutes.next_minute - DAY_MS // MINUTE_MS - 1)
        while minute < self.minutes.next_minute:
            if minute % _MINUTE_SLICE == 0:
                yield
            prices = self.minutes.prices(minute)
            # A minute in which no price was taken yet says nothing: its logarithm would end the engine.
            if prices is not None and min(prices) > 0:
                fresh.add(minute * MINUTE_MS, *prices)
            minute += 1
        self.boards.volatility = fresh

    def _warm_windows(self, bar: HourBar, newest_ms: int) -> None:
        self.levels.add(bar.open_ms, bar.low, HOUR_MS)
        if bar.long_usd is not None and bar.short_usd is not None:
            self.boards.orders.warm(bar, newest_ms)
            self.stored.cover(bar.open_ms, bar.open_ms + HOUR_MS)

    def _end_hour(self, open_ms: int) -> None:
        bar = self.minutes.hour(open_ms)
        if bar is None or (self.hours and self.hours[-1].open_ms >= open_ms):
            return
        if bar.oi_coins is not None:
            bar = msgspec.structs.replace(bar, oi_venues=tuple(self.boards.interest_venues(open_ms + HOUR_MS)))
        self.hourly.live_through(bar)
        self.hours = [*self.hours, bar][-KEEP_HOURS:]
        self.fresh_hours.append(bar)


def _is_sound(bar: HourBar) -> bool:
    return all(0 < value < ANY_HIGH for value in (bar.open, bar.high, bar.low, bar.close))
