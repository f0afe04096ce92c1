"""A coin's indicators against their own past: hours and days, and a factory baseline until there are enough."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

from desktop.domain.kept_values import DayValue, ValueHours
from desktop.risk.history import HISTORY_HOURS, OwnHistory
from desktop.risk.hourly import HOURLY
from desktop.risk.indicators.catalogue import CATALOGUE
from desktop.risk.indicators.indicator import Indicator
from desktop.risk.windows import DAY_MS, HOUR_MS

FACTORY = "factory"
THIRTY_DAYS = "30 d of hours"
_YEAR = 365
# Hours of a long window overlap: a month of 7-day means has four that differ, and the newest is the highest every
# other week. Less than ten whole windows is no past.
_LEAST_HOURS, _LEAST_WINDOWS = 240, 10
_OF_THE_DAY = {"LIQ_MAX_1H": "most", "LIQ_MAX_24H": "most"}


class OwnPast:
    """The past of one coin's (or the market's) indicators. Hours are those of the coin's own histories.

    A percentile comes from days where the indicator is judged by days and enough of them are known, else from hours
    where those hold ten windows of it, else from the factory baseline where it holds for this coin. Engine thread.
    """

    def __init__(self, coin: str, names: Sequence[str]) -> None:
        self._coin = coin
        self._days = {name: OwnHistory(_YEAR) for name in names if CATALOGUE[name].history == "days"}
        self._day = -1
        self._ended: deque[int] = deque(maxlen=HISTORY_HOURS)
        self._most: dict[str, float] = {}

    def percentile(self, indicator: Indicator, value: float, hours: OwnHistory) -> tuple[float | None, str]:
        """Return the percentile (0..1) of a value and what it was taken from (empty: its own proper past)."""
        if indicator.history == "none":
            return None, ""
        days = self._days.get(indicator.id)
        if days is not None and (found := days.percentile(value, indicator.least)) is not None:
            return found, ""
        least = indicator.least
        if days is not None:
            least = max(_LEAST_HOURS, _LEAST_WINDOWS * indicator.window_ms // HOUR_MS)
        if (found := hours.percentile(value, least)) is not None:
            return found, "" if days is None else THIRTY_DAYS
        baseline = indicator.baseline
        if baseline is not None and baseline.coin in ("", self._coin):
            return baseline.share(value), FACTORY
        return None, ""

    def z(self, indicator: Indicator, value: float, hours: OwnHistory) -> float | None:
        """Return the robust z against the hours before, for what is judged by it; None while too few are known."""
        return hours.z(value, indicator.least) if indicator.normalise.startswith("robust z") else None

    def end_hour(self, end_ms: int, values: Mapping[str, float | None], hours: Mapping[str, OwnHistory]) -> None:
        """Take the values at the end of an hour; what hourly bars define is remembered with the bars themselves."""
        self._ended.append(end_ms)
        for name, value in values.items():
            if name not in HOURLY:
                hours[name].add(value)
            if value is not None and name in self._days:
                self._most[name] = max(value, self._most.get(name, value))
        if end_ms % DAY_MS < HOUR_MS and end_ms // DAY_MS != self._day:
            self._end_day(end_ms // DAY_MS, values)

    def _end_day(self, day: int, values: Mapping[str, float | None]) -> None:
        self._day = day
        for name, history in self._days.items():
            last = values.get(name)
            history.add(self._most.get(name) if name in _OF_THE_DAY else last)
        self._most.clear()

    def warm_hours(self, stored: ValueHours, hours: Mapping[str, OwnHistory]) -> None:
        """Take stored hours of what hourly bars do not define."""
        for name, values in stored.values.items():
            if name in hours and name not in HOURLY and not len(hours[name]):
                for value in values:
                    hours[name].add(None if value != value else float(value))

    def fill_hours(self, told: ValueHours, hours: Mapping[str, OwnHistory]) -> None:
        """Take hours of a past that others lived through or that is kept; hours of this run stay the newest.

        For each indicator they are all that is known of the time before this run.
        """
        lived = len(self._ended)
        before = len(next(iter(told.values.values()), ()))
        if lived:
            before = max(0, (self._ended[0] - told.first_ms) // HOUR_MS - 1)
        for name, values in told.values.items():
            if name in hours and name not in HOURLY:
                past = hours[name]
                past.begin_anew([*values[:before].tolist(), *past.newest(lived)])

    def warm_days(self, stored: Mapping[str, Sequence[DayValue]]) -> None:
        """Take stored days, oldest first."""
        for name, days in stored.items():
            if name in self._days and not len(self._days[name]):
                for day in days[-_YEAR:]:
                    self._days[name].add(day.most if name in _OF_THE_DAY else day.last)
