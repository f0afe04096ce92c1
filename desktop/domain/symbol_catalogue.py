"""All coins with a perpetual on a venue: found by their beginnings or nearly, the most traded first. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from desktop.domain.instrument import Instrument
from desktop.domain.market import Ticker

MOST_HITS = 30
_LONGEST_WORDS = 40


class CatalogueHit(msgspec.Struct, frozen=True):
    """A coin that can be watched: its perpetuals as (venue, symbol), and their turnover of 24 h in USD.

    `turnover_usd` is a floor: None while no venue has said it.
    """

    coin: str
    perpetuals: tuple[tuple[str, str], ...]
    turnover_usd: float | None = None

    @property
    def venues(self) -> tuple[str, ...]:
        """Return the venues that trade it."""
        return tuple(dict.fromkeys(venue for venue, _ in self.perpetuals))


class SymbolCatalogue:
    """Search perpetuals; tickers rank them. One thread at a time."""

    def __init__(self) -> None:
        self._coins: dict[str, list[tuple[str, str]]] = {}
        self._turnover: dict[tuple[str, str], float] = {}

    def take(self, instruments: Iterable[Instrument]) -> None:
        """Know these contracts from now on, and no others: traded linear perpetuals on coins; metals do not count."""
        coins: dict[str, list[tuple[str, str]]] = {}
        for one in instruments:
            if one.part == "perp" and one.trading and one.kind == "linear" and _is_plain(one.coin):
                coins.setdefault(one.coin, []).append((one.venue, one.symbol))
        self._coins = {coin: sorted(perpetuals) for coin, perpetuals in coins.items()}

    def heard(self, ticker: Ticker) -> None:
        """Take a contract's turnover."""
        if ticker.part == "perp" and ticker.turnover_usd is not None:
            self._turnover[ticker.venue, ticker.symbol] = ticker.turnover_usd

    def knows(self, coin: str) -> bool:
        """Return whether a venue has a perpetual on this coin."""
        return coin in self._coins

    def __len__(self) -> int:
        return len(self._coins)

    def search(self, words: str, most: int = MOST_HITS) -> tuple[CatalogueHit, ...]:
        """Return coins whose name or one of whose symbols begins with `words`, holds it, or nearly is it.

        In this order, and within each by turnover, unknown last. Without words: the most traded of all.
        """
        wanted = "".join(words.upper().split())[:_LONGEST_WORDS]
        ranked = []
        for coin, perpetuals in self._coins.items():
            rank = _rank(wanted, coin, perpetuals)
            if rank is not None:
                turnover = self._turnover_of(perpetuals)
                ranked.append((rank, -(turnover or 0.0), turnover is None, coin, turnover))
        ranked.sort(key=lambda row: row[:4])
        return tuple(CatalogueHit(row[3], tuple(self._coins[row[3]]), row[4]) for row in ranked[:most])

    def _turnover_of(self, perpetuals: Iterable[tuple[str, str]]) -> float | None:
        known = [self._turnover[one] for one in perpetuals if one in self._turnover]
        return sum(known) if known else None


def _is_plain(coin: str) -> bool:
    """Return whether the coin's name can stand in the settings: letters and digits."""
    return coin.isascii() and coin.isalnum() and coin == coin.upper() and len(coin) <= 16


def _rank(wanted: str, coin: str, perpetuals: Iterable[tuple[str, str]]) -> int | None:
    """Return how well a coin fits, 0 best; None if it does not."""
    if not wanted:
        return 1
    if coin == wanted:
        return 0
    symbols = [symbol.upper() for _, symbol in perpetuals]
    if coin.startswith(wanted):
        return 1
    if any(symbol.startswith(wanted) for symbol in symbols):
        return 2
    if wanted in coin:
        return 3
    if any(wanted in symbol for symbol in symbols):
        return 4
    if len(wanted) > 2 and _one_slip(wanted, coin):
        return 5
    return 6 if len(wanted) > 2 and _in_order(wanted, coin) else None


def _one_slip(one: str, other: str) -> bool:
    """Return whether one letter more, less, other, or two exchanged neighbours make them equal."""
    if abs(len(one) - len(other)) > 1:
        return False
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[at:], other[at:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[:2][::-1] and a[2:] == b[2:])


def _in_order(wanted: str, coin: str) -> bool:
    """Return whether the letters stand in the name in this order."""
    letters = iter(coin)
    return all(letter in letters for letter in wanted)
