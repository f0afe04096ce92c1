"""The threshold against the noise: drag it, or let it be the loosest that keeps the budget."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.alerts.noise_budget import SweepPoint, loosest_within
from desktop.ui import runs, theme
from desktop.ui.number_box import NumberBox
from desktop.ui.parts import Card, RunLine, button, label
from desktop.ui.rules.condition_row import shown_number, unit_word
from desktop.ui.runs import Words
from desktop.ui.theme import Colours
from desktop.ui.wording import tr

_EDGE = 34


class SweepChart(QWidget):
    """Firings a month at each threshold. Signals: `chosen` with the factor that was dragged to."""

    chosen = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._points: tuple[SweepPoint, ...] = ()
        self._unit = ""
        self.at = 0
        self.most_per_week = 3.0
        self.setFixedHeight(96)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Threshold: Left and Right move it"))

    def show_points(self, points: tuple[SweepPoint, ...], unit: str, most_per_week: float) -> None:
        """Show the sweep; the point with factor 1 is the rule as it stands."""
        self._points, self._unit, self.most_per_week = points, unit, most_per_week
        self.at = min(range(len(points)), key=lambda n: abs(points[n].factor - 1.0)) if points else 0
        self._describe()
        self.update()

    def _describe(self) -> None:
        if self._points:
            point = self._points[self.at]
            words = tr("{n} firings at {value}", n=point.budget.firings, value=self._value(point))
            self.setAccessibleDescription(words)

    def _value(self, point: SweepPoint) -> str:
        return f"{float(f'{float(shown_number(point.threshold, self._unit)):.3g}'):g} {unit_word(self._unit)}".strip()

    def _place(self, number: int) -> QPointF:
        most = max((point.budget.firings for point in self._points), default=0) or 1
        step = (self.width() - 2 * _EDGE) / max(1, len(self._points) - 1)
        y = self.height() - 26 - (self.height() - 50) * self._points[number].budget.firings / most
        return QPointF(_EDGE + number * step, y)

    def _choose(self, number: int) -> None:
        number = max(0, min(len(self._points) - 1, number))
        if self._points and number != self.at:
            self.at = number
            self._describe()
            self.update()
            self.chosen.emit(self._points[number].factor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the nearest point."""
        self._to(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the mouse while it drags."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._to(event.position().x())

    def _to(self, x: float) -> None:
        if self._points:
            step = (self.width() - 2 * _EDGE) / max(1, len(self._points) - 1)
            self._choose(round((x - _EDGE) / step))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with the arrows."""
        match event.key():
            case Qt.Key.Key_Left:
                self._choose(self.at - 1)
            case Qt.Key.Key_Right:
                self._choose(self.at + 1)
            case _:
                super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint what is over budget, the line, its points, and the handle."""
        colours, painter = theme.colours(), QPainter(self)
        if not self._points:
            words = Words(tr("this rule has no number to move"), "third", px=theme.CAPTION)
            runs.paint_line(painter, 12, 40, (words,), colours)
            return
        self._paint_over(painter, colours)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colours.second, 1))
        places = [self._place(number) for number in range(len(self._points))]
        painter.drawPolyline(QPolygonF(places))
        for number, point in enumerate(self._points):
            self._paint_point(painter, places[number], point, colours, chosen=number == self.at)
        if self.hasFocus():
            painter.setPen(QPen(colours.focus, 1))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def _paint_over(self, painter: QPainter, colours: Colours) -> None:
        over = [n for n, point in enumerate(self._points) if point.budget.per_week > self.most_per_week]
        if not over:
            return
        right = self._place(max(over)).x() + (self.width() - 2 * _EDGE) / max(1, len(self._points) - 1) / 2
        painter.fillRect(QRectF(_EDGE, 4, right - _EDGE, self.height() - 28), colours.raised)
        words = Words(tr("over budget"), "third", px=theme.CAPTION)
        runs.paint_line(painter, _EDGE + 6, self.height() - 30, (words,), colours)

    def _paint_point(
        self, painter: QPainter, place: QPointF, point: SweepPoint, colours: Colours, *, chosen: bool
    ) -> None:
        if chosen:
            painter.setPen(QPen(colours.text, 1))
            painter.drawLine(QLineF(place.x(), 4, place.x(), self.height() - 22))
        painter.setBrush(colours.text if chosen else colours.second)
        painter.setPen(Qt.PenStyle.NoPen)
        radius = 4.5 if chosen else 2.0
        painter.drawEllipse(place, radius, radius)
        tone: theme.Tone = "text" if chosen else "third"
        count = Words(str(point.budget.firings), tone, theme.SEMIBOLD if chosen else theme.REGULAR, theme.CAPTION)
        runs.paint_line(painter, place.x() - runs.width_of((count,)) / 2, place.y() - 8, (count,), colours)
        shown = self._value(point) if chosen else self._value(point).split(" ")[0]
        value = Words(shown, tone, px=theme.AXIS)
        runs.paint_line(painter, place.x() - runs.width_of((value,)) / 2, self.height() - 8, (value,), colours)


class ThresholdPanel(Card):
    """Signals: `chosen` with the factor for the rule's thresholds."""

    chosen = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Threshold"), parent)
        self.note.setText(tr("drag to trade noise for warning time"))
        self._points: tuple[SweepPoint, ...] = ()
        self._unit = ""
        self.chart = SweepChart()
        self.chart.chosen.connect(self.chosen)
        self.budget = NumberBox(1, 50, says=tr("At most so many a week"))
        self.budget.setFixedWidth(64)
        self.budget.setValue(3)
        self.budget.valueChanged.connect(lambda _value: self.show_points(self._points, self._unit))
        self.fit = button(tr("Fit to budget"), says=tr("Take the loosest threshold within the budget"))
        self.fit.clicked.connect(self._fit)
        self.verdict = RunLine(20)
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 0, 12, 8)
        foot.setSpacing(8)
        foot.addWidget(label(tr("at most"), tone="second"))
        foot.addWidget(self.budget)
        foot.addWidget(label(tr("a week"), tone="second"))
        foot.addWidget(self.fit)
        foot.addWidget(self.verdict, 1)
        self.body.addWidget(self.chart)
        self.body.addLayout(foot)

    def show_points(self, points: tuple[SweepPoint, ...], unit: str) -> None:
        """Show the sweep of a rule; none where it has no number to move."""
        self._points, self._unit = points, unit
        self.chart.show_points(points, unit, float(self.budget.value()))
        loosest = loosest_within(points, float(self.budget.value()))
        self.fit.setEnabled(loosest is not None and abs(loosest.factor - 1.0) > 1e-9)
        now = next((point for point in points if abs(point.factor - 1.0) < 1e-9), None)
        words = "" if now is None else tr("this rule {n} a week", n=f"{now.budget.per_week:.1f}")
        if points and loosest is None:
            words += " · " + tr("even the hardest of these rings more often")
        self.verdict.set_runs(Words(words, "second", px=theme.CAPTION), right=True)

    def _fit(self) -> None:
        found = loosest_within(self._points, float(self.budget.value()))
        if found is not None:
            self.chosen.emit(found.factor)
