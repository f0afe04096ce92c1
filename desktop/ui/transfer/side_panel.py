"""The right column: what to do now, what the device shows now, and what is certain."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from desktop.custody.transfer import TransferState
from desktop.engine.commands import ShowAddress
from desktop.ui.device_panel import DevicePanel
from desktop.ui.transfer.long_id import LongId
from desktop.ui.transfer.pieces import Panel, boxed, row, set_words, show_if, words
from desktop.ui.transfer.seen import Seen
from desktop.ui.transfer.step_page import StepPage, Submit
from desktop.ui.transfer_sentences import to_do
from desktop.ui.transfer_wording import facts, tr

WIDTH = 336
_MOST_FACTS = 8
_NAME_WIDTH = 96


class SidePanel(QWidget):
    """Draws the words beside a page, and holds the buttons that page puts there."""

    def __init__(self, submit: Submit) -> None:
        super().__init__()
        self.setFixedWidth(WIDTH)
        self._page: StepPage | None = None
        self._todo = Panel(tr("What to do now"))
        self.headline = words("", "field", wrap=True)
        self._how = words("", "second", wrap=True)
        self._todo.inner.addWidget(self.headline)
        self._todo.inner.addWidget(self._how)
        self.device = DevicePanel(submit)
        self._facts = Panel(tr("What is certain"))
        self._rows: list[tuple[QLabel, LongId, QWidget]] = []
        self._lay_facts()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._todo)
        column.addWidget(self.device)
        column.addWidget(self._facts)
        column.addStretch(1)

    def _lay_facts(self) -> None:
        self._facts.inner.setSpacing(4)
        for _ in range(_MOST_FACTS):
            name, value = words("", "second"), LongId("copyFact")
            name.setFixedWidth(_NAME_WIDTH)
            line = row(name, value)
            line.setStretch(1, 1)
            self._rows.append((name, value, boxed(line)))
            self._facts.inner.addWidget(self._rows[-1][2])

    def show_transfer(self, seen: Seen, page: StepPage) -> None:
        """Draw what belongs beside this page."""
        headline, how = to_do(seen)
        set_words(self.headline, headline)
        set_words(self._how, how)
        self._hold(page)
        offered = seen.transfer.state is TransferState.ADDRESS_SHOWN
        self.device.show_device(seen.device, ShowAddress(seen.transfer.id) if offered else None, seen.view.busy)
        told = facts(seen)[-_MOST_FACTS:]
        show_if(self._facts, bool(told))
        for index, (name, value, line) in enumerate(self._rows):
            show_if(line, index < len(told))
            if index < len(told):
                set_words(name, told[index][0])
                value.show_id(told[index][1], told[index][0], copied=told[index][1] == seen.transfer.venue_ref)

    def _hold(self, page: StepPage) -> None:
        if page is self._page:
            return
        if self._page is not None:
            for widget in self._page.side:
                widget.hide()
        for widget in page.side:
            self._todo.inner.addWidget(widget)
            widget.show()
        self._page = page
