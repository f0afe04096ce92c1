"""Step 4: the device signs a challenge with the destination's key; the signature is verified here."""

from __future__ import annotations

from desktop.custody.transfer import TransferState
from desktop.engine.commands import ProveControl
from desktop.ui.transfer.compare_card import CompareCard
from desktop.ui.transfer.pieces import Actions, Button, MarkLine, Panel, set_words, show_if, words
from desktop.ui.transfer.seen import Seen
from desktop.ui.transfer.step_page import StepPage, Submit
from desktop.ui.transfer_sentences import foot_reason, harmless_words, reason_against, signed_words
from desktop.ui.transfer_wording import clock, tr


class ProofPage(StepPage):
    """The challenge, the state of the signature, and the comparison it rests on."""

    def __init__(self, submit: Submit) -> None:
        super().__init__("proofPage", submit)
        self._challenge = words("", "body", wrap=True, mono=True)
        self._lines = tuple(MarkLine() for _ in range(3))
        self._sign = Button(tr("Sign on the device"), "signChallenge", self._prove, primary=True)
        self._foot = Actions(self._sign)
        panel = Panel(tr("Proof of control"))
        self._what = words("", "caption", wrap=True)
        panel.inner.addWidget(self._what)
        panel.inner.addWidget(self._challenge)
        panel.inner.addSpacing(4)
        for line in self._lines:
            panel.inner.addWidget(line)
        panel.add_section(self._foot)
        self._card = CompareCard()
        self.column.addWidget(panel)
        self.column.addWidget(self._card)
        self.column.addStretch(1)

    def draw(self, seen: Seen) -> None:
        """Draw challenge and signature as they stand."""
        proof, reason = seen.destination, reason_against(seen)
        compared = clock(proof.compared_ms) if proof is not None else ""
        posed = proof is not None and bool(proof.challenge)
        proved = proof is not None and proof.proved_ms is not None
        said = proof.challenge if proof is not None and posed else ""
        waiting = tr("It is written when you press the button: transfer, address and time, nothing else.")
        set_words(self._challenge, said or waiting)
        self._lines[0].show_line("tick", tr("Address compared three ways"), compared)
        signing = bool(seen.view.busy)
        middle = tr("Signed by the device") if proved else tr("The device signs it, once you confirm there")
        if signing:
            middle = tr("The device asks you to sign")
        self._lines[1].show_line("tick" if proved else "here", middle)
        last = tr("Signature verified here, for this very address")
        to_come = tr("Seawall verifies the signature, for this very address")
        self._lines[2].show_line("tick" if proved else "open", last if proved else to_come)
        self._sign.allow(reason)
        show_if(self._sign, seen.transfer.state is TransferState.COMPARED)
        set_words(self._what, signed_words(seen))
        self._foot.say(foot_reason(seen) or harmless_words(seen))
        self._card.show_transfer(seen)
        show_if(self._card, proof is not None)

    def _prove(self) -> None:
        self._submit(ProveControl(self.transfer_id))
