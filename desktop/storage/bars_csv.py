"""Bars from CSV files (also `.gz`), row by row: one coin with everything, or many coins with prices."""

from __future__ import annotations

import csv
import gzip
import math
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import IO, Protocol

import msgspec

from desktop.domain.errors import BadInput

COIN_PRICES = ("price_open", "price_high", "price_low", "price_close")
COIN_EXTRAS = ("liquidation_long_usd", "liquidation_short_usd", "funding_close", "oi_close")
MARKET_COLUMNS = ("symbol", "open", "high", "low", "close")
_MILLISECONDS = range(10**11, 10**14)  # of the years 1973 to 5138; seconds lie below, microseconds above
_LARGEST = 1e300


class _Reader(Protocol):
    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...
    def __next__(self) -> list[str]: ...


class Row(msgspec.Struct, frozen=True):
    """One row: a bar of `symbol` (empty where the file is about one coin). None: the cell or its column is absent."""

    line: int
    open_ms: int
    symbol: str
    open: float
    high: float
    low: float
    close: float
    long_usd: float | None = None
    short_usd: float | None = None
    funding_8h: float | None = None
    oi_usd: float | None = None


class BarsFile:
    """A CSV of bars. `many_coins` tells which of the two forms it has. Opened when made, closed by `close`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = _opened(path)
        self._line = 0
        try:
            self._reader, self._places = self._header()
            self._line = 1
        except BadInput:
            self._file.close()
            raise
        self.many_coins = "symbol" in self._places
        self._plain = None if self.many_coins else _PlainRows(self._places)

    def _header(self) -> tuple[_Reader, dict[str, int]]:
        reader = csv.reader(self._file, strict=True)
        with self._readable():
            header = next(reader, None)
        if header is None:
            raise BadInput("it is empty", "Give a CSV with a header line.", where=f"{self.path} line 1")
        places = {name.strip().lstrip("\ufeff"): place for place, name in enumerate(header)}
        for name in ("timestamp", *(MARKET_COLUMNS if "symbol" in places else COIN_PRICES)):
            if name not in places:
                near = get_close_matches(name, places, n=1)
                hint = f"The header has {near[0]!r}: rename it." if near else f"The header has: {', '.join(places)}."
                raise BadInput(f"there is no column {name!r}", hint, where=f"{self.path} line 1")
        return reader, places

    @property
    def absent(self) -> tuple[str, ...]:
        """The optional columns this file does not have; what rests on them stays unknown."""
        return () if self.many_coins else tuple(name for name in COIN_EXTRAS if name not in self._places)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def rows(self) -> Iterator[Row]:
        """Yield the rows in order.

        Raise BadInput naming file, line and column for a cell that is no number, is not finite, or is negative where
        it cannot be, and for times that repeat or run backwards.
        """
        last_ms = -1
        symbols: set[str] = set()
        while (cells := self._next_cells()) is not None:
            row = (self._plain and self._plain(self._line, cells)) or self._row(cells)
            if row.open_ms < last_ms or (row.open_ms == last_ms and not self.many_coins):
                word = "repeats" if row.open_ms == last_ms else "is older than"
                raise self._off("timestamp", f"{row.open_ms} {word} the row before", "Sort the rows; each time once.")
            if row.open_ms != last_ms:
                symbols.clear()
            if self.many_coins and row.symbol in symbols:
                raise self._off("symbol", f"{row.symbol!r} stands twice at {row.open_ms}", "Keep one row of it.")
            symbols.add(row.symbol)
            last_ms = row.open_ms
            yield row

    def _next_cells(self) -> list[str] | None:
        with self._readable():
            for cells in self._reader:
                self._line = self._reader.line_num
                if cells:
                    if len(cells) != len(self._places):
                        words = f"{len(cells)} cells where the header has {len(self._places)}"
                        raise BadInput(words, "Mend the row.", where=f"{self.path} line {self._line}")
                    return cells
        return None

    def _row(self, cells: list[str]) -> Row:
        prices = MARKET_COLUMNS[1:] if self.many_coins else COIN_PRICES
        opened, high, low, close = (self._price(cells, name) for name in prices)
        if high < low:
            raise self._off(prices[1], f"{high:g} is under the low {low:g}", "Check the columns.")
        open_ms = self._time(cells)
        if self.many_coins:
            return Row(self._line, open_ms, cells[self._places["symbol"]].strip(), opened, high, low, close)
        funding = self._number(cells, "funding_close")
        return Row(
            line=self._line,
            open_ms=open_ms,
            symbol="",
            open=opened,
            high=high,
            low=low,
            close=close,
            long_usd=self._not_negative(cells, "liquidation_long_usd"),
            short_usd=self._not_negative(cells, "liquidation_short_usd"),
            funding_8h=None if funding is None else funding / 100,
            oi_usd=self._not_negative(cells, "oi_close"),
        )

    def _time(self, cells: list[str]) -> int:
        text = cells[self._places["timestamp"]].strip()
        if not text.isdecimal():
            raise self._off(
                "timestamp", f"{text!r} is not a whole number", "Write UTC milliseconds of the bar's open."
            )
        if int(text) not in _MILLISECONDS:
            raise self._off(
                "timestamp", f"{text} is not in milliseconds", "Write UTC milliseconds of the bar's open."
            )
        return int(text)

    def _price(self, cells: list[str], name: str) -> float:
        value = self._number(cells, name)
        if value is None or value <= 0:
            words = "is empty" if value is None else f"{value:g} is not above zero"
            raise self._off(name, words, "A bar needs its four prices.")
        return value

    def _not_negative(self, cells: list[str], name: str) -> float | None:
        value = self._number(cells, name)
        if value is not None and value < 0:
            raise self._off(name, f"{value:g} is negative", "Leave the cell empty where it is not known.")
        return value

    def _number(self, cells: list[str], name: str) -> float | None:
        place = self._places.get(name)
        if place is None or not (text := cells[place].strip()):
            return None
        try:
            value = float(text)
        except ValueError:
            raise self._off(
                name, f"{text!r} is not a number", "Leave the cell empty where it is not known."
            ) from None
        if not math.isfinite(value):
            raise self._off(name, f"{text!r} is not a finite number", "Leave the cell empty where it is not known.")
        return value

    def _off(self, column: str, words: str, remedy: str) -> BadInput:
        return BadInput(words, remedy, where=f"{self.path} line {self._line} column {column}")

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except (OSError, EOFError, zlib.error) as error:
            raise BadInput(f"cannot read on: {error}", "Fetch the file again.", where=self._next_line()) from error
        except UnicodeDecodeError as error:
            # Text is decoded in blocks; all lines that ended before this one have been read.
            further = error.object.count(b"\n", 0, error.start)
            words = f"not UTF-8 text (byte {error.object[error.start]:#04x})"
            raise BadInput(words, "Save it as UTF-8.", where=self._next_line(further)) from error
        except csv.Error as error:
            raise BadInput(f"not CSV: {error}", "Mend the row.", where=self._next_line()) from error

    def _next_line(self, further: int = 0) -> str:
        return f"{self.path} line {self._line + 1 + further}"


class _PlainRows:
    """Reads rows of one coin whose every cell is plainly sound, at once; gives None for any other."""

    def __init__(self, places: dict[str, int]) -> None:
        self._time = places["timestamp"]
        self._prices = [places[name] for name in COIN_PRICES]
        self._extras = [places.get(name) for name in COIN_EXTRAS]

    def __call__(self, line: int, cells: list[str]) -> Row | None:
        try:
            opened, high, low, close = (float(cells[place]) for place in self._prices)
            long_usd, short_usd, funding, interest = (
                None if place is None else float(cells[place]) for place in self._extras
            )
        except ValueError:
            return None
        # A comparison with NaN is false, and so is one of an infinite value with the largest.
        sound = 0 < low <= high < _LARGEST and 0 < opened < _LARGEST and 0 < close < _LARGEST
        for value in (long_usd, short_usd, interest):
            sound = sound and (value is None or 0 <= value < _LARGEST)
        sound = sound and (funding is None or -_LARGEST < funding < _LARGEST)
        time = cells[self._time]
        if not sound or not time.isdecimal() or int(time) not in _MILLISECONDS:
            return None
        funding_8h = None if funding is None else funding / 100
        return Row(line, int(time), "", opened, high, low, close, long_usd, short_usd, funding_8h, interest)


def _opened(path: Path) -> IO[str]:
    try:
        if path.suffix == ".gz":
            return gzip.open(path, "rt", encoding="utf-8", newline="")
        return path.open(encoding="utf-8", newline="")
    except OSError as error:
        raise BadInput(f"cannot open it: {error.strerror}", "Check the path.", where=str(path)) from error
