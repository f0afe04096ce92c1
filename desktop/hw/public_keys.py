"""The wallet's public keys, each checked here before it is used; a wallet that answers unsoundly loses the link.

All run on the thread that owns the session. They raise DeviceTrouble (`desktop.hw.errors`), or BadInput for a path.
"""

from __future__ import annotations

from typing import NoReturn

import msgspec

from desktop.domain.bitcoin_keys import PublicNode, node_from_xpub
from desktop.domain.derivation_path import HARDENED, is_testnet, parse_path, path_text
from desktop.domain.errors import BadInput
from desktop.domain.secp256k1 import uncompressed
from desktop.hw import errors, messages
from desktop.hw.session import Session

_FIRST_CHILD = (HARDENED,)  # any child of the root carries the root's fingerprint


class ExtendedPublicKey(msgspec.Struct, frozen=True):
    """A plain xpub or tpub, its path, and the master key's fingerprint (8 hex digits)."""

    xpub: str
    path: str
    fingerprint: str


def fingerprint(session: Session) -> str:
    """Return the master key's fingerprint, 8 hex digits. A locked wallet asks for its PIN first."""
    if not session.known_fingerprint:
        answer = _public_key(session, _FIRST_CHILD)
        root = answer.node.fingerprint
        if answer.root_fingerprint not in (None, root):
            not_proved(session, "it names two fingerprints of its master key")
        session.known_fingerprint = f"{root:08x}"
        if session.features.session_id:
            session.opened[session.known_fingerprint] = session.features.session_id
    return session.known_fingerprint


def xpub(session: Session, path: str) -> ExtendedPublicKey:
    """Return the extended public key at the path; asks nothing of the person."""
    numbers = parse_path(path)
    found = node(session, numbers)
    return ExtendedPublicKey(found.xpub(testnet=is_testnet(numbers)), path_text(numbers), fingerprint(session))


def node(session: Session, path: tuple[int, ...]) -> PublicNode:
    """Return the public node at the path, asked of the device once a session. Raises NotProved."""
    if path not in session.known_nodes:
        session.known_nodes[path] = _checked(session, path, _public_key(session, path))
    return session.known_nodes[path]


def key_at(session: Session, path: tuple[int, ...]) -> PublicNode:
    """Return the public node at the path, derived here from the path's last hardened step. Raises NotProved."""
    prepare(session, path)
    return session.known_nodes[path] if _asked_whole(path) else session.known_nodes[path[:-1]].child(path[-1])


def prepare(session: Session, path: tuple[int, ...]) -> None:
    """Ask the device for what `key_at` needs to know of this path, so that it asks nothing any more."""
    if _asked_whole(path):
        node(session, path)
    elif path[:-1] not in session.known_nodes:
        session.known_nodes[path[:-1]] = key_at(session, path[:-1])


def _asked_whole(path: tuple[int, ...]) -> bool:
    """Return whether the path ends with a hardened step or has none, so that nothing is gained by deriving here."""
    return not path or bool(path[-1] & HARDENED) or not any(number & HARDENED for number in path)


def _public_key(session: Session, path: tuple[int, ...]) -> messages.PublicKey:
    return session.call(
        messages.GetPublicKey(
            address_n=path, coin_name=network_name(path), show_display=False, ignore_xpub_magic=True
        ),
        messages.PublicKey,
    )


def _checked(session: Session, path: tuple[int, ...], answer: messages.PublicKey) -> PublicNode:
    told = answer.node
    found = PublicNode(
        told.public_key, told.chain_code, told.depth, told.fingerprint.to_bytes(4, "big"), told.child_num
    )
    if told.depth != len(path) or told.child_num != (path[-1] if path else 0) or len(told.chain_code) != 32:
        not_proved(session, f"the public key is not the one at {path_text(path)}")
    try:
        uncompressed(told.public_key)
        same = len(told.public_key) == 33 and (not answer.xpub or node_from_xpub(answer.xpub)[0] == found)
    except BadInput:
        same = False
    if not same:
        not_proved(session, "its public key is malformed")
    return found


def network_name(path: tuple[int, ...]) -> str:
    """Return Bitcoin's network that the path belongs to, as the protocol names it."""
    return "Testnet" if is_testnet(path) else "Bitcoin"


def not_proved(session: Session, what: str) -> NoReturn:
    """Drop the link and raise NotProved: the answer does not hold, so nothing of this wallet is believed."""
    session.drop()
    raise errors.NotProved(what)
