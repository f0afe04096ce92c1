"""The ports of the engine's past: where history is read, kept and filled from, and where choices are kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from desktop.domain.kept_values import DayValue, FloatArray, Origin, TradedMinutes, ValueHours
from desktop.domain.market import HourBar


class HistorySource(Protocol):
    """Hourly bars before now, to warm up percentiles."""

    async def hours(self, coin: str, since_ms: int) -> list[HourBar]:
        """Return the known bars since then, oldest first; missing hours are missing, not zero."""


class HistorySink(Protocol):
    """Keeps what the indicators need next time."""

    async def keep_hour(self, coin: str, bar: HourBar) -> None:
        """Store one finished hour; the same hour again replaces it."""

    async def keep_hours(self, coin: str, bars: Sequence[HourBar], origin: Origin) -> None:
        """Store hours of this origin, all or none; filled ones never take the place of own ones."""


class ValueSource(Protocol):
    """Values of indicators of the time before now, to warm up percentiles and what is usual."""

    async def all_days(self, coin: str, since_ms: int) -> dict[str, list[DayValue]]:
        """Return the finished days of every indicator of a coin since then, oldest first."""

    async def value_hours(self, coin: str, since_ms: int, until_ms: int, medians: tuple[str, ...] = ()) -> ValueHours:
        """Return the hours of all indicators of a coin from `since_ms` to before `until_ms`.

        What begins with one of `medians` comes as the median of each hour, all else as its last value.
        """


class ValueStore(ValueSource, Protocol):
    """Keeps every indicator of every coin by the minute, and sums them by the day.

    Raises SeawallError naming the file when it cannot read or write; unknown is never kept as zero.
    """

    async def keep_minutes(self, minute_ms: int, rows: Sequence[tuple[str, Mapping[str, float | None]]]) -> None:
        """Store one minute of all coins, all or none; the same minute again replaces it."""

    async def minutes(self, coin: str, indicator: str, since_ms: int, until_ms: int) -> FloatArray:
        """Return one value a minute from `since_ms` to before `until_ms` (full minutes), NaN where there is none."""

    async def days(self, coin: str, indicator: str, since_ms: int) -> list[DayValue]:
        """Return the finished days since then, oldest first; missing days are missing."""

    async def hour_of_week_medians(self, coin: str, indicator: str, since_ms: int) -> tuple[float | None, ...]:
        """Return the usual value of each hour of the week, Monday 00:00 UTC first; None where none is known."""

    async def fill_days(self, coin: str, indicator: str, days: Sequence[DayValue]) -> None:
        """Store back-filled days; days of which Seawall itself saw at least half stay as they are."""

    async def fill_hours(self, coin: str, hours: ValueHours) -> None:
        """Store back-filled hours where none is kept; an hour Seawall itself knows stays as it is."""

    async def tidy(self, now_ms: int) -> bool:
        """Do one small step of packing and dropping; return whether there is more to do."""


class PublicPast(Protocol):
    """What the venues tell of a coin's past. Raises NetworkTrouble if no venue answers.

    All spans are UTC ms, the end not included; only what has ended is told. Venues never tell forced closings.
    """

    def leave_out(self, venues: Collection[str]) -> None:
        """Ask these venues nothing from now on, all others again."""

    async def hours(self, coin: str, since_ms: int, until_ms: int) -> list[HourBar]:
        """Return the hours that opened within the span, oldest first; missing hours are missing."""

    async def minutes(self, coin: str, since_ms: int, until_ms: int) -> list[HourBar]:
        """Return the minutes within the span as bars of a minute: prices only."""

    async def days(self, coin: str, since_ms: int, until_ms: int) -> dict[str, list[DayValue]]:
        """Return the UTC days within the span by indicator."""

    async def traded(self, coin: str, since_ms: int, until_ms: int) -> TradedMinutes:
        """Return what was traded in each minute of the whole hours within the span, over all venues that tell it."""


class WatchList(Protocol):
    """Keeps what the person watches over a restart. Raises SeawallError when it cannot."""

    async def keep_coins(self, coins: tuple[str, ...]) -> None:
        """Keep the coins, in their order."""

    async def keep_venues_off(self, venues: tuple[str, ...]) -> None:
        """Keep which venues the person has closed."""

    async def keep_offline(self, offline: bool) -> None:
        """Keep whether the person has closed every connection."""
