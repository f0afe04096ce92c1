"""The subscriptions of Hyperliquid: one coin or one user each. A connection silent for a minute is closed."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from desktop.venues.feed_parts import ALL_PARTS, Part
from desktop.venues.hyperliquid.vaults import MOST_USERS
from desktop.venues.socket_plan import SocketPlan

_PING = b'{"method":"ping"}'
PING_SECONDS = 30.0
_BY_COIN = ("trades", "activeAssetCtx")
_BOOK = "l2Book"
_FILLS = "userFills"
_MOST_SUBSCRIPTIONS = 1000
"""The venue's limit for one address; coins beyond it are not followed there."""


def ws_plan(
    ws_base: str, symbols: Sequence[str], vaults: Sequence[str], parts: frozenset[Part] = ALL_PARTS
) -> SocketPlan:
    """Return the connection for these coins and the fills of these vaults, at most ten."""
    names = (*_BY_COIN, _BOOK) if "books" in parts else _BY_COIN
    topics = [f"{name} {symbol}" for symbol in symbols for name in names][: _MOST_SUBSCRIPTIONS - MOST_USERS]
    topics.extend(f"{_FILLS} {vault}" for vault in vaults[:MOST_USERS])
    return SocketPlan(f"{ws_base}/ws", ping=_PING, ping_s=PING_SECONDS, topics=tuple(topics), words=subscription)


def subscription(topics: Sequence[str], wanted: bool) -> list[bytes]:
    """Return the requests that begin or end these topics: the venue takes one in each."""
    method = "subscribe" if wanted else "unsubscribe"
    return [msgspec.json.encode({"method": method, "subscription": _what(topic)}) for topic in topics]


def _what(topic: str) -> dict[str, str]:
    name, _, whom = topic.partition(" ")
    return {"type": name, "user" if name == _FILLS else "coin": whom}
