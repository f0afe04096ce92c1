from decimal import Decimal

import pytest

from desktop.domain.instrument import Instrument, InstrumentTable
from desktop.domain.listing import Listing, listed, unit_of


@pytest.mark.parametrize(
    ("base", "coin", "many"),
    [
        ("BTC", "BTC", 1), ("1000PEPE", "PEPE", 1000), ("SHIB1000", "SHIB", 1000), ("1MBABYDOGE", "BABYDOGE", 10**6),
        ("10000SATS", "SATS", 10_000), ("1000000MOG", "MOG", 10**6), ("1INCH", "1INCH", 1), ("1000", "1000", 1),
    ],
)  # fmt: skip
def test_a_base_unit_says_how_many_coins_it_is(base: str, coin: str, many: int) -> None:
    assert unit_of(base) == (coin, Decimal(many))


def made(base: str, part: str = "perp", *, trading: bool = True) -> Instrument:
    return listed("binance", f"{base}USDT", base, "USDT", "linear", part, trading=trading)  # type: ignore[arg-type]


def test_gold_and_shares_are_no_coins() -> None:
    assert made("XAU", "other").part == "metal"
    assert made("PAXG").part == "metal"
    assert made("TSLA", "other").part == "other"
    assert [Listing(one, "USDT", "").watchable for one in (made("BTC"), made("XAU"), made("X", trading=False))] == [
        True, False, False,
    ]  # fmt: skip


def test_a_venues_own_list_replaces_what_was_known_of_it_alone() -> None:
    table = InstrumentTable(
        [made("BTC"), made("GONE"), Instrument("bybit", "BTCUSDT", "BTC", None, "BTC", Decimal(1), "linear")]
    )
    assert not table.is_complete("binance")
    table.renew("binance", [made("BTC"), made("1000PEPE"), made("NEW", trading=False)])
    assert table.is_complete("binance")
    assert table.find("binance", "1000PEPEUSDT").coins("2", "1") == "2000"
    assert not table.knows("binance", "GONEUSDT")
    assert table.knows("bybit", "BTCUSDT")
    assert table.trades("binance", "BTCUSDT")
    assert not table.trades("binance", "NEWUSDT")
    assert table.find("binance", "GONEUSDT").coin == "GONE", "late messages of it are still read"
