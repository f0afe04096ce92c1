"""What Seawall asks of a wallet. Every result is checked here before it is returned; one that fails drops the link.

All run on the thread that owns the session. They raise DeviceTrouble (`desktop.hw.errors`), or BadInput for a path.
"""

from __future__ import annotations

import base64
from typing import NoReturn

import msgspec

from desktop.domain.bitcoin_address import groups
from desktop.domain.bitcoin_keys import PublicNode, address_of_key, node_from_xpub
from desktop.domain.derivation_path import HARDENED, ScriptType, is_testnet, parse_path, path_text, script_of_path
from desktop.domain.errors import BadInput, WrongUsage
from desktop.domain.secp256k1 import uncompressed
from desktop.domain.signed_message import signer
from desktop.hw import errors, messages
from desktop.hw.session import Screen, Session

_SCRIPT_NUMBER: dict[ScriptType, int] = {
    "p2pkh": messages.SPEND_ADDRESS,
    "p2sh-p2wpkh": messages.SPEND_P2SH_WITNESS,
    "p2wpkh": messages.SPEND_WITNESS,
    "p2tr": messages.SPEND_TAPROOT,
}
_GROUPS_PER_LINE = 4
_FIRST_CHILD = (HARDENED,)  # any child of the root carries the root's fingerprint
_LONGEST_MESSAGE = 1024


class WalletFacts(msgspec.Struct, frozen=True):
    """What a device says of itself. `pin` and `passphrase` tell whether it is protected by one."""

    initialized: bool
    vendor: str
    model: str
    firmware: str
    serial: str
    label: str
    pin: bool
    passphrase: bool


class BitcoinAddress(msgspec.Struct, frozen=True):
    """An address of the device; `shown`: the person confirmed it on the screen. `fingerprint` is the master key's."""

    address: str
    path: str
    script: ScriptType
    fingerprint: str
    shown: bool


class ExtendedPublicKey(msgspec.Struct, frozen=True):
    """A plain xpub or tpub, its path, and the master key's fingerprint (8 hex digits)."""

    xpub: str
    path: str
    fingerprint: str


class SignedText(msgspec.Struct, frozen=True):
    """A message signature (base64 of 65 bytes) and the address that made it, recovered here."""

    address: str
    signature: str
    path: str
    script: ScriptType


def features(session: Session) -> WalletFacts:
    """Return what the device says of itself now; asks nothing of the person."""
    said = session.call(messages.GetFeatures(), messages.Features)
    identity = session.identity
    return WalletFacts(
        initialized=bool(said.initialized),
        vendor=identity.vendor,
        model=identity.model,
        firmware=identity.firmware,
        serial=identity.serial,
        label=said.label or "",
        pin=bool(said.pin_protection),
        passphrase=bool(said.passphrase_protection),
    )


def fingerprint(session: Session) -> str:
    """Return the master key's fingerprint, 8 hex digits. A locked wallet asks for its PIN first."""
    if not session.known_fingerprint:
        answer = _public_key(session, _FIRST_CHILD)
        root = answer.node.fingerprint
        if answer.root_fingerprint not in (None, root):
            _not_proved(session, "it names two fingerprints of its master key")
        session.known_fingerprint = f"{root:08x}"
    return session.known_fingerprint


def bitcoin_address(
    session: Session, path: str, *, script: ScriptType | None = None, show: bool = False
) -> BitcoinAddress:
    """Return the address at the path, asked of the device now; with `show` the person confirms it on the screen.

    The device's answer must equal the address derived here from the device's own public key. Raises NotProved if not.
    """
    numbers = parse_path(path)
    kind = script or script_of_path(numbers)
    root = fingerprint(session)
    expected = _derived_address(session, numbers, kind)
    answer = session.call(
        messages.GetAddress(
            address_n=numbers, coin_name=_coin(numbers), show_display=show, script_type=_SCRIPT_NUMBER[kind]
        ),
        messages.Address,
        screen=_address_screen(expected, numbers),
    )
    if answer.address != expected:
        _not_proved(session, f"it shows {answer.address}, its own key gives {expected}")
    return BitcoinAddress(expected, path_text(numbers), kind, root, show)


def xpub(session: Session, path: str) -> ExtendedPublicKey:
    """Return the extended public key at the path; asks nothing of the person."""
    numbers = parse_path(path)
    node = _node(session, numbers)
    return ExtendedPublicKey(node.xpub(testnet=is_testnet(numbers)), path_text(numbers), fingerprint(session))


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
            message=body, address_n=numbers, coin_name=_coin(numbers), script_type=_SCRIPT_NUMBER[kind]
        ),
        messages.MessageSignature,
        screen=("Sign message", *message.splitlines(), address),
    )
    if answer.address != address or signer(body, answer.signature, testnet=is_testnet(numbers)) != address:
        _not_proved(session, f"the signature is not that of {address} over this message")
    return SignedText(address, base64.b64encode(answer.signature).decode(), path_text(numbers), kind)


def _derived_address(session: Session, path: tuple[int, ...], script: ScriptType) -> str:
    hardened = max((place + 1 for place, number in enumerate(path) if number & HARDENED), default=0)
    node = _node(session, path[:hardened] or path).at(path[hardened:] if hardened else ())
    return address_of_key(node.public_key, script, testnet=is_testnet(path))


def _node(session: Session, path: tuple[int, ...]) -> PublicNode:
    if path not in session.known_nodes:
        session.known_nodes[path] = _checked_node(session, path, _public_key(session, path))
    return session.known_nodes[path]


def _public_key(session: Session, path: tuple[int, ...]) -> messages.PublicKey:
    return session.call(
        messages.GetPublicKey(address_n=path, coin_name=_coin(path), show_display=False, ignore_xpub_magic=True),
        messages.PublicKey,
    )


def _checked_node(session: Session, path: tuple[int, ...], answer: messages.PublicKey) -> PublicNode:
    told = answer.node
    node = PublicNode(
        told.public_key, told.chain_code, told.depth, told.fingerprint.to_bytes(4, "big"), told.child_num
    )
    if told.depth != len(path) or told.child_num != (path[-1] if path else 0) or len(told.chain_code) != 32:
        _not_proved(session, f"the public key is not the one at {path_text(path)}")
    try:
        uncompressed(told.public_key)
        same = len(told.public_key) == 33 and (not answer.xpub or node_from_xpub(answer.xpub)[0] == node)
    except BadInput:
        same = False
    if not same:
        _not_proved(session, "its public key is malformed")
    return node


def _coin(path: tuple[int, ...]) -> str:
    return "Testnet" if is_testnet(path) else "Bitcoin"


def _address_screen(address: str, path: tuple[int, ...]) -> Screen:
    cut = groups(address)
    lines = (" ".join(cut[start : start + _GROUPS_PER_LINE]) for start in range(0, len(cut), _GROUPS_PER_LINE))
    return ("Bitcoin address", path_text(path), *lines)


def _not_proved(session: Session, what: str) -> NoReturn:
    session.drop()
    raise errors.NotProved(what)
