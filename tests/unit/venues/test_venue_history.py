"""The venues' public past in their documented forms: what is read, what is left out, how it is asked."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from desktop.domain.errors import Unreadable
from desktop.domain.instrument import Instrument
from desktop.venues.binance import history as binance
from desktop.venues.bybit import history as bybit
from desktop.venues.history_rows import DAY_MS, HOUR_MS, MINUTE_MS, FundingRow, InterestRow, PriceRow, VenueHistory
from desktop.venues.hyperliquid import history as hyperliquid
from desktop.venues.okx import history as okx

AT_MS = 1_790_002_800_000
PEPE = Instrument("binance", "1000PEPEUSDT", "PEPE", Decimal(1), "PEPE", Decimal(1000), "linear")
BTC = Instrument("okx", "BTC-USDT-SWAP", "BTC", Decimal("0.01"), "BTC", Decimal(1), "linear")
UNKNOWN = Instrument("okx", "NEW-USDT-SWAP", "NEW", None, "NEW", Decimal(1), "linear")
BAR = PriceRow(AT_MS, 80_000.5, 80_100.0, 79_900.0, 80_050.0, 1_000_000.0)
ALL = {
    "binance": binance.HISTORY,
    "bybit": bybit.HISTORY,
    "okx": okx.HISTORY,
    "hyperliquid": hyperliquid.HISTORY,
}


def test_candles_of_each_venue_are_the_same_bar() -> None:
    kline = (
        f'[[{AT_MS},"80000.50","80100.00","79900.00","80050.00","12.5",{AT_MS + 3599999},"1000000.0",99,"6","5","0"]]'
    )
    assert binance.read_klines(kline.encode(), BTC) == [msgspec.structs.replace(BAR, bought_usd=5.0)]
    linear = f'{{"retCode":0,"retMsg":"OK","result":{{"symbol":"BTCUSDT","category":"linear","list":[["{AT_MS}","80000.5","80100","79900","80050","12.5","1000000"]]}},"time":1}}'  # noqa: E501
    assert bybit.read_klines(linear.encode(), BTC) == [BAR]
    swap = (
        f'{{"code":"0","msg":"","data":[["{AT_MS}","80000.5","80100","79900","80050","1250","12.5","1000000","1"]]}}'
    )
    assert okx.read_candles(swap.encode(), BTC) == [BAR]
    perp = f'[{{"T":{AT_MS + 3599999},"c":"80050.0","h":"80100.0","i":"1h","l":"79900.0","n":99,"o":"80000.5","s":"BTC","t":{AT_MS},"v":"12.5"}}]'  # noqa: E501
    assert hyperliquid.read_candles(perp.encode(), BTC) == [BAR]


@pytest.mark.parametrize("turnover", ["", "NaN", "-1", "1e999", None, 7, [1]])
def test_a_turnover_that_cannot_be_read_is_unknown_and_the_price_is_good(turnover: object) -> None:
    row = [AT_MS, "1", "2", "0.5", "1.5", "10", AT_MS + 1, turnover, 9, "4", turnover]
    assert binance.read_klines(msgspec.json.encode([row]), BTC) == [PriceRow(AT_MS, 1.0, 2.0, 0.5, 1.5)]


def test_open_interest_is_one_side_in_coins() -> None:
    body = (
        f'[{{"symbol":"1000PEPEUSDT","sumOpenInterest":"20.5","sumOpenInterestValue":"410.0","timestamp":{AT_MS}}}]'
    )
    assert binance.read_interest(body.encode(), PEPE) == [InterestRow(AT_MS, 20_500.0, 410.0)]
    both = f'{{"result":{{"list":[{{"openInterest":"20.5","timestamp":"{AT_MS}"}}]}}}}'
    assert bybit.read_interest(both.encode(), PEPE) == [InterestRow(AT_MS, 10_250.0)]
    single = f'{{"result":{{"list":[{{"openInterest":"20.5","singleOpenInterest":"10.3","timestamp":"{AT_MS}"}}]}}}}'
    assert bybit.read_interest(single.encode(), PEPE) == [InterestRow(AT_MS, 10_300.0)]
    rows = f'{{"code":"0","msg":"","data":[["{AT_MS}","3000","30","2400000"],["{AT_MS + 1}","3000","30",""]]}}'
    assert okx.read_interest(rows.encode(), BTC) == [
        InterestRow(AT_MS, 30.0, 2_400_000.0),
        InterestRow(AT_MS + 1, 30.0),
    ]


def test_open_interest_in_units_of_unknown_size_is_unknown() -> None:
    body = f'[{{"sumOpenInterest":"20.5","timestamp":{AT_MS}}}]'
    assert binance.read_interest(body.encode(), UNKNOWN) == []


def test_settled_funding_of_each_venue() -> None:
    body = f'[{{"symbol":"BTCUSDT","fundingTime":{AT_MS},"fundingRate":"-0.00012","markPrice":"80000.1"}}]'
    assert binance.read_funding(body.encode(), BTC) == [FundingRow(AT_MS, -0.00012)]
    body = f'{{"result":{{"category":"linear","list":[{{"symbol":"BTCUSDT","fundingRate":"0.0001","fundingRateTimestamp":"{AT_MS}"}}]}}}}'  # noqa: E501
    assert bybit.read_funding(body.encode(), BTC) == [FundingRow(AT_MS, 0.0001)]
    body = f'{{"data":[{{"fundingRate":"0.5","realizedRate":"0.0001","fundingTime":"{AT_MS}"}},{{"fundingRate":"0.0002","realizedRate":"","fundingTime":"{AT_MS}"}}]}}'  # noqa: E501
    assert okx.read_funding(body.encode(), BTC) == [FundingRow(AT_MS, 0.0001), FundingRow(AT_MS, 0.0002)]
    body = f'[{{"coin":"BTC","fundingRate":"0.0000125","premium":"0.0001","time":{AT_MS}}}]'
    assert hyperliquid.read_funding(body.encode(), BTC) == [FundingRow(AT_MS, 0.0000125)]


@pytest.mark.parametrize(
    "row",
    [
        [AT_MS, "1", "2", "0.5", "NaN"],
        [AT_MS, "1", "2", "0.5", "-1"],
        [AT_MS, "1", "2", "0.5", "1e999"],
        [AT_MS, "1", "2", "0.5", ""],
        [AT_MS, "1", "0.9", "0.5", "1"],
        [AT_MS // 1000, "1", "2", "0.5", "1"],
        [AT_MS, "1", "2", "0.5", None],
        [AT_MS, "1", "2"],
        None,
        {"open": 1},
    ],
)
def test_a_bad_row_is_missing_and_the_good_ones_stay(row: object) -> None:
    good = [AT_MS + HOUR_MS, "1", "2", "0.5", "1.5", "more", {"new": 1}]
    body = msgspec.json.encode([row, good, row])
    assert binance.read_klines(body, BTC) == [PriceRow(AT_MS + HOUR_MS, 1.0, 2.0, 0.5, 1.5)]


@pytest.mark.parametrize("body", [b"", b"{}", b'{"code":-1121,"msg":"Invalid symbol."}', b"[1", b"\xff", b"[" * 9999])
@pytest.mark.parametrize("venue", list(ALL))
def test_what_is_no_page_is_unreadable(body: bytes, venue: str) -> None:
    kinds = [ALL[venue].prices, ALL[venue].funding, *([ALL[venue].interest] if ALL[venue].interest else [])]
    for kind in kinds:
        with pytest.raises(Unreadable):
            kind.read(body, BTC)


@pytest.mark.parametrize("history", ALL.values(), ids=ALL)
def test_every_question_names_its_beginning_and_its_end(history: VenueHistory) -> None:
    since_ms, until_ms = AT_MS, AT_MS + 100 * HOUR_MS
    for kind in (history.prices, history.interest, history.funding):
        if kind is None:
            continue
        for step_ms in (MINUTE_MS, HOUR_MS, DAY_MS):
            question = kind.question("BTCUSDT", step_ms, since_ms, until_ms)
            named = question.channel
            assert any(str(at_ms) in named for at_ms in (since_ms, since_ms - 1))
            assert any(str(at_ms) in named for at_ms in (until_ms, until_ms - 1))


def test_weights_are_those_of_the_documents() -> None:
    assert binance.HISTORY.prices.question("X", HOUR_MS, AT_MS, AT_MS + DAY_MS).weight == 2
    assert hyperliquid.HISTORY.prices.question("X", HOUR_MS, AT_MS, AT_MS + 480 * HOUR_MS).weight == 28
    assert hyperliquid.HISTORY.funding.question("X", HOUR_MS, AT_MS, AT_MS + 480 * HOUR_MS).weight == 44
