"""Every indicator of a coin and of the market in one table: value, state, own past, completeness, evidence."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QIcon
from PySide6.QtWidgets import QAbstractItemView, QDialog, QHeaderView, QTableView, QVBoxLayout, QWidget

from desktop.engine.desk_view import CoinView, DeskView
from desktop.risk.indicators.catalogue import CATALOGUE
from desktop.risk.reading import Reading, State
from desktop.ui import icons, shapes, theme, wording
from desktop.ui.tile_facts import tip
from desktop.ui.wording import tr

_Index = QModelIndex | QPersistentModelIndex
_HEADS = ("Indicator", "Family", "Value", "State", "Own past", "Seen of OI", "Age")


class IndicatorTable(QAbstractTableModel):
    """The readings of one coin and of the market, in the catalogue's order. GUI thread."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = tuple(CATALOGUE)
        self._readings: dict[str, Reading] = {}
        self._now_ms = 0
        self.coin = ""

    def show_coin(self, view: DeskView, coin: CoinView) -> None:
        """Show the readings of this coin; rows stay, cells change."""
        self._readings = {**view.market, **coin.readings}
        self._now_ms, self.coin = view.now_ms, coin.coin
        self.dataChanged.emit(self.index(0, 0), self.index(len(self._names) - 1, len(_HEADS) - 1))

    def rowCount(self, parent: _Index | None = None) -> int:
        """Return one row an indicator."""
        return 0 if parent is not None and parent.isValid() else len(self._names)

    def columnCount(self, parent: _Index | None = None) -> int:
        """Return the columns."""
        return 0 if parent is not None and parent.isValid() else len(_HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the head of a column."""
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return tr(_HEADS[section])
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's words, sign, tone or tip."""
        name = self._names[index.row()]
        reading = self._readings.get(name)
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return self.cells(name)[index.column()]
            case Qt.ItemDataRole.DecorationRole if index.column() == 0:
                return _sign(reading)
            case Qt.ItemDataRole.ForegroundRole:
                return _ink(reading)
            case Qt.ItemDataRole.ToolTipRole:
                return tip(CATALOGUE[name], reading) if reading is not None else tr(CATALOGUE[name].words)
        return None

    def cells(self, name: str) -> tuple[str, ...]:
        """Return the words of a row."""
        indicator, reading = CATALOGUE[name], self._readings.get(name)
        if reading is None:
            return (tr(indicator.name), indicator.family, tr("unknown"), tr("not measured yet"), "", "", "")
        value = wording.short_reading(reading, indicator.unit)
        own = "" if reading.percentile is None else wording.percentile(reading.percentile)
        if reading.z is not None:
            own = f"z {wording.signed(f'{reading.z:+.1f}')}"
        seen = "" if reading.coverage is None else wording.percent(reading.coverage, 0)
        age = wording.age(self._now_ms - reading.as_of_ms) if reading.as_of_ms else ""
        return (tr(indicator.name), indicator.family, value, _state_words(reading), own, seen, age)


def _state_words(reading: Reading) -> str:
    words = {State.LIVE: tr("live"), State.STALE: tr("stale"), State.WARMING: tr("warming")}
    said = words.get(reading.state, tr("unknown"))
    return f"{said}: {reading.reason}" if reading.reason else said


def _sign(reading: Reading | None) -> QIcon:
    return icons.menu_icon(shapes.Shape.UNKNOWN if reading is None else shapes.of_reading(reading))


def _ink(reading: Reading | None) -> QColor:
    colours = theme.colours()
    fresh = reading is not None and reading.state is State.LIVE
    return colours.text if fresh else colours.third


class IndicatorSheet(QDialog):
    """The table in a window of its own. Not modal; Escape closes it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(980, 680)
        self.model = IndicatorTable(self)
        self.table = QTableView()
        self.table.setModel(self.model)
        self.table.setAccessibleName(tr("All indicators"))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setShowGrid(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(24)
        head = self.table.horizontalHeader()
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for column, width in enumerate((260, 80, 130, 240, 90, 80, 60)):
            self.table.setColumnWidth(column, width)
        head.setStretchLastSection(True)
        column_box = QVBoxLayout(self)
        column_box.setContentsMargins(12, 12, 12, 12)
        column_box.addWidget(self.table)

    def show_coin(self, view: DeskView, coin: CoinView) -> None:
        """Show the readings of this coin."""
        self.setWindowTitle(tr("All indicators, {coin}", coin=coin.coin))
        self.model.show_coin(view, coin)
