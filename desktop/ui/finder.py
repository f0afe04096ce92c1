"""Find a coin (Ctrl+K): type, choose, and it is watched and shown. Any perpetual of any venue."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QDialog, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from desktop.domain.symbol_catalogue import CatalogueHit
from desktop.engine.commands import AddCoin, FindCoins, RemoveCoin
from desktop.engine.desk_view import DeskView
from desktop.engine.door import EngineDoor
from desktop.engine.market.catalogue_view import CatalogueView
from desktop.ui import runs, theme, wording
from desktop.ui.parts import RunLine
from desktop.ui.runs import Mark, Words
from desktop.ui.shapes import Shape
from desktop.ui.wording import tr

ROW_PX = 32
_ROWS = 30
_PAUSE_MS = 120


class HitRow(QAbstractButton):
    """One coin that was found."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hit: CatalogueHit | None = None
        self.watched = False
        self.marked = False
        self.setFixedHeight(ROW_PX)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_hit(self, hit: CatalogueHit, *, watched: bool, marked: bool) -> None:
        """Show a coin; `watched` ones are in the watch list, the `marked` one is taken by Enter."""
        self.hit, self.watched, self.marked = hit, watched, marked
        said = tr("watched") if watched else tr("not watched")
        self.setAccessibleName(f"{hit.coin}, {', '.join(map(wording.venue, hit.venues))}, {said}")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the row."""
        if self.hit is None:
            return
        colours, painter = theme.colours(), QPainter(self)
        if self.marked:
            painter.fillRect(self.rect(), colours.selected)
            painter.fillRect(QRectF(0, 0, 2, self.height()), colours.text)
        sign = Mark(Shape.YES if self.watched else Shape.UNKNOWN, 10, 10)
        where = Words(" · ".join(wording.venue(name) for name in self.hit.venues), "third", px=theme.CAPTION)
        name = Words(f"{self.hit.coin}  ", weight=theme.SEMIBOLD)
        usd = self.hit.turnover_usd
        traded = (
            ""
            if not self.hit.perpetuals
            else tr("turnover unknown")
            if usd is None
            else tr("≥ {usd} a day", usd=wording.dollars(usd))
        )
        end = (Words(traded, "second", px=theme.CAPTION),)
        room = self.width() - 36 - runs.width_of(end)
        runs.paint_line(painter, 12, 20.5, (sign, name, where), colours, room)
        runs.paint_line(painter, self.width() - 12, 20.5, end, colours, align_right=True)


class Finder(QDialog):
    """The search. Signals: `chosen` with the coin to show. Not modal; Escape closes it."""

    chosen = Signal(str)

    def __init__(self, door: EngineDoor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._door = door
        self._found: CatalogueView | None = None
        self._marked = 0
        self.setWindowTitle(tr("Find a coin"))
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(480, 520)
        self.field = QLineEdit()
        self.field.setPlaceholderText(tr("coin or symbol: PEPE, 1000PEPEUSDT, …"))
        self.field.setAccessibleName(tr("Coin or symbol"))
        self.told = RunLine(24)
        self.rows = [HitRow() for _ in range(_ROWS)]
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self.field.textEdited.connect(self._typed)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        column.addWidget(self.field)
        column.addWidget(self.told)
        column.addWidget(self._list(), 1)
        self._view: DeskView | None = None

    def _list(self) -> QScrollArea:
        holder = QWidget()
        holder.setProperty("part", "scrolled")
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for place, row in enumerate(self.rows):
            row.hide()
            row.clicked.connect(lambda _checked=False, at=place: self._take(at))
            column.addWidget(row)
        column.addStretch(1)
        self._area = QScrollArea()
        self._area.setWidget(holder)
        self._area.setWidgetResizable(True)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return self._area

    def _typed(self) -> None:
        self._pause.start()

    @property
    def _fixed(self) -> bool:
        """Whether this world has its coins and no others."""
        return self._view is not None and self._view.world != "live" and self._view.catalogue is None

    def _ask(self) -> None:
        if self._view is not None and self._fixed:
            self._show_found(_among_own(self._view, self.field.text()))
        else:
            self._door.submit(FindCoins(self.field.text()))

    def show_view(self, view: DeskView) -> None:
        """Show what was found."""
        first, self._view = self._view is None, view
        if first:
            self._ask()
        if view.catalogue is not None and view.catalogue is not self._found:
            self._show_found(view.catalogue)

    def _show_found(self, found: CatalogueView) -> None:
        before, self._found = self._found, found
        if before is None or before.words != found.words:
            self._marked = 0
        self._list_hits()

    def _list_hits(self) -> None:
        found = self._found
        hits = () if found is None else found.hits[:_ROWS]
        self._marked = max(0, min(self._marked, len(hits) - 1))
        for place, row in enumerate(self.rows):
            row.setVisible(place < len(hits))
            if place < len(hits) and found is not None:
                hit = hits[place]
                row.show_hit(hit, watched=hit.coin in found.coins, marked=place == self._marked)
        known = 0 if found is None else found.known
        help_words = tr("Enter shows it · Delete stops watching it")
        if self._fixed:
            help_words = tr("Enter shows it · this world has these coins alone; live, any perpetual can be watched")
        words = help_words if hits else tr("nothing of that name among {n} coins", n=known)
        self.told.set_runs(Words(words, "third", px=theme.CAPTION))

    def _take(self, place: int) -> None:
        hit = self.rows[place].hit
        if hit is None or self._found is None:
            return
        if hit.coin not in self._found.coins:
            self._door.submit(AddCoin(hit.coin))
        self.chosen.emit(hit.coin)
        self.close()

    def _drop(self) -> None:
        row = self.rows[self._marked]
        if row.hit is not None and row.watched and self._found is not None and len(self._found.coins) > 1:
            self._door.submit(RemoveCoin(row.hit.coin))
            self._ask()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk the list, take a coin, stop watching one."""
        match event.key():
            case Qt.Key.Key_Down:
                self._mark(self._marked + 1)
            case Qt.Key.Key_Up:
                self._mark(self._marked - 1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if not self.rows[self._marked].isHidden():
                self._take(self._marked)
            case Qt.Key.Key_Delete if not self._fixed:
                self._drop()
            case _:
                super().keyPressEvent(event)

    def _mark(self, place: int) -> None:
        self._marked = place
        self._list_hits()
        self._area.ensureWidgetVisible(self.rows[self._marked])


def _among_own(view: DeskView, words: str) -> CatalogueView:
    """Return what fits these words among the coins of a world that has no others."""
    coins = tuple(coin.coin for coin in view.coins)
    wanted = words.strip().upper()
    hits = tuple(CatalogueHit(coin, ()) for coin in coins if wanted in coin)
    return CatalogueView(words, hits, coins, len(coins))
