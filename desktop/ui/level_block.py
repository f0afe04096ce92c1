"""The level, large: shape, word, score and what would change it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.alerts.dead_man import FEED_DEAD
from desktop.engine.desk_view import CompositeView, DeskView
from desktop.risk.reading import Level
from desktop.ui import runs, shapes, theme, wording
from desktop.ui.parts import level_tone, set_tip
from desktop.ui.risk_answers import worst_open
from desktop.ui.runs import Words
from desktop.ui.shapes import Shape
from desktop.ui.theme import Colours, Tone
from desktop.ui.tile_whole import worst_composite
from desktop.ui.wording import tr

ENTERS = (80, 90, 96)
_EDGE = 16
_NARROW_PX = 210


@dataclass(frozen=True, slots=True)
class LevelFacts:
    """What the block says. `level` None: nothing is known. `score` 0..100 of the worst composite, if there is one."""

    level: Level | None
    shape: Shape
    word: str
    what: str
    since: str
    aside: str = ""
    score: float | None = None


def level_facts(view: DeskView) -> LevelFacts:
    """Return what is said of a view. When no feed is heard the level is unknown, whatever was last computed."""
    heard = any(feed.state in ("live", "stale") for feed in view.feeds)
    worst, whole = worst_open(view), worst_composite(view)
    # Blindness is no level of risk: it is said as such, and rings by its own incident.
    only_blind = worst is None or worst.rule == FEED_DEAD or worst.level < Level.WARNING
    if not heard and only_blind:
        return LevelFacts(None, Shape.UNKNOWN, tr("Blind"), tr("no feed is heard"), tr("unknown is not calm"))
    level = max(view.level, Level.CALM if whole is None else whole.level)
    what = wording.incident_title(worst) if worst is not None else tr("no rule trips")
    suspended = len(view.suspended_rules)
    return LevelFacts(
        level,
        shapes.of_level(level),
        wording.level_word(level),
        what,
        _since(view, whole),
        tr(" · {n} rules suspended", n=suspended) if suspended else "",
        None if whole is None else whole.score,
    )


def _since(view: DeskView, whole: CompositeView | None) -> str:
    worst = worst_open(view)
    parts = []
    if worst is not None:
        parts.append(tr("since {t}", t=wording.day_and_clock(worst.opened_ms, view.now_ms)))
        parts.append(wording.age(view.now_ms - worst.opened_ms))
        if worst.peak > worst.level:
            parts.append(tr("peak {level}", level=wording.level_word(worst.peak).lower()))
    if whole is not None and whole.level > Level.CALM:
        if whole.peak is not None and not parts:
            parts.append(tr("peak {n}", n=f"{whole.peak:.0f}"))
        if whole.leaves_below is not None:
            parts.append(tr("leaves below {n}", n=f"{whole.leaves_below:.0f}"))
    return " · ".join(parts) or tr("watching {coins}", coins=", ".join(coin.coin for coin in view.coins[:6]))


def level_run(word: str, tone: Tone, room: float) -> Words:
    """Return the level's word as large as it fits into so many pixels; the smallest where none fits."""
    sizes = ((theme.VALUE, 0.8), (theme.VALUE, 0.0), (theme.FIELD, 0.2), (theme.BODY, 0.0))
    tried = [Words(word.upper(), tone, theme.BOLD, px, spacing=spacing) for px, spacing in sizes]
    return next((one for one in tried if runs.width_of((one,)) <= room), tried[-1])


def score_run(score: float, width: int) -> Words:
    """Return the score for a block of so many pixels: a narrow one leaves the level's word its room."""
    px = theme.COMPOSITE if width > _NARROW_PX else theme.VALUE
    return Words(f"{score:.0f}", "text", theme.SEMIBOLD, px)


class LevelBlock(QWidget):
    """Level by shape, word and colour, the composite's score, what goes on, and since when."""

    def __init__(self, height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.facts = LevelFacts(None, Shape.UNKNOWN, tr("No picture yet"), tr("waiting for the engine"), "")
        self.setFixedHeight(height)
        self.setAccessibleName(f"{self.facts.word}. {self.facts.what}")

    def show_view(self, view: DeskView) -> None:
        """Show the level of a view."""
        self._say(level_facts(view))
        whole = worst_composite(view)
        tip = [tr("Suspended rules:"), *view.suspended_rules] if view.suspended_rules else []
        if whole is not None:
            tip.insert(0, tr("{coin}: the highest composite of the watch list.", coin=whole.coin))
        set_tip(self, "\n".join(tip))

    def show_silence(self, what: str, reason: str) -> None:
        """Say that the engine tells nothing any more: nothing shown is current."""
        self._say(LevelFacts(None, Shape.UNKNOWN, tr("Blind"), what, reason))

    def _say(self, facts: LevelFacts) -> None:
        if facts == self.facts:
            return
        self.facts = facts
        score = "" if facts.score is None else tr(" {n} of 100", n=f"{facts.score:.0f}")
        self.setAccessibleName(f"{facts.word}{score}. {facts.what}. {facts.since}")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the block with its tint."""
        colours, facts = theme.colours(), self.facts
        painter = QPainter(self)
        tints = {Level.WARNING: colours.tint_warning, Level.CRITICAL: colours.tint_critical}
        tint = tints.get(facts.level) if facts.level is not None else None
        if facts.level is None:
            shapes.paint_hatch(painter, QRectF(self.rect()), colours)
        elif tint is not None:
            painter.fillRect(self.rect(), tint)
        painter.fillRect(self.width() - 1, 0, 1, self.height(), colours.divider)
        self._paint_words(painter, facts, colours)

    def _paint_words(self, painter: QPainter, facts: LevelFacts, colours: Colours) -> None:
        tone: Tone = "third" if facts.level is None else level_tone(facts.level)
        room = self.width() - 2 * _EDGE
        shapes.paint(painter, QRectF(17, 13, 22, 22), facts.shape, colours)
        taken = 0.0
        if facts.score is not None:
            score = (score_run(facts.score, self.width()),)
            taken = runs.width_of(score) + 8
            runs.paint_line(painter, self.width() - _EDGE, 36, score, colours, align_right=True)
            self._paint_scale(painter, facts.score, tone, colours)
        runs.paint_line(painter, 49, 31, (level_run(facts.word, tone, room - 33 - taken),), colours)
        what = Words(facts.what, "text", theme.SEMIBOLD, theme.BODY + 1)
        runs.paint_line(painter, _EDGE, 69, (what,), colours, room)
        since = Words(facts.since, "second", px=theme.CAPTION)
        aside = Words(facts.aside, "second", px=theme.CAPTION, spare=1)
        runs.paint_line(painter, _EDGE, 88, (since, aside), colours, self.width() - 24)

    def _paint_scale(self, painter: QPainter, score: float, tone: Tone, colours: Colours) -> None:
        """Paint the score on its scale, with the places where levels begin."""
        track = QRectF(_EDGE, 46, self.width() - 2 * _EDGE, 3)
        painter.fillRect(track, colours.divider)
        painter.fillRect(QRectF(track.x(), track.y(), track.width() * score / 100, 3), colours.tone(tone))
        for place in ENTERS:
            painter.fillRect(QRectF(track.x() + track.width() * place / 100, track.y() - 2, 1, 7), colours.third)
