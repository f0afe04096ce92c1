"""The rules on the left: level, name, how often a week they would ring, or that they are off or judged live only."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QScrollArea, QVBoxLayout, QWidget

from desktop.alerts.rules import Rule
from desktop.ui import runs, shapes, theme
from desktop.ui.parts import Card, button
from desktop.ui.rules.draft import worst_level
from desktop.ui.runs import Mark, Words
from desktop.ui.wording import tr

ROW_PX = 45


class RuleRow(QAbstractButton):
    """One rule. A click, Space or Enter opens it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rule: Rule | None = None
        self._below = ""
        self.setCheckable(True)
        self.setFixedHeight(ROW_PX)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_rule(self, rule: Rule, below: str) -> None:
        """Show a rule with the line under its name."""
        if (rule, below) == (self.rule, self._below):
            return
        self.rule, self._below = rule, below
        self.setAccessibleName(f"{rule.name}, {below}")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the row."""
        if self.rule is None:
            return
        colours, painter = theme.colours(), QPainter(self)
        if self.isChecked():
            painter.fillRect(self.rect(), colours.selected)
            painter.fillRect(QRectF(0, 0, 2, self.height() - 1), colours.text)
        tone: theme.Tone = "third" if self.rule.off else "text"
        sign = Mark(shapes.of_level(worst_level(self.rule)), 11, 10)
        room = self.width() - 24
        runs.paint_line(painter, 12, 18.5, (sign, Words(self.rule.name, tone, theme.MEDIUM)), colours, room)
        runs.paint_line(painter, 33, 35, (Words(self._below, "third", px=theme.CAPTION),), colours, room - 21)
        painter.fillRect(QRectF(0, self.height() - 1, self.width(), 1), colours.divider)
        if self.hasFocus():
            painter.setPen(QPen(colours.focus, 1))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -1.5))


class RuleList(Card):
    """Signals: `chosen` with a rule's id; `new_wanted` when the person wants a rule of their own."""

    chosen = Signal(str)
    new_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Rules"), parent)
        self.new = button(tr("New"), says=tr("New rule"))
        self.new.setProperty("fit", "tight")
        self.new.clicked.connect(self.new_wanted)
        self.head.addWidget(self.new)
        self._group = QButtonGroup(self)
        self.rows: dict[str, RuleRow] = {}
        holder = QWidget()
        holder.setProperty("part", "scrolled")
        self._column = QVBoxLayout(holder)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        area = QScrollArea()
        area.setWidget(holder)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.body.addWidget(area, 1)

    def show_rules(self, rules: tuple[Rule, ...], below: dict[str, str], chosen: str) -> None:
        """Show the rules, each with the line under its name."""
        self.note.setText(tr("{n} on", n=sum(not rule.off for rule in rules)))
        for gone in [rule_id for rule_id in self.rows if rule_id not in {rule.id for rule in rules}]:
            row = self.rows.pop(gone)
            self._group.removeButton(row)
            row.deleteLater()
        for place, rule in enumerate(rules):
            shown = self.rows.get(rule.id)
            if shown is None:
                shown = self._add(rule.id, place)
            shown.show_rule(rule, below.get(rule.id, ""))
            if rule.id == chosen and not shown.isChecked():
                shown.setChecked(True)

    def _add(self, rule_id: str, place: int) -> RuleRow:
        row = RuleRow()
        row.clicked.connect(lambda: self.chosen.emit(rule_id))
        self._group.addButton(row)
        self._column.insertWidget(place, row)
        self.rows[rule_id] = row
        return row
