import argparse
import asyncio
import json
from pathlib import Path

import pytest

from desktop.cli import record
from desktop.cli.output import Output
from desktop.domain.errors import NetworkTrouble, WrongUsage
from desktop.domain.instrument import InstrumentTable
from desktop.storage.recorder import CannotRecord, Recorder
from desktop.storage.recordings import recorded_frames
from desktop.venues.catalogue import VenueHosts, feeds
from tests.fakes.manual_clock import ManualClock
from tests.fakes.venue_server import VenueServer

ROW = {"T": 1790000000150, "s": "BTCUSDT", "S": "Sell", "v": "1", "p": "80000"}
FRAME = json.dumps({"topic": "publicTrade.BTCUSDT", "type": "snapshot", "ts": 1, "data": [ROW]})


def recorded(folder: Path, frames: list[str], out: Output) -> Recorder:
    async def whole() -> Recorder:
        clock = ManualClock()
        async with asyncio.timeout(20), VenueServer() as server:
            with Recorder(folder, "live") as recorder:
                recording = record.Recording(recorder, out)
                hosts = {"bybit": VenueHosts(server.url)}
                made = feeds(hosts, ["BTC"], clock, InstrumentTable(), recording.tap)
                following = asyncio.create_task(recording.follow(made, clock, minutes=2.0))
                client = await server.joined.get()
                for frame in frames:
                    client.send(frame)
                client.transport.send_ping(b"all sent")
                await client.pongs.get()
                await clock.next_sleep(120.0)
                await clock.advance(120.0)
                await following
            recording.conclude()
            return recorder

    return asyncio.run(whole())


def test_frames_are_kept_byte_for_byte_until_the_minutes_are_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recorder = recorded(tmp_path, [FRAME, "{"], Output(as_json=True))
    (path,) = recorder.files
    frames = [raw for _, raw in recorded_frames(path)]
    assert [raw.event for raw in frames] == ["connected", "", ""]
    assert [raw.frame for raw in frames[1:]] == [FRAME.encode(), b"{"]
    assert {raw.channel for raw in frames} == {"/v5/public/linear"}
    said = capsys.readouterr()
    assert json.loads(said.out) == {"kind": "summary", "files": [str(path)], "frames": 2, "unparsed": 1}
    assert "bybit: connected" in said.err


def test_feeds_that_send_nothing_are_network_trouble(tmp_path: Path) -> None:
    with pytest.raises(NetworkTrouble, match="nothing was recorded"):
        recorded(tmp_path, [], Output(as_json=True))


def test_a_disk_that_refuses_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(CannotRecord, match="file/sub"):
        recorded(blocked / "sub", [FRAME], Output(as_json=True))


@pytest.mark.parametrize("more", [["--practice"], ["--minutes", "0"], ["--minutes", "nan"], ["--budget-mb", "0"]])
def test_what_cannot_be_recorded_is_wrong_usage(tmp_path: Path, more: list[str]) -> None:
    parser = argparse.ArgumentParser()
    record.add_arguments(parser)
    parser.add_argument("--practice", action="store_true")
    with pytest.raises(WrongUsage):
        record.run(parser.parse_args(["--out", str(tmp_path), *more]), Output(as_json=True))
