"""The chart: its grid of bars, holes, the pointer, zoom, pause, export."""

from __future__ import annotations

import csv
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from desktop.ui import theme
from desktop.ui.charts.bars import bars_of, stretches
from desktop.ui.charts.chart_column import ChartColumn
from desktop.ui.charts.line_pane import line_path
from desktop.ui.charts.pane import TITLE_PX, not_recorded_room
from desktop.ui.charts.scale import Scale, padded, time_ticks, value_ticks
from tests.fakes import desk

MINUTE = 60_000


@pytest.fixture
def column(qtbot: QtBot) -> ChartColumn:
    """Return a visible chart of the storm."""
    made = ChartColumn()
    qtbot.addWidget(made)
    made.resize(840, 600)
    made.show()
    made.show_view(desk.storm())
    qtbot.waitUntil(lambda: made.panes.price.canvas.paints > 0)
    return made


def test_a_hole_in_time_becomes_not_recorded_bars() -> None:
    chart = desk.chart_view(bars=20, interval_ms=MINUTE)
    kept = np.r_[0:8, 12:20]
    names = ("bar_ms", "open", "high", "low", "close", "long_usd", "short_usd", "covered", "funding_8h", "oi_usd")
    holed = msgspec.structs.replace(chart, **{name: getattr(chart, name)[kept] for name in names})
    bars = bars_of(holed)
    assert bars is not None
    assert bars.count == 20
    assert np.isnan(bars.column("close")[8:12]).all()
    assert np.isnan(bars.column("oi_usd")[8:12]).all()
    assert (bars.column("covered")[8:12] == 0).all()
    assert not np.isnan(bars.column("close")[[7, 12]]).any()


def test_prints_are_gathered_by_bar_and_side() -> None:
    chart = desk.chart_view(bars=4, interval_ms=MINUTE)
    start = chart.bar_ms[0]
    chart = msgspec.structs.replace(
        chart,
        print_ms=np.array([start + 1, start + 2, start + 3, start + 2 * MINUTE]),
        print_price=np.array([100.0, 200.0, 150.0, 120.0]),
        print_usd=np.array([1e6, 3e6, 5e5, 2e6]),
        print_long=np.array([True, True, False, True]),
    )
    bars = bars_of(chart)
    assert bars is not None
    assert bars.longs.bar.tolist() == [0, 2]
    assert bars.longs.usd.tolist() == [4e6, 2e6]
    assert bars.longs.price[0] == 175.0
    assert bars.shorts.usd.tolist() == [5e5]


def test_a_chart_without_bars_is_no_chart() -> None:
    chart = desk.chart_view(bars=4)
    empty = {
        n: getattr(chart, n)[:0] for n in msgspec.structs.asdict(chart) if isinstance(getattr(chart, n), np.ndarray)
    }
    assert bars_of(msgspec.structs.replace(chart, **empty)) is None


def test_stretches_name_the_runs() -> None:
    assert stretches(np.array([True, True, False, True])) == [(0, 2), (3, 4)]
    assert stretches(np.array([False, False])) == []


def test_ticks_are_round_and_few() -> None:
    assert value_ticks(81_020, 84_110, 8) == [81_500, 82_000, 82_500, 83_000, 83_500, 84_000]
    assert value_ticks(1.0, 1.0, 5) == []
    assert value_ticks(float("nan"), 2.0, 5) == []
    hours = time_ticks(desk.NOW_MS - 8 * 3_600_000, desk.NOW_MS, 10)
    assert len(hours) == 8
    assert all(ms % 3_600_000 == 0 for ms in hours)


def test_a_flat_range_still_has_a_height() -> None:
    low, high = padded(5.0, 5.0, 100, 10, 10)
    assert low < 5.0 < high
    scale = Scale(0, 10, low, high, 100, 100)
    assert scale.y_of(5.0) == pytest.approx(50)


def test_the_same_chart_again_paints_nothing(column: ChartColumn) -> None:
    view = desk.storm(chart=column._view.chart if column._view else None)
    assert not column.show_view(view)
    newer = desk.storm(chart=desk.chart_view(version=2))
    assert column.show_view(newer)


def test_the_pointer_has_one_read_out_for_all_panes(column: ChartColumn, qtbot: QtBot) -> None:
    panes = column.panes
    assert panes.bars is not None
    wanted = 40
    with qtbot.waitSignal(panes.pointed) as told:
        panes.point_at(panes.bars.start_ms + (wanted + 0.5) * panes.bars.interval_ms)
    assert told.args == [wanted]
    assert all(pane.shared.pointer_ms == panes.shared.pointer_ms for pane in panes.shared.panes)
    close = panes.bars.column("close")[wanted]
    assert f"C {close:,.0f}" in column.readout.words()
    panes.point_at(None)
    assert f"C {panes.bars.column('close')[-1]:,.0f}" in column.readout.words()


def test_all_panes_share_the_time_axis(column: ChartColumn) -> None:
    panes = column.panes
    panes.price.setXRange(desk.NOW_MS - 3_600_000, desk.NOW_MS, padding=0)
    ranges = [pane.viewRange()[0] for pane in panes.shared.panes]
    assert all(r == pytest.approx(ranges[0]) for r in ranges)


def test_keys_zoom_pan_and_come_back(column: ChartColumn, qtbot: QtBot) -> None:
    panes = column.panes
    left, right = panes.price.viewRange()[0]
    qtbot.keyClick(panes, Qt.Key.Key_Plus)
    closer = panes.price.viewRange()[0]
    assert closer[1] - closer[0] < right - left
    qtbot.keyClick(panes, Qt.Key.Key_Left)
    assert panes.price.viewRange()[0][0] < closer[0]
    qtbot.keyClick(panes, Qt.Key.Key_Home)
    assert panes.price.viewRange()[0] == pytest.approx([left, right])


def test_new_bars_are_followed_until_the_person_looks_back(column: ChartColumn) -> None:
    panes = column.panes
    chart = desk.chart_view(version=2)
    moved = msgspec.structs.replace(chart, bar_ms=chart.bar_ms + 300_000)
    right = panes.price.viewRange()[0][1]
    column.show_view(desk.storm(chart=moved))
    assert panes.price.viewRange()[0][1] == pytest.approx(right + 300_000)
    panes.price.setXRange(right - 6 * 3_600_000, right - 3_600_000, padding=0)
    later = msgspec.structs.replace(chart, bar_ms=chart.bar_ms + 600_000, version=3)
    column.show_view(desk.storm(chart=later))
    assert panes.price.viewRange()[0][1] == pytest.approx(right - 3_600_000)


def test_a_paused_chart_stands_still_and_says_so(column: ChartColumn) -> None:
    column.set_paused(True)
    assert not column.show_view(desk.storm(chart=desk.chart_view(version=2)))
    assert "PAUSED at 15:12, alerts go on" in column.readout.words()
    column.set_paused(False)
    assert column.show_view(desk.storm(chart=desk.chart_view(version=2)))


def test_what_was_not_recorded_is_said_in_the_read_out(qtbot: QtBot) -> None:
    column = ChartColumn()
    qtbot.addWidget(column)
    column.show_view(desk.calm())
    assert column.panes.bars is not None
    column.panes.point_at(column.panes.bars.start_ms + 30 * column.panes.bars.interval_ms)
    assert "long not recorded" in column.readout.words()
    titles = " ".join(str(run) for run in column.panes.funding.title(column.panes.bars))
    assert "not recorded" in titles


def test_the_line_ends_at_a_hole_and_begins_behind_it() -> None:
    xs = np.arange(10, dtype=np.float64)
    ys = np.array([1, 2, 3, np.nan, np.nan, 6, 7, 8, 9, 10], dtype=np.float64)
    path = line_path(xs, ys)
    places = [path.elementAt(i) for i in range(path.elementCount())]
    joined = [(a.x, b.x) for a, b in pairwise(places) if b.isLineTo() and a.x != b.x]
    assert joined == [(0, 1), (1, 2), (5, 6), (6, 7), (7, 8), (8, 9)]


def test_csv_leaves_what_is_not_known_empty(column: ChartColumn, tmp_path: Path) -> None:
    column.show_view(desk.storm(chart=desk.chart_view(gap=True, version=9)))
    path = tmp_path / "bars.csv"
    column.save_csv(path)
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 96
    assert rows[30]["long_usd"] == ""
    assert rows[30]["bar_open_utc"].endswith("Z")
    assert float(rows[95]["close"]) > 0


def test_a_file_that_cannot_be_written_is_told(column: ChartColumn, tmp_path: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(column.told) as told:
        column.save_csv(tmp_path / "missing" / "bars.csv")
    assert "could not be written" in told.args[0]


def test_the_picture_is_saved_as_png(column: ChartColumn, tmp_path: Path) -> None:
    column.save_png(tmp_path / "chart.png")
    assert QImage(str(tmp_path / "chart.png")).width() == column.width() * column.devicePixelRatio()


def test_without_a_chart_nothing_is_drawn_as_zero(qtbot: QtBot) -> None:
    column = ChartColumn()
    qtbot.addWidget(column)
    column.show_view(desk.blind())
    assert column.panes.bars is None
    assert all(pane.ticks() == [] for pane in column.panes.shared.panes)


def test_the_keyboards_focus_is_seen_on_the_chart(column: ChartColumn, qtbot: QtBot) -> None:
    column.activateWindow()
    qtbot.waitUntil(column.isActiveWindow)
    column.panes.setFocus(Qt.FocusReason.TabFocusReason)
    ring = theme.colours().focus
    assert column.panes.grab().toImage().pixelColor(1, 100) == ring
    column.pause_button.setFocus(Qt.FocusReason.TabFocusReason)
    assert column.panes.grab().toImage().pixelColor(1, 100) != ring


@pytest.mark.parametrize("height", [37.0, 60.0, 300.0])
def test_words_of_a_hatched_stretch_keep_off_the_title(height: float) -> None:
    room = not_recorded_room(QRectF(0, 1, 200, height))
    assert room.top() == TITLE_PX
    assert room.bottom() == height + 1
