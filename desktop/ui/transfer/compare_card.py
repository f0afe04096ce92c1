"""The three-way compare: device, Seawall and the exchange's page, group under group."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QWidget

from desktop.custody.destination import Comparison, compare
from desktop.custody.transfer import DestinationProof
from desktop.domain.bitcoin_address import groups
from desktop.ui.parts import line
from desktop.ui.transfer.address_groups import CompareRow, CompareTable
from desktop.ui.transfer.marks import Mark, MarkShape
from desktop.ui.transfer.pieces import column, restyle, row, set_words, show_if, words
from desktop.ui.transfer.seen import Seen
from desktop.ui.transfer_wording import clock, program_words, tr, venue_name


def comparison(proof: DestinationProof) -> Comparison | None:
    """Return the comparison with what was pasted back; None while nothing was."""
    if not proof.page_address:
        return None
    return compare(proof.address, proof.program_address or proof.address, proof.page_address)


def compare_rows(seen: Seen) -> tuple[CompareRow, ...]:
    """Return the voices that are known so far."""
    proof = seen.destination
    if proof is None:
        return ()
    found = comparison(proof)
    differs = found is not None and not found.same
    rows = [
        CompareRow("tick", tr("Device"), proof.address, _device_note(proof, differs=differs)),
        CompareRow(
            "tick", tr("Seawall"), proof.program_address or proof.address, program_words(proof, differs=differs)
        ),
    ]
    if found is not None:
        who = tr("{venue} page").format(venue=venue_name(seen.transfer.venue))
        note = _page_note(proof, found)
        mark: Mark = "stop" if differs else "tick"
        rows.append(CompareRow(mark, who, "".join(found.page), note, found.differing))
    return tuple(rows)


def _device_note(proof: DestinationProof, *, differs: bool) -> str:
    return tr("the witness") if differs else tr("you confirmed {at}").format(at=clock(proof.shown_ms))


def _page_note(proof: DestinationProof, found: Comparison) -> str:
    if found.same:
        return tr("pasted back {at}").format(at=clock(proof.compared_ms))
    first = found.differing[0]
    says = found.page_says[0] or tr("nothing")
    should = found.device[first] if first < len(found.device) else tr("nothing")
    return tr("{says}, should be {should}").format(says=says, should=should)


class CompareCard(QFrame):
    """Draws the comparison; red and loud when a group differs. `foot` is shown below the rows."""

    def __init__(self, foot: QWidget | None = None) -> None:
        super().__init__()
        self.setObjectName("compareCard")
        self._head = QFrame()
        self._head.setMinimumHeight(32)
        self._mark = MarkShape("none", 15)
        self._title = words(tr("Three-way compare"), "strong")
        self._note = words("", "caption")
        self._verdict = words("", "strong")
        placed = row(self._mark, self._title, self._note, margins=(14, 0, 14, 0))
        placed.addStretch(1)
        placed.addWidget(self._verdict)
        self._head.setLayout(placed)
        self.table = CompareTable()
        outer = column(self._head, line(), self.table, spacing=0, margins=(1, 1, 1, 1))
        if foot is not None:
            outer.addWidget(line())
            outer.addWidget(foot)
        self.setLayout(outer)

    def show_transfer(self, seen: Seen) -> None:
        """Draw what is known of the three."""
        proof = seen.destination
        found = None if proof is None else comparison(proof)
        differs = found is not None and not found.same
        restyle(self, "part", "alarm" if differs else "card")
        restyle(self._head, "part", "alarmHead" if differs else "head")
        self._mark.set_mark("stop" if differs else "none")
        show_if(self._mark, differs)
        self.table.show_rows(compare_rows(seen))
        total = 0 if proof is None else len(groups(proof.address))
        if found is not None and differs:
            set_words(self._title, _differs_words(found))
            set_words(self._note, "")
            equal = tr("{n} of {m} groups equal").format(n=max(0, total - len(found.differing)), m=total)
            set_words(self._verdict, equal)
            return
        set_words(self._title, tr("Three-way compare"))
        set_words(self._note, tr("all {n} groups, every time").format(n=total))
        set_words(
            self._verdict, tr("✓ 3 of 3 equal") if found is not None else tr("2 of 3 equal, the page is missing")
        )

    def title(self) -> str:
        """Return the head's words."""
        return self._title.text()


def _differs_words(found: Comparison) -> str:
    numbers = ", ".join(str(index + 1) for index in found.differing)
    if len(found.differing) == 1:
        return tr("Group {n} differs. Do not send to this address.").format(n=numbers)
    if len(found.differing) == max(len(found.device), len(found.page)):
        return tr("Every group differs. Do not send to this address.")
    return tr("Groups {n} differ. Do not send to this address.").format(n=numbers)
