"""What all venues' parsers share: numbers as text, places in a frame, and the words for what could not be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import chain
from typing import Any

import msgspec

from desktop.domain.book import TextLevel
from desktop.domain.errors import Unreadable
from desktop.domain.market import FeedStatus, Unparsed
from desktop.domain.number_text import number, plain_number, plain_numbers

# What decoding may raise on bytes nobody can foresee; msgspec's own errors are ValueErrors.
DECODE_FAILURES = (msgspec.MsgspecError, ValueError, RecursionError)

LONGEST_NUMBER = 40
"""Digits of a number, and its point, that are taken."""
_DIGITS_KEPT = 28
_LEAST_RATE, _GREATEST_RATE = -1000.0, 1000.0

_LEVEL_BYTES = b'0123456789.,[]":'
_SECOND_KEY = frozenset({b"", b"a", b"b"})

_AT_BYTE = re.compile(r"\(byte (\d+)\)")
_AT_PATH = re.compile(r" - at `\$([^`]*)`")
_STEP = re.compile(r"\.([A-Za-z_]\w*)|\[(\d+|\.\.\.)\]")

# Keys that give away whose frame it is when it came down the wrong line.
_SIGNS = (
    ("Binance", frozenset({"e", "stream"})),
    ("Bybit", frozenset({"topic", "op", "ret_msg", "retCode"})),
    ("OKX", frozenset({"arg", "event"})),
    ("Hyperliquid", frozenset({"channel"})),
)


def is_above_zero(text: str) -> bool:
    """Return whether this is a number above zero in at most 40 plain digits: no NaN, sign, exponent or blank."""
    # Half the time of float() and a range check; trades come by the thousand.
    return (
        text.replace(".", "", 1).isdigit()
        and text.strip("0.") != ""
        and len(text) <= LONGEST_NUMBER
        and text.isascii()
    )


def both_above_zero(one: str, other: str) -> bool:
    """Return whether `is_above_zero` holds for both; cheaper than two calls, and every trade has two numbers."""
    try:
        if not plain_number(one) > 0.0 < plain_number(other):
            return False
    except ValueError:
        # Also "1." and ".5", which are no numbers in JSON.
        return is_above_zero(one) and is_above_zero(other)
    # What JSON takes beside plain digits: an exponent, blanks around.
    text = one + other
    return text.replace(".", "").isdigit() and len(text) <= LONGEST_NUMBER


def all_above_zero(texts: list[str]) -> list[float] | None:
    """Return the numbers if all are above zero in at most 40 plain digits, else None; some good ones are not seen.

    Looking at many at once takes a third of looking at each: a storm brings some hundred thousand a second.
    """
    if not "".join(texts).replace(".", "").isdigit():
        return None
    try:
        numbers = plain_numbers(texts)
    except ValueError:
        return None
    return numbers if min(numbers) > 0.0 and max(map(len, texts)) <= LONGEST_NUMBER else None


def all_rates(texts: list[str]) -> list[float] | None:
    """Return the signed numbers, such as funding rates, if all are within what `rate` takes, else None."""
    try:
        numbers = plain_numbers(texts)
    except ValueError:
        return None
    return numbers if numbers and min(numbers) > _LEAST_RATE and max(numbers) < _GREATEST_RATE else None


def plain_levels(levels: list[TextLevel]) -> bool:
    """Return whether price and size of every level are plain digits; a book has hundreds of levels."""
    text = ",".join(chain.from_iterable(levels))
    digits = text.replace(",", "").replace(".", "")
    return (digits.isdigit() and digits.isascii() and ",," not in f",{text},") or not levels


def plain_book(frame: bytes) -> bool:
    """Return whether the lists of levels `b` and `a` in a frame hold plain digits; False where that is not sure.

    Looking at the bytes at once takes a tenth of looking at the levels.
    """
    start = frame.find(b":[[")
    if start < 0:
        return False  # no levels, or blanks before them
    levels = frame[start : frame.rfind(b"]")]
    return levels.translate(None, _LEVEL_BYTES) in _SECOND_KEY and b'""' not in levels


def check_levels(levels: list[TextLevel], field: str) -> None:
    """Raise Unreadable naming the field if a price is not above zero or a size is no number in plain digits."""
    for price, size in levels:
        above_zero(price, field)
        if size.strip("0.") or size.count(".") > 1 or not size:
            above_zero(size, field)


def above_zero(text: str, field: str) -> float:
    """Return the number. Raise Unreadable naming the field if it is not one above zero in plain digits."""
    if not is_above_zero(text):
        raise Unreadable(f"{field} is {text[:LONGEST_NUMBER]!r}, not a number above zero")
    return number(text)


def units_of(coins: str, coins_per_unit: Decimal) -> float:
    """Return how many units of a contract so many coins are; `coins` is a number in plain digits."""
    # Division by one leaves up to 28 digits as they are, and most contracts count coins.
    if coins_per_unit == 1 and len(coins) <= _DIGITS_KEPT:
        return number(coins)
    return float(Decimal(coins) / coins_per_unit)


def rate(text: str, field: str) -> float:
    """Return a signed number such as a funding rate. Raise Unreadable naming the field if it is not one."""
    try:
        value = number(text)
    except ValueError:
        value = float("nan")
    if _LEAST_RATE < value < _GREATEST_RATE:
        return value
    raise Unreadable(f"{field} is {text[:LONGEST_NUMBER]!r}, not a finite number")


def looked_at(frame: bytes) -> Any:
    """Return the frame's JSON as plain objects. Raise Unreadable with the byte at which reading stopped."""
    try:
        frame.decode()
        return msgspec.json.decode(frame)
    except UnicodeDecodeError as error:
        raise Unreadable("not valid UTF-8", error.start) from None
    except RecursionError:
        raise Unreadable("nested too deeply", 0) from None
    except (msgspec.MsgspecError, ValueError) as error:
        raise Unreadable(str(error), _byte(str(error), len(frame))) from None


def _byte(words: str, length: int) -> int:
    found = _AT_BYTE.search(words)
    return min(int(found.group(1)), length) if found else length


def pieces(frame: bytes, start: int, value: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (byte offset, bytes) of each element if `value`, found in `frame` at `start`, is a list; else itself."""
    if not value.lstrip().startswith(b"["):
        yield start, value
        return
    for raw in msgspec.json.decode(value, type=list[msgspec.Raw]):
        element = bytes(raw)
        start = max(frame.find(element, start), start)
        yield start, element
        start += len(element)


def value_of(frame: bytes, key: str) -> tuple[int, bytes]:
    """Return (byte offset, bytes) of a top-level key's value. Raise KeyError if the frame has no such key."""
    raw = bytes(msgspec.json.decode(frame, type=dict[str, msgspec.Raw])[key])
    return max(frame.find(raw), 0), raw


def offset_of(element: bytes, field: str) -> int:
    """Return the byte offset of a field's value within an element: the first such key; 0 if it is not there."""
    found = re.search(rb'"' + re.escape(field.encode()) + rb'"\s*:\s*', element)
    return found.end() if found else 0


def reading_trouble(error: BaseException, element: bytes) -> tuple[str, int]:
    """Return (reason, byte offset within `element`) of a failed decoding or of an Unreadable value."""
    if isinstance(error, Unreadable):
        return error.reason, offset_of(element, error.reason.split(" ", 1)[0])
    if isinstance(error, RecursionError):
        return "nested too deeply", 0
    words = str(error)
    path = _AT_PATH.search(words)
    names = [name for name, _ in _STEP.findall(path.group(1)) if name] if path else []
    return words, offset_of(element, names[-1]) if names else 0


def counted(rows: object) -> str:
    """Return in words how many rows there are; "no" where it is no list at all."""
    return str(len(rows)) if isinstance(rows, list) else "no"


def whose(keys: object, own: str) -> str:
    """Return words for a frame that is not of the own venue's form, naming the venue it looks like."""
    if isinstance(keys, dict):
        for name, signs in _SIGNS:
            if name != own and not signs.isdisjoint(keys):
                return f"not a message of {own}: it has the form of {name}"
    return f"not a message of {own}"


class Origin(msgspec.Struct, frozen=True, gc=False):
    """Where and when a frame came in; makes the messages about the line itself."""

    venue: str
    channel: str
    received_ns: int

    def alive(self, detail: str) -> FeedStatus:
        """Return a sign of life: heartbeat, pong, a push without anything new."""
        return FeedStatus(self.venue, self.channel, "alive", detail, self.received_ns // 1_000_000)

    def note(self, detail: str) -> FeedStatus:
        """Return something the venue said about itself: acknowledgement, error, a type that is not used."""
        return FeedStatus(self.venue, self.channel, "note", detail, self.received_ns // 1_000_000)

    def unparsed(self, reason: str, offset: int | None) -> Unparsed:
        """Return what could not be read, with the byte at which reading stopped."""
        return Unparsed(self.venue, self.channel, reason, offset, self.received_ns // 1_000_000)
