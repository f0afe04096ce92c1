"""The line below the risk strip: what moves from where to where, which world this is, and a way to give up."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QWidget

from desktop.engine.desk_view import DeskView
from desktop.ui.transfer.ends_label import EndsLabel
from desktop.ui.transfer.pieces import Button, Question, boxed, column, row, set_words, show_if, words
from desktop.ui.transfer.seen import Seen
from desktop.ui.transfer_wording import subtitle, title, tr, world_label


class TitleLine(QWidget):
    """Title, subtitle and the world's label, which is always visible outside the live world."""

    def __init__(self, give_up: Callable[[], None], choose_coin: Callable[[], None]) -> None:
        super().__init__()
        self.title = words(tr("Move to my wallet"), "title")
        self.title.setObjectName("transferTitle")
        self._subtitle = EndsLabel("second")
        self.world = words("", "strong")
        self.world.setObjectName("worldLabel")
        self._chip = QFrame()
        self._chip.setProperty("part", "world")
        self._chip.setLayout(row(self.world, margins=(10, 4, 10, 4)))
        self._give_up = Button(tr("Give up…"), "giveUp", self._ask)
        self._give_up.setProperty("kind", "quiet")
        self._question = Question(self._give_up, self._give_up, tr("Yes, give up"), "giveUp", give_up)
        self._question.yes.setProperty("kind", "plain")
        self._other = Button(tr("Other coin…"), "otherCoin", choose_coin)
        self._other.setProperty("kind", "quiet")
        self._other.hide()
        placed = row(self.title, self._other, self._subtitle, spacing=12, margins=(16, 8, 12, 4))
        placed.addStretch(1)
        placed.addWidget(self._chip)
        placed.addWidget(self._give_up)
        self.setLayout(column(boxed(placed), self._question, spacing=0))

    def show_world(self, view: DeskView) -> None:
        """Say which world this is."""
        said = world_label(view.world, view.label)
        show_if(self._chip, bool(said))
        set_words(self.world, said)

    def show_transfer(self, seen: Seen, *, may_give_up: bool) -> None:
        """Say what moves. `may_give_up` while it was not sent."""
        set_words(self.title, title(seen))
        show_if(self._other, True)
        set_words(self._subtitle, subtitle(seen))
        set_words(
            self._question.text, tr("Give up this transfer? Do so only if nothing was sent on the exchange’s page.")
        )
        if not may_give_up:
            self._question.close_question()
        asking = self._question.isVisibleTo(self)
        show_if(self._give_up, may_give_up and not asking)

    def show_none(self, text: str) -> None:
        """Show a title while no transfer is chosen."""
        set_words(self.title, text)
        set_words(self._subtitle, "")
        self._question.close_question()
        self._give_up.hide()
        self._other.hide()

    def _ask(self) -> None:
        self._question.ask()
