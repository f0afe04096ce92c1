"""Bitcoin addresses: from text to the script that is paid, and back (BIP 13, 141, 173, 341, 350)."""

from __future__ import annotations

import hashlib
from typing import Literal

from desktop.domain import base58, bech32
from desktop.domain.errors import BadInput, SeawallError

AddressKind = Literal["p2pkh", "p2sh", "p2wpkh", "p2wsh", "p2tr"]

_PREFIX = {False: "bc", True: "tb"}
_KNOWN_PREFIXES = {"bc": False, "tb": True, "bcrt": True}
_VERSION = {(False, "p2pkh"): 0, (False, "p2sh"): 5, (True, "p2pkh"): 111, (True, "p2sh"): 196}
_SEGWIT_KIND: dict[tuple[int, int], AddressKind] = {(0, 20): "p2wpkh", (0, 32): "p2wsh", (1, 32): "p2tr"}


def script_of(address: str, *, testnet: bool = False) -> bytes:
    """Return the output script that pays this address.

    Raise BadInput naming what is wrong: bad checksum, wrong network, mixed case, an unknown character and its place,
    a wrong length, or a kind of output that Seawall does not know (it is never guessed).
    """
    if _looks_segwit(address):
        version, program = _segwit_program(address, testnet)
        return _script(_segwit_kind(version, program), program)
    kind, hashed = _base58_hash(address, testnet)
    return _script(kind, hashed)


def kind_of(address: str, *, testnet: bool = False) -> AddressKind:
    """Return what kind of output the address names. Raise BadInput as `script_of` does."""
    return kind_of_script(script_of(address, testnet=testnet))


def kind_of_script(script: bytes) -> AddressKind:
    """Return the kind of a standard output script. Raise BadInput for any other script."""
    match script[:2], len(script):
        case (b"\x76\xa9", 25):
            return "p2pkh"
        case (b"\xa9\x14", 23):
            return "p2sh"
        case (b"\x00\x14", 22):
            return "p2wpkh"
        case (b"\x00\x20", 34):
            return "p2wsh"
        case (b"\x51\x20", 34):
            return "p2tr"
    raise BadInput("the script is none that an address can name")


def address_of(script: bytes, *, testnet: bool = False) -> str:
    """Return the address that names this output script. Raise BadInput if there is none."""
    kind = kind_of_script(script)
    if kind in ("p2pkh", "p2sh"):
        hashed = script[3:23] if kind == "p2pkh" else script[2:22]
        return base58.encoded(bytes([_VERSION[testnet, kind]]) + hashed)
    version = 1 if kind == "p2tr" else 0
    words = [version, *bech32.regrouped(script[2:], 8, 5, pad=True)]
    return bech32.encoded(_PREFIX[testnet], words, bech32.BECH32M if version else bech32.BECH32)


def address_for(kind: AddressKind, hashed: bytes, *, testnet: bool = False) -> str:
    """Return the address of this kind for a key hash, script hash or taproot output key."""
    return address_of(_script(kind, hashed), testnet=testnet)


def groups(address: str) -> tuple[str, ...]:
    """Return the address cut into groups of four characters, as a person compares it; the last may be shorter."""
    return tuple(address[place : place + 4] for place in range(0, len(address), 4))


def hash160(data: bytes) -> bytes:
    """Return RIPEMD-160 of SHA-256. Raise SeawallError if this Python's OpenSSL has no RIPEMD-160."""
    try:
        return hashlib.new("ripemd160", hashlib.sha256(data).digest(), usedforsecurity=False).digest()
    except ValueError:
        raise SeawallError(
            "this computer's OpenSSL does not offer RIPEMD-160, which Bitcoin addresses need",
            "Enable OpenSSL's legacy provider, or use a Python built against OpenSSL 3.0.7 or newer.",
        ) from None


def _looks_segwit(address: str) -> bool:
    prefix, separator, rest = address.lower().rpartition("1")
    if not separator or not rest:
        return False
    if prefix in _KNOWN_PREFIXES or address.lower().startswith(("bc1", "tb1", "bcrt1")):
        return True
    try:  # another coin's segwit address should hear "wrong network", not "unknown character"
        bech32.decoded(address)
    except BadInput:
        return False
    return True


def _segwit_program(address: str, testnet: bool) -> tuple[int, bytes]:
    prefix, words, constant = bech32.decoded(address)
    if prefix not in _KNOWN_PREFIXES:
        raise BadInput(
            f"wrong network: an address that begins with {prefix}1 is not Bitcoin", "Take a Bitcoin address."
        )
    if _KNOWN_PREFIXES[prefix] is not testnet:
        raise _wrong_network(testnet)
    if not words:
        raise BadInput("the address holds nothing after its prefix", "Copy the whole address again.")
    version, program = words[0], bytes(bech32.regrouped(words[1:], 5, 8, pad=False))
    if version > 16 or not 2 <= len(program) <= 40 or (version == 0 and len(program) not in (20, 32)):
        raise BadInput("the address has the wrong length", "Copy the whole address again.")
    if constant != (bech32.BECH32M if version else bech32.BECH32):
        raise bech32.bad_checksum()
    return version, program


def _segwit_kind(version: int, program: bytes) -> AddressKind:
    try:
        return _SEGWIT_KIND[version, len(program)]
    except KeyError:
        raise BadInput(
            f"the address is of witness version {version} with {len(program)} bytes, which Seawall does not know",
            "Take an address that begins with bc1q, bc1p, 1 or 3.",
        ) from None


def _base58_hash(address: str, testnet: bool) -> tuple[AddressKind, bytes]:
    if not address:
        raise BadInput("the address is empty", "Copy the whole address.")
    payload = base58.decoded(address)
    if len(payload) != 21:
        raise BadInput(f"the address holds {len(payload)} bytes, not 21", "Copy the whole address again.")
    for (of_testnet, kind), version in _VERSION.items():
        if payload[0] == version:
            if of_testnet is not testnet:
                raise _wrong_network(testnet)
            return ("p2pkh" if kind == "p2pkh" else "p2sh"), payload[1:]
    raise BadInput("wrong network: the address belongs to another coin", "Take a Bitcoin address.")


def _wrong_network(testnet: bool) -> BadInput:
    expected, found = ("test", "main") if testnet else ("main", "test")
    return BadInput(
        f"wrong network: the address belongs to Bitcoin's {found} network, not to the {expected} network",
        f"Take an address of the {expected} network.",
    )


def _script(kind: AddressKind, hashed: bytes) -> bytes:
    match kind:
        case "p2pkh":
            return b"\x76\xa9\x14" + hashed + b"\x88\xac"
        case "p2sh":
            return b"\xa9\x14" + hashed + b"\x87"
        case "p2wpkh" | "p2wsh":
            return bytes([0, len(hashed)]) + hashed
        case "p2tr":
            return b"\x51\x20" + hashed
