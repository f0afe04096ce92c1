"""The chart with its head: what it shows, the read-out, bar widths, Pause; and its menu."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QStandardPaths, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFileDialog, QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from desktop.engine.desk_view import ChartView, DeskView
from desktop.ui import theme, wording
from desktop.ui.charts import export
from desktop.ui.charts.linked_panes import LinkedPanes
from desktop.ui.charts.liquidation_pane import side_runs
from desktop.ui.parts import Card, RunLine, button
from desktop.ui.runs import Run, Space, Words
from desktop.ui.wording import tr

INTERVALS = ((60_000, "1 m"), (300_000, "5 m"), (3_600_000, "1 h"), (86_400_000, "1 d"))


class ChartColumn(Card):
    """The chart of the chosen coin.

    Signals: `interval_chosen` (ms), `paused` (bool), `told` with words about an export for the person.
    """

    interval_chosen = Signal(int)
    paused = Signal(bool)
    told = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._view: DeskView | None = None
        self._interval_ms = INTERVALS[0][0]
        self.is_paused = False
        self.readout = RunLine(31)
        self.panes = LinkedPanes()
        self.panes.pointed.connect(lambda _place: self._show_readout())
        self.panes.menu_wanted.connect(self._open_menu)
        self.body.addLayout(self._chart_head())
        holder = QVBoxLayout()
        holder.setContentsMargins(0, 0, 0, 4)
        holder.addWidget(self.panes)
        self.body.addLayout(holder, 1)
        self._show_readout()

    def _chart_head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 8, 0)
        row.setSpacing(4)
        row.addWidget(self.readout, 1)
        group = QButtonGroup(self)
        self.interval_buttons: dict[int, QPushButton] = {}
        for interval_ms, words in INTERVALS:
            each = button(tr(words), "quiet", says=tr("Bars of {width}", width=tr(words)))
            each.setCheckable(True)
            each.setChecked(interval_ms == self._interval_ms)
            each.clicked.connect(self._chooser(interval_ms))
            group.addButton(each)
            row.addWidget(each)
            self.interval_buttons[interval_ms] = each
        row.addSpacing(8)
        self.pause_button = button(tr("Pause"), "quiet", says=tr("Pause the chart; alerts go on"))
        self.pause_button.setCheckable(True)
        self.pause_button.clicked.connect(lambda: self.set_paused(not self.is_paused))
        row.addWidget(self.pause_button)
        return row

    def _chooser(self, interval_ms: int) -> Callable[[], None]:
        return lambda: self.interval_chosen.emit(interval_ms)

    # --- data

    def show_view(self, view: DeskView) -> bool:
        """Show the chart of a view unless paused; return whether anything was painted."""
        if self.is_paused:
            return False
        self._view = view
        chart = view.chart
        if chart is not None and chart.interval_ms != self._interval_ms:
            self._interval_ms = chart.interval_ms
            if chart.interval_ms in self.interval_buttons:
                self.interval_buttons[chart.interval_ms].setChecked(True)
        painted = self.panes.show_chart(chart, _incident_lines(view, chart), view.untested)
        if painted:
            self._show_readout()
        return painted

    def set_paused(self, paused: bool) -> None:
        """Freeze the picture or let it run again, and say so."""
        self.is_paused = paused
        self.pause_button.setChecked(paused)
        self.pause_button.setText(tr("Resume") if paused else tr("Pause"))
        self.paused.emit(paused)
        self._show_readout()

    def _show_readout(self) -> None:
        bars = self.panes.bars
        coin = bars.coin if bars is not None else ""
        words = dict(INTERVALS).get(self._interval_ms, wording.age(self._interval_ms))
        title = tr("{coin} perpetual · {width}", coin=coin, width=tr(words)) if coin else tr("Chart")
        line: list[Run] = [Words(title, weight=theme.SEMIBOLD), Space(12)]
        if self.is_paused and self._view is not None:
            line += [Words(tr("PAUSED"), weight=theme.BOLD, spacing=0.6), Space(6)]
            line += [Words(tr("at {t}, alerts go on", t=wording.clock(self._view.now_ms)), "second"), Space(12)]
        if bars is not None:
            pointer = self.panes.shared.pointer_ms
            at = bars.count - 1 if pointer is None else bars.at(pointer)
            if at is not None:
                line += _bar_runs(bars.start_ms + at * bars.interval_ms, {n: bars.column(n)[at] for n in _OHLC})
                line += [Space(10), *(_spare(run) for run in side_runs(bars, at))]
        self.readout.set_runs(*line)

    # --- menu

    def _open_menu(self, where: QPoint) -> None:
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(where)

    def menu(self) -> QMenu:
        """Return the chart's menu."""
        menu = QMenu(self)
        menu.addAction(tr("Save picture as PNG…"), lambda: self._ask_where(self.save_png, "png"))
        menu.addAction(tr("Save bars as CSV…"), lambda: self._ask_where(self.save_csv, "csv"))
        menu.addSeparator()
        menu.addAction(tr("Reset view"), self.panes.reset)
        menu.addAction(tr("Resume") if self.is_paused else tr("Pause"), lambda: self.set_paused(not self.is_paused))
        return menu

    def _ask_where(self, save: Callable[[Path], None], ending: str) -> None:
        bars = self.panes.bars
        if bars is None:
            self.told.emit(tr("There is no chart to save yet."))
            return
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        stamp = wording.moment(bars.end_ms).strftime("%Y-%m-%d-%H%M")
        dialog = QFileDialog(self, tr("Save chart"), folder)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(ending)
        dialog.selectFile(f"seawall-{bars.coin}-{stamp}.{ending}")
        dialog.fileSelected.connect(lambda name: save(Path(name)))
        dialog.open()

    def save_png(self, path: Path) -> None:
        """Write the chart's picture and tell how it went."""
        written = export.save_png(self, path)
        self.told.emit(tr("Saved {path}", path=path) if written else tr("{path} could not be written", path=path))

    def save_csv(self, path: Path) -> None:
        """Write the chart's bars and tell how it went."""
        bars = self.panes.bars
        if bars is None:
            return
        try:
            export.save_csv(bars, path)
        except OSError as error:
            self.told.emit(tr("{path} could not be written: {why}", path=path, why=error.strerror or str(error)))
        else:
            self.told.emit(tr("Saved {path}", path=path))

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "panes"):
            self.panes.dress()


_OHLC = ("open", "high", "low", "close")


def _bar_runs(open_ms: float, values: dict[str, float]) -> tuple[Run, ...]:
    line: list[Run] = [Words(wording.clock(open_ms), "second", px=theme.CAPTION), Space(8)]
    for letter, name, spare in (
        (tr("O"), "open", 3),
        (tr("H"), "high", 3),
        (tr("L"), "low", 3),
        (tr("C"), "close", 0),
    ):
        value = values[name]
        words = tr("not recorded") if np.isnan(value) else wording.price(float(value))
        line.append(Words(f"{letter} {words}  ", "second", px=theme.CAPTION, spare=spare))
    return tuple(line)


def _spare(run: Run) -> Run:
    """Return the same run, ready to go before the price does."""
    match run:
        case Words():
            return Words(run.text, "second", theme.REGULAR, run.px, spare=1)
        case Space():
            return Space(run.px, 1)
        case _:
            return replace(run, spare=1)


def _incident_lines(view: DeskView, chart: ChartView | None) -> tuple[tuple[float, str, int], ...]:
    if chart is None:
        return ()
    return tuple(
        (
            float(incident.opened_ms),
            f"{wording.clock(incident.opened_ms)} {wording.incident_title(incident)}",
            int(incident.peak),
        )
        for incident in view.incidents
        if incident.coin == chart.coin
    )
