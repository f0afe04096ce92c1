"""Keys in a tree (BIP 32, 39) and the address of a public key for each script type (BIP 44, 49, 84, 86)."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Sequence

import msgspec

from desktop.domain import base58, secp256k1
from desktop.domain.bitcoin_address import address_of, hash160
from desktop.domain.derivation_path import HARDENED, ScriptType
from desktop.domain.errors import BadInput

_XPUB = {False: bytes.fromhex("0488b21e"), True: bytes.fromhex("043587cf")}
_SEED_ROUNDS = 2048


class PublicNode(msgspec.Struct, frozen=True):
    """A public key with what is needed to go on from it. `public_key` is compressed, 33 bytes."""

    public_key: bytes
    chain_code: bytes
    depth: int = 0
    parent_fingerprint: bytes = bytes(4)
    child_number: int = 0

    def fingerprint(self) -> str:
        """Return the first four bytes of the key's hash, as 8 hex digits."""
        return hash160(self.public_key)[:4].hex()

    def child(self, number: int) -> PublicNode:
        """Return the child of this number. Raise BadInput for a hardened one: that needs the secret."""
        if number & HARDENED:
            raise BadInput("a hardened step cannot be taken from a public key", "Ask the device for that path.")
        tweak, chain_code = _split(self.chain_code, self.public_key + number.to_bytes(4, "big"))
        return PublicNode(
            public_key=secp256k1.point_plus(self.public_key, tweak),
            chain_code=chain_code,
            depth=self.depth + 1,
            parent_fingerprint=hash160(self.public_key)[:4],
            child_number=number,
        )

    def at(self, path: Sequence[int]) -> PublicNode:
        """Return the node that the path leads to from here. Raise BadInput as `child` does."""
        node = self
        for number in path:
            node = node.child(number)
        return node

    def xpub(self, *, testnet: bool = False) -> str:
        """Return the plain xpub or tpub text (BIP 32)."""
        place = bytes([self.depth]) + self.parent_fingerprint + self.child_number.to_bytes(4, "big")
        return base58.encoded(_XPUB[testnet] + place + self.chain_code + self.public_key)


class PrivateNode(msgspec.Struct, frozen=True):
    """A secret key in the tree. Its text form shows no secret."""

    secret: bytes
    chain_code: bytes
    depth: int = 0
    parent_fingerprint: bytes = bytes(4)
    child_number: int = 0

    def __repr__(self) -> str:
        return f"PrivateNode(depth={self.depth})"

    def public(self) -> PublicNode:
        """Return the same place in the tree without the secret."""
        return PublicNode(
            secp256k1.public_key(self.secret),
            self.chain_code,
            self.depth,
            self.parent_fingerprint,
            self.child_number,
        )

    def child(self, number: int) -> PrivateNode:
        """Return the child of this number, hardened from 2^31 on."""
        public = secp256k1.public_key(self.secret)
        start = b"\0" + self.secret if number & HARDENED else public
        tweak, chain_code = _split(self.chain_code, start + number.to_bytes(4, "big"))
        return PrivateNode(
            secret=secp256k1.secret_plus(self.secret, tweak),
            chain_code=chain_code,
            depth=self.depth + 1,
            parent_fingerprint=hash160(public)[:4],
            child_number=number,
        )

    def at(self, path: Sequence[int]) -> PrivateNode:
        """Return the node that the path leads to from here."""
        node = self
        for number in path:
            node = node.child(number)
        return node


def seed_of(mnemonic: str, passphrase: str = "") -> bytes:
    """Return the 64-byte seed (BIP 39). The words' own checksum is not judged here."""
    words = unicodedata.normalize("NFKD", " ".join(mnemonic.split()))
    salt = unicodedata.normalize("NFKD", "mnemonic" + passphrase)
    return hashlib.pbkdf2_hmac("sha512", words.encode(), salt.encode(), _SEED_ROUNDS)


def master_of(seed: bytes) -> PrivateNode:
    """Return the root of the tree (BIP 32)."""
    secret, chain_code = _split(b"Bitcoin seed", seed)
    secp256k1.public_key(secret)  # refuses the one seed in 2^127 that gives no key
    return PrivateNode(secret, chain_code)


def node_from_xpub(text: str) -> tuple[PublicNode, bool]:
    """Return the node an xpub or tpub holds, and whether it is a tpub. Raise BadInput if it is neither."""
    payload = base58.decoded(text)
    if len(payload) != 78 or payload[:4] not in _XPUB.values():
        raise BadInput("this is not an extended public key (xpub or tpub)", "Copy the whole text again.")
    key = payload[45:]
    secp256k1.uncompressed(key)  # refuses what is no point
    node = PublicNode(key, payload[13:45], payload[4], payload[5:9], int.from_bytes(payload[9:13], "big"))
    return node, payload[:4] == _XPUB[True]


def address_of_key(public_key: bytes, script: ScriptType, *, testnet: bool = False) -> str:
    """Return the address that pays this compressed public key under the script type."""
    return address_of(script_of_key(public_key, script), testnet=testnet)


def script_of_key(public_key: bytes, script: ScriptType) -> bytes:
    """Return the output script that pays this compressed public key under the script type."""
    match script:
        case "p2pkh":
            return b"\x76\xa9\x14" + hash160(public_key) + b"\x88\xac"
        case "p2sh-p2wpkh":
            return b"\xa9\x14" + hash160(script_of_key(public_key, "p2wpkh")) + b"\x87"
        case "p2wpkh":
            return b"\x00\x14" + hash160(public_key)
        case "p2tr":
            return b"\x51\x20" + taproot_output_key(public_key)


def taproot_output_key(public_key: bytes) -> bytes:
    """Return the 32-byte output key for a key path without scripts (BIP 86): P + H(TapTweak, P)·G, P with even y."""
    return secp256k1.point_plus(b"\x02" + public_key[1:], _taproot_tweak(public_key))[1:]


def taproot_output_secret(secret: bytes) -> bytes:
    """Return the secret that signs for the output key of `taproot_output_key`."""
    public = secp256k1.public_key(secret)
    even = secret if public[0] == 2 else secp256k1.negated(secret)
    return secp256k1.secret_plus(even, _taproot_tweak(public))


def _taproot_tweak(public_key: bytes) -> bytes:
    tag = hashlib.sha256(b"TapTweak").digest()
    return hashlib.sha256(tag + tag + public_key[1:]).digest()


def _split(key: bytes, data: bytes) -> tuple[bytes, bytes]:
    both = hmac.digest(key, data, "sha512")
    return both[:32], both[32:]
