"""One way from any venue's forced order, once its numbers are checked, to what all venues have in common. Pure."""

from __future__ import annotations

from desktop.domain.instrument import Instrument
from desktop.domain.market import LiquidatedSide, Liquidation, PriceKind
from desktop.domain.number_text import number, plain_number


def liquidation_of(
    instrument: Instrument,
    side: LiquidatedSide,
    size: str,
    price: str,
    price_kind: PriceKind,
    at_ms: int,
    received_ns: int,
) -> Liquidation:
    """Return the liquidation of `size` units; coins and USD are None where they need a size that is not known.

    `size` and `price` are numbers above zero in plain digits.
    """
    try:
        units, quoted = plain_number(size), plain_number(price)
    except ValueError:
        units, quoted = number(size), number(price)
    return Liquidation(
        instrument.venue,
        instrument.symbol,
        instrument.coin,
        side,
        size if instrument.as_sent else instrument.coins(size, price),
        price,
        price_kind,
        units * quoted if instrument.priced_per_unit else instrument.usd(units, quoted),
        at_ms,
        received_ns,
    )
