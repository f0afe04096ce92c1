"""Signatures put into a PSBT, each verified first against the digest computed here. Pure."""

from __future__ import annotations

import msgspec

from desktop.domain.bitcoin_address import hash160
from desktop.domain.bitcoin_keys import script_of_key
from desktop.domain.errors import BadInput
from desktop.domain.secp256k1 import verify_der, verify_schnorr
from desktop.hw.bitcoin import psbt_fields as f
from desktop.hw.bitcoin.byte_stream import with_size
from desktop.hw.bitcoin.digests import SIGHASH_ALL, SIGHASH_DEFAULT, SegwitDigests, legacy_digest
from desktop.hw.bitcoin.ownership import OwnKey
from desktop.hw.bitcoin.psbt import Psbt
from desktop.hw.bitcoin.psbt_versions import Fields, number
from desktop.hw.bitcoin.signing_flow import DeviceSignatures
from desktop.hw.bitcoin.spending import Spending
from desktop.hw.bitcoin.transaction import Input, Transaction, read_transaction, written
from desktop.hw.errors import NotProved

_ALL = bytes([SIGHASH_ALL])


def signed_psbt(spending: Spending, given: DeviceSignatures) -> Psbt:
    """Return the PSBT with the wallet's signatures in it, in the version it came in.

    Raise NotProved if one is missing or does not hold, or if the transaction that the wallet wrote is another one.
    """
    digests = SegwitDigests(spending.psbt.transaction, [coin.spent for coin in spending.coins])
    inputs = list(spending.psbt.inputs)
    for place, coin in enumerate(spending.coins):
        if coin.own is not None:
            signature = given.by_input.get(place, b"")
            _verify(spending.psbt.transaction, digests, place, coin.own, signature)
            inputs[place] = _with_signature(inputs[place], coin.own, signature)
    if not _is_as_asked(spending, given):
        raise NotProved("the transaction it wrote is not the one that was to be signed")
    general = _not_modifiable(spending.psbt.general)
    return msgspec.structs.replace(spending.psbt, general=general, inputs=tuple(inputs))


def _verify(transaction: Transaction, digests: SegwitDigests, place: int, own: OwnKey, signature: bytes) -> None:
    match own.script:
        case "p2pkh":
            sound = verify_der(own.public_key, legacy_digest(transaction, place, own.output_script), signature)
        case "p2wpkh" | "p2sh-p2wpkh":
            digest = digests.version_0(place, hash160(own.public_key))
            sound = verify_der(own.public_key, digest, signature)
        case "p2tr":
            sound = verify_schnorr(own.output_script[2:], digests.taproot(place), signature)
    if not sound:
        raise NotProved(f"its signature for input {place} is missing or not that of its key")


def _with_signature(fields: Fields, own: OwnKey, signature: bytes) -> Fields:
    if own.script == "p2tr":
        found = fields | {bytes([f.TAP_KEY_SIG]): signature}
        if number(fields, f.SIGHASH_TYPE) != SIGHASH_DEFAULT:  # ALL: the wallet signs the same with DEFAULT
            found.pop(bytes([f.SIGHASH_TYPE]), None)
        return found
    found = fields | {bytes([f.PARTIAL_SIG]) + own.public_key: signature + _ALL}
    if own.script == "p2sh-p2wpkh":
        found[bytes([f.REDEEM_SCRIPT])] = script_of_key(own.public_key, "p2wpkh")
    return found


def _is_as_asked(spending: Spending, given: DeviceSignatures) -> bool:
    """Return whether the wallet wrote the transaction that was asked for. Beside inputs of others some wallets write
    the segwit form where every witness is empty; that is the same transaction.
    """
    expected = _as_the_device_writes_it(spending, given)
    if given.transaction == written(expected):
        return True
    try:
        return bool(spending.foreign) and read_transaction(given.transaction, "the transaction") == expected
    except BadInput:
        return False


def _as_the_device_writes_it(spending: Spending, given: DeviceSignatures) -> Transaction:
    """Return the transaction with the wallet's inputs in their last form; those of others stay empty."""
    inputs = tuple(
        single if coin.own is None else _final_input(single, coin.own, given.by_input[place])
        for place, (single, coin) in enumerate(zip(spending.psbt.transaction.inputs, spending.coins, strict=True))
    )
    return msgspec.structs.replace(spending.psbt.transaction, inputs=inputs)


def _final_input(single: Input, own: OwnKey, signature: bytes) -> Input:
    match own.script:
        case "p2pkh":
            script_sig = with_size(signature + _ALL) + with_size(own.public_key)
            return msgspec.structs.replace(single, script_sig=script_sig)
        case "p2tr":
            return msgspec.structs.replace(single, witness=(signature,))
    nested = own.script == "p2sh-p2wpkh"
    script_sig = with_size(script_of_key(own.public_key, "p2wpkh")) if nested else b""
    return msgspec.structs.replace(single, script_sig=script_sig, witness=(signature + _ALL, own.public_key))


def _not_modifiable(general: Fields) -> Fields:
    """Return the global fields with the flags of version 2 that say: inputs and outputs stay as they were signed."""
    key = bytes([f.TX_MODIFIABLE])
    return general | {key: bytes([general[key][0] & ~0b011])} if key in general else general
