from decimal import Decimal

import pytest

from desktop.domain.instrument import Instrument, InstrumentTable, instrument_by_rule


@pytest.mark.parametrize(
    ("venue", "symbol", "coin", "multiplier", "kind"),
    [
        ("binance", "BTCUSDT", "BTC", "1", "linear"),
        ("binance", "1000PEPEUSDT", "PEPE", "1000", "linear"),
        ("binance", "10000SATSUSDC", "SATS", "10000", "linear"),
        ("bybit", "1000000BABYDOGEUSDT", "BABYDOGE", "1000000", "linear"),
        ("binance", "1INCHUSDT", "1INCH", "1", "linear"),
        ("binance", "1000USDT", "1000", "1", "linear"),
        ("binance", "ETHUSDT_260327", "ETH", "1", "linear"),
        ("binance", "BTCUSD_PERP", "BTC", "1", "inverse"),
        ("binance", "BTCUSD_260327", "BTC", "1", "inverse"),
        ("bybit", "BTCUSD", "BTC", "1", "inverse"),
        ("bybit", "ETHUSDH26", "ETH", "1", "inverse"),
        ("bybit", "SOLPERP", "SOL", "1", "linear"),
        ("bybit", "BTCUSDT-26DEC25", "BTC", "1", "linear"),
        ("okx", "BTC-USD-SWAP", "BTC", "1", "inverse"),
        ("okx", "NEWCOIN-USDT-SWAP", "NEWCOIN", "1", "linear"),
        ("hyperliquid", "kPEPE", "PEPE", "1000", "linear"),
        ("bybit", "SHIB1000USDT", "SHIB", "1000", "linear"),
        ("binance", "1MBABYDOGEUSDT", "BABYDOGE", "1000000", "linear"),
        ("hyperliquid", "xyz:GOLD", "GOLD", "1", "linear"),
    ],
)
def test_coin_follows_from_the_way_a_venue_names(
    venue: str, symbol: str, coin: str, multiplier: str, kind: str
) -> None:
    found = instrument_by_rule(venue, symbol)
    assert (found.coin, found.multiplier, found.kind) == (coin, Decimal(multiplier), kind)


def test_the_table_stands_above_the_rule() -> None:
    own = Instrument("binance", "1000XUSDT", "X", Decimal(50), "X", Decimal(1), "linear")
    table = InstrumentTable([own])
    assert table.find("binance", "1000XUSDT") is own
    assert table.knows("binance", "1000XUSDT")
    assert not table.knows("bybit", "1000XUSDT")
    assert table.find("bybit", "1000XUSDT").multiplier == 1000


def test_usd_of_coin_sized_contracts_needs_no_contract_size() -> None:
    unlisted = instrument_by_rule("binance", "1000NEWUSDT")
    assert unlisted.contract_size is None
    assert unlisted.usd(3.0, 0.5) == pytest.approx(1.5)
    assert unlisted.coins("3.250", "0.5") == "3250.000"


def test_unknown_contract_size_leaves_usd_and_coins_unknown() -> None:
    unlisted = instrument_by_rule("okx", "NEWCOIN-USDT-SWAP")
    assert unlisted.usd(100.0, 2.0) is None
    assert unlisted.coins("100", "2.0") is None


def test_contracts_are_counted_by_their_size() -> None:
    linear = Instrument("okx", "BTC-USDT-SWAP", "BTC", Decimal("0.01"), "BTC", Decimal(1), "linear")
    assert linear.usd(250.0, 80_000.0) == pytest.approx(200_000.0)
    assert linear.coins("250", "80000") == "2.50"
    inverse = Instrument("okx", "BTC-USD-SWAP", "BTC", Decimal(100), "USD", Decimal(1), "inverse")
    assert inverse.usd(8.0, 80_000.0) == pytest.approx(800.0)
    assert inverse.coins("8", "80000") == "0.01"


def test_one_to_one_units_keep_the_venues_digits() -> None:
    assert instrument_by_rule("binance", "BTCUSDT").coins("0.190", "82651.90") == "0.190"


def test_made_up_symbols_do_not_grow_the_memory_without_bound() -> None:
    table = InstrumentTable()
    for number in range(10_500):
        table.find("binance", f"A{number}USDT")
    assert len(table.of_venue["binance"]) <= 10_000
