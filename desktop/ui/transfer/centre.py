"""The middle column: the sentence of the page, the money, what has to be said, and the page of the step."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.ui.practice_exchange import PracticeExchange
from desktop.ui.transfer.banner import Banner
from desktop.ui.transfer.destination_page import DestinationPage
from desktop.ui.transfer.done_page import DonePage, EndedPage, StartAnew
from desktop.ui.transfer.money_picture import MoneyPicture
from desktop.ui.transfer.notices import Notices
from desktop.ui.transfer.pieces import Panel, show_if
from desktop.ui.transfer.proof_page import ProofPage
from desktop.ui.transfer.route_page import RoutePage
from desktop.ui.transfer.seen import Seen
from desktop.ui.transfer.send_page import SendPage
from desktop.ui.transfer.step_page import StepPage, Submit
from desktop.ui.transfer.unknown_page import UnknownPage
from desktop.ui.transfer.watch_page import WatchPage
from desktop.ui.transfer.what_page import WhatPage
from desktop.ui.transfer_wording import tr

_WITH_EXCHANGE = ("destination", "send")


class Centre(QWidget):
    """Shows the page that the view names, below what all pages share."""

    def __init__(self, submit: Submit, start: StartAnew, close: Callable[[], None]) -> None:
        super().__init__()
        self.pages: dict[str, StepPage] = {
            "what": WhatPage(submit),
            "route": RoutePage(submit),
            "destination": DestinationPage(submit),
            "proof": ProofPage(submit),
            "send": SendPage(submit),
            "watch": WatchPage(submit),
            "done": DonePage(submit, start),
            "unknown": UnknownPage(submit, close),
            "refused": EndedPage(submit, start),
        }
        self.banner = Banner()
        self._money = MoneyPicture()
        panel = Panel(tr("The money"))
        panel.inner.addWidget(self._money)
        self.notices = Notices()
        self.practice = PracticeExchange(submit)
        self._shown = ("", "", "")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for widget in (self.banner, panel, self.notices, *self.pages.values(), self.practice):
            column.addWidget(widget)
        column.addStretch(1)
        for page in self.pages.values():
            page.hide()

    @property
    def page(self) -> StepPage:
        """The page that is shown."""
        return self.pages[self._shown[1] or "what"]

    def show_transfer(self, seen: Seen) -> bool:
        """Draw it; return True when another page, state or transfer came up."""
        wanted = (seen.transfer.id, seen.view.page, seen.transfer.state.value)
        turned = wanted != self._shown
        if turned and wanted[0] != self._shown[0]:
            self.practice.forget()
        self._shown = wanted
        self.banner.show_transfer(seen)
        self._money.show_transfer(seen)
        self.notices.show_transfer(seen)
        self.page.show_transfer(seen)
        for page in self.pages.values():
            show_if(page, page is self.page)
        exchange = seen.desk.exchange_page if seen.view.page in _WITH_EXCHANGE else None
        in_practice = exchange if seen.desk.world == "practice" else None
        self.practice.show_page(in_practice, seen.transfer.coin, with_form=seen.view.page == "send")
        return turned
