"""Any perpetual of any venue can be found: by its beginning, by a symbol, or by nearly its name."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.instrument import Instrument
from desktop.domain.market import Ticker
from desktop.domain.symbol_catalogue import SymbolCatalogue
from desktop.storage.instrument_file import shipped_instruments


def perp(venue: str, symbol: str, coin: str, multiplier: int = 1) -> Instrument:
    return Instrument(venue, symbol, coin, Decimal(1), coin, Decimal(multiplier), "linear")


BOOKS = [
    perp("binance", "BTCUSDT", "BTC"),
    perp("bybit", "BTCUSDT", "BTC"),
    perp("okx", "BTC-USDT-SWAP", "BTC"),
    perp("hyperliquid", "BTC", "BTC"),
    perp("binance", "BTCDOMUSDT", "BTCDOM"),
    perp("binance", "1000PEPEUSDT", "PEPE", 1000),
    perp("hyperliquid", "kPEPE", "PEPE", 1000),
    perp("binance", "PEOPLEUSDT", "PEOPLE"),
    perp("binance", "SOLUSDT", "SOL"),
    perp("binance", "DOGEUSDT", "DOGE"),
]
TURNOVER = {"BTCUSDT": 9e9, "PEOPLEUSDT": 5e6, "1000PEPEUSDT": 4e8, "SOLUSDT": 2e9}


def catalogue() -> SymbolCatalogue:
    made = SymbolCatalogue()
    made.take(BOOKS)
    for symbol, usd in TURNOVER.items():
        made.heard(Ticker("binance", symbol, "?", "perp", "1", usd, 0))
    return made


def found(words: str) -> list[str]:
    return [hit.coin for hit in catalogue().search(words)]


@pytest.mark.parametrize(
    ("words", "coins"),
    [
        ("btc", ["BTC", "BTCDOM"]),
        ("BTCDOM", ["BTCDOM"]),
        ("pe", ["PEPE", "PEOPLE"]),
        ("1000pe", ["PEPE"]),
        ("kpepe", ["PEPE"]),
        ("btc-usdt", ["BTC"]),
        ("  so l ", ["SOL"]),
        ("eople", ["PEOPLE"]),
        ("dgoe", ["DOGE"]),
        ("doeg", ["DOGE"]),
        ("ppe", ["PEPE", "PEOPLE"]),
        ("", ["BTC", "SOL", "PEPE", "PEOPLE", "BTCDOM", "DOGE"]),
        ("zzz", []),
    ],
)
def test_coins_are_found_the_best_and_most_traded_first(words: str, coins: list[str]) -> None:
    assert found(words) == coins


def test_a_hit_says_where_it_is_traded_and_how_much_at_least() -> None:
    (first, second) = catalogue().search("btc")
    assert first.venues == ("binance", "bybit", "hyperliquid", "okx")
    assert ("okx", "BTC-USDT-SWAP") in first.perpetuals
    assert first.turnover_usd == 9e9
    assert second.turnover_usd is None, "nobody said it: unknown, not zero"


def test_what_is_not_a_perpetual_on_a_coin_traded_now_is_not_offered() -> None:
    made = SymbolCatalogue()
    one = perp("binance", "AUSDT", "A")
    made.take(
        [
            msgspec.structs.replace(one, part="dated"),
            msgspec.structs.replace(one, part="metal"),
            msgspec.structs.replace(one, trading=False),
            msgspec.structs.replace(one, kind="inverse"),
            perp("binance", "币安人生USDT", "币安人生"),
            perp("hyperliquid", "xyz:GOLD-1", "GOLD-1"),
        ]
    )
    assert len(made) == 0
    assert not made.knows("A")


def test_the_shipped_table_is_enough_without_a_network() -> None:
    made = SymbolCatalogue()
    made.take(shipped_instruments().all())
    assert made.knows("BTC")
    assert made.search("doge")[0].coin == "DOGE"


def test_a_new_list_takes_the_place_of_the_old_one() -> None:
    made = catalogue()
    made.take(BOOKS[:1])
    assert [hit.coin for hit in made.search("")] == ["BTC"]


@given(st.text(max_size=60))
def test_no_words_break_the_search(words: str) -> None:
    assert len(catalogue().search(words)) <= 30
