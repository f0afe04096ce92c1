"""Proof of control of a TRON address: the bytes are a real transaction's, and no other signature holds."""

from __future__ import annotations

import hashlib

import pytest

from desktop.domain import tron_proof
from desktop.domain.bitcoin_keys import master_of, seed_of
from desktop.domain.derivation_path import parse_path
from desktop.domain.errors import BadInput
from desktop.domain.secp256k1 import sign_recoverable
from desktop.domain.tron_address import address_bytes, address_of_key
from desktop.hw.tron.transaction import Transaction, TrxTransfer, serialized

_NODE = master_of(seed_of(" ".join(["all"] * 12))).at(parse_path("m/44'/195'/0'/0/0"))
ADDRESS = address_of_key(_NODE.public().public_key)
OTHER = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"
TEXT = f"Seawall proof of control\ntransfer sw{'a' * 18}\naddress {ADDRESS}\ntime 2026-01-31T15:06:00Z"


def signature(text: str, *, address: str = ADDRESS, secret: bytes = _NODE.secret) -> str:
    signed, recovery = sign_recoverable(secret, hashlib.sha256(tron_proof.bytes_to_sign(address, text)).digest())
    return (signed + bytes([27 + recovery])).hex()


@pytest.mark.parametrize("text", [TEXT, "x", "ü" * 100])
def test_the_bytes_are_those_that_the_wallet_signs(text: str) -> None:
    owner = address_bytes(ADDRESS)
    transaction = Transaction(
        TrxTransfer(owner, owner, 1), bytes(2), bytes(8), 1, 1, memo=text.replace("\n", " / ").encode()
    )
    assert tron_proof.bytes_to_sign(ADDRESS, text) == serialized(transaction)


def test_only_this_text_by_this_key_for_this_address_proves_control() -> None:
    good = signature(TEXT)
    assert tron_proof.signed_by(ADDRESS, TEXT, good)
    assert not tron_proof.signed_by(ADDRESS, TEXT + ".", good)
    assert not tron_proof.signed_by(OTHER, TEXT, good)
    assert not tron_proof.signed_by(ADDRESS, TEXT, signature(TEXT, secret=bytes([9]) * 32))
    assert not tron_proof.signed_by(ADDRESS, TEXT, signature(TEXT, address=OTHER))
    for malformed in ("", "zz", good[:-2], good + "00", good[:-2] + "05"):
        assert not tron_proof.signed_by(ADDRESS, TEXT, malformed)


@pytest.mark.parametrize("text", ["", "x" * 201, "ü" * 101])
def test_a_text_that_no_wallet_takes_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="bytes"):
        tron_proof.memo_of(text)


def test_what_is_no_address_is_bad_input() -> None:
    with pytest.raises(BadInput):
        tron_proof.signed_by("T0", TEXT, "00")
