"""Daily figures with their dates: Cboe's files, Fear & Greed, flows of funds, closes of other assets. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

from desktop.domain.errors import Unreadable
from desktop.venues.answers import failure_of
from desktop.venues.host_rules import Envelope

MOST_ROWS = 400
"""So many of the newest days are told with every answer: a year and what a percentile of it needs."""

Row = tuple[int, float]
"""(the day's 00:00 UTC in ms, value)."""

_DAY_MS = 86_400_000
_LARGEST_FLOW_USD = 1e11
_LEAST_PRICE, _MOST_PRICE = 1e-6, 1e9


class _Feeling(msgspec.Struct, frozen=True):
    value: str
    timestamp: str


class _Feelings(msgspec.Struct, frozen=True):
    data: list[_Feeling]


class _CoinGlassDay(msgspec.Struct, frozen=True):
    timestamp: int
    flow_usd: float | str | None


class _CoinGlassDays(msgspec.Struct, frozen=True):
    data: list[_CoinGlassDay]


class _SoSoDay(msgspec.Struct, frozen=True):
    date: str
    flow: float | str | None = msgspec.field(name="totalNetInflow")


class _SoSoList(msgspec.Struct, frozen=True):
    days: list[_SoSoDay] = msgspec.field(name="list")


class _SoSoDays(msgspec.Struct, frozen=True):
    data: list[_SoSoDay] | _SoSoList


class _Kline(msgspec.Struct, array_like=True, frozen=True):
    at_ms: int
    open: str
    high: str
    low: str
    close: str


class _Candle(msgspec.Struct, frozen=True):
    at_ms: int = msgspec.field(name="t")
    close: str = msgspec.field(name="c")


_klines = msgspec.json.Decoder(list[_Kline])
_candles = msgspec.json.Decoder(list[_Candle])
_feelings = msgspec.json.Decoder(_Feelings)
_coinglass = msgspec.json.Decoder(_CoinGlassDays)
_soso = msgspec.json.Decoder(_SoSoDays)


def csv_closes(body: bytes) -> list[Row]:
    """Return the closes of a Cboe file (`DATE,OPEN,HIGH,LOW,CLOSE` or `DATE,GVZ`; mm/dd/yyyy), oldest first.

    Raise Unreadable naming the line: also for a web page in place of the file.
    """
    try:
        lines = body.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise Unreadable("not valid UTF-8", error.start) from None
    columns = lines[0].strip().upper().split(",") if lines else []
    if len(columns) < 2 or columns[0] != "DATE":
        raise Unreadable(f"line 1 is {(lines[0] if lines else '')[:40]!r}, not the head of a price file", 0)
    place = columns.index("CLOSE") if "CLOSE" in columns else len(columns) - 1
    first = max(1, len(lines) - MOST_ROWS)
    return _newest(_csv_row(number, line, place) for number, line in enumerate(lines[first:], first + 1) if line)


def feelings(body: bytes) -> list[Row]:
    """Return Fear & Greed (0..100) by day. Raise Unreadable or a decoding error."""
    return _newest(
        (_day(_number(one.timestamp, "timestamp") * 1000), _within(_number(one.value, "value"), 0, 100, "value"))
        for one in _feelings.decode(body).data
    )


def coinglass_flows(body: bytes) -> list[Row]:
    """Return one day's net flow in USD by day. Raise Unreadable or a decoding error."""
    _refuse(body, "coinglass")
    return _newest(
        (_day(one.timestamp), _flow(one.flow_usd)) for one in _coinglass.decode(body).data if one.flow_usd is not None
    )


def sosovalue_flows(body: bytes) -> list[Row]:
    """Return one day's net flow in USD by day. Raise Unreadable or a decoding error."""
    _refuse(body, "sosovalue")
    data = _soso.decode(body).data
    days = data.days if isinstance(data, _SoSoList) else data
    return _newest((_date(one.date, "%Y-%m-%d", "date"), _flow(one.flow)) for one in days if one.flow is not None)


def binance_closes(body: bytes) -> list[Row]:
    """Return the closes of daily klines, weekdays only. Raise Unreadable or a decoding error."""
    return _weekdays((one.at_ms, one.close) for one in _klines.decode(body))


def hyperliquid_closes(body: bytes) -> list[Row]:
    """Return the closes of daily candles, weekdays only. Raise Unreadable or a decoding error."""
    return _weekdays((one.at_ms, one.close) for one in _candles.decode(body))


def _weekdays(closes: Iterable[tuple[int, str]]) -> list[Row]:
    """Return the days on which gold, silver and shares are traded elsewhere too: a venue's weekend barely moves."""
    rows = [
        (_day(at_ms), _within(_number(text, "close"), _LEAST_PRICE, _MOST_PRICE, "close")) for at_ms, text in closes
    ]
    # Day 0 of the epoch was a Thursday: days 2 and 3 a Saturday and a Sunday.
    return _newest((day_ms, close) for day_ms, close in rows if day_ms // _DAY_MS % 7 not in (2, 3))


def _refuse(body: bytes, envelope: Envelope) -> None:
    failure = failure_of(body, envelope)
    if failure is not None:
        raise Unreadable(f"code {failure.code}: {failure.words}")


def _csv_row(number: int, line: str, place: int) -> Row:
    fields = line.split(",")
    if len(fields) <= place:
        raise Unreadable(f"line {number} has {len(fields)} fields")
    value = _within(_number(fields[place], f"line {number}"), 0, 10_000, f"line {number}")
    return _date(fields[0].strip(), "%m/%d/%Y", f"line {number}"), value


def _newest(rows: Iterable[Row]) -> list[Row]:
    found = sorted(dict(rows).items())
    if not found:
        raise Unreadable("no day is told", 0)
    return found[-MOST_ROWS:]


def _date(words: str, form: str, where: str) -> int:
    try:
        return int(datetime.strptime(words, form).replace(tzinfo=UTC).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise Unreadable(f"{where} is {words[:40]!r}, not a date") from None


def _day(at_ms: float) -> int:
    return int(at_ms) // _DAY_MS * _DAY_MS


def _flow(value: float | str | None) -> float:
    return _within(_number(value, "flow"), -_LARGEST_FLOW_USD, _LARGEST_FLOW_USD, "flow")


def _number(value: float | str | None, where: str) -> float:
    try:
        number = float(value if value is not None else "")
    except ValueError:
        number = math.nan
    if math.isfinite(number):
        return number
    raise Unreadable(f"{where} is {str(value)[:40]!r}, not a number")


def _within(number: float, least: float, most: float, where: str) -> float:
    if least <= number <= most:
        return number
    raise Unreadable(f"{where} is {number:g}, which cannot be")
