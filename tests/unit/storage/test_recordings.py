from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from desktop.domain.errors import BadInput
from desktop.domain.market import FeedStatus, Message
from desktop.domain.raw_frame import RawFrame
from desktop.storage.recorder import CannotRecord, Recorder
from desktop.storage.recordings import frame_line, header_line, recorded_frames, recording_header, replayed

START_NS = 1_790_000_000_000_000_000
FRAMES = [
    RawFrame(START_NS, "binance", "/market/stream?streams=x", event="connected"),
    RawFrame(START_NS + 1, "binance", "/market/stream?streams=x", b'{"e":"trade","words":"\xc3\xa9 \\u00e9"}'),
    RawFrame(START_NS + 2, "bybit", "/v5/public/linear", b"\xff\x00 not text"),
    RawFrame(START_NS + 3, "bybit", "POST /v5/x", b"{}", request='{"a":1}'),
    RawFrame(START_NS + 4, "bybit", "/v5/public/linear", event="gap", detail="lost", since_ms=1_789_999_990_000),
]


def plain_file(folder: Path, *lines: bytes) -> Path:
    path = folder / "r.jsonl"
    path.write_bytes(header_line("synthetic", START_NS) + b"".join(lines))
    return path


def read_until_trouble(path: Path) -> tuple[list[RawFrame], str]:
    got: list[RawFrame] = []
    try:
        for _, raw in recorded_frames(path):
            got.append(raw)
    except BadInput as error:
        return got, error.message
    return got, ""


def test_what_was_recorded_is_read_back_byte_for_byte(tmp_path: Path) -> None:
    with Recorder(tmp_path / "new" / "folder", "live") as recorder:
        for raw in FRAMES:
            recorder.write(raw)
    (path,) = recorder.files
    assert path.name == "seawall-20260921T141320Z-0001.jsonl.zst"
    assert path.stat().st_mode & 0o077 == 0
    assert [raw for _, raw in recorded_frames(path)] == FRAMES
    assert recording_header(path).world == "live"
    assert recorder.frames == 3


def test_a_full_file_is_followed_by_another_one(tmp_path: Path) -> None:
    with Recorder(tmp_path, "live", most_bytes=400) as recorder:
        for _ in range(4):
            recorder.write(FRAMES[1])
    assert len(recorder.files) > 1
    assert [raw for path in recorder.files for _, raw in recorded_frames(path)] == [FRAMES[1]] * 4


def test_each_new_file_is_told(tmp_path: Path) -> None:
    begun: list[Path] = []
    with Recorder(tmp_path, "live", most_bytes=400, on_begin=begun.append) as recorder:
        for _ in range(4):
            recorder.write(FRAMES[1])
    assert begun == recorder.files


def test_an_old_file_is_followed_by_another_one(tmp_path: Path) -> None:
    with Recorder(tmp_path, "live", longest_ns=10) as recorder:
        recorder.write(FRAMES[1])
        recorder.write(RawFrame(START_NS + 20, "binance", "/x", b"{}"))
    assert len(recorder.files) == 2


def test_a_clock_that_is_set_back_keeps_nothing_from_the_disk_and_no_file_open(tmp_path: Path) -> None:
    day_ns = 24 * 3600 * 1_000_000_000
    recorder = Recorder(tmp_path, "live")
    recorder.write(FRAMES[1])
    for later_ns in (0, 2_000_000_000):
        recorder.write(RawFrame(START_NS - day_ns + later_ns, "binance", "/x", b"{}"))
    left = tmp_path / "left.jsonl.zst"
    left.write_bytes(recorder.files[-1].read_bytes())
    assert len(recorder.files) == 2
    assert len(read_until_trouble(left)[0]) == 2
    recorder.write(RawFrame(START_NS - day_ns - 2_000_000_000, "binance", "/x", b"{}"))
    left.write_bytes(recorder.files[-1].read_bytes())
    assert len(read_until_trouble(left)[0]) == 3
    recorder.close()


def test_an_older_recording_is_never_written_over(tmp_path: Path) -> None:
    written: list[Path] = []
    for place in (1, 2):
        with Recorder(tmp_path, "live") as recorder:
            recorder.write(FRAMES[place])
        written += recorder.files
    assert [[raw for _, raw in recorded_frames(path)] for path in written] == [[FRAMES[1]], [FRAMES[2]]]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with Recorder(blocked / "sub", "live") as recorder, pytest.raises(CannotRecord, match="file/sub"):
        recorder.write(FRAMES[1])


def test_a_program_that_dies_leaves_a_file_that_reads_up_to_there(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "live")
    second = 1_000_000_001
    for number in range(5):
        recorder.write(RawFrame(START_NS + number * second, "binance", "/x", b'{"n":%d}' % number))
    left = tmp_path / "left.jsonl.zst"
    left.write_bytes(recorder.files[0].read_bytes())
    recorder.close()
    got, trouble = read_until_trouble(left)
    assert len(got) == 5
    assert "left.jsonl.zst, line 7: the compressed file is cut off" in trouble


@pytest.mark.parametrize("cut", [20, 60, 100])
def test_a_cut_compressed_file_names_the_line_after_all_before_it(tmp_path: Path, cut: int) -> None:
    lines = [frame_line(RawFrame(START_NS + n, "binance", "/x", b'{"n":"%032x"}' % (n * 7919**9))) for n in range(50)]
    packed = zstandard.ZstdCompressor().compress(header_line("live", START_NS) + b"".join(lines))
    path = tmp_path / "cut.jsonl.zst"
    path.write_bytes(packed[: len(packed) * cut // 100 - 1])
    got, trouble = read_until_trouble(path)
    assert got == [RawFrame(START_NS + n, "binance", "/x", b'{"n":"%032x"}' % (n * 7919**9)) for n in range(len(got))]
    assert f"cut.jsonl.zst, line {len(got) + 2 if got else 1}: the compressed file is cut off" in trouble


def test_damaged_compression_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl.zst"
    path.write_bytes(b"this was never compressed")
    got, trouble = read_until_trouble(path)
    assert (got, "bad.jsonl.zst, line 1: the compressed data is damaged" in trouble) == ([], True)


def test_several_compressed_frames_in_one_file_are_one_recording(tmp_path: Path) -> None:
    path = tmp_path / "two.jsonl.zst"
    pack = zstandard.ZstdCompressor().compress
    path.write_bytes(pack(header_line("live", START_NS) + frame_line(FRAMES[1])) + pack(frame_line(FRAMES[2])))
    assert read_until_trouble(path) == ([FRAMES[1], FRAMES[2]], "")


def test_a_line_cut_off_at_the_end_is_named_after_the_others(tmp_path: Path) -> None:
    path = plain_file(tmp_path, frame_line(FRAMES[1]), frame_line(FRAMES[2])[:40])
    got, trouble = read_until_trouble(path)
    assert got == [FRAMES[1]]
    assert "r.jsonl, line 3: not a line of a recording" in trouble


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"[]\n", "not a line of a recording"),
        (b"{}\n", "neither a frame nor an event"),
        (b'{"frame":"x","venue":"binance"}\n', "without venue or time of receipt"),
        (b'{"received_ns":1,"venue":"binance","frame_b64":"%%%"}\n', "frame_b64"),
        (b'{"received_ns":"1","venue":"binance","frame":"x"}\n', "Expected `int`"),
        (b"\xff\xfe\n", "not a line of a recording"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: bytes, words: str) -> None:
    got, trouble = read_until_trouble(plain_file(tmp_path, frame_line(FRAMES[1]), b"\n", line, frame_line(FRAMES[2])))
    assert got == [FRAMES[1]]
    assert "line 4" in trouble
    assert words in trouble


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b'{"stream":"x"}\n', "line 1: not the beginning of a recording"),
        (b'{"seawall_recording":2,"world":"live","started_ns":1}\n', "a recording of form 2"),
    ],
)
def test_a_file_that_is_no_recording_says_so(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "r.jsonl"
    path.write_bytes(content)
    assert words in read_until_trouble(path)[1]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none\.jsonl"):
        recording_header(tmp_path / "none.jsonl")


def test_lines_of_other_kinds_are_passed_over(tmp_path: Path) -> None:
    path = plain_file(tmp_path, b'{"event":"history","coin":"BTC","hours":[]}\n', frame_line(FRAMES[1]))
    assert read_until_trouble(path) == ([FRAMES[1]], "")


def test_replay_reads_each_line_below_the_parser(tmp_path: Path) -> None:
    seen: list[RawFrame] = []

    def read(raw: RawFrame) -> tuple[Message, ...]:
        seen.append(raw)
        return (FeedStatus(raw.venue, raw.channel, "note", str(len(seen)), 0),)

    path = plain_file(tmp_path, *map(frame_line, FRAMES))
    rows = list(replayed(path, read))
    assert seen == FRAMES
    assert [(at_ns, venue) for at_ns, venue, _ in rows] == [(raw.received_ns, raw.venue) for raw in FRAMES]
    assert all(len(messages) == 1 for _, _, messages in rows)


def test_reading_is_lazy(tmp_path: Path) -> None:
    path = plain_file(tmp_path, frame_line(FRAMES[1]), b"broken\n")
    frames = recorded_frames(path)
    take: Callable[[], tuple[int, RawFrame]] = lambda: next(frames)  # noqa: E731
    assert take() == (2, FRAMES[1])
    with pytest.raises(BadInput, match="line 3"):
        take()
