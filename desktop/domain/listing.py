"""What a venue lists: a contract with what is not needed for reading its messages. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

from desktop.domain.instrument import ContractPart, Instrument, InstrumentKind, InstrumentTable, unit_of

METALS = frozenset({"XAU", "XAG", "XAUT", "PAXG"})
"""Gold and silver, and tokens of them: they move by another clock than coins, and no sum over coins counts them."""


class Listing(msgspec.Struct, frozen=True):
    """A contract as its venue lists it. `status` is the venue's own word; `tick` and `step` are its digits.

    `funding_interval_h` is None where the list does not say it.
    """

    instrument: Instrument
    quote: str
    status: str
    tick: str = ""
    step: str = ""
    funding_interval_h: float | None = None

    @property
    def watchable(self) -> bool:
        """Return whether it is a perpetual on a coin, traded now."""
        return self.instrument.trading and self.instrument.part == "perp"


def listed(
    venue: str, symbol: str, base: str, quote: str, kind: InstrumentKind, part: ContractPart, *, trading: bool
) -> Instrument:
    """Return a contract whose sizes are in its base unit (linear) or in USD (inverse), from its own names.

    1000PEPE and SHIB1000 are a thousand coins, 1MBABYDOGE a million. `part` perp becomes metal for gold and silver.
    """
    coin, multiplier = unit_of(base)
    if part in ("perp", "other") and coin in METALS:
        part = "metal"
    if kind == "inverse":
        return Instrument(venue, symbol, coin, None, quote, Decimal(1), kind, part, trading)
    return Instrument(venue, symbol, coin, Decimal(1), coin, multiplier, kind, part, trading)


def ticker_part(instruments: InstrumentTable, venue: str, symbol: str) -> Literal["perp", "dated", "metal"] | None:
    """Return as what a contract's last price counts; None if it is on no coin, or not traded as its venue lists it.

    One that no list has been read for yet is what its name says.
    """
    if instruments.is_complete(venue) and not instruments.trades(venue, symbol):
        return None
    instrument = instruments.find(venue, symbol)
    if instrument.part == "other":
        return None
    return "metal" if instrument.part == "perp" and instrument.coin in METALS else instrument.part
