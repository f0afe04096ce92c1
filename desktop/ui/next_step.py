"""The card under the incidents: what this person could do next, from what is really known."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desktop.custody.transfer import FINAL_STATES
from desktop.domain.money import plain
from desktop.engine.desk_view import DeskView, TransferView
from desktop.ui import theme, wording
from desktop.ui.parts import Card, RunLine, button, label
from desktop.ui.risk_answers import in_order, proved_coins
from desktop.ui.runs import Mark, Run, Space, Words
from desktop.ui.shapes import Shape
from desktop.ui.wording import tr

_LINES = 4
_BRIEF_LINES = 2


class NextStep(Card):
    """Ready to leave? Wallet, address, transfers, and the one next step.

    Signals: `transfer_wanted` when the person presses the step.
    """

    transfer_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Ready to leave?"), parent)
        self.hides_amounts = False
        box = QVBoxLayout()
        box.setContentsMargins(12, 8, 12, 12)
        box.setSpacing(0)
        self.lines = [RunLine(24) for _ in range(_LINES)]
        for each in self.lines:
            box.addWidget(each)
        box.addSpacing(8)
        inset = QFrame()
        inset.setProperty("part", "inset")
        inner = QVBoxLayout(inset)
        inner.setContentsMargins(10, 8, 10, 10)
        inner.setSpacing(8)
        self.step = label(px=theme.BODY)
        self.step.setWordWrap(True)
        self.go = button(tr("Open transfer  ›"), says=tr("Open transfer"))
        self.go.clicked.connect(self.transfer_wanted)
        inner.addWidget(self.step)
        inner.addWidget(self.go)
        box.addWidget(inset)
        self.body.addLayout(box)
        self.body.addStretch(1)

    def set_brief(self, brief: bool) -> None:
        """Say less where the window is low: the two lines that matter, the step without its button."""
        for each in self.lines[_BRIEF_LINES:]:
            each.setVisible(not brief)
        self.go.setVisible(not brief)

    def show_view(self, view: DeskView) -> None:
        """Show how far the person is ready."""
        going_on = open_transfer(view)
        for each, line_runs in zip(self.lines, _facts(view, going_on, hidden=self.hides_amounts), strict=True):
            each.set_runs(*line_runs)
        self.step.setText(_step(view, going_on))
        self.go.setText(tr("Continue transfer  ›") if going_on else tr("Open transfer  ›"))


def open_transfer(view: DeskView) -> TransferView | None:
    """Return the newest transfer that is not at its end, if any."""
    going_on = [seen for seen in view.transfers if seen.transfer.state not in FINAL_STATES]
    return max(going_on, key=lambda seen: seen.transfer.created_ms, default=None)


def _facts(view: DeskView, going_on: TransferView | None, *, hidden: bool) -> tuple[tuple[Run, ...], ...]:
    device = view.device
    there = device.state in ("ready", "busy")
    proved = in_order(proved_coins(view))
    wallet = device.model or "OneKey"
    said = wording.device_words(device.state)
    if device.fingerprint:
        said += f" · {device.fingerprint.upper()[:4]} {device.fingerprint.upper()[4:]}"
    moved = [seen for seen in view.transfers if seen.transfer.state in FINAL_STATES]
    state = _transfer_words(going_on, hidden=hidden) if going_on else tr("none open · {n} finished", n=len(moved))
    page = view.exchange_page
    idle = wording.amounts(page.balances, hidden=hidden) if page else ""
    return (
        _line(there, wallet, said),
        _line(bool(proved), tr("Proved"), ", ".join(proved) or tr("no address yet")),
        _line(None if going_on is None else True, tr("Transfer"), state),
        _line(bool(idle) or None, tr("Idle on exchange"), idle or tr("unknown: no read-only key")),
    )


def _line(holds: bool | None, name: str, words: str) -> tuple[Run, ...]:
    shape = Shape.UNKNOWN if holds is None else Shape.YES if holds else Shape.NO
    return (Mark(shape, 10, 9), Words(name), Space(8), Words(words, "second" if holds else "third"))


def _transfer_words(seen: TransferView, *, hidden: bool) -> str:
    state = tr(seen.transfer.state.value.replace("_", " "))
    if seen.transfer.amount is None:
        return state
    amount = wording.amounts({seen.transfer.coin: plain(seen.transfer.amount)}, hidden=hidden)
    return f"{amount} · {state}"


def _step(view: DeskView, going_on: TransferView | None) -> str:
    if going_on is not None:
        return tr("A transfer is under way. It opens where you left it.")
    if view.device.state == "absent":
        return tr("Connect the wallet with its cable and unlock it.")
    if view.device.state in ("locked", "trouble", "connecting"):
        return view.device.remedy or tr("Unlock the wallet.")
    proved = in_order(proved_coins(view))
    if not proved:
        return tr("Walk a small test transfer once: it proves the address on the device before a storm.")
    words = tr("{coins} can leave: the address is proved. Take the stored destination.")
    return words.format(coins=", ".join(proved))
