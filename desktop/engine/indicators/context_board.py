"""Facts from outside the venues as they were told last, each with its date and its source."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from desktop.domain.context_names import CONTEXT_UNITS
from desktop.domain.market import ContextPoint
from desktop.engine.desk_view import ContextView
from desktop.risk.freshness import age_words
from desktop.risk.reading import Level, Reading, State, unknown
from desktop.risk.windows import DAY_MS, HOUR_MS, MINUTE_MS

_DATED = frozenset({"ETF_FLOW_BTC", "ETF_FLOW_ETH", "FEAR_GREED", "BTC_RESERVE", "SUPPLY_USDT", "SUPPLY_USDC"})
_MARKET_DAYS = frozenset({"VIX", "GVZ", "OVX", "GOLD", "SILVER", "EQUITIES", *_DATED})
# Funds and exchanges rest from Friday's close to Monday's figures; a daily file is stale after 36 h on weekdays.
_STALE_DAY_MS, _DEAD_DAY_MS = 4 * DAY_MS, 10 * DAY_MS
_STALE_MS, _DEAD_MS = 10 * MINUTE_MS, 1 * HOUR_MS
_KEEP_DAYS = 400


class ContextBoard:
    """The newest point of each name, and one value a day of its past. Engine thread; O(1) a point."""

    def __init__(self) -> None:
        self._points: dict[str, ContextPoint] = {}
        self._days: dict[str, deque[tuple[int, float]]] = {}
        self._channels: Mapping[str, frozenset[str]] = {}
        self._expected: frozenset[str] = frozenset()
        self._troubles: dict[str, str] = {}

    def expect(self, channels: Mapping[str, frozenset[str]]) -> None:
        """Show the facts of these channels from now on, also while nobody has told them."""
        self._channels = channels
        self._expected = frozenset[str]().union(*channels.values())

    def trouble(self, channel: str, reason: str) -> None:
        """Take it that a channel did not answer, or not in a form that can be read."""
        for name in self._channels.get(channel, ()):
            self._troubles[name] = reason

    def take(self, point: ContextPoint) -> bool:
        """Take a point; return False, and change nothing, if its name is not known or it is older than what is."""
        known = self._points.get(point.name)
        if point.name not in CONTEXT_UNITS or not abs(point.value) < 1e300:
            return False
        days = self._days.setdefault(point.name, deque(maxlen=_KEEP_DAYS))
        day = point.as_of_ms // DAY_MS
        if days and days[-1][0] == day:
            days[-1] = (day, point.value)
        elif not days or day > days[-1][0]:
            days.append((day, point.value))
        elif all(known_day != day for known_day, _ in days):
            self._days[point.name] = deque(sorted([*days, (day, point.value)]), maxlen=_KEEP_DAYS)
        if known is not None and point.as_of_ms < known.as_of_ms:
            return False
        self._points[point.name] = point
        self._troubles.pop(point.name, None)
        return True

    def days(self, name: str) -> list[tuple[int, float]]:
        """Return one value a UTC day (days since 1970), oldest first."""
        return list(self._days.get(name, ()))

    def reading(self, name: str, now_ms: int) -> Reading:
        """Return a fact as it stands: live, stale, or unknown where nobody told it or it is too old."""
        point = self._points.get(name)
        if point is None:
            return unknown("no source has told it")
        age_ms = now_ms - point.as_of_ms
        stale, dead = (_STALE_DAY_MS, _DEAD_DAY_MS) if name in _MARKET_DAYS else (_STALE_MS, _DEAD_MS)
        if age_ms > dead:
            return unknown(f"{age_words(age_ms)} old", point.as_of_ms)
        if age_ms > stale:
            return Reading(point.value, State.STALE, point.as_of_ms, reason=f"{age_words(age_ms)} old")
        return Reading(point.value, State.LIVE, point.as_of_ms)

    def views(self, now_ms: int) -> tuple[ContextView, ...]:
        """Return every fact that was ever told or is expected, in the order of their names' table.

        The reason says also what is wrong with its source while its last value is still good.
        """
        shown = self._expected | self._points.keys()
        return tuple(self._view(name, now_ms) for name in CONTEXT_UNITS if name in shown)

    def _view(self, name: str, now_ms: int) -> ContextView:
        point, reading, days = self._points.get(name), self.reading(name, now_ms), self.days(name)
        before = days[-2][1] if len(days) > 1 else None
        reasons = [words for words in (reading.reason, self._troubles.get(name, "")) if words]
        return ContextView(
            name=name,
            value=reading.value,
            unit=CONTEXT_UNITS[name],
            state=reading.state,
            as_of_ms=0 if point is None else point.as_of_ms,
            source="" if point is None else point.source,
            reason=": ".join(reasons),
            dated=name in _DATED,
            level=Level.CALM,
            change=point.value / before - 1 if point is not None and before and name not in _DATED else None,
        )
