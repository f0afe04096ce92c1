"""Small parts that every page is built of: level shape, card, labels, buttons, risk strip, practice banner."""

from __future__ import annotations

import html
from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from desktop.engine.desk_view import DeskView
from desktop.risk.reading import Level
from desktop.ui import runs, shapes, theme, wording
from desktop.ui.runs import Divider, Mark, Run, Space, Words
from desktop.ui.shapes import Shape
from desktop.ui.theme import Tone
from desktop.ui.wording import tr

HEAD_PX = 32
ButtonKind = Literal["plain", "primary", "quiet"]


def label(words: str = "", *, px: int = theme.BODY, weight: int = theme.REGULAR, tone: Tone = "text") -> QLabel:
    """Return a label in one of the type sizes and tones. Plain text only: nothing is read as mark-up."""
    made = QLabel(words)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setFont(theme.font(px, weight))
    set_tone(made, tone)
    return made


def set_tone(widget: QWidget, tone: Tone) -> None:
    """Give a label another tone."""
    if widget.property("tone") == tone:
        return
    widget.setProperty("tone", tone)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def button(words: str, kind: ButtonKind = "plain", *, large: bool = False, says: str = "") -> QPushButton:
    """Return a button. One primary per page or card. `says` is its accessible name where the words are too few."""
    made = QPushButton(words)
    made.setProperty("kind", kind)
    made.setProperty("grade", "large" if large else "normal")
    made.setAccessibleName(says or words)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    made.setAutoDefault(False)
    return made


def set_tip(widget: QWidget, words: str) -> None:
    """Let hover tell these words, wrapped to a readable width. Nothing in them is read as mark-up."""
    tip = "<qt>" + html.escape(words).replace("\n", "<br>") + "</qt>" if words else ""
    if widget.toolTip() != tip:
        widget.setToolTip(tip)


def line(*, upright: bool = False) -> QFrame:
    """Return a thin dividing line."""
    made = QFrame()
    made.setProperty("part", "line")
    if upright:
        made.setFixedWidth(1)
    else:
        made.setFixedHeight(1)
    return made


class LevelShape(QWidget):
    """One shape, such as a level's or a feed's; its accessible name is what it means."""

    def __init__(self, shape: Shape = Shape.UNKNOWN, px: int = 12, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shape = shape
        self._tone: Tone | None = None
        self.setFixedSize(px, px)

    def set_shape(self, shape: Shape, says: str = "", tone: Tone | None = None) -> None:
        """Show another shape; `says` names its meaning."""
        if says:
            self.setAccessibleName(says)
        if (shape, tone) != (self._shape, self._tone):
            self._shape, self._tone = shape, tone
            self.update()

    def set_level(self, level: Level) -> None:
        """Show a level's shape."""
        self.set_shape(shapes.of_level(level), wording.level_word(level))

    @property
    def shape(self) -> Shape:
        """The shape shown now."""
        return self._shape

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the shape."""
        colours = theme.colours()
        ink = None if self._tone is None else colours.tone(self._tone)
        shapes.paint(QPainter(self), QRectF(self.rect()), self._shape, colours, ink)


class RunLine(QWidget):
    """One line of mixed runs that fits itself to its width. Repaints only when its runs changed."""

    def __init__(self, height: int = 20, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runs: tuple[Run, ...] = ()
        self._right = False
        self.setFixedHeight(height)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def setFixedWidth(self, w: int) -> None:
        """Keep this width: a box layout would give an ignored hint no room at all."""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        super().setFixedWidth(w)

    def set_runs(self, *line_runs: Run, right: bool = False) -> None:
        """Show these runs; `right` aligns them at the right end."""
        if line_runs == self._runs and right == self._right:
            return
        self._runs, self._right = line_runs, right
        self.setAccessibleName(runs.spoken(line_runs))
        self.updateGeometry()
        self.update()

    def hold(self, width: int) -> None:
        """Keep this width, whatever the words are."""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedWidth(width)

    @property
    def runs(self) -> tuple[Run, ...]:
        """The runs shown now."""
        return self._runs

    def words(self) -> str:
        """Return the whole line as plain words."""
        return runs.spoken(self._runs)

    def sizeHint(self) -> QSize:
        """Return the room the whole line would like."""
        return QSize(int(runs.width_of(self._runs)) + 1, self.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the line, its words centred on the height."""
        painter = QPainter(self)
        baseline = self.height() / 2 + 4.3
        x = float(self.width()) if self._right else 0.0
        runs.paint_line(painter, x, baseline, self._runs, theme.colours(), self.width(), align_right=self._right)


class Card(QFrame):
    """A panel with a head of 32 px (title left, `right` at the end) over a body. `body` is its layout."""

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "card")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 1, 1, 1)
        outer.setSpacing(0)
        self.title = label(title, weight=theme.SEMIBOLD)
        self.note = label(tone="second")
        self.right = label(tone="third")
        if title:
            self.setAccessibleName(title)
            outer.addWidget(self._head())
            outer.addWidget(line())
        self.body = QVBoxLayout()
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        outer.addLayout(self.body, 1)

    def _head(self) -> QWidget:
        head = QWidget()
        head.setFixedHeight(HEAD_PX - 1)
        row = QHBoxLayout(head)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(8)
        row.addWidget(self.title)
        row.addWidget(self.note)
        row.addStretch(1)
        row.addWidget(self.right)
        self.head = row
        return head


class PracticeBanner(QWidget):
    """Says which world this is, on every window that is not live. Hidden in the live world."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._world, self._words = "live", ""
        self.setFixedHeight(24)
        self.hide()

    def show_view(self, view: DeskView) -> None:
        """Say the world, its label and its speed."""
        speed = "" if view.speed == 1 else tr(" · {speed} × as fast", speed=f"{view.speed:g}")
        words = view.label + speed
        if (view.world, words) == (self._world, self._words):
            return
        self._world, self._words = view.world, words
        self.setAccessibleName(f"{self._word()} {words}")
        self.setVisible(view.world != "live")
        self.update()

    def _word(self) -> str:
        return {"practice": tr("PRACTICE"), "replay": tr("REPLAY")}.get(self._world, self._world.upper())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the word turned inside out, and the label: hue is kept for data."""
        colours = theme.colours()
        painter = QPainter(self)
        painter.fillRect(self.rect(), colours.raised)
        painter.fillRect(0, self.height() - 1, self.width(), 1, colours.divider)
        word = Words(self._word(), "on_primary", theme.BOLD, theme.CAPTION, spacing=1.0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.primary)
        width = runs.width_of((word,))
        painter.drawRoundedRect(QRectF(16, 3, width + 15, 17), 3, 3)
        runs.paint_line(painter, 24, 15.5, (word,), colours)
        rest = Words(self._words, "text", theme.MEDIUM)
        runs.paint_line(painter, width + 43, 15.8, (rest,), colours, self.width() - width - 60)


class RiskStrip(QWidget):
    """The same risk strip on every page: level, what goes on, feeds. Signals: `back_wanted` when Back is pressed."""

    back_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._level = Level.CALM
        self.setFixedHeight(43)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 1)
        row.setSpacing(12)
        self._pill = RunLine(28)
        self._line = RunLine(28)
        self.back = button(tr("Back to market   Esc"), says=tr("Back to market"))
        self.back.clicked.connect(self.back_wanted)
        row.addWidget(self._pill)
        row.addWidget(self._line, 1)
        row.addWidget(self.back)

    def show_view(self, view: DeskView) -> None:
        """Show the level, the worst open incident and the feeds of a view."""
        self._level = view.level
        self._pill.set_runs(*level_pill(view.level))
        self._pill.hold(self._pill.sizeHint().width() + 12)
        self._line.set_runs(*strip_runs(view))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint ground, tint of the level and the line below."""
        colours = theme.colours()
        painter = QPainter(self)
        painter.fillRect(self.rect(), colours.panel)
        painter.fillRect(0, self.height() - 1, self.width(), 1, colours.divider)
        tint = {Level.WARNING: colours.tint_warning, Level.CRITICAL: colours.tint_critical}.get(self._level)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint if tint is not None else colours.raised)
        painter.drawRoundedRect(self._pill.geometry().adjusted(-8, 0, 0, 0), 4, 4)


def level_pill(level: Level) -> tuple[Run, ...]:
    """Return a level as shape and word."""
    tone = level_tone(level)
    word = wording.level_word(level).upper()
    return (Space(4), Mark(shapes.of_level(level), 12, 8), Words(word, tone, theme.BOLD, spacing=0.6))


def level_tone(level: Level) -> Tone:
    """Return the tone a level's word is written in."""
    tones: tuple[Tone, ...] = ("calm", "notable", "warning", "critical")
    return tones[level]


def strip_runs(view: DeskView) -> tuple[Run, ...]:
    """Return what goes on and how much of it is seen, in one line."""
    found: list[Run] = []
    for incident in sorted(view.incidents, key=lambda i: (-i.level, -i.opened_ms)):
        if incident.closed_ms is None:
            words = tr(
                "{what} since {clock}", what=wording.incident_title(incident), clock=wording.clock(incident.opened_ms)
            )
            found += [Words(words, "second"), Divider()]
            break
    watched = [feed for feed in view.feeds if feed.state != "off"]
    poor = [feed for feed in watched if feed.state != "live"]
    for feed in poor:
        found.append(Mark(shapes.of_feed(feed.state), 9, 4, says=wording.feed_words(feed.state)))
    health = (
        tr("{n} of {all} feeds impaired", n=len(poor), all=len(watched))
        if poor
        else tr("{all} feeds live", all=len(watched))
    )
    found.append(Words(health if watched else tr("no feed yet"), "second"))
    if view.coverage is not None:
        found += [Divider(spare=1), Words(tr("coverage {share}", share=wording.percent(view.coverage, 0)), spare=1)]
    return tuple(found)
