"""What speaks against the next step, and what deserves a word; alarms and refusals first, with their remedy."""

from __future__ import annotations

import msgspec
from PySide6.QtWidgets import QFrame, QWidget

from desktop.domain.sentences import sentence
from desktop.ui.transfer.marks import Mark, MarkShape
from desktop.ui.transfer.pieces import boxed, column, restyle, row, set_words, show_if, words
from desktop.ui.transfer.seen import Seen
from desktop.ui.transfer_sentences import refusal_head
from desktop.ui.transfer_wording import tr

_OWN_PLACE = "exposure"  # said on the card about positions, where a page has it
_WITH_POSITIONS = ("what", "send")


class Notice(msgspec.Struct, frozen=True):
    """One thing to say: its weight, what is wrong, and what to do about it."""

    weight: str
    text: str
    remedy: str = ""


def notices(seen: Seen) -> tuple[Notice, ...]:
    """Return everything that has to be said about this transfer now, the gravest first."""
    view, transfer = seen.view, seen.transfer
    found: list[Notice] = []
    if transfer.alarm and view.page != "refused":  # there it is the banner's sentence
        found.append(Notice("alarm", transfer.alarm, transfer.alarm_remedy))
    if view.refusal:
        found.append(Notice("refused", view.refusal, view.refusal_remedy))
    found += [Notice("locked", text, remedy) for _, text, remedy in view.objections if text != transfer.alarm]
    placed = _OWN_PLACE if view.page in _WITH_POSITIONS else ""
    found += [Notice("word", text, remedy) for rule, text, remedy in view.warnings if rule != placed]
    if view.notice:
        found.append(Notice("note", view.notice))
    return tuple(found)


_PARTS: dict[str, tuple[str, Mark]] = {
    "alarm": ("alarm", "stop"),
    "refused": ("alarm", "stop"),
    "locked": ("caution", "lock"),
    "word": ("caution", "warning"),
    "note": ("inset", "tick"),
}


class _Line(QFrame):
    def __init__(self) -> None:
        super().__init__()
        self._mark = MarkShape("none", 15)
        self._text = words("", "strong", wrap=True)
        self._remedy = words("", "second", wrap=True)
        texts = boxed(column(self._text, self._remedy, spacing=2))
        placed = row(self._mark, texts, spacing=10, margins=(14, 8, 14, 8))
        placed.setStretch(1, 1)
        self.setLayout(placed)

    def show_notice(self, notice: Notice) -> None:
        part, mark = _PARTS[notice.weight]
        restyle(self, "part", part)
        self._mark.set_mark(mark)
        head = refusal_head() if notice.weight == "refused" else tr("Locked.") if notice.weight == "locked" else ""
        set_words(self._text, f"{head} {sentence(notice.text)}".strip())
        set_words(self._remedy, notice.remedy)
        self.setAccessibleName(f"{self._text.text()} {notice.remedy}".strip())


class Notices(QWidget):
    """The list of notices above a page; empty most of the time."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("transferNotices")
        self._lines: list[_Line] = []
        self._shown: tuple[Notice, ...] = ()
        self._column = column(spacing=8)
        self.setLayout(self._column)
        self.hide()

    def show_transfer(self, seen: Seen) -> None:
        """Say what is to be said about this transfer."""
        self.show_notices(notices(seen))

    def show_notices(self, told: tuple[Notice, ...]) -> None:
        """Say these things."""
        if told == self._shown:
            return
        self._shown = told
        while len(self._lines) < len(told):
            self._lines.append(_Line())
            self._column.addWidget(self._lines[-1])
        for index, line in enumerate(self._lines):
            show_if(line, index < len(told))
            if index < len(told):
                line.show_notice(told[index])
        self.setVisible(bool(told))

    def words(self) -> str:
        """Return everything said, as one text."""
        return " ".join(f"{notice.text} {notice.remedy}".strip() for notice in self._shown)
