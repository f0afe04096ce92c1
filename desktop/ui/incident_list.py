"""The incidents: the worst open one with its reasons and buttons, the others as single lines."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from desktop.alerts import incident_words
from desktop.alerts.incidents import Incident
from desktop.engine.desk_view import DeskView
from desktop.ui import runs, shapes, theme, wording
from desktop.ui.factor_bar import FactorBar
from desktop.ui.parts import Card, LevelShape, RunLine, button, label
from desktop.ui.risk_answers import worst_open
from desktop.ui.runs import Mark, Words
from desktop.ui.shapes import Shape
from desktop.ui.theme import Tone
from desktop.ui.wording import tr

HOUR_SECONDS = 3600
_ROWS_AT_LEAST = 2
_MOST_ROWS = 12
ROW_PX = 32
FACTOR_ROWS = 3
_SMALL_PX = 300


def shape_of(incident: Incident, now_ms: int) -> Shape:
    """Return the sign of an incident: silent feed, snoozed, or its level."""
    if incident.rule == "feed-dead":
        return Shape.DOWN
    if incident.snoozed_until_ms is not None and incident.snoozed_until_ms > now_ms:
        return Shape.SNOOZED
    return shapes.of_level(incident.level)


def when(incident: Incident, now_ms: int) -> str:
    """Return since when, and how it stands: '15:02 · 10 min', '14:52 · seen', '30 Jan · closed', '14:52 · eased'."""
    start = wording.day_and_clock(incident.opened_ms, now_ms)
    if incident.closed_ms is not None:
        return tr("{start} · closed", start=start)
    if incident.eased_ms is not None:
        return tr("{start} · eased", start=start)
    if incident.acknowledged_ms is not None:
        return tr("{start} · seen", start=start)
    return f"{start} · {wording.age(now_ms - incident.opened_ms)}"


class IncidentCard(QWidget):
    """The incident that matters most now, with its reasons and the three answers to it.

    Signals: `acknowledged`, `snoozed` (1 h) and `transfer_wanted`, each with the incident's id.
    """

    acknowledged = Signal(str)
    snoozed = Signal(str)
    transfer_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._id = ""
        self.brief = False
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(0)
        self.shape = LevelShape(Shape.UNKNOWN, 14)
        self.title = label(px=theme.TITLE, weight=theme.SEMIBOLD)
        # A title that cannot wrap would push the whole column past the window's edge.
        self.title.setWordWrap(True)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.shape)
        head.addWidget(self.title, 1)
        column.addLayout(head)
        self.story = label(px=theme.CAPTION, tone="second")
        self.story.setWordWrap(True)
        column.addSpacing(4)
        column.addWidget(self.story)
        column.addSpacing(6)
        self.factors = [FactorBar() for _ in range(FACTOR_ROWS)]
        for bar in self.factors:
            column.addWidget(bar)
        self.note = label(px=theme.CAPTION, tone="second")
        self.note.setWordWrap(True)
        column.addWidget(self.note)
        column.addSpacing(8)
        column.addLayout(self._buttons())

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        self.acknowledge = button(tr("Acknowledge"), "primary")
        self.snooze = button(tr("Snooze 1 h"), says=tr("Snooze 1 h"))
        self.transfer = button(tr("Transfer  ›"), says=tr("Open transfer"))
        self.acknowledge.clicked.connect(lambda: self.acknowledged.emit(self._id))
        self.snooze.clicked.connect(lambda: self.snoozed.emit(self._id))
        self.transfer.clicked.connect(lambda: self.transfer_wanted.emit(self._id))
        for each in (self.acknowledge, self.snooze, self.transfer):
            each.setProperty("fit", "tight")
            each.setSizePolicy(QSizePolicy.Policy.MinimumExpanding, QSizePolicy.Policy.Fixed)
            row.addWidget(each)
        return row

    @property
    def _small(self) -> bool:
        return self.width() < _SMALL_PX

    def show_incident(self, incident: Incident, now_ms: int) -> None:
        """Show an incident as it stands now."""
        self._id = incident.id
        self.shape.set_shape(shape_of(incident, now_ms), wording.level_word(incident.level))
        self.title.setText(wording.incident_title(incident))
        self.setAccessibleName(self.title.text())
        self.snooze.setText(tr("Snooze") if self._small else tr("Snooze 1 h"))
        self.transfer.setText(tr("Go  ›") if self._small else tr("Transfer  ›"))
        self.story.setText(_story(incident, now_ms))
        for place, bar in enumerate(self.factors):
            bar.setVisible(place < len(incident.factors))
            if place < len(incident.factors):
                bar.show_factor(incident.factors[place], incident.level)
        note = "" if self.brief else incident.note
        self.note.setText("\n".join(part for part in (note, _step(incident)) if part))
        seen = incident.acknowledged_ms is not None
        self.acknowledge.setEnabled(not seen)
        self.acknowledge.setText(
            tr("Seen {t}", t=wording.clock(incident.acknowledged_ms or 0)) if seen else tr("Acknowledge")
        )
        self.transfer.setVisible(incident.rule != "feed-dead")
        self._keep_room()

    def _keep_room(self) -> None:
        # A scroll area asks only for the least height, and wrapped words do not tell theirs without a width.
        layout = self.layout()
        if layout is not None:
            layout.invalidate()
            self.setMinimumHeight(max(0, layout.totalHeightForWidth(self.width())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep room for words that wrap at the new width."""
        super().resizeEvent(event)
        self._keep_room()


def _span(incident: Incident, now_ms: int) -> str:
    start = wording.day_and_clock(incident.opened_ms, now_ms)
    if incident.eased_ms is not None:
        end = wording.clock(incident.eased_ms)
        return tr("{start} → {end}, no longer so; kept in case it comes back", start=start, end=end)
    return tr("{start} → now, {age}", start=start, age=wording.age(now_ms - incident.opened_ms))


def _story(incident: Incident, now_ms: int) -> str:
    parts = [wording.level_word(incident.level)]
    if incident.peak > incident.level:
        parts.append(tr("peak {level}", level=wording.level_word(incident.peak).lower()))
    parts.append(_span(incident, now_ms))
    parts.append(tr("rule {rule}", rule=incident.rule))
    if incident.coverage is not None:
        parts.append(tr("data {share}", share=wording.percent(incident.coverage, 0)))
    if incident.snoozed_until_ms is not None and incident.snoozed_until_ms > now_ms:
        parts.append(tr("snoozed until {t}", t=wording.clock(incident.snoozed_until_ms)))
    return " · ".join(parts)


def _step(incident: Incident) -> str:
    step = incident.next_step or incident_words.next_step(incident)
    return tr("Next: {step}", step=tr(step))


class IncidentRow(QAbstractButton):
    """One incident in a line of 32 px; pressing it shows it in full."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.incident: Incident | None = None
        self._now_ms = 0
        self.setFixedHeight(ROW_PX)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def show_incident(self, incident: Incident, now_ms: int) -> None:
        """Show an incident as it stands."""
        if incident == self.incident and now_ms // 1000 == self._now_ms // 1000:
            return
        self.incident, self._now_ms = incident, now_ms
        self.setAccessibleName(f"{wording.incident_title(incident)}, {when(incident, now_ms)}")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint shape, title and time."""
        if self.incident is None:
            return
        colours, painter = theme.colours(), QPainter(self)
        painter.fillRect(0, 0, self.width(), 1, colours.divider)
        over = self.incident.closed_ms, self.incident.eased_ms, self.incident.acknowledged_ms
        done = any(at_ms is not None for at_ms in over)
        tone: Tone = "third" if done else "text"
        end = (Words(when(self.incident, self._now_ms), "third", px=theme.CAPTION),)
        room = self.width() - 24 - runs.width_of(end) - 8
        shape = Mark(shape_of(self.incident, self._now_ms), 11, 9)
        runs.paint_line(painter, 12, 20.5, (shape, Words(wording.incident_title(self.incident), tone)), colours, room)
        runs.paint_line(painter, self.width() - 12, 20.5, end, colours, align_right=True)
        if self.hasFocus():
            painter.setPen(colours.focus)
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 1.5, -0.5, -0.5))


class IncidentList(Card):
    """One incident in full, the rest as lines.

    Signals: those of its `card`, and `rules_wanted` when the person wants to see the rules.
    """

    rules_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Incidents"), parent)
        self.rules = button(tr("Rules"), "quiet", says=tr("Alert rules"))
        self.rules.clicked.connect(self.rules_wanted)
        self.head.insertWidget(3, self.rules)
        self.right.setText(tr("UTC"))
        self.card = IncidentCard()
        self.quiet = RunLine(32)
        self._quiet_box = QWidget()
        holder = QHBoxLayout(self._quiet_box)
        holder.setContentsMargins(12, 6, 12, 6)
        holder.addWidget(self.quiet)
        self.body.addWidget(self.card)
        self.body.addWidget(self._quiet_box)
        self.rows = [IncidentRow() for _ in range(_MOST_ROWS)]
        self.body.addWidget(self._scrolled_rows(), 1)
        self._wanted = ""
        self._view: DeskView | None = None

    def _scrolled_rows(self) -> QScrollArea:
        holder = QWidget()
        holder.setProperty("part", "scrolled")
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for row in self.rows:
            row.clicked.connect(lambda _checked=False, pressed=row: self._open(pressed))
            column.addWidget(row)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidget(holder)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area = area
        # Its own wish does not count: the rows take what the rest leaves, and scroll.
        area.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        return area

    def set_brief(self, brief: bool) -> None:
        """Say less where the window is low."""
        self.card.brief = brief

    def _open(self, row: IncidentRow) -> None:
        if row.incident is not None and self._view is not None:
            self._wanted = row.incident.id
            self.show_view(self._view)

    def show_view(self, view: DeskView) -> None:
        """Show the incidents of a view."""
        self._view = view
        going_on = [incident for incident in view.incidents if incident.closed_ms is None]
        self.note.setText(tr("{n} open", n=len(going_on)) if going_on else tr("none open"))
        shown = next((i for i in going_on if i.id == self._wanted), None) or worst_open(view)
        self.card.setVisible(shown is not None)
        self._quiet_box.setVisible(shown is None)
        if shown is not None:
            self.card.show_incident(shown, view.now_ms)
        else:
            self.quiet.set_runs(*_quiet_runs(view))
        rest = [incident for incident in view.incidents if incident is not shown]
        rest.sort(key=lambda i: (i.closed_ms is not None, -i.opened_ms))
        self._area.setMinimumHeight(min(len(rest), _ROWS_AT_LEAST) * ROW_PX)
        for row, incident in zip(self.rows, [*rest, *([None] * _MOST_ROWS)], strict=False):
            row.setVisible(incident is not None)
            if incident is not None:
                row.show_incident(incident, view.now_ms)


def _quiet_runs(view: DeskView) -> tuple[runs.Run, ...]:
    if not any(feed.state in ("live", "stale") for feed in view.feeds):
        return (Mark(Shape.UNKNOWN, 11, 9), Words(tr("No feed is heard: rules cannot be judged."), "second"))
    if view.suspended_rules:
        words = tr("Risk lower where it can be judged; {n} suspended.", n=len(view.suspended_rules))
        return (Mark(Shape.WARMING, 11, 9), Words(words, "second"))
    return (Mark(Shape.CALM, 11, 9), Words(tr("Risk lower: no rule trips now."), "second"))
