"""One line of mixed words, shapes and meters: measured, fitted to its width, painted, and said aloud."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen

from desktop.ui import shapes, theme
from desktop.ui.shapes import Shape
from desktop.ui.theme import Colours, Tone


@dataclass(frozen=True, slots=True)
class Words:
    """Some words in one tone and weight. `spare` above 0 may go when space is short, the highest first.

    `dotted` underlines what has more to say on hover; `framed` puts a dashed frame round it. Letters are spaced by
    `spacing` pixels.
    """

    text: str
    tone: Tone = "text"
    weight: int = theme.REGULAR
    px: int = theme.BODY
    spare: int = 0
    dotted: bool = False
    framed: bool = False
    spacing: float = 0.0


@dataclass(frozen=True, slots=True)
class Mark:
    """A shape of `px` pixels, then `gap` pixels. `says` is what it means, for those who cannot see it."""

    shape: Shape
    px: float = 9.0
    gap: float = 6.0
    tone: Tone | None = None
    spare: int = 0
    says: str = ""


@dataclass(frozen=True, slots=True)
class Space:
    """Nothing, so many pixels wide."""

    px: float
    spare: int = 0


@dataclass(frozen=True, slots=True)
class Divider:
    """A thin upright line with room on both sides."""

    spare: int = 0
    room: float = 12.0


@dataclass(frozen=True, slots=True)
class Meter:
    """A small bar, filled by `share` (0..1)."""

    share: float
    px: float = 64.0
    spare: int = 0


Run = Words | Mark | Space | Divider | Meter


@lru_cache(maxsize=256)
def _font(px: int, weight: int, spacing: float) -> QFont:
    made = QFont(theme.font(px, weight))
    if spacing:
        made.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, spacing)
    return made


@lru_cache(maxsize=256)
def _metrics(px: int, weight: int, spacing: float) -> QFontMetricsF:
    return QFontMetricsF(_font(px, weight, spacing))


@lru_cache(maxsize=4096)
def _advance(text: str, px: int, weight: int, spacing: float) -> float:
    return _metrics(px, weight, spacing).horizontalAdvance(text)


def text_width(text: str, px: int = theme.BODY, weight: int = theme.REGULAR) -> float:
    """Return the width of some words in pixels."""
    return _advance(text, px, weight, 0.0)


def width_of(runs: Sequence[Run]) -> float:
    """Return the width of a line in pixels."""
    return sum(_width(run) for run in runs)


def _width(run: Run) -> float:
    match run:
        case Words():
            frame = 10.0 if run.framed else 0.0
            return _advance(run.text, run.px, run.weight, run.spacing) + frame
        case Mark():
            return run.px + run.gap
        case Space() | Meter():
            return run.px
        case Divider():
            return 2 * run.room + 1


def fitted(runs: Sequence[Run], width: float) -> list[Run]:
    """Return the line without as many spare runs as must go for it to fit, the most spare first."""
    kept = list(runs)
    while width_of(kept) > width:
        highest = max((run.spare for run in kept), default=0)
        if highest == 0:
            break
        kept = [run for run in kept if run.spare < highest]
    return kept


def spoken(runs: Sequence[Run]) -> str:
    """Return the line as plain words, for assistive technology and tooltips."""
    parts = [run.text if isinstance(run, Words) else run.says if isinstance(run, Mark) else "" for run in runs]
    return " ".join(" ".join(part for part in parts if part).split())


def paint_line(
    painter: QPainter,
    x: float,
    baseline: float,
    runs: Sequence[Run],
    colours: Colours,
    width: float | None = None,
    align_right: bool = False,
) -> float:
    """Paint a line from `x` (or ending at `x`) and return where it ends. Longer than `width`: spare runs go, the
    last words are cut with an ellipsis."""
    line = list(runs) if width is None else fitted(runs, width)
    if align_right:
        x -= width_of(line)
    limit = None if width is None else x + width
    for run in line:
        if limit is not None and x >= limit:
            break
        _paint(painter, x, baseline, run, colours, limit)
        x += _width(run)
    return x


def _paint(painter: QPainter, x: float, baseline: float, run: Run, colours: Colours, limit: float | None) -> None:
    match run:
        case Words():
            _paint_words(painter, x, baseline, run, colours, limit)
        case Mark():
            ink = None if run.tone is None else colours.tone(run.tone)
            middle = baseline - 4.3
            shapes.paint(painter, QRectF(x, middle - run.px / 2, run.px, run.px), run.shape, colours, ink)
        case Meter():
            track = QRectF(x, baseline - 6.5, run.px, 5)
            painter.fillRect(track, colours.divider)
            painter.fillRect(QRectF(track.x(), track.y(), track.width() * min(1.0, run.share), 5), colours.second)
        case Divider():
            middle_x = round(x + run.room) + 0.5
            painter.setPen(QPen(colours.button_edge, 1))
            painter.drawLine(QLineF(middle_x, baseline - 10, middle_x, baseline + 3))
        case Space():
            pass


def _paint_words(
    painter: QPainter, x: float, baseline: float, run: Words, colours: Colours, limit: float | None
) -> None:
    text = run.text
    metrics = _metrics(run.px, run.weight, run.spacing)
    if limit is not None and x + _width(run) > limit + 0.5:
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0.0, limit - x))
    width = metrics.horizontalAdvance(text)
    painter.setFont(_font(run.px, run.weight, run.spacing))
    painter.setPen(colours.tone(run.tone))
    painter.drawText(QPointF(x + (5 if run.framed else 0), baseline), text)
    if run.dotted:
        painter.setPen(QPen(colours.third, 1, Qt.PenStyle.DotLine))
        painter.drawLine(QLineF(x, baseline + 3.5, x + width, baseline + 3.5))
    if run.framed:
        painter.setPen(QPen(colours.second, 1, Qt.PenStyle.DashLine))
        box = QRectF(x, baseline - metrics.ascent() + 0.5, width + 10, metrics.ascent() + metrics.descent())
        painter.drawRoundedRect(box.adjusted(0.5, -1.5, -0.5, 1.5), 3, 3)
