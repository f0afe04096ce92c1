"""PSBTs signed on the wallet: understood and guarded first, proved afterwards.

Runs on the thread that owns the session. Raises BadInput for what the file is, Refused for what no wallet should
sign, and DeviceTrouble (`desktop.hw.errors`).
"""

from __future__ import annotations

import base64
import binascii

import msgspec

from desktop.domain.errors import BadInput
from desktop.hw import errors
from desktop.hw.bitcoin.combining import signed_psbt
from desktop.hw.bitcoin.finalising import check_readable, finalised
from desktop.hw.bitcoin.guards import guard, still_open
from desktop.hw.bitcoin.psbt import MAGIC, Psbt, read_psbt, written_psbt
from desktop.hw.bitcoin.signing_flow import signatures_of
from desktop.hw.bitcoin.spending import understood
from desktop.hw.public_keys import fingerprint, key_at, not_proved
from desktop.hw.session import Session


class SignedPsbt(msgspec.Struct, frozen=True):
    """A PSBT with the wallet's signatures, as base64, in the version it came in.

    `complete`: every input has what it needs, and the whole passed Bitcoin's rules; only then `tx` (hex) is there.
    `foreign_inputs` are those that are not this wallet's.
    """

    psbt: str
    tx: str | None
    complete: bool
    foreign_inputs: tuple[int, ...] = ()


def sign_psbt(session: Session, psbt: bytes, *, finalize: bool = False) -> SignedPsbt:
    """Let the person sign a PSBT (its bytes, or base64) on the wallet; return it with the signatures.

    Every signature is verified here, and the transaction that the wallet wrote must be the one that was asked for,
    byte for byte. With `finalize` a complete PSBT is returned in its last form; an incomplete one never is.
    """
    found = given_psbt(psbt)
    spending = understood(found, fingerprint(session), lambda path: key_at(session, path).public_key)
    guard(spending)
    check_readable(found)
    given = signatures_of(session, spending)
    try:
        signed = signed_psbt(spending, given)
        end = finalised(signed)
        if not spending.foreign and (end is None or end.transaction != given.transaction):
            raise errors.NotProved("its signatures do not make a transaction that Bitcoin accepts")
    except errors.NotProved as doubt:
        not_proved(session, doubt.what)
    result = end.psbt if end is not None and finalize else signed
    return SignedPsbt(
        psbt=base64.b64encode(written_psbt(result)).decode(),
        tx=end.transaction.hex() if end is not None else None,
        complete=end is not None,
        foreign_inputs=spending.foreign,
    )


def given_psbt(given: bytes) -> Psbt:
    """Return the PSBT that is given as bytes or base64 text. Raise BadInput naming the byte, or if it is final."""
    found = read_psbt(_decoded(given))
    still_open(found)
    return found


def _decoded(given: bytes) -> bytes:
    if given[: len(MAGIC)] == MAGIC:
        return given
    text = b"".join(given.split())
    if not text:
        raise BadInput("the file is empty", "Export the transaction as a PSBT.", where="byte 0")
    bad = next((place for place, byte in enumerate(given) if byte not in _BASE64), None)
    if bad is not None:
        raise BadInput(f"{given[bad]:#04x} belongs neither to a PSBT nor to base64 text", _COPY, where=f"byte {bad}")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise BadInput("the base64 text is cut short", _COPY, where=f"byte {len(given)}") from None


_COPY = "Copy the whole text again, or give the binary file."
_BASE64 = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= \t\r\n")
