"""The second half of the emulated device's signing: it asks for everything once more, signs, and hands out the signed
transaction in pieces.
"""

from __future__ import annotations

from desktop.domain.bitcoin_address import hash160
from desktop.domain.bitcoin_keys import PrivateNode, script_of_key, taproot_output_secret
from desktop.domain.secp256k1 import public_key, sign_der, sign_schnorr
from desktop.hw.bitcoin import messages as btc
from desktop.hw.bitcoin.byte_stream import compact_size, with_size
from desktop.hw.bitcoin.digests import SegwitDigests, legacy_digest
from desktop.hw.bitcoin.transaction import Input, written_input, written_output, written_witness
from desktop.hw.emulator.bitcoin_draft import Draft, Questions, is_segwit
from desktop.hw.emulator.flow import Step

_SIGHASH_ALL = b"\x01"
_SEGWIT_MARK = b"\x00\x01"


class Writing:
    """Signs a draft that the person has agreed to. Small devices ask for inputs without a witness there as well."""

    def __init__(self, root: PrivateNode, draft: Draft, questions: Questions, *, asks_all_witnesses: bool) -> None:
        self._asks_all_witnesses = asks_all_witnesses
        self._root = root
        self._draft = draft
        self._questions = questions
        self._transaction = draft.transaction()
        self._digests = SegwitDigests(self._transaction, draft.spent)

    def signed(self) -> Step:
        """Hand out the whole signed transaction; its last piece goes with the next request."""
        hand_out = self._questions.hand_out
        head = self._draft.version.to_bytes(4, "little") + (_SEGWIT_MARK if self._draft.segwit else b"")
        hand_out(head + compact_size(len(self._draft.inputs)))
        for place, single in enumerate(self._draft.inputs):
            yield from self._legacy_input(place) if _is_legacy(single) else self._other_input(place)
        hand_out(compact_size(len(self._draft.outputs)))
        for place, output in enumerate(self._draft.outputs):
            yield from self._questions.same_output(place)
            hand_out(written_output(output))
        if self._draft.segwit:
            for place in range(len(self._draft.inputs)):
                yield from self._witness(place)
        hand_out(self._draft.lock_time.to_bytes(4, "little"))

    def _legacy_input(self, place: int) -> Step:
        for other in range(len(self._draft.inputs)):
            yield from self._questions.same_input(other)
        for other in range(len(self._draft.outputs)):
            yield from self._questions.same_output(other)
        secret = self._secret(self._draft.inputs[place])
        signature = sign_der(secret, legacy_digest(self._transaction, place, self._draft.scripts[place]))
        script_sig = with_size(signature + _SIGHASH_ALL) + with_size(public_key(secret))
        self._questions.hand_out(self._input_with(place, script_sig), place, signature)

    def _other_input(self, place: int) -> Step:
        single = yield from self._questions.same_input(place)
        nested = single.script_type == btc.SPEND_P2SH_WITNESS
        script = script_of_key(public_key(self._secret(single)), "p2wpkh") if nested else b""
        self._questions.hand_out(self._input_with(place, with_size(script) if nested else b""))

    def _witness(self, place: int) -> Step:
        single = self._draft.inputs[place]
        if is_segwit(single) or self._asks_all_witnesses:
            yield from self._questions.same_input(place)
        if not is_segwit(single):
            self._questions.hand_out(written_witness(()))
            return
        secret = self._secret(single)
        if single.script_type == btc.SPEND_TAPROOT:
            signature = sign_schnorr(taproot_output_secret(secret), self._digests.taproot(place))
            items: tuple[bytes, ...] = (signature,)
        else:
            public = public_key(secret)
            signature = sign_der(secret, self._digests.version_0(place, hash160(public)))
            items = (signature + _SIGHASH_ALL, public)
        self._questions.hand_out(written_witness(items), place, signature)

    def _input_with(self, place: int, script_sig: bytes) -> bytes:
        spends = self._transaction.inputs[place]
        return written_input(Input(spends.txid, spends.index, spends.sequence, script_sig))

    def _secret(self, single: btc.TxInput) -> bytes:
        return self._root.at(single.address_n).secret


def _is_legacy(single: btc.TxInput) -> bool:
    return (single.script_type or 0) == btc.SPEND_ADDRESS
