"""Bitcoin addresses and message signatures, each checked here before it is returned; one that fails drops the link.

All run on the thread that owns the session. They raise DeviceTrouble (`desktop.hw.errors`), or BadInput for a path.
"""

from __future__ import annotations

import base64
from functools import cache

import msgspec

from desktop.domain.bitcoin_keys import address_of_key
from desktop.domain.derivation_path import ScriptType, is_testnet, parse_path, path_text, script_of_path
from desktop.domain.errors import WrongUsage
from desktop.domain.signed_message import signer
from desktop.hw.bitcoin import messages
from desktop.hw.bitcoin.device_forms import SPEND_NUMBER
from desktop.hw.expected_screens import address_screen
from desktop.hw.public_keys import fingerprint, key_at, network_name, not_proved, prepare
from desktop.hw.session import Session

_LONGEST_MESSAGE = 1024


class BitcoinAddress(msgspec.Struct, frozen=True):
    """An address of the device; `shown`: the person confirmed it on the screen. `fingerprint` is the master key's."""

    address: str
    path: str
    script: ScriptType
    fingerprint: str
    shown: bool


class SignedText(msgspec.Struct, frozen=True):
    """A message signature (base64 of 65 bytes) and the address that made it, recovered here."""

    address: str
    signature: str
    path: str
    script: ScriptType


def bitcoin_address(
    session: Session, path: str, *, script: ScriptType | None = None, show: bool = False
) -> BitcoinAddress:
    """Return the address at the path, asked of the device now; with `show` the person confirms it on the screen.

    The device's answer must equal the address derived here from the device's own public key. Raises NotProved if not.
    """
    numbers = parse_path(path)
    kind = script or script_of_path(numbers)
    root = fingerprint(session)
    prepare(session, numbers)
    expected = cache(lambda: _derived_address(session, numbers, kind))
    answer = session.call(
        messages.GetAddress(
            address_n=numbers, coin_name=network_name(numbers), show_display=show, script_type=SPEND_NUMBER[kind]
        ),
        messages.Address,
        screen=lambda: address_screen("Bitcoin", numbers, expected()),
    )
    if answer.address != expected():
        not_proved(session, f"it shows {answer.address}, its own key gives {expected()}")
    return BitcoinAddress(expected(), path_text(numbers), kind, root, show)


def sign_message(session: Session, path: str, message: str, *, script: ScriptType | None = None) -> SignedText:
    """Let the person sign the text on the device; the signer is recovered and must be the address at the path.

    Raises WrongUsage before anything is asked if the text is empty, too long, or the address is a taproot one.
    """
    numbers = parse_path(path)
    kind = script or script_of_path(numbers)
    body = message.encode(errors="replace")
    if body.decode() != message:
        raise WrongUsage("the message holds what is no text", "Sign a text in UTF-8.")
    if kind == "p2tr":
        raise WrongUsage("a taproot address cannot sign a message in this form", "Use a path that begins with m/84'.")
    if not 0 < len(body) <= _LONGEST_MESSAGE:
        raise WrongUsage(f"the message has {len(body)} bytes", f"Sign a text of 1 to {_LONGEST_MESSAGE} bytes.")
    address = _derived_address(session, numbers, kind)
    answer = session.call(
        messages.SignMessage(
            message=body, address_n=numbers, coin_name=network_name(numbers), script_type=SPEND_NUMBER[kind]
        ),
        messages.MessageSignature,
        screen=("Sign message", *message.splitlines(), address),
    )
    if answer.address != address or signer(body, answer.signature, testnet=is_testnet(numbers)) != address:
        not_proved(session, f"the signature is not that of {address} over this message")
    return SignedText(address, base64.b64encode(answer.signature).decode(), path_text(numbers), kind)


def _derived_address(session: Session, path: tuple[int, ...], script: ScriptType) -> str:
    return address_of_key(key_at(session, path).public_key, script, testnet=is_testnet(path))
