"""A Bitcoin transaction as the emulated device gets to know it, and the questions by which it does. No thread."""

from __future__ import annotations

from collections.abc import Generator

import msgspec

from desktop.hw import messages as m
from desktop.hw.bitcoin import messages as btc
from desktop.hw.bitcoin.transaction import Input, Output, Transaction, is_taproot
from desktop.hw.emulator.flow import Key, Refusal, refuse_if_cancelled
from desktop.hw.wire.codec import Message

Piece = Generator[Message | None, Message | Key, btc.TransactionPart]
InputPiece = Generator[Message | None, Message | Key, btc.TxInput]
OutputPiece = Generator[Message | None, Message | Key, btc.TxOutput]

_NOTHING = btc.TxRequestSerialized()
_DEFAULT_SEQUENCE = 0xFFFFFFFF


class Draft(msgspec.Struct):
    """What was told of the transaction: inputs with the scripts they spend, outputs as told and as they will be."""

    coin: str
    version: int
    lock_time: int
    large: bool = False
    inputs: list[btc.TxInput] = []
    scripts: list[bytes] = []
    told: list[btc.TxOutput] = []
    outputs: list[Output] = []

    @property
    def testnet(self) -> bool:
        """Return whether it is for the test network."""
        return self.coin == "Testnet"

    @property
    def taproot_only(self) -> bool:
        """Return whether no previous transaction needs to be looked at; a small device passes over others' inputs."""
        own = [single for single in self.inputs if single.script_type != btc.SPEND_EXTERNAL]
        scripts = self.scripts if self.large else []
        return all(single.script_type == btc.SPEND_TAPROOT for single in own) and all(map(is_taproot, scripts))

    @property
    def segwit(self) -> bool:
        """Return whether it is written in segwit form; a large device takes all inputs of others for segwit."""
        others = self.large and any(single.script_type == btc.SPEND_EXTERNAL for single in self.inputs)
        return others or any(map(is_segwit, self.inputs))

    @property
    def spent(self) -> list[Output]:
        """Return the outputs that the inputs spend."""
        return [Output(one.amount or 0, script) for one, script in zip(self.inputs, self.scripts, strict=True)]

    @property
    def fee(self) -> int:
        """Return the fee in satoshi; below zero if there is not enough."""
        return sum(one.amount for one in self.spent) - sum(one.amount for one in self.outputs)

    def transaction(self) -> Transaction:
        """Return it without signatures."""
        return Transaction(self.version, tuple(map(spent_by, self.inputs)), tuple(self.outputs), self.lock_time)


class Questions:
    """Asks for the pieces of one transaction, and hands out the signed one piece by piece along with that."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._ready = _NOTHING

    def request(self, kind: int, index: int | None = None, tx_hash: bytes | None = None) -> btc.TxRequest:
        """Return the next request, with what is ready of the signed transaction."""
        ready, self._ready = self._ready, _NOTHING
        details = btc.TxRequestDetails(request_index=index, tx_hash=tx_hash)
        return btc.TxRequest(
            request_type=kind,
            details=None if kind == btc.TX_FINISHED else details,
            serialized=None if ready == _NOTHING else ready,
        )

    def hand_out(self, raw: bytes, place: int | None = None, signature: bytes | None = None) -> None:
        """Let the next request carry these bytes of the signed transaction, and an input's signature."""
        before = self._ready
        self._ready = btc.TxRequestSerialized(
            signature_index=before.signature_index if place is None else place,
            signature=before.signature if signature is None else signature,
            serialized_tx=(before.serialized_tx or b"") + raw,
        )

    def piece(self, kind: int, index: int | None, tx_hash: bytes | None = None) -> Piece:
        """Ask for a piece, of a previous transaction if a hash is named."""
        event = yield self.request(kind, index, tx_hash)
        refuse_if_cancelled(event)
        if not isinstance(event, btc.TxAck):
            raise Refusal(m.UNEXPECTED_MESSAGE, "Unexpected message")
        return event.tx

    def input(self, place: int) -> InputPiece:
        """Ask for an input."""
        part = yield from self.piece(btc.TX_INPUT, place)
        if not part.inputs:
            raise _missing()
        return part.inputs[0]

    def output(self, place: int) -> OutputPiece:
        """Ask for an output."""
        part = yield from self.piece(btc.TX_OUTPUT, place)
        if not part.outputs:
            raise _missing()
        return part.outputs[0]

    def same_input(self, place: int) -> InputPiece:
        """Ask for an input again; it must be as it was."""
        single = yield from self.input(place)
        if single != self._draft.inputs[place]:
            raise Refusal(m.DATA_ERROR, "Transaction has changed during signing")
        return single

    def same_output(self, place: int) -> OutputPiece:
        """Ask for an output again; it must be as it was."""
        output = yield from self.output(place)
        if output != self._draft.told[place]:
            raise Refusal(m.DATA_ERROR, "Transaction has changed during signing")
        return output

    def previous(self, single: btc.TxInput) -> Generator[Message | None, Message | Key, Transaction]:
        """Ask for the transaction that an input spends from."""
        name = single.prev_hash
        head = yield from self.piece(btc.TX_META, None, name)
        count = head.outputs_cnt or 0
        if count <= single.prev_index:
            raise Refusal(m.DATA_ERROR, "Not enough outputs in previous transaction.")
        inputs: list[Input] = []
        outputs: list[Output] = []
        for place in range(head.inputs_cnt or 0):
            part = yield from self.piece(btc.TX_INPUT, place, name)
            inputs.extend(map(spent_by, part.inputs[:1]))
        for place in range(count):
            part = yield from self.piece(btc.TX_OUTPUT, place, name)
            outputs.extend(Output(one.amount, one.script_pubkey) for one in part.bin_outputs[:1])
        if len(inputs) != (head.inputs_cnt or 0) or len(outputs) != count:
            raise _missing()
        return Transaction(head.version or 0, tuple(inputs), tuple(outputs), head.lock_time or 0)


def is_segwit(single: btc.TxInput) -> bool:
    """Return whether an input of the device's own has a witness."""
    return single.script_type in (btc.SPEND_WITNESS, btc.SPEND_P2SH_WITNESS, btc.SPEND_TAPROOT)


def spent_by(single: btc.TxInput) -> Input:
    """Return an input as transactions hold it."""
    sequence = _DEFAULT_SEQUENCE if single.sequence is None else single.sequence
    return Input(single.prev_hash[::-1], single.prev_index, sequence, single.script_sig or b"")


def _missing() -> Refusal:
    return Refusal(m.DATA_ERROR, "The piece asked for is missing")
