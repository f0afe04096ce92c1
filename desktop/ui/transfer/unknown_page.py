"""The outcome is unknown: what is looked up, when next, what each answer would mean. Sending stays locked."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from desktop.engine.commands import LookNow, SayNotSent
from desktop.ui.transfer.looks_table import LooksTable
from desktop.ui.transfer.marks import Mark
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
    words,
)
from desktop.ui.transfer.seen import Seen
from desktop.ui.transfer.step_page import StepPage, Submit
from desktop.ui.transfer_sentences import outcomes, question_not_sent, unknown_for
from desktop.ui.transfer_wording import tr, venue_name

_OUTCOME_MARKS: tuple[Mark, ...] = ("tick", "cross", "unknown")


class UnknownPage(StepPage):
    """We do not know yet. Nothing on this page sends."""

    def __init__(self, submit: Submit, close: Callable[[], None]) -> None:
        super().__init__("unknownPage", submit)
        self._looking = Panel(tr("Looking"))
        self._looking.without_inner()
        self._table = LooksTable()
        self._now = Button(tr("Look now"), "lookNow", self._look_now)
        foot = Actions(self._now)
        foot.say(tr("Only looks from here on: the exchange’s records and the chain, each on its own clock."))
        self._looking.add_section(boxed(column(self._table)))
        self._looking.add_section(foot)
        self._outcomes = tuple(_Outcome(mark) for mark in _OUTCOME_MARKS)
        self._never = Button("", "sayNotSent", self._ask)
        self._never_foot = Actions(self._never)
        self._question = Question(self._never, self._never_foot, tr("Yes, never sent"), "sayNotSent", self._not_sent)
        never = Panel()
        never.without_inner()
        never.body.addWidget(self._never_foot)
        never.body.addWidget(self._question)
        self.column.addWidget(self._looking)
        self.column.addWidget(boxed(row(*self._outcomes)))
        self.column.addWidget(never)
        self.column.addStretch(1)
        keep = Button(tr("Close, keep looking"), "keepLooking", close, primary=True)
        again = Button(tr("Send again · locked"), "sendAgain", lambda: None)
        again.allow(tr("Locked until the outcome is known."))
        self.side: tuple[QWidget, ...] = (keep, again)

    def draw(self, seen: Seen) -> None:
        """Draw what is looked for and what each answer would mean."""
        self._table.show_looks(seen.view.looks, seen.desk.now_ms)
        set_words(self._looking.note, tr("{n} places, each on its own clock").format(n=len(seen.view.looks)))
        set_words(self._looking.right, unknown_for(seen))
        self._now.allow(seen.view.busy)
        for card, (head, text) in zip(self._outcomes, outcomes(seen), strict=True):
            card.show_words(head, text)
        venue = venue_name(seen.transfer.venue)
        self._never.show_words(tr("It was never sent…"))
        reason = "" if seen.view.may_say_not_sent else tr(
            "Locked: every place must have answered “nothing there” several times, over ten minutes."
        )  # fmt: skip
        self._never.allow(reason)
        said = tr("If {venue}’s own page lists no such withdrawal, you can say so here.").format(venue=venue)
        self._never_foot.say(reason or said)
        set_words(self._question.text, question_not_sent(seen))

    def forget(self) -> None:
        """Take an open question away."""
        self._question.close_question()

    def first_focus(self) -> QWidget | None:
        """Return the button that closes and keeps looking."""
        return self.side[0]

    def _look_now(self) -> None:
        self._submit(LookNow(self.transfer_id))

    def _ask(self) -> None:
        self._question.ask()

    def _not_sent(self) -> None:
        self._submit(SayNotSent(self.transfer_id))


class _Outcome(Panel):
    def __init__(self, mark: Mark) -> None:
        super().__init__()
        self._line = MarkLine(mark, "", role="verdict")
        self._text = words("", "second", wrap=True)
        self.inner.addLayout(column(self._line, self._text))
        self.inner.addStretch(1)

    def show_words(self, head: str, text: str) -> None:
        self._line.show_line(self._line.mark.mark, head)
        set_words(self._text, text)
