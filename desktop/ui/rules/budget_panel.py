"""The noise budget: one sentence, and the tried days with every firing on the price."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.alerts.trial import Trial, TriedFiring
from desktop.ui import runs, shapes, theme, wording
from desktop.ui.charts.scale import Scale, padded, time_ticks, value_ticks
from desktop.ui.parts import Card, RunLine
from desktop.ui.runs import Space, Words
from desktop.ui.theme import Colours
from desktop.ui.wording import tr

Line = tuple[tuple[int, float], ...]
_NIGHT_FROM_H, _NIGHT_TO_H = 23, 7
_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
_AXIS_PX = 62
FELL = -0.03


def sentence(trial: Trial) -> str:
    """Return the budget in one sentence: 11 firings in 30 days, 4 at night."""
    firings = sum(budget.firings for _, budget in trial.budgets)
    nights = sum(budget.at_night for _, budget in trial.budgets)
    return tr("{n} firings in {days} days, {nights} at night", n=firings, days=tried_days(trial), nights=nights)


def tried_days(trial: Trial) -> int:
    """Return over how many days of hourly bars the rule was tried."""
    return round(max((budget.bars for _, budget in trial.budgets), default=0) / 24)


def followed_words(trial: Trial) -> str:
    """Return how many firings a fall followed."""
    known = [budget.followed for _, budget in trial.budgets if budget.followed is not None]
    return tr("{n} followed by > 3 % within an hour", n=sum(known)) if known else ""


class FiringChart(QWidget):
    """The price of one coin over the tried days, nights shaded, a triangle for every firing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._coin = ""
        self._line: Line = ()
        self._firings: tuple[TriedFiring, ...] = ()
        self._span = (0, 1)
        self.setMinimumHeight(170)
        self.setAccessibleName(tr("Firings on the price"))

    def show_trial(self, coin: str, line: Line, firings: tuple[TriedFiring, ...], span_ms: tuple[int, int]) -> None:
        """Show these firings of a coin on its price; `span_ms` is what was tried."""
        self._coin, self._line = coin, line
        self._firings = tuple(firing for firing in firings if firing.coin == coin)
        self._span = span_ms
        self.setAccessibleDescription(tr("{n} firings of {coin}", n=len(self._firings), coin=coin))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint nights, price, firings, axes."""
        colours, painter = theme.colours(), QPainter(self)
        area = QRectF(0, 0, self.width() - _AXIS_PX, self.height() - 20)
        painter.fillRect(self.rect(), colours.chart)
        if self._span[1] <= self._span[0] or not self._line:
            shapes.paint_hatch(painter, area, colours)
            words = Words(tr("no hours of this coin are known yet"), "second")
            runs.paint_line(painter, 12, 24, (words,), colours)
            return
        scale = self._scale(area)
        _paint_nights(painter, scale, area, colours)
        _paint_axes(painter, scale, area, colours)
        _paint_price(painter, self._line, scale, colours)
        for firing in self._firings:
            _paint_firing(painter, firing, scale, colours)
        runs.paint_line(painter, 10, 16, (Words(self._coin, "second", px=theme.CAPTION),), colours)

    def _scale(self, area: QRectF) -> Scale:
        prices = [price for _, price in self._line]
        low, high = padded(min(prices), max(prices), area.height(), 16, 24)
        return Scale(float(self._span[0]), float(self._span[1]), low, high, area.width(), area.height())


def _paint_nights(painter: QPainter, scale: Scale, area: QRectF, colours: Colours) -> None:
    first = int(scale.left_ms // _DAY_MS) - 1
    for day in range(first, int(scale.right_ms // _DAY_MS) + 1):
        start = max(0.0, scale.x_of(day * _DAY_MS + _NIGHT_FROM_H * _HOUR_MS))
        stop = min(area.width(), scale.x_of((day + 1) * _DAY_MS + _NIGHT_TO_H * _HOUR_MS))
        if stop > start:
            painter.fillRect(QRectF(start, 0, stop - start, area.height()), colours.raised)


def _paint_axes(painter: QPainter, scale: Scale, area: QRectF, colours: Colours) -> None:
    painter.setFont(theme.font(theme.AXIS))
    for value in value_ticks(scale.low, scale.high, 4):
        y = scale.y_of(value)
        painter.setPen(QPen(colours.grid, 1))
        painter.drawLine(QLineF(0, y, area.width(), y))
        painter.setPen(colours.third)
        painter.drawText(QPointF(area.width() + 10, y + 3.5), wording.price(value))
    for at_ms in time_ticks(scale.left_ms, scale.right_ms, max(2, int(area.width() / 120))):
        painter.setPen(colours.third)
        moment = wording.moment(at_ms)
        painter.drawText(QPointF(scale.x_of(at_ms) + 3, area.height() + 14), f"{moment.day} {moment.strftime('%b')}")


def _paint_price(painter: QPainter, line: Line, scale: Scale, colours: Colours) -> None:
    path, last_ms = QPainterPath(), -_DAY_MS
    for at_ms, price in line:
        point = QPointF(scale.x_of(at_ms), scale.y_of(price))
        # An hour that is missing leaves a hole: no line joins across it.
        if at_ms - last_ms > _HOUR_MS:
            path.moveTo(point)
        else:
            path.lineTo(point)
        last_ms = at_ms
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colours.candle, 1))
    painter.drawPath(path)


def _paint_firing(painter: QPainter, firing: TriedFiring, scale: Scale, colours: Colours) -> None:
    if firing.price is None:
        return
    x, y = scale.x_of(firing.known_ms), scale.y_of(firing.price) + 8
    fell = firing.next_hour is not None and firing.next_hour < FELL
    ink = colours.level(firing.level)
    painter.setPen(QPen(ink, 1.2))
    painter.setBrush(ink if fell else colours.chart)
    painter.drawPolygon(QPolygonF([QPointF(x - 5, y), QPointF(x + 5, y), QPointF(x, y + 8)]))
    pen = QPen(colours.button_edge, 1, Qt.PenStyle.DotLine)
    painter.setPen(pen)
    painter.drawLine(QLineF(x, y + 9, x, scale.height))


class BudgetPanel(Card):
    """What a rule would have done in the last 30 days."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Noise budget"), parent)
        self.note.setText(tr("the same engine on the hours that are known"))
        self.right.setText(tr("▼ fell > 3 % within 1 h   ▽ did not"))
        self.headline, self.aside = RunLine(40), RunLine(20)
        self.chart = FiringChart()
        box = QVBoxLayout()
        box.setContentsMargins(12, 4, 12, 0)
        box.setSpacing(0)
        box.addWidget(self.headline)
        box.addWidget(self.aside)
        self.body.addLayout(box)
        self.body.addWidget(self.chart, 1)
        self.show_waiting(tr("choose a rule"))

    def show_waiting(self, words: str) -> None:
        """Say that there is no result yet, or why there is none."""
        self.headline.set_runs(Words(words, "second", theme.SEMIBOLD, theme.VALUE))
        self.aside.set_runs(Space(1))
        self.chart.show_trial("", (), (), (0, 0))

    def show_trial(self, trial: Trial, line: Line, coin: str, span_ms: tuple[int, int]) -> None:
        """Show what a rule would have done; `coin` is the one whose price is drawn."""
        if trial.reason:
            self.show_waiting(trial.reason)
            return
        self.headline.set_runs(Words(sentence(trial), "text", theme.SEMIBOLD, theme.SENTENCE - 4))
        stopped = "" if trial.complete else tr("stopped before the end")
        words = " · ".join(part for part in (followed_words(trial), coins_words(trial), stopped) if part)
        self.aside.set_runs(Words(words, "second"))
        self.chart.show_trial(coin, line, trial.firings, span_ms)


def coins_words(trial: Trial) -> str:
    """Return the firings by coin, where there is more than one."""
    if len(trial.budgets) < 2:
        return ""
    return ", ".join(f"{coin} {budget.firings}" for coin, budget in trial.budgets)
