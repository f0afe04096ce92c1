"""The strip at the foot: what surrounds the market, coverage, and the clock."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.engine.desk_view import DeskView
from desktop.ui import runs, theme, wording
from desktop.ui.parts import RunLine, set_tip
from desktop.ui.runs import Divider, Mark, Run, Words
from desktop.ui.shapes import Shape
from desktop.ui.wording import tr

STRIP_PX = 28


class ContextStrip(QWidget):
    """Facts of the run on the left, UTC clock and keys on the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(STRIP_PX)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 1, 16, 0)
        self.left, self.right = RunLine(STRIP_PX - 1), RunLine(STRIP_PX - 1)
        row.addWidget(self.left, 1)
        row.addWidget(self.right)

    def show_view(self, view: DeskView, *, paused: bool = False) -> None:
        """Show coverage, feeds, snooze and time of a view."""
        self.left.set_runs(*_left(view))
        set_tip(self.left, "\n".join(view.notes) or "\n".join(_feed_lines(view)))
        clock: list[Run] = [Words(wording.full_clock(view.now_ms), "second", px=theme.CAPTION), Divider()]
        if paused:
            clock += [Words(tr("chart paused, alerts go on"), weight=theme.SEMIBOLD, px=theme.CAPTION), Divider()]
        clock += [_key("?"), Words(tr("  keys"), "second", px=theme.CAPTION)]
        self.right.set_runs(*clock, right=True)
        self.right.hold(int(runs.width_of(clock)) + 2)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint ground and upper line."""
        colours = theme.colours()
        painter = QPainter(self)
        painter.fillRect(self.rect(), colours.panel)
        painter.fillRect(0, 0, self.width(), 1, colours.divider)


def _key(words: str) -> Words:
    return Words(f"[{words}]", "second", px=theme.CAPTION)


def _left(view: DeskView) -> tuple[Run, ...]:
    line: list[Run] = []
    if view.notes:
        return (Mark(Shape.NO, 9, 7), Words(view.notes[-1], "text", px=theme.CAPTION))
    if view.snoozed_until_ms is not None:
        words = tr("Snoozed until {t}, critical still rings", t=wording.clock(view.snoozed_until_ms))
        line += [Mark(Shape.SNOOZED, 11, 7), Words(words, px=theme.CAPTION), Divider()]
    heard = sum(feed.messages for feed in view.feeds)
    line += [Words(tr("Messages "), "second", px=theme.CAPTION), _strong(f"{heard:,}")]
    unread = sum(feed.unparsed for feed in view.feeds)
    line += [Divider(), Words(tr("Unread "), "second", px=theme.CAPTION), _strong(f"{unread:,}")]
    line += [Divider(1), Words(tr("Peg, ETF flow, Fear & Greed "), "second", px=theme.CAPTION, spare=1)]
    line.append(Words(tr("unknown: no source"), "third", px=theme.CAPTION, spare=1, dotted=True))
    return tuple(line)


def _strong(words: str) -> Words:
    return Words(words, weight=theme.SEMIBOLD, px=theme.CAPTION)


def _feed_lines(view: DeskView) -> list[str]:
    lines = []
    for feed in view.feeds:
        delay = "" if feed.latency_ms is None else tr(", {n} ms late", n=round(feed.latency_ms))
        said = wording.feed_words(feed.state) or tr("live")
        lines.append(f"{wording.venue(feed.venue)}: {said}{delay}. {feed.reason}".strip())
    return lines
