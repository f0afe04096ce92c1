"""Expiry dates as symbols write them."""

from __future__ import annotations

import pytest

from desktop.domain.expiry import expiry_ms

DATED = ("BTCUSDT_260327", "BTCUSD_260327", "BTC-USDT-260327", "BTC-27MAR26", "BTCUSDT-27MAR26")
OTHERS = ("BTCUSDT", "BTC-USDT-SWAP", "BTC", "1000PEPEUSDT", "BTCUSDT_261399", "BTC-99FOO26", "BTC-31FEB26")
MARCH_27 = 1_774_598_400_000  # 27 March 2026, 08:00 UTC


@pytest.mark.parametrize("symbol", DATED)
def test_dated_symbols(symbol: str) -> None:
    assert expiry_ms(symbol) == MARCH_27


@pytest.mark.parametrize("symbol", OTHERS)
def test_what_is_no_date(symbol: str) -> None:
    assert expiry_ms(symbol) is None
