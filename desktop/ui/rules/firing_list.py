"""Every firing of a trial, and the counts below them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.alerts.trial import Trial, TriedFiring
from desktop.ui import runs, theme, wording
from desktop.ui.parts import Card, RunLine, button, label
from desktop.ui.rules.budget_panel import FELL
from desktop.ui.runs import Mark, Run, Space, Words
from desktop.ui.shapes import Shape
from desktop.ui.wording import tr

ROW_PX = 29
_MOST = 200


class FiringRow(QWidget):
    """One firing: when, at night or not, the value of its first reason, the next hour."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line: tuple[tuple[Run, ...], str, str, bool] = ((), "", "", False)
        self.setFixedHeight(ROW_PX)

    def show_firing(self, firing: TriedFiring, unit: str) -> None:
        """Show a firing."""
        fell = firing.next_hour is not None and firing.next_hour < FELL
        at = wording.moment(firing.known_ms)
        line: list[Run] = [Mark(Shape.LONG, 9, 8), Words(f"{at.day} {at.strftime('%b %H:%M')}")]
        line += [Space(8), Words(firing.coin, "third", px=theme.CAPTION)]
        if firing.night:
            line += [Space(8), Mark(Shape.SNOOZED, 10, 0, says=tr("at night"))]
        value = (
            tr("unknown") if firing.value is None else wording.figure(firing.value, unit).removesuffix(tr(" of OI"))
        )
        after = tr("unknown") if firing.next_hour is None else wording.percent(firing.next_hour, 1, plus=True)
        self._line = (tuple(line), value, after, fell)
        self.setAccessibleName(f"{runs.spoken(line)}, {value}, {tr('next hour {change}', change=after)}")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the row."""
        colours, painter = theme.colours(), QPainter(self)
        line, value, after, fell = self._line
        runs.paint_line(painter, 12, 18.5, line, colours, self.width() - 140)
        runs.paint_line(painter, self.width() - 74, 18.5, (Words(value, "second"),), colours, align_right=True)
        end = Words(after, "text" if fell else "second", theme.SEMIBOLD if fell else theme.REGULAR)
        runs.paint_line(painter, self.width() - 12, 18.5, (end,), colours, align_right=True)
        painter.fillRect(0, self.height() - 1, self.width(), 1, colours.divider)


class FiringList(Card):
    """Signals: `save_wanted`, `test_wanted`, `drop_wanted` when their buttons are pressed."""

    save_wanted = Signal()
    test_wanted = Signal()
    drop_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Firings"), parent)
        self.right.setText(tr("value · next hour"))
        self.rows: list[FiringRow] = []
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
        self.facts = [RunLine(22) for _ in range(4)]
        facts = QVBoxLayout()
        facts.setContentsMargins(12, 6, 12, 6)
        facts.setSpacing(0)
        for line in self.facts:
            facts.addWidget(line)
        self.body.addLayout(facts)
        self.body.addLayout(self._foot())

    def _foot(self) -> QVBoxLayout:
        box = QVBoxLayout()
        box.setContentsMargins(12, 4, 12, 12)
        box.setSpacing(6)
        self.verdict = label(px=theme.CAPTION, tone="second")
        self.verdict.setWordWrap(True)
        self.test = button(tr("Send a test alert"))
        self.drop = button(tr("Back to shipped"), says=tr("Drop my version of this rule"))
        self.save = button(tr("Save rule"), "primary")
        self.test.clicked.connect(self.test_wanted)
        self.drop.clicked.connect(self.drop_wanted)
        self.save.clicked.connect(self.save_wanted)
        row = QHBoxLayout()
        row.setSpacing(6)
        for each in (self.drop, self.test, self.save):
            each.setProperty("fit", "tight")
            row.addWidget(each)
        box.addWidget(self.verdict)
        box.addLayout(row)
        return box

    def show_trial(self, trial: Trial | None, unit: str) -> None:
        """Show the firings of a trial, newest first; None while there is none."""
        firings = () if trial is None else trial.firings[::-1][:_MOST]
        self.title.setText(tr("The {n} firings", n=len(trial.firings)) if trial is not None else tr("Firings"))
        while len(self.rows) < len(firings):
            row = FiringRow()
            self._column.insertWidget(len(self.rows), row)
            self.rows.append(row)
        for place, row in enumerate(self.rows):
            row.setVisible(place < len(firings))
            if place < len(firings):
                row.show_firing(firings[place], unit)
        for line, (name, value) in zip(self.facts, counts(trial), strict=True):
            line.set_runs(Words(f"{name}  ", "second"), Words(value, weight=theme.SEMIBOLD))


def counts(trial: Trial | None) -> tuple[tuple[str, str], ...]:
    """Return what the budget counts beside the firings themselves."""
    budgets = [] if trial is None else [budget for _, budget in trial.budgets]
    if not budgets:
        return ((tr("Longest silence"), "–"), (tr("Incidents after grouping"), "–"), (tr("Rings"), "–"), ("", ""))
    silence = max(budget.longest_silence_h for budget in budgets) / 24
    blind, hours = sum(budget.not_judged for budget in budgets), sum(budget.bars for budget in budgets)
    return (
        (tr("Longest silence"), tr("{n} days", n=f"{silence:.1f}")),
        (tr("Incidents after grouping"), str(sum(budget.incidents for budget in budgets))),
        (tr("Rings after cool-down and night"), str(sum(budget.rings for budget in budgets))),
        (tr("Hours not judged"), tr("{n} of {all}", n=f"{blind:,}", all=f"{hours:,}")),
    )
