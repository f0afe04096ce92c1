"""Recordings stay within their budget: the oldest go, the one being written and what is not ours never."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from desktop.domain.raw_frame import RawFrame
from desktop.storage.background_recorder import BackgroundRecorder
from desktop.storage.recorder import CannotRecord, Recorder
from desktop.storage.recording_shelf import RecordingShelf
from desktop.storage.recordings import recorded_frames

START_NS = 1_790_000_000_000_000_000
MB = 1_000_000


def put(folder: Path, name: str, size: int = MB) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(bytes(size))
    return path


def frame(number: int, text: bytes = b'{"a":1}') -> RawFrame:
    return RawFrame(START_NS + number, "binance", "/market/stream", text)


def test_the_oldest_go_until_the_rest_is_within_the_budget(tmp_path: Path) -> None:
    old = put(tmp_path, "seawall-20260101T000000Z-0001.jsonl.zst", 60 * MB)
    second = put(tmp_path, "seawall-20260101T000000Z-0002.jsonl.zst", 60 * MB)
    new = put(tmp_path, "seawall-20260102T000000Z-0001.jsonl.zst", 60 * MB)
    shelf = RecordingShelf(tmp_path, 100)
    assert shelf.sweep() == [old, second]
    assert (shelf.holds().recordings, shelf.holds().size) == (1, 60 * MB)
    assert shelf.sweep() == []
    assert new.exists()


def test_the_one_being_written_stays_even_over_the_budget(tmp_path: Path) -> None:
    writing = put(tmp_path, "seawall-20260101T000000Z-0001.jsonl.zst", 150 * MB)
    newer = put(tmp_path, "seawall-20260102T000000Z-0001.jsonl.zst", MB)
    assert RecordingShelf(tmp_path, 100).sweep(writing) == [newer]
    assert writing.exists()


def test_what_the_recorder_did_not_name_is_never_touched(tmp_path: Path) -> None:
    kept = [put(tmp_path, name, 200 * MB) for name in ("notes.txt", "seawall-x.jsonl.zst", "storm.jsonl.zst")]
    outside = put(tmp_path.parent, "elsewhere.bin", MB)
    link = tmp_path / "seawall-20260101T000000Z-0009.jsonl.zst"
    link.symlink_to(outside)
    assert RecordingShelf(tmp_path, 100).sweep() == []
    assert all(path.exists() for path in (*kept, link, outside))


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    shelf = RecordingShelf(tmp_path / "none", 100)
    assert (shelf.sweep(), shelf.holds().size) == ([], 0)


def test_everything_is_recorded_in_a_thread_of_its_own_and_swept_at_the_start(tmp_path: Path) -> None:
    old = put(tmp_path, "seawall-20260101T000000Z-0001.jsonl.zst", 150 * MB)
    recorder = BackgroundRecorder(RecordingShelf(tmp_path, 100), "live")
    recorder.start()
    for number in range(100):
        recorder.tap(frame(number))
    recorder.close()
    assert not old.exists()
    (path,) = tmp_path.iterdir()
    assert [raw.received_ns for _, raw in recorded_frames(path)] == [START_NS + n for n in range(100)]
    view = recorder.view()
    assert (view.state, view.file, view.dropped) == ("recording", str(path), 0)


def test_what_a_slow_disk_cannot_take_is_dropped_and_counted_and_nobody_waits(tmp_path: Path) -> None:
    gate, begun = threading.Event(), threading.Event()

    class Slow(Recorder):
        def write(self, raw: RawFrame) -> None:
            begun.set()
            gate.wait(20)
            super().write(raw)

    recorder = BackgroundRecorder(RecordingShelf(tmp_path, 100), "live", most_waiting=10, recorder=Slow)
    recorder.start()
    recorder.tap(frame(0))
    assert begun.wait(20)
    for number in range(1, 31):
        recorder.tap(frame(number))
    assert recorder.view().dropped == 20
    gate.set()
    recorder.close()
    (path,) = tmp_path.iterdir()
    assert len(list(recorded_frames(path))) == 11


class Full(Recorder):
    """Refuses the first frame."""

    def write(self, raw: RawFrame) -> None:
        if raw.received_ns == START_NS:
            raise CannotRecord(Path("x"), "No space left on device")
        super().write(raw)


def recorded(folder: Path, frames: int, now_ns: Callable[[BackgroundRecorder], int]) -> BackgroundRecorder:
    made: list[BackgroundRecorder] = []
    shelf = RecordingShelf(folder, 100)
    made.append(BackgroundRecorder(shelf, "live", recorder=Full, now_ns=lambda: now_ns(made[0])))
    for number in range(frames):
        made[0].tap(frame(number))
    made[0].start()
    made[0].close()
    return made[0]


@pytest.mark.expects_log("No space left")
def test_a_full_disk_is_a_state_and_is_not_asked_again_at_once(tmp_path: Path) -> None:
    view = recorded(tmp_path, 3, lambda recorder: 0).view()
    assert (view.state, view.dropped) == ("trouble", 3)
    assert "No space left" in view.reason


@pytest.mark.expects_log("No space left")
def test_recording_goes_on_in_a_new_file_when_there_is_room_again(tmp_path: Path) -> None:
    view = recorded(tmp_path, 3, lambda recorder: 61_000_000_000 if recorder.view().dropped == 2 else 0).view()
    assert (view.state, view.reason, view.dropped) == ("recording", "", 2)
    (path,) = tmp_path.iterdir()
    assert [raw for _, raw in recorded_frames(path)] == [frame(2)]


class TinyDisk:
    """A disk with so much room: files on it end with "No space left on device"."""

    def __init__(self, room: int) -> None:
        self.room = room

    def open(self, path: Path) -> BinaryIO:
        return TinyFile(self, path)  # type: ignore[return-value]


class TinyFile(io.RawIOBase):
    """A file of a tiny disk."""

    def __init__(self, disk: TinyDisk, path: Path) -> None:
        self._disk = disk
        self._file = path.open("xb", buffering=0)

    def write(self, data: Any) -> int:
        part = bytes(data)[: self._disk.room]
        if not part:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._disk.room -= len(part)
        return self._file.write(part)

    def close(self) -> None:
        self._file.close()
        super().close()


def noise(number: int) -> RawFrame:
    """Return a frame of half a kilobyte that no compression makes smaller, each two seconds after the one before."""
    text = hashlib.shake_256(str(number).encode()).hexdigest(250).encode()
    return RawFrame(START_NS + number * 2_000_000_000, "binance", "/market/stream", text)


@pytest.mark.expects_log("No space left|the budget is used")
def test_a_disk_that_fills_up_keeps_the_budget_and_leaves_no_empty_files(tmp_path: Path) -> None:
    disk = TinyDisk(2_000)
    now = [0]
    old = put(tmp_path, "seawall-20260101T000000Z-0001.jsonl.zst", 99 * MB)
    recorder = BackgroundRecorder(
        RecordingShelf(tmp_path, 99),
        "live",
        recorder=lambda folder, world: Recorder(folder, world, open_new=disk.open),
        now_ns=lambda: now[0],
    )
    held: list[Recorder | None] = [None]

    def tap(first: int, last: int) -> None:
        # What its thread does, frame by frame, in the test's own.
        for number in range(first, last):
            held[0] = recorder._written(held[0], noise(number))

    tap(0, 30)
    assert (recorder.view().state, "No space left" in recorder.view().reason) == ("trouble", True)
    assert not old.exists(), "the budget is kept also then"
    dropped = recorder.view().dropped
    assert dropped > 0
    for minute in range(1, 6):
        now[0] = minute * 61_000_000_000
        tap(30 * minute, 30 * minute + 2)
        assert recorder.view().state == "trouble"
    assert recorder.view().dropped == dropped + 10
    (cut,) = tmp_path.iterdir()
    assert cut.stat().st_size > 0, "no file without a header is left behind"
    disk.room = 1_000_000
    now[0] += 61_000_000_000
    tap(500, 510)
    assert (recorder.view().state, recorder.view().reason) == ("recording", "")
    recorder._closed(held[0])
    new = next(path for path in tmp_path.iterdir() if path != cut)
    assert [raw for _, raw in recorded_frames(new)] == [noise(number) for number in range(500, 510)]
