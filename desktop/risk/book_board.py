"""The books of one coin over venues: depth, spread and slippage now, and the depth against what is usual."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from desktop.risk.depth import (
    DISTANCES_BPS,
    Depth,
    Levels,
    Slippage,
    depth_profile,
    reach_bps,
    slippage_usd,
    spread_bps,
)
from desktop.risk.freshness import STREAM_STALE_MS
from desktop.risk.held_median import HeldMedian
from desktop.risk.resilience import Refill, Resilience
from desktop.risk.season import HourOfWeek, Usual
from desktop.risk.windows import MINUTE_MS

HOLD_MS = 3 * MINUTE_MS
NEAR_BPS = 25
WIDE_BPS = 100
SIZES_USD = (1e4, 1e5, 1e6, 1e7)


class VenueBook:
    """One venue's book of a coin as last sent, with its minute medians and its own hours of the week."""

    __slots__ = ("asks", "at_ms", "bids", "depth", "reach_bps", "resilience", "season", "spread")

    def __init__(self) -> None:
        self.bids: Levels = ()
        self.asks: Levels = ()
        self.at_ms = 0
        self.depth: dict[int, Depth] = {}
        self.reach_bps = 0.0
        self.spread = HeldMedian(HOLD_MS, low_is_bad=False)
        self.resilience = Resilience()
        self.season = HourOfWeek()

    def take(self, bids: Levels, asks: Levels, at_ms: int) -> bool:
        """Take a book; return whether it is good. An older one is left aside, a crossed one ends what was known."""
        if at_ms < self.at_ms:
            return False
        spread = spread_bps(bids, asks)
        profile = depth_profile(bids, asks, DISTANCES_BPS)
        if spread is None or profile is None:
            self.lose()
            return False
        self.bids, self.asks, self.at_ms, self.depth = bids, asks, at_ms, profile
        self.reach_bps = reach_bps(bids, asks)
        self.spread.add(at_ms, spread)
        self.resilience.add(at_ms, profile[NEAR_BPS].bid_usd)
        self.season.sample(at_ms, profile[WIDE_BPS].bid_usd)
        return True

    def lose(self) -> None:
        """Forget the book: after a gap nothing is known until the next good one."""
        self.bids, self.asks, self.depth = (), (), {}
        self.spread.reset()
        self.resilience.reset()


class RelativeDepth(msgspec.Struct, frozen=True):
    """Bid depth within 1 % against the usual one of the same venues: median of a minute, and what has held 3 min.

    `usd` is the depth itself, a floor where a book is seen less far than 1 %. `venues` are in it; `warm` and `of` say
    what the usual one rests on.
    """

    ratio: float | None
    held: float | None
    usd: float | None
    floor: bool
    venues: tuple[str, ...]
    usual: Usual


class BookBoard:
    """All books of one coin. A book counts for 10 s; the ratio compares only venues whose usual depth is known.

    Window: median of 1 minute, hold 3 minutes. Warm-up as in `HourOfWeek`.
    """

    __slots__ = ("_ratio", "venues")

    def __init__(self) -> None:
        self.venues: dict[str, VenueBook] = {}
        self._ratio = HeldMedian(HOLD_MS, low_is_bad=True)

    def take(self, venue: str, bids: Levels, asks: Levels, at_ms: int) -> None:
        """Take a venue's book (best first, price times size in USD). The cost is that of its levels within 2 %."""
        book = self.book(venue)
        if not book.take(bids, asks, at_ms):
            return
        ratio = self._ratio_now(at_ms)
        if ratio is not None:
            self._ratio.add(at_ms, ratio)

    def book(self, venue: str) -> VenueBook:
        """Return the venue's book, an empty one at first."""
        found = self.venues.get(venue)
        if found is None:
            found = self.venues[venue] = VenueBook()
        return found

    def lose(self, venue: str) -> None:
        """Note a gap in a venue's book."""
        if venue in self.venues:
            self.venues[venue].lose()

    def live(self, now_ms: int) -> list[str]:
        """Return the venues whose book is known and at most 10 s old."""
        return [v for v, book in self.venues.items() if book.depth and now_ms - book.at_ms <= STREAM_STALE_MS]

    def _ratio_now(self, now_ms: int) -> float | None:
        known = usual = 0.0
        for venue in self.live(now_ms):
            book = self.venues[venue]
            expected = book.season.usual(now_ms).value
            if expected is not None:
                known, usual = known + book.depth[WIDE_BPS].bid_usd, usual + expected
        return known / usual if usual > 0 else None

    def depth(self, bps: int, now_ms: int, among: Collection[str] | None = None) -> Depth | None:
        """Return what rests within this distance (one of DISTANCES_BPS), summed over live venues, or None.

        With `among` only these venues are summed.
        """
        chosen = self.live(now_ms) if among is None else [v for v in self.live(now_ms) if v in among]
        live = [self.venues[venue].depth[bps] for venue in chosen]
        if not live:
            return None
        return Depth(sum(d.bid_usd for d in live), sum(d.ask_usd for d in live))

    def relative(self, now_ms: int) -> RelativeDepth:
        """Return the depth against the usual one, as far as both are known."""
        live = self.live(now_ms)
        whole = self.depth(WIDE_BPS, now_ms)
        usuals = [self.venues[venue].season.usual(now_ms) for venue in live]
        return RelativeDepth(
            ratio=self._ratio.median(now_ms) if live else None,
            held=self._ratio.held(now_ms) if live else None,
            usd=None if whole is None else whole.bid_usd,
            floor=any(self.venues[venue].reach_bps < WIDE_BPS for venue in live),
            venues=tuple(live),
            usual=_least_warm(usuals),
        )

    def swept_ms(self, now_ms: int) -> int | None:
        """Return for how long a live book has been under half of what it was within 25 bp; None if none is."""
        down = [ms for v in self.live(now_ms) if (ms := self.venues[v].resilience.fallen_ms(now_ms)) is not None]
        return max(down, default=None)

    def last_refill(self, now_ms: int) -> Refill | None:
        """Return the newest sweep of a live book that is over, or None."""
        over = [last for v in self.live(now_ms) if (last := self.venues[v].resilience.last) is not None]
        return max(over, key=lambda refill: refill.fell_ms, default=None)

    def spread(self, now_ms: int) -> float | None:
        """Return the narrowest venue's spread in basis points, each the median of a minute; None without a book."""
        spreads = [s for v in self.live(now_ms) if (s := self.venues[v].spread.median(now_ms)) is not None]
        return min(spreads, default=None)

    def deepest(self, now_ms: int) -> str | None:
        """Return the live venue with the most bids within 1 %, or None."""
        live = self.live(now_ms)
        return max(live, key=lambda venue: self.venues[venue].depth[WIDE_BPS].bid_usd, default=None)

    def sell(self, venue: str, usd: float, now_ms: int) -> Slippage | None:
        """Return what a market sale of this size would meet on a venue now; None without a live book."""
        if venue not in self.live(now_ms):
            return None
        book = self.venues[venue]
        return slippage_usd(book.bids, book.asks, "sell", usd)


def _least_warm(usuals: Collection[Usual]) -> Usual:
    """Return what the comparison rests on at worst; while nothing is known, what will be known first."""
    known = [usual for usual in usuals if usual.value is not None]
    nothing = Usual(None, "nothing", 0.0)
    if known:
        return min(known, key=lambda usual: usual.warm)
    return max(usuals, key=lambda usual: usual.day_hours, default=nothing)
