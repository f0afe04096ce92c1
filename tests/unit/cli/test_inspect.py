import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from desktop.cli import inspect
from desktop.cli.output import Output
from desktop.domain.errors import BadInput
from desktop.domain.raw_frame import RawFrame
from desktop.storage.recordings import frame_line, header_line

ORDER = {"s": "1000PEPEUSDT", "S": "SELL", "p": "1", "q": "9", "ap": "0.0100", "z": "12.5", "T": 1790000000123}
FORCED = {"stream": "x", "data": {"e": "forceOrder", "E": 1790000001000, "o": ORDER}}
TICKER = {"symbol": "BTCUSDT", "markPrice": "80000", "indexPrice": "80001", "singleOpenInterest": "2"}
START_NS = 1_790_000_000_000_000_000


def arguments(path: Path, *more: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    inspect.add_arguments(parser)
    return parser.parse_args([str(path), *more])


def written(folder: Path, *lines: object) -> Path:
    path = folder / "frames.jsonl"
    path.write_bytes(b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines))
    return path


def printed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_bare_messages_are_printed_in_the_promised_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, FORCED, {"result": None, "id": 1})
    assert inspect.run(arguments(path, "--venue", "binance"), Output(as_json=True)) == 0
    assert printed(capsys) == [
        {
            "kind": "liquidation", "venue": "binance", "symbol": "1000PEPEUSDT", "at_ms": 1790000000123,
            "coin": "PEPE", "side": "long", "quantity": "12500.0", "price": "0.0100", "price_kind": "fill",
            "usd": 0.125,
        },
        {
            "kind": "status", "venue": "binance", "symbol": None, "at_ms": None, "channel": "", "event": "note",
            "detail": "acknowledged 1",
        },
    ]  # fmt: skip


def test_ticker_deltas_are_printed_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def ticker(kind: str, fields: dict[str, str]) -> dict[str, object]:
        return {"topic": "tickers.BTCUSDT", "type": kind, "data": fields, "ts": 1790000000000}

    path = written(
        tmp_path, ticker("snapshot", TICKER), ticker("delta", {"symbol": "BTCUSDT", "fundingRate": "0.0001"})
    )
    inspect.run(arguments(path, "--venue", "bybit"), Output(as_json=True))
    mark, interest, delta = printed(capsys)
    assert mark["kind"] == delta["kind"] == "mark"
    assert (delta["mark"], delta["index"], delta["funding_rate"]) == ("80000", "80001", 0.0001)
    assert (interest["kind"], interest["coins"], interest["usd"]) == ("open_interest", "2", 160000.0)


def test_what_cannot_be_read_is_named_and_the_run_ends_with_bad_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, FORCED, b'{"e":"kline","x":NaN}', b"", FORCED)
    with pytest.raises(BadInput, match=r"frames\.jsonl: 1 of 3 messages") as caught:
        inspect.run(arguments(path, "--venue", "binance"), Output(as_json=True))
    assert caught.value.exit_code == 3
    rows = printed(capsys)
    assert [row["kind"] for row in rows] == ["liquidation", "unparsed", "liquidation"]
    assert (rows[1]["line"], rows[1]["offset"]) == (2, 17)
    assert rows[1]["reason"]


def test_a_recording_is_read_by_each_frames_venue_up_to_where_it_breaks_off(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "r.jsonl"
    okx = RawFrame(START_NS, "okx", "/ws/v5/public", b"pong")
    gap = RawFrame(START_NS, "bybit", "/x", event="gap", detail="lost", since_ms=1_789_999_990_000)
    strange = RawFrame(START_NS, "hyperliquid", "/ws", b"{}")
    binance = RawFrame(START_NS, "binance", "/market/stream", json.dumps(FORCED).encode())
    lines = [frame_line(raw) for raw in (okx, gap, strange, binance)]
    path.write_bytes(header_line("live", START_NS) + b"".join(lines) + b'{"received_ns":')
    with pytest.raises(BadInput, match=r"r\.jsonl, line 6"):
        inspect.run(arguments(path), Output(as_json=True))
    rows = printed(capsys)
    assert [(row["kind"], row["venue"]) for row in rows] == [
        ("status", "okx"),
        ("status", "bybit"),
        ("unparsed", "hyperliquid"),
        ("liquidation", "binance"),
    ]
    assert (rows[1]["event"], rows[1]["since_ms"]) == ("gap", 1_789_999_990_000)


def test_a_persons_own_table_is_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "mine.json"
    entry = {
        "venue": "okx", "symbol": "NEW-USDT-SWAP", "coin": "NEW", "contract_size": "10", "contract_coin": "NEW",
        "multiplier": "1", "kind": "linear",
    }  # fmt: skip
    table.write_text(json.dumps([entry]))
    detail = {"bkPx": "2", "sz": "3", "posSide": "short", "side": "buy", "ts": "1790000000123"}
    frame = {"arg": {"channel": "liquidation-orders"}, "data": [{"instId": "NEW-USDT-SWAP", "details": [detail]}]}
    path = written(tmp_path, frame)
    inspect.run(arguments(path, "--venue", "okx"), Output(as_json=True))
    inspect.run(arguments(path, "--venue", "okx", "--instruments", str(table)), Output(as_json=True))
    unknown, known = printed(capsys)
    assert (unknown["quantity"], unknown["usd"]) == (None, None)
    assert (known["quantity"], known["usd"]) == ("30", 60.0)


def test_hyperliquids_bare_messages_carry_their_own_times(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    forced = {"liquidatedUser": "0x01", "markPx": "80000", "method": "market"}
    fill = {
        "coin": "BTC", "px": "80000", "sz": "0.5", "side": "B", "time": 1790000000123, "tid": 7, "dir": "Open Long",
        "liquidation": forced,
    }  # fmt: skip
    context = {"markPx": "80000", "oraclePx": "80001", "funding": "0.0000125", "openInterest": "20"}
    path = written(
        tmp_path,
        {"channel": "userFills", "data": {"user": "0x02", "isSnapshot": True, "fills": [fill]}},
        {"channel": "activeAssetCtx", "data": {"coin": "BTC", "ctx": context}},
        {"channel": "pong"},
    )
    assert inspect.run(arguments(path, "--venue", "hyperliquid"), Output(as_json=True)) == 0
    closed, mark, interest, pong = printed(capsys)
    assert (closed["kind"], closed["side"], closed["price_kind"]) == ("liquidation", "long", "fill")
    assert (closed["usd"], closed["at_ms"]) == (40_000.0, 1790000000123)
    assert (mark["kind"], mark["funding_interval_h"], mark["at_ms"]) == ("mark", 1.0, None)
    assert (interest["kind"], interest["usd"]) == ("open_interest", 1_600_000.0)
    assert pong["kind"] == "status"


def test_bare_messages_without_a_venue_point_to_the_option(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        inspect.run(arguments(written(tmp_path, FORCED)), Output(as_json=True))
    assert "--venue" in caught.value.remedy


def test_words_for_people_name_side_amount_and_price(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inspect.run(arguments(written(tmp_path, FORCED), "--venue", "binance"), Output(as_json=False))
    assert "long closed: 12500.0 PEPE at 0.0100 (fill), 0.12 USD" in capsys.readouterr().out


def bybit_book(at_ms: int, number: int, bid: str, kind: str = "delta") -> dict[str, object]:
    asks = [["80001", "1"]] if kind == "snapshot" else []
    data = {"s": "BTCUSDT", "b": [[bid, "1"]], "a": asks, "u": number, "seq": number}
    return {"topic": "orderbook.50.BTCUSDT", "type": kind, "ts": at_ms, "data": data, "cts": at_ms}


def hyperliquid_book(at_ms: int, bid: str) -> dict[str, object]:
    levels = [[{"px": bid, "sz": "1", "n": 1}], [{"px": "80001", "sz": "1", "n": 1}]]
    return {"channel": "l2Book", "data": {"coin": "BTC", "time": at_ms, "levels": levels}}


def binance_depth(at_ms: int, bid: str) -> dict[str, object]:
    return {
        "e": "depthUpdate",
        "E": at_ms,
        "T": at_ms,
        "s": "BTCUSDT",
        "U": 1,
        "u": 5,
        "pu": 0,
        "b": [[bid, "1"]],
        "a": [],
    }


@pytest.mark.parametrize(
    ("venue", "messages", "books"),
    [
        (
            "bybit",
            [
                bybit_book(1790000001000, 10, "80000", "snapshot"),
                bybit_book(1790000001100, 11, "80000.5"),
                bybit_book(1790000001200, 11, "80000.5"),
                bybit_book(1790000001300, 20, "80000.7"),
                bybit_book(1790000001400, 21, "80000.8"),
            ],
            [("80000", False), ("80000.5", False), ("80000.5", False), (None, True), (None, True)],
        ),
        (
            "hyperliquid",
            [hyperliquid_book(1790000001000, "80000"), hyperliquid_book(1790000001100, "80000.5")],
            [("80000", False), ("80000.5", False)],
        ),
        ("binance", [binance_depth(1790000001000, "80000")], [(None, True)]),
    ],
)
def test_every_message_about_a_book_prints_the_book_as_it_then_stands(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    venue: str,
    messages: list[object],
    books: list[tuple[str | None, bool]],
) -> None:
    assert inspect.run(arguments(written(tmp_path, *messages), "--venue", venue), Output(as_json=True)) == 0
    told = [line for line in printed(capsys) if line["kind"] == "book"]
    assert [(line["bid"], line["gap"]) for line in told] == books
