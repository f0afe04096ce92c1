"""Venues in sequence: one after the other, each passing its own limit of forced selling."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise

import msgspec

from desktop.risk.history import OwnHistory
from desktop.risk.windows import HOUR_MS, MINUTE_MS, SECOND_MS, SlidingSum

SEQUENCE_MS = 15 * MINUTE_MS


class Sequence(msgspec.Struct, frozen=True):
    """Venues in the order of their first crossing within the window; `span_ms` from the first to the last."""

    venues: tuple[str, ...]
    span_ms: int | None


def in_sequence(crossed_ms: Mapping[str, int], window_ms: int = SEQUENCE_MS) -> Sequence:
    """Return the venues that crossed within the window after the first one (its end included)."""
    if not crossed_ms:
        return Sequence((), None)
    first_ms = min(crossed_ms.values())
    inside = sorted((at, venue) for venue, at in crossed_ms.items() if at - first_ms <= window_ms)
    return Sequence(tuple(venue for _, venue in inside), inside[-1][0] - first_ms)


CROSS_WINDOW_MS = 5 * MINUTE_MS
OWN_SHARE = 0.99
# Until 240 hours of a venue are known: what is notable for a whole hour (quantile 95 %, BTC) within five minutes.
FACTORY_SHARE = 0.00085
# A venue that is silent in 99 of 100 hours has a quantile of nothing: so much there must be at least.
LEAST_SHARE_OF_INTEREST = 0.0001
LEAST_USD = 1e5
_CLEAR_OF_LATENCY = 3


class LiveSequence(msgspec.Struct, frozen=True):
    """Venues that passed their own limits within 15 minutes of each other, in this episode.

    `ordered` tells whether the order can be believed: every gap is more than 3 times the latency. `factory` are
    venues judged by a borrowed limit, `unjudged` those that have none yet (neither history nor open interest).
    """

    venues: tuple[str, ...]
    span_ms: int | None
    ordered: bool
    factory: tuple[str, ...]
    unjudged: tuple[str, ...]


class _Venue:
    __slots__ = ("above", "history", "hour", "interest_usd", "limit_usd", "sum")

    def __init__(self) -> None:
        self.sum = SlidingSum(CROSS_WINDOW_MS)
        self.history = OwnHistory()
        self.hour = -1
        self.interest_usd: float | None = None
        self.above = False
        self.limit_usd = math.inf

    def limit(self) -> tuple[float | None, bool]:
        """Return the limit in force (None: none yet) and whether it is borrowed."""
        own = self.history.quantile(OWN_SHARE)
        interest = self.interest_usd
        if own is not None:
            return max(own, LEAST_USD if interest is None else LEAST_SHARE_OF_INTEREST * interest), False
        return (None if interest is None else FACTORY_SHARE * interest), True

    def renew(self) -> None:
        """Work the limit out anew: history or open interest have changed."""
        limit, _ = self.limit()
        self.limit_usd = math.inf if limit is None else limit


class VenueSequence:
    """VENUE_SEQ of one coin: per venue the longs closed in 5 minutes against its own 99 % quantile.

    The history is the 5-minute sum once an hour, over 30 days, warm at 240; before that a share of the venue's open
    interest stands in. An episode ends when no venue has been over its limit for 15 minutes. O(1) amortised a print.
    The sum's edges are exact to the second; a venue crosses at the time of the print itself.
    """

    def __init__(self) -> None:
        self._venues: dict[str, _Venue] = {}
        self._crossed_ms: dict[str, int] = {}
        self._last_above_ms = 0

    def _venue(self, venue: str) -> _Venue:
        found = self._venues.get(venue)
        if found is None:
            found = self._venues[venue] = _Venue()
        return found

    def interest(self, venue: str, usd: float) -> None:
        """Note a venue's open interest in this coin."""
        one = self._venue(venue)
        if usd != one.interest_usd:
            one.interest_usd = usd
            one.renew()

    def add(self, venue: str, usd: float, at_ms: int) -> None:
        """Add a long closed by force."""
        self.add_second(venue, -(-at_ms // SECOND_MS) * SECOND_MS, [(at_ms, usd)])

    def add_second(self, venue: str, end_ms: int, prints: list[tuple[int, float]]) -> None:
        """Add longs, as (time, USD), of the second that ends then, in the order received."""
        one = self._venue(venue)
        first_ms, usd = prints[0][0], sum([usd for _, usd in prints])
        before = one.sum.total(first_ms)
        if not one.above and before + usd <= one.limit_usd:
            one.sum.add(end_ms, usd)
            return
        if one.above and before > one.limit_usd:
            # It stays above: only when it was so first and last is asked for.
            one.sum.add(end_ms, usd)
            self._judge(venue, one, first_ms)
            self._judge(venue, one, max(prints)[0])
            return
        for at_ms, usd in prints:
            one.sum.add(end_ms, usd)
            self._judge(venue, one, at_ms)

    def sample(self, venue: str, now_ms: int) -> None:
        """Take the venue's 5-minute sum into its history, once an hour; call it only while its feed is heard."""
        one = self._venue(venue)
        if now_ms // HOUR_MS > one.hour:
            one.hour = now_ms // HOUR_MS
            one.history.add(one.sum.total(now_ms))
            one.renew()

    def _judge(self, venue: str, one: _Venue, now_ms: int) -> None:
        above = one.sum.total(now_ms) > one.limit_usd
        if above:
            if now_ms - self._last_above_ms > SEQUENCE_MS:
                self._crossed_ms.clear()
            self._last_above_ms = max(self._last_above_ms, now_ms)
            self._crossed_ms.setdefault(venue, now_ms)
        one.above = above

    def at(self, now_ms: int, latency_ms: Mapping[str, float] | None = None) -> LiveSequence:
        """Return the longest sequence of the episode; `latency_ms` by venue decides whether its order is shown."""
        for venue, one in self._venues.items():
            if one.above:
                self._judge(venue, one, now_ms)
        if now_ms - self._last_above_ms > SEQUENCE_MS:
            self._crossed_ms.clear()
        found = _longest(self._crossed_ms)
        limits = {venue: one.limit() for venue, one in self._venues.items()}
        return LiveSequence(
            venues=found.venues,
            span_ms=found.span_ms,
            ordered=self._is_ordered(found.venues, latency_ms),
            factory=tuple(v for v, (limit, borrowed) in limits.items() if borrowed and limit is not None),
            unjudged=tuple(v for v, (limit, _) in limits.items() if limit is None),
        )

    def _is_ordered(self, venues: tuple[str, ...], latency_ms: Mapping[str, float] | None) -> bool:
        if latency_ms is None or any(venue not in latency_ms for venue in venues):
            return False
        gaps = ((a, b, self._crossed_ms[b] - self._crossed_ms[a]) for a, b in pairwise(venues))
        return all(gap > _CLEAR_OF_LATENCY * max(latency_ms[a], latency_ms[b]) for a, b, gap in gaps)


def _longest(crossed_ms: Mapping[str, int]) -> Sequence:
    """Return the window of 15 minutes, begun by any crossing, that holds most venues; the earliest of equals."""
    best = Sequence((), None)
    for first_ms in sorted(crossed_ms.values()):
        found = in_sequence({venue: at for venue, at in crossed_ms.items() if at >= first_ms})
        if len(found.venues) > len(best.venues):
            best = found
    return best
