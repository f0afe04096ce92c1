"""My exposure: positions and coins on venues, what they are worth, and the one line of advice with its formula."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desktop.engine.desk_view import DeskView
from desktop.engine.own.own_views import AdviceView, ExposureView, HoldingView, PositionView
from desktop.risk.reading import State
from desktop.ui import runs, shapes, theme, wording
from desktop.ui.parts import Card, button, label, set_tip
from desktop.ui.runs import Mark, Run, Words
from desktop.ui.wording import tr

_EDGE = 12
_LINE_PX = 20
_VALUE_PX = 74
_MOST_ROWS = 6
_BRIEF_ROWS = 3


class ExposureRow(QWidget):
    """One position (two lines) or one holding (one line)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[tuple[tuple[Run, ...], tuple[Run, ...], tuple[Run, ...]], ...] = ()
        self._unknown = False

    def sizeHint(self) -> QSize:
        """Return room for its lines."""
        return QSize(240, _LINE_PX * max(1, len(self._lines)))

    def say(self, *lines: tuple[tuple[Run, ...], tuple[Run, ...], tuple[Run, ...]], unknown: bool, tip: str) -> None:
        """Show these lines, each as (left, middle, right)."""
        if (lines, unknown) == (self._lines, self._unknown):
            return
        self._lines, self._unknown = lines, unknown
        self.setFixedHeight(_LINE_PX * max(1, len(lines)))
        self.setAccessibleName(". ".join(runs.spoken((*left, *middle, *right)) for left, middle, right in lines))
        set_tip(self, tip)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the lines: names left, amounts and values at their right edges."""
        colours, painter = theme.colours(), QPainter(self)
        if self._unknown:
            shapes.paint_hatch(painter, QRectF(self.rect()), colours)
        right = self.width() - _EDGE
        for place, (left_runs, middle, right_runs) in enumerate(self._lines):
            base = place * _LINE_PX + 14.3
            room = right - _EDGE - (runs.width_of(right_runs) + 8 if right_runs else 0)
            if middle:
                runs.paint_line(painter, right - _VALUE_PX, base, middle, colours, align_right=True)
                room = right - _VALUE_PX - runs.width_of(middle) - _EDGE - 6
            runs.paint_line(painter, _EDGE, base, left_runs, colours, room)
            runs.paint_line(painter, right, base, right_runs, colours, align_right=True)


class ExposurePanel(Card):
    """The person's own side.

    Signals: `entry_wanted` when the person wants to enter positions by hand.
    """

    entry_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("My exposure"), parent)
        self.right.setText(tr("Ctrl+Shift+H hides"))
        self.hides_amounts = False
        self._brief = False
        box = QVBoxLayout()
        box.setContentsMargins(0, 6, 0, 10)
        box.setSpacing(0)
        self.rows = [ExposureRow() for _ in range(_MOST_ROWS)]
        for row in self.rows:
            row.hide()
            box.addWidget(row)
        box.addSpacing(6)
        box.addWidget(self._advice_box())
        self.body.addLayout(box)
        self.body.addStretch(1)

    def _advice_box(self) -> QWidget:
        holder = QWidget()
        outer = QVBoxLayout(holder)
        outer.setContentsMargins(_EDGE, 0, _EDGE, 0)
        inset = QFrame()
        inset.setProperty("part", "inset")
        inner = QVBoxLayout(inset)
        inner.setContentsMargins(10, 8, 10, 8)
        inner.setSpacing(6)
        self.advice = label(px=theme.BODY)
        self.advice.setWordWrap(True)
        self.enter = button(tr("Enter positions…"), "quiet", says=tr("Enter positions and coins by hand"))
        self.enter.clicked.connect(self.entry_wanted)
        inner.addWidget(self.advice)
        inner.addWidget(self.enter)
        outer.addWidget(inset)
        return holder

    def set_brief(self, brief: bool) -> None:
        """Say less where the window is low."""
        self._brief = brief

    def show_view(self, view: DeskView) -> None:
        """Show what is known of the person's side."""
        mine = view.exposure or ExposureView(reason=tr("Nothing is known of your positions."))
        said = [*(self._position(p) for p in mine.positions), *(self._holding(h) for h in mine.holdings)]
        most = _BRIEF_ROWS if self._brief else _MOST_ROWS
        for place, row in enumerate(self.rows):
            row.setVisible(place < min(most, len(said)))
            if place < min(most, len(said)):
                lines, unknown, tip = said[place]
                row.say(*lines, unknown=unknown, tip=tip)
        first = mine.advice[0] if mine.advice else None
        self.advice.setText(_advice_words(first, mine, hidden=self.hides_amounts))
        set_tip(self.advice, "" if first is None else formula_tip(first))
        self.enter.setText(tr("Edit positions…") if said else tr("Enter positions…"))
        self._keep_room()

    @property
    def has_rows(self) -> bool:
        """Whether a position or a holding is shown."""
        return not self.rows[0].isHidden()

    def _keep_room(self) -> None:
        # Wrapped words do not tell their height to a scroll area.
        width = self.width() - 2 * _EDGE - 22
        self.advice.setMinimumHeight(max(0, self.advice.heightForWidth(width)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep room for the advice at the new width."""
        super().resizeEvent(event)
        self._keep_room()

    def _position(self, position: PositionView) -> _Said:
        side = tr("long") if position.side == "long" else tr("short")
        name = tr("{venue} · {coin} perp {side}", venue=wording.venue(position.venue), coin=position.coin, side=side)
        value = self._usd(position.notional_usd)
        under = [tr("liq. price {price}", price=_price(position.liquidation))]
        if position.distance.value is not None:
            under.append(tr("{away} away", away=wording.percent(position.distance.value, 1)))
        if position.leverage is not None:
            under.append(f"{position.leverage:.1f} ×")
        mark = () if position.survives is not False else (Mark(shapes.Shape.NO, 9, 5, "critical", says=tr("fails")),)
        lines = (
            ((Words(name),), (Words(self._amount(position.quantity)),), (Words(value),)),
            ((*mark, Words(" · ".join(under), "second", px=theme.CAPTION)), (), ()),
        )
        return lines, position.distance.state is State.UNKNOWN, _position_tip(position)

    def _holding(self, holding: HoldingView) -> _Said:
        name = f"{wording.venue(holding.venue)} · {holding.coin}"
        tone: theme.Tone = "third" if holding.state is not State.LIVE else "text"
        line = (
            (Words(name, tone),),
            (Words(self._amount(holding.amount), tone),),
            (Words(self._usd(holding.usd), tone),),
        )
        return (line,), holding.state is State.UNKNOWN, _holding_tip(holding)

    def _amount(self, amount: str) -> str:
        return wording.HIDDEN if self.hides_amounts else amount

    def _usd(self, usd: float | None) -> str:
        if usd is None:
            return tr("unknown")
        return wording.HIDDEN if self.hides_amounts else wording.dollars(usd)


_Line = tuple[tuple[Run, ...], tuple[Run, ...], tuple[Run, ...]]
_Said = tuple[tuple[_Line, ...], bool, str]


def _price(value: float | None) -> str:
    return tr("none") if value is None else wording.price(value)


def _advice_words(first: AdviceView | None, mine: ExposureView, *, hidden: bool) -> str:
    if first is None:
        return mine.reason or tr("Enter what you hold, and Seawall says how far your liquidation is.")
    return tr("Amounts are hidden.") if hidden else first.words


def formula_tip(advice: AdviceView) -> str:
    """Return the formula behind an advice and the numbers that went in."""
    return "\n".join((advice.formula, *(f"{name}: {value}" for name, value in advice.inputs)))


def _position_tip(position: PositionView) -> str:
    lines = [tr("Entry {entry}, mark {mark}", entry=wording.price(position.entry), mark=_price(position.mark.value))]
    if position.liquidation_source == "venue" and position.computed_liquidation is not None:
        ours, theirs = position.computed_liquidation, position.liquidation
        apart = "" if not theirs else f" ({wording.percent(ours / theirs - 1, 2, plus=True)})"
        lines.append(tr("Liquidation: the venue’s figure; ours {price}{apart}", price=_price(ours), apart=apart))
    elif position.liquidation_source == "computed":
        lines.append(tr("Liquidation price computed here: the venue’s own is not known"))
    if position.slippage_bps is not None:
        lines.append(tr("Closing all of it now slips {bp} bp", bp=f"{position.slippage_bps:.1f}"))
    return "\n".join(part for part in (*lines, position.note, position.distance.reason) if part)


def _holding_tip(holding: HoldingView) -> str:
    lines = []
    if holding.idle_usd is not None:
        lines.append(tr("Idle: {usd}", usd=wording.dollars(holding.idle_usd)))
    if holding.withdrawable_usd is not None:
        usd = wording.dollars(holding.withdrawable_usd)
        lines.append(tr("Can leave without failing the wick test: {usd}", usd=usd))
    return "\n".join(part for part in (*lines, holding.reason) if part)
