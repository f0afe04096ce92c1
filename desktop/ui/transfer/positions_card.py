"""The card about open positions: what leaving does to each, the wick test, and the most that may go."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from desktop.risk.account.leaving import Leaving
from desktop.ui.transfer.leaving_sentences import (
    HEADS,
    age_words,
    most_words,
    objected,
    shift_cells,
    test_words,
    verdict,
)
from desktop.ui.transfer.marks import MarkShape
from desktop.ui.transfer.pieces import Panel, boxed, column, row, set_words, show_if, words
from desktop.ui.transfer.seen import Seen
from desktop.ui.transfer_wording import tr

_MOST_ROWS = 5
_INDENT = 25


class PositionsCard(Panel):
    """Draws `TransferView.leaving`: a verdict, a row for each position, and where the knowledge comes from.

    With `brief` the verdict alone stands, unless collateral leaves.
    """

    def __init__(self, *, brief: bool = False) -> None:
        super().__init__(tr("What it does to open positions"))
        self.setObjectName("positionsCard")
        self._brief = brief
        self._mark = MarkShape("unknown", 15)
        self.verdict = words("", "strong", wrap=True)
        self._why = words("", "second", wrap=True)
        said = row(self._mark, boxed(column(self.verdict, self._why, spacing=2)), spacing=10)
        said.setStretch(1, 1)
        self.inner.addWidget(boxed(said))
        self._cells: list[tuple[QLabel, ...]] = []
        self._table = self._laid_table()
        self.inner.addWidget(self._table)
        self._test = words("", "body", wrap=True)
        self._most = words("", "body", wrap=True)
        self._age = words("", "caption", wrap=True)
        for label in (self._test, self._most, self._age):
            label.setContentsMargins(_INDENT, 0, 0, 0)
            self.inner.addWidget(label)

    def _laid_table(self) -> QWidget:
        grid = QGridLayout()
        grid.setContentsMargins(_INDENT, 2, 0, 2)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        for number in range(_MOST_ROWS + 1):
            roles = ("caption",) * 3 if number == 0 else ("strong", "body", "body")
            cells = tuple(words("", role, wrap=True) for role in roles)
            for place, cell in enumerate(cells):
                grid.addWidget(cell, number, place)
            self._cells.append(cells)
        for place, stretch in enumerate((3, 6, 6)):
            grid.setColumnStretch(place, stretch)
        return boxed(grid)

    def show_transfer(self, seen: Seen) -> None:
        """Draw what leaving does now."""
        leaving = seen.view.leaving
        mark, text, why = verdict(seen)
        shown = None if self._brief and leaving is not None and leaving.effect != "margin" else leaving
        test, most = test_words(shown), most_words(shown)
        if test and objected(seen):  # the notice above says what the verdict would: here stand the figures alone
            text, why, test, most = test, most, "", ""
        self._mark.set_mark(mark)
        set_words(self.verdict, text)
        set_words(self._why, why)
        self._show_rows(shown)
        set_words(self._test, test)
        set_words(self._most, most)
        set_words(self._age, age_words(leaving, seen.desk.now_ms))
        self.setAccessibleDescription(" ".join(part for part in (text, why, most) if part))

    def _show_rows(self, leaving: Leaving | None) -> None:
        shifts = () if leaving is None else leaving.shifts[:_MOST_ROWS]
        show_if(self._table, bool(shifts))
        rows = [(tr(HEADS[0]), tr(HEADS[1]), tr(HEADS[2])), *(shift_cells(shift) for shift in shifts)]
        for number, cells in enumerate(self._cells):
            for place, cell in enumerate(cells):
                set_words(cell, rows[number][place] if number < len(rows) else "")
