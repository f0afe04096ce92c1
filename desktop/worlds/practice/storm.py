"""Writes the practice storm: `python -m desktop.worlds.practice.storm --out FILE`, the same bytes every time."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import zstandard

from desktop.worlds.practice.binance_wire import CHANNEL_PATH
from desktop.worlds.practice.history_hours import hours_before
from desktop.worlds.practice.history_minutes import minutes_of
from desktop.worlds.practice.history_values import values_before
from desktop.worlds.practice.market_tape import Sent, messages
from desktop.worlds.practice.storm_shape import EPOCH_MS, SHAPES, CoinShape

LABEL = "SYNTHETIC storm for practice, not market data"
_LEVEL = 12
_LAST_MINUTES = 25 * 60
_encode = msgspec.json.Encoder().encode


def binance_channel() -> str:
    """Return the recording's channel of the one combined stream with all coins."""
    kinds = ("aggTrade", "markPrice@1s", "forceOrder")
    return CHANNEL_PATH + "/".join(f"{shape.symbol.lower()}@{kind}" for shape in SHAPES.values() for kind in kinds)


def storm_lines() -> Iterator[bytes]:
    """Yield the recording line by line: header, history, then every message in the order of arrival."""
    started_ns = EPOCH_MS * 1_000_000
    yield _encode({"seawall_recording": 1, "world": "synthetic", "label": LABEL, "started_ns": started_ns})
    for shape in SHAPES.values():
        yield from _past_lines(shape)
    channel = binance_channel()
    for venue, where in (("binance", channel), ("bybit", "/v5/public/linear")):
        yield _encode({"received_ns": started_ns, "venue": venue, "channel": where, "event": "connected"})
    for sent in sorted(_all_messages(channel), key=lambda sent: sent.at_ms):
        received_ns = started_ns + sent.at_ms * 1_000_000
        yield _encode({"received_ns": received_ns, "venue": sent.venue, "channel": sent.channel, "frame": sent.frame})


def _all_messages(channel: str) -> Iterator[Sent]:
    for shape in SHAPES.values():
        yield from messages(shape, channel)


def _past_lines(shape: CoinShape) -> Iterator[bytes]:
    """Yield the hours of thirty days, what was measured in each of them, and the minutes of the last 25 hours."""
    hours = hours_before(shape)
    minutes = minutes_of(shape, hours)
    rows = [list(msgspec.structs.astuple(bar)[:10]) for bar in hours]
    yield _encode({"event": "history", "coin": shape.coin, "hours": rows})
    values = values_before(shape, hours, minutes)
    yield _encode({"event": "past", "coin": shape.coin, "first_ms": hours[0].open_ms, "values": values})
    yield _encode({"event": "past", "coin": shape.coin, "minutes": minutes[-_LAST_MINUTES:]})


def write_storm(path: Path) -> int:
    """Write the recording and return the number of lines; the same bytes on every run."""
    lines = list(storm_lines())
    packed = zstandard.ZstdCompressor(level=_LEVEL).compress(b"\n".join(lines) + b"\n")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(packed)
    return len(lines)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m desktop.worlds.practice.storm", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the .jsonl.zst file to write")
    path: Path = parser.parse_args(arguments).out
    count = write_storm(path)
    sys.stderr.write(f"{path}: {count} lines, {path.stat().st_size} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
