"""The chart as a file: its bars as CSV, its picture as PNG."""

from __future__ import annotations

import csv
import math
from pathlib import Path

from PySide6.QtWidgets import QWidget

from desktop.ui import wording
from desktop.ui.charts.bars import Bars

_COLUMNS = (
    "open", "high", "low", "close", "long_usd", "short_usd", "covered", "funding_8h", "oi_usd", "depth_usd",
    "slippage_bps",
)  # fmt: skip


def save_csv(bars: Bars, path: Path) -> None:
    """Write all bars; what was not recorded stays an empty field, never 0. Raises OSError."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("bar_open_ms", "bar_open_utc", *_COLUMNS))
        for place in range(bars.count):
            at_ms = int(bars.start_ms + place * bars.interval_ms)
            values = (float(bars.column(name)[place]) for name in _COLUMNS)
            told = ("" if math.isnan(value) else repr(value) for value in values)
            writer.writerow((at_ms, wording.moment(at_ms).strftime("%Y-%m-%dT%H:%M:%SZ"), *told))


def save_png(widget: QWidget, path: Path) -> bool:
    """Write the widget as it looks now; return whether it could be written."""
    return widget.grab().save(str(path), "PNG")
