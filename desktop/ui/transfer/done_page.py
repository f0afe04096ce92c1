"""Step 7: verified again on the device, the evidence, and the bulk transfer; and the page of transfers that ended."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.custody.transfer import TransferState
from desktop.engine.commands import SaveEvidence, StartTransfer, VerifyAgain
from desktop.ui.transfer.marks import Mark
from desktop.ui.transfer.pieces import Actions, Button, MarkLine, Panel, set_words, show_if, words
from desktop.ui.transfer.seen import Seen, is_open
from desktop.ui.transfer.step_page import StepPage, Submit
from desktop.ui.transfer_sentences import arrived_lines, bulk_words, ended_words, foot_reason, reason_against
from desktop.ui.transfer_wording import tr

ChooseFolder = Callable[[QWidget, Callable[[str], None]], None]
StartAnew = Callable[[StartTransfer], None]


def ask_for_folder(parent: QWidget, chosen: Callable[[str], None]) -> None:
    """Let the person choose a folder, without a loop of its own; `chosen` is called with it."""
    dialog = QFileDialog(parent, tr("Save the evidence in"))
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.fileSelected.connect(chosen)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


class DonePage(StepPage):
    """What is certain now, and what comes next."""

    def __init__(self, submit: Submit, start: StartAnew, choose_folder: ChooseFolder = ask_for_folder) -> None:
        super().__init__("donePage", submit)
        self._choose_folder = choose_folder
        self._start = start
        self._seen: Seen | None = None
        self._panel = Panel(tr("What was checked"))
        self._lines = tuple(MarkLine() for _ in range(5))
        for line in self._lines:
            self._panel.inner.addWidget(line)
        self._evidence = Button(tr("Save evidence"), "saveEvidence", self._save)
        self._verify = Button(tr("Verify on the device"), "verifyAgain", self._verify_again, primary=True)
        self._foot = Actions(self._evidence, self._verify)
        self._panel.add_section(self._foot)
        self._bulk_panel = Panel(tr("Now the bulk transfer"))
        self._bulk_words = words("", "second", wrap=True)
        self._bulk_panel.inner.addWidget(self._bulk_words)
        self._bulk = Button(tr("Move the rest"), "bulkTransfer", self._start_bulk, primary=True)
        self._bulk_foot = Actions(self._bulk)
        self._bulk_panel.add_section(self._bulk_foot)
        self.column.addWidget(self._panel)
        self.column.addWidget(self._bulk_panel)
        self.column.addStretch(1)

    def draw(self, seen: Seen) -> None:
        """Draw the certainties and the next step."""
        self._seen = seen
        verified = seen.transfer.state is TransferState.VERIFIED
        told = arrived_lines(seen)
        for line, (done, text, note) in zip(self._lines, told, strict=True):
            mark: Mark = "tick" if done else "here"
            line.show_line(mark, text, note)
        show_if(self._verify, not verified)
        self._verify.allow(reason_against(seen))
        self._evidence.allow("" if verified else tr("The evidence is complete once the device has verified."))
        kept = tr("The evidence holds every step with its time, and no secret.")
        left = tr("One step is left: the device derives the address again.")
        self._foot.say(kept if verified else foot_reason(seen) or left)
        show_if(self._bulk_panel, verified)
        set_words(self._bulk_words, bulk_words(seen))
        self._bulk_foot.say(tr("It takes the stored destination by its id. Nobody copies an address again."))

    def _verify_again(self) -> None:
        self._submit(VerifyAgain(self.transfer_id))

    def _save(self) -> None:
        transfer_id = self.transfer_id
        self._choose_folder(self, lambda folder: self._submit(SaveEvidence(transfer_id, folder)))

    def _start_bulk(self) -> None:
        seen = self._seen
        if seen is None or seen.destination is None:
            return
        transfer = seen.transfer
        self._start(
            StartTransfer(
                coin=transfer.coin,
                venue=transfer.venue,
                incident_id=transfer.incident_id,
                destination_id=seen.destination.id,
                test_of=transfer.id,
            )
        )


class EndedPage(StepPage):
    """Rejected, failed or dropped: why, and that a new try is a new transfer."""

    def __init__(self, submit: Submit, start: StartAnew) -> None:
        super().__init__("refusedPage", submit)
        self._start = start
        self._seen: Seen | None = None
        panel = Panel(tr("What now"))
        self._words = words("", "second", wrap=True)
        panel.inner.addWidget(self._words)
        self._again = Button(tr("Start a new transfer"), "startAgain", self._start_again, primary=True)
        self._foot = Actions(self._again)
        panel.add_section(self._foot)
        self.column.addWidget(panel)
        self.column.addStretch(1)

    def draw(self, seen: Seen) -> None:
        """Draw why it ended and what can be done."""
        self._seen = seen
        set_words(self._words, ended_words(seen))
        still_open = tr("This transfer is still open and is watched. A new one has to wait for its end.")
        self._again.allow(still_open if is_open(seen.transfer) else "")
        kept = tr("It gets a new id. This one stays in the records as it is.")
        self._foot.say(still_open if is_open(seen.transfer) else kept)

    def _start_again(self) -> None:
        if self._seen is not None:
            transfer = self._seen.transfer
            self._start(StartTransfer(transfer.coin, transfer.venue, incident_id=transfer.incident_id))
