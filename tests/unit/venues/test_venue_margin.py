import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.errors import Unreadable
from desktop.domain.instrument import Instrument, InstrumentTable
from desktop.domain.margin_tiers import MarginTier
from desktop.venues.hyperliquid import margin as hyperliquid
from desktop.venues.okx import margin as okx

D = Decimal
TABLE = InstrumentTable(
    [
        Instrument("okx", "BTC-USDT-SWAP", "BTC", D("0.01"), "BTC", D(1), "linear"),
        Instrument("okx", "BTC-USD-SWAP", "BTC", D(100), "USD", D(1), "inverse"),
    ]
)
META = {
    "universe": [
        {"name": "BTC", "szDecimals": 5, "maxLeverage": 40, "marginTableId": 56},
        {"name": "SMALL", "szDecimals": 1, "maxLeverage": 3, "marginTableId": 3},
        {"name": "OLD", "szDecimals": 1, "maxLeverage": 3, "isDelisted": True},
    ],
    "marginTables": [
        [
            56,
            {
                "description": "tiered 40x",
                "marginTiers": [
                    {"lowerBound": "0.0", "maxLeverage": 40},
                    {"lowerBound": "150000000.0", "maxLeverage": 20},
                ],
            },
        ],
        [57, {"description": "", "marginTiers": []}],
    ],
}


def okx_body(*rows: dict[str, str]) -> bytes:
    return json.dumps({"code": "0", "msg": "", "data": rows}).encode()


def row(family: str, tier: str, low: str, high: str, rate: str, most: str) -> dict[str, str]:
    return {
        "instType": "SWAP", "instFamily": family, "instId": "", "tier": tier, "minSz": low, "maxSz": high,
        "mmr": rate, "imr": "1", "maxLever": most, "uly": family,
    }  # fmt: skip


def test_okx_counts_contracts_and_its_rate_holds_for_the_whole_position() -> None:
    body = okx_body(
        row("BTC-USDT", "2", "1001", "5000", "0.0065", "75"),
        row("BTC-USDT", "1", "0", "1000", "0.004", "100"),
        row("BTC-USD", "1", "0", "600", "0.004", "100"),
        row("NEW-USDT", "1", "0", "600", "0.004", "100"),
    )
    linear, inverse = okx.tiers_of(body, TABLE, 5)
    assert (linear.symbol, linear.unit, linear.as_of_ms) == ("BTC-USDT-SWAP", "coins", 5)
    assert linear.tiers == (
        MarginTier(D(0), D(10), D("0.004"), D(0), D(100)),
        MarginTier(D(10), D(50), D("0.0065"), D(0), D(75)),
    )
    assert (inverse.unit, inverse.tiers[0].upper) == ("usd", D(60_000))


def test_okx_is_asked_by_family() -> None:
    assert okx.tiers_question("BTC-USDT-SWAP").channel == (
        "GET /api/v5/public/position-tiers?instType=SWAP&tdMode=cross&instFamily=BTC-USDT"
    )


def test_hyperliquids_maintenance_is_half_the_initial_margin_and_has_no_step() -> None:
    big, small = hyperliquid.tiers_of(json.dumps([META, []]).encode(), 5)
    assert (big.symbol, big.unit) == ("BTC", "usd")
    bound = D(150_000_000)
    assert big.tiers == (
        MarginTier(D(0), bound, D("0.0125"), D(0), D(40)),
        MarginTier(bound, None, D("0.025"), D(1_875_000), D(20)),
    )
    below, above = (bound * tier.maintenance_rate - tier.deduction for tier in big.tiers)
    assert below == above
    assert [tier.max_leverage for tier in small.tiers] == [D(3)]
    assert hyperliquid.tiers_of(json.dumps(META).encode(), 5) == [big, small]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"code":"50011","data":[]}', okx_body(row("BTC-USDT", "1", "0", "-5", "1", "1"))]
)
def test_another_answer_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        okx.tiers_of(body, TABLE, 5)
    with pytest.raises(Unreadable):
        hyperliquid.tiers_of(body, 5)


@given(
    st.sampled_from([json.dumps([META, []]).encode(), okx_body(row("BTC-USDT", "1", "0", "5", "1", "1"))]), st.data()
)
def test_a_damaged_answer_is_unreadable_or_read(body: bytes, draw: st.DataObject) -> None:
    frame = bytearray(body)
    for _ in range(draw.draw(st.integers(1, 3))):
        frame[draw.draw(st.integers(0, len(frame) - 1))] = draw.draw(st.integers(0, 255))
    for read in (lambda: okx.tiers_of(bytes(frame), TABLE, 5), lambda: hyperliquid.tiers_of(bytes(frame), 5)):
        try:
            read()
        except Unreadable:
            continue
