"""Ethereum's addresses and signatures, judged by eth-account's libraries."""

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_keys.datatypes import PrivateKey
from eth_utils import to_checksum_address
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.errors import BadInput
from desktop.domain.evm_address import address_of_key, address_text, parse_address
from desktop.domain.evm_signature import message_digest, sign_digest, signed_by, signer_of
from desktop.domain.secp256k1 import public_key

_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
secrets = st.integers(1, _ORDER - 1).map(lambda number: number.to_bytes(32, "big"))


@given(st.binary(min_size=20, max_size=20))
def test_addresses_carry_the_checksum_of_others(raw: bytes) -> None:
    text = address_text(raw)
    assert text == to_checksum_address(raw)
    assert parse_address(text) == parse_address(text.lower()) == parse_address("0x" + text[2:].upper()) == raw


@given(secrets)
def test_a_key_has_the_address_others_give_it(secret: bytes) -> None:
    key = PrivateKey(secret).public_key
    assert address_of_key(key.to_compressed_bytes()) == key.to_checksum_address()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0x73d0385F4d8E00C5e6504C6030F47BF6212736a8", "checksum of recipient"),
        ("0x73d0385f4D8E00C5e6504C6030F47BF6212736A8", "checksum of recipient"),
        ("73d0385F4d8E00C5e6504C6030F47BF6212736A8", "no Ethereum address"),
        ("0x73d0385F4d8E00C5e6504C6030F47BF6212736A", "no Ethereum address"),
        ("0x73d0385F4d8E00C5e6504C6030F47BF6212736A8 ", "no Ethereum address"),
        ("0x" + "g" * 40, "no Ethereum address"),
        ("0x" + "٣" * 40, "no Ethereum address"),
        ("", "no Ethereum address"),
    ],
)
def test_what_is_no_address_is_refused(text: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        parse_address(text, name="recipient")


@given(secrets, st.binary(max_size=300))
def test_messages_are_signed_byte_for_byte_as_others_do(secret: bytes, body: bytes) -> None:
    theirs = Account.sign_message(encode_defunct(body), secret)
    assert message_digest(body) == theirs.message_hash
    signature = sign_digest(secret, message_digest(body))
    assert signature == theirs.signature
    assert signer_of(message_digest(body), signature) == Account.from_key(secret).address


@given(st.binary(min_size=65, max_size=65), st.binary(min_size=32, max_size=32))
def test_any_bytes_give_a_signer_or_none(signature: bytes, digest: bytes) -> None:
    found = signer_of(digest, signature)
    assert found is None or parse_address(found)


def test_a_high_s_or_a_strange_length_has_no_signer() -> None:
    secret, digest = b"\1" * 32, b"\2" * 32
    signature = sign_digest(secret, digest)
    high = _ORDER - int.from_bytes(signature[32:64], "big")
    twisted = signature[:32] + high.to_bytes(32, "big") + bytes([27 + 28 - signature[64]])
    assert signer_of(digest, twisted) is None
    assert signer_of(digest, signature[:64]) is None
    assert signer_of(digest, signature[:64] + b"\x1d") is None
    assert signer_of(digest, signature[:64] + bytes([signature[64] - 27])) == signer_of(digest, signature)


def test_only_the_very_text_by_the_very_key_proves_control() -> None:
    secret = bytes([7]) * 32
    address = address_of_key(public_key(secret))
    signature = "0x" + sign_digest(secret, message_digest(b"mine\ntime 1")).hex()
    assert signed_by(address, "mine\ntime 1", signature)
    assert signed_by(address.lower(), "mine\ntime 1", signature[2:])
    assert not signed_by(address, "mine\ntime 2", signature)
    assert not signed_by("0x73d0385F4d8E00C5e6504C6030F47BF6212736A8", "mine\ntime 1", signature)
    for malformed in ("", "0x", "no hex", signature[:-2], signature + "00"):
        assert not signed_by(address, "mine\ntime 1", malformed)
    with pytest.raises(BadInput):
        signed_by("0x12", "mine", signature)
