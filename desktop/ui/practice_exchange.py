"""The practice exchange's own page. It is not Seawall, and it looks unlike it on purpose."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QLineEdit

from desktop.domain.errors import BadInput
from desktop.domain.money import amount
from desktop.domain.venue_names import venue_name
from desktop.engine.commands import PracticeSaveAddress, PracticeWithdraw
from desktop.engine.desk_view import ExchangePageView
from desktop.ui.transfer.ends_label import EndsLabel
from desktop.ui.transfer.folding_row import FoldingRow
from desktop.ui.transfer.pieces import Button, boxed, column, row, set_words, show_if, words
from desktop.ui.transfer.step_page import Submit
from desktop.ui.transfer_wording import tr


class PracticeExchange(QFrame):
    """Balances, the address book with one entry per coin, and the withdraw form. The person types here, as there."""

    def __init__(self, submit: Submit) -> None:
        super().__init__()
        self.setObjectName("practiceExchange")
        self.setProperty("part", "foreign")
        self._submit = submit
        self._coin = "BTC"
        self._page: ExchangePageView | None = None
        self._title = words("", "verdict")
        self._balance = words("", "second")
        self._book = QLineEdit()
        self._book.setObjectName("practiceAddress")
        self._book.setPlaceholderText(tr("paste the address here"))
        self._book.setAccessibleName(tr("Address to save on the practice exchange"))
        self._save = Button(tr("Save address"), "practiceSave", self._save_address)
        self._saved = words("", "body", mono=True)
        self._copy = Button(tr("Copy saved address"), "practiceCopySaved", self._copy_saved)
        self._amount = QLineEdit()
        self._amount.setObjectName("practiceAmount")
        self._amount.setPlaceholderText(tr("amount"))
        self._amount.setAccessibleName(tr("Amount to withdraw on the practice exchange"))
        self._withdraw = Button(tr("Withdraw"), "practiceWithdraw", self._press_withdraw)
        self._notice = words("", "second", wrap=True)
        for field in (self._book, self._amount):
            field.textChanged.connect(lambda: self._judge())
        self._lay_out()

    def _lay_out(self) -> None:
        foreign = EndsLabel("caption")
        foreign.setText(tr("not Seawall: this is the page you would open in your browser"))
        head = row(self._title, foreign)
        head.addStretch(1)
        head.addWidget(self._balance)
        book = row(words(tr("Address book"), "second"), self._book, self._save)
        book.setStretch(1, 1)
        entry = row(words(tr("Saved entry"), "second"), self._saved)
        entry.addStretch(1)
        saved = FoldingRow(boxed(entry), self._copy, stretch=0)
        form = row(words(tr("Withdraw to the saved entry"), "second"), self._amount, self._withdraw)
        form.setStretch(1, 1)
        self._form = boxed(form)
        self.setLayout(column(boxed(head), boxed(book), saved, self._form, self._notice, margins=(16, 10, 14, 12)))

    def show_page(self, page: ExchangePageView | None, coin: str, *, with_form: bool) -> None:
        """Draw the exchange's page for this coin; hidden where there is none. GUI thread."""
        self.setVisible(page is not None)
        if page is None:
            return
        self._page, self._coin = page, coin
        set_words(self._title, tr("Practice exchange “{venue}”").format(venue=venue_name(page.venue)))
        balance = page.balances.get(coin)
        set_words(self._balance, tr("balance {n} {coin}").format(n=balance, coin=coin) if balance is not None else "")
        entry = page.saved_address.get(coin, "")
        set_words(self._saved, entry or tr("none yet"))
        show_if(self._form, with_form)
        self._judge()

    def forget(self) -> None:
        """Drop what was typed."""
        self._book.clear()
        self._amount.clear()

    def _judge(self) -> None:
        entry = "" if self._page is None else self._page.saved_address.get(self._coin, "")
        self._save.allow("" if self._book.text().strip() else tr("Paste an address first."))
        self._copy.allow("" if entry else tr("Nothing is saved yet."))
        text = self._amount.text().strip()
        wrong = _wrong(text) if text else ""
        missing = "" if text else tr("Type an amount first.")
        self._withdraw.allow(missing or wrong if entry else tr("Save an address first."))
        set_words(self._notice, wrong or ("" if self._page is None else self._page.notice))

    def _save_address(self) -> None:
        self._submit(PracticeSaveAddress(self._coin, self._book.text().strip()))
        self._book.clear()

    def _copy_saved(self) -> None:
        if self._page is not None:
            QGuiApplication.clipboard().setText(self._page.saved_address.get(self._coin, ""))

    def _press_withdraw(self) -> None:
        self._submit(PracticeWithdraw(self._coin, amount(self._amount.text())))
        self._amount.clear()


def _wrong(text: str) -> str:
    try:
        amount(text)
    except BadInput as error:
        return f"{error.message}. {error.remedy}"
    return ""
