"""Addresses and transaction names of every kind, brought to the one form in which they are compared. Pure.

A kind is what a destination's proof calls its script: one of Bitcoin's (p2wpkh, …), `ethereum`, `tron` or
`solana`.
"""

from __future__ import annotations

from desktop.domain import base58, evm_address, solana_keys, tron_address
from desktop.domain.bitcoin_address import kind_of
from desktop.domain.errors import BadInput

EVM, TRON, SOLANA = "ethereum", "tron", "solana"
_HEX = frozenset("0123456789abcdef")
_EDGE = 4
_SIGNATURE_BYTES = 64
_HEADS = {EVM: len("0x"), TRON: len("T"), SOLANA: 0}
_BITCOIN_HEAD = len("bc1q")


def as_pasted(text: str, kind: str = "") -> str:
    """Return what was pasted without white space, in the form that is compared.

    A bech32 address in capitals is the same in small letters, and an Ethereum address in one case alone, which
    carries no checksum, gets it. Anything else stays: an invisible character is a difference, and has to be seen.
    """
    bare = "".join(text.split())
    if kind == EVM:
        return _with_checksum(bare)
    return bare.lower() if bare.isupper() and bare.startswith("BC1") else bare


def is_same(text: str, address: str, kind: str) -> bool:
    """Whether a text that another program wrote is this address."""
    return as_pasted(text, kind) == address


def trouble_with(address: str, kind: str) -> str:
    """Return why this is no address of the expected kind, or nothing if it is one."""
    try:
        if kind == EVM:
            raw = evm_address.parse_address(address)
            return "" if evm_address.address_text(raw) == address else f"{address} carries no checksum"
        if kind == TRON:
            written = tron_address.address_of_bytes(tron_address.address_bytes(address))
            return "" if written == address else f"{address} is not in the form that people read"
        if kind == SOLANA:
            written = solana_keys.address_of_bytes(solana_keys.address_bytes(address))
            return "" if written == address else f"{address} is not in the form that people read"
        found = kind_of(address)
    except BadInput as error:
        return error.message
    return "" if found == kind else f"{address} is a {found} address, {kind} was expected"


def look_alike(address: str, other: str, kind: str = "") -> bool:
    """Whether `other` is another address that shares what people read: the first and last four characters.

    What every address of the kind begins with (bc1q, 0x, T) is not counted, nor are an Ethereum address's capitals.
    """
    one, two = (address.lower(), other.lower()) if kind == EVM else (address, other)
    head = _HEADS.get(kind, _BITCOIN_HEAD)
    return one != two and one[-_EDGE:] == two[-_EDGE:] and one[head:][:_EDGE] == two[head:][:_EDGE]


def txid_of(text: str, kind: str) -> str:
    """Return a transaction's name in the chain's own form, or nothing if the text names none."""
    if kind == SOLANA:
        return _signature(text.strip())
    name = text.strip().lower()
    digits = name.removeprefix("0x") if kind == EVM else name
    if len(digits) != 64 or not _HEX.issuperset(digits):
        return ""
    return f"0x{digits}" if kind == EVM else digits


def _signature(text: str) -> str:
    """Return a Solana transaction's name, its first signature, or nothing: capitals count in it."""
    try:
        return text if len(base58.decoded_bare(text)) == _SIGNATURE_BYTES else ""
    except BadInput:
        return ""


def _with_checksum(text: str) -> str:
    digits = text[2:]
    if digits not in (digits.lower(), digits.upper()):
        return text
    try:
        return evm_address.address_text(evm_address.parse_address(text))
    except BadInput:
        return text
