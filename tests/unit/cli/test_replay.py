"""A recording through the whole engine, by the command people run."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zstandard

from desktop.cli import replay
from desktop.cli.output import Output
from desktop.domain.errors import BadInput
from desktop.domain.raw_frame import RawFrame
from desktop.risk.indicators.catalogue import COIN_INDICATORS, MARKET_INDICATORS
from desktop.storage.recording_history import recorded_history
from desktop.storage.recordings import frame_line, header_line
from tests.fakes.market_tape import START_MS, quiet_hours

_MARKET = "/market/stream?streams=btcusdt@aggTrade/btcusdt@forceOrder/btcusdt@markPrice@1s"
_encode = msgspec.json.Encoder().encode


def _line(at_ms: int, frame: dict[str, object] | bytes, channel: str = _MARKET) -> bytes:
    raw = frame if isinstance(frame, bytes) else _encode(frame)
    return frame_line(RawFrame(at_ms * 1_000_000, "binance", channel, raw))


def _trade(at_ms: int, number: int, price: float) -> bytes:
    data = {"e": "aggTrade", "E": at_ms, "a": number, "s": "BTCUSDT", "p": f"{price:.2f}", "q": "0.5", "nq": "0.5",
            "f": number, "l": number, "T": at_ms, "m": True, "st": 1}  # fmt: skip
    return _line(at_ms, {"stream": "btcusdt@aggTrade", "data": data})


def _mark(at_ms: int, price: float) -> bytes:
    data = {"e": "markPriceUpdate", "E": at_ms, "s": "BTCUSDT", "p": f"{price:.2f}", "i": f"{price:.2f}",
            "P": f"{price:.2f}", "r": "0.00010000", "T": START_MS + 28_800_000, "st": 1}  # fmt: skip
    return _line(at_ms, {"stream": "btcusdt@markPrice@1s", "data": data})


def _forced(at_ms: int, price: float, quantity: float) -> bytes:
    order = {"s": "BTCUSDT", "S": "SELL", "o": "LIMIT", "f": "IOC", "q": f"{quantity}", "p": f"{price - 1:.2f}",
             "ap": f"{price:.2f}", "X": "FILLED", "l": "1", "z": f"{quantity}", "T": at_ms, "ps": "BTCUSDT",
             "st": 1}  # fmt: skip
    return _line(at_ms, {"stream": "btcusdt@forceOrder", "data": {"e": "forceOrder", "E": at_ms, "o": order}})


def _storm() -> Iterator[bytes]:
    """Yield a recording: history, a calm minute, then a minute of falling prices and forced selling."""
    yield header_line("synthetic", START_MS * 1_000_000)
    hours = [msgspec.structs.astuple(bar)[:10] for bar in quiet_hours(720)]
    yield _encode({"event": "history", "coin": "BTC", "hours": hours}) + b"\n"
    interest = {"openInterest": "1000000.0", "symbol": "BTCUSDT", "time": START_MS}
    yield _mark(START_MS, 100.0)
    yield _line(START_MS + 10, interest, "GET /fapi/v1/openInterest?symbol=BTCUSDT")
    for second in range(1, 120):
        at_ms = START_MS + second * 1_000
        price = 100.0 - max(0, second - 60) * 0.05
        yield _trade(at_ms, second, price)
        yield _mark(at_ms + 5, price)
        if second > 60:
            yield _forced(at_ms + 10, price, 400.0)


def _run(path: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    parser = argparse.ArgumentParser()
    replay.add_arguments(parser)
    assert replay.run(parser.parse_args([str(path)]), Output(as_json=True)) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def _recorded(tmp_path: Path, lines: list[bytes]) -> Path:
    path = tmp_path / "storm.jsonl"
    path.write_bytes(b"".join(lines))
    return path


def test_a_storm_opens_and_raises_one_incident_and_ends_with_a_summary(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    *incidents, summary = _run(_recorded(tmp_path, list(_storm())), capsys)
    assert [(i["change"], i["level"]) for i in incidents if i["change"] != "updated"] == [
        ("opened", "notable"),
        ("raised", "warning"),
        ("raised", "critical"),
    ]
    early = incidents[0]
    assert (early["kind"], early["rule"], early["coin"]) == ("incident", "cascade-started", "BTC")
    assert (early["cause"], early["rings"]) == ("forced-selling", False)
    assert START_MS + 60_000 < early["at_ms"] < START_MS + 90_000
    first = next(incident for incident in incidents if incident["level"] == "warning")
    assert (first["cause"], first["rings"]) == ("cascade-started", True)
    assert [factor["name"] for factor in first["factors"]] == ["LIQ_INT_1H", "LIQ_IMB_1H", "LOW_BREAK_24H"]
    assert len({incident["id"] for incident in incidents}) == 1
    assert (summary["kind"], summary["messages"], summary["unparsed"]) == ("summary", 2 * 119 + 59 + 2, 0)
    assert set(summary["indicators"]) == {"BTC", "ETH", "SOL"}
    assert set(summary["indicators"]["BTC"]) == set(COIN_INDICATORS)
    assert set(summary["market"]) == set(MARKET_INDICATORS)
    assert set(summary["composites"]) == {"BTC", "ETH", "SOL"}
    assert summary["indicators"]["BTC"]["LIQ_VOL_LONG_1H"]["value"] > 400 * 59 * 97
    assert summary["indicators"]["ETH"]["LIQ_VOL_LONG_1H"]["value"] is None


def test_the_same_file_gives_the_same_bytes_but_for_the_time_it_took(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _recorded(tmp_path, list(_storm()))
    runs = []
    for _ in range(2):
        *incidents, summary = _run(path, capsys)
        del summary["seconds"], summary["messages_per_second"]
        runs.append(json.dumps([*incidents, summary]))
    assert runs[0] == runs[1]


def _book(at_ms: int, price: float) -> bytes:
    """Return a whole book of Bybit that reaches more than one per cent."""
    bids = [[f"{price * (1 - 0.001 * step):.2f}", "900"] for step in range(1, 16)]
    asks = [[f"{price * (1 + 0.001 * step):.2f}", "900"] for step in range(1, 16)]
    data = {"s": "BTCUSDT", "b": bids, "a": asks, "u": at_ms - START_MS + 1, "seq": at_ms - START_MS + 1}
    frame = {"topic": "orderbook.1000.BTCUSDT", "type": "snapshot", "ts": at_ms, "data": data, "cts": at_ms}
    return frame_line(RawFrame(at_ms * 1_000_000, "bybit", "books /v5/public/linear", _encode(frame)))


def _with_books() -> list[bytes]:
    """Return the storm after a month in which contracts were opened, with a book every five seconds."""
    lines: list[bytes] = []
    for line in _storm():
        said = msgspec.json.decode(line)
        at_ms = said.get("received_ns", 0) // 1_000_000
        if said.get("event") == "history":
            for place, hour in enumerate(said["hours"]):
                hour[9] = 400_000.0 + 800 * place
            lines.append(_encode(said) + b"\n")
            continue
        if at_ms and at_ms % 5_000 == START_MS % 5_000:
            lines.append(_book(at_ms, 100.0))
        lines.append(line)
    return lines


def test_the_cascade_is_told_where_the_recording_holds_books_and_else_why_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    without = _run(_recorded(tmp_path, list(_storm())), capsys)[-1]["indicators"]["BTC"]["CASCADE_K"]
    assert (without["value"], without["state"], without["reason"]) == (None, "unknown", "no live order book")
    cascade = _run(_recorded(tmp_path, _with_books()), capsys)[-1]["indicators"]["BTC"]["CASCADE_K"]
    assert cascade["state"] == "live"
    assert cascade["value"] > 0
    assert "reason" not in cascade
    again = _run(_recorded(tmp_path, _with_books()), capsys)[-1]["indicators"]["BTC"]["CASCADE_K"]
    assert again == cascade


def test_the_basis_is_told_where_the_recording_holds_dated_contracts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    without = _run(_recorded(tmp_path, list(_storm())), capsys)[-1]["indicators"]["BTC"]["BASIS_ANN"]
    assert (without["state"], without["reason"]) == ("unknown", "no dated futures are read")
    at_ms = START_MS + 110_000
    rows = [
        {"instType": "FUTURES", "instId": symbol, "last": last, "volCcy24h": "10", "ts": str(at_ms)}
        for symbol, last in (("BTC-USDT-260327", "99"), ("BTC-USD-260327", "99"), ("BTC-USDT-260206", "500"))
    ]
    frame = _encode({"code": "0", "msg": "", "data": rows})
    channel = "GET /api/v5/market/tickers?instType=FUTURES"
    told = frame_line(RawFrame(at_ms * 1_000_000, "okx", channel, frame))
    lines = list(_storm())
    place = next(n for n, line in enumerate(lines) if msgspec.json.decode(line).get("received_ns", 0) > at_ms * 10**6)
    basis = _run(_recorded(tmp_path, [*lines[:place], told, *lines[place:]]), capsys)[-1]
    found = basis["indicators"]["BTC"]["BASIS_ANN"]
    days = (1_774_598_400_000 - START_MS - 120_000) / 86_400_000
    assert found["state"] == "live"
    # Six days to go are less than a week: that contract is left aside.
    assert found["value"] == pytest.approx((99.0 / 97.05 - 1) * 365 / days, rel=1e-3)


def test_compressed_recordings_say_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain = _recorded(tmp_path, list(_storm()))
    packed = tmp_path / "storm.jsonl.zst"
    packed.write_bytes(zstandard.compress(plain.read_bytes()))
    assert _run(packed, capsys)[:-1] == _run(plain, capsys)[:-1]


def test_without_history_the_rule_is_named_as_suspended_and_does_not_fire(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [line for line in _storm() if b'"history"' not in line]
    *incidents, summary = _run(_recorded(tmp_path, lines), capsys)
    assert incidents == []
    assert any("cascade-started · BTC" in words for words in summary["suspended"])


def test_a_broken_frame_is_counted_and_the_rest_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = list(_storm())
    lines.insert(40, _line(START_MS + 20_000, b'{"stream":"btcusdt@aggTrade","data":{"e":"aggTr'))
    *incidents, summary = _run(_recorded(tmp_path, lines), capsys)
    assert summary["unparsed"] == 1
    assert incidents


def test_a_cut_recording_is_summed_up_as_far_as_it_goes_and_then_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = list(_storm())
    path = _recorded(tmp_path, [*lines[:-1], lines[-1][:50]])
    parser = argparse.ArgumentParser()
    replay.add_arguments(parser)
    with pytest.raises(BadInput, match=rf"storm\.jsonl, line {len(lines)}"):
        replay.run(parser.parse_args([str(path)]), Output(as_json=True))
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert last["kind"] == "summary"
    assert last["messages"] > 200


def test_a_file_that_is_no_recording_has_no_summary(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(BadInput, match="line 1"):
        _run(_recorded(tmp_path, [b"# notes\n"]), capsys)
    assert capsys.readouterr().out == ""


def test_silence_in_the_recording_is_an_incident_by_its_own_clock(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [header_line("synthetic", START_MS * 1_000_000)]
    lines += [_mark(START_MS + at_ms, 100.0) for at_ms in (0, 1_000, 61_000, 62_000, 63_000, 67_000, 70_000)]
    *incidents, _ = _run(_recorded(tmp_path, lines), capsys)
    assert [(i["rule"], i["venue"], i["change"]) for i in incidents] == [
        ("feed-dead", "binance", "opened"),
        ("feed-dead", "binance", "closed"),
    ]
    assert incidents[0]["at_ms"] == START_MS + 31_000


def test_a_bad_hour_in_the_history_is_named_with_its_line(tmp_path: Path) -> None:
    lines = [header_line("synthetic", 1), b'{"event":"history","coin":"BTC","hours":[[1,2,3]]}\n']
    with pytest.raises(BadInput, match=r"line 2"):
        recorded_history(_recorded(tmp_path, lines))


def test_a_recording_that_begins_before_the_clock_was_set_is_not_lived_through_second_by_second(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [header_line("synthetic", 1), _mark(1_000, 99.0), _mark(START_MS, 100.0)]
    assert [line["kind"] for line in _run(_recorded(tmp_path, lines), capsys)][-1] == "summary"
