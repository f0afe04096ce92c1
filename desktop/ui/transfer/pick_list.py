"""When several transfers are open: a short list to choose from; while one is being drafted: a line that says so."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from desktop.domain.venue_names import venue_name
from desktop.engine.desk_view import DeskView, TransferView
from desktop.ui.transfer.notices import Notice, Notices
from desktop.ui.transfer.pieces import Button, Panel, boxed, column, row, set_words, words
from desktop.ui.transfer.seen import Seen
from desktop.ui.transfer_sentences import to_do
from desktop.ui.transfer_wording import clock, coins, tr


class PickList(QWidget):
    """The open transfers, each with where it stands. `pick` is called with the id of the chosen one."""

    def __init__(self, pick: Callable[[str], None]) -> None:
        super().__init__()
        self.setObjectName("pickList")
        self._pick = pick
        self._shown: tuple[tuple[str, str], ...] = ()
        self._rows: list[QWidget] = []
        self._panel = Panel(tr("Open transfers"))
        self._empty = words("", "large", wrap=True)
        self._panel.inner.addWidget(self._empty)
        self._notices = Notices()
        holder = column(self._notices, self._panel, spacing=8)
        holder.addStretch(1)
        self.setLayout(holder)

    def words(self) -> str:
        """Return what was said against the wish, as one text."""
        return self._notices.words()

    def show_waiting(self, notes: tuple[str, ...]) -> None:
        """Say that a transfer is being drafted, or what the engine has against it."""
        self._clear()
        set_words(self._empty, "" if notes else tr("Drafting a transfer…"))
        self._notices.show_notices(tuple(Notice("refused", note) for note in notes[-1:]))

    def show_transfers(self, view: DeskView, open_ones: tuple[TransferView, ...]) -> None:
        """List these transfers."""
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

    def _clear(self) -> None:
        self._shown = ()
        for old in self._rows:
            self._panel.inner.removeWidget(old)
            old.deleteLater()
        self._rows = []
