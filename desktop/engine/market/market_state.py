"""What the venues said last: one tape for each contract, one feed for each venue."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Literal

from desktop.domain.coverage import Completeness
from desktop.domain.instrument import instrument_by_rule
from desktop.domain.market import FeedStatus, Gap, Mark
from desktop.domain.raw_frame import is_beside
from desktop.domain.venue_names import venue_name
from desktop.engine.desk_view import ChannelView, FeedView
from desktop.risk.freshness import STREAM_DEAD_MS, STREAM_STALE_MS, age_words
from desktop.risk.indicators.indicator import Touch
from desktop.risk.reading import State
from desktop.risk.windows import MINUTE_MS, HeardTime

FeedState = Literal["live", "stale", "down", "connecting", "off"]
ANY_LOW = 5e-324
ANY_HIGH = 1e300
_LATENCY_WEIGHT = 0.1
_LATE_EVERY_MS = 500
_LATE_SAMPLES = 120
_LEAST_SAMPLES = 20
_SKEWED_MS = 5_000
_MUCH_LATE_MS = 30_000
_MOST_CHANNELS = 64


class Tape:
    """One contract on one venue. The price source's tape also carries the running minute.

    A trade within `from_ms`..`to_ms` and `low`..`high` changes nothing but the last price: that is the fast path.
    Other tapes have bounds that every sound trade lies within; NaN, infinity and zero lie within none. `bought` and
    `sold` by takers are sums of the running minute of coins times quoted price; `per_coin` makes them USD, since it
    turns a quoted price into one of a coin. `close`, `low` and `high` are per coin: a contract quoted per thousand
    coins never takes the fast path. `told` and `touched` are where
    the coin's newest marks go, and who hears of them.
    """

    __slots__ = (
        "at_ms",
        "bought",
        "close",
        "coin",
        "feed",
        "from_ms",
        "heard_ms",
        "high",
        "low",
        "messages",
        "per_coin",
        "sold",
        "symbol",
        "to_ms",
        "told",
        "touched",
        "venue",
    )

    def __init__(self, venue: str, symbol: str, coin: str = "", feed: VenueFeed | None = None) -> None:
        self.venue = venue
        self.symbol = symbol
        self.coin = coin
        self.feed = VenueFeed(venue) if feed is None else feed
        self.told: dict[tuple[str, str], tuple[int, Mark]] = {}
        self.touched: Callable[[Touch], None] = lambda touch: None
        self.close = 0.0
        self.at_ms = 0
        self.heard_ms = 0
        self.messages = 0
        self.bought = self.sold = 0.0
        self.per_coin = 1 / float(instrument_by_rule(venue, symbol).multiplier)
        self.release()

    def release(self) -> None:
        """Stop carrying the running minute."""
        self.bound(0, 2**62)
        self.low, self.high = ANY_LOW, ANY_HIGH

    def bound(self, from_ms: int, to_ms: int) -> None:
        """Let the fast path take trades from then on and until then."""
        self.from_ms, self.to_ms = (from_ms, to_ms) if self.per_coin == 1.0 else (0, 0)


class _Channel:
    """One socket or poll of a feed, by what it said of itself."""

    __slots__ = ("_at_ms", "_down", "_name", "_reason")

    def __init__(self, name: str) -> None:
        self._name = name
        self._at_ms = 0
        self._down = False
        self._reason = ""

    def status(self, message: FeedStatus, now_ms: int) -> None:
        self._at_ms = now_ms
        self._down = message.event == "closed"
        self._reason = (message.detail or "connection closed") if self._down else ""

    def gap(self, message: Gap, now_ms: int) -> None:
        self._at_ms = now_ms
        self._reason = message.reason
        # A poll that failed is down until it answers; a stream goes on after its gap.
        self._down = self._down or self._name.startswith(("GET ", "POST "))

    def view(self, now_ms: int) -> ChannelView:
        return ChannelView(self._name, "down" if self._down else "live", max(0, now_ms - self._at_ms), self._reason)


class VenueFeed:
    """The health of one venue's feed, and when it was heard.

    The main stream beats with every trade, mark and forced order; polls and the sockets of books and tickers do not,
    since they say nothing about the socket that carries liquidations.
    """

    def __init__(self, venue: str) -> None:
        self.venue = venue
        self.heard = HeardTime()
        self.tapes: list[Tape] = []
        self.messages = 0
        self.unparsed = 0
        self.latency_ms: float | None = None
        self.timed_next_ms = 0
        self.told_ms = 0
        """When a forced order was heard; `collect` takes it over, as it takes over what the tapes have heard."""
        self.error_share: float | None = None
        self._channels: dict[str, _Channel] = {}
        self._late: deque[tuple[int, float]] = deque(maxlen=_LATE_SAMPLES)
        self.heard_ms: int | None = None
        self.started_ms: int | None = None
        self._closed_ms: int | None = None
        self._connected = False
        self._reason = ""
        self._off = ""
        self._expected_ms = 0

    def start(self, now_ms: int) -> None:
        """Begin to expect messages."""
        if self.started_ms is None:
            self.started_ms = now_ms

    def rest(self, reason: str, now_ms: int) -> None:
        """Expect nothing from now on, because a person chose so: off is not dead."""
        self.collect()
        self.heard.end()
        self._off = reason
        self._expected_ms = now_ms

    def resume(self, now_ms: int) -> None:
        """Expect messages again, and count silence from now: also after this computer slept."""
        self._off = ""
        self._expected_ms = now_ms
        self._closed_ms = None

    def beat(self, now_ms: int) -> None:
        """Note a message of the stream."""
        self.heard_ms = now_ms
        self.heard.beat(now_ms)
        if self._closed_ms is not None and now_ms > self._closed_ms:
            self._closed_ms = None
            self._reason = ""

    def collect(self) -> None:
        """Take over what the tapes have heard since the last time."""
        newest = max((tape.heard_ms for tape in self.tapes), default=0)
        if self._closed_ms is None:
            # While the main stream is closed a forced order may still come by a socket beside it.
            newest = max(newest, self.told_ms)
        if newest > (self.heard_ms or 0):
            self.beat(newest)

    def forget(self, tape: Tape) -> None:
        """Take no beat from this tape any more."""
        self.collect()
        self.tapes.remove(tape)
        self.messages += tape.messages

    def timed(self, at_ms: int, now_ms: int) -> None:
        """Note how late a message came, or how far ahead of this computer's clock it was made.

        A sample every half second will do: before `timed_next_ms` there is no need to call.
        """
        self.timed_next_ms = now_ms + _LATE_EVERY_MS
        late = float(max(0, now_ms - at_ms))
        self.latency_ms = (
            late if self.latency_ms is None else self.latency_ms + _LATENCY_WEIGHT * (late - self.latency_ms)
        )
        self._late.append((now_ms, float(now_ms - at_ms)))

    def late_p95(self, now_ms: int) -> float | None:
        """Return the delay in ms that 95 % of the last minute's samples stay under; None with fewer than 20."""
        late = sorted(late for at_ms, late in self._late if now_ms - at_ms <= MINUTE_MS)
        return max(0.0, late[int(0.95 * (len(late) - 1))]) if len(late) >= _LEAST_SAMPLES else None

    def skew_words(self, now_ms: int) -> str:
        """Return in words how far this computer's clock and the venue's are apart; empty while that is little.

        Judged by the least late of the last minute's samples, since messages can be late but never early.
        """
        late = [late for at_ms, late in self._late if now_ms - at_ms <= MINUTE_MS]
        least = min(late) if len(late) >= _LEAST_SAMPLES else 0.0
        name, seconds = venue_name(self.venue), abs(least) / 1000
        if least <= -_SKEWED_MS:
            return f"this computer's clock is {seconds:.0f} s behind {name}'s"
        if least >= _MUCH_LATE_MS:
            return f"{name}'s messages are {seconds:.0f} s late, or this computer's clock is ahead"
        return ""

    def status(self, message: FeedStatus, now_ms: int) -> None:
        """Take a word of the connection about itself."""
        self._channel(message.channel).status(message, now_ms)
        if is_beside(message.channel):
            return
        match message.event:
            case "connected":
                self._connected = True
            case "closed":
                self.collect()
                self.heard.end()
                self._closed_ms, self._reason = now_ms, message.detail or "connection closed"
                self._connected = False
            case "alive":
                self.beat(now_ms)

    def gap(self, message: Gap, now_ms: int) -> None:
        """Take back the time of a gap in the stream."""
        self._channel(message.channel).gap(message, now_ms)
        if is_beside(message.channel):
            return
        self.collect()
        self.heard.cut(message.since_ms, message.at_ms)
        self._reason = message.reason

    def _channel(self, name: str) -> _Channel:
        found = self._channels.get(name)
        if found is None:
            if len(self._channels) >= _MOST_CHANNELS:
                self._channels.pop(next(iter(self._channels)))
            found = self._channels[name] = _Channel(name)
        return found

    def state(self, now_ms: int) -> FeedState:
        """Return how the feed stands: stale after 10 s of silence, down after 30 s or when its connection closed."""
        if self._off:
            return "off"
        self.collect()
        if self._closed_ms is not None:
            return "down"
        if self.heard_ms is None or self.heard_ms < self._expected_ms:
            waited_ms = 0 if self.started_ms is None else now_ms - max(self.started_ms, self._expected_ms)
            return "connecting" if waited_ms < STREAM_DEAD_MS else "down"
        age_ms = now_ms - self.heard_ms
        if age_ms <= STREAM_STALE_MS:
            return "live"
        return "stale" if age_ms <= STREAM_DEAD_MS else "down"

    def silent_ms(self, now_ms: int) -> int:
        """Return for how long nothing has been heard: since the last message, or since it was first expected."""
        self.collect()
        since_ms = self.heard_ms if self.heard_ms is not None else self.started_ms
        return 0 if since_ms is None or self._off else max(0, now_ms - max(since_ms, self._expected_ms))

    def trouble(self, now_ms: int) -> str:
        """Return what is wrong in words; empty when it is live."""
        state = self.state(now_ms)
        name = venue_name(self.venue)
        if state == "live":
            return ""
        if state == "off":
            return f"{name} is off: {self._off}"
        if state == "connecting" or self.heard_ms is None:
            return f"{name} has not answered yet" if state == "connecting" else f"{name} never answered"
        age = age_words(now_ms - self.heard_ms)
        return f"{name} {'silent for' if state == 'stale' else 'down for'} {age}"

    def view(
        self, now_ms: int, completeness: Completeness = "none", notice: str = "", shut: tuple[str, ...] = ()
    ) -> FeedView:
        """Return the feed as the window shows it, with what its venue says of itself and lets nobody out over."""
        state = self.state(now_ms)
        trouble = self.trouble(now_ms)
        since_ms = self.heard.since_ms() if state == "live" else self.heard_ms
        return FeedView(
            venue=self.venue,
            state=state,
            age_ms=None if self.heard_ms is None else max(0, now_ms - self.heard_ms),
            since_ms=since_ms or self.started_ms or now_ms,
            reason=f"{trouble}: {self._reason}" if trouble and self._reason and state != "off" else trouble,
            messages=self.messages + sum(tape.messages for tape in self.tapes),
            unparsed=self.unparsed,
            latency_ms=self.latency_ms,
            completeness=completeness,
            channels=tuple(channel.view(now_ms) for channel in self._channels.values()),
            error_share=self.error_share,
            notice=notice or self.skew_words(now_ms),
            withdrawals_closed=shut,
        )


def as_state(feed_state: FeedState) -> State:
    """Return what the feed's state makes of a value that rests on it."""
    return {"live": State.LIVE, "stale": State.STALE}.get(feed_state, State.UNKNOWN)
