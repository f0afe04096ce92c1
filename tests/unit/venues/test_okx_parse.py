import json
from decimal import Decimal

import pytest

from desktop.domain.instrument import Instrument, InstrumentTable
from desktop.domain.market import FeedStatus, Liquidation, Message, Unparsed
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
        {"arg": {"channel": "trades"}, "data": [{}]},
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
