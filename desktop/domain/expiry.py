"""When a dated contract expires, as its symbol says."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_DIGITS = re.compile(r"[-_](\d{2})(\d{2})(\d{2})$")
_WORDS = re.compile(r"-(\d{1,2})([A-Z]{3})(\d{2})$")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
# Binance, Bybit and OKX settle dated contracts at 08:00 UTC (documentation of 2026).
_SETTLES_AT_HOUR = 8


def expiry_ms(symbol: str) -> int | None:
    """Return the expiry (UTC milliseconds) in a symbol such as BTCUSDT_260327, BTC-USDT-260327 or BTC-27MAR26.

    None for a perpetual, and for what is no date.
    """
    if digits := _DIGITS.search(symbol):
        year, month, day = (int(part) for part in digits.groups())
    elif (words := _WORDS.search(symbol)) and words.group(2) in _MONTHS:
        day, month, year = int(words.group(1)), _MONTHS.index(words.group(2)) + 1, int(words.group(3))
    else:
        return None
    try:
        return int(datetime(2000 + year, month, day, _SETTLES_AT_HOUR, tzinfo=UTC).timestamp() * 1000)
    except ValueError:
        return None
