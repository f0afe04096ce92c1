"""What a socket is for: where it connects, what it subscribes to, and how much silence is still in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

Words = Callable[[Sequence[str], bool], Sequence[bytes]]
"""What to send so that these topics come (True) or no longer come (False)."""


def no_words(topics: Sequence[str], wanted: bool) -> Sequence[bytes]:
    """Return nothing to say: such a socket is subscribed by its address."""
    return ()


class SocketPlan(msgspec.Struct, frozen=True):
    """Where to connect and what to say: `opening` once, then `words` for the `topics`, `ping` every `ping_s` seconds.

    `channel` is the name under which its frames are recorded and its health is shown; left out, it is path and query.
    A socket beside the main stream has a word and a space before its path ("books /public/stream"). A socket that has
    `words` and no topics rests. On a `quiet` one data may be rare, so every message counts as life. `patience_s` is
    how long it may be silent, 0: as long as the session says. At most `most_a_second` and `most_an_hour` messages are
    said on one connection, heartbeats apart; 0: any number an hour.
    """

    url: str
    opening: tuple[bytes, ...] = ()
    ping: bytes = b""
    ping_s: float = 20.0
    channel: str = ""
    topics: tuple[str, ...] = ()
    words: Words = no_words
    quiet: bool = False
    patience_s: float = 0.0
    most_a_second: int = 8
    most_an_hour: int = 0

    @property
    def name(self) -> str:
        """Return the channel."""
        return self.channel or "/" + self.url.split("/", 3)[3]

    @property
    def rests(self) -> bool:
        """Return whether there is nothing to subscribe to."""
        return self.words is not no_words and not self.topics

    @property
    def sayings(self) -> tuple[bytes, ...]:
        """Return what a new connection says."""
        return (*self.opening, *self.words(self.topics, True)) if self.topics else self.opening

    def change_from(self, before: SocketPlan) -> tuple[bytes, ...]:
        """Return what a connection made by the plan `before` has to say to deliver this one's topics."""
        old, new = frozenset(before.topics), frozenset(self.topics)
        gone = [topic for topic in before.topics if topic not in new]
        added = [topic for topic in self.topics if topic not in old]
        return (
            *(self.words(gone, False) if gone else ()),
            *(self.words(added, True) if added else ()),
        )
