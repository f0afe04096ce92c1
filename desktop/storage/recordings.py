"""Recordings: what came over the wire, below the parser, as JSON lines.

The first line is `{"seawall_recording": 1, "world": …, "started_ns": …}`, every other one a message (`frame`, or
`frame_b64` where it is not UTF-8) or an event of a line (`connected`, `closed`, `gap`).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import msgspec

from desktop.domain.errors import BadInput
from desktop.domain.market import Message
from desktop.domain.raw_frame import RawFrame
from desktop.storage.line_file import numbered_lines

RecordedWorld = Literal["live", "practice", "synthetic"]

_NOT_ONE = "A recording begins with a seawall_recording line. For bare venue messages name the venue with --venue."
_BAD_LINE = "The lines before it were read. A line is a JSON object with received_ns, venue, channel and frame."


class RecordingHeader(msgspec.Struct, frozen=True):
    """The first line of a recording; `started_ns` is UTC."""

    seawall_recording: int
    world: RecordedWorld
    started_ns: int
    label: str = ""


class _Line(msgspec.Struct, gc=False):
    received_ns: int = 0
    venue: str = ""
    channel: str = ""
    frame: str | None = None
    frame_b64: str | None = None
    request: str = ""
    event: str = ""
    detail: str = ""
    since_ms: int = 0


_decode_header = msgspec.json.Decoder(RecordingHeader).decode
_decode_line = msgspec.json.Decoder(_Line).decode
_encode = msgspec.json.Encoder().encode

_LINE_EVENTS: dict[str, Literal["connected", "closed", "gap"]] = {
    "connected": "connected",
    "closed": "closed",
    "gap": "gap",
}


def recording_header(path: Path) -> RecordingHeader:
    """Return the first line. Raise BadInput if the file is no recording of this form."""
    for number, text in numbered_lines(path):
        return _header(path, number, text)
    raise BadInput("the file is empty", _NOT_ONE, where=str(path))


def recorded_frames(path: Path) -> Iterator[tuple[int, RawFrame]]:
    """Yield (line number, raw frame or event of a line) in the order recorded.

    Lines of other kinds (history, events of a later Seawall) are passed over. Raise BadInput naming file and line
    at the first bad one, or where a compressed file breaks off; everything before has been yielded then.
    """
    begun = False
    for number, text in numbered_lines(path):
        if not begun:
            _header(path, number, text)
            begun = True
        elif (raw := _raw(path, number, text)) is not None:
            yield number, raw
    if not begun:
        raise BadInput("the file is empty", _NOT_ONE, where=str(path))


def replayed(
    path: Path, read: Callable[[RawFrame], tuple[Message, ...]]
) -> Iterator[tuple[int, str, tuple[Message, ...]]]:
    """Yield (received_ns, venue, messages) of each line, read by `read` as if it came from the wire.

    The same file gives the same messages. Raise BadInput as `recorded_frames` does.
    """
    for _, raw in recorded_frames(path):
        yield raw.received_ns, raw.venue, read(raw)


def header_line(world: RecordedWorld, started_ns: int, label: str = "") -> bytes:
    """Return the first line of a recording, with its end."""
    return _encode(RecordingHeader(1, world, started_ns, label)) + b"\n"


def frame_line(raw: RawFrame) -> bytes:
    """Return a message or an event as a line of a recording, with its end."""
    line: dict[str, object] = {"received_ns": raw.received_ns, "venue": raw.venue, "channel": raw.channel}
    if raw.event:
        line |= {"event": raw.event, "detail": raw.detail}
        if raw.since_ms:
            line["since_ms"] = raw.since_ms
        return _encode(line) + b"\n"
    if raw.request:
        line["request"] = raw.request
    try:
        line["frame"] = raw.frame.decode()
    except UnicodeDecodeError:
        line["frame_b64"] = base64.b64encode(raw.frame).decode()
    return _encode(line) + b"\n"


def _header(path: Path, number: int, text: bytes) -> RecordingHeader:
    where = f"{path}, line {number}"
    try:
        header = _decode_header(text)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BadInput(f"not the beginning of a recording: {error}", _NOT_ONE, where=where) from None
    if header.seawall_recording != 1:
        form = header.seawall_recording
        raise BadInput(f"a recording of form {form}", "Read it with a newer Seawall.", where=where)
    return header


def _raw(path: Path, number: int, text: bytes) -> RawFrame | None:
    try:
        line = _decode_line(text)
        frame = _frame(line)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BadInput(f"not a line of a recording: {error}", _BAD_LINE, where=f"{path}, line {number}") from None
    if frame is not None:
        if not line.venue or line.received_ns <= 0:
            words = "a frame without venue or time of receipt"
            raise BadInput(words, _BAD_LINE, where=f"{path}, line {number}")
        return RawFrame(line.received_ns, line.venue, line.channel, frame, line.request)
    event = _LINE_EVENTS.get(line.event)
    if event is None and not line.event:
        raise BadInput("neither a frame nor an event", _BAD_LINE, where=f"{path}, line {number}")
    if event is None:
        return None
    return RawFrame(line.received_ns, line.venue, line.channel, b"", "", event, line.detail, line.since_ms)


def _frame(line: _Line) -> bytes | None:
    if line.frame is not None:
        return line.frame.encode()
    if line.frame_b64 is None:
        return None
    try:
        return base64.b64decode(line.frame_b64, validate=True)
    except binascii.Error as error:
        raise ValueError(f"frame_b64: {error}") from None
