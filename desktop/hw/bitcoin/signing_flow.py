"""The conversation in which the wallet asks for a transaction piece by piece and signs it.

Runs on the thread that owns the session.
"""

from __future__ import annotations

from typing import NamedTuple

from desktop.domain.bitcoin_address import address_of
from desktop.domain.errors import BadInput
from desktop.hw import errors
from desktop.hw.bitcoin import device_forms as forms
from desktop.hw.bitcoin import messages as m
from desktop.hw.bitcoin.shown import data_screen, payment_screen, total_screen
from desktop.hw.bitcoin.spending import Spending
from desktop.hw.bitcoin.transaction import Transaction
from desktop.hw.expected_screens import Lines
from desktop.hw.session import Session

_WITH_PREVIOUS = "Export the PSBT with its previous transactions (non-witness UTXOs)."


class DeviceSignatures(NamedTuple):
    """What the wallet gave: signatures by input (DER, or 64 bytes for taproot) and the transaction as it wrote it."""

    by_input: dict[int, bytes]
    transaction: bytes


def signatures_of(session: Session, spending: Spending) -> DeviceSignatures:
    """Let the person confirm the transaction on the wallet and return its signatures, not yet checked.

    Raises DeviceTrouble as `Session.call` does, BadInput for an output that the wallet cannot show; then it was not
    asked. Whatever ends the conversation early, the wallet is told.
    """
    flow, small = _Flow(spending), session.features.model == "1"
    try:
        with session.flow():
            request = session.call(forms.sign_request(spending), m.TxRequest, screen=flow.total)
            while not flow.take(request):
                part, screen = flow.asked_for(request)
                silent = screen == flow.total and flow.ends_review(request) and small
                request = session.call(
                    m.TxAck(tx=part), m.TxRequest, screen=screen, unhurried=True, unannounced=silent
                )
    except errors.NotProved:
        session.drop()
        raise
    except errors.DeviceRefused as refusal:
        if spending.foreign and "xternal" in refusal.words:
            raise errors.ForeignInputs(spending.foreign, refusal.words) from None
        raise
    return DeviceSignatures(flow.signatures, bytes(flow.serialized))


class _Flow:
    """What the wallet may ask for, and what it has given so far."""

    def __init__(self, spending: Spending) -> None:
        transaction = spending.psbt.transaction
        pairs = zip(transaction.inputs, spending.coins, strict=True)
        self.signatures: dict[int, bytes] = {}
        self.serialized = bytearray()
        self.total = _total_screen(spending)
        self._reviewed = False
        self._testnet = spending.testnet
        self._spending = spending
        self._inputs = [forms.input_form(spends, coin) for spends, coin in pairs]
        self._outputs = [
            forms.output_form(place, payment, testnet=spending.testnet)
            for place, payment in enumerate(spending.payments)
        ]
        self._previous = {coin.previous.txid()[::-1]: coin.previous for coin in spending.coins if coin.previous}
        self._patience = _most_requests(spending)

    def take(self, request: m.TxRequest) -> bool:
        """Take what a request brings; return whether it is the last. Raise NotProved for what cannot be."""
        if request.serialized is not None:
            self._take_part(request.serialized)
        self._patience -= 1
        if self._patience < 0:
            raise errors.NotProved("it asks for the transaction again and again")
        return request.request_type == m.TX_FINISHED

    def _take_part(self, part: m.TxRequestSerialized) -> None:
        self.serialized += part.serialized_tx or b""
        index = part.signature_index
        if index is None:
            return
        if index >= len(self._inputs) or index in self.signatures or self._spending.coins[index].own is None:
            raise errors.NotProved(f"it gives a signature for input {index}, which was not to be signed now")
        self.signatures[index] = part.signature or b""

    def asked_for(self, request: m.TxRequest) -> tuple[m.TransactionPart, Lines]:
        """Return the piece that is asked for, and the screen that may follow. Raise NotProved if there is none."""
        details = request.details or m.TxRequestDetails()
        index = details.request_index or 0
        previous = None if not details.tx_hash else self._previous_of(details.tx_hash)
        try:
            match request.request_type, previous:
                case m.TX_INPUT, None:
                    return m.TransactionPart(inputs=(self._inputs[index],)), self.total
                case m.TX_OUTPUT, None:
                    return m.TransactionPart(outputs=(self._outputs[index],)), self._output_screen(index)
                case m.TX_META, Transaction():
                    return forms.head_form(previous), self.total
                case m.TX_INPUT, Transaction():
                    return forms.previous_input_form(previous.inputs[index]), self.total
                case m.TX_OUTPUT, Transaction():
                    return forms.previous_output_form(previous.outputs[index]), self.total
        except IndexError:
            raise errors.NotProved(f"it asks for input or output {index}, which there is not") from None
        raise errors.NotProved(f"it asks for part {request.request_type}, which this transaction does not have")

    def ends_review(self, request: m.TxRequest) -> bool:
        """Return whether this is the first request for the last output: the person is asked for the total next."""
        details = request.details or m.TxRequestDetails()
        last = request.request_type == m.TX_OUTPUT and not details.tx_hash
        first = last and details.request_index == len(self._outputs) - 1 and not self._reviewed
        self._reviewed = self._reviewed or first
        return first

    def _previous_of(self, tx_hash: bytes) -> Transaction:
        if tx_hash in self._previous:
            return self._previous[tx_hash]
        for place, form in enumerate(self._inputs):
            if form.prev_hash == tx_hash:
                raise BadInput(f"input {place}: the wallet wants its previous transaction", _WITH_PREVIOUS)
        raise errors.NotProved(f"it asks for transaction {tx_hash.hex()}, which is not spent here")

    def _output_screen(self, index: int) -> Lines:
        """Return what the wallet asks after this output; after the last one the total may follow unannounced."""
        form, payment = self._outputs[index], self._spending.payments[index]
        screen: Lines = ()
        if form.op_return_data is not None:
            screen = data_screen(form.op_return_data)
        elif not self._spending.is_change(payment):
            address = address_of(payment.output.script, testnet=self._testnet)
            screen = payment_screen(form.amount, address, testnet=self._testnet)
        return screen + self.total if index == len(self._outputs) - 1 else screen


def _total_screen(spending: Spending) -> Lines:
    """Return the last screens as the wallet counts: all that is spent, less the change that it does not show."""
    spent = sum(coin.spent.amount for coin in spending.coins)
    back = sum(payment.output.amount for payment in spending.payments if spending.is_change(payment))
    unusual: Lines = (f"Inputs of others: {', '.join(map(str, spending.foreign))}",) if spending.foreign else ()
    if spending.psbt.transaction.lock_time:
        unusual += (f"Lock time {spending.psbt.transaction.lock_time}",)
    return unusual + total_screen(spent - back, spending.fee, testnet=spending.testnet)


def _most_requests(spending: Spending) -> int:
    """Return how many requests a wallet can need at most; legacy inputs have it read the whole each time."""
    whole = len(spending.coins) + len(spending.payments)
    previous = sum(
        2 + len(coin.previous.inputs) + len(coin.previous.outputs) for coin in spending.coins if coin.previous
    )
    legacy = sum(coin.own is not None and coin.own.script == "p2pkh" for coin in spending.coins)
    return 8 + 2 * (whole * (4 + legacy) + previous)
