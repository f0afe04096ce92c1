"""Step 6: exchange and chain, each place with its last answer and next look; confirmations; the explorer's link."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.custody.transfer import TransferState
from desktop.engine.commands import LookNow, VerifyAgain
from desktop.ui.transfer import look
from desktop.ui.transfer.long_id import LongId
from desktop.ui.transfer.looks_table import LooksTable
from desktop.ui.transfer.pieces import Actions, Button, Panel, boxed, column, row, set_words, show_if, words
from desktop.ui.transfer.seen import Seen
from desktop.ui.transfer.step_page import StepPage, Submit
from desktop.ui.transfer_sentences import no_link_words, reason_against, status_words
from desktop.ui.transfer_wording import confirmations, tr


class ConfirmationBar(QWidget):
    """As many fields as confirmations are wanted; filled ones have come."""

    def __init__(self) -> None:
        super().__init__()
        self._have, self._want = 0, 1
        self.setFixedHeight(10)

    def show_count(self, have: int, want: int) -> None:
        """Show `have` of `want`."""
        if (have, want) != (self._have, self._want):
            self._have, self._want = have, max(1, want)
            self.setAccessibleName(tr("{n} of {m} confirmations").format(n=have, m=want))
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the fields."""
        painter = QPainter(self)
        step = (self.width() + 4) / self._want
        for index in range(self._want):
            filled = index < self._have
            box = QRectF(index * step, 2, step - 4, 6)
            painter.fillRect(box, look.colour("text" if filled else "divider"))
        painter.end()


class WatchPage(StepPage):
    """Nothing to press but 'Look now': Seawall watches, and says what each place answered."""

    def __init__(self, submit: Submit) -> None:
        super().__init__("watchPage", submit)
        self._link = ""
        head = Panel(tr("How far it is"))
        self._status = words("", "field", wrap=True)
        self._count = words("", "second")
        self._bar = ConfirmationBar()
        self._txid = LongId("copyTxid", "caption")
        self._txid_name = words(tr("Transaction"), "second")
        self._txid_line = boxed(row(self._txid_name, self._txid))
        for widget in (self._status, self._bar, self._count, self._txid_line):
            head.inner.addWidget(widget)
        self._verify = Button(tr("Verify on the device"), "verifyAgain", self._verify_again, primary=True)
        self._copy = Button(tr("Copy explorer link"), "copyExplorerLink", self._copy_link)
        self._head_foot = Actions(self._copy, self._verify)
        head.add_section(self._head_foot)
        looking = Panel(tr("Looking"))
        looking.without_inner()
        self._table = LooksTable()
        self._now = Button(tr("Look now"), "lookNow", self._look_now)
        self._foot = Actions(self._now)
        looking.add_section(boxed(column(self._table)))
        looking.add_section(self._foot)
        self.column.addWidget(head)
        self.column.addWidget(looking)
        self.column.addStretch(1)

    def draw(self, seen: Seen) -> None:
        """Draw the answers as they stand."""
        transfer, view = seen.transfer, seen.view
        self._link = view.explorer_link
        set_words(self._status, status_words(seen))
        self._bar.show_count(transfer.confirmations, transfer.required_confirmations)
        set_words(self._count, confirmations(seen))
        self._txid.show_id(transfer.txid, tr("transaction id"))
        show_if(self._txid_line, bool(transfer.txid))
        self._copy.allow("" if self._link else no_link_words(seen))
        self._head_foot.say(tr("The link is copied, never opened here.") if self._link else no_link_words(seen))
        arrived = transfer.state is TransferState.ARRIVED
        show_if(self._verify, arrived)
        self._verify.allow(reason_against(seen))
        self._table.show_looks(view.looks, seen.desk.now_ms)
        self._now.allow(view.busy)
        self._foot.say(view.busy or tr("Each place is asked on its own clock. Two chain sources have to agree."))

    def _look_now(self) -> None:
        self._submit(LookNow(self.transfer_id))

    def _verify_again(self) -> None:
        self._submit(VerifyAgain(self.transfer_id))

    def _copy_link(self) -> None:
        if self._link:
            QGuiApplication.clipboard().setText(self._link)
