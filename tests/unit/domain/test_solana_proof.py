"""Proof of control of a Solana address: a sound message that no node can take, and nobody else's signature holds."""

from __future__ import annotations

import pytest

from desktop.domain import solana_proof
from desktop.domain.base58 import encoded_bare
from desktop.domain.errors import BadInput
from desktop.domain.signatures import ed25519_public_key, ed25519_signature
from desktop.domain.solana_keys import address_bytes, address_of_bytes
from desktop.hw.solana.instructions import Memo, SolTransfer, meaning
from desktop.hw.solana.message import read_message

SECRET = bytes([7]) * 32
ADDRESS = address_of_bytes(ed25519_public_key(SECRET))
OTHER = address_of_bytes(ed25519_public_key(bytes([8]) * 32))
TEXT = f"Seawall proof of control\ntransfer sw{'a' * 18}\naddress {ADDRESS}\ntime 2026-01-31T15:06:00Z"


def signature(text: str, *, address: str = ADDRESS, secret: bytes = SECRET) -> str:
    return encoded_bare(ed25519_signature(secret, solana_proof.bytes_to_sign(address, text)))


@pytest.mark.parametrize("text", [TEXT, "x", "y" * 200])
def test_the_message_moves_one_lamport_to_its_own_sender_and_names_no_block(text: str) -> None:
    message = read_message(solana_proof.bytes_to_sign(ADDRESS, text))
    me = address_bytes(ADDRESS)
    transfer, memo = (meaning(instruction) for instruction in message.instructions)
    assert transfer == SolTransfer(me, me, 1)
    assert memo == Memo(text.replace("\n", " / ").encode())
    assert message.signers == (me,)
    assert message.blockhash == bytes(32)
    assert (message.version, message.lookups) == (None, ())


def test_only_this_text_by_this_key_proves_control() -> None:
    good = signature(TEXT)
    assert solana_proof.signed_by(ADDRESS, TEXT, good)
    assert not solana_proof.signed_by(ADDRESS, TEXT + ".", good)
    assert not solana_proof.signed_by(OTHER, TEXT, good)
    assert not solana_proof.signed_by(ADDRESS, TEXT, signature(TEXT, secret=bytes([8]) * 32))
    for malformed in ("", "0", good[:-1], good + "1", "O" * 88):
        assert not solana_proof.signed_by(ADDRESS, TEXT, malformed)


@pytest.mark.parametrize("text", ["", "x" * 201])
def test_a_text_that_is_no_memo_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="bytes"):
        solana_proof.memo_of(text)


def test_what_is_no_address_is_bad_input() -> None:
    with pytest.raises(BadInput):
        solana_proof.signed_by("0x12", TEXT, signature(TEXT))
