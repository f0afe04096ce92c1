"""Addresses drawn whole, in groups of four: large for reading, and in rows for comparing."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.domain.bitcoin_address import groups as groups_of
from desktop.ui.transfer import look
from desktop.ui.transfer.marks import Mark, draw_mark
from desktop.ui.transfer.seen import middle_groups
from desktop.ui.transfer_wording import tr

_NAME_WIDTH = 118
_ROW_HEIGHT = 34
_HEAD_HEIGHT = 22
_LEAST_PX = 19
_FEWEST_PER_ROW = 4
_GAPS = {13: 9, 12: 6}
_LEFT = 14


class AddressGroups(QWidget):
    """One address in large groups with their numbers; the middle ones, to be read first, are underlined."""

    def __init__(self, px: int = 26, per_row: int = 6) -> None:
        super().__init__()
        self._groups: tuple[str, ...] = ()
        self._most_px, self._px = px, px
        self._most_per_row, self._per_row = per_row, per_row
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(round(_group_step(min(px, _LEAST_PX)) * _FEWEST_PER_ROW))

    def show_address(self, address: str) -> None:
        """Show this address."""
        groups = groups_of(address)
        if groups == self._groups:
            return
        self._groups = groups
        self.setAccessibleName(tr("Address in groups of four"))
        self.setAccessibleDescription(" ".join(groups))
        self._fit()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Find size and length at which a row fits the width: smaller letters first, then shorter rows."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self._px, self._per_row = self._most_px, self._most_per_row
        while self._px > _LEAST_PX and _group_step(self._px) * self._per_row > self.width():
            self._px -= 1
        while self._per_row > _FEWEST_PER_ROW and _group_step(self._px) * self._per_row > self.width():
            self._per_row -= 1
        self.setFixedHeight(max(1, self.rows) * self._row_height())

    @property
    def rows(self) -> int:
        """In how many rows it is drawn."""
        return -(-len(self._groups) // self._per_row)

    @property
    def right_edge(self) -> float:
        """Where the longest row ends, in pixels."""
        return min(len(self._groups), self._per_row) * self._step() - self._px * 0.5

    def _step(self) -> float:
        wanted = _group_step(self._px)
        return min(wanted * 1.16, max(wanted, self.width() / self._per_row))

    def _row_height(self) -> int:
        return round(self._px * 1.3) + 21

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the groups."""
        painter = QPainter(self)
        step = self._step()
        middle = middle_groups(len(self._groups))
        for index, group in enumerate(self._groups):
            x, y = (index % self._per_row) * step, (index // self._per_row) * self._row_height()
            box = QRectF(x, y, step - self._px * 0.5, self._px * 1.3)
            painter.setFont(look.mono(self._px))
            painter.setPen(look.colour("text"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, group)
            if index in middle:
                painter.setPen(QPen(look.colour("text"), 2))
                painter.drawLine(box.bottomLeft(), box.bottomRight())
            painter.setFont(look.font(11))
            painter.setPen(look.colour("third"))
            under = QRectF(x, box.bottom() + 2, box.width(), 14)
            painter.drawText(under, Qt.AlignmentFlag.AlignCenter, str(index + 1))
        painter.end()


def _group_step(px: int) -> float:
    """Return the width of a large group with the air beside it."""
    return QFontMetricsF(look.mono(px)).horizontalAdvance("0000") + px * 0.85


class CompareRow(msgspec.Struct, frozen=True):
    """One voice in the comparison: who, what it says, the groups that differ, and a note at the right."""

    mark: Mark
    who: str
    address: str
    note: str = ""
    differing: tuple[int, ...] = ()


class CompareTable(QWidget):
    """Several addresses below each other, group under group; a group that differs is framed and lit."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[CompareRow, ...] = ()
        self._group_step = 0.0
        self._gap = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_rows(self, rows: Sequence[CompareRow]) -> None:
        """Show these rows."""
        if tuple(rows) == self.rows:
            return
        self.rows = tuple(rows)
        self.setAccessibleName(tr("Comparison by groups"))
        self.setAccessibleDescription(". ".join(_spoken(row) for row in self.rows))
        self._arrange()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Find the face and the lines that fit the width."""
        super().resizeEvent(event)
        self._arrange()

    def _longest(self) -> int:
        return max((len(groups_of(row.address)) for row in self.rows), default=0)

    def _arrange(self) -> None:
        room = self.width() - _LEFT - _NAME_WIDTH - self._note_width()
        longest = self._longest() or 1
        for px, gap in _GAPS.items():
            self._face, self._gap = look.mono(px), gap
            self._group_step = QFontMetricsF(self._face).horizontalAdvance("0000") + gap
            if self._group_step * longest <= room:
                break
        self._per_line = max(1, min(longest, int(room / self._group_step)))
        lines = -(-longest // self._per_line)
        self._per_line = -(-longest // lines)  # lines of about the same length: no group stands alone
        self._row_height = _ROW_HEIGHT + (lines - 1) * 18
        self.setFixedHeight(_HEAD_HEIGHT + self._row_height * len(self.rows))

    def _note_width(self) -> int:
        metrics = QFontMetricsF(look.font(11))
        return round(max((metrics.horizontalAdvance(row.note) for row in self.rows), default=0)) + 20

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw head and rows."""
        painter = QPainter(self)
        painter.setFont(look.font(11))
        painter.setPen(look.colour("third"))
        painter.drawText(QRectF(_LEFT, 0, _NAME_WIDTH, _HEAD_HEIGHT), Qt.AlignmentFlag.AlignVCenter, tr("group"))
        for index in range(min(self._longest(), self._per_line)):
            box = QRectF(self._x(index), 0, self._group_step - self._gap, _HEAD_HEIGHT)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(index + 1))
        for number, row in enumerate(self.rows):
            self._draw_row(painter, row, _HEAD_HEIGHT + number * self._row_height)
        painter.end()

    def _x(self, index: int) -> float:
        return _LEFT + _NAME_WIDTH + (index % self._per_line) * self._group_step

    def _draw_row(self, painter: QPainter, row: CompareRow, top: float) -> None:
        painter.setPen(QPen(look.colour("divider"), 1))
        painter.drawLine(0, round(top), self.width(), round(top))
        middle = top + _ROW_HEIGHT / 2
        draw_mark(painter, row.mark, QRectF(_LEFT, middle - 6.5, 13, 13))
        painter.setFont(look.font(12, 500))
        painter.setPen(look.colour("text"))
        name = QRectF(_LEFT + 20, top, _NAME_WIDTH - 22, _ROW_HEIGHT)
        painter.drawText(name, Qt.AlignmentFlag.AlignVCenter, row.who)
        self._draw_groups(painter, row, top)
        painter.setFont(look.font(11))
        painter.setPen(look.colour("text" if row.differing else "third"))
        note = QRectF(self.width() - self._note_width(), top, self._note_width() - 14, _ROW_HEIGHT)
        painter.drawText(note, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, row.note)

    def _draw_groups(self, painter: QPainter, row: CompareRow, top: float) -> None:
        groups = groups_of(row.address)
        painter.setFont(self._face)
        for index in range(max(len(groups), max(row.differing, default=-1) + 1)):
            line = index // self._per_line
            box = QRectF(self._x(index), top + 8 + line * 18, self._group_step - self._gap, 18)
            if index in row.differing:
                painter.setPen(QPen(look.colour("critical"), 2))
                painter.setBrush(look.colour("tint_critical"))
                painter.drawRoundedRect(box.adjusted(-4, -2, 4, 2), 3, 3)
            painter.setPen(look.colour("text"))
            text = groups[index] if index < len(groups) else tr("none")
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _spoken(row: CompareRow) -> str:
    said = f"{row.who}: {' '.join(groups_of(row.address))}"
    if row.differing:
        numbers = ", ".join(str(index + 1) for index in row.differing)
        return tr("{said}; differs in group {numbers}").format(said=said, numbers=numbers)
    return said
