"""Step 3: the address, shown by the device, saved on the exchange's page, and compared three ways."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.custody.transfer import TransferState
from desktop.engine.commands import ComparePage, ProveControl, ShowAddress
from desktop.ui.transfer.address_groups import AddressGroups
from desktop.ui.transfer.compare_card import CompareCard
from desktop.ui.transfer.folding_row import FoldingRow
from desktop.ui.transfer.marks import Mark
from desktop.ui.transfer.pieces import Actions, Button, MarkLine, Panel, boxed, column, row, set_words, show_if, words
from desktop.ui.transfer.seen import Seen, middle_groups
from desktop.ui.transfer.step_page import StepPage, Submit
from desktop.ui.transfer_sentences import foot_reason, handed_over_words, read_first_words, reason_against
from desktop.ui.transfer_wording import clock, saved_in_book, tr, venue_name

S = TransferState
_BEFORE_SHOWN = (S.DRAFT, S.ROUTED, S.NEEDS_ADDRESS)


class DestinationPage(StepPage):
    """Show on the device, hand over once, paste back, compare."""

    def __init__(self, submit: Submit) -> None:
        super().__init__("destinationPage", submit)
        self._address = ""
        self._stages = tuple(MarkLine() for _ in range(3))
        self._groups = AddressGroups()
        self._missing = words("", "large", wrap=True)
        self._read_first = words("", "strong", wrap=True)
        self._why = words(tr("Look-alike addresses copy the ends."), "second", wrap=True)
        self._handed = words("", "caption", wrap=True)
        self._show = Button(tr("Show on device"), "showOnDevice", self._show_address, primary=True)
        self._show_foot = Actions(self._show)
        self._copy = Button("", "copyAddress", self._copy_address)
        self._field = QLineEdit()
        self._field.setObjectName("pasteBack")
        self._field.textChanged.connect(lambda: self._judge())
        self._field.returnPressed.connect(self._compare)
        self._compare_button = Button(tr("Compare"), "compare", self._compare, primary=True)
        self._again = Button(tr("Clear and paste again"), "pasteAgain", self._clear)
        self._continue = Button(tr("Continue to proof"), "continueToProof", self._prove, primary=True)
        self._foot_words = words("", "second", wrap=True)
        self._reason = self._foot_reason = ""
        self._card = CompareCard(self._foot())
        self._lay_out()

    def _foot(self) -> QWidget:
        self._foot_words.setMinimumWidth(120)
        paste = row(self._field, self._again, self._compare_button, self._continue)
        paste.setStretch(0, 1)
        return boxed(column(self._foot_words, boxed(paste), margins=(14, 10, 12, 10)))

    def _lay_out(self) -> None:
        panel = Panel()
        panel.inner.addWidget(FoldingRow(*self._stages, spacing=20))
        panel.inner.addWidget(self._missing)
        side = column(self._read_first, self._why, self._handed, self._copy, spacing=5)
        side.addStretch(1)
        self._side_words = boxed(side)
        self._side_words.setMinimumWidth(150)
        self._address_row = FoldingRow(self._groups, self._side_words, spacing=12, stretch=0)
        panel.inner.addWidget(self._address_row)
        self._show_section = panel.add_section(self._show_foot)
        self.column.addWidget(panel)
        self.column.addWidget(self._card)
        self.column.addStretch(1)

    def draw(self, seen: Seen) -> None:
        """Draw address, comparison and what may be done now."""
        proof, state = seen.destination, seen.transfer.state
        self._reason, self._foot_reason = reason_against(seen), foot_reason(seen)
        known = proof is not None and state not in _BEFORE_SHOWN
        self._address = proof.address if proof is not None else ""
        self._draw_stages(seen)
        show_if(self._address_row, known)
        show_if(self._show_section, not known)
        show_if(self._card, known)
        set_words(
            self._missing, "" if known else tr("The address appears here once you have confirmed it on the device.")
        )
        self._show.allow(self._reason)
        self._show_foot.say(
            self._foot_reason or tr("It is derived on the device. Nobody types it, nobody copies it from history.")
        )
        if known:
            self._draw_address(seen)
            self._card.show_transfer(seen)
            self._draw_foot(seen)

    def _draw_stages(self, seen: Seen) -> None:
        proof, venue = seen.destination, venue_name(seen.transfer.venue)
        shown = proof is not None and seen.transfer.state not in _BEFORE_SHOWN
        saved, compared = saved_in_book(seen), proof is not None and proof.compared_ms is not None
        here: Mark = "here" if shown and not compared else "open"
        self._stages[0].show_line(
            "tick" if shown else "here",
            tr("1 Confirmed on the device") if shown else tr("1 Confirm it on the device"),
            clock(proof.shown_ms) if shown and proof else "",
        )
        book: Mark = "tick" if saved or compared else here
        second = tr("2 Saved on {venue}’s page") if book == "tick" else tr("2 Save it on {venue}’s page")
        self._stages[1].show_line(book, second.format(venue=venue))
        third: Mark = "tick" if compared else here if saved else "open"
        if seen.transfer.page_mismatch:
            third = "stop"
        self._stages[2].show_line(third, tr("3 Page compared") if compared else tr("3 Compare the page"))

    def _draw_address(self, seen: Seen) -> None:
        self._groups.show_address(self._address)
        middle = middle_groups(-(-len(self._address) // 4))
        set_words(self._read_first, read_first_words(middle))
        venue, offered = venue_name(seen.transfer.venue), seen.transfer.state is S.ADDRESS_SHOWN
        self._copy.show_words(tr("Copy for {venue}").format(venue=venue))
        show_if(self._copy, offered)
        self._copy.allow(self._reason)
        set_words(self._handed, handed_over_words(seen))

    def _draw_foot(self, seen: Seen) -> None:
        transfer, venue = seen.transfer, venue_name(seen.transfer.venue)
        agreed, differs = transfer.state is not S.ADDRESS_SHOWN, bool(transfer.page_mismatch)
        show_if(self._continue, agreed)
        for widget in (self._field, self._compare_button):
            show_if(widget, not agreed)
        show_if(self._again, differs)
        self._field.setPlaceholderText(tr("Paste here what {venue}’s page holds now").format(venue=venue))
        self._field.setAccessibleName(tr("Address pasted back from {venue}’s page").format(venue=venue))
        self._continue.allow(self._reason)
        if differs:
            said = tr(
                "{words} Something on this computer may have changed the copy. Remove that entry there."
            ).format(words=transfer.page_mismatch)
        elif agreed:
            said = tr("The bulk transfer will use this stored destination by its id. Nobody copies it again.")
        else:
            said = tr("Open the saved entry on {venue}’s page, copy what it holds, and paste it back here.")
            said = said.format(venue=venue)
        set_words(self._foot_words, self._foot_reason or said)
        self._judge()

    def _judge(self) -> None:
        missing = "" if self._field.text().strip() else tr("Paste what the page holds first.")
        self._compare_button.allow(self._reason or missing)

    def forget(self) -> None:
        """Drop what was pasted."""
        self._field.clear()

    def first_focus(self) -> QWidget | None:
        """Return the field while something is to be pasted, otherwise the primary button."""
        return self._field if self._field.isVisibleTo(self) else super().first_focus()

    def _show_address(self) -> None:
        self._submit(ShowAddress(self.transfer_id))

    def _copy_address(self) -> None:
        QGuiApplication.clipboard().setText(self._address)

    def _compare(self) -> None:
        if self._compare_button.isEnabled():
            self._submit(ComparePage(self.transfer_id, self._field.text()))

    def _clear(self) -> None:
        self._field.clear()
        self._field.setFocus()

    def _prove(self) -> None:
        self._submit(ProveControl(self.transfer_id))
