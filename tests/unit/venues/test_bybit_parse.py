import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import FeedStatus, Liquidation, Mark, Message, OpenInterest, Trade, Unparsed
from desktop.venues.bybit.memory import TickerMemory
from desktop.venues.bybit.parse import parse

LIQUIDATED = {"T": 1790000000123, "s": "SOLUSDT", "S": "Buy", "v": "19.70", "p": "98.585"}
TRADED = {
    "T": 1790000000150, "s": "BTCUSDT", "S": "Sell", "v": "0.010", "p": "81000.10", "L": "MinusTick", "i": "a-1",
    "BT": False, "RPI": False, "seq": 9,
}  # fmt: skip
FULL = {
    "symbol": "ETHUSDT", "lastPrice": "2500.00", "markPrice": "2500.10", "indexPrice": "2501.00",
    "openInterest": "2000.50", "openInterestValue": "5001450.05", "singleOpenInterest": "1000.25",
    "singleOpenInterestValue": "2500725.02", "fundingRate": "-0.000125", "nextFundingTime": "1790006400000",
    "fundingIntervalHour": "4", "fundingCap": "0.005", "bid1Price": "2499.99",
}  # fmt: skip


def read(value: object) -> tuple[Message, ...]:
    frame = value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()
    return parse(frame, channel="/v5/public/linear", received_ns=7_000_000, instruments=InstrumentTable())


def liquidated(*rows: object) -> dict[str, object]:
    return {"topic": "allLiquidation.SOLUSDT", "type": "snapshot", "ts": 1790000000500, "data": list(rows)}


def ticker(kind: str, **fields: str) -> dict[str, object]:
    symbol = fields.get("symbol", "ETHUSDT")
    data = {"symbol": symbol, **fields}
    return {"topic": f"tickers.{symbol}", "type": kind, "data": data, "cs": 5, "ts": 1790000001000}


def test_the_side_is_the_positions_side() -> None:
    messages = read(liquidated(LIQUIDATED, {**LIQUIDATED, "S": "Sell"}))
    assert messages == (
        Liquidation(
            "bybit",
            "SOLUSDT",
            "SOL",
            "long",
            "19.70",
            "98.585",
            "bankruptcy",
            19.7 * 98.585,
            1790000000123,
            7_000_000,
        ),
        Liquidation(
            "bybit",
            "SOLUSDT",
            "SOL",
            "short",
            "19.70",
            "98.585",
            "bankruptcy",
            19.7 * 98.585,
            1790000000123,
            7_000_000,
        ),
    )


def test_inverse_sizes_are_usd() -> None:
    (message,) = read(liquidated({**LIQUIDATED, "s": "BTCUSD", "v": "820", "p": "82000.00"}))
    assert isinstance(message, Liquidation)
    assert (message.coin, message.quantity, message.usd) == ("BTC", "0.01", 820.0)


def test_thousands_are_counted_as_coins() -> None:
    (message,) = read(liquidated({**LIQUIDATED, "s": "1000PEPEUSDT", "v": "100", "p": "0.0100"}))
    assert isinstance(message, Liquidation)
    assert (message.coin, message.quantity, message.usd) == ("PEPE", "100000", 1.0)


def test_every_trade_of_a_push_is_kept_in_order() -> None:
    rows = [TRADED, {**TRADED, "S": "Buy", "p": "81000.20"}]
    messages = read({"topic": "publicTrade.BTCUSDT", "type": "snapshot", "ts": 1790000000160, "data": rows})
    assert [(m.side, m.quantity, m.price) for m in messages if isinstance(m, Trade)] == [
        ("sell", "0.010", "81000.10"),
        ("buy", "0.010", "81000.20"),
    ]


def test_a_snapshot_gives_mark_and_single_sided_open_interest() -> None:
    mark, interest = read(ticker("snapshot", **FULL))
    assert mark == Mark(
        "bybit", "ETHUSDT", "ETH", "2500.10", "2501.00", -0.000125, 4.0, 1790006400000, 1790000001000, 7_000_000
    )
    assert interest == OpenInterest("bybit", "ETHUSDT", "ETH", "1000.25", 2500725.02, 1790000001000, 7_000_000)


def test_without_the_single_sided_field_both_sides_are_halved_exactly() -> None:
    fields = {key: text for key, text in FULL.items() if not key.startswith("single")}
    _, interest = read(ticker("snapshot", **fields))
    assert isinstance(interest, OpenInterest)
    assert (interest.coins, interest.usd) == ("1000.25", 5001450.05 / 2)


def test_a_delta_says_nothing_about_what_it_leaves_out() -> None:
    (mark,) = read(ticker("delta", markPrice="2499.00"))
    assert isinstance(mark, Mark)
    assert (mark.mark, mark.index, mark.funding_rate, mark.next_funding_ms) == ("2499.00", None, None, None)
    (status,) = read(ticker("delta", bid1Price="2499.00"))
    assert isinstance(status, FeedStatus)
    assert status.event == "alive"


def test_inverse_tickers_count_usd_and_value_coins() -> None:
    fields = {**FULL, "symbol": "BTCUSD", "singleOpenInterest": "164000000", "singleOpenInterestValue": "2000.5"}
    _, interest = read(ticker("snapshot", **fields))
    assert isinstance(interest, OpenInterest)
    assert (interest.coin, interest.coins, interest.usd) == ("BTC", "2000.5", 164000000.0)


def test_the_memory_makes_deltas_whole() -> None:
    memory = TickerMemory(InstrumentTable())
    memory.whole(read(ticker("snapshot", **FULL)))
    (mark,) = memory.whole(read(ticker("delta", fundingRate="0.0002")))
    assert isinstance(mark, Mark)
    assert (mark.mark, mark.index, mark.funding_rate) == ("2500.10", "2501.00", 0.0002)
    assert (mark.funding_interval_h, mark.next_funding_ms) == (4.0, 1790006400000)
    (interest,) = memory.whole(read(ticker("delta", singleOpenInterest="1000")))
    assert isinstance(interest, OpenInterest)
    assert interest.usd == pytest.approx(2500100.0)


def test_the_memory_keeps_symbols_apart() -> None:
    memory = TickerMemory(InstrumentTable())
    memory.whole(read(ticker("snapshot", **FULL)))
    (mark,) = memory.whole(read(ticker("delta", symbol="BTCUSDT", markPrice="81000")))
    assert isinstance(mark, Mark)
    assert (mark.mark, mark.index) == ("81000", None)


@pytest.mark.parametrize(
    ("value", "event", "detail"),
    [
        ({"success": True, "ret_msg": "pong", "conn_id": "c", "op": "ping"}, "alive", "pong"),
        ({"op": "pong", "args": ["1790000000000"]}, "alive", "pong"),
        ({"success": True, "ret_msg": "", "req_id": "3", "op": "subscribe"}, "note", "acknowledged subscribe 3"),
        (
            {"success": False, "ret_msg": "handler not found", "op": "subscribe"},
            "note",
            "venue error: subscribe: handler not found",
        ),
        ({"retCode": 10006, "retMsg": "Too many visits"}, "note", "venue error: 10006 Too many visits"),
        ({"topic": "kline.5.BTCUSDT", "type": "snapshot", "data": []}, "note", "kline, not used"),
    ],
)
def test_what_the_venue_says_about_itself_is_status(value: object, event: str, detail: str) -> None:
    (status,) = read(value)
    assert isinstance(status, FeedStatus)
    assert (status.event, status.detail) == (event, detail)


def test_good_rows_beside_a_bad_one_are_kept_and_the_byte_is_named() -> None:
    frame = json.dumps(liquidated(LIQUIDATED, {**LIQUIDATED, "v": "-3"}, LIQUIDATED, 5)).encode()
    first, second, third, fourth = read(frame)
    assert isinstance(first, Liquidation)
    assert isinstance(third, Liquidation)
    assert isinstance(second, Unparsed)
    assert isinstance(fourth, Unparsed)
    assert second.offset is not None
    assert frame[second.offset :].startswith(b'"-3"')
    assert fourth.offset is not None
    assert frame[fourth.offset :] == b"5]}"


def test_a_ticker_with_a_bad_mark_keeps_its_open_interest() -> None:
    frame = json.dumps(ticker("snapshot", **{**FULL, "markPrice": "NaN"})).encode()
    interest, trouble = read(frame)
    assert isinstance(interest, OpenInterest)
    assert isinstance(trouble, Unparsed)
    assert trouble.offset is not None
    assert frame[trouble.offset :].startswith(b'"NaN"')


@pytest.mark.parametrize(
    ("frame", "reason", "offset"),
    [
        (b'{"topic":"tickers.BTCUSDT","data":{"symbol":"B', "truncated", 46),
        (b'{"topic":"kline.1.X","x":"\xc3("}', "not valid UTF-8", 26),
        (b'{"topic":"allLiquidation.X"}', "without data", 0),
        (b'{"topic":"tickers.X","data":{"symbol":"X","markPrice":"1"}}', "ts of the ticker", 28),
        (b'{"e":"aggTrade","s":"BTCUSDT"}', "it has the form of Binance", 0),
        (b'{"stream":"x","data":{}}', "it has the form of Binance", 0),
        (b'{"channel":"trades","data":[]}', "it has the form of Hyperliquid", 0),
        (b"null", "not a message of Bybit", 0),
    ],
)
def test_bytes_that_are_no_message_are_named_with_reason_and_offset(frame: bytes, reason: str, offset: int) -> None:
    (trouble,) = read(frame)
    assert isinstance(trouble, Unparsed)
    assert reason in trouble.reason
    assert trouble.offset == offset


@given(st.binary(max_size=200))
def test_any_bytes_give_messages_and_never_an_exception(frame: bytes) -> None:
    assert read(frame)


@given(st.sampled_from([liquidated(LIQUIDATED, LIQUIDATED), ticker("snapshot", **FULL)]), st.data())
def test_a_damaged_frame_never_raises(value: dict[str, object], draw: st.DataObject) -> None:
    frame = bytearray(json.dumps(value, separators=(",", ":")).encode())
    for _ in range(draw.draw(st.integers(1, 3))):
        frame[draw.draw(st.integers(0, len(frame) - 1))] = draw.draw(st.integers(0, 255))
    read(bytes(frame))


def test_a_push_without_rows_is_a_sign_of_life() -> None:
    (status,) = read(liquidated())
    assert isinstance(status, FeedStatus)
    assert status.event == "alive"
