"""The destination: compared three ways by groups of four, and proved by a signature that is verified here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import zip_longest

import msgspec
from msgspec.structs import replace

from desktop.custody.transfer import DestinationProof, Transfer
from desktop.domain import solana_proof, tron_proof
from desktop.domain.bitcoin_address import groups
from desktop.domain.chain_addresses import EVM, SOLANA, TRON, as_pasted
from desktop.domain.errors import BadInput
from desktop.domain.evm_signature import signed_by as signed_on_ethereum
from desktop.domain.signed_message import signed_by

CHALLENGE_HEAD = "Seawall proof of control"


class Comparison(msgspec.Struct, frozen=True):
    """Device, program and page side by side, in groups of four characters.

    `differing` are the indexes (from 0) of the groups that are not equal in all three; a group that one of them
    lacks is empty there. `page_says` are the page's own characters in those groups.
    """

    device: tuple[str, ...]
    program: tuple[str, ...]
    page: tuple[str, ...]
    differing: tuple[int, ...]
    page_says: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether all three hold the same address."""
        return not self.differing

    @property
    def words(self) -> str:
        """Return what differs, as a person reads it; empty if nothing does."""
        if self.same:
            return ""
        first = self.differing[0]
        page = self.page[first] if first < len(self.page) else ""
        device = self.device[first] if first < len(self.device) else ""
        which = ", ".join(str(index + 1) for index in self.differing)
        noun = "Group" if len(self.differing) == 1 else "Groups"
        verb = "differs" if len(self.differing) == 1 else "differ"
        return f"{noun} {which} {verb}: the page says {page or 'nothing'}, the device {device or 'nothing'}."


def compare(device: str, program: str, page: str, kind: str = "") -> Comparison:
    """Return the comparison of the three addresses of this kind, by groups of four."""
    columns = (groups(device), groups(program), groups(as_pasted(page, kind)))
    rows = list(zip_longest(*columns, fillvalue=""))
    differing = tuple(index for index, row in enumerate(rows) if len(set(row)) != 1)
    return Comparison(*columns, differing, tuple(rows[index][2] for index in differing))


def destination_id(coin: str, network: str, address: str) -> str:
    """Return the id under which a destination is stored: the same address always gets the same."""
    digest = hashlib.sha256(f"{coin}|{network}|{address}".encode()).hexdigest()
    return f"to-{digest[:16]}"


def challenge(transfer_id: str, address: str, at_ms: int) -> str:
    """Return the text that the device signs: it names the transfer, the address and the time (UTC, seconds)."""
    when = datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{CHALLENGE_HEAD}\ntransfer {transfer_id}\naddress {address}\ntime {when}"


def proves_control(address: str, text: str, signature: str, kind: str = "") -> bool:
    """Whether `signature` over `text` was made by the key behind `address`; a malformed one was not.

    Bitcoin's are base64 (BIP 137), those of kind `ethereum` 0x-hex (EIP-191), of kind `tron` hex over a transfer
    that can never be made (`domain.tron_proof`), of kind `solana` base 58 over such a one (`domain.solana_proof`).
    """
    try:
        if kind == EVM:
            return signed_on_ethereum(address, text, signature)
        if kind == TRON:
            return tron_proof.signed_by(address, text, signature)
        if kind == SOLANA:
            return solana_proof.signed_by(address, text, signature)
        return signed_by(address, text, signature)
    except BadInput:
        return False


def proved_destinations(transfers: Iterable[Transfer]) -> tuple[DestinationProof, ...]:
    """Return the destinations that these transfers proved, oldest first; what was once verified stays verified."""
    found: dict[str, DestinationProof] = {}
    for transfer in transfers:
        proof = transfer.destination
        if proof is not None and proof.proved_ms is not None:
            found[proof.id] = _newer(found.get(proof.id), proof)
    return tuple(found.values())


def _newer(before: DestinationProof | None, now: DestinationProof) -> DestinationProof:
    if before is None or (before.address, before.fingerprint) != (now.address, now.fingerprint):
        return now
    return replace(now, verified_ms=now.verified_ms or before.verified_ms)
