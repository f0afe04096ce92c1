"""Step 5, manual rail: the person sends once, on the exchange's own page, and says so here."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.engine.commands import HaveSent
from desktop.ui.transfer.address_groups import AddressGroups
from desktop.ui.transfer.pieces import (
    Actions,
    Button,
    MarkLine,
    Panel,
    Question,
    boxed,
    column,
    row,
    set_words,
    show_if,
    words,
)
from desktop.ui.transfer.positions_card import PositionsCard
from desktop.ui.transfer.seen import Seen
from desktop.ui.transfer.step_page import StepPage, Submit
from desktop.ui.transfer_sentences import foot_reason, question_sent, reason_against, send_instructions
from desktop.ui.transfer_wording import tr, venue_name

_LINES = 5


class SendPage(StepPage):
    """The instructions, the destination to compare with, and a deliberate 'I have sent it'."""

    def __init__(self, submit: Submit) -> None:
        super().__init__("sendPage", submit)
        self._panel = Panel(tr("Send it once"))
        self._lines: list[QWidget] = []
        self._numbers = tuple(words(f"{n}", "strong") for n in range(1, _LINES + 1))
        self._texts = tuple(words("", "body", wrap=True) for _ in range(_LINES))
        for number, text in zip(self._numbers, self._texts, strict=True):
            number.setFixedWidth(16)
            placed = row(number, text, spacing=8)
            placed.setStretch(1, 1)
            self._lines.append(boxed(placed))
            self._panel.inner.addWidget(self._lines[-1])
        self._stop = MarkLine("stop", tr("Do not send now. What to do on the page follows when nothing forbids it."))
        self._panel.inner.addWidget(self._stop)
        self._groups = AddressGroups(px=18, per_row=8)
        self._panel.add_section(
            boxed(column(words(tr("The stored destination, read the underlined groups first"), "caption"),
                         self._groups, spacing=6, margins=(16, 10, 16, 6)))
        )  # fmt: skip
        self._once = MarkLine("warning", "", role="warning")
        self._panel.add_section(boxed(column(self._once, margins=(16, 8, 16, 8))))
        self._sent = Button(tr("I have sent it…"), "haveSent", self._ask, primary=True)
        self._foot = Actions(self._sent)
        self._question = Question(self._sent, self._foot, tr("Yes, sent once"), "haveSent", self._have_sent)
        self._panel.add_section(self._foot)
        self._panel.body.addWidget(self._question)
        self._positions = PositionsCard(brief=True)
        self.column.addWidget(self._panel)
        self.column.addWidget(self._positions)
        self.column.addStretch(1)

    def draw(self, seen: Seen) -> None:
        """Draw what to do on the exchange's page, and whether 'sent' may be said."""
        for label, text in zip(self._texts, send_instructions(seen), strict=True):
            set_words(label, text)
        self._groups.show_address(seen.destination.address if seen.destination is not None else "")
        venue, reason = venue_name(seen.transfer.venue), reason_against(seen)
        forbidden = bool(seen.view.objections)
        for line in self._lines:
            show_if(line, not forbidden)
        show_if(self._stop, forbidden)
        self._once.show_line("warning", tr("Once only. What left cannot be called back, and twice is twice."))
        self._positions.show_transfer(seen)
        self._sent.allow(reason)
        self._question.yes.allow(reason)
        set_words(self._question.text, question_sent(seen))
        said = tr("Press it when {venue} says that it took the request. It moves nothing; it starts the watching.")
        self._foot.say(foot_reason(seen) or said.format(venue=venue))

    def forget(self) -> None:
        """Take an open question away."""
        self._question.close_question()

    def first_focus(self) -> QWidget | None:
        """Return nothing that a stray key could press."""
        return self._question.cancel if self._question.isVisibleTo(self) else None

    def _ask(self) -> None:
        self._question.ask()

    def _have_sent(self) -> None:
        self._submit(HaveSent(self.transfer_id))
