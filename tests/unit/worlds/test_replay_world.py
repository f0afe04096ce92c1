"""A recording as a world: below the parser, at its own times, and honest about its end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
import zstandard

from desktop.domain.errors import BadInput
from desktop.domain.market import FeedStatus, Gap, Liquidation, Mark, Message, Unparsed
from desktop.domain.raw_frame import RawFrame
from desktop.storage.recordings import frame_line, header_line
from desktop.storage.resource_files import resource
from desktop.worlds.practice import binance_wire, bybit_wire
from desktop.worlds.practice.storm_shape import EPOCH_MS
from desktop.worlds.replay import open_replay
from desktop.worlds.world import World

START_MS = 1_800_000_000_000


def mark(at_ms: int, price: float) -> RawFrame:
    text = binance_wire.mark_price("BTCUSDT", at_ms, price, price, 0.0001, at_ms + 3_600_000)
    return RawFrame(at_ms * 1_000_000, "binance", "/market/stream?streams=btcusdt@markPrice@1s", text.encode())


def forced(at_ms: int) -> RawFrame:
    text = bybit_wire.liquidations("BTCUSDT", at_ms, [(at_ms - 100, "Buy", "0.5", "80000.00")])
    return RawFrame(at_ms * 1_000_000, "bybit", bybit_wire.CHANNEL, text.encode())


def recording(path: Path, frames: Sequence[RawFrame], tail: bytes = b"") -> Path:
    head = header_line("live", START_MS * 1_000_000)
    path.write_bytes(head + b"".join(map(frame_line, frames)) + tail)
    return path


def played(path: Path, speed: float, until: int) -> list[tuple[int, Message]]:
    """Return (clock time, message) of all feeds until so many of them have said that they are over."""

    async def run() -> list[tuple[int, Message]]:
        world = await open_replay(path, speed=speed)
        heard: list[tuple[int, Message]] = []
        over = asyncio.Event()

        async def follow(number: int) -> None:
            async for batch in world.feeds[number].messages():
                heard.extend((world.clock.now_ms(), message) for message in batch)
                if (
                    sum(isinstance(message, FeedStatus) and message.event == "closed" for _, message in heard)
                    >= until
                ):
                    over.set()

        readers = [asyncio.create_task(follow(number)) for number in range(len(world.feeds))]
        async with asyncio.timeout(30):
            await over.wait()
        for feed in world.feeds:
            await feed.close()
        await asyncio.gather(*readers)
        await world.aclose()
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return heard

    return asyncio.run(run())


def test_every_message_comes_at_its_recorded_time_and_not_before(tmp_path: Path) -> None:
    path = recording(
        tmp_path / "a.jsonl", [mark(START_MS, 1.0), forced(START_MS + 5_000), mark(START_MS + 9_000, 2.0)]
    )
    heard = played(path, speed=100, until=2)
    facts = [(at, m) for at, m in heard if isinstance(m, Mark | Liquidation)]
    assert [type(m) for _, m in facts] == [Mark, Liquidation, Mark]
    assert all(at >= m.received_ns // 1_000_000 for at, m in facts)


def test_the_end_is_told_for_each_venue_and_is_a_gap(tmp_path: Path) -> None:
    heard = played(recording(tmp_path / "a.jsonl", [mark(START_MS, 1.0), forced(START_MS)]), speed=100, until=2)
    gaps = {m.venue: m.reason for _, m in heard if isinstance(m, Gap)}
    assert gaps == {"binance": "the recording is over", "bybit": "the recording is over"}


def test_a_recording_that_breaks_off_is_played_up_to_there_and_the_line_is_named(tmp_path: Path) -> None:
    path = recording(tmp_path / "a.jsonl", [mark(START_MS, 1.0)], tail=b'{"received_ns": 18000')
    heard = [m for _, m in played(path, speed=100, until=1)]
    assert [type(m) for m in heard] == [Mark, FeedStatus, Gap]
    assert "line 3" in heard[-1].reason


def test_an_unreadable_frame_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    bad = RawFrame(START_MS * 1_000_000, "binance", "/market/stream", b'{"stream":"btcusdt@aggTrade","data":{"e":')
    heard = [
        m for _, m in played(recording(tmp_path / "a.jsonl", [bad, mark(START_MS + 1, 1.0)]), speed=100, until=1)
    ]
    assert [type(m) for m in heard[:2]] == [Unparsed, Mark]


def test_closing_in_the_middle_ends_the_feed_at_once(tmp_path: Path) -> None:
    path = recording(tmp_path / "a.jsonl", [mark(START_MS, 1.0), mark(START_MS + 86_400_000, 2.0)])

    async def run() -> int:
        world = await open_replay(path)
        [feed] = world.feeds
        count = 0
        async with asyncio.timeout(10):
            async for batch in feed.messages():
                count += len(batch)
                await feed.close()
        return count

    assert asyncio.run(run()) == 1


def test_no_transfer_is_possible_in_a_replay(tmp_path: Path) -> None:
    world = asyncio.run(open_replay(recording(tmp_path / "a.jsonl", [mark(START_MS, 1.0)])))
    assert (world.name, dict(world.exchanges), list(world.chain)) == ("replay", {}, [])
    assert (world.practice, list(world.device_paths())) == (None, [])
    assert world.label == "REPLAY of a.jsonl"


def test_the_storm_itself_can_be_replayed_with_its_history_and_its_label() -> None:
    async def run() -> tuple[World, int]:
        world = await open_replay(resource("practice/storm.jsonl.zst"))
        assert world.history is not None
        return world, len(await world.history.hours("BTC", EPOCH_MS - 24 * 3_600_000))

    world, hours = asyncio.run(run())
    assert [feed.venue for feed in world.feeds] == ["binance", "bybit"]
    assert "SYNTHETIC" in world.label
    assert hours == 24


@pytest.mark.parametrize("content", [b"", b"{}\n", b"seawall"])
def test_a_file_that_is_no_recording_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "nothing.jsonl"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=r"nothing\.jsonl"):
        asyncio.run(open_replay(path))


def test_a_recording_without_a_readable_venue_is_refused(tmp_path: Path) -> None:
    frame = RawFrame(START_MS * 1_000_000, "elsewhere", "/ws", b"{}")
    with pytest.raises(BadInput, match="no frame of a venue"):
        asyncio.run(open_replay(recording(tmp_path / "a.jsonl", [frame])))


def test_a_storm_cut_off_in_the_middle_names_its_line(tmp_path: Path) -> None:
    from desktop.worlds.practice.storm_recording import read_storm

    whole = zstandard.ZstdDecompressor().decompressobj().decompress(resource("practice/storm.jsonl.zst").read_bytes())
    cut = tmp_path / "cut.jsonl"
    cut.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadInput, match=r"cut\.jsonl, line \d+"):
        read_storm(cut)
