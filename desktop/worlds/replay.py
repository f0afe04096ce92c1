"""Opens a recording as a world: its frames go through the same parsers, by a clock of the recorded time.

Nothing can be signed or moved here: there is no device, no exchange account and no chain.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from desktop.domain.errors import BadInput
from desktop.domain.market import FeedStatus, Gap, HourBar, Message
from desktop.engine.clock import FastClock
from desktop.engine.ports import Clock
from desktop.storage.instrument_file import shipped_instruments
from desktop.storage.recorded_past import RecordedValues, recorded_past
from desktop.storage.recordings import RecordingHeader, recorded_frames, recording_header
from desktop.venues.reading import CONTEXT, READABLE_VENUES, FrameReader, context_reader, frame_reader
from desktop.worlds.played_past import PlayedPast
from desktop.worlds.world import World

_CHANNEL = "recording"
_OVER = "the recording is over"
_MOST_IN_A_BATCH = 200
_LEAD_MS = 1_000


class RecordedHours:
    """The hours a recording carries, as `HistorySource`."""

    def __init__(self, hours: Mapping[str, list[HourBar]]) -> None:
        self._hours = hours

    async def hours(self, coin: str, since_ms: int) -> list[HourBar]:
        """Return the bars since then, oldest first."""
        return [bar for bar in self._hours.get(coin, []) if bar.open_ms >= since_ms]


class RecordedFeed:
    """One venue of a recording, as `Feed`: each message at its recorded time. Engine thread.

    After the last frame, or where the file is damaged, the venue falls silent: it says so, and cells grow stale.
    """

    def __init__(self, path: Path, reader: FrameReader, clock: Clock) -> None:
        self.venue = reader.venue
        self._path, self._reader, self._clock = path, reader, clock
        self._closed = asyncio.Event()

    async def messages(self) -> AsyncIterator[Sequence[Message]]:
        """Yield batches in the order recorded, until `close`."""
        reason = _OVER
        batch: list[Message] = []
        try:
            for _, raw in recorded_frames(self._path):
                if raw.venue != self.venue:
                    continue
                wait_ms = raw.received_ns // 1_000_000 - self._clock.now_ms()
                if batch and (wait_ms > 0 or len(batch) >= _MOST_IN_A_BATCH):
                    yield batch
                    batch = []
                if wait_ms > 0 and await self._closed_within(wait_ms / 1000):
                    return
                batch.extend(self._reader.read(raw))
        except BadInput as error:
            reason = error.message
        yield [*batch, *self._ended(reason)]
        await self._closed.wait()

    async def watch(self, coins: Sequence[str]) -> None:
        """Do nothing: a recording holds what it holds."""

    async def rest(self, reason: str) -> None:
        """Do nothing: a recording needs no network."""

    async def resume(self) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Let `messages` finish."""
        self._closed.set()

    async def _closed_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds / self._clock.speed):
                await self._closed.wait()
        except TimeoutError:
            return False
        return True

    def _ended(self, reason: str) -> list[Message]:
        now_ms = self._clock.now_ms()
        return [
            FeedStatus(self.venue, _CHANNEL, "closed", reason, now_ms),
            Gap(self.venue, _CHANNEL, reason, now_ms, now_ms),
        ]


async def open_replay(path: Path, *, speed: float = 1.0, coins: Sequence[str] = ("BTC", "ETH", "SOL")) -> World:
    """Open a recording, `speed` times as fast as it was recorded.

    Raise BadInput naming file and line if it does not begin as a recording or holds no frame that can be read,
    WrongUsage for a speed that is none. Call on the engine's loop.
    """
    header = recording_header(path)
    venues, first_ms, has_context = _venues(path)
    # A little before the first frame, so that feeds and window stand when it comes.
    clock = FastClock(speed, first_ms - _LEAD_MS)
    instruments = shipped_instruments()
    past = recorded_past(path)
    return World(
        name="replay",
        label=_label(path, header),
        clock=clock,
        feeds=[RecordedFeed(path, frame_reader(venue, instruments), clock) for venue in venues],
        coins=tuple(coins),
        aclose=_nothing_to_close,
        history=RecordedHours(past.hours),
        past=PlayedPast(past.minutes),
        values=RecordedValues(past.values),
        context=[RecordedFeed(path, context_reader(), clock)] if has_context else (),
    )


def _venues(path: Path) -> tuple[list[str], int, bool]:
    """Return the readable venues of the recording in order of appearance, when its first frame came (UTC ms), and
    whether it holds context.
    """
    venues: list[str] = []
    first_ms = 0
    has_context = False
    try:
        for _, raw in recorded_frames(path):
            first_ms = first_ms or raw.received_ns // 1_000_000
            has_context = has_context or raw.venue == CONTEXT
            if raw.venue in READABLE_VENUES and raw.venue not in venues:
                venues.append(raw.venue)
    except BadInput:
        if not venues:
            raise  # otherwise everything before the damage is played, and then the feed tells of it
    if not venues:
        raise BadInput(
            "it holds no frame of a venue that can be read",
            f"Readable are {', '.join(READABLE_VENUES)}.",
            where=str(path),
        )
    return venues, first_ms, has_context


def _label(path: Path, header: RecordingHeader) -> str:
    return f"REPLAY of {path.name}" + (f": {header.label}" if header.label else "")


async def _nothing_to_close() -> None:
    """Files are opened and closed by the feeds themselves."""
