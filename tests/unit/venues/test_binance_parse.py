import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import FeedStatus, Liquidation, Mark, Message, OpenInterest, Trade, Unparsed
from desktop.venues.binance.parse import parse

ORDER = {
    "s": "SOLUSDT", "S": "SELL", "o": "LIMIT", "f": "IOC", "q": "9.00", "p": "101.10", "ap": "101.50", "X": "FILLED",
    "l": "1.00", "z": "8.50", "T": 1790000000123, "ps": "SOLUSDT", "st": 1,
}  # fmt: skip
TRADE = {
    "e": "aggTrade", "E": 1790000000200, "a": 12, "s": "BTCUSDT", "p": "81000.10", "q": "0.250", "nq": "0.250",
    "f": 1, "l": 3, "T": 1790000000150, "m": True, "st": 1,
}  # fmt: skip
MARK = {
    "e": "markPriceUpdate", "E": 1790000001000, "s": "ETHUSDT", "p": "2500.10000000", "i": "2501.00000000",
    "P": "2500.00000000", "r": "-0.00012500", "T": 1790006400000, "st": 1,
}  # fmt: skip


def read(value: object) -> tuple[Message, ...]:
    frame = value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()
    return parse(
        frame, channel="/market/stream", received_ns=1_790_000_002_000_000_000, instruments=InstrumentTable()
    )


def combined(data: object) -> dict[str, object]:
    return {"stream": "x", "data": data}


def forced(**changed: object) -> dict[str, object]:
    return {"e": "forceOrder", "E": 1790000001200, "o": {**ORDER, **changed}}


def test_a_sold_order_closed_a_long_at_average_fill_and_filled_quantity() -> None:
    assert read(combined(forced())) == (
        Liquidation(
            "binance", "SOLUSDT", "SOL", "long", "8.50", "101.50", "fill", 8.5 * 101.5, 1790000000123,
            1_790_000_002_000_000_000,
        ),
    )  # fmt: skip


def test_a_bought_order_closed_a_short() -> None:
    (message,) = read(combined(forced(S="BUY")))
    assert isinstance(message, Liquidation)
    assert message.side == "short"


def test_bare_frames_and_combined_frames_say_the_same() -> None:
    for data in (forced(), TRADE, MARK):
        assert read(data) == read(combined(data))


def test_an_array_of_forced_orders_gives_one_message_each() -> None:
    messages = read(combined([forced(), forced(s="ETHUSDT")]))
    assert [m.symbol for m in messages if isinstance(m, Liquidation)] == ["SOLUSDT", "ETHUSDT"]
    assert read([forced()]) == read(forced())


def test_a_buyer_who_made_the_price_means_the_taker_sold() -> None:
    (sold,) = read(combined(TRADE))
    (bought,) = read(combined({**TRADE, "m": False}))
    assert isinstance(sold, Trade)
    assert isinstance(bought, Trade)
    assert (sold.side, sold.quantity, sold.price, sold.at_ms) == ("sell", "0.250", "81000.10", 1790000000150)
    assert bought.side == "buy"


def test_mark_price_carries_the_funding_of_the_running_interval() -> None:
    (mark,) = read(combined(MARK))
    assert isinstance(mark, Mark)
    assert (mark.mark, mark.index, mark.funding_rate) == ("2500.10000000", "2501.00000000", -0.000125)
    assert (mark.funding_interval_h, mark.next_funding_ms, mark.at_ms) == (8.0, 1790006400000, 1790000001000)


def test_dated_contracts_have_no_funding_and_say_so() -> None:
    (mark,) = read(combined({**MARK, "s": "ETHUSDT_270326", "r": "", "T": 0}))
    assert isinstance(mark, Mark)
    assert (mark.coin, mark.funding_rate, mark.funding_interval_h, mark.next_funding_ms) == ("ETH", None, None, None)


def test_open_interest_body_is_in_coins_without_usd() -> None:
    (interest,) = read({"openInterest": "10659.509", "symbol": "BTCUSDT", "time": 1790000000000})
    assert isinstance(interest, OpenInterest)
    assert (interest.coin, interest.coins, interest.usd, interest.at_ms) == ("BTC", "10659.509", None, 1790000000000)


def test_thousands_are_counted_as_coins_and_valued_once() -> None:
    (message,) = read(combined(forced(s="1000PEPEUSDT", z="12.5", ap="0.0100")))
    assert isinstance(message, Liquidation)
    assert (message.coin, message.quantity, message.price, message.usd) == ("PEPE", "12500.0", "0.0100", 0.125)


def test_unknown_keys_are_accepted() -> None:
    assert isinstance(read(combined({**TRADE, "new": {"deep": [1]}}))[0], Trade)


def test_an_unknown_size_of_contract_leaves_quantity_and_usd_open() -> None:
    (message,) = read(combined(forced(s="BTCUSD_PERP", z="12", ap="80000.0")))
    assert isinstance(message, Liquidation)
    assert (message.coin, message.quantity, message.usd) == ("BTC", None, None)


@pytest.mark.parametrize(
    ("value", "detail"),
    [
        ({"result": None, "id": 7}, "acknowledged 7"),
        ({"error": {"code": 2, "msg": "Invalid request"}, "id": 1}, "venue error: 2 Invalid request"),
        ({"code": -1121, "msg": "Invalid symbol."}, "venue error: -1121 Invalid symbol."),
        ({"e": "kline", "E": 1, "s": "BTCUSDT", "k": {}}, "kline, not used"),
        ({"stream": "!serverShutdown", "data": {"e": "serverShutdown", "E": 1}}, "serverShutdown"),
    ],
)
def test_what_the_venue_says_about_itself_is_status(value: object, detail: str) -> None:
    (status,) = read(value)
    assert isinstance(status, FeedStatus)
    assert (status.event, status.detail, status.at_ms) == ("note", detail, 1_790_000_002_000)


@pytest.mark.parametrize(
    "bad", ["NaN", "Infinity", "-1", "0", "0.000", "", "1_0", " 1", "1e5", "1.2.3", "٣", "9" * 41]
)
def test_a_quantity_that_is_no_number_above_zero_is_named_with_its_byte(bad: str) -> None:
    frame = json.dumps(combined(forced(z=bad)), separators=(",", ":"), ensure_ascii=False).encode()
    (trouble,) = read(frame)
    assert isinstance(trouble, Unparsed)
    assert trouble.reason.startswith("z is ")
    assert trouble.offset is not None
    assert frame[trouble.offset :].startswith(f'"{bad}"'.encode())


@pytest.mark.parametrize(
    "data",
    [
        {**TRADE, "q": "NaN"}, {**TRADE, "p": "-1"}, {**MARK, "p": "0"}, {**MARK, "i": "x"},
        {**MARK, "r": "Infinity"},
        {**MARK, "r": "nan"}, {**TRADE, "m": 1}, {**TRADE, "s": ""}, {**TRADE, "T": 1790000000}, forced(S="HOLD"),
        {**TRADE, "T": 1790000000000000}, {"e": "forceOrder"}, {**TRADE, "q": 0.25},
        {"openInterest": "-5", "symbol": "BTCUSDT", "time": 1790000000000},
    ],
)  # fmt: skip
def test_values_off_the_documented_form_are_unparsed(data: dict[str, object]) -> None:
    (trouble,) = read(combined(data))
    assert isinstance(trouble, Unparsed)


def test_good_orders_beside_a_bad_one_are_kept() -> None:
    frame = json.dumps([forced(), forced(z="NaN"), forced()]).encode()
    first, second, third = read(frame)
    assert isinstance(first, Liquidation)
    assert isinstance(third, Liquidation)
    assert isinstance(second, Unparsed)
    assert second.offset is not None
    assert frame[second.offset :].startswith(b'"NaN"')
    assert second.offset > frame.index(b"forceOrder", 30)


@pytest.mark.parametrize(
    ("frame", "reason", "offset"),
    [
        (b'{"stream":"a","data":{"e":"aggTrade"', "truncated", 36),
        (b'{"e":"kline","x":NaN}', "malformed", 17),
        (b'{"e":"kline","x":"\xff"}', "not valid UTF-8", 18),
        (b"", "truncated", 0),
        (b"[" * 100_000, "nested too deeply", 0),
        (b"<html>", "malformed", 0),
        (b"12", "not a message of Binance", 0),
        (b'{"topic":"tickers.BTCUSDT","data":{}}', "it has the form of Bybit", 0),
        (b'{"arg":{"channel":"trades"},"data":[]}', "it has the form of OKX", 0),
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


@given(st.sampled_from([forced(), TRADE, MARK]), st.data())
def test_a_damaged_frame_never_raises(data: dict[str, object], draw: st.DataObject) -> None:
    frame = bytearray(json.dumps(combined(data)).encode())
    for _ in range(draw.draw(st.integers(1, 3))):
        frame[draw.draw(st.integers(0, len(frame) - 1))] = draw.draw(st.integers(0, 255))
    for message in read(bytes(frame)):
        if isinstance(message, Liquidation):
            assert message.usd is None or 0 < message.usd < float("inf")
