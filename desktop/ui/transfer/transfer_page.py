"""The transfer window: steps at the left, the money and the step in the middle, the device at the right."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from desktop.custody.transfer import TransferState
from desktop.custody.transfer_fold import SENDABLE
from desktop.engine.commands import Command, DropTransfer, StartTransfer
from desktop.engine.desk_view import DeskView, TransferView
from desktop.engine.door import EngineDoor
from desktop.ui.parts import RiskStrip
from desktop.ui.transfer import look
from desktop.ui.transfer.centre import Centre
from desktop.ui.transfer.pick_list import PickList
from desktop.ui.transfer.pieces import BAR, Question, show_if
from desktop.ui.transfer.seen import Seen
from desktop.ui.transfer.side_panel import WIDTH, SidePanel
from desktop.ui.transfer.steps_panel import StepsPanel
from desktop.ui.transfer.title_line import TitleLine
from desktop.ui.transfer.which_transfer import Wish, draft_for, find, open_transfers, startable
from desktop.ui.transfer_wording import tr

_NARROW = 1240


class TransferPage(QWidget):
    """Walks one transfer; draws what the desk view says and hands in commands.

    Which transfer is shown is all it remembers: where that transfer stands comes from the view, so that the page
    opens at the same place after it was closed and after a restart. Signals: `closed` when the person goes back.
    """

    closed = Signal()

    def __init__(self, door: EngineDoor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._door = door
        self._view: DeskView | None = None
        self._seen: Seen | None = None
        self._transfer_id = ""
        self._wish: Wish | None = None
        self._awaiting: frozenset[str] | None = None
        self._old_notes: tuple[str, ...] = ()
        self.strip = RiskStrip()
        self.strip.back_wanted.connect(self.closed)
        self.title_line = TitleLine(self._give_up, self._choose_coin)
        self.steps = StepsPanel()
        self.centre = Centre(self._submit, self._start, self.closed.emit)
        self.pick_list = PickList(self.pick, self._begin_coin)
        self.side = SidePanel(self._submit)
        self._lay_out()
        self._dress()
        self._show_list()

    def _lay_out(self) -> None:
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.centre.setProperty("part", "scrolled")
        scroll.setWidget(self.centre)
        side_scroll = QScrollArea()
        side_scroll.setWidgetResizable(True)
        side_scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        side_scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.side.setProperty("part", "scrolled")
        side_scroll.setWidget(self.side)
        side_scroll.setFixedWidth(WIDTH + BAR)  # the bar has its place in the margin, beside what it scrolls
        self._scroll, self._side_scroll = scroll, side_scroll
        body = QHBoxLayout()
        body.setContentsMargins(12, 4, 12 - BAR, 12)
        body.setSpacing(8)
        body.addWidget(self.steps)
        body.addWidget(scroll, 1)
        body.addWidget(side_scroll)
        body.addWidget(self.pick_list, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.strip)
        whole.addWidget(self.title_line)
        whole.addLayout(body, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the page of the step enough room in a small window."""
        super().resizeEvent(event)
        self.steps.set_narrow(self.width() < _NARROW)

    def open_for(self, incident_id: str, coin: str) -> None:
        """Show the open transfer of this coin; a list if there are several, a new draft if there is none."""
        self._transfer_id, self._seen, self._awaiting = "", None, None
        self._wish = Wish(incident_id, coin)
        self._show_list()
        view = self._door.view()
        if view is not None:
            self.show_view(view)

    @property
    def transfer_id(self) -> str:
        """The transfer that is shown; empty while none is."""
        return self._transfer_id

    @Slot(object)
    def show_view(self, view: DeskView) -> None:
        """Draw the desk as it stands; called by the frame clock. GUI thread."""
        self._view = view
        self.strip.show_view(view)
        self.title_line.show_world(view)
        if self._wish is not None:
            self._resolve(view, self._wish)
        one = find(view, self._transfer_id) if self._transfer_id else None
        if one is not None:
            self._show_transfer(view, one)

    def _resolve(self, view: DeskView, wish: Wish) -> None:
        """Find the transfer that is wished for, or draft it once."""
        if self._awaiting is not None:
            new = [one for one in view.transfers if one.transfer.id not in self._awaiting]
            if new:
                self.pick(new[-1].transfer.id)
            else:
                self.pick_list.show_waiting(tuple(note for note in view.notes if note not in self._old_notes))
            return
        found = open_transfers(view, wish)
        if len(found) == 1 and not wish.to_choose:
            self.pick(found[0].transfer.id)
        elif found or wish.to_choose:
            self.pick_list.show_transfers(view, found, () if wish.coin else startable(view))
        else:
            self._start(draft_for(view, wish))

    def _choose_coin(self) -> None:
        """Show all open transfers and the coins that another can be begun for."""
        self._transfer_id, self._awaiting, self._wish = "", None, Wish("", "", to_choose=True)
        self._show_list()
        if self._view is not None:
            self._resolve(self._view, self._wish)

    def _begin_coin(self, coin: str) -> None:
        """Draft a transfer of this coin; a draft in which nothing was agreed yet gives way to it."""
        before = self._seen
        if before is not None and before.transfer.state is TransferState.DRAFT:
            self._submit(DropTransfer(before.transfer.id))
        if self._view is not None:
            self._start(draft_for(self._view, Wish("" if before is None else before.transfer.incident_id, coin)))

    def _start(self, draft: StartTransfer) -> None:
        """Draft a new transfer and wait for it to appear."""
        known = () if self._view is None else self._view.transfers
        self._old_notes = () if self._view is None else self._view.notes
        self._awaiting = frozenset(one.transfer.id for one in known)
        self._wish = Wish(draft.incident_id, draft.coin)
        self._transfer_id = ""
        self._show_list()
        self.pick_list.show_waiting(())
        self._submit(draft)

    def pick(self, transfer_id: str) -> None:
        """Show this transfer from now on."""
        self._wish, self._awaiting = None, None
        self._transfer_id = transfer_id
        one = None if self._view is None else find(self._view, transfer_id)
        if self._view is not None and one is not None:
            self._show_transfer(self._view, one)

    def _show_transfer(self, view: DeskView, one: TransferView) -> None:
        seen = Seen(view, one)
        if self._seen is not None and _looks_the_same(self._seen, seen) and not self.pick_list.isVisibleTo(self):
            return
        self._seen = seen
        self._show_columns(True)
        self.title_line.show_transfer(seen, may_give_up=seen.transfer.state in SENDABLE)
        self.steps.show_transfer(seen)
        turned = self.centre.show_transfer(seen)
        self.side.show_transfer(seen, self.centre.page)
        if turned:
            self._scroll.verticalScrollBar().setValue(0)
            self._focus_page()

    def _show_list(self) -> None:
        self._show_columns(False)
        self.title_line.show_none(tr("Move to my wallet"))

    def _show_columns(self, shown: bool) -> None:
        for widget in (self.steps, self._scroll, self._side_scroll):
            show_if(widget, shown)
        show_if(self.pick_list, not shown)

    def take_focus(self) -> None:
        """Put the keyboard where the page begins; on the page itself while none is shown."""
        if self._transfer_id:
            self._focus_page()
        else:
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _focus_page(self) -> None:
        """Put the focus where the new page begins, unless the person is typing somewhere else."""
        now = QApplication.focusWidget()
        if isinstance(now, QLineEdit) and now.isVisible() and self.isAncestorOf(now) and now.text():
            return
        first = self.centre.page.first_focus()
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _submit(self, command: Command) -> None:
        self._door.submit(command)

    def _give_up(self) -> None:
        if self._transfer_id:
            self._submit(DropTransfer(self._transfer_id))

    def _escape(self) -> None:
        """Take an open question away; without one, go back to the market."""
        for question in self.findChildren(Question):
            if question.isVisibleTo(self):
                question.close_question()
                return
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back on Escape; Enter does nothing anywhere on this page but in a field."""
        if event.key() == Qt.Key.Key_Escape and not event.isAutoRepeat():
            self._escape()
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Dress anew when the palette changes."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.ApplicationPaletteChange):
            self._dress()

    def _dress(self) -> None:
        wanted = look.style_sheet()
        if self.styleSheet() != wanted:
            self.setStyleSheet(wanted)


def _looks_the_same(before: Seen, now: Seen) -> bool:
    return (
        before.view == now.view
        and before.desk.device == now.desk.device
        and before.desk.exchange_page == now.desk.exchange_page
        and before.desk.now_ms // 1000 == now.desk.now_ms // 1000
    )
