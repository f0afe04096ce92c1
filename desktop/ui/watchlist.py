"""The watch list: one row a coin, price, change, forced selling, and where the price came from."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QWidget

from desktop.engine.desk_view import CoinView, DeskView
from desktop.risk.reading import Level, Reading, State
from desktop.ui import runs, shapes, sparks, theme, wording
from desktop.ui.parts import Card, button, set_tip
from desktop.ui.runs import Mark, Run, Words
from desktop.ui.theme import Colours, Tone
from desktop.ui.wording import tr

ROW_PX = 45
_EDGE = 12


class CoinRow(QAbstractButton):
    """One coin. It is a button: a click, Space or Enter shows the coin in the chart."""

    def __init__(self, coin: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.coin = coin
        self._view: CoinView | None = None
        self._age = ""
        self.paints = 0
        self.setCheckable(True)
        self.setFixedHeight(ROW_PX)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(coin)

    def sizeHint(self) -> QSize:
        """Return the least width that shows everything."""
        return QSize(182, ROW_PX)

    def show_coin(self, coin: CoinView, now_ms: int) -> None:
        """Show these readings; the same ones again cost nothing."""
        worn = coin.price.state in (State.STALE, State.UNKNOWN) and coin.price.as_of_ms
        age = wording.age(now_ms - coin.price.as_of_ms) if worn else ""
        if coin == self._view and age == self._age:
            return
        self._view, self._age = coin, age
        self.setAccessibleDescription(runs.spoken((*_top(coin, age), *_below(coin))))
        set_tip(self, _tip(coin))
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Enter press the row as Space does, and the arrows walk the list."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the row."""
        self.paints += 1
        colours = theme.colours()
        painter = QPainter(self)
        area = QRectF(self.rect())
        if self.isChecked():
            painter.fillRect(area, colours.selected)
        if self._view is not None:
            _paint_row(painter, area, self._view, self._age, colours)
        if self.isChecked():
            painter.fillRect(QRectF(0, 0, 2, self.height() - 1), colours.text)
        painter.fillRect(QRectF(0, self.height() - 1, self.width(), 1), colours.divider)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(colours.focus, 2))
            painter.drawRoundedRect(area.adjusted(1.5, 1.5, -1.5, -2.5), 4, 4)


def _top(coin: CoinView, age: str) -> tuple[Run, ...]:
    price = coin.price
    if price.value is None:
        return (Words("— ", "third"), Words(f"  {age}", "third"))
    tone: Tone = "third" if price.state is State.STALE else "text"
    weight = theme.MEDIUM if price.state is State.STALE else theme.SEMIBOLD
    return (Words(wording.price(price.value), tone, weight), *_change(coin.change_24h))


def _change(reading: Reading) -> tuple[Run, ...]:
    if reading.value is None:
        return (runs.Space(8), Words(tr("24 h ?"), "third"))
    words = wording.percent(reading.value, 1, plus=True)
    return (runs.Space(max(8.0, 56 - runs.text_width(words))), Words(words, "second"))


def _below(coin: CoinView) -> tuple[Run, ...]:
    liquidated = coin.readings.get("LIQ_VOL_LONG_1H")
    if coin.price.state is State.UNKNOWN:
        why = coin.price.reason or tr("no source")
        return (Words(tr("unknown: {why}", why=why), "second", px=theme.CAPTION, dotted=True),)
    if liquidated is None or liquidated.value is None:
        why = "unknown" if liquidated is None else wording.short_reading(liquidated, "USD")
        return (Words(tr("liq 1 h {why}", why=why), "third", px=theme.CAPTION),)
    words = tr("liq 1 h {usd}", usd=wording.short_reading(liquidated, "USD"))
    tone: Tone = "third" if liquidated.state is State.STALE else "second"
    return (Words(words, tone, px=theme.CAPTION),)


def _level(coin: CoinView) -> Level:
    """Return the composite's level; while it has no score, the highest of the coin's own live readings."""
    if coin.composite is not None and coin.composite.score is not None:
        return coin.composite.level
    return max((r.level for r in coin.readings.values() if r.votes), default=Level.CALM)


def _paint_row(painter: QPainter, area: QRectF, coin: CoinView, age: str, colours: Colours) -> None:
    unknown = coin.price.state is State.UNKNOWN
    if unknown:
        shapes.paint_hatch(painter, area, colours)
    level = _level(coin)
    name: list[Run] = [Words(coin.coin, weight=theme.SEMIBOLD)]
    if level >= Level.NOTABLE:
        name += [runs.Space(6), Mark(shapes.of_level(level), 9, 0, says=wording.level_word(level))]
    right = area.right() - _EDGE
    runs.paint_line(painter, _EDGE, 18.5, name, colours)
    runs.paint_line(painter, right, 18.5, _top(coin, age), colours, align_right=True)
    runs.paint_line(painter, _EDGE, 35, _below(coin), colours, area.width() - 2 * _EDGE - 46)
    if not unknown:
        box = QRectF(right - 42, 25, 40, 12)
        stale = coin.price.state is State.STALE
        line, head = (colours.third, colours.third) if stale else (colours.second, colours.text)
        sparks.paint_spark(painter, box, coin.spark, line, head)


def _tip(coin: CoinView) -> str:
    lines = [coin.coin]
    liquidated = coin.readings.get("LIQ_VOL_LONG_1H")
    if liquidated is not None and liquidated.value is not None:
        floor = wording.floor_mark(liquidated)
        lines.append(tr("Long liquidated 1 h: {usd}", usd=floor + wording.dollars_whole(liquidated.value)))
    if coin.price.reason:
        lines.append(tr("Price: {why}", why=coin.price.reason))
    return "\n".join(lines)


class Watchlist(Card):
    """All watched coins.

    Signals: `coin_chosen` with the coin that the person wants in the chart, `find_wanted` for another one.
    """

    coin_chosen = Signal(str)
    find_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Watchlist"), parent)
        self.add = button(tr("+ coin"), "quiet", says=tr("Find another coin"))
        self.add.clicked.connect(self.find_wanted)
        self.head.insertWidget(2, self.add)
        self.right.setText(tr("24 h"))
        self._group = QButtonGroup(self)
        self.rows: dict[str, CoinRow] = {}
        self.body.addStretch(1)

    def show_view(self, view: DeskView, chosen: str) -> None:
        """Show the coins of a view with `chosen` marked."""
        watched = {coin.coin for coin in view.coins}
        for gone in [coin for coin in self.rows if coin not in watched]:
            row = self.rows.pop(gone)
            self._group.removeButton(row)
            row.deleteLater()
        for place, coin in enumerate(view.coins):
            row = self.rows.get(coin.coin) or self._add(coin.coin, place)
            row.show_coin(coin, view.now_ms)
        if chosen in self.rows and not self.rows[chosen].isChecked():
            self.rows[chosen].setChecked(True)

    def _add(self, coin: str, place: int) -> CoinRow:
        row = CoinRow(coin)
        row.clicked.connect(lambda: self.coin_chosen.emit(coin))
        self._group.addButton(row)
        self.body.insertWidget(place, row)
        self.rows[coin] = row
        return row
