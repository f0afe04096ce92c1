"""The public past of the watched coins, asked of all venues behind everything that is live.

All requests share the hosts' budgets and go as back-fill: they wait while a live poll waits and never use more than
half of what a host allows. A venue that fails is left out and named; the others' past is used.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial

import msgspec

from desktop.domain.errors import NetworkTrouble, Unreadable
from desktop.domain.instrument import Instrument, InstrumentTable
from desktop.domain.kept_values import DayValue, TradedMinutes
from desktop.domain.market import HourBar
from desktop.engine.ports import Clock
from desktop.venues.binance.history import HISTORY as BINANCE
from desktop.venues.bybit.history import HISTORY as BYBIT
from desktop.venues.catalogue import VenueHosts, symbol_of
from desktop.venues.history_bars import VenuePast, day_values, interest_days, pieces
from desktop.venues.history_minutes import traded_minutes
from desktop.venues.history_rows import DAY_MS, HOUR_MS, MINUTE_MS, History, Row, VenueHistory
from desktop.venues.host_rules import VENUE_RULES
from desktop.venues.http import RestDoor
from desktop.venues.hyperliquid.history import HISTORY as HYPERLIQUID
from desktop.venues.okx.history import HISTORY as OKX
from desktop.venues.outbound import Outbound

_log = logging.getLogger(__name__)

_MOST_PAGES = 60
_NEARLY_ALL = 0.9
# The first and the last bar of a span may be missing without a reason to ask again.
_NEAR_ENOUGH_STEPS = 2
# The settlement that pays for a bar comes at most so long after it.
_SETTLES_MS = 8 * HOUR_MS


class AskedVenue(msgspec.Struct, frozen=True):
    """A venue that tells its past, the door to it, and how far back funding is asked for daily values."""

    door: RestDoor
    history: VenueHistory
    funding_days: int = 365


# A year of hourly settlements would cost Hyperliquid's whole budget for minutes; two months serve the percentiles.
_FUNDING_DAYS = {"hyperliquid": 60}
_HISTORIES = {"binance": BINANCE, "bybit": BYBIT, "okx": OKX, "hyperliquid": HYPERLIQUID}


def public_history(
    hosts: Mapping[str, VenueHosts], instruments: InstrumentTable, outbound: Outbound
) -> PublicHistory:
    """Return the past of all venues of `hosts` that have one, within the world's budgets."""
    asked = {}
    for venue, where in hosts.items():
        if venue in _HISTORIES and where.rest:
            door = RestDoor(where.rest, outbound.clock, rules=VENUE_RULES[venue], outbound=outbound)
            asked[venue] = AskedVenue(door, _HISTORIES[venue], _FUNDING_DAYS.get(venue, 365))
    return PublicHistory(asked, outbound.clock, instruments, partial(symbol_of, instruments=instruments))


class PublicHistory:
    """What the venues tell of a coin's past. Engine thread; fills the port of the same name.

    `symbol` gives a venue's symbol of a coin; `venues` in the order in which they may carry the price. `troubles` are
    the words of the last failure of each venue, empty where the last answer was good.
    """

    def __init__(
        self,
        venues: Mapping[str, AskedVenue],
        clock: Clock,
        instruments: InstrumentTable,
        symbol: Callable[[str, str], str],
    ) -> None:
        self._venues = venues
        self._clock = clock
        self._instruments = instruments
        self._symbol = symbol
        self.troubles: dict[str, str] = {}
        self._left_out: frozenset[str] = frozenset()

    def leave_out(self, venues: Collection[str]) -> None:
        """Ask these venues nothing from now on, all others again."""
        self._left_out = frozenset(venues)

    async def hours(self, coin: str, since_ms: int, until_ms: int) -> list[HourBar]:
        """Return the finished hours that opened within [since, until), oldest first; forced closings unknown.

        Raise NetworkTrouble if no venue answered.
        """
        return await self._bars(coin, HOUR_MS, since_ms, until_ms)

    async def minutes(self, coin: str, since_ms: int, until_ms: int) -> list[HourBar]:
        """Return the finished minutes within [since, until) as bars of a minute: prices only.

        Later venues are asked only for what the first ones left out.
        """
        since_ms, until_ms = self._whole(MINUTE_MS, since_ms, until_ms)
        pasts: dict[str, VenuePast] = {}
        missing = (since_ms, until_ms)
        for venue in self._asked_now():
            if missing[0] >= missing[1]:
                break
            past = await self._past(venue, coin, MINUTE_MS, *missing, prices_only=True)
            if past is not None:
                pasts[venue] = past
                missing = _hole(pasts.values(), since_ms, until_ms)
        return await self._joined(coin, pasts, MINUTE_MS, since_ms, until_ms) if since_ms < until_ms else []

    async def days(self, coin: str, since_ms: int, until_ms: int) -> dict[str, list[DayValue]]:
        """Return the finished UTC days within [since, until) by indicator: price, funding, open interest.

        Open interest also venue by venue (`OI_COINS.binance`), since venues remember differently long.
        """
        since_ms, until_ms = self._whole(DAY_MS, since_ms, until_ms)
        if since_ms >= until_ms:
            return {}
        pasts = await self._pasts(coin, DAY_MS, since_ms, until_ms)
        bars = await self._joined(coin, pasts, DAY_MS, since_ms, until_ms)
        return {**day_values(bars), **interest_days(pasts, since_ms, until_ms)}

    async def traded(self, coin: str, since_ms: int, until_ms: int) -> TradedMinutes:
        """Return what was traded in each minute of the whole hours within [since, until).

        The first venue that has nearly all of the minutes tells them; of the others hours are asked, for turnover.
        Raise NetworkTrouble if no venue answered.
        """
        since_ms, until_ms = self._whole(HOUR_MS, since_ms, until_ms)
        teller, minutes, answered = "", VenuePast(), False
        for venue in self._asked_now() if since_ms < until_ms else ():
            past = await self._past(venue, coin, MINUTE_MS, since_ms, until_ms, prices_only=True)
            answered = answered or past is not None
            if past is not None and len(past.prices) > len(minutes.prices):
                teller, minutes = venue, past
            if len(minutes.prices) * MINUTE_MS >= _NEARLY_ALL * (until_ms - since_ms):
                break
        if not answered and since_ms < until_ms:
            raise self._nobody(coin)
        asked = [venue for venue in self._asked_now() if teller and venue != teller]
        pasts = await asyncio.gather(
            *(self._past(venue, coin, HOUR_MS, since_ms, until_ms, prices_only=True) for venue in asked)
        )
        hours = {venue: past.prices for venue, past in zip(asked, pasts, strict=True) if past is not None}
        return traded_minutes(minutes.prices, hours, since_ms, until_ms)

    async def close(self) -> None:
        """Close the doors."""
        for asked in self._venues.values():
            await asked.door.close()

    def _whole(self, step_ms: int, since_ms: int, until_ms: int) -> tuple[int, int]:
        now_ms = self._clock.now_ms()
        return since_ms // step_ms * step_ms, min(until_ms, now_ms) // step_ms * step_ms

    def _asked_now(self) -> list[str]:
        return [venue for venue in self._venues if venue not in self._left_out]

    async def _bars(self, coin: str, step_ms: int, since_ms: int, until_ms: int) -> list[HourBar]:
        since_ms, until_ms = self._whole(step_ms, since_ms, until_ms)
        if since_ms >= until_ms:
            return []
        pasts = await self._pasts(coin, step_ms, since_ms, until_ms)
        return await self._joined(coin, pasts, step_ms, since_ms, until_ms)

    async def _pasts(self, coin: str, step_ms: int, since_ms: int, until_ms: int) -> dict[str, VenuePast]:
        names = self._asked_now()
        answers = await asyncio.gather(*(self._past(venue, coin, step_ms, since_ms, until_ms) for venue in names))
        return {venue: past for venue, past in zip(names, answers, strict=True) if past is not None}

    async def _joined(
        self, coin: str, pasts: Mapping[str, VenuePast], step_ms: int, since_ms: int, until_ms: int
    ) -> list[HourBar]:
        if not pasts:
            raise self._nobody(coin)
        found: list[HourBar] = []
        for piece in pieces(pasts, step_ms):
            found += [bar for bar in piece if since_ms <= bar.open_ms < until_ms]
            await asyncio.sleep(0)
        return found

    def _nobody(self, coin: str) -> NetworkTrouble:
        words = "; ".join(self.troubles[venue] for venue in self._asked_now()) or "no venue is asked"
        return NetworkTrouble(f"no venue told the past of {coin}: {words}", "It is asked again.")

    async def _past(
        self, venue: str, coin: str, step_ms: int, since_ms: int, until_ms: int, *, prices_only: bool = False
    ) -> VenuePast | None:
        asked = self._venues[venue]
        instrument = self._instruments.find(venue, self._symbol(venue, coin))
        series = _Series(asked.door, instrument, step_ms, self._clock.now_ms())
        try:
            prices = await series.rows(asked.history.prices, since_ms, until_ms)
            if prices_only or not prices:
                # A venue that has no price for a coin has no such contract: nothing else is asked of it.
                self.troubles[venue] = ""
                return VenuePast(float(instrument.multiplier), tuple(prices))
            told = asked.history.interest
            interest = [] if told is None else await series.rows(told, since_ms + step_ms, until_ms + step_ms)
            funding_ms = max(since_ms, until_ms - asked.funding_days * DAY_MS)
            settled = asked.history.funding
            funding = await series.rows(settled, funding_ms, until_ms + _SETTLES_MS, _SETTLES_MS)
        except (NetworkTrouble, Unreadable) as error:
            _log.info("past of %s on %s: %s", coin, venue, error.message)
            self.troubles[venue] = f"{venue}: {error.message}"
            return None
        self.troubles[venue] = ""
        return VenuePast(float(instrument.multiplier), tuple(prices), tuple(interest), tuple(funding))


def _hole(pasts: Iterable[VenuePast], since_ms: int, until_ms: int) -> tuple[int, int]:
    """Return the span from the first to the last minute of [since, until) without a price; empty where none is."""
    known = {row.at_ms for past in pasts for row in past.prices}
    missing = [at_ms for at_ms in range(since_ms, until_ms, MINUTE_MS) if at_ms not in known]
    return (missing[0], missing[-1] + MINUTE_MS) if missing else (until_ms, until_ms)


class _Series:
    """Reads the pages of one contract's histories, whichever way round a venue sends them."""

    def __init__(self, door: RestDoor, instrument: Instrument, step_ms: int, now_ms: int) -> None:
        self._door = door
        self._instrument = instrument
        self._step_ms = step_ms
        self._now_ms = now_ms

    async def rows(
        self, history: History[Row], since_ms: int, until_ms: int, spacing_ms: int | None = None
    ) -> list[Row]:
        """Return the rows within [since, until), each time once, oldest first; `spacing_ms` apart if not a step."""
        step_ms: int = spacing_ms or self._step_ms
        since_ms = max(since_ms, history.earliest_ms(self._step_ms, self._now_ms))
        until_ms = min(until_ms, self._now_ms + 1)
        found: dict[int, Row] = {}
        # Spans of one page each; what a venue leaves out of a page at one end is asked once more.
        page_ms = history.most_rows * step_ms
        spans = [(at, min(at + page_ms, until_ms)) for at in range(since_ms, until_ms, page_ms)]
        pages = 0
        while spans and pages < _MOST_PAGES:
            pages += 1
            span: tuple[int, int] = spans.pop(0)
            page = await self._page(history, *span)
            fresh: list[Row] = [row for row in page if span[0] <= row.at_ms < span[1] and row.at_ms not in found]
            found |= {row.at_ms: row for row in fresh}
            spans = _left([row.at_ms for row in fresh], step_ms, span) + spans
        return [found[at_ms] for at_ms in sorted(found)]

    async def _page(self, history: History[Row], begin_ms: int, end_ms: int) -> Sequence[Row]:
        question = history.question(self._instrument.symbol, self._step_ms, begin_ms, end_ms)
        return history.read(await self._door.ask(question, "backfill"), self._instrument)


def _left(times: Sequence[int], step_ms: int, span: tuple[int, int]) -> list[tuple[int, int]]:
    """Return the parts of a span that a page with rows left out at its ends."""
    if not times:
        return []
    left = []
    if min(times) - span[0] > _NEAR_ENOUGH_STEPS * step_ms:
        left.append((span[0], min(times)))
    if span[1] - max(times) > (_NEAR_ENOUGH_STEPS + 1) * step_ms:
        left.append((max(times) + 1, span[1]))
    return left
