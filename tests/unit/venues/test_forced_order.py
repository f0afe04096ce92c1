"""One builder of liquidations for all venues: unknown sizes stay unknown."""

from __future__ import annotations

from decimal import Decimal

from desktop.domain.instrument import Instrument, instrument_by_rule
from desktop.venues.forced_order import liquidation_of
from desktop.venues.wire import both_above_zero

_AT_MS, _AT_NS = 1_769_900_400_500, 1_769_900_400_600_000_000


def _built(instrument: Instrument) -> tuple[str, str | None, float | None]:
    made = liquidation_of(instrument, "long", "30", "2.5", "bankruptcy", _AT_MS, _AT_NS)
    assert (made.venue, made.symbol, made.side) == (instrument.venue, instrument.symbol, "long")
    assert (made.price, made.price_kind, made.at_ms, made.received_ns) == ("2.5", "bankruptcy", _AT_MS, _AT_NS)
    return made.coin, made.quantity, made.usd


def test_sizes_in_coins_in_thousands_and_in_contracts() -> None:
    assert _built(instrument_by_rule("binance", "BTCUSDT")) == ("BTC", "30", 75.0)
    assert _built(instrument_by_rule("bybit", "1000PEPEUSDT")) == ("PEPE", "30000", 75.0)
    contract = Instrument("okx", "XRP-USDT-SWAP", "XRP", Decimal(100), "XRP", Decimal(1), "linear")
    assert _built(contract) == ("XRP", "3000", 7_500.0)


def test_what_needs_an_unknown_contract_size_is_unknown() -> None:
    assert _built(instrument_by_rule("okx", "NEW-USDT-SWAP")) == ("NEW", None, None)
    assert _built(instrument_by_rule("bybit", "BTCUSD")) == ("BTC", "12", 30.0)


def test_two_numbers_are_looked_at_as_one_is() -> None:
    good = ("1", "0.001", "1.", ".5", "007", "12345678901234567890")
    bad = (
        "0",
        "0.0",
        "",
        ".",
        "-1",
        "+1",
        "1e5",
        "1E5",
        " 1",
        "1 ",
        "1_0",
        "NaN",
        "inf",
        "1.2.3",
        "\u0663",
        "1" * 41,
    )
    for one in good:
        for other in good:
            assert both_above_zero(one, other)
        for other in bad:
            assert not both_above_zero(one, other)
            assert not both_above_zero(other, one)
