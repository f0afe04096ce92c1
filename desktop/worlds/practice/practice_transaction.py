"""A transaction of the practice chain: of the real shape, so that its id is the real hash of real bytes."""

from __future__ import annotations

import hashlib
import struct

import msgspec

from desktop.domain.bitcoin_address import address_for, script_of
from desktop.worlds.practice.practice_store import KeptWithdrawal

_SEQUENCE = 0xFFFFFFFD
_VIRTUAL_BYTES = 141
_SATS_PER_BYTE = 6


class PaidOutput(msgspec.Struct, frozen=True):
    """One output: the script, the address that names it, the amount."""

    script: bytes
    address: str
    sats: int


class PracticeTransaction(msgspec.Struct, frozen=True):
    """A payment from the practice exchange's pot: one input, the person's output and the change."""

    txid: str
    previous_txid: str
    previous: PaidOutput
    outputs: tuple[PaidOutput, ...]
    fee_sats: int


def paying(withdrawal_id: str, address: str, sats: int) -> tuple[PracticeTransaction, int]:
    """Return the transaction that pays `sats` to `address`, and the output's place; the same for the same id."""
    seed = hashlib.sha256(f"practice pot {withdrawal_id}".encode()).digest()
    pot_address = address_for("p2wpkh", seed[:20])
    change_address = address_for("p2wpkh", hashlib.sha256(seed).digest()[:20])
    change = 250_000_000 + int.from_bytes(seed[20:24], "big") % 4_000_000_000
    fee = _VIRTUAL_BYTES * _SATS_PER_BYTE
    paid = PaidOutput(script_of(address), address, sats)
    rest = PaidOutput(script_of(change_address), change_address, change)
    outputs = (paid, rest) if seed[31] % 2 == 0 else (rest, paid)
    previous = PaidOutput(script_of(pot_address), pot_address, sats + change + fee)
    previous_txid = hashlib.sha256(b"previous" + seed).hexdigest()
    txid = _txid(previous_txid, outputs)
    return PracticeTransaction(txid, previous_txid, previous, outputs, fee), outputs.index(paid)


def transaction_of(kept: KeptWithdrawal) -> PracticeTransaction:
    """Return the transaction of a kept withdrawal."""
    transaction, _ = paying(kept.id, kept.address, int(kept.amount * 100_000_000))
    return transaction


def _txid(previous_txid: str, outputs: tuple[PaidOutput, ...]) -> str:
    # Serialised without witness, as the id is defined (Bitcoin protocol, BIP 141).
    parts = [struct.pack("<iB", 2, 1), bytes.fromhex(previous_txid)[::-1], struct.pack("<IBI", 0, 0, _SEQUENCE)]
    parts.append(bytes([len(outputs)]))
    for output in outputs:
        parts.append(struct.pack("<qB", output.sats, len(output.script)) + output.script)
    parts.append(struct.pack("<I", 0))
    return hashlib.sha256(hashlib.sha256(b"".join(parts)).digest()).digest()[::-1].hex()
