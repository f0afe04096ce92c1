"""The head of the market page: level, the three questions, and the way out."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.engine.desk_view import DeskView
from desktop.risk.reading import Level
from desktop.ui import theme
from desktop.ui.level_block import LevelBlock
from desktop.ui.parts import RunLine, button, set_tip
from desktop.ui.risk_answers import fuel_runs, started_runs, survive_runs, survive_tip
from desktop.ui.runs import Mark, Words
from desktop.ui.shapes import Shape
from desktop.ui.wallet_line import WalletLine
from desktop.ui.wording import tr

HEADER_PX = 104
_LEVEL_PX = 235
_LEVEL_SMALL_PX = 196
_EXIT_PX = 176
_EXIT_SMALL_PX = 156
_SMALL_BELOW_PX = 1360


class RiskHeader(QWidget):
    """Level, three questions that are never mixed, and 'Move to wallet'.

    Signals: `transfer_wanted` when the person presses Move to wallet, `wallet_wanted` when they press the wallet.
    """

    transfer_wanted = Signal()
    wallet_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEADER_PX)
        self.hides_amounts = False
        self.level = LevelBlock(HEADER_PX - 1)
        self.started, self.fuel, self.survive = RunLine(30), RunLine(30), RunLine(30)
        self.move_button = button(tr("Move to wallet"), large=True)
        self.move_button.clicked.connect(self.transfer_wanted)
        self.wallet = WalletLine()
        self.wallet.clicked.connect(lambda: self.wallet_wanted.emit())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 1)
        row.setSpacing(0)
        row.addWidget(self.level)
        row.addLayout(self._questions(), 1)
        self._exit = self._exit_block()
        row.addWidget(self._exit)

    def _questions(self) -> QVBoxLayout:
        rows = QVBoxLayout()
        rows.setContentsMargins(16, 6, 16, 6)
        rows.setSpacing(0)
        for question, line in (
            (tr("Has it started?"), self.started),
            (tr("Is there fuel?"), self.fuel),
            (tr("Would I survive?"), self.survive),
        ):
            row = QHBoxLayout()
            row.setSpacing(0)
            asked = RunLine(30)
            asked.set_runs(Words(question, "third", px=theme.CAPTION))
            asked.hold(100)
            row.addWidget(asked)
            row.addWidget(line, 1)
            rows.addLayout(row)
        return rows

    def _exit_block(self) -> QWidget:
        block = QWidget()
        column = QVBoxLayout(block)
        column.setContentsMargins(16, 12, 16, 10)
        column.setSpacing(0)
        column.addWidget(self.move_button)
        column.addStretch(1)
        column.addWidget(self.wallet)
        return block

    def resizeEvent(self, event: object) -> None:
        """Give a small window fewer pixels for the outer blocks."""
        small = self.width() < _SMALL_BELOW_PX
        self.level.setFixedWidth(_LEVEL_SMALL_PX if small else _LEVEL_PX)
        self._exit.setFixedWidth(_EXIT_SMALL_PX if small else _EXIT_PX)

    def show_view(self, view: DeskView) -> None:
        """Answer the three questions from a view."""
        self.level.show_view(view)
        self.started.set_runs(*started_runs(view))
        self.fuel.set_runs(*fuel_runs(view))
        self.survive.set_runs(*survive_runs(view, hide_amounts=self.hides_amounts))
        set_tip(self.survive, survive_tip(view))
        kind = "primary" if view.level >= Level.WARNING else "plain"
        if self.move_button.property("kind") != kind:
            self.move_button.setProperty("kind", kind)
            self.move_button.style().unpolish(self.move_button)
            self.move_button.style().polish(self.move_button)
        self.wallet.show_device(view.device)

    def show_silence(self, what: str, reason: str) -> None:
        """Say that the engine stopped or hangs: no answer is known any more."""
        self.level.show_silence(what, reason)
        for line in (self.started, self.fuel, self.survive):
            line.set_runs(Mark(Shape.UNKNOWN, 10), Words(tr("unknown: {what}", what=what), "third"))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the ground and the dividing lines."""
        colours = theme.colours()
        painter = QPainter(self)
        painter.fillRect(self.rect(), colours.panel)
        painter.fillRect(0, self.height() - 1, self.width(), 1, colours.divider)
        painter.fillRect(self._exit.x(), 0, 1, self.height(), colours.divider)
