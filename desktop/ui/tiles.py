"""The grid of tiles: one number each, with unit, age, level by colour and shape, and where it came from."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QGridLayout, QToolTip, QWidget

from desktop.engine.desk_view import CoinView, DeskView
from desktop.risk.reading import State
from desktop.ui import runs, shapes, sparks, theme
from desktop.ui.parts import set_tip
from desktop.ui.runs import Mark, Run, Words
from desktop.ui.shapes import Shape
from desktop.ui.theme import Colours, Tone
from desktop.ui.tile_facts import tiles
from desktop.ui.tile_shape import TileFacts
from desktop.ui.wording import FLOOR_MARK

COLUMNS = 6
TILE_PX = 66
_EDGE = 12
_SPARK_PX = 58
_LEAST_SPARK_PX = 24


class Tile(QWidget):
    """One tile. Focus and hover tell definition, window, percentile and evidence."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.facts: TileFacts | None = None
        self.paints = 0
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedHeight(TILE_PX)

    def sizeHint(self) -> QSize:
        """Return a width that fits the smallest window."""
        return QSize(190, TILE_PX)

    def show_facts(self, facts: TileFacts) -> None:
        """Show these facts; the same ones again cost nothing."""
        if facts == self.facts:
            return
        self.facts = facts
        self.setAccessibleName(facts.name)
        self.setAccessibleDescription(facts.spoken)
        set_tip(self, facts.tip)
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Let the keyboard see what hover tells."""
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            QToolTip.showText(self.mapToGlobal(self.rect().bottomLeft()), self.toolTip(), self)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the tile."""
        self.paints += 1
        painter = QPainter(self)
        if self.facts is not None:
            _paint_tile(painter, QRectF(self.rect()), self.facts, theme.colours())
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.colours().focus, 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5), 4, 4)


def _paint_tile(painter: QPainter, box: QRectF, facts: TileFacts, colours: Colours) -> None:
    if facts.state is State.UNKNOWN:
        shapes.paint_hatch(painter, box, colours)
    width = box.width() - 2 * _EDGE
    head: tuple[Run, ...] = (Mark(facts.shape, 10, 7), Words(facts.name, "second", px=11))
    age_width = _paint_age(painter, box, facts, colours)
    runs.paint_line(painter, _EDGE, 20, head, colours, width - age_width - 6)
    number = _number(facts)
    # The unit stays; it is the small line that gives way.
    spark_px = min(_SPARK_PX, width - runs.width_of(number) - 8)
    runs.paint_line(painter, _EDGE, 39.5, number, colours, width)
    runs.paint_line(painter, _EDGE, 57, (Words(facts.caption, "third", px=11),), colours, width)
    corner = QRectF(box.right() - _EDGE - spark_px, 25, spark_px, 18)
    if spark_px >= _LEAST_SPARK_PX:
        _paint_origin(painter, corner, facts, colours)
    if facts.state is State.WARMING:
        painter.fillRect(QRectF(0, box.height() - 2, box.width(), 2), colours.divider)
        painter.fillRect(QRectF(0, box.height() - 2, box.width() * min(1.0, facts.warm), 2), colours.second)


def _paint_origin(painter: QPainter, corner: QRectF, facts: TileFacts, colours: Colours) -> None:
    """Paint where the number came from: dots, bars or a line."""
    if facts.dots:
        _paint_dots(painter, corner, facts.dots, colours)
    elif facts.bars:
        colour = colours.long if "LONG" in facts.id else colours.short
        sparks.paint_bars(painter, corner.adjusted(0, -1, 0, 0), facts.spark, colour)
    else:
        faded = facts.state is State.STALE
        line, dot = (colours.third, colours.third) if faded else (colours.second, colours.text)
        sparks.paint_spark(painter, corner.adjusted(0, 0, -2, -2), facts.spark, line, dot)


def _paint_age(painter: QPainter, box: QRectF, facts: TileFacts, colours: Colours) -> float:
    aged: tuple[Run, ...] = (Words(facts.age, "third", px=11),)
    if facts.state is State.STALE:
        aged = (Mark(Shape.STALE, 9, 4), *aged)
    runs.paint_line(painter, box.right() - _EDGE, 20, aged, colours, align_right=True)
    return runs.width_of(aged)


def _number(facts: TileFacts) -> tuple[Run, ...]:
    if not facts.value:
        return (Words(facts.words, "second", px=theme.TITLE),)
    stale = facts.state is State.STALE
    tone: Tone = "third" if stale else "text"
    weight = theme.MEDIUM if stale else theme.SEMIBOLD
    mark = (Words(f"{FLOOR_MARK} ", tone, px=theme.VALUE),) if facts.floor else ()
    unit_tone: Tone = "third" if stale else "second"
    unit = (Words(f" {facts.unit}", unit_tone),) if facts.unit else ()
    return (*mark, Words(facts.value, tone, weight, theme.VALUE), *unit)


def _paint_dots(painter: QPainter, corner: QRectF, dots: tuple[Shape, ...], colours: Colours) -> None:
    x = corner.right() - 13 * len(dots) + 4
    for dot in dots:
        shapes.paint(painter, QRectF(x, corner.center().y() - 4.5, 9, 9), dot, colours)
        x += 13


class TileGrid(QFrame):
    """Twelve tiles in two rows, in the order of importance; their places never change."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "card")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(1, 1, 1, 1)
        self._grid.setSpacing(1)
        self.tiles: list[Tile] = []
        for place in range(2 * COLUMNS):
            tile = Tile()
            self.tiles.append(tile)
            self._grid.addWidget(tile, place // COLUMNS, place % COLUMNS)
        for column in range(COLUMNS):
            self._grid.setColumnStretch(column, 1)
        self.setFixedHeight(2 * TILE_PX + 3)

    def show_coin(self, view: DeskView, coin: CoinView, *, hides_amounts: bool = False) -> None:
        """Show the numbers of this coin."""
        for tile, facts in zip(self.tiles, tiles(view, coin, hides_amounts=hides_amounts), strict=True):
            tile.show_facts(facts)

    def tile(self, name: str) -> Tile:
        """Return the tile of an indicator. Raise KeyError if there is none."""
        for tile in self.tiles:
            if tile.facts is not None and tile.facts.id == name:
                return tile
        raise KeyError(name)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the card and the thin lines between tiles."""
        super().paintEvent(event)
        painter = QPainter(self)
        divider = theme.colours().divider
        for place, tile in enumerate(self.tiles):
            area = tile.geometry()
            if place % COLUMNS < COLUMNS - 1:
                painter.fillRect(area.right() + 1, area.top(), 1, area.height() + 1, divider)
            if place < COLUMNS:
                painter.fillRect(area.left(), area.bottom() + 1, area.width() + 1, 1, divider)
