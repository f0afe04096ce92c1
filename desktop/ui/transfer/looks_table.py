"""Where is looked for the coins: each place with its last answer and its next look, on its own clock."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.engine.desk_view import LookView
from desktop.ui.transfer import look
from desktop.ui.transfer.marks import Mark, draw_mark
from desktop.ui.transfer_wording import clock, span, tr

_ROW_HEIGHT, _HEAD_HEIGHT = 46, 28
_MARKS: dict[str, Mark] = {"waiting": "unknown", "found": "tick", "absent": "open", "silent": "half"}
_COLUMNS = (0.0, 0.27, 0.5, 0.78)  # share of the width at which a column begins
_LEFT = 16


class LooksTable(QWidget):
    """Draws the places; progress moves only with the engine's clock."""

    def __init__(self) -> None:
        super().__init__()
        self._looks: tuple[LookView, ...] = ()
        self._now_ms = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Where Seawall looks"))
        self._resize()

    def show_looks(self, looks: tuple[LookView, ...], now_ms: int) -> None:
        """Show these places as they stand at `now_ms`."""
        if looks == self._looks and now_ms // 1000 == self._now_ms // 1000:
            return
        self._looks, self._now_ms = looks, now_ms
        self.setAccessibleDescription(". ".join(f"{place.place}: {_answer(place)}" for place in looks))
        self._resize()
        self.update()

    def _resize(self) -> None:
        self.setFixedHeight(_HEAD_HEIGHT + _ROW_HEIGHT * max(1, len(self._looks)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw head and rows."""
        painter = QPainter(self)
        heads = (tr("Where we look"), tr("For what"), tr("Last answer (UTC)"), tr("Next look (UTC)"))
        painter.setFont(look.font(11))
        painter.setPen(look.colour("third"))
        for index, head in enumerate(heads):
            painter.drawText(self._cell(index, 0, _HEAD_HEIGHT), Qt.AlignmentFlag.AlignVCenter, head)
        if not self._looks:
            painter.drawText(self._cell(0, _HEAD_HEIGHT, 30, 4), Qt.AlignmentFlag.AlignVCenter, tr("No place yet."))
        for number, place in enumerate(self._looks):
            self._draw(painter, place, _HEAD_HEIGHT + number * _ROW_HEIGHT)
        painter.end()

    def _cell(self, column: int, top: float, height: float, columns: int = 1) -> QRectF:
        width = self.width() - 2 * _LEFT
        edges = (*_COLUMNS, 1.0)
        left, right = edges[column], edges[min(column + columns, 4)]
        return QRectF(_LEFT + left * width, top, (right - left) * width - 8, height)

    def _draw(self, painter: QPainter, place: LookView, top: float) -> None:
        painter.setPen(QPen(look.colour("divider"), 1))
        painter.drawLine(0, int(top), self.width(), int(top))
        draw_mark(painter, _MARKS[place.state], QRectF(_LEFT, top + _ROW_HEIGHT / 2 - 7, 14, 14))
        name = self._cell(0, top, _ROW_HEIGHT).adjusted(22, 0, 0, 0)
        painter.setFont(look.font(12, 600))
        painter.setPen(look.colour("text"))
        _wrapped(painter, name, place.place)
        painter.setFont(look.font(12))
        painter.setPen(look.colour("second"))
        _wrapped(painter, self._cell(1, top, _ROW_HEIGHT), place.looking_for)
        answer = self._cell(2, top + 6, _ROW_HEIGHT / 2)
        painter.setPen(look.colour("text"))
        said = painter.fontMetrics().elidedText(_answer(place), Qt.TextElideMode.ElideRight, int(answer.width()))
        painter.drawText(answer, said)
        painter.setFont(look.font(11))
        painter.setPen(look.colour("third"))
        painter.drawText(answer.translated(0, 18), clock(place.answered_ms) if place.answered_ms else "")
        self._draw_next(painter, place, top)

    def _draw_next(self, painter: QPainter, place: LookView, top: float) -> None:
        cell = self._cell(3, top + 7, 18)
        if place.next_ms is None:
            painter.setPen(look.colour("third"))
            painter.drawText(cell, Qt.AlignmentFlag.AlignVCenter, tr("no further look"))
            return
        left_ms = max(0, place.next_ms - self._now_ms)
        painter.setFont(look.font(12, 600))
        painter.setPen(look.colour("text"))
        painter.drawText(cell, Qt.AlignmentFlag.AlignVCenter, clock(place.next_ms))
        painter.setFont(look.font(11))
        painter.setPen(look.colour("third"))
        ahead = tr("in {span}").format(span=span(left_ms)) if left_ms else tr("now")
        painter.drawText(cell, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, ahead)
        began = place.answered_ms if place.answered_ms is not None else self._now_ms
        whole = max(1, place.next_ms - began)
        track = QRectF(cell.left(), cell.bottom() + 4, cell.width(), 3)
        painter.fillRect(track, look.colour("divider"))
        share = min(1.0, max(0.0, (self._now_ms - began) / whole))
        painter.fillRect(QRectF(track.left(), track.top(), track.width() * share, 3), look.colour("second"))


def _answer(place: LookView) -> str:
    return place.answer or tr("not asked yet")


def _wrapped(painter: QPainter, cell: QRectF, text: str) -> None:
    painter.drawText(cell, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap, text)
