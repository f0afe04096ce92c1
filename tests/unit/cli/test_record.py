import argparse
import asyncio
import json
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from desktop.cli import command_line, record
from desktop.cli.output import Output
from desktop.domain.errors import NetworkTrouble, WrongUsage
from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import Message
from desktop.domain.raw_frame import RawFrame
from desktop.storage.recorder import CannotRecord, Recorder
from desktop.storage.recordings import recorded_frames
from desktop.venues.catalogue import VenueHosts, feeds
from tests.fakes.manual_clock import ManualClock
from tests.fakes.venue_server import VenueServer

ROW = {"T": 1790000000150, "s": "BTCUSDT", "S": "Sell", "v": "1", "p": "80000"}
FRAME = json.dumps({"topic": "publicTrade.BTCUSDT", "type": "snapshot", "ts": 1, "data": [ROW]})


def no_window(args: object) -> int:
    raise AssertionError("a window was asked for")


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


class OneFrameThenASignal:
    """A feed that hands one frame to the recorder, gets the process a signal, and stays open until it is closed."""

    venue = "bybit"

    def __init__(self, tap: Callable[[RawFrame], None], number: signal.Signals) -> None:
        self._tap = tap
        self._number = number
        self._closed = asyncio.Event()

    async def messages(self) -> AsyncIterator[tuple[Message, ...]]:
        self._tap(RawFrame(1_790_000_000_000_000_000, "bybit", "/v5/public/linear", FRAME.encode()))
        yield ()
        signal.raise_signal(self._number)
        await self._closed.wait()

    async def close(self) -> None:
        self._closed.set()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_an_end_by_the_system_leave_a_whole_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], number: signal.Signals
) -> None:
    monkeypatch.setattr(record, "feeds", lambda *args, **how: [OneFrameThenASignal(args[4], number)])
    out = tmp_path / "out"
    assert command_line.run(["record", "--out", str(out), "--data-dir", str(tmp_path), "--json"], no_window) == 0
    summary = json.loads(capsys.readouterr().out)
    assert (summary["kind"], summary["frames"]) == ("summary", 1)
    [path] = summary["files"]
    assert [raw.frame for _, raw in recorded_frames(Path(path))] == [FRAME.encode()]


def test_a_place_where_nothing_can_be_recorded_is_bad_input_before_a_line_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(record, "feeds", lambda *args, **how: pytest.fail("a line was opened"))
    blocked = tmp_path / "file"
    blocked.write_text("")
    words = ["record", "--out", str(blocked / "sub"), "--data-dir", str(tmp_path), "--json"]
    assert command_line.run(words, no_window) == 3
    assert str(blocked) in json.loads(capsys.readouterr().out)["message"]


@pytest.mark.parametrize("more", [["--practice"], ["--minutes", "0"], ["--minutes", "nan"], ["--budget-mb", "0"]])
def test_what_cannot_be_recorded_is_wrong_usage(tmp_path: Path, more: list[str]) -> None:
    parser = argparse.ArgumentParser()
    record.add_arguments(parser)
    parser.add_argument("--practice", action="store_true")
    with pytest.raises(WrongUsage):
        record.run(parser.parse_args(["--out", str(tmp_path), *more]), Output(as_json=True))
