"""One way from any venue's forced order, once its numbers are checked, to what all venues have in common. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from desktop.domain.instrument import Instrument
from desktop.domain.market import LiquidatedSide, Liquidation, PriceKind
from desktop.domain.number_text import number, plain_number
from desktop.venues.wire import all_above_zero


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


class ForcedColumns(msgspec.Struct, frozen=True, gc=False):
    """Forced orders in the order received, a column for each fact; sizes and prices as the venue sends them."""

    symbols: Sequence[str]
    sides: Sequence[LiquidatedSide]
    sizes: list[str]
    prices: list[str]
    times_ms: Sequence[int]


def liquidations_of(
    orders: ForcedColumns, price_kind: PriceKind, received_ns: int, listed: Mapping[str, Instrument]
) -> list[Liquidation] | None:
    """Return the liquidations in the same order; None where a number is not above zero in plain digits.

    `listed` are the venue's instruments.
    """
    numbers = all_above_zero(orders.sizes + orders.prices)
    if numbers is None:
        return None
    instruments = [listed[symbol] for symbol in orders.symbols]
    count = len(instruments)
    columns = zip(
        instruments, orders.sides, orders.sizes, orders.prices, numbers[:count], numbers[count:], orders.times_ms,
        strict=True,
    )  # fmt: skip
    return [
        Liquidation(
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
        for instrument, side, size, price, units, quoted, at_ms in columns
    ]
