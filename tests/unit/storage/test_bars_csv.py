"""CSV of bars: what is read, and errors that name file, line and column."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from desktop.domain.errors import BadInput
from desktop.storage.bars_csv import BarsFile, Row

_HEAD = "timestamp,price_open,price_high,price_low,price_close,liquidation_long_usd,oi_close"
_T0 = 1_764_828_000_000


def _rows(path: Path) -> list[Row]:
    bars = BarsFile(path)
    try:
        return list(bars.rows())
    finally:
        bars.close()


def _written(tmp_path: Path, *lines: str, head: str = _HEAD) -> Path:
    path = tmp_path / "bars.csv"
    path.write_text("\n".join((head, *lines)) + "\n", encoding="utf-8")
    return path


def test_rows_are_read_and_an_empty_cell_is_unknown(tmp_path: Path) -> None:
    row = _rows(_written(tmp_path, f"{_T0},1,3,0.5,2,,1000"))[0]
    assert (row.line, row.open_ms, row.high, row.long_usd, row.short_usd, row.oi_usd) == (
        2,
        _T0,
        3.0,
        None,
        None,
        1000.0,
    )


def test_funding_in_percent_becomes_a_fraction_and_may_be_negative(tmp_path: Path) -> None:
    path = _written(tmp_path, f"{_T0},1,3,0.5,2,-0.02", head=_HEAD.rsplit(",", 2)[0] + ",funding_close")
    assert _rows(path)[0].funding_8h == pytest.approx(-0.0002)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f"{_T0 + 1},NaN,3,1,2,0,0", "line 3 column price_open: 'NaN'"),
        (f"{_T0 + 1},1,inf,1,2,0,0", "line 3 column price_high: 'inf'"),
        (f"{_T0 + 1},1,3,-1,2,0,0", "line 3 column price_low: -1"),
        (f"{_T0 + 1},1,3,1,,0,0", "line 3 column price_close: is empty"),
        (f"{_T0 + 1},1,3,1,2,-7,0", "line 3 column liquidation_long_usd: -7 is negative"),
        (f"{_T0 + 1},1,3,1,2,0,much", "line 3 column oi_close: 'much'"),
        (f"{_T0 + 1},1,1,3,2,0,0", "line 3 column price_high: 1 is under the low 3"),
        (f"{_T0},1,3,1,2,0,0", "line 3 column timestamp: 1764828000000 repeats"),
        (f"{_T0 - 1},1,3,1,2,0,0", "line 3 column timestamp: 1764827999999 is older"),
        ("2025-12-04,1,3,1,2,0,0", "line 3 column timestamp: '2025-12-04'"),
        ("1764828001,1,3,1,2,0,0", "line 3 column timestamp: 1764828001 is not in milliseconds"),
        (f"{_T0 + 1}000,1,3,1,2,0,0", "line 3 column timestamp: 1764828000001000 is not in milliseconds"),
        (f"{_T0 + 1},1,3,1,2", "line 3: 5 cells where the header has 7"),
    ],
)
def test_what_is_off_is_named_with_file_line_and_column(tmp_path: Path, line: str, said: str) -> None:
    path = _written(tmp_path, f"{_T0},1,3,0.5,2,0,0", line)
    with pytest.raises(BadInput) as caught:
        _rows(path)
    assert f"{path} {said}" in caught.value.message


def test_a_missing_column_is_named_with_the_nearest_one(tmp_path: Path) -> None:
    path = _written(tmp_path, head=_HEAD.replace("price_close", "prise_close"))
    with pytest.raises(BadInput, match=r"bars\.csv line 1: there is no column 'price_close'") as caught:
        BarsFile(path)
    assert "prise_close" in caught.value.remedy


def test_many_coins_may_share_a_time_but_not_twice(tmp_path: Path) -> None:
    head = "timestamp,symbol,open,high,low,close,quote_volume"
    good = _written(tmp_path, f"{_T0},A,1,3,0.5,2,9", f"{_T0},B,1,3,0.5,2,9", head=head)
    assert [row.symbol for row in _rows(good)] == ["A", "B"]
    bad = _written(tmp_path, f"{_T0},A,1,3,0.5,2,9", f"{_T0},A,1,3,0.5,2,9", head=head)
    with pytest.raises(BadInput, match="column symbol: 'A' stands twice"):
        _rows(bad)


def test_gz_is_read_and_a_truncated_one_is_named(tmp_path: Path) -> None:
    text = _HEAD + "".join(f"\n{_T0 + n},1,3,0.5,{2 + n / 7},0,0" for n in range(2_000)) + "\n"
    packed = gzip.compress(text.encode())
    whole, cut = tmp_path / "whole.csv.gz", tmp_path / "cut.csv.gz"
    whole.write_bytes(packed)
    cut.write_bytes(packed[: len(packed) // 2])
    assert len(_rows(whole)) == 2_000
    with pytest.raises(BadInput, match=r"cut\.csv\.gz line \d{3,4}: cannot read on"):
        _rows(cut)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00\x01,\n", b"PK\x03\x04\x00\x00"])
@pytest.mark.parametrize("name", ["bars.csv", "bars.csv.gz"])
def test_a_file_that_is_no_csv_is_bad_input_from_its_first_line(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadInput, match=rf"{name} line 1: "):
        _rows(path)


@pytest.mark.parametrize("place", [1, 700, 1_999])
def test_a_byte_that_is_not_utf_8_is_named_with_its_line(tmp_path: Path, place: int) -> None:
    lines = [_HEAD.encode(), *(b"%d,1,3,0.5,2,0,0" % (_T0 + n) for n in range(2_000))]
    lines[place] = lines[place].replace(b",1,", b",\xff,")
    path = tmp_path / "bars.csv"
    path.write_bytes(b"\n".join(lines))
    with pytest.raises(BadInput, match=rf"bars\.csv line {place + 1}: not UTF-8 text \(byte 0xff\)"):
        _rows(path)


def test_a_file_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none\.csv"):
        BarsFile(tmp_path / "none.csv")
