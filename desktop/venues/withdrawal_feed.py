"""The feed of what exchanges say about withdrawals without a key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from desktop.domain.instrument import InstrumentTable
from desktop.venues.http import Question, RestDoor
from desktop.venues.outbound import Outbound
from desktop.venues.poll import Poll
from desktop.venues.reading import FrameReader
from desktop.venues.venue_feed import Take, Tap, VenueFeed
from desktop.venues.withdrawals import WITHDRAWAL_HOSTS, parse, question_of

EVERY_SECONDS = 300.0
ALWAYS_ASKED = ("USDT", "USDC")


def withdrawal_feed(
    coins: Sequence[str],
    instruments: InstrumentTable,
    outbound: Outbound,
    *,
    hosts: Mapping[str, str] = WITHDRAWAL_HOSTS,
    tap: Tap | None = None,
) -> VenueFeed:
    """Return the feed `withdrawals` of these coins and the dollars, asked every five minutes.

    Only what is watched is asked for: whole lists are megabytes. Call on the engine's loop.
    """
    clock = outbound.clock
    doors = {venue: RestDoor(base_url, clock, outbound=outbound) for venue, base_url in hosts.items()}

    def polls(feed: VenueFeed) -> list[Poll]:
        return [_poll(venue, door, outbound, feed.take) for venue, door in doors.items()]

    return VenueFeed(
        FrameReader("withdrawals", parse, instruments, lambda messages: messages),
        clock,
        lambda watched: (),
        coins,
        workers=polls,
        closers=[door.close for door in doors.values()],
        tap=tap,
    )


def _poll(venue: str, door: RestDoor, outbound: Outbound, take: Take) -> Poll:
    def questions(coins: Sequence[str]) -> list[Question]:
        return [question_of(venue, coin) for coin in dict.fromkeys((*coins, *ALWAYS_ASKED))]

    return Poll(venue, door, outbound.clock, take, EVERY_SECONDS, questions)
