"""TRON's and Solana's keys and addresses against other libraries and known words."""

import pytest
from Crypto.PublicKey import ECC
from Crypto.Signature import eddsa
from eth_keys import keys
from hypothesis import given, settings
from hypothesis import strategies as st
from slip10 import SLIP10

from desktop.domain import base58, signatures, solana_keys, tron_address
from desktop.domain.bitcoin_keys import master_of, seed_of
from desktop.domain.derivation_path import parse_path
from desktop.domain.errors import BadInput
from desktop.domain.keccak import keccak256

ALL = "all " * 12
TRON_PATH, TRON = "m/44'/195'/0'/0/0", "TY72iA3SBtrds3QLYsS7LwYfkzXwAXCRWT"
SOLANA_PATH, SOLANA = "m/44'/501'/0'/0'", "14CCvQzQzHCVgZM3j9soPnXuJXh1RmCfwLVUcdfbZVBS"


@pytest.mark.parametrize(
    ("data", "digest"),
    [
        (b"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
        (b"abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
        (b"a" * 135, "34367dc248bbd832f4e3e69dfaac2f92638bd0bbd18f2912ba4ef454919cf446"),
        (b"a" * 136, "a6c4d403279fe3e0af03729caada8374b5ca54d8065329a3ebcaeb4b60aa386e"),
    ],
)
def test_keccak_has_the_older_padding(data: bytes, digest: str) -> None:
    assert keccak256(data).hex() == digest


def test_the_tron_address_of_known_words() -> None:
    node = master_of(seed_of(ALL)).at(parse_path(TRON_PATH))
    assert tron_address.address_of_key(node.public().public_key) == TRON
    other = SLIP10.from_seed(seed_of(ALL)).get_privkey_from_path(TRON_PATH)
    assert tron_address.address_bytes(TRON) == b"\x41" + keys.PrivateKey(other).public_key.to_canonical_address()


def test_tron_addresses_are_read_in_both_forms() -> None:
    raw = tron_address.address_bytes(TRON)
    assert tron_address.address_bytes(raw.hex()) == raw
    assert tron_address.address_of_bytes(raw) == TRON


@pytest.mark.parametrize(
    "text",
    [
        "",
        "TY72iA3SBtrds3QLYsS7LwYfkzXwAXCRWS",
        "0" * 42,
        "zz" * 21,
        "1JAd7XCBzGudGpJQSDSfpmJhiygtLQWaGL",
        "T0",
        "é",
        "T" * 200,
    ],
)
def test_what_is_no_tron_address_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        tron_address.address_bytes(text)


def test_the_solana_address_of_known_words() -> None:
    node = solana_keys.secret_at(seed_of(ALL), parse_path(SOLANA_PATH))
    secret = node.secret
    assert secret.hex() not in repr(node)
    assert solana_keys.address_of_bytes(signatures.ed25519_public_key(secret)) == SOLANA
    other = SLIP10.from_seed(seed_of(ALL), curve_name="ed25519")
    assert other.get_privkey_from_path(SOLANA_PATH) == secret
    assert ECC.construct(curve="Ed25519", seed=secret).public_key().export_key(format="raw") == base58.decoded_bare(
        SOLANA
    )


def test_a_solana_step_must_be_hardened() -> None:
    with pytest.raises(BadInput, match=r"step 4 .* is not hardened"):
        solana_keys.secret_at(bytes(64), parse_path("m/44'/501'/0'/0"))


@pytest.mark.parametrize("text", ["", "1" * 31, "1" * 33, SOLANA + "1", "0", "I", "l", "1" * 200])
def test_what_is_no_solana_address_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        solana_keys.address_bytes(text)


@settings(deadline=None)
@given(st.binary(max_size=80))
def test_bare_base58_goes_both_ways(data: bytes) -> None:
    assert base58.decoded_bare(base58.encoded_bare(data)) == data


@settings(max_examples=25, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200))
def test_ed25519_signatures_hold_for_another_library(secret: bytes, message: bytes) -> None:
    key = ECC.construct(curve="Ed25519", seed=secret)
    signature = signatures.ed25519_signature(secret, message)
    assert signature == eddsa.new(key, "rfc8032").sign(message)
    public = signatures.ed25519_public_key(secret)
    assert signatures.ed25519_holds(public, message, signature)
    assert not signatures.ed25519_holds(public, message + b"x", signature)


@pytest.mark.parametrize(("key", "signature"), [(b"", bytes(64)), (b"\xff" * 32, bytes(64)), (bytes(32), b"")])
def test_a_malformed_key_or_signature_holds_nothing(key: bytes, signature: bytes) -> None:
    assert not signatures.ed25519_holds(key, b"m", signature)


def test_a_secret_of_another_size_is_refused() -> None:
    for use in (signatures.ed25519_public_key, lambda secret: signatures.ed25519_signature(secret, b"")):
        with pytest.raises(BadInput, match="32 bytes"):
            use(bytes(31))
