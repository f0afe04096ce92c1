"""The destination: compared three ways by groups of four, and proved by a signature that is verified here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import zip_longest

import msgspec
from msgspec.structs import replace

from desktop.custody.transfer import DestinationProof, Transfer
from desktop.domain.bitcoin_address import groups, kind_of
from desktop.domain.errors import BadInput
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


def as_pasted(text: str) -> str:
    """Return what was pasted without white space; a bech32 address written in capitals is the same in small letters.

    Anything else stays: an invisible character is a difference, and has to be seen as one.
    """
    bare = "".join(text.split())
    return bare.lower() if bare.isupper() and bare.startswith("BC1") else bare


def compare(device: str, program: str, page: str) -> Comparison:
    """Return the comparison of the three addresses, by groups of four."""
    columns = (groups(device), groups(program), groups(as_pasted(page)))
    rows = list(zip_longest(*columns, fillvalue=""))
    differing = tuple(index for index, row in enumerate(rows) if len(set(row)) != 1)
    return Comparison(*columns, differing, tuple(rows[index][2] for index in differing))


def look_alike(address: str, other: str) -> bool:
    """Whether `other` is another address that shares the first (after bc1q) and last four characters."""
    return address != other and address[-4:] == other[-4:] and address[:8][-4:] == other[:8][-4:]


def destination_id(coin: str, network: str, address: str) -> str:
    """Return the id under which a destination is stored: the same address always gets the same."""
    digest = hashlib.sha256(f"{coin}|{network}|{address}".encode()).hexdigest()
    return f"to-{digest[:16]}"


def challenge(transfer_id: str, address: str, at_ms: int) -> str:
    """Return the text that the device signs: it names the transfer, the address and the time (UTC, seconds)."""
    when = datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{CHALLENGE_HEAD}\ntransfer {transfer_id}\naddress {address}\ntime {when}"


def proves_control(address: str, text: str, signature: str) -> bool:
    """Whether `signature` (base64) over `text` was made by the key behind `address`; a malformed one was not."""
    try:
        return signed_by(address, text, signature)
    except BadInput:
        return False


def trouble_with(address: str, script: str) -> str:
    """Return why this is no destination of the expected script kind, or nothing if it is one."""
    try:
        kind = kind_of(address)
    except BadInput as error:
        return error.message
    return "" if kind == script else f"{address} is a {kind} address, {script} was expected"


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
