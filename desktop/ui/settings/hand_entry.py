"""Positions and coins entered by hand: what Seawall needs to know to say how far a liquidation is.

Nothing of it leaves this machine. Amounts are read as exact decimals; a field that cannot be is named.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.errors import BadInput
from desktop.domain.position import Holding, Position, sound_holding, sound_position
from desktop.engine.commands import DropHandHolding, DropHandPosition, KeepHandHolding, KeepHandPosition
from desktop.engine.desk_view import DeskView
from desktop.engine.door import EngineDoor
from desktop.ui import theme, wording
from desktop.ui.parts import Card, RunLine, button, label, set_tone
from desktop.ui.runs import Space, Words
from desktop.ui.wording import tr

VENUES = ("binance", "bybit", "okx", "hyperliquid")
_NUMBER = re.compile(r"^-?[0-9]{1,20}(\.[0-9]{0,18})?\Z")
_WHERE = {
    "quantity": "Quantity",
    "entry": "Entry price",
    "margin": "Margin, USD",
    "leverage": "Leverage",
    "venue_liquidation": "Liquidation price there",
    "amount": "Amount",
    "coin": "Coin",
    "venue": "Venue",
}


def amount_of(text: str, words: str, *, needed: bool = True) -> Decimal | None:
    """Return the number as written, None where it is empty and not needed. Raise BadInput naming the field."""
    plain = text.strip().replace(",", "").replace(" ", "")
    if not plain and not needed:
        return None
    if not _NUMBER.match(plain):
        raise BadInput(tr("{field} is not a number", field=words), tr("Write digits with a point."), where=words)
    return Decimal(plain)


def perpetual_of(venue: str, coin: str) -> str:
    """Return the venue's usual name of a coin's perpetual."""
    return {"okx": f"{coin}-USDT-SWAP", "hyperliquid": coin}.get(venue, f"{coin}USDT")


class _Form(Card):
    """Named fields and one button; what cannot be is said beside it. Signals: `kept` when the button is pressed."""

    kept = Signal()

    def __init__(self, title: str, action: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(12, 8, 12, 4)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self.verdict = label(px=theme.CAPTION, tone="second")
        self.verdict.setWordWrap(True)
        self.keep = button(action, "primary", says=f"{action}: {title}")
        self.keep.clicked.connect(self.kept)
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 4, 12, 12)
        foot.addWidget(self.verdict, 1)
        foot.addWidget(self.keep)
        self.body.addLayout(self._grid)
        self.body.addLayout(foot)

    def add(self, words: str, made: QWidget) -> None:
        """Add a field with its name."""
        row = self._grid.rowCount()
        name = label(words, px=theme.CAPTION, tone="third")
        name.setBuddy(made)
        made.setAccessibleName(words)
        self._grid.addWidget(name, row, 0)
        self._grid.addWidget(made, row, 1)

    def say(self, words: str, *, wrong: bool) -> None:
        """Say how it went."""
        self.verdict.setText(words)
        set_tone(self.verdict, "critical" if wrong else "second")


def _venues() -> QComboBox:
    made = QComboBox()
    for name in VENUES:
        made.addItem(wording.venue(name), name)
    return made


def _line(example: str) -> QLineEdit:
    made = QLineEdit()
    made.setPlaceholderText(example)
    return made


class PositionForm(_Form):
    """One open position."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("A position"), tr("Keep position"), parent)
        self.venue, self.coin = _venues(), _line("ETH")
        self.side, self.mode = QComboBox(), QComboBox()
        self.side.addItems([tr("long"), tr("short")])
        self.mode.addItems([tr("isolated"), tr("cross")])
        self.quantity, self.entry = _line("38"), _line("2520")
        self.margin, self.leverage, self.liquidation = (
            _line(tr("isolated only")),
            _line("8"),
            _line(tr("if it says one")),
        )
        for words, made in (
            (tr("Venue"), self.venue), (tr("Coin"), self.coin), (tr("Side"), self.side),
            (tr("Quantity"), self.quantity), (tr("Entry price"), self.entry), (tr("Margin mode"), self.mode),
            (tr("Margin, USD"), self.margin), (tr("Leverage"), self.leverage),
            (tr("Liquidation price there"), self.liquidation),
        ):  # fmt: skip
            self.add(words, made)

    def position(self, now_ms: int) -> Position:
        """Return the position that the fields make. Raise BadInput naming the field."""
        venue, coin = str(self.venue.currentData()), self.coin.text().strip().upper()
        quantity = amount_of(self.quantity.text(), tr("Quantity"))
        entry = amount_of(self.entry.text(), tr("Entry price"))
        assert quantity is not None
        assert entry is not None
        return sound_position(
            Position(
                venue=venue,
                symbol=perpetual_of(venue, coin),
                coin=coin,
                side=1 if self.side.currentIndex() == 0 else -1,
                quantity=quantity,
                entry=entry,
                mode="isolated" if self.mode.currentIndex() == 0 else "cross",
                source="hand",
                as_of_ms=now_ms,
                leverage=amount_of(self.leverage.text(), tr("Leverage"), needed=False),
                margin=amount_of(self.margin.text(), tr("Margin, USD"), needed=False),
                venue_liquidation=amount_of(self.liquidation.text(), tr("Liquidation price there"), needed=False),
            )
        )


class HoldingForm(_Form):
    """Coins on a venue."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Coins on a venue"), tr("Keep coins"), parent)
        self.venue, self.coin, self.amount = _venues(), _line("BTC"), _line("0.5915")
        self.collateral = QCheckBox(tr("counts as collateral for positions there"))
        for words, made in (
            (tr("Venue"), self.venue),
            (tr("Coin"), self.coin),
            (tr("Amount"), self.amount),
            (tr("Use"), self.collateral),
        ):
            self.add(words, made)

    def holding(self, now_ms: int) -> Holding:
        """Return the holding that the fields make. Raise BadInput naming the field."""
        amount = amount_of(self.amount.text(), tr("Amount"))
        assert amount is not None
        coin = self.coin.text().strip().upper()
        venue = str(self.venue.currentData())
        return sound_holding(Holding(venue, coin, amount, self.collateral.isChecked(), "hand", now_ms))


class HandEntry(QDialog):
    """What I hold, by hand. Not modal; each entry is kept at once."""

    def __init__(self, door: EngineDoor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._door = door
        self._now_ms = 0
        self._listed: tuple[tuple[str, DropHandPosition | DropHandHolding], ...] | None = None
        self.setWindowTitle(tr("My positions and coins"))
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(880, 620)
        self.position, self.holding = PositionForm(), HoldingForm()
        self.position.kept.connect(self._keep_position)
        self.holding.kept.connect(self._keep_holding)
        self.entered = Card(tr("Entered by hand"))
        right = QVBoxLayout()
        right.addWidget(self.holding)
        right.addWidget(self._scrolled(), 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 12, 12, 12)
        row.setSpacing(theme.GAP)
        row.addWidget(self.position, 1, Qt.AlignmentFlag.AlignTop)
        row.addLayout(right, 1)

    def _scrolled(self) -> QScrollArea:
        area = QScrollArea()
        area.setWidget(self.entered)
        area.setWidgetResizable(True)
        return area

    def show_view(self, view: DeskView) -> None:
        """List what is kept."""
        self._now_ms = view.now_ms
        listed = tuple(_entered(view))
        if listed != self._listed:
            self._listed = listed
            self._list(listed)

    def _list(self, listed: tuple[tuple[str, DropHandPosition | DropHandHolding], ...]) -> None:
        while (item := self.entered.body.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for words, drop in listed:
            self.entered.body.addWidget(self._row(words, drop))
        if not listed:
            nothing = RunLine(32)
            nothing.set_runs(Space(12), Words(tr("nothing yet"), "third"))
            self.entered.body.addWidget(nothing)
        self.entered.body.addStretch(1)

    def _row(self, words: str, drop: DropHandPosition | DropHandHolding) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(12, 2, 8, 2)
        row.addWidget(label(words), 1)
        remove = button(tr("Remove"), "quiet", says=tr("Remove {what}", what=words))
        remove.clicked.connect(lambda: self._door.submit(drop))
        row.addWidget(remove)
        return holder

    def _keep_position(self) -> None:
        try:
            position = self.position.position(self._now_ms)
        except BadInput as error:
            self.position.say(named(error), wrong=True)
        else:
            self._door.submit(KeepHandPosition(position))
            self.position.say(tr("handed over"), wrong=False)

    def _keep_holding(self) -> None:
        try:
            holding = self.holding.holding(self._now_ms)
        except BadInput as error:
            self.holding.say(named(error), wrong=True)
        else:
            self._door.submit(KeepHandHolding(holding))
            self.holding.say(tr("handed over"), wrong=False)


def named(error: BadInput) -> str:
    """Return what is wrong, with the field's own words."""
    field = tr(_WHERE[error.where]) if error.where in _WHERE else ""
    message = error.message.removeprefix(f"{error.where}: ")
    return f"{field}: {message}. {error.remedy}" if field else f"{message}. {error.remedy}"


def _entered(view: DeskView) -> list[tuple[str, DropHandPosition | DropHandHolding]]:
    found: list[tuple[str, DropHandPosition | DropHandHolding]] = []
    for account in view.exposure.by_hand if view.exposure is not None else ():
        venue = wording.venue(account.venue)
        for position in account.positions:
            side: Literal[1, -1] = position.side
            words = tr("long") if side == 1 else tr("short")
            said = f"{venue} · {position.coin} {words} {position.quantity:f}"
            found.append((said, DropHandPosition(account.venue, position.symbol, side)))
        for holding in account.holdings:
            use = f", {tr('collateral')}" if holding.collateral else ""
            said = f"{venue} · {holding.coin} {holding.amount:f}{use}"
            found.append((said, DropHandHolding(account.venue, holding.coin, holding.collateral)))
    return found
