"""What counts as a cascade after the fact: moderate and severe events in hourly bars, and what was still to come."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Literal

import msgspec

from desktop.domain.market import HourBar
from desktop.risk.windows import HOUR_MS

EventKind = Literal["moderate", "severe"]
_WINDOW = 4
_ONSET_SHARE = 0.25
_REFRACTORY_H = 12
_LASTS_H = 24
_FLASH_SHARE = 0.6
_FLASH_MS = 15 * 60_000
_BOUNDS: dict[EventKind, tuple[float, float]] = {"moderate": (0.005, -0.02), "severe": (0.010, -0.03)}


class Event(msgspec.Struct, frozen=True):
    """One cascade: its first hour (`onset_ms`, that bar's open), its lowest price and what was closed by force.

    The fall is measured from the close before the onset to the lowest low within 24 h; liquidations are those from
    the onset until 24 h after it. `flash`: 60 % of the fall came within 15 minutes; None where hours cannot tell.
    """

    kind: EventKind
    onset_ms: int
    price_before: float
    low: float
    low_ms: int
    long_usd: float
    flash: bool | None = None


Lows = Sequence[tuple[int, float]]
"""(open in UTC ms, low) of bars finer than an hour, in order."""


def cascade_events(bars: Sequence[HourBar], kind: EventKind, lows: Lows = ()) -> tuple[Event, ...]:
    """Return the events of this kind, in order; with the `lows` of finer bars it is told which were flashes.

    Moderate: within 4 h longs of at least 0.5 % of the open interest before are closed by force and the low is 2 %
    or more under the close before; severe: 1.0 % and 3 %. The onset is the first hour with a quarter of the window's
    largest hour; the next window begins 12 h after it at the earliest. Windows with missing hours are no events.
    """
    share, fall = _BOUNDS[kind]
    found: list[Event] = []
    free_from_ms = 0
    for place in range(1, len(bars) - _WINDOW + 1):
        window = bars[place : place + _WINDOW]
        before = bars[place - 1]
        if window[0].open_ms < free_from_ms or window[-1].open_ms - before.open_ms != _WINDOW * HOUR_MS:
            continue
        longs = [bar.long_usd for bar in window]
        if not before.oi_usd or any(usd is None for usd in longs):
            continue
        known = [usd or 0.0 for usd in longs]
        low = min(bar.low for bar in window)
        if sum(known) < share * before.oi_usd or low / before.close - 1 > fall:
            continue
        onset = next(n for n, usd in enumerate(known) if usd >= _ONSET_SHARE * max(known))
        found.append(_event(kind, bars, place + onset, lows))
        free_from_ms = found[-1].onset_ms + _REFRACTORY_H * HOUR_MS
    return tuple(found)


def _event(kind: EventKind, bars: Sequence[HourBar], onset: int, lows: Lows) -> Event:
    until_ms = bars[onset].open_ms + _LASTS_H * HOUR_MS
    lasting = [bar for bar in bars[onset : onset + _LASTS_H] if bar.open_ms < until_ms]
    lowest = min(lasting, key=lambda bar: bar.low)
    price_before = bars[onset - 1].close
    during = lows[bisect_left(lows, (bars[onset].open_ms, 0.0)) : bisect_left(lows, (until_ms, 0.0))]
    return Event(
        kind=kind,
        onset_ms=bars[onset].open_ms,
        price_before=price_before,
        low=lowest.low,
        low_ms=lowest.open_ms,
        long_usd=sum(bar.long_usd or 0.0 for bar in lasting),
        flash=is_flash(during, price_before, lowest.low) if during else None,
    )


class Left(msgspec.Struct, frozen=True):
    """What of an event was still to come when an alarm was known: shares 0..1 and hours to the low's hour."""

    drop: float
    liquidations: float
    hours_to_low: float


def left_at(event: Event, alarm_ms: int, bars: Sequence[HourBar]) -> Left:
    """Return what was still to come of the event at an alarm known at this time (the close of a bar)."""
    until_ms = event.onset_ms + _LASTS_H * HOUR_MS
    closes = [bar.close for bar in bars if bar.open_ms + HOUR_MS <= alarm_ms]
    price = closes[-1] if closes and alarm_ms > event.onset_ms else event.price_before
    later = [bar for bar in bars if max(alarm_ms, event.onset_ms) <= bar.open_ms < until_ms]
    fall = event.price_before - event.low
    low_to_come = min((bar.low for bar in later), default=price)
    drop = (price - min(price, low_to_come)) / fall if fall > 0 else 0.0
    usd = sum(bar.long_usd or 0.0 for bar in later)
    return Left(
        drop=min(1.0, drop),
        liquidations=usd / event.long_usd if event.long_usd else 0.0,
        hours_to_low=max(0.0, (event.low_ms - alarm_ms) / HOUR_MS),
    )


def is_flash(lows: Lows, price_before: float, lowest: float) -> bool:
    """Return whether 60 % of the fall from `price_before` to `lowest` came within 15 minutes."""
    wanted = _FLASH_SHARE * (price_before - lowest)
    path = [(lows[0][0] - 1 if lows else 0, price_before), *lows]
    first = 0
    for place, (at_ms, low) in enumerate(path):
        while at_ms - path[first][0] > _FLASH_MS:
            first += 1
        if max(value for _, value in path[first : place + 1]) - low >= wanted > 0:
            return True
    return False
