"""Solana addresses and transactions, checked here before they are returned; one that fails drops the link.

What can be checked, and what not: this curve has no public derivation, so an address cannot be derived here from an
extended key. It is compared with the public key that the device gives for the same path where its firmware gives one
(`key_agrees`); both come from the same device. A signature is proved: it must hold for that key over the very bytes
that were given, so an address that signed once is known to be the device's.

All run on the thread that owns the session. They raise DeviceTrouble (`desktop.hw.errors`), or BadInput for a path or
a message.
"""

from __future__ import annotations

import msgspec

from desktop.domain.base58 import encoded_bare
from desktop.domain.derivation_path import parse_path, path_text
from desktop.domain.errors import BadInput
from desktop.domain.signatures import ed25519_holds
from desktop.domain.solana_keys import address_bytes, address_of_bytes, check_path
from desktop.domain.solana_token_account import TOKEN_PROGRAM
from desktop.hw import errors
from desktop.hw import messages as m
from desktop.hw.expected_screens import Lines, address_screen
from desktop.hw.public_keys import fingerprint, not_proved
from desktop.hw.session import Session
from desktop.hw.solana import messages
from desktop.hw.solana.instructions import SolTransfer, TokenTransfer, meaning
from desktop.hw.solana.message import SolanaMessage, read_message
from desktop.hw.solana.words import screens_of, wallet_of


class SolanaAddress(msgspec.Struct, frozen=True):
    """An address; `shown`: the person confirmed it, `key_agrees`: the device gives the same public key."""

    address: str
    path: str
    fingerprint: str
    shown: bool
    key_agrees: bool


class SignedMessage(msgspec.Struct, frozen=True):
    """A signature in base 58, and the address that made it, proved here."""

    signature: str
    signer: str
    path: str


def solana_address(session: Session, path: str, *, show: bool = False) -> SolanaAddress:
    """Return the address at the path, asked of the device now; with `show` the person confirms it on the screen.

    Raises BadInput for a path with a step that is not hardened, NotProved if the device's own public key at the path
    is another one. See the module for what this proves.
    """
    numbers = parse_path(path)
    check_path(numbers)
    root = fingerprint(session)
    key = _address(session, numbers)
    agrees = _key_agrees(session, numbers, key)
    address = address_of_bytes(key)
    if show and _address(session, numbers, address_screen("Solana", numbers, address)) != key:
        not_proved(session, f"it shows another address than {address}, which it gave before")
    return SolanaAddress(address, path_text(numbers), root, show, agrees)


def sign_solana(session: Session, path: str, raw: bytes, *, recipient: str = "") -> SignedMessage:
    """Let the person sign a transaction's message on the device; the signature is proved before it is returned.

    `recipient`: the wallet that every transfer must go to, tokens to its own token account. Raises BadInput before
    anything is asked if the bytes are no sound message, the path's address need not sign it, or a transfer goes
    elsewhere.
    """
    numbers = parse_path(path)
    check_path(numbers)
    message = read_message(raw)
    wallets = (address_bytes(recipient),) if recipient else ()
    for wallet in wallets:
        _check_recipient(message, wallet)
    key = _address(session, numbers)
    address = address_of_bytes(key)
    if key not in message.signers:
        raise BadInput(
            f"{address}, the wallet's address at {path_text(numbers)}, is none that must sign this message",
            "Name the path of an address that must, or open the wallet it belongs to.",
        )
    first, *then = screens_of(message, wallets, large=session.features.model != "1")
    answer = session.call(
        messages.SolanaSignTx(raw_tx=raw, address_n=numbers, extra_info=_token_accounts(message, wallets)),
        messages.SolanaSignedTx,
        screen=first,
        then=tuple(then),
    )
    if not ed25519_holds(key, raw, answer.signature):
        not_proved(session, f"the signature is not that of {address} over this message")
    return SignedMessage(encoded_bare(answer.signature), address, path_text(numbers))


def _address(session: Session, path: tuple[int, ...], shown: Lines = ()) -> bytes:
    answer = session.call(
        messages.SolanaGetAddress(address_n=path, show_display=bool(shown)), messages.SolanaAddress, screen=shown
    )
    try:
        return address_bytes(answer.address)
    except BadInput:
        not_proved(session, f"{answer.address[:80]!r} is no Solana address")


def _key_agrees(session: Session, path: tuple[int, ...], key: bytes) -> bool:
    """Return whether the device gives this public key for the path as well; False if its firmware gives none."""
    try:
        said = session.call(m.GetPublicKey(address_n=path, ecdsa_curve_name="ed25519"), m.PublicKey).node
    except (errors.DeviceRefused, errors.NotSupported):
        return False
    if said.public_key[1:] != key or (said.depth, said.child_num) != (len(path), path[-1] if path else 0):
        not_proved(session, f"its public key is not that of {address_of_bytes(key)}")
    return True


def _check_recipient(message: SolanaMessage, recipient: bytes) -> None:
    """Raise BadInput for a transfer that goes elsewhere."""
    for instruction in message.instructions:
        match meaning(instruction):
            case SolTransfer(recipient=to) if to != recipient:
                raise _elsewhere(to, recipient)
            case TokenTransfer(destination=to, mint=mint) if wallet_of(to, mint, (recipient,)) is None:
                raise _elsewhere(to, recipient)


def _elsewhere(to: bytes, recipient: bytes) -> BadInput:
    return BadInput(
        f"it sends to {address_of_bytes(to)}, which is not the wallet {address_of_bytes(recipient)} nor proved to be "
        "its token account",
        "Do not sign it. Make the transaction anew for the right wallet.",
    )


def _token_accounts(message: SolanaMessage, wallets: tuple[bytes, ...]) -> messages.ExtraInfo | None:
    """Return whose token accounts are paid, as far as it is proved, so that the device can show the wallets."""
    found = []
    for instruction in message.instructions:
        transfer = meaning(instruction)
        if isinstance(transfer, TokenTransfer) and transfer.mint is not None:
            owner = wallet_of(transfer.destination, transfer.mint, (*wallets, *message.accounts))
            if owner is not None:
                known = (owner, TOKEN_PROGRAM, transfer.mint, transfer.destination)
                found.append(messages.TokenAccountDetails(*map(address_of_bytes, known)))
    return messages.ExtraInfo(tuple(found)) if found else None
