"""Instruments: which coin a venue's symbol is about and what one of its units is worth.

A symbol that is not in the table is still read: its coin follows from the venue's way of naming, and only what needs
its contract size stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Literal

import msgspec

InstrumentKind = Literal["linear", "inverse"]
ContractPart = Literal["perp", "dated", "metal", "other"]
"""What it is a contract on and until when; `other` is a perpetual on a share, an index or the like."""

_ONE = Decimal(1)
# Coin amounts of inverse contracts are quotients: twelve digits are more than any venue's own.
_QUOTIENT = Context(prec=12, rounding=ROUND_HALF_EVEN)
# An exact product of two of the longest numbers accepted needs no more digits than this.
_EXACT = Context(prec=200)

_DATED = re.compile(r"^(.+?)(?:[-_]\d{6}|-\d{1,2}[A-Z]{3}\d{2})$")
_BYBIT_INVERSE = re.compile(r"^([A-Z0-9]+?)USD(?:[FGHJKMNQUVXZ]\d{2})?$")
_MANY_BEFORE = re.compile(r"^(1000000|10000|1000|1M)(?=\D)(.+)$")
_MANY_AFTER = re.compile(r"^(\D.*?)(1000)$")
_WRITTEN = {"1M": "1000000"}
_QUOTES = ("USDT", "USDC", "FDUSD", "BUSD", "USDE", "USD1", "PERP")

# Venues whose linear sizes are in the base unit of the symbol: USD needs no contract size there.
_SIZES_IN_BASE_UNITS = frozenset({"binance", "bybit", "hyperliquid"})
_MOST_REMEMBERED = 10_000


class Instrument(msgspec.Struct, frozen=True):
    """A contract of a venue. `contract_size` (in `contract_coin`, None: unknown) times `multiplier` is one unit.

    Where sizes and prices are in the symbol's base unit, `multiplier` is how many coins that is: 1000 for 1000PEPE.
    `trading` is False for one that is listed but settling, not yet open or closed.
    """

    venue: str
    symbol: str
    coin: str
    contract_size: Decimal | None
    contract_coin: str
    multiplier: Decimal
    kind: InstrumentKind
    part: ContractPart = "perp"
    trading: bool = True
    # Coins in one unit of size, None where unknown or price dependent; the derived fields save work on each message.
    coins_per_unit: Decimal | None = None
    as_sent: bool = False
    priced_per_unit: bool = False

    def __post_init__(self) -> None:
        priced_per_unit = self.kind == "linear" and self.venue in _SIZES_IN_BASE_UNITS
        size = self.contract_size
        if size is None and priced_per_unit:
            size = _ONE
        coins = size * self.multiplier if size is not None and self.kind == "linear" else None
        force = msgspec.structs.force_setattr
        force(self, "coins_per_unit", coins)
        force(self, "as_sent", coins == _ONE)
        force(self, "priced_per_unit", priced_per_unit)

    def usd(self, size: float, price: float) -> float | None:
        """Return what `size` units are worth at the venue's `price`; None if the contract size is unknown."""
        if self.priced_per_unit:
            return size * price
        if self.contract_size is None:
            return None
        worth = size * float(self.contract_size * self.multiplier)
        return worth if self.kind == "inverse" else worth * price

    def coins(self, size: str, price: str) -> str | None:
        """Return `size` units in coins: the venue's digits where a unit is a coin, else the exact product.

        Of inverse contracts it is the quotient by `price`, to twelve digits. None if the contract size is unknown.
        """
        if self.as_sent:
            return size
        if self.coins_per_unit is not None:
            return format(_EXACT.multiply(Decimal(size), self.coins_per_unit), "f")
        if self.kind == "linear" or self.contract_size is None:
            return None
        worth = _EXACT.multiply(Decimal(size), self.contract_size * self.multiplier)
        return format(_QUOTIENT.divide(worth, Decimal(price)), "f")


class _Symbols(dict[str, Instrument]):
    """The instruments of one venue; a symbol not in the table is made by rule when first asked for."""

    def __init__(self, venue: str) -> None:
        self._venue = venue
        self._by_rule = 0

    def __missing__(self, symbol: str) -> Instrument:
        found = instrument_by_rule(self._venue, symbol)
        if self._by_rule < _MOST_REMEMBERED:
            # A stream of made-up symbols must not grow the memory without bound.
            self._by_rule += 1
            self[symbol] = found
        return found


class _Venues(dict[str, _Symbols]):
    def __missing__(self, venue: str) -> _Symbols:
        symbols = self[venue] = _Symbols(venue)
        return symbols


class InstrumentTable:
    """All instruments known, by venue and symbol; finds one for every symbol. One thread at a time.

    `of_venue[venue][symbol]` is the same as `find` without the call, for parsers.
    """

    def __init__(self, known: Iterable[Instrument] = ()) -> None:
        self.of_venue: Mapping[str, Mapping[str, Instrument]]
        self.of_venue = self._venues = venues = _Venues()
        for one in known:
            venues[one.venue][one.symbol] = one
        self._known = {(one.venue, one.symbol) for symbols in venues.values() for one in symbols.values()}
        self._complete: set[str] = set()
        self.revision = 0
        """Counts the lists that were taken in."""

    def find(self, venue: str, symbol: str) -> Instrument:
        """Return the table's entry, or one made by the venue's way of naming, its contract size unknown."""
        return self.of_venue[venue][symbol]

    def knows(self, venue: str, symbol: str) -> bool:
        """Return whether the symbol stands in the table itself."""
        return (venue, symbol) in self._known

    def trades(self, venue: str, symbol: str) -> bool:
        """Return whether the symbol stands in the table as one that is traded now."""
        return (venue, symbol) in self._known and self.of_venue[venue][symbol].trading

    def is_complete(self, venue: str) -> bool:
        """Return whether the venue's own list was taken in, so that a symbol it does not know is not listed."""
        return venue in self._complete

    def renew(self, venue: str, instruments: Iterable[Instrument]) -> None:
        """Take in the venue's own whole list, as it is from now on: what is not on it no longer counts as known."""
        listed = {one.symbol: one for one in instruments}
        self._known = {key for key in self._known if key[0] != venue} | {(venue, symbol) for symbol in listed}
        self._complete.add(venue)
        self.revision += 1
        self._venues[venue].update(listed)

    def all(self) -> Iterator[Instrument]:
        """Yield every contract that stands in the table itself."""
        for venue, symbol in self._known:
            yield self._venues[venue][symbol]

    def __len__(self) -> int:
        return len(self._known)


def instrument_by_rule(venue: str, symbol: str) -> Instrument:
    """Return the instrument that the venue's way of naming suggests; nothing is said about its contract size.

    1000PEPEUSDT is PEPE times 1000, as are SHIB1000USDT and 1MBABYDOGEUSDT of theirs. Bybit's inverse
    contracts count in USD by its documentation, so their size is 1 USD.
    """
    if venue == "okx":
        return _okx(symbol)
    if venue == "hyperliquid":
        return _hyperliquid(symbol)
    dated = _DATED.match(symbol)
    plain = dated.group(1) if dated else symbol
    if venue == "bybit" and (inverse := _BYBIT_INVERSE.match(plain)):
        return _inverse(venue, symbol, inverse.group(1), Decimal(1))
    if venue == "binance" and (plain.endswith("USD_PERP") or (dated and plain.endswith("USD"))):
        return _inverse(venue, symbol, plain.removesuffix("_PERP").removesuffix("USD"), None)
    coin, multiplier = unit_of(_without_quote(plain.removesuffix("_PERP").replace("-", "")))
    return Instrument(venue, symbol, coin, None, coin, multiplier, "linear", "dated" if dated else "perp")


def _inverse(venue: str, symbol: str, base: str, size: Decimal | None) -> Instrument:
    return Instrument(venue, symbol, base, size, "USD", _ONE, "inverse")


def _okx(symbol: str) -> Instrument:
    parts = symbol.split("-")
    if len(parts) > 1 and parts[1] == "USD":
        return _inverse("okx", symbol, parts[0], None)
    return Instrument("okx", symbol, parts[0], None, parts[0], _ONE, "linear")


def _hyperliquid(symbol: str) -> Instrument:
    name = symbol.rpartition(":")[2]
    thousand = len(name) > 1 and name[0] == "k" and name[1:].isupper()
    coin = name[1:] if thousand else name
    return Instrument("hyperliquid", symbol, coin, None, coin, Decimal(1000 if thousand else 1), "linear")


def _without_quote(symbol: str) -> str:
    for quote in _QUOTES:
        if symbol.endswith(quote) and len(symbol) > len(quote):
            return symbol[: -len(quote)]
    return symbol


def unit_of(base: str) -> tuple[str, Decimal]:
    """Return which coin a base unit is made of, and how many."""
    if before := _MANY_BEFORE.match(base):
        return before.group(2), Decimal(_WRITTEN.get(before.group(1), before.group(1)))
    if after := _MANY_AFTER.match(base):
        return after.group(1), Decimal(after.group(2))
    return base, Decimal(1)
