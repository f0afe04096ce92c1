import json
from decimal import Decimal
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.book import BookChange
from desktop.domain.instrument import Instrument, InstrumentTable
from desktop.domain.market import (
    FeedStatus,
    InsurancePool,
    Liquidation,
    Mark,
    Message,
    OpenInterest,
    Ticker,
    Trade,
    Unparsed,
    VenueNotice,
)
from desktop.venues.okx.memory import MarkMemory
from desktop.venues.okx.parse import parse

DETAIL = {
    "bkLoss": "0",
    "bkPx": "80000",
    "ccy": "",
    "posSide": "long",
    "side": "sell",
    "sz": "25",
    "ts": "1790000000123",
}
TABLE = InstrumentTable(
    [
        Instrument("okx", "BTC-USDT-SWAP", "BTC", Decimal("0.01"), "BTC", Decimal(1), "linear"),
        Instrument("okx", "BTC-USD-SWAP", "BTC", Decimal(100), "USD", Decimal(1), "inverse"),
    ]
)


def read(value: object) -> tuple[Message, ...]:
    frame = value if isinstance(value, bytes) else json.dumps(value).encode()
    # None of these frames is a change of a book.
    return cast(tuple[Message, ...], read_any(frame))


def read_any(frame: bytes) -> tuple[Message | BookChange, ...]:
    return parse(frame, channel="/ws/v5/public", received_ns=0, instruments=TABLE)


def pushed(symbol: str, *details: object) -> dict[str, object]:
    data = [{"details": list(details), "instFamily": "x", "instId": symbol, "instType": "SWAP", "uly": "x"}]
    return {"arg": {"channel": "liquidation-orders", "instType": "SWAP"}, "data": data}


def test_contracts_are_counted_in_coins_and_usd() -> None:
    (linear,) = read(pushed("BTC-USDT-SWAP", DETAIL))
    assert isinstance(linear, Liquidation)
    assert (linear.side, linear.quantity, linear.price, linear.price_kind) == ("long", "0.25", "80000", "bankruptcy")
    assert (linear.usd, linear.at_ms) == (20_000.0, 1790000000123)
    (inverse,) = read(pushed("BTC-USD-SWAP", DETAIL))
    assert isinstance(inverse, Liquidation)
    assert (inverse.quantity, inverse.usd) == ("0.03125", 2500.0)


def test_an_unlisted_contract_is_read_without_quantity_and_usd() -> None:
    (message,) = read(pushed("NEW-USDT-SWAP", DETAIL))
    assert isinstance(message, Liquidation)
    assert (message.coin, message.side, message.quantity, message.usd) == ("NEW", "long", None, None)


@pytest.mark.parametrize(("side", "closed"), [("sell", "long"), ("buy", "short")])
def test_in_net_mode_the_orders_side_tells(side: str, closed: str) -> None:
    (message,) = read(pushed("BTC-USDT-SWAP", {**DETAIL, "posSide": "net", "side": side}))
    assert isinstance(message, Liquidation)
    assert message.side == closed


def test_good_details_beside_bad_ones_are_kept() -> None:
    frame = json.dumps(pushed("BTC-USDT-SWAP", {**DETAIL, "sz": "NaN"}, DETAIL, {**DETAIL, "ts": "soon"})).encode()
    first, second, third = read(frame)
    assert isinstance(second, Liquidation)
    assert isinstance(first, Unparsed)
    assert isinstance(third, Unparsed)
    assert first.offset is not None
    assert frame[first.offset :].startswith(b'"NaN"')
    assert third.offset is not None
    assert frame[third.offset :].startswith(b'"soon"')


@pytest.mark.parametrize(
    "value",
    [
        b"pong",
        {"event": "error", "msg": "no such channel", "code": "60018", "connId": "a"},
        {"event": "subscribe", "arg": {"channel": "trades"}, "connId": "a"},
        {"arg": {"channel": "price-limit"}, "data": [{}]},
        {"event": "notice", "code": "64008", "msg": "The connection will soon be closed", "connId": "a"},
    ],
)
def test_what_the_venue_says_about_itself_is_status(value: object) -> None:
    (status,) = read(value)
    assert isinstance(status, FeedStatus)


@pytest.mark.parametrize("frame", [b"", b"{", b'{"topic":"tickers.X"}', b"[1]", b'{"data":"\xff"}'])
def test_other_bytes_are_unparsed(frame: bytes) -> None:
    (trouble,) = read(frame)
    assert isinstance(trouble, Unparsed)


MS = 1790000000123
SWAP = "BTC-USDT-SWAP"
TRADED = {"instId": SWAP, "tradeId": "1", "px": "80000.1", "sz": "25", "side": "sell", "ts": str(MS), "count": "3"}
MARKED = {"instType": "SWAP", "instId": SWAP, "markPx": "80001.5", "ts": str(MS)}
INDEXED = {"instId": "BTC-USDT", "idxPx": "80002.5", "high24h": "1", "ts": str(MS + 5)}
FUNDED = {
    "instType": "SWAP", "instId": SWAP, "fundingRate": "-0.0001", "fundingTime": "1790006400000",
    "nextFundingTime": "1790020800000", "settState": "settled", "premium": "0.00001", "ts": str(MS + 9),
}  # fmt: skip
OPEN = {"instType": "SWAP", "instId": SWAP, "oi": "250000", "oiCcy": "2500", "oiUsd": "200000000.5", "ts": str(MS)}
PRICED = {
    "instType": "SWAP",
    "instId": SWAP,
    "last": "80000.1",
    "volCcy24h": "1000",
    "vol24h": "100000",
    "ts": str(MS),
}
POOL = {
    "instType": "SWAP", "instFamily": "BTC-USDT", "state": "warning", "bal": "75", "maxBal": "100", "ccy": "USDT",
    "maxBalTs": "1", "adlType": "", "adlBal": "0", "adlRecBal": "8", "ts": str(MS),
}  # fmt: skip
WORKS = {"title": "Upgrade of matching", "state": "ongoing", "begin": "1", "end": "2", "env": "1", "ts": str(MS)}


def push(channel: str, *rows: object) -> dict[str, object]:
    return {"arg": {"channel": channel, "instId": SWAP}, "data": list(rows)}


def compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


@pytest.mark.parametrize("form", [json.dumps, compact], ids=["spaced", "compact"])
def test_each_channel_says_its_thing(form: object) -> None:
    def one(channel: str, row: object) -> Message:
        value = push(channel, row)
        (message,) = read(compact(value) if form is compact else value)
        return message

    assert one("trades", TRADED) == Trade("okx", SWAP, "BTC", "sell", "0.25", "80000.1", MS)
    assert one("mark-price", MARKED) == Mark("okx", SWAP, "BTC", "80001.5", None, None, None, None, MS)
    assert one("index-tickers", INDEXED) == Mark("okx", SWAP, "BTC", None, "80002.5", None, None, None, MS + 5)
    funding = Mark("okx", SWAP, "BTC", None, None, -0.0001, 4.0, 1790006400000, MS + 9)
    assert one("funding-rate", FUNDED) == funding
    assert one("open-interest", OPEN) == OpenInterest("okx", SWAP, "BTC", "2500", 200000000.5, MS)
    assert one("tickers", PRICED) == Ticker("okx", SWAP, "BTC", "perp", "80000.1", 80000100.0, MS)
    assert one("adl-warning", POOL) == InsurancePool("okx", "BTC-USDT", "warning", 75.0, 0.25, MS)
    assert one("liquidation-orders", {"instId": SWAP, "details": [DETAIL]}) == read(pushed(SWAP, DETAIL))[0]


def test_a_calm_pool_says_no_fall_and_a_coin_pool_no_usd() -> None:
    (calm,) = read(push("adl-warning", {**POOL, "state": "normal", "maxBal": ""}))
    assert isinstance(calm, InsurancePool)
    assert (calm.state, calm.balance_usd, calm.drop) == ("normal", 75.0, None)
    (coin,) = read(push("adl-warning", {**POOL, "ccy": "BTC", "bal": "-3"}))
    assert isinstance(coin, InsurancePool)
    assert (coin.balance_usd, coin.drop) == (None, 1.0)


def test_funding_without_a_next_interval_has_no_length() -> None:
    (mark,) = read(push("funding-rate", {**FUNDED, "nextFundingTime": ""}))
    assert isinstance(mark, Mark)
    assert (mark.funding_interval_h, mark.next_funding_ms) == (None, 1790006400000)
    (trouble,) = read(push("funding-rate", {**FUNDED, "nextFundingTime": "1790006400000"}))
    assert isinstance(trouble, Unparsed)


def test_open_interest_without_coins_needs_the_contract_size() -> None:
    (known,) = read(push("open-interest", {**OPEN, "oiCcy": "", "oiUsd": ""}))
    assert isinstance(known, OpenInterest)
    assert (known.coins, known.usd) == ("2500.00", None)
    (unknown,) = read(push("open-interest", {**OPEN, "instId": "NEW-USDT-SWAP", "oiCcy": ""}))
    assert isinstance(unknown, Unparsed)


def test_a_rest_answer_is_read_row_by_row() -> None:
    body = {"code": "0", "msg": "", "data": [PRICED, {**PRICED, "last": ""}, {**PRICED, "volCcy24h": "0"}]}
    first, second, third = read(body)
    assert isinstance(first, Ticker)
    assert isinstance(second, Unparsed)
    assert isinstance(third, Ticker)
    assert third.turnover_usd == 0.0


def test_a_spot_tickers_volume_is_quote_money() -> None:
    (message,) = read(push("tickers", {**PRICED, "instType": "SPOT", "instId": "USDC-USDT", "volCcy24h": "5000"}))
    assert isinstance(message, Ticker)
    assert (message.part, message.turnover_usd) == ("spot", 5000.0)
    (other,) = read(push("tickers", {**PRICED, "instType": "SPOT", "instId": "ETH-BTC"}))
    assert isinstance(other, Ticker)
    assert other.turnover_usd is None


def test_the_venues_maintenance_is_told() -> None:
    (running,) = read(push("status", WORKS))
    assert running == VenueNotice("okx", "maintenance", "Upgrade of matching", MS)
    (over,) = read(push("status", {**WORKS, "state": "completed"}))
    assert isinstance(over, VenueNotice)
    assert over.state == "normal"
    (announced,) = read(push("status", {**WORKS, "state": "scheduled"}))
    assert isinstance(announced, FeedStatus)
    (calm,) = parse(
        compact({"code": "0", "data": [], "msg": ""}),
        channel="GET /api/v5/system/status",
        received_ns=5_000_000,
        instruments=TABLE,
    )
    assert calm == VenueNotice("okx", "normal", "", 5)


def test_mark_index_and_funding_are_joined_by_symbol() -> None:
    memory = MarkMemory()
    parts = (("mark-price", MARKED), ("index-tickers", INDEXED), ("funding-rate", FUNDED), ("mark-price", MARKED))
    for channel, row in parts:
        (whole,) = memory.whole(read(push(channel, row)))
    assert whole == Mark("okx", SWAP, "BTC", "80001.5", "80002.5", -0.0001, 4.0, 1790006400000, MS + 9)
    (other,) = memory.whole(read(push("mark-price", {**MARKED, "instId": "BTC-USD-SWAP"})))
    assert isinstance(other, Mark)
    assert other.index is None


@given(st.binary(max_size=200))
def test_any_bytes_give_messages_and_never_an_exception(frame: bytes) -> None:
    assert read(frame)


ALL = [
    pushed(SWAP, DETAIL, DETAIL),
    push("trades", TRADED, TRADED),
    push("funding-rate", FUNDED),
    push("open-interest", OPEN),
    push("adl-warning", POOL),
    push("status", WORKS),
    push("tickers", PRICED),
]


@given(st.sampled_from(ALL), st.data())
def test_a_damaged_frame_never_raises(value: object, draw: st.DataObject) -> None:
    frame = bytearray(compact(value))
    for _ in range(draw.draw(st.integers(1, 3))):
        frame[draw.draw(st.integers(0, len(frame) - 1))] = draw.draw(st.integers(0, 255))
    assert read(bytes(frame))
