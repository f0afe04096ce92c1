"""Step 1: coin and amount, and what leaving does to open positions."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtWidgets import QLineEdit

from desktop.domain.chains import decimals_of
from desktop.domain.errors import BadInput
from desktop.domain.money import amount, number_word, plain, rounded_down
from desktop.engine.commands import ConfirmWhat, SetAmount
from desktop.ui.transfer.leaving_sentences import most_words
from desktop.ui.transfer.pieces import Actions, Button, Panel, boxed, restyle, row, set_words, show_if, words
from desktop.ui.transfer.positions_card import PositionsCard
from desktop.ui.transfer.seen import Seen
from desktop.ui.transfer.step_page import StepPage, Submit
from desktop.ui.transfer_sentences import foot_reason, reason_against
from desktop.ui.transfer_wording import coins, tr, venue_name

_MOST_OFFERED = 8


class WhatPage(StepPage):
    """Choose the amount: a first test, half, everything idle, or an exact one."""

    def __init__(self, submit: Submit) -> None:
        super().__init__("whatPage", submit)
        self._choices: dict[str, Decimal | None] = {}
        self._coin = ""
        self._panel = Panel(tr("How much"))
        self._idle = words("", "second", wrap=True)
        self._amount = words("", "sentence")
        self._receives = words("", "second")
        self._buttons = {
            "test": Button(tr("Test first"), "amountTest", lambda: self._choose("test")),
            "half": Button(tr("Half"), "amountHalf", lambda: self._choose("half")),
            "all": Button(tr("All idle"), "amountAll", lambda: self._choose("all")),
            "safe": Button(tr("Most that is safe"), "amountSafe", lambda: self._choose("safe")),
        }
        self._exact = QLineEdit()
        self._exact.setObjectName("amountExact")
        self._exact.setAccessibleName(tr("Exact amount"))
        self._exact.setPlaceholderText(tr("exact amount, as in 0.25"))
        self._exact.setFixedWidth(190)
        self._exact.textChanged.connect(self._judge)
        self._exact.returnPressed.connect(self._set_exact)
        self._set = Button(tr("Set"), "amountSet", self._set_exact)
        self._judgement = words("", "caption", wrap=True)
        self._confirm = Button("", "confirmWhat", self._agree, primary=True)
        self._foot = Actions(self._confirm)
        self._positions = PositionsCard()
        self._lay_out()

    def _lay_out(self) -> None:
        inner = self._panel.inner
        for widget in (self._amount, self._receives, self._idle):
            inner.addWidget(widget)
        inner.addSpacing(6)
        for widgets in (
            tuple(self._buttons.values()),
            (self._exact, self._set),
        ):  # one line is too wide for a small window
            line = row(*widgets)
            line.addStretch(1)
            inner.addWidget(boxed(line))
        inner.addWidget(self._judgement)
        self._panel.add_section(self._foot)
        self.column.addWidget(self._panel)
        self.column.addWidget(self._positions)
        self.column.addStretch(1)

    def draw(self, seen: Seen) -> None:
        """Draw the amount, the choices and their reasons."""
        transfer, view = seen.transfer, seen.view
        self._choices, self._coin = choices(seen), transfer.coin
        set_words(self._amount, coins(transfer.amount, transfer.coin))
        receives = tr("{amount} reach the wallet, after the fee.").format(amount=_exact(view.receives, transfer.coin))
        set_words(self._receives, receives if view.receives else "")
        idle = tr("{amount} lie idle on {venue}.") if view.idle else tr("{venue} has not said yet what lies idle.")
        set_words(self._idle, idle.format(amount=_exact(view.idle, transfer.coin), venue=venue_name(transfer.venue)))
        for name, button in self._buttons.items():
            value = self._choices[name]
            button.allow(view.busy or _against(value, seen))
            restyle(button, "chosen", value is not None and value == transfer.amount)
        agreed = coins(transfer.amount, transfer.coin)
        self._confirm.show_words(tr("Agree: move {amount}").format(amount=agreed))
        missing = "" if transfer.amount is not None else tr("Choose an amount first.")
        self._confirm.allow(reason_against(seen) or missing)
        self._foot.say(foot_reason(seen) or missing or tr("Nothing moves yet. The next step is the network."))
        show_if(self._buttons["safe"], self._choices["safe"] is not None)
        self._positions.show_transfer(seen)
        self._judge()

    def forget(self) -> None:
        """Drop the typed amount."""
        self._exact.clear()

    def _judge(self) -> None:
        """Say what is wrong with the typed amount while it is typed."""
        text = self._exact.text().strip()
        wrong = "" if not text else _wrong(text, self._coin)
        self._set.allow(wrong if text else tr("Type an amount first."))
        set_words(self._judgement, wrong)

    def _choose(self, name: str) -> None:
        value = self._choices.get(name)
        if value is not None:
            self._submit(SetAmount(self.transfer_id, value))

    def _set_exact(self) -> None:
        text = self._exact.text()
        if text.strip() and not _wrong(text, self._coin):
            self._submit(SetAmount(self.transfer_id, amount(text)))

    def _agree(self) -> None:
        self._submit(ConfirmWhat(self.transfer_id))


def choices(seen: Seen) -> dict[str, Decimal | None]:
    """Return the amounts on offer by name; None where the exchange has not said what lies idle.

    `safe` is there only where open positions need some of what lies idle.
    """
    idle, test = _known(seen.view.idle), _known(seen.view.test_amount)
    # What exchanges take: six decimals of dollars, eight of anything else.
    step = Decimal(1).scaleb(-min(decimals_of(seen.transfer.coin), _MOST_OFFERED))
    half = None if idle is None else rounded_down(idle / 2, step)
    most = None if seen.view.leaving is None else seen.view.leaving.most
    limited = most is not None and most > 0 and (idle is None or most < idle)
    return {"test": test, "half": half, "all": idle, "safe": most if limited else None}


def _against(value: Decimal | None, seen: Seen) -> str:
    """Return why this amount cannot be taken, or nothing."""
    if value is None:
        return tr("What lies idle is not known yet.")
    leaving = seen.view.leaving
    if leaving is not None and leaving.most is not None and value > leaving.most:
        return tr("Open positions need more of it than that leaves. {most}").format(most=most_words(leaving))
    return ""


def _exact(text: str, coin: str) -> str:
    return coins(Decimal(text) if text else None, coin)


def _known(text: str) -> Decimal | None:
    return amount(text) if text and Decimal(text) > 0 else None


def _wrong(text: str, coin: str) -> str:
    try:
        value = amount(text)
    except BadInput as error:
        return f"{error.message}. {error.remedy}"
    most = decimals_of(coin)
    if value != rounded_down(value, Decimal(1).scaleb(-most)):
        said = tr("{text} has more than {n} decimals. Round it down.")
        return said.format(text=plain(value), n=number_word(most))
    return ""
