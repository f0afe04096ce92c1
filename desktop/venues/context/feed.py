"""The feed `context`: facts from outside the venues, each source asked by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import msgspec

from desktop.domain.market import ContextPoint, Message
from desktop.venues.context.sources import CHANNELS, ETHEREUM, GAS_PRICE, KEYED, KEYLESS, ContextSource
from desktop.venues.http import Question, RestDoor
from desktop.venues.outbound import Outbound
from desktop.venues.poll import Poll
from desktop.venues.reading import context_reader
from desktop.venues.venue_feed import Tap, VenueFeed

_NODE_SECONDS = 60.0


class ContextKeys(msgspec.Struct, frozen=True):
    """Keys of the person's own, from the keychain; empty where there is none."""

    coinglass: str = ""
    sosovalue: str = ""

    def __repr__(self) -> str:
        """Name no key."""
        return f"ContextKeys(coinglass={bool(self.coinglass)}, sosovalue={bool(self.sosovalue)})"


def live_sources(keys: ContextKeys, eth_node: str) -> dict[str, ContextSource]:
    """Return the sources that can be asked: those without a key, one for flows if there is a key, a person's node."""
    sources = dict(KEYLESS)
    for name in ("coinglass", "sosovalue"):
        if getattr(keys, name):
            sources[name] = KEYED[name]
            break
    if eth_node:
        sources[ETHEREUM] = ContextSource(eth_node, (GAS_PRICE,), _NODE_SECONDS)
    return sources


def channels_of(sources: Mapping[str, ContextSource]) -> dict[str, frozenset[str]]:
    """Return which facts come by which channel of these sources."""
    asked = [question.channel for source in sources.values() for question in source.questions]
    return {channel: CHANNELS[channel] for channel in asked}


def context_feed(
    sources: Mapping[str, ContextSource],
    outbound: Outbound,
    *,
    keys: ContextKeys | None = None,
    tap: Tap | None = None,
    said_by: str = "",
) -> VenueFeed:
    """Return the feed of these sources. A source that fails is a gap of its own channels; the others go on.

    With `said_by` every fact names that as its source. Call on the engine's loop.
    """
    doors = {name: _door(name, source, outbound, keys or ContextKeys()) for name, source in sources.items()}

    def polls(feed: VenueFeed) -> list[Poll]:
        return [_poll(doors[name], source, outbound, feed) for name, source in sources.items()]

    return VenueFeed(
        context_reader(_named(said_by)),
        outbound.clock,
        lambda watched: (),
        (),
        workers=polls,
        closers=[door.close for door in doors.values()],
        tap=tap,
    )


def _door(name: str, source: ContextSource, outbound: Outbound, keys: ContextKeys) -> RestDoor:
    headers = {source.key_header: getattr(keys, name, "")} if source.key_header else {}
    parts = urlsplit(source.base_url)
    # A person's node may have its key in the path: it is asked there, and named in no message and no recording.
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return RestDoor(
        f"{parts.scheme}://{parts.netloc}",
        outbound.clock,
        rules=source.rules,
        outbound=outbound,
        headers=headers,
        hidden_path=path,
    )


def _poll(door: RestDoor, source: ContextSource, outbound: Outbound, feed: VenueFeed) -> Poll:
    questions: tuple[Question, ...] = source.questions
    return Poll("context", door, outbound.clock, feed.take, source.every_s, lambda coins: questions)


def _named(said_by: str) -> Callable[[tuple[Message, ...]], tuple[Message, ...]]:
    def named(messages: tuple[Message, ...]) -> tuple[Message, ...]:
        return tuple(
            msgspec.structs.replace(one, source=said_by) if isinstance(one, ContextPoint) else one for one in messages
        )

    return named if said_by else lambda messages: messages
