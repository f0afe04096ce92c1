"""Forced closings of the past as CoinGlass tells them to a person's own key: venues tell none.

Form: CoinGlass v4, aggregated liquidation history, late 2026. Its hours need a plan that gives them; a smaller one
answers with a code, is not asked again in this run, and the hours stay without.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import Final

import msgspec

from desktop.domain.errors import NetworkTrouble
from desktop.domain.kept_values import DayValue, TradedMinutes
from desktop.domain.market import HourBar
from desktop.engine.past.history_ports import PublicPast
from desktop.venues.context.sources import KEYED
from desktop.venues.errors import SaysNo
from desktop.venues.http import Question, RestDoor
from desktop.venues.outbound import Outbound

_log = logging.getLogger(__name__)

PATH: Final = "/api/futures/liquidation/aggregated-history"
_EXCHANGES = "Binance,OKX,Bybit"
_HOUR_MS = 3_600_000
_MOST_ROWS = 1000
_LARGEST_USD = 1e12


class _Row(msgspec.Struct, frozen=True):
    time: int
    long_usd: float | str = msgspec.field(name="aggregated_long_liquidation_usd")
    short_usd: float | str = msgspec.field(name="aggregated_short_liquidation_usd")


class _Rows(msgspec.Struct, frozen=True):
    data: list[_Row]


_rows = msgspec.json.Decoder(_Rows)


def coinglass_door(key: str, outbound: Outbound) -> RestDoor:
    """Return a door to CoinGlass with this key, within the budget that its flows share."""
    source = KEYED["coinglass"]
    headers = {source.key_header: key}
    return RestDoor(source.base_url, outbound.clock, rules=source.rules, outbound=outbound, headers=headers)


class WithForcedClosings:
    """A public past (`engine.history_ports.PublicPast`) whose hours also know the forced closings. Engine thread.

    An hour of which CoinGlass says nothing, or zero for both sides, stays unknown. `trouble` says why it tells none.
    """

    def __init__(self, past: PublicPast, door: RestDoor) -> None:
        self._past = past
        self._door = door
        self._refused = False
        self.trouble = ""

    def leave_out(self, venues: Collection[str]) -> None:
        """Ask these venues nothing from now on, all others again."""
        self._past.leave_out(venues)

    async def hours(self, coin: str, since_ms: int, until_ms: int) -> list[HourBar]:
        """Return the hours, oldest first, with forced closings in USD by side where they are told."""
        bars = await self._past.hours(coin, since_ms, until_ms)
        if not bars or self._refused:
            return bars
        told = await self._told(coin, bars[0].open_ms, bars[-1].open_ms + _HOUR_MS)
        return [
            msgspec.structs.replace(bar, long_usd=told[bar.open_ms][0], short_usd=told[bar.open_ms][1])
            if bar.open_ms in told and bar.long_usd is None
            else bar
            for bar in bars
        ]

    async def minutes(self, coin: str, since_ms: int, until_ms: int) -> list[HourBar]:
        """Return the minutes as the venues tell them."""
        return await self._past.minutes(coin, since_ms, until_ms)

    async def days(self, coin: str, since_ms: int, until_ms: int) -> dict[str, list[DayValue]]:
        """Return the days as the venues tell them."""
        return await self._past.days(coin, since_ms, until_ms)

    async def traded(self, coin: str, since_ms: int, until_ms: int) -> TradedMinutes:
        """Return the traded minutes as the venues tell them."""
        return await self._past.traded(coin, since_ms, until_ms)

    async def close(self) -> None:
        """Close the door to CoinGlass; the past itself is the caller's."""
        await self._door.close()

    async def _told(self, coin: str, since_ms: int, until_ms: int) -> dict[int, tuple[float, float]]:
        found: dict[int, tuple[float, float]] = {}
        try:
            for start_ms in range(since_ms, until_ms, _MOST_ROWS * _HOUR_MS):
                end_ms = min(start_ms + _MOST_ROWS * _HOUR_MS, until_ms)
                found |= read_hours(await self._door.ask(_question(coin, start_ms, end_ms), "backfill"))
            self.trouble = ""
        except NetworkTrouble as trouble:
            self._refused = isinstance(trouble, SaysNo)
            self._say(coin, trouble.message)
        except (msgspec.MsgspecError, ValueError) as error:
            self._say(coin, f"its answer is not as documented: {error}")
        return found

    def _say(self, coin: str, words: str) -> None:
        self.trouble = words
        _log.info("CoinGlass tells no forced closings of %s: %s", coin, words)


def read_hours(body: bytes) -> dict[int, tuple[float, float]]:
    """Return (long, short) in USD by the hour's open. Raise a decoding error or ValueError for another form."""
    found = {}
    for row in _rows.decode(body).data:
        long_usd, short_usd = float(row.long_usd), float(row.short_usd)
        if not (0 <= long_usd < _LARGEST_USD and 0 <= short_usd < _LARGEST_USD):
            raise ValueError(f"{row.time} has {long_usd:g} and {short_usd:g}, which cannot be")
        if row.time % _HOUR_MS == 0 and long_usd + short_usd > 0:
            found[row.time] = (long_usd, short_usd)
    return found


def _question(coin: str, since_ms: int, until_ms: int) -> Question:
    params = {
        "exchange_list": _EXCHANGES,
        "symbol": coin,
        "interval": "1h",
        "limit": str(_MOST_ROWS),
        "start_time": str(since_ms),
        "end_time": str(until_ms - 1),
    }
    return Question(PATH, tuple(params.items()))
