"""Message signatures: known ones of real wallets, another library's view of ours, and everything that is not one."""

import base64

import pytest
from embit import bip32, bip39, ec
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain import secp256k1
from desktop.domain.bitcoin_address import address_for, hash160
from desktop.domain.bitcoin_keys import address_of_key, master_of, seed_of
from desktop.domain.derivation_path import ScriptType, parse_path, script_of_path
from desktop.domain.errors import BadInput
from desktop.domain.signed_message import digest, sign, signed_by, signer

ALL = " ".join(["all"] * 12)
SEGWIT = "bc1qannfxke2tfd4l7vhepehpvt05y83v3qsf6nfkk"
EXAMPLE = "This is an example of a signed message."
NODE = master_of(seed_of(ALL))


def _made(path: str, message: str) -> bytes:
    numbers = parse_path(path)
    return sign(NODE.at(numbers).secret, message, script_of_path(numbers))


@pytest.mark.parametrize(
    ("path", "address", "signature"),
    [
        (
            "m/44'/0'/0'/0/0",
            "1JAd7XCBzGudGpJQSDSfpmJhiygtLQWaGL",
            "20fd8f2f7db5238fcdd077d5204c3e6949c261d700269cefc1d9d2dcef6b95023630ee617f6c8acf9eb40c8edd704c9ca74ea4afc393f43"
            "f35b4e8958324cbdd1c",
        ),
        (
            "m/49'/0'/0'/0/0",
            "3L6TyTisPBmrDAj6RoKmDzNnj4eQi54gD2",
            "23744de4516fac5c140808015664516a32fead94de89775cec7e24dbc24fe133075ac09301c4cc8e197bea4b6481661d5b8e9bf19d8b7b8"
            "a382ecdb53c2ee0750d",
        ),
        (
            "m/84'/0'/0'/0/0",
            SEGWIT,
            "28b55d7600d9e9a7e2a49155ddf3cfdb8e796c207faab833010fa41fb7828889bc47cf62348a7aaa0923c0832a589fab541e8f12eb54fb7"
            "11c90e2307f0f66b194",
        ),
    ],
)
def test_signatures_of_a_real_wallet_are_met_and_verified(path: str, address: str, signature: str) -> None:
    assert _made(path, EXAMPLE).hex() == signature
    assert signed_by(address, EXAMPLE, base64.b64encode(bytes.fromhex(signature)).decode())


def test_another_library_verifies_our_signature() -> None:
    made = _made("m/84'/0'/0'/0/5", "Seawall ✓")
    root = bip32.HDKey.from_seed(bip39.mnemonic_to_seed(ALL))
    key = root.derive("m/84h/0h/0h/0/5").key.get_public_key()
    assert key.verify(ec.Signature(ec.secp256k1.ecdsa_signature_parse_compact(made[1:])), digest("Seawall ✓"))


def test_an_uncompressed_key_is_recovered() -> None:
    secret = NODE.secret
    signature, recovery = secp256k1.sign_recoverable(secret, digest("old"))
    whole = bytes([27 + recovery]) + signature
    old = address_for("p2pkh", hash160(secp256k1.uncompressed(secp256k1.public_key(secret))))
    assert signer("old", whole) == old


@pytest.mark.parametrize("script", ["p2pkh", "p2sh-p2wpkh", "p2wpkh"])
def test_the_signature_of_one_kind_proves_no_address_of_another(script: ScriptType) -> None:
    key = secp256k1.public_key(NODE.secret)
    signature = base64.b64encode(sign(NODE.secret, "x", script)).decode()
    for other in ("p2pkh", "p2sh-p2wpkh", "p2wpkh"):
        assert signed_by(address_of_key(key, other), "x", signature) is (other == script)


def test_taproot_does_not_sign_in_this_form() -> None:
    with pytest.raises(BadInput, match="taproot"):
        sign(NODE.secret, "x", "p2tr")


def test_a_capital_address_is_the_same_address() -> None:
    signature = base64.b64encode(_made("m/84'/0'/0'/0/0", "x")).decode()
    assert signed_by(SEGWIT.upper(), "x", signature)


@given(st.integers(0, 64), st.integers(1, 255))
def test_any_changed_byte_breaks_the_signature(place: int, change: int) -> None:
    made = bytearray(_made("m/84'/0'/0'/0/0", "x"))
    made[place] ^= change
    assert not signed_by(SEGWIT, "x", base64.b64encode(bytes(made)).decode())


@given(st.text(max_size=120))
def test_text_that_is_no_signature_is_not_one(text: str) -> None:
    assert signed_by(SEGWIT, "x", text) is False


def test_a_changed_message_breaks_the_signature() -> None:
    signature = base64.b64encode(_made("m/84'/0'/0'/0/0", "x" * 300)).decode()
    assert signed_by(SEGWIT, "x" * 300, signature)
    assert not signed_by(SEGWIT, "x" * 299, signature)


def test_a_wrong_address_is_named() -> None:
    with pytest.raises(BadInput, match="checksum"):
        signed_by(SEGWIT[:-1] + "q", "x", "")
