"""Hours out of the rows of a CSV: of one coin, or of many side by side."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, pairwise

from desktop.domain.errors import BadInput
from desktop.domain.market import HourBar
from desktop.risk.windows import HOUR_MS
from desktop.storage.bars_csv import BarsFile, Row

_ENOUGH_STEPS = 3


def coin_hours(bars: BarsFile, lows: list[tuple[int, float]] | None = None) -> Iterator[HourBar]:
    """Yield the hours of a file about one coin; finer rows are joined, their lows also added to `lows`.

    Raise BadInput naming file and line.
    """
    for rows in _hours(bars):
        if lows is not None and len(rows) > 1:
            lows += [(row.open_ms, row.low) for row in rows]
        yield merged(rows)


def market_hours(bars: BarsFile) -> Iterator[tuple[int, dict[str, HourBar]]]:
    """Yield (open, bars by symbol) of each hour of a file about many coins. Raise BadInput naming file and line."""
    for rows in _hours(bars):
        by_symbol: dict[str, list[Row]] = {}
        for row in rows:
            by_symbol.setdefault(row.symbol, []).append(row)
        yield rows[0].open_ms // HOUR_MS * HOUR_MS, {symbol: merged(of_one) for symbol, of_one in by_symbol.items()}


def _hours(bars: BarsFile) -> Iterator[list[Row]]:
    """Yield the rows of each hour that has rows. Rows wider than an hour are refused.

    Of finer rows the last hour is left out if it has not ended: a bar is known only when it closes.
    """
    waiting: list[Row] = []
    step_ms = 24 * HOUR_MS
    for count, (_, group) in enumerate(groupby(bars.rows(), key=lambda row: row.open_ms // HOUR_MS)):
        rows = list(group)
        times = [row.open_ms for row in waiting[-1:] + rows]
        step_ms = min([step_ms, *(later - sooner for sooner, later in pairwise(times) if later > sooner)])
        if count == _ENOUGH_STEPS and step_ms > HOUR_MS:
            words = f"the rows lie {step_ms / HOUR_MS:g} hours apart"
            raise BadInput(words, "Give hourly or finer bars.", where=f"{bars.path} line {rows[0].line}")
        if waiting:
            yield waiting
        waiting = rows
    if waiting and (step_ms >= HOUR_MS or (waiting[-1].open_ms + step_ms) % HOUR_MS == 0):
        yield waiting


def merged(rows: list[Row]) -> HourBar:
    """Return the rows of one hour (in order, one symbol) as one bar."""
    return HourBar(
        open_ms=rows[0].open_ms // HOUR_MS * HOUR_MS,
        open=rows[0].open,
        high=max(row.high for row in rows),
        low=min(row.low for row in rows),
        close=rows[-1].close,
        long_usd=_sum([row.long_usd for row in rows]),
        short_usd=_sum([row.short_usd for row in rows]),
        funding_8h=_last([row.funding_8h for row in rows]),
        oi_usd=_last([row.oi_usd for row in rows]),
    )


def _sum(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _last(values: list[float | None]) -> float | None:
    return next((value for value in reversed(values) if value is not None), None)
