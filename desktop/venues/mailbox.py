"""Between the sockets of a feed and whoever reads it: what came since the last look, and no print twice."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from desktop.domain.market import Gap, Liquidation, Message

MOST_WAITING = 200_000
_GENERATION = 10_000

_Key = tuple[str, str, str, int, str, str | None]


class Mailbox:
    """Collect messages until they are fetched. One event loop.

    If nobody fetches, it drops what has gathered and says so by a Gap; memory stays bounded.
    """

    def __init__(self, venue: str, most_waiting: int = MOST_WAITING) -> None:
        self._venue = venue
        self._most_waiting = most_waiting
        self._waiting: list[Message] = []
        self._since_ms = 0
        self._arrived = asyncio.Event()
        self._closed = False

    def put(self, messages: Sequence[Message], channel: str, now_ms: int) -> None:
        """Add messages that came at `now_ms`."""
        if not self._waiting:
            self._since_ms = now_ms
        self._waiting.extend(messages)
        if len(self._waiting) > self._most_waiting:
            reason = f"{len(self._waiting)} messages were dropped: the engine is too slow"
            self._waiting = [Gap(self._venue, channel, reason, self._since_ms, now_ms)]
        self._arrived.set()

    def close(self) -> None:
        """Let `fetch` return what is left and then None."""
        self._closed = True
        self._arrived.set()

    async def fetch(self) -> list[Message] | None:
        """Return everything that has gathered, waiting for the first; None after the close."""
        await self._arrived.wait()
        batch, self._waiting = self._waiting, []
        if not self._closed:
            self._arrived.clear()
        return batch if batch or not self._closed else None


class FreshPrints:
    """Tell liquidations that came before, on an older socket or repeated by the venue, from new ones.

    Two equal ones that come together are two; the same (venue, symbol, side, time, price, size) that comes later is
    not. Remembers at least the last 10,000.
    """

    def __init__(self) -> None:
        self._recent: set[_Key] = set()
        self._older: set[_Key] = set()

    def fresh(self, messages: Sequence[Message]) -> Sequence[Message]:
        """Return messages that came together without the liquidations that came before them."""
        if len(messages) == 1 and type(messages[0]) is not Liquidation:
            return messages
        keys = {_key(message) for message in messages if type(message) is Liquidation}
        if not keys:
            return messages
        known = {key for key in keys if key in self._recent or key in self._older}
        self._recent |= keys
        if len(self._recent) > _GENERATION:
            self._older, self._recent = self._recent, set()
        if not known:
            return messages
        return tuple([m for m in messages if not (type(m) is Liquidation and _key(m) in known)])


def _key(print_: Liquidation) -> _Key:
    return (print_.venue, print_.symbol, print_.side, print_.at_ms, print_.price, print_.quantity)
