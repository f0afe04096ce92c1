"""Lists of contracts of OKX and Hyperliquid, and what they do to the table that messages are read by."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.errors import Unreadable
from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import FeedStatus, Liquidation, Ticker
from desktop.domain.raw_frame import RawFrame
from desktop.venues.hyperliquid import instruments as hyperliquid
from desktop.venues.okx import instruments as okx
from desktop.venues.reading import frame_reader
from tests.unit.venues.test_okx_parse import DETAIL, pushed


def row(symbol: str, size: str, coin: str, kind: str = "linear", **more: str) -> dict[str, str]:
    made = {
        "instType": "SWAP", "instId": symbol, "instFamily": "x", "uly": "x", "ctVal": size, "ctValCcy": coin,
        "ctMult": "1", "ctType": kind, "settleCcy": "USDT", "state": "live", "tickSz": "0.1", "lotSz": "0.01",
        "minSz": "0.01", "lever": "100",
    }  # fmt: skip
    return {**made, **more}


def answer(*rows: dict[str, str]) -> bytes:
    return json.dumps({"code": "0", "msg": "", "data": rows}).encode()


def test_okx_lists_sizes_kinds_and_what_is_no_coin() -> None:
    linear, inverse, gold, share, odd = okx.listings(
        answer(
            row("BTC-USDT-SWAP", "0.01", "BTC"),
            row("BTC-USD-SWAP", "100", "USD", "inverse", settleCcy="BTC", state="suspend"),
            row("XAU-USDT-SWAP", "0.001", "XAU"),
            row("TSLA-USDT-SWAP", "0.01", "TSLA", instCategory="3"),
            row("ODD-USDT-SWAP", "", "ODD"),
        )
    )
    assert (linear.instrument.coin, linear.instrument.contract_size, linear.watchable) == (
        "BTC",
        Decimal("0.01"),
        True,
    )
    assert (linear.quote, linear.tick, linear.step, linear.status) == ("USDT", "0.1", "0.01", "live")
    assert (inverse.instrument.kind, inverse.quote, inverse.instrument.coin) == ("inverse", "USD", "BTC")
    assert not inverse.watchable
    assert (gold.instrument.part, share.instrument.part) == ("metal", "other")
    assert odd.instrument.contract_size is None


def test_hyperliquid_lists_thousands_metals_and_what_is_gone() -> None:
    universe = [
        {"name": "BTC", "szDecimals": 5, "maxLeverage": 40},
        {"name": "kPEPE", "szDecimals": 0},
        {"name": "PAXG", "szDecimals": 3},
        {"name": "OLD", "szDecimals": 1, "isDelisted": True},
    ]
    btc, pepe, gold, old = hyperliquid.listings(json.dumps({"universe": universe, "marginTables": []}).encode())
    assert (btc.step, btc.funding_interval_h, btc.quote) == ("0.00001", 1.0, "USDC")
    assert (pepe.instrument.coin, pepe.instrument.multiplier, pepe.step) == ("PEPE", Decimal(1000), "1")
    assert (gold.watchable, old.watchable) == (False, False)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"code":"50011","data":[]}', b'{"universe":[]}', answer()])
def test_another_answer_is_unreadable(body: bytes) -> None:
    for listings in (okx.listings, hyperliquid.listings):
        with pytest.raises(Unreadable):
            listings(body)


def test_the_venues_list_makes_quantities_known() -> None:
    table = InstrumentTable()
    reader = frame_reader("okx", table)
    frame = RawFrame(0, "okx", "/ws/v5/public", json.dumps(pushed("NEW-USDT-SWAP", DETAIL)).encode())
    (before,) = reader.read(frame)
    listed = answer(row("NEW-USDT-SWAP", "10", "NEW"))
    (note,) = reader.read(RawFrame(0, "okx", okx.SWAPS.channel, listed))
    (after,) = reader.read(frame)
    assert isinstance(before, Liquidation)
    assert isinstance(note, FeedStatus)
    assert isinstance(after, Liquidation)
    assert (before.quantity, after.quantity, after.usd) == (None, "250", 20_000_000.0)


def test_hyperliquids_list_is_taken_in_as_well() -> None:
    table = InstrumentTable()
    body = json.dumps({"universe": [{"name": "kBONK", "szDecimals": 0}]}).encode()
    (note,) = frame_reader("hyperliquid", table).read(
        RawFrame(0, "hyperliquid", hyperliquid.META.channel, body, hyperliquid.META.request)
    )
    assert isinstance(note, FeedStatus)
    assert table.trades("hyperliquid", "kBONK")


def test_last_prices_count_coins_that_are_traded_and_metals_apart() -> None:
    table = InstrumentTable()
    reader = frame_reader("okx", table)
    names = ("BTC", "XAU", "TSLA", "GONE")
    priced = {"instType": "SWAP", "last": "5", "volCcy24h": "10", "ts": "1790000000123"}
    rows = [{**priced, "instId": f"{name}-USDT-SWAP"} for name in names]
    tickers = RawFrame(0, "okx", "GET /api/v5/market/tickers?instType=SWAP", answer(*rows))

    def parts() -> list[tuple[str, str]]:
        return [(one.coin, one.part) for one in reader.read(tickers) if isinstance(one, Ticker)]

    assert parts() == [("BTC", "perp"), ("XAU", "metal"), ("TSLA", "perp"), ("GONE", "perp")]
    listed = answer(
        row("BTC-USDT-SWAP", "0.01", "BTC"),
        row("XAU-USDT-SWAP", "0.01", "XAU"),
        row("TSLA-USDT-SWAP", "0.01", "TSLA", instCategory="3"),
    )
    reader.read(RawFrame(0, "okx", okx.SWAPS.channel, listed))
    assert parts() == [("BTC", "perp"), ("XAU", "metal")]


LISTS = [
    answer(row("BTC-USDT-SWAP", "0.01", "BTC"), row("BTC-USD-SWAP", "100", "USD", "inverse")),
    json.dumps({"universe": [{"name": "kPEPE", "szDecimals": 2, "isDelisted": False}]}).encode(),
]


@given(st.sampled_from(LISTS), st.data())
def test_a_damaged_list_is_unreadable_or_read(body: bytes, draw: st.DataObject) -> None:
    frame = bytearray(body)
    for _ in range(draw.draw(st.integers(1, 3))):
        frame[draw.draw(st.integers(0, len(frame) - 1))] = draw.draw(st.integers(0, 255))
    for venue, channel in (("okx", okx.SWAPS.channel), ("hyperliquid", hyperliquid.META.channel)):
        assert frame_reader(venue, InstrumentTable()).read(RawFrame(0, venue, channel, bytes(frame)))
