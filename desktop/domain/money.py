"""Money that moves: exact amounts, never float."""

from __future__ import annotations

from decimal import ROUND_DOWN, Context, Decimal, InvalidOperation

from desktop.domain.errors import BadInput

SATOSHI_PER_BTC = 100_000_000
# Wide enough for every number of 256 bits: nothing is rounded.
_EXACT = Context(prec=100)


def amount(text: str, *, name: str = "amount") -> Decimal:
    """Return the exact amount written in `text`. Raise BadInput if it is not a finite, positive number."""
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        raise BadInput(f"{name} {text!r} is not a number", "Write digits with a point, as in 0.25.") from None
    if not value.is_finite() or value <= 0:
        raise BadInput(f"{name} {text!r} is not above zero", "Write an amount above zero, as in 0.25.")
    return value


def plain(value: Decimal) -> str:
    """Return the amount without exponent and without trailing zeros, as venues and people write it."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def number_word(number: int) -> str:
    """Return a small number as it is written in a sentence: six, eight, 18."""
    return {6: "six", 8: "eight", 9: "nine"}.get(number, str(number))


def rounded_down(value: Decimal, step: Decimal) -> Decimal:
    """Return the largest multiple of `step` that is not above `value`."""
    return (value / step).to_integral_value(rounding=ROUND_DOWN) * step


def satoshi(btc: Decimal) -> int:
    """Return the amount in satoshi. Raise BadInput if it has more than eight decimals."""
    sats = btc * SATOSHI_PER_BTC
    if sats != sats.to_integral_value():
        raise BadInput(f"{plain(btc)} BTC has more than eight decimals", "Round it down to a satoshi.")
    return int(sats)


def in_coin(units: int, decimals: int) -> Decimal:
    """Return smallest units as coins, exact."""
    return _EXACT.divide(Decimal(units), Decimal(10**decimals))


def in_units(value: Decimal, decimals: int) -> int:
    """Return coins in smallest units. Raise BadInput if the amount has more decimals than that."""
    units = value.scaleb(decimals, _EXACT)
    if units != units.to_integral_value():
        raise BadInput(f"{plain(value)} has more than {number_word(decimals)} decimals", "Round it down.")
    return int(units)


def in_whole(smallest: int, decimals: int) -> str:
    """Return an amount of smallest units as people write it, exact: 1500000 of six decimals is 1.5."""
    digits = str(smallest).rjust(decimals + 1, "0")
    whole, rest = digits[: len(digits) - decimals], digits[len(digits) - decimals :].rstrip("0")
    return f"{whole}.{rest}" if rest else whole
