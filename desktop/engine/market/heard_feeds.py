"""How well the liquidation feeds were heard over a window: for all coins once, then for each coin by its weights."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from desktop.domain.market import HourBar
from desktop.engine.indicators.measured import sampled
from desktop.engine.market.coin_track import CoinTrack
from desktop.engine.market.market_state import VenueFeed, as_state
from desktop.risk.open_interest import weighted_share
from desktop.risk.reading import State
from desktop.risk.windows import HOUR_MS, SECOND_MS

_LATE_HOUR_MS = 2 * HOUR_MS
_PARTS = 600


class _FeedWindow(msgspec.Struct):
    at_ms: int
    state: State
    reason: str
    shares: dict[str, float]


class HeardFeeds:
    """The feeds over each window; an answer holds for a second, or until a feed changes."""

    def __init__(self, feeds: Mapping[str, VenueFeed]) -> None:
        self.feeds = feeds
        self._kept: dict[int, _FeedWindow] = {}
        self.turn = 0

    def forget(self) -> None:
        """Drop what was worked out for this second: a feed has changed."""
        self._kept.clear()
        self.turn += 1

    def over(self, window_ms: int, now_ms: int) -> _FeedWindow:
        """Return state, reason and the share (0..1) of the window that each venue was heard."""
        kept = self._kept.get(window_ms)
        if kept is not None and 0 <= now_ms - kept.at_ms < SECOND_MS:
            return kept
        feeds = self.feeds
        states = [as_state(feed.state(now_ms)) for feed in feeds.values()]
        troubles = [words for feed in feeds.values() if (words := feed.trouble(now_ms))]
        found = _FeedWindow(
            at_ms=now_ms,
            state=next((s for s in (State.LIVE, State.STALE) if s in states), State.UNKNOWN),
            reason=", ".join(troubles) or ("" if feeds else "no feed"),
            shares={venue: feed.heard.share(now_ms, window_ms) for venue, feed in feeds.items()},
        )
        self._kept[window_ms] = found
        return found


class Heard(msgspec.Struct):
    """How well a coin's liquidations were heard over one window; `interest_usd` is its open interest at the start."""

    at_ms: int
    turn: int
    state: State
    reason: str
    share: float
    coverage: float | None
    interest_usd: float | None
    venues: tuple[str, ...]
    sampled: tuple[str, ...]
    since_ms: int | None
    hold_ms: int = SECOND_MS


class CoinHeard:
    """`Heard` of one coin by window. State and reason are of this second; the rest holds for a 600th of the window,

    until a feed changes, and for a second only while it is not whole.
    """

    def __init__(self, track: CoinTrack, feeds: HeardFeeds) -> None:
        self._track = track
        self._feeds = feeds
        self._kept: dict[int, Heard] = {}

    def over(self, window_ms: int, now_ms: int) -> Heard:
        """Return how well the window that ends now was heard."""
        window = self._feeds.over(window_ms, now_ms)
        kept = self._kept.get(window_ms)
        if kept is not None and kept.turn == self._feeds.turn and 0 <= now_ms - kept.at_ms < kept.hold_ms:
            kept.state, kept.reason = window.state, window.reason
            return kept
        found = self._measured(window, window_ms, now_ms)
        self._kept[window_ms] = found
        return found

    def _measured(self, window: _FeedWindow, window_ms: int, now_ms: int) -> Heard:
        stored = self._track.stored.share(now_ms, window_ms)
        shares = {venue: min(1.0, share + stored) for venue, share in window.shares.items()}
        boards = self._track.boards
        listing = tuple(venue for venue in shares if boards.lists(venue))
        heard = tuple(venue for venue in listing if window.shares[venue] > 0)
        found = Heard(
            at_ms=now_ms,
            turn=self._feeds.turn,
            state=window.state,
            reason=window.reason,
            share=max(shares.values(), default=0.0),
            coverage=weighted_share(shares, boards.weights()),
            interest_usd=self._interest_at(now_ms - window_ms, heard or listing),
            venues=heard,
            sampled=sampled(heard),
            since_ms=self._since_ms(heard),
        )
        if found.interest_usd is not None and found.coverage is not None and found.share >= 1:
            found.hold_ms = max(SECOND_MS, window_ms // _PARTS)
        return found

    def latencies_ms(self) -> dict[str, float]:
        """Return by venue how late its messages come, where that is known."""
        late = {venue: feed.latency_ms for venue, feed in self._feeds.feeds.items()}
        return {venue: ms for venue, ms in late.items() if ms is not None}

    def _since_ms(self, venues: tuple[str, ...]) -> int | None:
        known = [since for venue in venues if (since := self._feeds.feeds[venue].heard.since_ms()) is not None]
        return max(known, default=None)

    def _interest_at(self, at_ms: int, venues: tuple[str, ...]) -> float | None:
        """Return the open interest at a window's start: as said then, as stored then, or the first known since."""
        book = self._track.boards.interest
        usd = book.usd_at(at_ms, venues)
        if usd is None:
            bar = self.stored_hour(at_ms)
            usd = None if bar is None else bar.oi_usd
        return book.usd_first_after(at_ms, venues) if usd is None else usd

    def stored_hour(self, at_ms: int) -> HourBar | None:
        """Return the stored hour that ended last before this time, unless it is too long ago."""
        for bar in reversed(self._track.hours):
            ended_ms = bar.open_ms + HOUR_MS
            if ended_ms <= at_ms:
                return bar if at_ms - ended_ms <= _LATE_HOUR_MS else None
        return None
