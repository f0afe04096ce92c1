"""Ethereum addresses and message signatures, each checked here before it is returned; one that fails drops the link.

All run on the thread that owns the session. They raise DeviceTrouble (`desktop.hw.errors`), or BadInput for a path.
"""

from __future__ import annotations

from functools import cache

import msgspec

from desktop.domain.bitcoin_address import groups
from desktop.domain.derivation_path import parse_path, path_text
from desktop.domain.errors import BadInput, WrongUsage
from desktop.domain.evm_signature import message_digest, signer_of
from desktop.hw.ethereum import messages as e
from desktop.hw.ethereum.account import account_at, ask, check_signer
from desktop.hw.ethereum.chains import chain_of
from desktop.hw.ethereum.numbering import Numbers, numbers
from desktop.hw.public_keys import fingerprint, not_proved, prepare
from desktop.hw.session import Screen, Session

LARGEST_CHAIN_ID = 2**64 - 1
_GROUPS_PER_LINE = 4
_LONGEST_MESSAGE = 5120  # what a Classic 1S takes


class EthereumAddress(msgspec.Struct, frozen=True):
    """An address of the device; `shown`: the person confirmed it on the screen. `fingerprint` is the master key's.

    The address is the same on every chain; `chain_id` is only what the device was told to name, None if nothing.
    """

    address: str
    path: str
    chain_id: int | None
    fingerprint: str
    shown: bool


class SignedEthereumMessage(msgspec.Struct, frozen=True):
    """A message signature (EIP-191; 0x and 65 bytes in hex, the last 1b or 1c) and the address that made it."""

    address: str
    signature: str
    path: str


def ethereum_address(
    session: Session, path: str, *, chain_id: int | None = None, show: bool = False
) -> EthereumAddress:
    """Return the address at the path, asked of the device now; with `show` the person confirms it on the screen.

    The device's answer must equal the address derived here from the device's own public key. Raises NotProved if
    not, BadInput for a chain id outside 1 to 2^64 - 1.
    """
    steps = parse_path(path)
    if chain_id is not None and not 0 < chain_id <= LARGEST_CHAIN_ID:
        raise BadInput(f"the chain id {chain_id} is outside 1 to 2^64 - 1", "Ethereum's is 1, Arbitrum's 42161.")
    known = numbers(session)
    root = fingerprint(session)
    prepare(session, steps)
    expected = cache(lambda: account_at(session, steps))
    request = _address_request(known, steps, chain_id, show)
    answer = ask(session, request, known.address, lambda: _address_screen(expected(), steps, chain_id))
    if answer.address != expected():
        not_proved(session, f"it shows {answer.address}, its own key gives {expected()}")
    return EthereumAddress(expected(), path_text(steps), chain_id, root, show)


def sign_ethereum_message(session: Session, path: str, message: str | bytes) -> SignedEthereumMessage:
    """Let the person sign the text (as UTF-8) or the bytes on the device (EIP-191); the signer is recovered here.

    Raises WrongUsage before anything is asked if the message is empty, too long, or holds what is no text.
    """
    steps = parse_path(path)
    body = _message_bytes(message)
    known = numbers(session)
    address = account_at(session, steps)
    answer = ask(
        session,
        known.sign_message(message=body, address_n=steps),
        known.message_answer,
        ("Sign Ethereum message", *_message_lines(body), address),
    )
    check_signer(session, address, answer.address, signer_of(message_digest(body), answer.signature))
    return SignedEthereumMessage(address, "0x" + answer.signature.hex(), path_text(steps))


def _address_request(known: Numbers, steps: tuple[int, ...], chain_id: int | None, show: bool) -> e.AddressRequest:
    if known.own:
        return e.GetAddressOneKey(address_n=steps, show_display=show, chain_id=chain_id)
    return known.get_address(address_n=steps, show_display=show)


def _message_bytes(message: str | bytes) -> bytes:
    body = message.encode(errors="replace") if isinstance(message, str) else message
    if isinstance(message, str) and body.decode() != message:
        raise WrongUsage("the message holds what is no text", "Sign a text in UTF-8.")
    if not 0 < len(body) <= _LONGEST_MESSAGE:
        raise WrongUsage(f"the message has {len(body)} bytes", f"Sign a text of 1 to {_LONGEST_MESSAGE} bytes.")
    return body


def _message_lines(body: bytes) -> Screen:
    try:
        return tuple(body.decode().splitlines())
    except UnicodeDecodeError:
        return (f"0x{body.hex()}",)


def _address_screen(address: str, path: tuple[int, ...], chain_id: int | None) -> Screen:
    cut = groups(address)
    lines = (" ".join(cut[start : start + _GROUPS_PER_LINE]) for start in range(0, len(cut), _GROUPS_PER_LINE))
    return (f"{chain_of(chain_id or 1).name} address", path_text(path), *lines)
