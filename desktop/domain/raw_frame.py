"""A venue's message as it came from the wire, before anybody read it: what recordings hold and parsers take."""

from __future__ import annotations

from typing import Literal

import msgspec

FrameEvent = Literal["", "connected", "closed", "gap"]


class RawFrame(msgspec.Struct, frozen=True, gc=False):
    """One message, or one event of the line itself (`event`, then `frame` is empty and `detail` says why).
    A gap began at `since_ms` (UTC) and is known up to when it was received.

    `channel` is the socket's path and query, or for REST the method and path, then with `request` (the body sent).
    The socket that carries trades and liquidations has the bare path; every other one has a word and a space before
    it ("books /public/stream").
    """

    received_ns: int
    venue: str
    channel: str
    frame: bytes = b""
    request: str = ""
    event: FrameEvent = ""
    detail: str = ""
    since_ms: int = 0


def is_beside(channel: str) -> bool:
    """Return whether a channel runs beside the venue's main stream: a poll, or a socket for books or tickers.

    What happens to it says nothing about the socket that carries trades and liquidations.
    """
    return " " in channel
