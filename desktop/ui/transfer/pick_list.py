"""When several transfers are open: a short list to choose from; while one is being drafted: a line that says so."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from desktop.domain.venue_names import venue_name
from desktop.engine.desk_view import DeskView, TransferView
from desktop.ui.transfer.notices import Notice, Notices
from desktop.ui.transfer.pieces import BAR, Button, Panel, boxed, column, row, set_words, show_if, words
from desktop.ui.transfer.seen import Seen
from desktop.ui.transfer_sentences import to_do
from desktop.ui.transfer_wording import clock, coins, tr


class PickList(QWidget):
    """The open transfers, each with where it stands, and the coins that another can be begun for.

    `pick` is called with the id of the chosen transfer, `begin` with the coin of a new one.
    """

    def __init__(self, pick: Callable[[str], None], begin: Callable[[str], None]) -> None:
        super().__init__()
        self.setObjectName("pickList")
        self._pick, self._begin = pick, begin
        self._shown: tuple[tuple[str, str], ...] = ()
        self._coins: tuple[str, ...] = ()
        self._rows: list[QWidget] = []
        self._panel = Panel(tr("Open transfers"))
        self._empty = words("", "large", wrap=True)
        self._panel.inner.addWidget(self._empty)
        self._notices = Notices()
        self._others = Panel(tr("Move another coin"))
        self._offer = row(spacing=8)
        self._offer.addStretch(1)
        self._others.inner.addWidget(boxed(self._offer))
        self._others.inner.addWidget(
            words(tr("Each coin is a transfer of its own. Stablecoins go home as well as Bitcoin does."), "second")
        )
        holder = column(self._notices, self._panel, self._others, spacing=8)
        holder.addStretch(1)
        # The page leaves the room of a scroll bar at its right, and here is none.
        holder.setContentsMargins(0, 0, BAR, 0)
        self.setLayout(holder)

    def words(self) -> str:
        """Return what was said against the wish, as one text."""
        return self._notices.words()

    def show_waiting(self, notes: tuple[str, ...]) -> None:
        """Say that a transfer is being drafted, or what the engine has against it."""
        self._clear()
        show_if(self._panel, True)
        self._offer_coins(())
        set_words(self._empty, "" if notes else tr("Drafting a transfer…"))
        self._notices.show_notices(tuple(Notice("refused", note) for note in notes[-1:]))

    def show_transfers(
        self, view: DeskView, open_ones: tuple[TransferView, ...], others: tuple[str, ...] = ()
    ) -> None:
        """List these transfers, and offer a new one for each of the other coins."""
        self._offer_coins(others)
        show_if(self._panel, bool(open_ones))
        told = tuple((one.transfer.id, to_do(Seen(view, one))[0]) for one in open_ones)
        if told == self._shown:
            return
        self._clear()
        self._shown = told
        set_words(self._empty, "")
        self._notices.show_notices(())
        for (transfer_id, next_step), one in zip(told, open_ones, strict=True):
            self._rows.append(self._row(transfer_id, next_step, one))
            self._panel.inner.addWidget(self._rows[-1])

    def _row(self, transfer_id: str, next_step: str, one: TransferView) -> QWidget:
        transfer = one.transfer
        head = f"{coins(transfer.amount, transfer.coin)} · {venue_name(transfer.venue)} · {transfer.id}"
        note = tr("{next} Begun {at} UTC.").format(next=next_step, at=clock(transfer.created_ms))
        texts = boxed(column(words(head, "verdict"), words(note, "second"), spacing=2))
        button = Button(tr("Open"), f"open{transfer_id}", lambda: self._pick(transfer_id))
        button.setAccessibleName(tr("Open transfer {id}").format(id=transfer_id))
        placed = row(texts, button)
        placed.setStretch(0, 1)
        return boxed(placed)

    def _offer_coins(self, coins_: tuple[str, ...]) -> None:
        show_if(self._others, bool(coins_))
        if coins_ == self._coins:
            return
        self._coins = coins_
        while self._offer.count() > 1:  # the stretch stays
            taken = self._offer.takeAt(0)
            widget = None if taken is None else taken.widget()
            if widget is not None:
                widget.deleteLater()
        for place, coin in enumerate(coins_):
            button = Button(coin, f"begin{coin}", partial(self._begin, coin))
            button.setAccessibleName(tr("Move {coin} to my wallet").format(coin=coin))
            self._offer.insertWidget(place, button)

    def _clear(self) -> None:
        self._shown = ()
        for old in self._rows:
            self._panel.inner.removeWidget(old)
            old.deleteLater()
        self._rows = []
